"""How well each cell, in one layer and two, predicts the next character, from short to flat."""

import functools
import math

from rnn_helpers import data
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.models.language_model import train_language_model
from studies import Study, choose, make_grid

CELLS, LAYERS, RATES = ["RNN", "SimplifiedGRU", "GRU", "LSTM"], [1, 2], [3e-3, 1e-2, 3e-2, 1e-1]
SHORT, LONG = 150, 3000
LARGE = {"cell": ["GRU"], "num_layers": [1], "hidden_size": [128], "budget": [4000]}
POINTS = 20  # of a curve


@functools.cache
def load_parts(part):
    """The ids to train on, and those to be judged on: for tuning, the last tenth of the former."""
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    vocabulary = Vocabulary.build(train)
    if part == "validation":
        train, held_out = data.split_text(train)
    return vocabulary.encode(train), vocabulary.encode(held_out), len(vocabulary)


def run(cell, num_layers, hidden_size, budget, learning_rate, seed, part):
    """Train one model; nats per character on the way and, as the last, of one pass in the end."""
    ids, held_out, n_tokens = load_parts(part)
    points = 1 if part == "validation" or budget == SHORT else POINTS
    trained = train_language_model(
        ids, held_out, n_tokens=n_tokens, cell=cell, num_layers=num_layers, seed=seed,
        hidden_size=hidden_size, n_streams=32, window=16, updates=budget,
        learning_rate=learning_rate, evaluations=points,
    )  # fmt: skip
    curve = [(updates, math.log(value)) for updates, value in trained.history.evaluations[:-1]]
    curve.append((budget, trained.nats))
    return [
        {"updates": updates, "nats": nats, "parameters": trained.n_parameters}
        for updates, nats in curve
    ]


def tune(rows):
    """Every rate, on the last tenth of the training text; two seeds where a run is short."""
    shapes = {"cell": CELLS, "num_layers": LAYERS, "hidden_size": [64]}
    return [
        *make_grid(
            **shapes, budget=[SHORT], learning_rate=RATES, seed=range(2), part=["validation"]
        ),
        *make_grid(**shapes, budget=[LONG], learning_rate=RATES, seed=[0], part=["validation"]),
    ]


def judge(rows):
    """The best rate of each, on the text held out, five seeds; and one larger network."""
    settings = []
    for shape in make_grid(cell=CELLS, num_layers=LAYERS, hidden_size=[64], budget=[SHORT, LONG]):
        rate = choose(rows, "learning_rate", "nats", part="validation", **shape)
        settings += make_grid(
            **{name: [value] for name, value in shape.items()},
            learning_rate=[rate], seed=range(5), part=["held out"],
        )  # fmt: skip
    return settings


def tune_large(rows):
    """The rates of one larger network, on the last tenth of the training text."""
    return make_grid(**LARGE, learning_rate=[3e-3, 1e-2], seed=[0], part=["validation"])


def judge_large(rows):
    """A run of minutes: the larger network at its own rate, five seeds."""
    wanted = {name: value for name, (value,) in LARGE.items()}
    rate = choose(rows, "learning_rate", "nats", part="validation", **wanted)
    return make_grid(**LARGE, learning_rate=[rate], seed=range(5), part=["held out"])


def estimate(setting):
    """About how many seconds a run takes."""
    kind = {"RNN": 3, "SimplifiedGRU": 5, "GRU": 6, "LSTM": 8}[setting["cell"]]
    return setting["budget"] / 1000 * kind * setting["num_layers"] * setting["hidden_size"] / 64


STUDY = Study(
    run=run,
    stages=(tune, judge, tune_large, judge_large),
    cost=estimate,
    cheap={
        "cell": "RNN", "num_layers": 1, "hidden_size": 64, "budget": SHORT, "learning_rate": 1e-2,
        "seed": 0, "part": "validation",
    },
)  # fmt: skip
