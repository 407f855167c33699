"""What is left of a gradient in many random networks of one cell, computed side by side.

Numbers only, in NumPy. Each network has weights and inputs of its own; all of them take a step at
once, so that twenty seeds fit into one move of a slider.
"""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.jacobians import (
    compute_log_direct_by_lag,
    join_gru_jacobians,
    join_lstm_jacobians,
)
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
    from_x = (xs[:, :, None] @ W_xh)[:, :, 0] + bias  # (T, B, kH)
    if cell == "RNN":
        total, keep = _run_rnn(from_x, W_hh), np.zeros((T, B, H))
    else:
        if cell == "SimplifiedGRU":
            from_x[..., :H] = _OPEN  # r = 1, whatever h is
        if cell == "LSTM":
            steps = _run_lstm(from_x, W_hh)
        else:
            steps = _run_gru(from_x, W_hh, "before" if cell.endswith("before") else "after")
        total, keep = steps.total, steps.direct
    return GatedDecay(
        np.arange(0, T + 1, every),
        _compute_log_norms(total, every),
        compute_log_direct_by_lag(keep)[::every],
    )


def _compute_log_norms(jacobians, every):
    """log₁₀ of the norms of the products of the last 0, `every`, 2 `every`, … Jacobians: (L, B).

    With many networks at once, one product after the other is faster than the scan by which
    `compute_log_norms_by_lag` does it for one. The products are rescaled at every measured lag.
    """
    T, B, S, _ = jacobians.shape
    product, exponent = np.broadcast_to(np.eye(S), (B, S, S)), np.zeros(B)
    products, exponents = np.empty((T // every, B, S, S)), np.empty((T // every, B))
    for k, jacobian in enumerate(jacobians[::-1][: every * (T // every)], start=1):
        product = product @ jacobian
        if k % every == 0:
            grown = np.frexp(np.abs(product).max(axis=(1, 2)))[1]
            product *= np.ldexp(1.0, -grown)[:, None, None]
            exponent = exponent + grown
            products[k // every - 1], exponents[k // every - 1] = product, exponent
    # the largest singular value is the root of the largest eigenvalue of P Pᵀ, found faster
    squares = np.linalg.eigvalsh(products @ products.swapaxes(-1, -2))[..., -1]
    with np.errstate(divide="ignore"):
        log_norms = 0.5 * np.log10(np.maximum(squares, 0.0)) + np.log10(2.0) * exponents
    return np.concatenate([np.zeros((1, B)), log_norms])


def _run_rnn(from_x, W_hh):
    T, B, H = from_x.shape
    hs, h = np.empty((T, B, H)), np.zeros((B, H))
    for t, a in enumerate(from_x):
        h = hs[t] = np.tanh(a + (h[:, None] @ W_hh)[:, 0])
    return (1 - hs**2)[..., None] * W_hh.swapaxes(-1, -2)


def _run_lstm(from_x, W_hh):
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
    return join_lstm_jacobians(_split_gates(gates, 4), cs, W_hh)


def _run_gru(from_x, W_hh, reset):
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
    return join_gru_jacobians(_split_gates(gates, 3), hs, pasts, W_hh, reset=reset)


def _split_gates(gates, blocks):
    """From (T, B, kH), the blocks side by side, to (T, k, B, H)."""
    T, B, _ = gates.shape
    return np.ascontiguousarray(gates.reshape(T, B, blocks, -1).swapaxes(1, 2))
