"""The nudge of lecture 02 against the powers of a matrix, and against its own definition."""

import numpy as np
import pytest

from rnn_helpers.lectures.recurrent_networks.nudge import VISIBLE, compute_nudge
from rnn_helpers.recurrences.jacobians import make_recurrent_weights


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.1])
def test_a_linear_network_passes_the_nudge_on_by_its_matrix(radius):
    result = compute_nudge(spectral_radius=radius, activation="identity", seed=3, length=20)
    W_hh = make_recurrent_weights(16, spectral_radius=radius, seed=3)
    rng = np.random.default_rng([3, 2])
    rng.normal(size=(20, 1, 16))  # the inputs, which do not matter here
    change = rng.normal(size=16)
    wanted = [np.linalg.norm(change @ np.linalg.matrix_power(W_hh, t)) for t in range(20)]
    np.testing.assert_allclose(result.shares, np.array(wanted) / wanted[0], rtol=1e-9, atol=1e-11)
    np.testing.assert_array_equal(result.steps, np.arange(1, 21))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_last_visible_step_is_the_last_one_above_one_percent(activation):
    result = compute_nudge(spectral_radius=0.9, activation=activation, seed=1)
    last = result.last_visible
    assert result.shares[0] == 1
    assert result.shares[last - 1] >= VISIBLE
    assert (result.shares[last:] < VISIBLE).all()
    assert 2 <= last <= 30


def test_a_network_without_recurrence_forgets_at_once_and_seeds_are_networks():
    result = compute_nudge(spectral_radius=0)
    assert result.last_visible == 1
    assert (result.shares[1:] == 0).all()
    assert (compute_nudge(seed=0).shares != compute_nudge(seed=1).shares)[1:].all()


def test_large_inputs_shorten_the_memory_of_tanh_and_not_of_a_straight_line():
    def last(activation, size):
        options = {"activation": activation, "input_size": size, "spectral_radius": 0.9}
        return [compute_nudge(seed=seed, **options).last_visible for seed in range(5)]

    assert min(last("tanh", 0.05)) > max(last("tanh", 2.0))
    assert last("identity", 0.05) == last("identity", 2.0)


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"length": 0}, ValueError, "length must be an integer of at least 1, got 0"),
    ({"seed": -1}, ValueError, "seed must be an integer"),
    ({"spectral_radius": -1.0}, ValueError, "spectral_radius must be"),
    ({"activation": "swish"}, ValueError, "activation must be one of"),
    ({"input_size": -0.1}, ValueError, "input_size must be"),
    ({"hidden_size": 2.5}, TypeError, "hidden_size must be an integer"),
])  # fmt: skip
def test_what_is_wrong_is_named(settings, error, message):
    with pytest.raises(error, match=message):
        compute_nudge(**settings)
