"""How a gradient travels back through a recurrent network: Jacobians and their products.

Numbers only, in NumPy: no picture, no torch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.recurrences.bptt import trace_gru, trace_lstm
from rnn_helpers.recurrences.cells import Activation, get_activation
from rnn_helpers.validation import check_array, check_choice, check_integer, check_number

# A gradient under a hundredth of what it started with has vanished, over a hundredfold exploded.
VANISHED, EXPLODED = -2.0, 2.0  # log₁₀


def name_verdict(log_norm: float) -> str:
    """What became of a gradient of which 10^`log_norm` is left: "vanishes", "holds", "explodes"."""
    return "vanishes" if log_norm < VANISHED else "explodes" if log_norm > EXPLODED else "holds"


def compute_rnn_jacobians(
    xs: ArrayLike,
    hs: ArrayLike,
    W_xh: ArrayLike,
    W_hh: ArrayLike,
    b_h: ArrayLike,
    *,
    activation: str | Activation = "tanh",
) -> np.ndarray:
    """The one-step Jacobians of a plain RNN along a sequence, array (T, H, H).

    ∂h_t/∂h_{t−1} = diag(φ′(a_t)) W_hhᵀ with a_t = x_t W_xh + h_{t−1} W_hh + b_h.
    Entry [i, j] says how much h_t[i] moves when h_{t−1}[j] is nudged. In the numbering of `hs`,
    `jacobians[t]` is ∂h_{t+1}/∂h_t.

    Parameters
    ----------
    xs, hs : arrays (T, D), (T+1, H)
        One sequence and its states, `hs[0]` the initial one, as `run_rnn` returns them.
    W_xh, W_hh, b_h : arrays (D, H), (H, H), (H,)

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


