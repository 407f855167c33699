"""What is left of a gradient in many random networks of one cell, computed side by side.

Numbers only, in NumPy. Each network has weights and inputs of its own; all of them take a step at
once, so that twenty seeds fit into one move of a slider.
"""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.jacobians import compute_log_direct_by_lag, join_gru_jacobians
from rnn_helpers.validation import check_array, check_choice, check_integer

_BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3, "GRU, reset before": 3, "SimplifiedGRU": 3}
CELLS = tuple(_BLOCKS)
_OPEN = 800.0  # a bias at which a gate is 1 to the last bit


@dataclass(frozen=True)
class GatedDecay:
    """What is left of a gradient in each of B networks; made by `compute_gated_decay`.

    Attributes
    ----------
    lags : (L,), in steps
    total : (L, B)
        log₁₀ ‖∂s_T/∂s_{T−lag}‖₂ by all paths; s is (h, c) for the LSTM, else h.
    direct : (L, B)
        log₁₀ of the direct path alone, of the unit that keeps most: max ∏ f or max ∏ z. A plain
        RNN has none: −∞ beyond lag 0.
    """

    lags: np.ndarray
    total: np.ndarray
    direct: np.ndarray


@dataclass(frozen=True)
class Decays:
    """The gradients of a gated cell's networks, and of plain RNNs to compare them with."""

    gated: GatedDecay
    rnn: GatedDecay


