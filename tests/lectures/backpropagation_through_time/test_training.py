"""The training of the recall task: its Adam is torch's, and it is measured on new sequences."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.backpropagation_through_time import recall

SMALL = {"length": 12, "batch_size": 7, "delay": 3}


@pytest.mark.parametrize("k", [None, 4])
def test_the_updates_are_those_of_torch_s_adam(k):
    run = recall.train_recall(k=k, updates=6, hidden_size=5, seed=2, learning_rate=0.02, **SMALL)
    weights = {name: torch.tensor(w) for name, w in recall._draw_weights(5, 2).items()}
    adam, rng = torch.optim.Adam(weights.values(), lr=0.02), np.random.default_rng([2, 6])
    for _ in range(6):
        now = {name: w.numpy().copy() for name, w in weights.items()}
        _, (gradients,) = recall._differentiate(now, rng, SMALL, "recall", [k])
        for name, w in weights.items():
            w.grad = torch.tensor(gradients[name])
        adam.step()
    for name, w in weights.items():
        np.testing.assert_allclose(run.weights[name], w.numpy(), rtol=0, atol=1e-10)


def test_the_error_is_that_of_512_sequences_that_no_update_has_seen():
    run = recall.train_recall(updates=1, hidden_size=5, seed=2, **SMALL)
    test = {**SMALL, "batch_size": 512}
    seen, fresh = (
        recall._differentiate(run.weights, np.random.default_rng([2, n]), test, "recall", [])[0]
        for n in (6, 7)
    )
    assert run.mse == pytest.approx(fresh, rel=1e-12)
    assert run.mse != pytest.approx(seen, rel=1e-6)
