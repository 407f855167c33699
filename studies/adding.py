"""Which cells learn to add the two marked numbers, and with how many updates."""

import numpy as np
import torch
from torch.nn.functional import mse_loss

from rnn_helpers.lectures.gru.adding import (
    BATCH_SIZE,
    TEST_SIZE,
    AddingNetwork,
    make_adding_batch,
)
from rnn_helpers.models.training import train
from studies import Study, make_grid

UPDATES, EVERY, STEPS = 800, 100, 20
STARTS = {"torch": {}, "keep 1": {"keep_bias": 1.0}}


def run(cell, start, learning_rate, seed):
    """Train one network; its error on fresh sequences after every hundred updates."""

    def convert(batch):
        return [torch.from_numpy(a.astype(np.float32)) for a in (batch.inputs, batch.targets)]

    inputs, targets = convert(
        make_adding_batch(STEPS, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
    )

    def make_loss(network, rng):
        def compute_loss():
            xs, ys = convert(make_adding_batch(STEPS, BATCH_SIZE, rng=rng))
            return mse_loss(network(xs), ys)

        return compute_loss

    trained = train(
        lambda: AddingNetwork(cell, **STARTS[start]), make_loss, seed=seed, updates=UPDATES,
        learning_rate=learning_rate, evaluate_every=EVERY,
        evaluate=lambda network: mse_loss(network(inputs), targets),
    )  # fmt: skip
    return [{"updates": updates, "mse": mse} for updates, mse in trained.history.evaluations]


def list_settings(rows):
    """Four cells as torch starts them, and the LSTM with an open forget gate."""
    others = {"learning_rate": [5e-3, 1e-2, 2e-2], "seed": range(10)}
    cells = ["RNN", "SimplifiedGRU", "GRU", "LSTM"]
    return [
        *make_grid(cell=cells, start=["torch"], **others),
        *make_grid(cell=["LSTM"], start=["keep 1"], **others),
    ]


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: {"RNN": 2.0, "LSTM": 4.0}.get(setting["cell"], 3.0),
    cheap={"cell": "RNN", "start": "torch", "learning_rate": 1e-2, "seed": 0},
    tolerance=0.1,
)
