"""What an LSTM's cell state keeps: one unit with its gates held by hand, and gradients by lag."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.cells import lstm_step
from rnn_helpers.recurrences.gated_decay import GatedDecay, compute_gated_decay
from rnn_helpers.validation import check_integer, check_number

TASKS = {  # as short as a picture for a phone has room
    "A": "c = 0.9, h = 0.72 in the last five",
    "B": "c = 1.2, the sum of both signals",
    "C": "c = −2.4, the second signal alone",
}
TARGETS = {"A": 0.9, "B": 1.2, "C": -2.4}  # what c has to be
ANSWERS = {  # gates that do each task, as `compute_cell_run` takes them
    "A": {"forget": 1.0, "closes_after": 3, "opens_at": 36},
    "B": {"forget": 1.0, "closes_after": 22},
    "C": {"forget": 1.0, "closes_after": 22, "erase_at": 15},
}
_ALWAYS = 1000.0  # σ(±1000) is 1 and 0 to the last bit


@dataclass(frozen=True)
class CellRun:
    """One LSTM unit with its gates held by hand; made by `compute_cell_run`.

    Attributes
    ----------
    candidates : (T,)
        g_t, what the input offers.
    forget_gates, input_gates, output_gates : (T,)
        f_t: as set, and 0 at `erase_at`; i_t: as set up to `closes_after`, then 0; o_t: 0, and as
        set from `opens_at` on.
    cs, hs : (T+1,)
        Cell state and hidden state; entry 0 is 0.
    """

    candidates: np.ndarray
    forget_gates: np.ndarray
    input_gates: np.ndarray
    output_gates: np.ndarray
    cs: np.ndarray
    hs: np.ndarray
    forget: float
    output: float
    closes_after: int
    opens_at: int
    erase_at: int
    step: int


def compute_cell_run(
    *, forget: float = 0.9, take: float = 1.0, output: float = 1.0, closes_after: int = 10,
    opens_at: int = 1, erase_at: int = 0, step: int = 40,
) -> CellRun:  # fmt: skip
    """Run one LSTM unit over a fixed signal, with the gates at chosen values.

    The candidate is 0.9 at steps 3 to 6, −0.8 at steps 20 to 22, and 0 otherwise. The gates are
    held by biases alone; the candidate reads the input.

    Parameters
    ----------
    forget, take, output : 0 to 1
        f, i and o.
    closes_after : 0 to 40
        The last step at which i has its value; from then on it is 0.
    opens_at : 1 to 41
        The first step at which o has its value; before, it is 0.
    erase_at : 0 to 40
        The step at which f is 0; 0 is none of them.
    step : 1 to 40
        The one that is looked at.

    Examples
    --------
    >>> float(compute_cell_run(forget=1.0, take=1.0, closes_after=3).cs[-1].round(3))
    0.9
    """
    forget = check_number("forget", forget, minimum=0, maximum=1)
    take = check_number("take", take, minimum=0, maximum=1)
    output = check_number("output", output, minimum=0, maximum=1)
    closes_after = check_integer("closes_after", closes_after, minimum=0, maximum=40)
    opens_at = check_integer("opens_at", opens_at, minimum=1, maximum=41)
    erase_at = check_integer("erase_at", erase_at, minimum=0, maximum=40)
    step = check_integer("step", step, minimum=1, maximum=40)
    candidates = np.repeat([0.0, 0.9, 0.0, -0.8, 0.0], [2, 4, 13, 3, 18])
    input_gates = np.where(np.arange(40) < closes_after, take, 0.0)
    forget_gates = np.where(np.arange(1, 41) == erase_at, 0.0, forget)
    output_gates = np.where(np.arange(1, 41) >= opens_at, output, 0.0)
    h = c = np.zeros((1, 1))
    W_xh, W_hh = np.array([[0.0, 0.0, 1.0, 0.0]]), np.zeros((1, 4))
    states = [(h, c)]
    for g, f, i, o in zip(candidates, forget_gates, input_gates, output_gates, strict=True):
        b_h = np.array([_bias(i), _bias(f), 0.0, _bias(o)])
        h, c = lstm_step(np.array([[np.arctanh(g)]]), h, c, W_xh, W_hh, b_h)
        states.append((h, c))
    hs, cs = np.array(states)[:, :, 0, 0].T
    return CellRun(
        candidates, forget_gates, input_gates, output_gates, cs, hs, forget, output, closes_after,
        opens_at, erase_at, step,
    )  # fmt: skip


def find_missing(run: CellRun) -> dict[str, tuple[str, int] | None]:
    """What each task still lacks, and at which step; None where the cell does it.

    c has to be within 0.05 of the task's target ("off"): for A from step 11 on, for B and C at the
    end. For A, |h| has to be below 0.05 before step 36 ("early") and above 0.5 from then on
    ("hidden"); for C, |c| below 0.1 at step 19 ("still").
    """
    cs, hs, steps = run.cs, run.hs, np.arange(41)
    off = {task: np.abs(cs - target) >= 0.05 for task, target in TARGETS.items()}
    lacks = {
        "A": [
            ("off", off["A"] & (steps >= 11)),
            ("early", (np.abs(hs) >= 0.05) & (steps < 36)),
            ("hidden", (np.abs(hs) <= 0.5) & (steps >= 36)),
        ],
        "B": [("off", off["B"] & (steps == 40))],
        "C": [
            ("still", (np.abs(cs) >= 0.1) & (steps == 19)),
            ("off", off["C"] & (steps == 40)),
        ],
    }
    return {
        task: next(((why, int(steps[at][0])) for why, at in found if at.any()), None)
        for task, found in lacks.items()
    }


def solve_tasks(run: CellRun) -> dict[str, bool]:
    """Which of the tasks the cell does."""
    return {task: lack is None for task, lack in find_missing(run).items()}


def _bias(gate):
    """The bias at which a gate has this value and nothing else to go by."""
    if gate in (0.0, 1.0):
        return _ALWAYS if gate else -_ALWAYS
    return np.log(gate / (1 - gate))


@dataclass(frozen=True)
class LSTMDecay:
    """What is left of a gradient in many LSTMs and plain RNNs; made by `compute_lstm_decay`."""

    lstm: GatedDecay
    rnn: GatedDecay
    forget_bias: float
    input_bias: float
    output_bias: float
    weight_scale: float


def compute_lstm_decay(
    *, forget_bias: float = 1.0, input_bias: float = 0.0, output_bias: float = 0.0,
    weight_scale: float = 1.0, input_scale: float = 0.5, length: int = 60, hidden_size: int = 8,
    seeds: int = 20, every: int = 10,
) -> LSTMDecay:  # fmt: skip
    """Run random LSTMs and random plain RNNs over the same inputs and measure their gradients.

    Every block of the recurrent weights is normal with standard deviation `weight_scale` / √H,
    so its spectral radius is near `weight_scale`; each block of the input weights is the identity
    and the inputs are normal with standard deviation `input_scale`. Without a bias are the
    candidate and the plain network, whose recurrent weights are those of the input gate.

    Parameters
    ----------
    length : T, in steps
    seeds
        How many networks: seeds 0 … `seeds` − 1 fix weights and inputs.
    every
        The gradient is measured at the lags 0, `every`, 2 `every`, …

    Examples
    --------
    >>> decay = compute_lstm_decay(forget_bias=99.0)
    >>> (10 ** decay.lstm.direct[-1, :2]).round(6)
    array([1., 1.])
    """
    biases = {"input_bias": input_bias, "forget_bias": forget_bias, "output_bias": output_bias}
    i, f, o = (check_number(name, bias) for name, bias in biases.items())
    scale = check_number("weight_scale", weight_scale, minimum=0)
    spread = check_number("input_scale", input_scale, minimum=0)
    sizes = {"length": length, "hidden_size": hidden_size, "seeds": seeds, "every": every}
    T, H, S, k = (check_integer(name, size, minimum=1) for name, size in sizes.items())
    W_hh, xs, eyes = _draw_networks(T, H, S)
    lstm = compute_gated_decay(
        "LSTM", spread * xs, np.tile(eyes, 4), scale * W_hh, np.repeat([i, f, 0.0, o], H), every=k
    )
    return LSTMDecay(lstm, _compute_rnn_decay(scale, spread, T, H, S, k), f, i, o, scale)


@lru_cache(maxsize=4)
def _draw_networks(T, H, seeds):
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    W_hh = np.stack([rng.normal(size=(H, 4 * H)) for rng in rngs]) / np.sqrt(H)
    xs = np.stack([rng.normal(size=(T, H)) for rng in rngs], axis=1)
    return W_hh, xs, np.tile(np.eye(H), (seeds, 1, 1))


@lru_cache(maxsize=256)  # the biases of the LSTM are dragged over it
def _compute_rnn_decay(scale, spread, T, H, seeds, every):
    W_hh, xs, eyes = _draw_networks(T, H, seeds)
    weights, bias = scale * W_hh[..., :H], np.zeros(H)
    return compute_gated_decay("RNN", spread * xs, eyes, weights, bias, every=every)
