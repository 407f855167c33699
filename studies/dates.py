"""Dates through one vector, or with attention of three scores, by the number of updates."""

import datetime
import functools

import numpy as np

from rnn_helpers.lectures.attention.dates import encode_dates, encode_isos
from rnn_helpers.lectures.attention.translation import (
    DatePairs,
    compare,
    make_pairs,
    train_translator,
    translate,
)
from studies import Study, choose, make_grid

SCORES, BUDGETS = ["one vector", "dot", "additive", "general"], [300, 600, 1200]
RATES, SEEDS = [1e-2, 2e-2, 4e-2], range(5)


@functools.cache
def load_pairs(part):
    """What is trained on, what is judged on; for tuning, every ninth training day is kept out."""
    train = make_pairs(20_000, part="train", rng=np.random.default_rng(0))
    if part == "held out":
        return train, make_pairs(1000, part="test", rng=np.random.default_rng(1))
    days = np.array([datetime.date.fromisoformat(iso).toordinal() for iso in train.isos])
    kept_out = np.flatnonzero(days % 9 == 0)
    return _take(train, np.flatnonzero(days % 9)), _take(train, kept_out[:1000])


def _take(pairs, indices):
    texts, isos, languages = (
        [column[i] for i in indices] for column in (pairs.texts, pairs.isos, pairs.languages)
    )
    return DatePairs(texts, isos, languages, *encode_dates(texts), encode_isos(isos))


def run(score, updates, learning_rate, seed, part):
    """Train one translator; the share of dates right in all ten characters."""
    train, test = load_pairs(part)
    trained = train_translator(
        train, score=None if score == "one vector" else score, seed=seed, updates=updates,
        learning_rate=learning_rate,
    )  # fmt: skip
    right = compare(translate(trained.model, test.texts).isos, test.isos)
    return {"accuracy": float(right.mean()), "parameters": trained.n_parameters}


def tune(rows):
    """Every rate, on training days kept out, one seed."""
    return make_grid(
        score=SCORES, updates=BUDGETS, learning_rate=RATES, seed=[0], part=["validation"]
    )


def judge(rows):
    """The best rate of each score and budget, on days held out, five seeds."""
    wrong = [row | {"wrong": 1 - row["accuracy"]} for row in rows]
    settings = []
    for shape in make_grid(score=SCORES, updates=BUDGETS):
        rate = choose(wrong, "learning_rate", "wrong", **shape)
        settings += make_grid(
            score=[shape["score"]], updates=[shape["updates"]], learning_rate=[rate], seed=SEEDS,
            part=["held out"],
        )  # fmt: skip
    return settings


STUDY = Study(
    run=run,
    stages=(tune, judge),
    cost=lambda setting: setting["updates"] * 0.026,
    cheap={
        "score": "dot", "updates": 300, "learning_rate": 2e-2, "seed": 0, "part": "validation",
    },
    tolerance=0.2,
)  # fmt: skip
