"""The gradient of a random plain RNN by lag: its bounds, known points, verdicts."""

import numpy as np
import pytest

from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import (
    compute_gradient_decay,
)
from rnn_helpers.recurrences.cells import ACTIVATIONS
from rnn_helpers.recurrences.jacobians import make_recurrent_weights

OVERFLOW = "the states overflow before the last step: lower the spectral radius or input_scale"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("radius", [0.1, 0.7, 1.0, 2.0])
def test_no_norm_is_above_its_bound(activation, radius):
    decay = compute_gradient_decay(activation=activation, spectral_radius=radius, length=60, seed=2)
    assert (decay.log_norms <= decay.log_bound + 1e-9).all()
    assert decay.log_norms[0] == decay.log_bound[0] == 0
    assert decay.gamma == ACTIVATIONS[activation].largest_slope


def test_the_bound_holds_gamma_and_the_largest_singular_value():
    decay = compute_gradient_decay(activation="sigmoid", spectral_radius=0.9, length=7, seed=2)
    W_hh = make_recurrent_weights(16, spectral_radius=0.9, seed=2)
    expected = np.arange(8) * np.log10(0.25 * np.linalg.norm(W_hh, 2))
    np.testing.assert_allclose(decay.log_bound, expected)


@pytest.mark.parametrize(
    ("log_norm", "verdict"),
    [(-2.001, "vanishes"), (-1.999, "holds"), (1.999, "holds"), (2.001, "explodes")],
)
def test_the_verdict_turns_at_a_hundredth_and_at_a_hundredfold(log_norm, verdict):
    settings = {"activation": "identity", "kind": "identity", "length": 1}
    assert compute_gradient_decay(**settings, spectral_radius=10**log_norm).verdict == verdict


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"length": 0}, ValueError, "length must be an integer of at least 1, got 0"),
    ({"hidden_size": 0}, ValueError, "hidden_size must be an integer of at least 1, got 0"),
    ({"seed": -1}, ValueError, "seed must be an integer of at least 0, got -1"),
    ({"spectral_radius": -0.1}, ValueError, "spectral_radius must be a finite number"),
    ({"input_scale": float("inf")}, ValueError, "input_scale must be a finite number"),
    ({"activation": "swish"}, ValueError, "activation must be one of 'sigmoid'"),
    ({"kind": "sparse"}, ValueError, "kind must be one of 'gaussian'"),
    ({"input_scale": 1e308}, ValueError, OVERFLOW),
    ({"activation": "identity", "spectral_radius": 1e200, "length": 3}, ValueError, OVERFLOW),
])  # fmt: skip
def test_bad_settings_are_named(settings, error, message):
    with pytest.raises(error, match=f"^{message}"):
        compute_gradient_decay(**settings)
