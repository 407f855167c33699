"""What the gates of a GRU do: one unit under gates held by hand, and gradients by lag.

Numbers only, in NumPy: no picture, no torch.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.bptt import trace_gru
from rnn_helpers.recurrences.gated_decay import Decays, compute_gated_decay
from rnn_helpers.validation import check_choice, check_integer, check_number

_SHUT = 800.0  # a bias that shuts a gate, or opens it, to the last bit


def compute_gate_bias(gate: float) -> float:
    """The bias at which a gate without any other input has the value `gate`: ln(g / (1 − g)).

    At the two ends it is ±800, where the sigmoid is 0 or 1 to the last bit.

    Examples
    --------
    >>> compute_gate_bias(0.5)
    0.0
    """
    gate = check_number("gate", gate, minimum=0, maximum=1)
    with np.errstate(divide="ignore"):
        return float(np.clip(np.log(gate) - np.log1p(-gate), -_SHUT, _SHUT))


def make_pulses() -> np.ndarray:
    """The 40 inputs that the unit reads: a push up, a push down, silence between."""
    xs = np.zeros(40)
    xs[4:7], xs[22:24] = 1.5, -2.0
    return xs


@dataclass(frozen=True)
class GateRun:
    """The states (T+1,) of one GRU unit with both gates held still; made by `compute_gate_run`.

    `keeps` where z keeps the old state, `takes` where z takes the new one; entry 0 is 0.
    """

    keeps: np.ndarray
    takes: np.ndarray
    z: float
    r: float


def compute_gate_run(*, z: float = 0.9, r: float = 1.0) -> GateRun:
    """Run one GRU unit over two pulses with both gates held by hand, in both update conventions.

    The candidate's weights are fixed: n = tanh(1.2 x + r (1.5 h₋₁ + 0.2)).

    Parameters
    ----------
    z, r : 0 to 1

    Examples
    --------
    >>> float(compute_gate_run(z=0.0, r=0.0).keeps[-1])
    0.0
    """
    z, r = (check_number(name, gate, minimum=0, maximum=1) for name, gate in (("z", z), ("r", r)))
    xs, h0 = make_pulses(), np.zeros((1, 1))
    W_xh, W_hh = np.array([[0.0, 0.0, 1.2]]), np.array([[0.0, 0.0, 1.5]])
    b_xh = np.array([compute_gate_bias(r), compute_gate_bias(z), 0.0])
    b_hh = np.array([0.0, 0.0, 0.2])
    keeps, takes = (
        trace_gru(xs[:, None, None], h0, W_xh, W_hh, b_xh, b_hh, update=update).hs[:, 0, 0].copy()
        for update in ("keeps", "takes")
    )
    return GateRun(keeps, takes, z, r)


@dataclass(frozen=True)
class GateInterval:
    """One GRU unit whose z has another value in an interval; made by `compute_gate_interval`.

    Attributes
    ----------
    xs, candidates, zs : (T,)
        The pulses, n_t and z_t.
    hs : (T+1,)
        The states; entry 0 is 0.
    first, last
        The first and the last step at which z is `z_inside`.
    """

    xs: np.ndarray
    candidates: np.ndarray
    zs: np.ndarray
    hs: np.ndarray
    first: int
    last: int
    z_inside: float
    z_outside: float


def compute_gate_interval(
    *, first: int = 8, last: int = 40, z_inside: float = 0.95, z_outside: float = 0.5
) -> GateInterval:
    """Run one GRU unit over two pulses while z follows a schedule; z keeps, and r = 0.

    A second input sets z: its weight is 1 for z and 0 for all else. The candidate is
    tanh(1.2 x).

    Parameters
    ----------
    first, last : 1 to 40
        z is `z_inside` from step `first` to step `last`, both included.
    z_inside, z_outside : 0 to 1

    Examples
    --------
    >>> float(compute_gate_interval(z_inside=1.0, z_outside=0.0).hs[-1].round(3))
    0.947
    """
    last = check_integer("last", last, minimum=1, maximum=40)
    first = check_integer("first", first, minimum=1, maximum=40)
    z_inside = check_number("z_inside", z_inside, minimum=0, maximum=1)
    z_outside = check_number("z_outside", z_outside, minimum=0, maximum=1)
    pulses, steps = make_pulses(), np.arange(1, 41)
    is_inside = (first <= steps) & (steps <= last)
    to_z = np.where(is_inside, compute_gate_bias(z_inside), compute_gate_bias(z_outside))
    W_xh = np.array([[0.0, 0.0, 1.2], [0.0, 1.0, 0.0]])
    shut_r = np.array([-_SHUT, 0.0, 0.0])
    xs = np.column_stack([pulses, to_z])[:, None]
    trace = trace_gru(xs, np.zeros((1, 1)), W_xh, np.zeros((1, 3)), shut_r, np.zeros(3))
    _, zs, candidates = trace.gates[:, :, 0, 0].T.copy()
    return GateInterval(
        pulses, candidates, zs, trace.hs[:, 0, 0].copy(), first, last, z_inside, z_outside
    )


FORMS = {"GRU": "torch's GRU", "GRU, reset before": "Cho's v3", "SimplifiedGRU": "simplified GRU"}


@dataclass(frozen=True)
class GRUDecay(Decays):
    """What is left of a gradient in many gated and plain networks; made by `compute_gru_decay`."""

    keep_bias: float
    reset_bias: float
    candidate_scale: float
    cell: str


def compute_gru_decay(
    *, keep_bias: float = 0.0, reset_bias: float = 0.0, candidate_scale: float = 1.0,
    cell: str = "GRU", weight_scale: float = 1.0, input_scale: float = 1.0, length: int = 100,
    hidden_size: int = 8, input_size: int = 4, seeds: int = 20, every: int = 10,
) -> GRUDecay:  # fmt: skip
    """Run random gated networks over inputs from N(0, input_scale²) and measure their gradients.

    Every block of the recurrent weights is normal with standard deviation `weight_scale` / √H,
    every block of the input weights with 1 / √D. Beside them run plain RNNs with the GRU's
    candidate weights: the same network with r = 1 and z = 0. An LSTM has the same first three
    blocks, and a fourth.

    Parameters
    ----------
    keep_bias
        Of the update gate z, or of the LSTM's forget gate.
    reset_bias
        Of the reset gate r; the simplified GRU and the LSTM have none.
    candidate_scale
        W_hn is multiplied by it; beside an LSTM, which has none, that of the plain RNNs alone.
    cell
        "GRU", "GRU, reset before", "SimplifiedGRU" or "LSTM".
    length : T, in steps
    seeds
        How many networks: seeds 0 … `seeds` − 1 fix weights and inputs.
    every
        The gradient is measured at the lags 0, `every`, 2 `every`, …

    Examples
    --------
    >>> decay = compute_gru_decay(weight_scale=0.0, length=3, every=1)
    >>> decay.gated.direct.shape
    (4, 20)
    """
    check_choice("cell", cell, (*FORMS, "LSTM"))
    biases = {"keep_bias": keep_bias, "reset_bias": reset_bias}
    keep, reset = (check_number(name, bias) for name, bias in biases.items())
    scales = {"candidate_scale": candidate_scale, "weight_scale": weight_scale,
              "input_scale": input_scale}  # fmt: skip
    n_scale, scale, x_scale = (check_number(name, s, minimum=0) for name, s in scales.items())
    sizes = {"length": length, "hidden_size": hidden_size, "input_size": input_size, "seeds": seeds,
             "every": every}  # fmt: skip
    T, H, D, S, k = (check_integer(name, size, minimum=1) for name, size in sizes.items())
    W_xh, W_hh, xs = _draw_networks(T, H, D, S)
    if cell == "LSTM":
        factors, bias = np.full(4, scale), [0.0, keep, 0.0, 0.0]
    else:
        factors, bias = scale * np.array([1.0, 1.0, n_scale]), [reset, keep, 0.0]
    used = len(bias) * H
    W = W_hh[..., :used] * np.repeat(factors, H)
    gated = compute_gated_decay(
        cell, x_scale * xs, W_xh[..., :used], W, np.repeat(bias, H), every=k
    )
    rnn = _compute_rnn_decay(scale * n_scale, x_scale, T, H, D, S, k)
    return GRUDecay(gated, rnn, keep, reset, n_scale, cell)


@lru_cache(maxsize=4)
def _draw_networks(T, H, D, seeds):
    draws = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sizes = ((D, 4 * H), (H, 4 * H), (T, D))
        draws.append([rng.normal(size=size) for size in sizes])
    W_xh, W_hh, xs = (np.stack(arrays) for arrays in zip(*draws, strict=True))
    return W_xh / np.sqrt(D), W_hh / np.sqrt(H), xs.swapaxes(0, 1)


@lru_cache(maxsize=256)  # the biases are dragged over it
def _compute_rnn_decay(scale, x_scale, T, H, D, seeds, every):
    W_xh, W_hh, xs = _draw_networks(T, H, D, seeds)
    n = slice(2 * H, 3 * H)
    return compute_gated_decay(
        "RNN", x_scale * xs, W_xh[..., n], scale * W_hh[..., n], np.zeros(H), every=every
    )
