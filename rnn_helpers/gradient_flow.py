"""How a gradient travels back through a plain recurrent network: Jacobians, products, bounds.

Numbers only, in NumPy: no picture, no torch.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.cells import get_activation, run_rnn
from rnn_helpers.validation import check_array, check_choice, check_integer, check_number

# A gradient under a hundredth of what it started with has vanished, over a hundredfold exploded.
VANISHED, EXPLODED = -2.0, 2.0  # log₁₀


def compute_rnn_jacobians(xs, hs, W_xh, W_hh, b_h, *, activation="tanh"):
    """The one-step Jacobians of a plain RNN along a sequence.

    ∂h_t/∂h_{t−1} = diag(φ′(a_t)) W_hhᵀ with a_t = x_t W_xh + h_{t−1} W_hh + b_h.
    Entry [i, j] says how much h_t[i] moves when h_{t−1}[j] is nudged.

    Parameters
    ----------
    xs : array (T, D)
        One sequence.
    hs : array (T+1, H)
        Its states, `hs[0]` the initial one, as `run_rnn` returns them.
    W_xh : array (D, H)
    W_hh : array (H, H)
    b_h : array (H,)
    activation : str or Activation

    Returns
    -------
    jacobians : array (T, H, H)
        `jacobians[t]` is ∂h_{t+1}/∂h_t in the numbering of `hs`.

    Raises
    ------
    TypeError
        No arrays of numbers.
    ValueError
        Shapes that do not fit, values that are not finite, an unknown activation.

    Source
    ------
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, equation 5.
    """
    W_hh = check_array("W_hh", W_hh, ndim=2)
    H = W_hh.shape[0]
    W_hh = check_array("W_hh", W_hh, shape=(H, H))
    xs = check_array("xs", xs, ndim=2)
    T, D = xs.shape
    hs = check_array("hs", hs, shape=(T + 1, H))
    W_xh = check_array("W_xh", W_xh, shape=(D, H))
    b_h = check_array("b_h", b_h, shape=(H,))
    slopes = get_activation(activation).derivative(xs @ W_xh + hs[:-1] @ W_hh + b_h)  # (T, H)
    return slopes[:, :, None] * W_hh.T


def compute_log_norms_by_lag(jacobians):
    """log₁₀ ‖∂h_T/∂h_{T−k}‖₂ for every lag k: the norms of the products, counted from the end.

    ∂h_T/∂h_{T−k} = J_T J_{T−1} ⋯ J_{T−k+1}. Jacobians and products are rescaled on the way and the
    scales kept as logarithms, so that neither 10⁻¹⁰⁰⁰ nor 10¹⁰⁰⁰ is lost.

    Parameters
    ----------
    jacobians : array (T, H, H)
        In the order of time.

    Returns
    -------
    log_norms : array (T+1,)
        Entry k is the lag-k norm, in powers of ten; entry 0 is 0, the identity's.
        −inf where the product is exactly zero.

    Raises
    ------
    ValueError
        Not a stack of square matrices, or not finite.

    Examples
    --------
    >>> compute_log_norms_by_lag(np.full((3, 1, 1), 0.1))
    array([ 0., -1., -2., -3.])
    """
    jacobians = check_array("jacobians", jacobians, ndim=3)
    T, H, _ = jacobians.shape
    jacobians = check_array("jacobians", jacobians, shape=(T, H, H))
    sizes = np.abs(jacobians).max(axis=(1, 2))
    jacobians = jacobians / np.where(sizes > 0, sizes, 1.0)[:, None, None]
    products = np.empty((T, H, H))
    log_scales = np.empty(T)
    product, log_scale = np.eye(H), 0.0
    for k in range(T):
        product = product @ jacobians[T - 1 - k]
        scale = np.abs(product).max()
        if scale == 0:  # and so are all the longer products
            products[k:], log_scales[k:] = 0.0, 0.0
            break
        product = product / scale
        log_scale += np.log10(scale) + np.log10(sizes[T - 1 - k])
        products[k], log_scales[k] = product, log_scale
    # the largest singular value is the root of the largest eigenvalue of P Pᵀ, found faster
    squares = np.linalg.eigvalsh(products @ products.transpose(0, 2, 1))[:, -1]
    with np.errstate(divide="ignore"):
        log_norms = 0.5 * np.log10(np.maximum(squares, 0.0)) + log_scales
    return np.concatenate([[0.0], log_norms])


def compute_spectral_radius(matrix):
    """ρ(W) = max |eigenvalue|: the growth per step of Wᵏ in the long run.

    Parameters
    ----------
    matrix : array (H, H)

    Raises
    ------
    ValueError
        Not square, or not finite.

    Examples
    --------
    >>> compute_spectral_radius([[0.5, 100.0], [0.0, 0.5]])
    0.5
    """
    matrix = _check_square(matrix)
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def compute_largest_singular_value(matrix):
    """σ_max(W) = ‖W‖₂: the most that one step can stretch any vector.

    Parameters
    ----------
    matrix : array (H, H)

    Raises
    ------
    ValueError
        Not square, or not finite.

    Examples
    --------
    >>> compute_largest_singular_value([[3.0, 0.0], [0.0, -4.0]])
    4.0
    """
    return float(np.linalg.norm(_check_square(matrix), 2))


def make_recurrent_weights(hidden_size, *, spectral_radius, seed, kind="gaussian"):
    """A random recurrent matrix of a given spectral radius.

    Parameters
    ----------
    hidden_size : int
    spectral_radius : float ≥ 0
    seed : int
    kind : {"gaussian", "orthogonal", "identity"}
        Independent normal entries; a random rotation or reflection; the identity. All are
        scaled.

    Returns
    -------
    W_hh : array (H, H)

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown kind.
    """
    spectral_radius = check_number("spectral_radius", spectral_radius, minimum=0)
    check_choice("kind", kind, ("gaussian", "orthogonal", "identity"))
    return spectral_radius * _unit_weights(
        check_integer("hidden_size", hidden_size, minimum=1),
        check_integer("seed", seed, minimum=0),
        kind,
    )


@lru_cache(maxsize=64)
def _unit_weights(hidden_size, seed, kind):
    if kind == "identity":
        return np.eye(hidden_size)
    matrix = np.random.default_rng(seed).normal(size=(hidden_size, hidden_size))
    if kind == "orthogonal":
        q, r = np.linalg.qr(matrix)
        return q * np.sign(np.diag(r))
    return matrix / compute_spectral_radius(matrix)


@dataclass(frozen=True)
class GradientDecay:
    """What is left of a gradient, lag by lag, in powers of ten; made by `compute_gradient_decay`.

    Attributes
    ----------
    lags : array (T+1,), in steps
    log_norms : array (T+1,)
        log₁₀ ‖∂h_T/∂h_{T−lag}‖₂, measured.
    log_bound : array (T+1,)
        log₁₀ (γ σ_max)^lag: no measured norm is above it.
    log_radius : array (T+1,)
        log₁₀ ρ^lag: the long run of a linear network.
    gamma, largest_singular_value, spectral_radius : float
    activation : str
    verdict : {"vanishes", "holds", "explodes"}
        By the norm at the last lag: under 1 %, between, over a hundredfold.
    """

    lags: np.ndarray
    log_norms: np.ndarray
    log_bound: np.ndarray
    log_radius: np.ndarray
    gamma: float
    largest_singular_value: float
    spectral_radius: float
    activation: str
    verdict: str


def compute_gradient_decay(
    *, activation="tanh", spectral_radius=0.9, length=100, seed=0, hidden_size=16,
    kind="gaussian", input_scale=0.5,
):  # fmt: skip
    """Run a random plain RNN and measure ‖∂h_T/∂h_{T−lag}‖₂ at every lag, beside its bounds.

    The inputs are normal with standard deviation `input_scale`, the biases 0, and the sequence
    starts from the state 0. The last step is T = `length`.

    Parameters
    ----------
    activation : str or Activation
    spectral_radius : float ≥ 0
    length : int
        T, in steps.
    seed : int
        Fixes the weights and the inputs.
    hidden_size : int
    kind : {"gaussian", "orthogonal", "identity"}
    input_scale : float ≥ 0

    Returns
    -------
    decay : GradientDecay

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown name, or states that overflow.

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
        hs = run_rnn(xs[:, None, :], np.zeros((1, H)), W_xh, W_hh, b_h, activation=activation)
    hs = hs[:, 0]
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
        log_radius = np.where(lags > 0, lags * np.log10(spectral_radius), 0.0)
    last = log_norms[-1]
    verdict = "vanishes" if last < VANISHED else "explodes" if last > EXPLODED else "holds"
    return GradientDecay(
        lags, log_norms, log_bound, log_radius, activation.largest_slope, sigma,
        float(spectral_radius), activation.name, verdict,
    )  # fmt: skip


def _check_square(matrix):
    matrix = check_array("matrix", matrix, ndim=2)
    return check_array("matrix", matrix, shape=(matrix.shape[0], matrix.shape[0]))
