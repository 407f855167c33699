"""What the gates of a GRU do: one unit under gates held by hand, and its gradient beside an LSTM's.

Numbers only, in NumPy: no picture, no torch.
"""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.bptt import trace_gru
from rnn_helpers.recurrences.jacobians import (
    compute_gru_jacobians,
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
)
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
    """The 40 inputs that `compute_gate_run` reads: a push up, a push down, silence between."""
    xs = np.zeros(40)
    xs[4:7], xs[22:24] = 1.5, -2.0
    return xs


@dataclass(frozen=True)
class GateRun:
    """One GRU unit with both gates held still; made by `compute_gate_run`.

    Attributes
    ----------
    xs : (T,)
    candidates : (T,)
        n_t of the unit whose z keeps.
    keeps, takes : (T+1,)
        The states where z keeps the old one and where z takes the new one; entry 0 is 0.
    """

    xs: np.ndarray
    candidates: np.ndarray
    keeps: np.ndarray
    takes: np.ndarray
    z: float
    r: float
    reset: str


def compute_gate_run(*, z: float = 0.9, r: float = 1.0, reset: str = "after") -> GateRun:
    """Run one GRU unit over two pulses with both gates held by hand, in both update conventions.

    The candidate's weights are fixed: n = tanh(1.2 x + r (1.5 h₋₁ + 0.2)) with reset "after",
    n = tanh(1.2 x + 1.5 r h₋₁ + 0.2) with reset "before".

    Parameters
    ----------
    z, r : 0 to 1
    reset : {"after", "before"}

    Examples
    --------
    >>> float(compute_gate_run(z=0.0, r=0.0).keeps[-1])
    0.0
    """
    z, r = (check_number(name, gate, minimum=0, maximum=1) for name, gate in (("z", z), ("r", r)))
    check_choice("reset", reset, ("after", "before"))
    xs, h0 = make_pulses(), np.zeros((1, 1))
    W_xh, W_hh = np.array([[0.0, 0.0, 1.2]]), np.array([[0.0, 0.0, 1.5]])
    b_xh = np.array([compute_gate_bias(r), compute_gate_bias(z), 0.0])
    b_hh = np.array([0.0, 0.0, 0.2])
    traces = [
        trace_gru(xs[:, None, None], h0, W_xh, W_hh, b_xh, b_hh, reset=reset, update=update)
        for update in ("keeps", "takes")
    ]
    candidates = traces[0].gates[:, 2, 0, 0].copy()
    keeps, takes = (trace.hs[:, 0, 0].copy() for trace in traces)
    return GateRun(xs, candidates, keeps, takes, z, r, reset)


@dataclass(frozen=True)
class GatedDecay:
    """What is left of a gradient in a GRU and in an LSTM; made by `compute_gated_decay`.

    Attributes
    ----------
    lags : (T+1,), in steps
    gru, lstm : (T+1,)
        log₁₀ of the norm of ∂s_T/∂s_{T−lag}; s is h for the GRU, (h, c) for the LSTM.
    gru_direct, lstm_direct : (T+1,)
        log₁₀ of the direct path alone, of the unit that keeps most: max ∏ z and max ∏ f.
    """

    lags: np.ndarray
    gru: np.ndarray
    lstm: np.ndarray
    gru_direct: np.ndarray
    lstm_direct: np.ndarray
    keep_bias: float
    reset_bias: float
    weight_scale: float


def compute_gated_decay(
    *, keep_bias: float = 1.0, reset_bias: float = 0.0, weight_scale: float = 1.0,
    length: int = 100, seed: int = 0, hidden_size: int = 8, input_size: int = 4,
) -> GatedDecay:  # fmt: skip
    """Run a random GRU and a random LSTM over one input and measure both gradients at every lag.

    The GRU's update gate and the LSTM's forget gate start from the same bias; `reset_bias` is of
    the GRU's reset gate, and all other biases are 0. Every block of the recurrent weights is
    normal with standard deviation `weight_scale` / √H, every block of the input weights with
    1 / √D, and both cells read the same normal inputs.

    Parameters
    ----------
    length : T, in steps
    seed
        Fixes the weights and the inputs.

    Examples
    --------
    >>> decay = compute_gated_decay(weight_scale=0.0, keep_bias=0.0, length=3)
    >>> decay.gru_direct.shape, float(decay.lstm[0])
    ((4,), 0.0)
    """
    keep_bias = check_number("keep_bias", keep_bias)
    reset_bias = check_number("reset_bias", reset_bias)
    weight_scale = check_number("weight_scale", weight_scale, minimum=0)
    T = check_integer("length", length, minimum=1)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    D = check_integer("input_size", input_size, minimum=1)
    rng = np.random.default_rng(check_integer("seed", seed, minimum=0))
    W_xh = rng.normal(size=(D, 4 * H)) / np.sqrt(D)
    W_hh = weight_scale * rng.normal(size=(H, 4 * H)) / np.sqrt(H)
    xs = rng.normal(size=(T, D))
    b_gru = np.repeat([reset_bias, keep_bias, 0.0], H)
    b_lstm = np.repeat([0.0, keep_bias, 0.0, 0.0], H)
    h0 = np.zeros(H)
    gru = compute_gru_jacobians(xs, h0, W_xh[:, : 3 * H], W_hh[:, : 3 * H], b_gru, np.zeros(3 * H))
    lstm = compute_lstm_jacobians(xs, h0, h0, W_xh, W_hh, b_lstm)
    return GatedDecay(
        np.arange(T + 1),
        compute_log_norms_by_lag(gru.total),
        compute_log_norms_by_lag(lstm.total),
        compute_log_direct_by_lag(gru.direct),
        compute_log_direct_by_lag(lstm.direct),
        keep_bias,
        reset_bias,
        weight_scale,
    )