def compute_log_norms_by_lag(jacobians: ArrayLike) -> np.ndarray:
    """log₁₀ ‖∂h_T/∂h_{T−k}‖₂ for every lag k: the norms of the products, counted from the end.

    ∂h_T/∂h_{T−k} = J_T J_{T−1} ⋯ J_{T−k+1}. Jacobians and products are rescaled on the way and the
    exponents kept beside them, so that neither 10⁻¹⁰⁰⁰ nor 10¹⁰⁰⁰ is lost. From (T, H, H), in the
    order of time, to (T+1,): entry 0 is 0, the identity's; −inf where the product is exactly zero.

    Examples
    --------
    >>> compute_log_norms_by_lag(np.full((3, 1, 1), 0.1))
    array([ 0., -1., -2., -3.])
    """
    jacobians = check_array("jacobians", jacobians, ndim=3)
    T, H, _ = jacobians.shape
    jacobians = check_array("jacobians", jacobians, shape=(T, H, H))
    # a scan in blocks of √T steps: products within all blocks at once, then block by block
    steps = math.isqrt(T - 1) + 1
    blocks = -(-T // steps)
    padding = np.broadcast_to(np.eye(H), (blocks * steps - T, H, H))
    latest_first = np.concatenate([jacobians[::-1], padding])
    products, exponents = rescale(latest_first.reshape(blocks, steps, H, H))
    for k in range(1, steps):
        products[:, k], grown = rescale(products[:, k - 1] @ products[:, k])
        exponents[:, k] += exponents[:, k - 1] + grown
    for k in range(1, blocks):
        products[k], grown = rescale(products[k - 1, -1] @ products[k])
        exponents[k] += exponents[k - 1, -1] + grown
    products, exponents = products.reshape(-1, H, H)[:T], exponents.reshape(-1)[:T]
    # the largest singular value is the root of the largest eigenvalue of P Pᵀ, found faster
    squares = np.linalg.eigvalsh(products @ products.transpose(0, 2, 1))[:, -1]
    with np.errstate(divide="ignore"):
        log_norms = 0.5 * np.log10(np.maximum(squares, 0.0)) + np.log10(2.0) * exponents
    return np.concatenate([[0.0], log_norms])


def rescale(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matrices with a largest entry from ½ to 1, and the powers of 2 that this took: exact."""
    exponents = np.frexp(np.abs(matrices).max(axis=(-2, -1)))[1]
    return np.ldexp(matrices, -exponents[..., None, None]), exponents


def compute_log_direct_by_lag(gates: np.ndarray) -> np.ndarray:
    """log₁₀ of the direct path alone: the largest product of the last k gates, for k = 0 … T.

    `gates` (T, H) is what each step keeps of each unit, as `StepJacobians.direct` holds it. What
    is returned, (T+1,), is that of the unit that keeps most over those k steps; entry 0 is 0.
    From (T, B, H), for B networks at once, to (T+1, B).

    Examples
    --------
    >>> compute_log_direct_by_lag(np.array([[0.1, 1.0], [0.1, 0.01]]))
    array([ 0., -1., -2.])
    """
    with np.errstate(divide="ignore"):
        sums = np.cumsum(np.log10(gates[::-1]), axis=0)
    return np.concatenate([np.zeros((1, *gates.shape[1:-1])), sums.max(axis=-1)])


def compute_spectral_radius(matrix: ArrayLike) -> float:
    """ρ(W) = max |eigenvalue| of W (H, H): the growth per step of Wᵏ in the long run.

    Examples
    --------
    >>> compute_spectral_radius([[0.5, 100.0], [0.0, 0.5]])
    0.5
    """
    return float(np.abs(np.linalg.eigvals(_check_square(matrix))).max())


def compute_largest_singular_value(matrix: ArrayLike) -> float:
    """σ_max(W) = ‖W‖₂ of W (H, H): the most that one step can stretch any vector.

    Examples
    --------
    >>> compute_largest_singular_value([[3.0, 0.0], [0.0, -4.0]])
    4.0
    """
    return float(np.linalg.norm(_check_square(matrix), 2))


def make_recurrent_weights(
    hidden_size: int, *, spectral_radius: float, seed: int, kind: str = "gaussian"
) -> np.ndarray:
    """A random recurrent matrix (H, H) of a given spectral radius, and of a `kind`.

    "gaussian" has independent normal entries, "orthogonal" is a random rotation or reflection,
    "identity" is the identity; all are scaled.
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


def _check_square(matrix):
    matrix = check_array("matrix", matrix, ndim=2)
    return check_array("matrix", matrix, shape=(matrix.shape[0], matrix.shape[0]))


@dataclass(frozen=True)
class StepJacobians:
    """One-step Jacobians along one sequence, with their direct path beside them.

    Attributes
    ----------
    total : array (T, S, S)
        ∂s_t/∂s_{t−1} for the whole state s: h for the GRU (S = H), (h, c) joined for the LSTM
        (S = 2H, first h, then c).
    direct : array (T, H)
        The diagonal of the path that no weight matrix touches: f for the LSTM's c, z (or 1 − z
        where z takes) for the GRU's h.
    """

    total: np.ndarray
    direct: np.ndarray


def compute_lstm_jacobians(
    xs: ArrayLike,
    h0: ArrayLike,
    c0: ArrayLike,
    W_xh: ArrayLike,
    W_hh: ArrayLike,
    b_h: ArrayLike,
    *,
    peepholes: ArrayLike | None = None,
) -> StepJacobians:
    """The one-step Jacobians ∂(h, c)_t / ∂(h, c)_{t−1} of an LSTM in closed form; `direct` is f.

    With d_i = g i (1 − i), d_f = c₋₁ f (1 − f), d_g = i (1 − g²), d_o = tanh(c) o (1 − o) and
    s = o (1 − tanh²(c)) + p_o d_o, each a diagonal:

    ∂c/∂h₋₁ = d_i W_hiᵀ + d_f W_hfᵀ + d_g W_hgᵀ,   ∂c/∂c₋₁ = f + p_i d_i + p_f d_f
    ∂h/∂h₋₁ = d_o W_hoᵀ + s ∂c/∂h₋₁,               ∂h/∂c₋₁ = s ∂c/∂c₋₁

    Parameters
    ----------
    xs, h0, c0 : arrays (T, D), (H,), (H,)
    W_xh, W_hh, b_h : arrays (D, 4H), (H, 4H), (4H,)
        Gates i, f, g, o.
    peepholes : array (3, H), optional

    Source
    ------
    The cell of `cells.lstm_step`; the derivation is ours.
    """
    xs, h0, W_xh, W_hh = _check_sequence(xs, h0, W_xh, W_hh, blocks=4)
    H = len(h0)
    c0 = check_array("c0", c0, shape=(H,))
    b_h = check_array("b_h", b_h, shape=(4 * H,))
    p = None if peepholes is None else check_array("peepholes", peepholes, shape=(3, H))
    trace = trace_lstm(xs[:, None], h0[None], c0[None], W_xh, W_hh, b_h, peepholes=p)
    found = join_lstm_jacobians(trace.gates, trace.cs, W_hh, p)
    return StepJacobians(found.total[:, 0], found.direct[:, 0])


def join_lstm_jacobians(
    gates: np.ndarray, cs: np.ndarray, W_hh: np.ndarray, peepholes: np.ndarray | None = None
) -> StepJacobians:
    """`compute_lstm_jacobians` from what a run left: (T, B, 2H, 2H) and (T, B, H).

    Parameters
    ----------
    gates, cs : (T, 4, B, H), (T+1, B, H)
        As `bptt.trace_lstm` leaves them.
    W_hh : (H, 4H), or (B, H, 4H), one for each network of the batch
    """
    H = cs.shape[-1]
    p = np.zeros((3, H)) if peepholes is None else peepholes
    i, f, g, o = np.moveaxis(gates, 1, 0)  # each (T, B, H)
    tanh_c, c_before = np.tanh(cs[1:]), cs[:-1]
    W_i, W_f, W_g, W_o = _split_transposed(W_hh, 4)
    d_i, d_f, d_g = g * i * (1 - i), c_before * f * (1 - f), i * (1 - g**2)
    d_o = tanh_c * o * (1 - o)
    s = o * (1 - tanh_c**2) + p[2] * d_o
    c_by_h = _rows(d_i, W_i)
    c_by_h += _rows(d_f, W_f)
    c_by_h += _rows(d_g, W_g)
    c_by_c = f + p[0] * d_i + p[1] * d_f  # the diagonal
    total, units = np.zeros((*f.shape[:2], 2 * H, 2 * H)), np.arange(H)
    np.multiply(s[..., None], c_by_h, out=total[..., :H, :H])
    total[..., :H, :H] += _rows(d_o, W_o)
    total[..., units, H + units] = s * c_by_c
    total[..., H:, :H], total[..., H + units, H + units] = c_by_h, c_by_c
    return StepJacobians(total, f)


def compute_gru_jacobians(
    xs: ArrayLike,
    h0: ArrayLike,
    W_xh: ArrayLike,
    W_hh: ArrayLike,
    b_xh: ArrayLike,
    b_hh: ArrayLike,
    *,
    reset: str = "after",
    update: str = "keeps",
) -> StepJacobians:
    """The one-step Jacobians ∂h_t/∂h_{t−1} of a GRU in closed form; `direct` is keep.

    With keep = z (or 1 − z where z takes), d_z = ±(h₋₁ − n) z (1 − z), d_n = (1 − keep)(1 − n²),
    each a diagonal, and q = h₋₁ W_hn + b_hn:

    ∂h/∂h₋₁ = keep + d_z W_hzᵀ + d_n ∂a_n/∂h₋₁
    ∂a_n/∂h₋₁ = r W_hnᵀ + q r (1 − r) W_hrᵀ                 reset "after"
    ∂a_n/∂h₋₁ = W_hnᵀ (r + h₋₁ r (1 − r) W_hrᵀ)             reset "before"

    Parameters
    ----------
    xs, h0 : arrays (T, D), (H,)
    W_xh, W_hh, b_xh, b_hh : arrays (D, 3H), (H, 3H), (3H,), (3H,)
        Gates r, z, n.

    Source
    ------
    The cell of `cells.gru_step`; the derivation is ours.
    """
    xs, h0, W_xh, W_hh = _check_sequence(xs, h0, W_xh, W_hh, blocks=3)
    H = len(h0)
    b_xh, b_hh = (
        check_array(name, b, shape=(3 * H,)) for name, b in (("b_xh", b_xh), ("b_hh", b_hh))
    )
    trace = trace_gru(xs[:, None], h0[None], W_xh, W_hh, b_xh, b_hh, reset=reset, update=update)
    found = join_gru_jacobians(trace.gates, trace.hs, trace.pasts, W_hh, reset=reset, update=update)
    return StepJacobians(found.total[:, 0], found.direct[:, 0])


def join_gru_jacobians(
    gates: np.ndarray, hs: np.ndarray, pasts: np.ndarray, W_hh: np.ndarray,
    *, reset: str = "after", update: str = "keeps",
) -> StepJacobians:  # fmt: skip
    """`compute_gru_jacobians` from what a run left: (T, B, H, H) and (T, B, H).

    Parameters
    ----------
    gates, hs, pasts : (T, 3, B, H), (T+1, B, H), (T, B, H)
        As `bptt.trace_gru` leaves them.
    W_hh : (H, 3H), or (B, H, 3H), one for each network of the batch
    """
    r, z, n = np.moveaxis(gates, 1, 0)  # each (T, B, H)
    h_before, units = hs[:-1], np.arange(hs.shape[-1])
    W_r, W_z, W_n = _split_transposed(W_hh, 3)
    keep, difference = (z, h_before - n) if update == "keeps" else (1 - z, n - h_before)
    # in place: at the sizes of a slider, new arrays take longer than what is computed in them
    if reset == "after":
        total = _rows(r, W_n)
        total += _rows(pasts * r * (1 - r), W_r)
    else:
        by_reset = _rows(h_before * r * (1 - r), W_r)
        by_reset[..., units, units] += r
        total = W_n @ by_reset
    total *= ((1 - keep) * (1 - n**2))[..., None]
    total += _rows(difference * z * (1 - z), W_z)
    total[..., units, units] += keep
    return StepJacobians(total, keep)


def compute_connectivity(model: Callable[[Any], Any], xs: Any, targets: Any) -> np.ndarray:
    """How strongly each prediction of a language model hangs on each input: ‖∂ log p(y_t)/∂x_s‖₂.

    One backward pass for each t gives a whole row of (T, T), in nats per unit of the embedding.
    Where the model reads forwards only, the entries with s > t are exactly zero.

    Parameters
    ----------
    model : callable
        `model(xs) -> logits`: from embedded inputs (T, D) to unnormalised log-probabilities
        (T, V), in torch.
    xs, targets : tensors (T, D), integers (T,)
        The embedded inputs, and y_t, the token that each step is asked for.

    Source
    ------
    The measure follows Madsen (2019), Visualizing memorization in RNNs, Distill,
    doi:10.23915/distill.00016.
    """
    import torch

    if xs.ndim != 2 or len(xs) == 0:
        raise ValueError(f"xs must have shape (T, D), got {tuple(xs.shape)}")
    xs = xs.detach().requires_grad_()
    T = len(xs)
    if tuple(targets.shape) != (T,):
        raise ValueError(f"targets must have shape {(T,)}, got {tuple(targets.shape)}")
    logits = model(xs)
    if not isinstance(logits, torch.Tensor):
        raise TypeError(f"model must return a tensor, got {type(logits).__name__}")
    if logits.ndim != 2 or len(logits) != T:
        raise ValueError(f"model must return shape ({T}, V), got {tuple(logits.shape)}")
    if targets.dtype.is_floating_point:
        raise TypeError(f"targets must be whole numbers, got {targets.dtype}")
    if not 0 <= int(targets.min()) <= int(targets.max()) < logits.shape[1]:
        raise ValueError(f"targets must lie in 0 … {logits.shape[1] - 1}, the logits' tokens")
    chosen = torch.log_softmax(logits, dim=1)[torch.arange(T), targets]
    rows = [torch.autograd.grad(chosen[t], xs, retain_graph=True)[0].norm(dim=1) for t in range(T)]
    return torch.stack(rows).cpu().numpy()


def _check_sequence(xs, h0, W_xh, W_hh, *, blocks):
    xs = check_array("xs", xs, ndim=2)
    h0 = check_array("h0", h0, ndim=1)
    D, H = xs.shape[1], len(h0)
    W_xh = check_array("W_xh", W_xh, shape=(D, blocks * H))
    return xs, h0, W_xh, check_array("W_hh", W_hh, shape=(H, blocks * H))


def _split_transposed(W_hh, blocks):  # laid out anew: four times as fast below
    return [np.ascontiguousarray(b.swapaxes(-1, -2)) for b in np.split(W_hh, blocks, axis=-1)]


def _rows(diagonals, matrix):
    """diag(d_t) M for every t: (T, B, H) and (H, K) or (B, H, K) to (T, B, H, K)."""
    return diagonals[..., None] * matrix
