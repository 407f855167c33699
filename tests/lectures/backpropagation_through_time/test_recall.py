"""The bias of truncation on a task with a target: gradients, means, noise, and training."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.backpropagation_through_time import recall
from rnn_helpers.lectures.backpropagation_through_time.recall import (
    compute_truncation_bias,
    train_recall,
)
from rnn_helpers.recurrences import cells

SMALL = {"length": 12, "hidden_size": 5, "batch_size": 7, "delay": 3}


def draw(seed=0):
    settings = {"length": 12, "batch_size": 7, "delay": 3}
    return recall._draw_weights(5, seed), np.random.default_rng(seed), settings


def test_loss_and_gradients_are_autograd_s():
    weights, rng, settings = draw()
    loss, (ours,) = recall._differentiate(weights, rng, settings, "recall", [None])
    xs = torch.tensor(np.random.default_rng(0).normal(size=(12, 7, 1)))
    tensors = {name: torch.tensor(w, requires_grad=True) for name, w in weights.items()}
    h0 = torch.zeros(7, 5, dtype=torch.float64)
    hs = cells.run_rnn(xs, h0, *(tensors[name] for name in ("W_xh", "W_hh", "b_h")))
    outputs = hs[1:] @ tensors["W_hy"] + tensors["b_y"]
    wanted = ((outputs[3:] - xs[:-3]) ** 2).mean()
    wanted.backward()
    assert loss == pytest.approx(wanted.item(), rel=1e-12)
    assert ours.keys() == weights.keys()
    for name, tensor in tensors.items():
        np.testing.assert_allclose(ours[name], tensor.grad, rtol=0, atol=1e-12)


def test_the_cut_gradient_is_that_of_detached_states():
    weights, rng, settings = draw()
    _, (cut,) = recall._differentiate(weights, rng, settings, "recall", [4])
    xs = torch.tensor(np.random.default_rng(0).normal(size=(12, 7, 1)))
    W_xh, W_hh, b_h, W_hy, b_y = (torch.tensor(w, requires_grad=True) for w in weights.values())
    h, loss = torch.zeros(7, 5, dtype=torch.float64), 0.0
    for t, x in enumerate(xs):
        h = cells.rnn_step(x, h.detach() if t % 4 == 0 else h, W_xh, W_hh, b_h)
        if t >= 3:
            loss = loss + ((h @ W_hy + b_y - xs[t - 3]) ** 2).sum() / (9 * 7)
    loss.backward()
    np.testing.assert_allclose(cut["W_hh"], W_hh.grad, rtol=0, atol=1e-12)


def test_bias_and_noise_are_of_the_means_of_the_batches():
    result = compute_truncation_bias(k=4, n_batches=30, seed=3, **SMALL)
    weights, rng, settings = recall._draw_weights(5, 3), np.random.default_rng([3, 8]), SMALL
    pairs = [recall._differentiate(weights, rng, settings, "recall", [None, 4]) for _ in range(30)]
    whole, cut = (np.array([pair[1][i]["W_hh"] for pair in pairs]) for i in range(2))
    size = np.linalg.norm(whole.mean(axis=0))
    assert result.bias == pytest.approx(np.linalg.norm((cut - whole).mean(axis=0)) / size)
    error = np.sqrt((cut - whole).var(axis=0, ddof=1).sum() / 30)
    assert result.noise == pytest.approx(error / size)
    assert result.lost[0] == pytest.approx(np.linalg.norm(cut[0] - whole[0]))
    assert result.lost[-1] == pytest.approx(result.bias * size)
    assert result.loss == pytest.approx(np.mean([pair[0] for pair in pairs]))
    assert result.k == 4


def test_on_a_task_with_a_target_the_lost_part_stays_and_on_random_losses_it_does_not():
    target = compute_truncation_bias(k=5, n_batches=100)
    symmetric = compute_truncation_bias(k=5, n_batches=100, task="random")
    assert target.bias > 0.1 > 20 * target.noise
    assert symmetric.bias < 3 * symmetric.noise
    assert symmetric.whole_noise > 0.5  # nothing is known of a mean that is 0
    assert symmetric.lost[-1] < 0.3 * symmetric.lost[0]
    assert target.lost[-1] > 0.8 * target.lost[0]


def test_without_a_cut_nothing_is_lost_and_more_cuts_lose_more():
    biases = [compute_truncation_bias(k=k, n_batches=40, **SMALL).bias for k in (1, 3, 6, 12, 99)]
    assert biases[-2:] == [0.0, 0.0]
    assert biases[0] > biases[1] > biases[2] > 0


def test_pieces_as_long_as_the_delay_teach_nothing_and_one_step_more_does():
    runs = {k: train_recall(k=k, delay=2, updates=150, length=20, batch_size=32)
            for k in (2, 3, None)}  # fmt: skip
    assert runs[2].mse > 0.7
    assert runs[3].mse < 0.2
    assert runs[None].mse < 0.1
    assert runs[None].losses.shape == (150,)
    assert runs[None].losses[0] == pytest.approx(runs[2].losses[0])


def test_a_trained_network_is_measured_at_its_own_weights():
    start, later = (compute_truncation_bias(k=2, updates=n, n_batches=20, **SMALL) for n in (0, 60))
    assert later.loss < 0.5 * start.loss


@pytest.mark.parametrize(("function", "settings", "error", "message"), [
    (compute_truncation_bias, {"k": 0}, ValueError, "k must be an integer of at least 1, got 0"),
    (train_recall, {"k": 0}, ValueError, "k must be an integer of at least 1, got 0"),
    (train_recall, {"delay": 40}, ValueError, "delay must be an integer from 0 to 39, got 40"),
    (train_recall, {"updates": -1}, ValueError, "updates must be an integer of at least 0"),
    (train_recall, {"learning_rate": 0}, ValueError, "learning_rate must be a finite number great"),
    (train_recall, {"length": 1.5}, TypeError, "length must be an integer"),
    (train_recall, {"seed": -1}, ValueError, "seed must be an integer of at least 0"),
    (compute_truncation_bias, {"k": 2, "n_batches": 1}, ValueError, "n_batches must be an integer"),
    (compute_truncation_bias, {"k": 2, "task": "x"}, ValueError, "task must be one of 'recall'"),
    (compute_truncation_bias, {"k": 2, "task": "random", "updates": 3}, ValueError,
     "updates must be 0 for a loss without a target, got 3"),
])  # fmt: skip
def test_what_is_wrong_is_named(function, settings, error, message):
    with pytest.raises(error, match=message):
        function(**settings)
