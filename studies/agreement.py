"""Which cells, and which starts, learn that the subject decides the verb, and at what distance."""

import numpy as np
import torch

from rnn_helpers.models.agreement import (
    BATCH_SIZE,
    AgreementNetwork,
    compute_agreement_loss,
    make_agreement_batch,
)
from rnn_helpers.models.training import fit, one_thread
from studies import Study, make_grid

UPDATES, EVERY, TEST_SIZE = 400, 25, 512
LEARNED = 0.9  # the share of right verbs from which a run counts as a success
RATES = [3e-3, 1e-2]
SEEDS = range(20)


def run(cell, start, distance, learning_rate, seed):
    """Train one network; how right it is in the end, and after how many updates it was first."""
    rng, test_rng = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    test = make_agreement_batch(distance, TEST_SIZE, rng=test_rng)
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.default_generator.manual_seed(seed)
        network = AgreementNetwork(cell=cell, start=start)

        def compute_loss():
            batch = make_agreement_batch(distance, BATCH_SIZE, rng=rng)
            return compute_agreement_loss(network, batch)

        history = fit(
            network, compute_loss, updates=UPDATES, learning_rate=learning_rate,
            evaluate=lambda: ((network(test.tokens).numpy() > 0) == test.is_plural).mean(),
            evaluate_every=EVERY,
        )  # fmt: skip
    learned = [update for update, accuracy in history.evaluations if accuracy >= LEARNED]
    return {
        "accuracy": history.evaluations[-1][1],
        "learned_after": learned[0] if learned else "",
    }


def list_settings(rows):
    """Every cell at four distances as torch starts it; the rival starts at one or two."""
    cells = make_grid(
        cell=["RNN", "SimplifiedGRU", "GRU", "LSTM"], start=["torch"], distance=[15, 20, 25, 30],
        learning_rate=RATES, seed=SEEDS,
    )  # fmt: skip
    rivals = {
        ("LSTM", 30): [
            "forget 1", "forget 3", "input 3", "output 3", "input and output 3", "W_hh × 2",
        ],
        ("RNN", 30): ["ρ = 1", "orthogonal", "orthogonal, ρ = 0.6", "W_hh × 2"],
        ("RNN", 5): ["torch"],
        ("RNN", 10): ["torch"],
        ("GRU", 20): ["keep 1", "keep 3", "reset 3", "W_hn × 2"],
        ("GRU", 30): ["keep 1", "keep 3", "reset 3", "W_hn × 2"],
        ("SimplifiedGRU", 20): ["keep 1"],
        ("SimplifiedGRU", 30): ["keep 1"],
    }  # fmt: skip
    for (cell, distance), starts in rivals.items():
        cells += make_grid(
            cell=[cell], start=starts, distance=[distance], learning_rate=RATES, seed=SEEDS
        )
    return cells


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda s: (0.4 + 0.03 * s["distance"]) * {"RNN": 0.6, "LSTM": 1.3}.get(s["cell"], 1),
    cheap={"cell": "RNN", "start": "torch", "distance": 15, "learning_rate": 3e-3, "seed": 0},
)