def compute_gated_decay(
    cell: str, xs: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, bias: np.ndarray,
    *, every: int = 1,
) -> GatedDecay:  # fmt: skip
    """Run B networks of one cell from the state 0 and measure their gradients by lag.

    Parameters
    ----------
    cell
        "RNN", "LSTM", "GRU", "GRU, reset before", or "SimplifiedGRU": the GRU with r = 1.
    xs : (T, B, D)
    W_xh, W_hh : (B, D, kH), (B, H, kH)
        k blocks side by side as in `recurrences.cells`: 1, 4 (i, f, g, o) or 3 (r, z, n).
    bias : (kH,), the same in all networks
        A GRU's second bias is 0.
    every
        Only the lags 0, `every`, 2 `every`, … are measured.

    Examples
    --------
    >>> weights = np.zeros((1, 1, 3))
    >>> decay = compute_gated_decay("GRU", np.zeros((2, 1, 1)), weights, weights, np.zeros(3))
    >>> 10 ** decay.total[:, 0]  # z = ½ twice
    array([1.  , 0.5 , 0.25])
    """
    check_choice("cell", cell, CELLS)
    k, every = _BLOCKS[cell], check_integer("every", every, minimum=1)
    xs, W_hh = check_array("xs", xs, ndim=3), check_array("W_hh", W_hh, ndim=3)
    (T, B, D), H = xs.shape, W_hh.shape[1]
    W_hh = check_array("W_hh", W_hh, shape=(B, H, k * H))
    W_xh = check_array("W_xh", W_xh, shape=(B, D, k * H))
    bias = check_array("bias", bias, shape=(k * H,))
    from_x = np.empty((T, B, k * H))
    np.matmul(xs.swapaxes(0, 1), W_xh, out=from_x.swapaxes(0, 1))
    from_x += bias
    if cell == "RNN":
        go_back, keep = _go_back_in_rnn(from_x, W_hh), np.zeros((T, B, H))
    elif cell == "LSTM":
        go_back, keep = _go_back_in_lstm(from_x, W_hh)
    else:
        if cell == "SimplifiedGRU":
            from_x[..., :H] = _OPEN  # r = 1, whatever h is
        reset = "before" if cell.endswith("before") else "after"
        go_back, keep = _go_back_in_gru(from_x, W_hh, reset)
    start = np.tile(np.eye(2 * H if cell == "LSTM" else H), (B, 1, 1))
    return GatedDecay(
        np.arange(0, T + 1, every),
        _compute_log_norms(go_back, start, T // every, every),
        compute_log_direct_by_lag(keep)[::every],
    )


def _go_back_by(jacobians):
    """A function from a product of Jacobians (B, S, S) and t to the product times Jacobian t."""
    return lambda product, t: product @ jacobians[t]


def _go_back_in_rnn(from_x, W_hh):
    """`_go_back_by` of the Jacobians of a plain RNN."""
    T, B, H = from_x.shape
    hs, h = np.empty((T, B, H)), np.zeros((B, H))
    for t, a in enumerate(from_x):
        h = hs[t] = np.tanh(a + (h[:, None] @ W_hh)[:, 0])
    return _go_back_by((1 - hs**2)[..., None] * W_hh.swapaxes(1, 2))


def _go_back_in_lstm(from_x, W_hh):
    """`_go_back_by` of the Jacobians of (h, c) of an LSTM; and the gates f (T, B, H)."""
    gates, cs = _run_lstm(from_x, W_hh)
    T, B, H = cs.shape[0] - 1, *cs.shape[1:]
    i, f, g, o = np.moveaxis(gates.reshape(T, B, 4, H), 2, 0)
    shown, slopes = np.tanh(cs[1:]), np.zeros((B, 2, H, T, 4))  # of h and c, by i, f, g and o
    h_by_c, (of_h, of_c) = o * (1 - shown**2), slopes.transpose(1, 4, 3, 0, 2)
    of_c[0], of_c[1], of_c[2] = g * i * (1 - i), cs[:-1] * f * (1 - f), i * (1 - g**2)
    np.multiply(h_by_c, of_c[:3], out=of_h[:3])
    of_h[3] = shown * o * (1 - o)
    jacobians, units = _join_rows(slopes, W_hh), np.arange(H)
    jacobians[:, 0, units, :, 1, units] = (h_by_c * f).transpose(2, 1, 0)
    jacobians[:, 1, units, :, 1, units] = f.transpose(2, 1, 0)
    return _go_back_by(jacobians.reshape(B, 2 * H, T, 2 * H).transpose(2, 0, 1, 3)), f


def _go_back_in_gru(from_x, W_hh, reset):
    """`_go_back_by` of the Jacobians of a GRU; and the gates z (T, B, H)."""
    gates, hs, pasts = _run_gru(from_x, W_hh, reset)
    T, B, H = pasts.shape
    r, z, n = np.moveaxis(gates.reshape(T, B, 3, H), 2, 0)
    if reset == "before":
        blocks = np.ascontiguousarray(np.stack([r, z, n], axis=1))
        return _go_back_by(join_gru_jacobians(blocks, hs, pasts, W_hh, reset=reset).total), z
    slopes = np.empty((B, 1, H, T, 3))  # of h, by r, z and n
    by_r, by_z, by_n = slopes[:, 0].transpose(3, 2, 0, 1)
    np.multiply((1 - z) * (1 - n**2), r, out=by_n)
    by_r[:], by_z[:] = by_n * pasts * (1 - r), (hs[:-1] - n) * z * (1 - z)
    jacobians, units = _join_rows(slopes, W_hh), np.arange(H)
    jacobians[:, 0, units, :, 0, units] += z.transpose(2, 1, 0)
    return _go_back_by(jacobians[:, 0, :, :, 0].transpose(2, 0, 1, 3)), z


def _join_rows(slopes, W_hh):
    """What goes through W_hh in all Jacobians, (B, states, H, T, states, H): from h, the first.

    A unit's row at all steps is one product, of its `slopes` (B, states, H, T, k) by the k blocks:
    with many short steps far faster than a product for each step.
    """
    B, states, H, T, k = slopes.shape
    weights = np.ascontiguousarray(W_hh.reshape(B, 1, H, k, H).transpose(0, 1, 4, 3, 2))
    jacobians = np.zeros((B, states, H, T, states, H))
    np.matmul(slopes, weights, out=jacobians[..., 0, :])
    return jacobians


def _compute_log_norms(go_back, product, count, every):
    """log₁₀ of the norms of the products of the last 0, `every`, 2 `every`, … Jacobians: (L, B).

    With many networks at once, one product after the other is faster than the scan by which
    `compute_log_norms_by_lag` does it for one. The products are rescaled at every measured lag.
    """
    B, S, _ = product.shape
    products, exponents, exponent = np.empty((count, B, S, S)), np.empty((count, B)), np.zeros(B)
    for lag in range(count):
        for k in range(every * lag + 1, every * (lag + 1) + 1):
            product = go_back(product, -k)
        grown = np.frexp(np.abs(product).max(axis=(1, 2)))[1]
        product *= np.ldexp(1.0, -grown)[:, None, None]
        exponent = exponent + grown
        products[lag], exponents[lag] = product, exponent
    # the largest singular value is the root of the largest eigenvalue of P Pᵀ, found faster
    squares = np.linalg.eigvalsh(products @ products.swapaxes(-1, -2))[..., -1]
    with np.errstate(divide="ignore"):
        log_norms = 0.5 * np.log10(np.maximum(squares, 0.0)) + np.log10(2.0) * exponents
    return np.concatenate([np.zeros((1, B)), log_norms])


def _run_lstm(from_x, W_hh):
    """Gates (T, B, 4H) and cell states (T+1, B, H)."""
    (T, B, _), H = from_x.shape, W_hh.shape[1]
    cs, h, gates = np.zeros((T + 1, B, H)), np.zeros((B, H)), np.empty((T, B, 4 * H))
    # σ(a) = ½ + ½ tanh(½ a): one tanh for all four, with the halves in the weights
    half, start = np.repeat([0.5, 0.5, 1.0, 0.5], H), np.repeat([0.5, 0.5, 0.0, 0.5], H)
    halved = half * W_hh
    for t, a in enumerate(half * from_x):
        gates[t] = start + half * np.tanh(a + (h[:, None] @ halved)[:, 0])
        i, f, g, o = (gates[t, :, k * H : (k + 1) * H] for k in range(4))
        cs[t + 1] = f * cs[t] + i * g
        h = o * np.tanh(cs[t + 1])
    return gates, cs


def _run_gru(from_x, W_hh, reset):
    """Gates (T, B, 3H), states (T+1, B, H), and what r multiplies or has multiplied (T, B, H)."""
    (T, B, _), H = from_x.shape, W_hh.shape[1]
    gates, hs = np.empty((T, B, 3 * H)), np.zeros((T + 1, B, H))
    pasts, W_hn = np.empty((T, B, H)), W_hh[..., 2 * H :]
    both, new = slice(2 * H), slice(2 * H, 3 * H)
    half = np.repeat([0.5, 0.5, 1.0], H)  # as for the LSTM
    halved = half * W_hh
    for t, a in enumerate(half * from_x):
        h, gate = hs[t], gates[t]
        from_h = (h[:, None] @ halved)[:, 0]
        gate[:, both] = 0.5 + 0.5 * np.tanh(a[:, both] + from_h[:, both])
        r, z = gate[:, :H], gate[:, H : 2 * H]
        if reset == "after":
            pasts[t] = from_h[:, new]
            past = r * pasts[t]
        else:
            pasts[t] = r * h
            past = (pasts[t][:, None] @ W_hn)[:, 0]
        n = gate[:, new] = np.tanh(a[:, new] + past)
        hs[t + 1] = n + z * (h - n)
    return gates, hs, pasts
