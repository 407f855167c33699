"""What the gates of an LSTM and a GRU that have learned agreement do while they read."""

import numpy as np

from rnn_helpers.models.agreement import (
    TEST_SIZE,
    compute_subject_difference,
    make_agreement_batch,
    train_agreement,
)
from rnn_helpers.models.trained_gates import measure_gates
from studies import Study, make_grid

DISTANCE, UPDATES = 30, 400


def run(cell, start, seed):
    """Train one network and measure its gates over fresh sentences; `left` is what is kept."""
    trained = train_agreement(
        DISTANCE, cell=cell, start=start, seed=seed, updates=UPDATES, learning_rate=3e-3
    )
    batch = make_agreement_batch(DISTANCE, TEST_SIZE, rng=np.random.default_rng([seed, 2]))
    left = float(np.log10(compute_subject_difference(trained.model, batch)[-1]))
    found = {"accuracy": trained.accuracy, "left": left}
    return [found | row for row in measure_gates(trained.model, batch)]


def list_settings(rows):
    """The starts with which every seed learned in the study `agreement`."""
    return [
        *make_grid(cell=["GRU"], start=["keep 1", "keep 3"], seed=range(20)),
        *make_grid(cell=["LSTM"], start=["forget 1", "forget 3"], seed=range(20)),
    ]


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: {"GRU": 3, "LSTM": 4}[setting["cell"]],
    cheap={"cell": "GRU", "start": "keep 1", "seed": 0},
    tolerance=0.05,
)
