"""What a window of training should begin with: four ways with the state, each at its best rate."""

import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.models.language_model import LanguageModel, compute_nats, detach, make_streams
from rnn_helpers.models.training import train
from studies import Study, choose, make_grid
from studies.characters import load_parts

N_STREAMS = 32
STATES = ["through", "detached", "zeros", "another"]
RATES = [3e-3, 1e-2, 3e-2, 1e-1]
SHAPES = [  # they read 0.3, 2.4 and 1.2 times the text
    {"window": 8, "budget": 400}, {"window": 8, "budget": 3200}, {"window": 32, "budget": 400},
]  # fmt: skip


def make_loss(model, ids, window, state):
    """The loss of one window of every stream after the other; the states differ in one thing.

    "detached": the numbers that the window before left. "through": those, computed anew from
    where that window began, so that the gradient goes back through it too. "zeros": 0.
    "another": what the window before left in another stream, detached.
    """
    ys = torch.from_numpy(make_streams(ids, N_STREAMS))
    xs = torch.cat([torch.full((1, N_STREAMS), model.start), ys[:-1]])
    start, before, further = 0, None, None  # the states before this window and the one before it

    def compute_loss():
        nonlocal start, before, further
        if start + window > len(xs):  # the end of the text: from the top, no past
            start, before, further = 0, None, None
        here = slice(start, start + window)
        if state == "through" and start:
            _, after = model(xs[start - window : start], further)
            before, further = after, detach(after)
        logits, after = model(xs[here], before)
        after = detach(after)
        before = {"zeros": None, "another": after.roll(1, dims=-2)}.get(state, after)
        start = here.stop
        return cross_entropy(logits.flatten(0, 1), ys[here].flatten())

    return compute_loss


def run(window, budget, state, learning_rate, seed, part):
    """Train one model; nats per character in one pass over the text, its state always carried."""
    ids, held_out, n_tokens = load_parts(part)
    trained = train(
        lambda: LanguageModel(n_tokens, 64),
        lambda model, rng: make_loss(model, ids, window, state),
        {"nats": lambda model: compute_nats(model, held_out)},
        seed=seed, updates=budget, learning_rate=learning_rate, anneal=True,
    )  # fmt: skip
    return {"nats": trained.nats}


def tune(rows):
    """Every rate, on the last tenth of the training text, two seeds."""
    others = {"learning_rate": RATES, "seed": range(2), "part": ["validation"]}
    return [
        setting for shape in SHAPES
        for setting in make_grid(
            window=[shape["window"]], budget=[shape["budget"]], state=STATES, **others
        )
    ]  # fmt: skip


def judge(rows):
    """The best rate of each, on the text held out, ten seeds."""
    settings = []
    for shape in SHAPES:
        for state in STATES:
            wanted = {**shape, "state": state, "part": "validation"}
            settings += make_grid(
                window=[shape["window"]], budget=[shape["budget"]], state=[state],
                learning_rate=[choose(rows, "learning_rate", "nats", **wanted)], seed=range(10),
                part=["held out"],
            )  # fmt: skip
    return settings


STUDY = Study(
    run=run,
    stages=(tune, judge),
    cost=lambda setting: (
        setting["budget"] / 1000
        * (0.2 + 0.14 * setting["window"] * (2 if setting["state"] == "through" else 1))
    ),
    cheap={
        "window": 8, "budget": 400, "state": "detached", "learning_rate": 1e-2, "seed": 0,
        "part": "validation",
    },
)  # fmt: skip
