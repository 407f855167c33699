"""What an LSTM's cell state keeps: one unit with its gates held by hand, and gradients by lag."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.cells import lstm_step, run_rnn
from rnn_helpers.recurrences.jacobians import (
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
    compute_rnn_jacobians,
)
from rnn_helpers.validation import check_integer, check_number

_ALWAYS = 1000.0  # σ(±1000) is 1 and 0 to the last bit


@dataclass(frozen=True)
class CellRun:
    """One LSTM unit with its gates held by hand; made by `compute_cell_run`.

    Attributes
    ----------
    candidates : (T,)
        g_t, what the input offers.
    input_gates : (T,)
        i_t: as set up to `closes_after`, then 0.
    cs, hs : (T+1,)
        Cell state and hidden state; entry 0 is 0.
    """

    candidates: np.ndarray
    input_gates: np.ndarray
    cs: np.ndarray
    hs: np.ndarray
    forget: float
    output: float
    closes_after: int


def compute_cell_run(
    *, forget: float = 0.9, take: float = 1.0, output: float = 1.0, closes_after: int = 10
) -> CellRun:
    """Run one LSTM unit over a fixed signal, with the gates at chosen values.

    The candidate is 0.9 at steps 3 to 6, −0.9 at steps 20 to 22, and 0 otherwise. The gates are
    held by biases alone: the unit reads nothing else.

    Parameters
    ----------
    forget, take, output : 0 to 1
        f, i and o.
    closes_after : 0 to 40
        The last step at which i has its value; from then on it is 0.

    Examples
    --------
    >>> float(compute_cell_run(forget=1.0, take=1.0, closes_after=3).cs[-1].round(3))
    0.9
    """
    forget = check_number("forget", forget, minimum=0, maximum=1)
    take = check_number("take", take, minimum=0, maximum=1)
    output = check_number("output", output, minimum=0, maximum=1)
    closes_after = check_integer("closes_after", closes_after, minimum=0, maximum=40)
    candidates = np.repeat([0.0, 0.9, 0.0, -0.9, 0.0], [2, 4, 13, 3, 18])
    input_gates = np.where(np.arange(40) < closes_after, take, 0.0)
    h = c = np.zeros((1, 1))
    W_xh, W_hh = np.array([[0.0, 0.0, 1.0, 0.0]]), np.zeros((1, 4))
    states = [(h, c)]
    for g, i in zip(candidates, input_gates, strict=True):
        b_h = np.array([_bias(i), _bias(forget), 0.0, _bias(output)])
        h, c = lstm_step(np.array([[np.arctanh(g)]]), h, c, W_xh, W_hh, b_h)
        states.append((h, c))
    hs, cs = np.array(states)[:, :, 0, 0].T
    return CellRun(candidates, input_gates, cs, hs, forget, output, closes_after)


def _bias(gate):
    """The bias at which a gate has this value and nothing else to go by."""
    if gate in (0.0, 1.0):
        return _ALWAYS if gate else -_ALWAYS
    return np.log(gate / (1 - gate))


@dataclass(frozen=True)
class LSTMDecay:
    """What is left of a gradient, lag by lag, in powers of ten; made by `compute_lstm_decay`.

    Attributes
    ----------
    lags : (T+1,), in steps
    rnn : (T+1,)
        log₁₀ ‖∂h_T/∂h_{T−lag}‖₂ of the plain network.
    total : (T+1,)
        log₁₀ ‖∂(h, c)_T/∂(h, c)_{T−lag}‖₂ of the LSTM.
    direct : (T+1,)
        log₁₀ of max over the units of ∏ f, the direct path alone.
    """

    lags: np.ndarray
    rnn: np.ndarray
    total: np.ndarray
    direct: np.ndarray
    forget_bias: float
    input_bias: float
    output_bias: float
    weight_scale: float


def compute_lstm_decay(
    *, forget_bias: float = 1.0, input_bias: float = 0.0, output_bias: float = 0.0,
    weight_scale: float = 1.0, seed: int = 0, length: int = 60, hidden_size: int = 8,
) -> LSTMDecay:  # fmt: skip
    """Run a random plain RNN and a random LSTM over one input and measure both gradients.

    Every block of the recurrent weights is normal with standard deviation `weight_scale` / √H,
    so its spectral radius is near `weight_scale`; each block of the input weights is the identity
    and the inputs are normal with standard deviation 0.5. Without a bias are the candidate
    and the plain network.

    Parameters
    ----------
    seed
        Fixes weights and inputs.
    length : T, in steps

    Examples
    --------
    >>> decay = compute_lstm_decay(forget_bias=99.0)
    >>> round(float(10 ** decay.direct[-1]), 6)
    1.0
    """
    forget_bias = check_number("forget_bias", forget_bias)
    input_bias = check_number("input_bias", input_bias)
    output_bias = check_number("output_bias", output_bias)
    weight_scale = check_number("weight_scale", weight_scale, minimum=0)
    T = check_integer("length", length, minimum=1)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    rng = np.random.default_rng(check_integer("seed", seed, minimum=0))
    W_hh = weight_scale / np.sqrt(H) * rng.normal(size=(H, 4 * H))
    xs, zero, eye = 0.5 * rng.normal(size=(T, H)), np.zeros(H), np.eye(H)
    plain = W_hh[:, :H]
    hs = run_rnn(xs[:, None], zero[None], eye, plain, zero)[:, 0]
    rnn = compute_log_norms_by_lag(compute_rnn_jacobians(xs, hs, eye, plain, zero))
    b_h = np.repeat([input_bias, forget_bias, 0.0, output_bias], H)
    jacobians = compute_lstm_jacobians(xs, zero, zero, np.tile(eye, 4), W_hh, b_h)
    total = compute_log_norms_by_lag(jacobians.total)
    direct = compute_log_direct_by_lag(jacobians.direct)
    return LSTMDecay(
        np.arange(T + 1), rnn, total, direct, forget_bias, input_bias, output_bias, weight_scale
    )
