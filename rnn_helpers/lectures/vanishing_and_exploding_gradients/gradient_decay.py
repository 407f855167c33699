"""What is left of a gradient in a random plain RNN, lag by lag, beside its bounds."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.cells import Activation, get_activation, run_rnn
from rnn_helpers.recurrences.jacobians import (
    compute_largest_singular_value,
    compute_log_norms_by_lag,
    compute_rnn_jacobians,
    make_recurrent_weights,
    name_verdict,
)
from rnn_helpers.validation import check_integer, check_number


@dataclass(frozen=True)
class GradientDecay:
    """What is left of a gradient, lag by lag, in powers of ten; made by `compute_gradient_decay`.

    Attributes
    ----------
    lags : (T+1,), in steps
    log_norms : (T+1,)
        log₁₀ ‖∂h_T/∂h_{T−lag}‖₂, measured.
    log_bound : (T+1,)
        log₁₀ (γ σ_max)^lag: no measured norm is above it.
    verdict : {"vanishes", "holds", "explodes"}
        By the norm at the last lag: under 1 %, between, over a hundredfold.
    """

    lags: np.ndarray
    log_norms: np.ndarray
    log_bound: np.ndarray
    gamma: float
    largest_singular_value: float
    spectral_radius: float
    activation: str
    verdict: str


def compute_gradient_decay(
    *, activation: str | Activation = "tanh", spectral_radius: float = 0.9, length: int = 100,
    seed: int = 0, hidden_size: int = 16, kind: str = "gaussian", input_scale: float = 0.5,
) -> GradientDecay:  # fmt: skip
    """Run a random plain RNN and measure ‖∂h_T/∂h_{T−lag}‖₂ at every lag, beside its bounds.

    The inputs are normal with standard deviation `input_scale`, the biases 0, and the sequence
    starts from the state 0. States that overflow are a ValueError.

    Parameters
    ----------
    length : T, in steps
    seed
        Fixes the weights and the inputs.
    kind : {"gaussian", "orthogonal", "identity"}
        Of the recurrent weights.

    Source
    ------
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, section 2.1.

    Examples
    --------
    >>> compute_gradient_decay(activation="sigmoid", spectral_radius=1.0).verdict
    'vanishes'
    """
    activation = get_activation(activation)
    T = check_integer("length", length, minimum=1)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    input_scale = check_number("input_scale", input_scale, minimum=0)
    W_hh = make_recurrent_weights(H, spectral_radius=spectral_radius, seed=seed, kind=kind)
    # the inputs enter unit by unit, so W_xh is the identity and only W_hh decides
    W_xh, b_h = np.eye(H), np.zeros(H)
    with np.errstate(over="ignore", invalid="ignore"):
        xs = input_scale * np.random.default_rng([seed, 1]).normal(size=(T, H))
        hs = run_rnn(xs[:, None], np.zeros((1, H)), W_xh, W_hh, b_h, activation=activation)[:, 0]
    if not (np.isfinite(xs).all() and np.isfinite(hs).all()):
        raise ValueError(
            "the states overflow before the last step: lower the spectral radius or input_scale"
        )
    jacobians = compute_rnn_jacobians(xs, hs, W_xh, W_hh, b_h, activation=activation)
    log_norms = compute_log_norms_by_lag(jacobians)
    sigma = compute_largest_singular_value(W_hh)
    lags = np.arange(T + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_bound = np.where(lags > 0, lags * np.log10(activation.largest_slope * sigma), 0.0)
    return GradientDecay(
        lags, log_norms, log_bound, activation.largest_slope, sigma,
        float(spectral_radius), activation.name, name_verdict(log_norms[-1]),
    )  # fmt: skip
