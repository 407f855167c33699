"""The nudges of lecture 02 against the powers of a matrix, and against its own definition."""

import numpy as np
import pytest

from rnn_helpers.lectures.recurrent_networks.nudge import VISIBLE, compute_nudges
from rnn_helpers.recurrences.cells import run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.1])
def test_a_linear_network_passes_the_nudge_on_by_its_matrix(radius):
    result = compute_nudges(spectral_radius=radius, activation="identity", length=20)
    W_hh = make_recurrent_weights(16, spectral_radius=radius, seed=3)
    rng = np.random.default_rng([3, 2])
    rng.normal(size=(20, 1, 16))  # the inputs, which do not matter here
    change = rng.normal(size=16)
    wanted = [np.linalg.norm(change @ np.linalg.matrix_power(W_hh, t)) for t in range(20)]
    shares = result.shares[:, 3]
    np.testing.assert_allclose(shares, np.array(wanted) / wanted[0], rtol=1e-9, atol=1e-11)
    np.testing.assert_array_equal(result.steps, np.arange(1, 21))


def test_a_network_is_run_twice_as_it_would_be_alone():
    settings = {"spectral_radius": 1.2, "length": 9, "input_size": 0.7, "hidden_size": 4}
    shares = compute_nudges(**settings, networks=3).shares
    rng = np.random.default_rng([2, 2])
    xs, direction = 0.7 * rng.normal(size=(9, 1, 4)), rng.normal(size=4)
    nudged = xs.copy()
    nudged[0] += 1e-3 * direction / np.linalg.norm(direction)
    W_hh = make_recurrent_weights(4, spectral_radius=1.2, seed=2)
    both = np.concatenate([xs, nudged], axis=1)
    hs = run_rnn(both, np.zeros((2, 4)), np.eye(4), W_hh, np.zeros(4))
    changes = np.linalg.norm(hs[1:, 0] - hs[1:, 1], axis=1)
    np.testing.assert_allclose(shares[:, 2], changes / changes[0], rtol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_last_visible_step_is_the_last_one_above_one_percent(activation):
    result = compute_nudges(spectral_radius=0.9, activation=activation)
    for shares, last in zip(result.shares.T, result.last_visible, strict=True):
        assert shares[0] == 1
        assert shares[last - 1] >= VISIBLE
        assert (shares[last:] < VISIBLE).all()
        assert 2 <= last <= 30


def test_a_network_without_recurrence_forgets_at_once_and_seeds_are_networks():
    result = compute_nudges(spectral_radius=0)
    assert (result.last_visible == 1).all()
    assert (result.shares[1:] == 0).all()
    shares = compute_nudges().shares
    assert shares.shape == (60, 20)
    assert (shares[1:, 0] != shares[1:, 1]).all()


def test_a_unit_that_is_off_from_the_first_step_on_shows_nothing():
    result = compute_nudges(activation="relu", hidden_size=1, spectral_radius=0.5)
    hidden = result.last_visible == 0
    assert hidden.any()
    assert (result.shares[:, hidden] == 0).all()


def test_large_inputs_shorten_the_memory_of_tanh_and_not_of_a_straight_line():
    def last(activation, size):
        options = {"activation": activation, "input_size": size, "spectral_radius": 0.9}
        return compute_nudges(**options, networks=5).last_visible

    assert min(last("tanh", 0.05)) > max(last("tanh", 2.0))
    np.testing.assert_array_equal(last("identity", 0.05), last("identity", 2.0))


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"length": 0}, ValueError, "length must be an integer of at least 1, got 0"),
    ({"networks": 0}, ValueError, "networks must be an integer"),
    ({"spectral_radius": -1.0}, ValueError, "spectral_radius must be"),
    ({"activation": "swish"}, ValueError, "activation must be one of"),
    ({"input_size": -0.1}, ValueError, "input_size must be"),
    ({"hidden_size": 2.5}, TypeError, "hidden_size must be an integer"),
])  # fmt: skip
def test_what_is_wrong_is_named(settings, error, message):
    with pytest.raises(error, match=message):
        compute_nudges(**settings)
