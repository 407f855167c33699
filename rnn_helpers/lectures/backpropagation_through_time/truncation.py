"""The gradient of the recurrent weights taken apart by lag, and what truncation keeps of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.recurrences.cells import run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from rnn_helpers.validation import check_array, check_integer


def split_gradient_by_lag(hs: ArrayLike, W_hh: ArrayLike, douts: ArrayLike) -> np.ndarray:
    """∂L/∂W_hh of a tanh network as a sum over lags: what step t asks of its own input at t − lag.

    With a_s the pre-activations of step s, D₀(t) = ∂L/∂h_t ⊙ (1 − h_t²) is what the loss of step
    t asks of a_t, and one lag further back D_{k+1}(t) = D_k(t) W_hhᵀ ⊙ (1 − h_{t−k−1}²). The share
    of the pair (t, t − k) is h_{t−k−1}ᵀ D_k(t); all pairs together are the gradient.

    Parameters
    ----------
    hs : array (T+1, H)
        The states of one sequence, `hs[0]` the first.
    W_hh : array (H, H)
    douts : array (T, H)
        ∂L_t/∂h_t, of each step's own loss alone.

    Returns
    -------
    shares : array (T, T, H, H)
        Entry [k, t] is the share of step t + 1 at lag k; zero where t < k.
    """
    states = check_array("hs", hs, ndim=2)
    T, H = len(states) - 1, states.shape[1]
    back = check_array("W_hh", W_hh, shape=(H, H)).T
    slopes, shares = 1 - states[1:] ** 2, np.zeros((T, T, H, H))
    asked = check_array("douts", douts, shape=(T, H)) * slopes  # D₀, a row for every step
    for lag in range(T):
        shares[lag, lag:] = states[: T - lag, :, None] * asked[:, None, :]
        asked = (asked[1:] @ back) * slopes[: T - lag - 1]
    return shares


@dataclass(frozen=True)
class Truncation:
    """What is left of a gradient when it is cut at every k-th step; made by `compute_truncation`.

    Attributes
    ----------
    lags : int array (T,)
    whole, kept : array (T,)
        ‖share of ∂L/∂W_hh at this lag‖ (Frobenius), of the whole gradient and of what is kept.
    pair : array (T − 1,)
        The size of one pair's share, by lag: the root mean square of the norms over all pairs of
        this lag but that with the first step, whose share is 0 because h_0 is.
    error : float
        ‖g_k − g‖ / ‖g‖ for this one sequence.
    pairs_kept : float
        The share of the pairs (step, lag) that no cut separates.
    """

    lags: np.ndarray
    whole: np.ndarray
    kept: np.ndarray
    pair: np.ndarray
    error: float
    pairs_kept: float
    k: int


def compute_truncation(
    *, k: int = 10, spectral_radius: float = 1.0, seed: int = 0, length: int = 40,
    hidden_size: int = 8,
) -> Truncation:  # fmt: skip
    """Truncate the gradient of a random tanh network at every k-th step and compare, lag by lag.

    Inputs are normal with standard deviation 0.5; the loss of every step is a fixed random
    direction of its state. The gradient is that of the sum over steps. The seed fixes weights,
    inputs and losses; `length` is at least 2, for a single step uses no recurrent weight.

    Examples
    --------
    >>> compute_truncation(k=40).error
    0.0
    """
    k, T = check_integer("k", k, minimum=1), check_integer("length", length, minimum=2)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    W_hh = make_recurrent_weights(H, spectral_radius=spectral_radius, seed=seed)
    rng = np.random.default_rng([seed, 3])
    xs, douts = 0.5 * rng.normal(size=(T, 1, H)), rng.normal(size=(T, H))
    hs = run_rnn(xs, np.zeros((1, H)), np.eye(H), W_hh, np.zeros(H))[:, 0]
    shares = split_gradient_by_lag(hs, W_hh, douts)
    step, lag = np.arange(T), np.arange(T)[:, None]
    exists = lag <= step
    kept = exists & (step // k == (step - lag) // k)
    whole_by_lag = shares.sum(axis=1)
    kept_by_lag = (shares * kept[:, :, None, None]).sum(axis=1)
    whole, squares = whole_by_lag.sum(axis=0), (shares**2).sum(axis=(2, 3))
    return Truncation(
        np.arange(T),
        np.linalg.norm(whole_by_lag, axis=(1, 2)),
        np.linalg.norm(kept_by_lag, axis=(1, 2)),
        np.sqrt([squares[n, n + 1 :].mean() for n in range(T - 1)]),
        float(np.linalg.norm(kept_by_lag.sum(axis=0) - whole) / np.linalg.norm(whole)),
        float(kept.sum() / exists.sum()),
        k,
    )
