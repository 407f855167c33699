"""Whether a network that reads both ways is of use where the next character is to be named."""

import functools

from rnn_helpers import data
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.lectures.bidirectional_and_deep.next_token import train_next_token
from studies import Study, choose, make_grid

READINGS, BUDGETS, RATES = ["one way", "both ways"], [120, 480], [1e-2, 2e-2, 4e-2]


@functools.cache
def load_parts(part):
    """The ids to train on, and those to be judged on: for tuning, the last tenth of the former."""
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    vocabulary = Vocabulary.build(train)
    if part == "validation":
        train, held_out = data.split_text(train)
    return vocabulary.encode(train), vocabulary.encode(held_out), len(vocabulary)


def run(reading, budget, learning_rate, seed, part):
    """Train one network; nats per character at the last place of a window, and at all others."""
    ids, held_out, n_tokens = load_parts(part)
    trained = train_next_token(
        ids, held_out, n_tokens=n_tokens, bidirectional=reading == "both ways", seed=seed,
        updates=budget, learning_rate=learning_rate,
    )  # fmt: skip
    return {
        "training_nats": trained.loss,
        "nats_before": float(trained.nats_by_place[:-1].mean()),
        "nats_last": float(trained.nats_by_place[-1]),
        "parameters": trained.n_parameters,
    }


def tune(rows):
    """Every rate, on the last tenth of the training text, two seeds."""
    return make_grid(
        reading=READINGS, budget=BUDGETS, learning_rate=RATES, seed=range(2), part=["validation"]
    )


def judge(rows):
    """The rate that is best at the last place, on the text held out, five seeds."""
    settings = []
    for shape in make_grid(reading=READINGS, budget=BUDGETS):
        rate = choose(rows, "learning_rate", "nats_last", **shape)
        settings += make_grid(
            **{name: [value] for name, value in shape.items()},
            learning_rate=[rate], seed=range(5), part=["held out"],
        )  # fmt: skip
    return settings


STUDY = Study(
    run=run,
    stages=(tune, judge),
    cost=lambda setting: setting["budget"] * (0.03 if setting["reading"] == "both ways" else 0.015),
    cheap={
        "reading": "one way", "budget": 120, "learning_rate": 2e-2, "seed": 0,
        "part": "validation",
    },
)  # fmt: skip
