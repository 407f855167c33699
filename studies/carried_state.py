"""What it costs to begin every window of training with zeros, not with the state before it."""

from rnn_helpers.models.language_model import train_language_model
from studies import Study, choose, make_grid
from studies.characters import load_parts

RATES = [3e-3, 1e-2, 3e-2, 1e-1]
SHAPES = [  # they read 0.3, 2.4 and 1.2 times the text
    {"window": 8, "budget": 400}, {"window": 8, "budget": 3200}, {"window": 32, "budget": 400},
]  # fmt: skip


def run(window, budget, carry, learning_rate, seed, part):
    """Train one model; nats per character in one pass over the text, its state always carried."""
    ids, held_out, n_tokens = load_parts(part)
    trained = train_language_model(
        ids, held_out, n_tokens=n_tokens, seed=seed, hidden_size=64, n_streams=32, window=window,
        updates=budget, learning_rate=learning_rate, carry=carry == "yes", evaluations=1,
    )  # fmt: skip
    return {"nats": trained.nats}


def tune(rows):
    """Every rate, on the last tenth of the training text, two seeds."""
    others = {"learning_rate": RATES, "seed": range(2), "part": ["validation"]}
    return [
        setting for shape in SHAPES
        for setting in make_grid(
            window=[shape["window"]], budget=[shape["budget"]], carry=["yes", "no"], **others
        )
    ]  # fmt: skip


def judge(rows):
    """The best rate of each, on the text held out, ten seeds."""
    settings = []
    for shape in SHAPES:
        for carry in ("yes", "no"):
            wanted = {**shape, "carry": carry, "part": "validation"}
            settings += make_grid(
                window=[shape["window"]], budget=[shape["budget"]], carry=[carry],
                learning_rate=[choose(rows, "learning_rate", "nats", **wanted)], seed=range(10),
                part=["held out"],
            )  # fmt: skip
    return settings


STUDY = Study(
    run=run,
    stages=(tune, judge),
    cost=lambda setting: setting["budget"] / 1000 * (0.2 + 0.14 * setting["window"]),
    cheap={
        "window": 8, "budget": 400, "carry": "yes", "learning_rate": 1e-2, "seed": 0,
        "part": "validation",
    },
)  # fmt: skip
