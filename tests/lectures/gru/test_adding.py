"""The adding problem: what is marked, what is asked for, and who learns it."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.gru.adding import AddingNetwork, make_adding_batch, train_adding
from rnn_helpers.models.training import CELLS
from rnn_helpers.recurrences import layers


@pytest.mark.parametrize("steps", [2, 3, 9])
def test_two_values_are_marked_one_in_each_half_and_their_sum_is_asked_for(steps):
    B, half = 600, steps // 2
    batch = make_adding_batch(steps, B, rng=np.random.default_rng(steps))
    assert batch.inputs.shape == (steps, B, 2)
    assert batch.targets.shape == (B,)
    values, marks = batch.inputs[..., 0], batch.inputs[..., 1]
    assert set(np.unique(marks)) <= {0.0, 1.0}
    assert (marks[:half].sum(axis=0) == 1).all()
    assert (marks[half:].sum(axis=0) == 1).all()
    np.testing.assert_allclose((values * marks).sum(axis=0), batch.targets)
    assert (values >= 0).all()
    assert (values < 1).all()
    # every step of a half is marked, about equally often
    for part in (marks[:half], marks[half:]):
        assert part.mean(axis=1).min() > 0.7 / len(part)


def test_the_generator_decides_and_one_sixth_is_what_always_answering_one_costs():
    batch, again, other = (
        make_adding_batch(4, 40_000, rng=np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(batch.inputs, again.inputs)
    assert not np.array_equal(batch.inputs, other.inputs)
    values = batch.inputs[..., 0]
    assert values.mean() == pytest.approx(1 / 2, abs=0.005)
    assert values.var() == pytest.approx(1 / 12, abs=0.002)
    assert np.mean((1 - batch.targets) ** 2) == pytest.approx(1 / 6, abs=0.005)


@pytest.mark.parametrize("cell", CELLS)
def test_the_answer_comes_from_the_last_state(cell):
    network = AddingNetwork(cell, 5)
    assert type(network.recurrence) is getattr(layers, cell)
    inputs = torch.randn(7, 3, 2)
    answer = network(inputs)
    assert answer.shape == (3,)
    last = network.recurrence(inputs)[0][6]
    torch.testing.assert_close(answer, (last @ network.sum.weight.T + network.sum.bias)[:, 0])
    changed = inputs.clone()
    changed[0] += 1.0
    assert not torch.equal(network(changed), answer)  # and it hangs on the first step too


def test_options_reach_the_layer():
    assert AddingNetwork("GRU", 4, update="takes", reset="before").recurrence.update == "takes"
    assert AddingNetwork("LSTM", 4, forget_bias=2.0).recurrence.forget_bias == 2.0


@pytest.mark.parametrize("seed", [0, 1])
def test_a_gru_learns_twenty_steps_and_a_plain_network_does_not(seed):
    gru = train_adding(20, cell="GRU", seed=seed)
    assert gru.mse < 0.01
    assert gru.n_parameters == 3 * 32 * (2 + 32) + 6 * 32 + 33
    assert len(gru.history.losses) == 500
    assert train_adding(20, cell="RNN", seed=seed).mse > 0.1


def test_an_lstm_learns_it_too_with_a_third_more_weights():
    lstm = train_adding(20, cell="LSTM", seed=0)
    assert lstm.mse < 0.03
    assert lstm.n_parameters == 4 * 32 * (2 + 32) + 8 * 32 + 33


def test_the_seed_reaches_weights_and_sequences():
    runs = [train_adding(6, cell="SimplifiedGRU", seed=seed, updates=9) for seed in (3, 3, 4)]
    first, again, other = runs
    assert first.history == again.history
    assert first.mse == again.mse != other.mse


def test_the_error_is_that_of_sequences_not_trained_on():
    trained = train_adding(6, cell="GRU", seed=5, updates=20)
    test = make_adding_batch(6, 1024, rng=np.random.default_rng([5, 1]))
    with torch.no_grad():
        answers = trained.model(torch.from_numpy(test.inputs).float()).numpy()
    assert trained.mse == pytest.approx(np.mean((answers - test.targets) ** 2), rel=1e-5)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda rng: make_adding_batch(1, 1, rng=rng), ValueError, "steps must be an integer of at"),
    (lambda rng: make_adding_batch(2.0, 1, rng=rng), TypeError, "steps must be an integer"),
    (lambda rng: make_adding_batch(2, 0, rng=rng), ValueError, "batch_size must be an integer"),
    (lambda rng: make_adding_batch(2, 1, rng=7), TypeError, "rng must be a .*, got int"),
    (lambda rng: AddingNetwork("MLP"), ValueError, "cell must be one of 'RNN', 'SimplifiedGRU'"),
    (lambda rng: train_adding(5, cell="GRU", seed=-1), ValueError, "seed must be an integer"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call(np.random.default_rng(0))
