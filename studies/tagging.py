"""How many ambiguous words each cell tags right: one way, both ways, or so many words later."""

import functools

import numpy as np

from rnn_helpers.lectures.bidirectional_and_deep.tagging import (
    TEST_SEED,
    compute_tagging_accuracy,
    make_test_batch,
    train_tagger,
)
from rnn_helpers.lectures.bidirectional_and_deep.teddy import (
    make_sentences,
    make_teddy_batch,
    pad_batch,
)
from studies import Study, make_grid

CELLS, RATES, SEEDS = ["RNN", "GRU", "LSTM"], [1e-2, 2e-2, 4e-2, 8e-2], range(10)
PADDING = 20  # steps more than the longest sentence has


@functools.cache
def make_validation_batch():
    """As many sentences as there are to be judged on, others: the rate is chosen by them."""
    rng = np.random.default_rng([*TEST_SEED, 1])
    return make_teddy_batch(make_sentences(make_test_batch().tokens.shape[1], rng=rng))


def run(cell, reading, delay, learning_rate, seed):
    """Train one tagger; its shares of right tags, and that of a two-way one not packed."""
    both = reading == "both ways"
    trained = train_tagger(
        cell=cell, bidirectional=both, delay=delay, learning_rate=learning_rate, seed=seed
    )
    longer = pad_batch(make_test_batch(), PADDING)
    unpacked = compute_tagging_accuracy(trained.model, longer, packed=False)[0] if both else ""
    batch = make_validation_batch()
    return {
        "validation_accuracy": compute_tagging_accuracy(trained.model, batch, packed=both)[0],
        "accuracy": trained.accuracy,
        "accuracy_of_all": trained.accuracy_of_all,
        "accuracy_unpacked": unpacked,
        "parameters": trained.n_parameters,
    }


def list_settings(rows):
    """Three cells one way and both ways; a GRU at each delay up to the longest distance."""
    others = {"learning_rate": RATES, "seed": SEEDS}
    ways = make_grid(cell=CELLS, reading=["one way", "both ways"], delay=[0], **others)
    return ways + make_grid(cell=["GRU"], reading=["one way"], delay=[1, 2, 3, 4, 5, 6], **others)


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: 1.7 if setting["reading"] == "both ways" else 1.1,
    cheap={"cell": "GRU", "reading": "one way", "delay": 0, "learning_rate": 2e-2, "seed": 0},
)
