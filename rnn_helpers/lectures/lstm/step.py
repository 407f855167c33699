"""One LSTM unit through a few steps, beat by beat: forwards, and what the loss asks backwards."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.bptt import backward_lstm, trace_lstm
from rnn_helpers.validation import check_choice, check_integer

STEPS = 4
WAYS = ("forwards", "backwards")
BEATS = ("gates", "forget", "add", "show")  # forwards; backwards they come the other way round
COUNT = len(BEATS) * STEPS

_COMES = (("f", "i", "g", "o"), ("kept",), ("added", "c"), ("shown", "h"))  # with which beat


@dataclass(frozen=True)
class Beat:
    """Where the beats stand; made by `compute_beat`.

    Attributes
    ----------
    number : 1 to 16
        Of the beat, in the order of its way.
    values
        The numbers of the step by the names that `draw_lstm_cell` has for them; NaN before they
        have been computed.
    """

    way: str
    number: int
    step: int
    name: str
    values: dict[str, float]


def compute_beat(beat: int, way: str = WAYS[0]) -> Beat:
    """One beat of one unit's steps: random weights, a forget bias of 1, 2 on the belt.

    The loss is the last hidden state, so what it asks of a number is how h changes with it.

    Parameters
    ----------
    beat : 1 to 16
        Four to a step, in the order of the way.
    way : {"forwards", "backwards"}
    """
    beat = check_integer("beat", beat, minimum=1, maximum=COUNT)
    backwards = check_choice("way", way, WAYS) == WAYS[1]
    place = COUNT - beat if backwards else beat - 1
    step = place // 4 + 1
    values = _compute_steps()[step - 1]
    if not backwards:  # what comes in a later beat is not there yet
        later = {name for names in _COMES[place % 4 + 1 :] for name in names}
        values = {name: np.nan if name in later else value for name, value in values.items()}
    return Beat(way, beat, step, BEATS[place % 4], values)


@lru_cache(maxsize=1)
def _compute_steps():
    rng = np.random.default_rng(0)
    W_xh, W_hh, b_h = rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), np.eye(4)[1]
    xs = rng.normal(size=(STEPS, 1, 1))
    states, steps = [(np.zeros((1, 1)), np.full((1, 1), 2.0))], []
    traces = []
    for x in xs:
        trace = trace_lstm(x[None], *states[-1], W_xh, W_hh, b_h)
        i, f, g, o = trace.gates[0, :, 0, 0]
        (h, c), (h_before, c_before) = (trace.hs[-1], trace.cs[-1]), states[-1]
        steps.append(
            {"x": x, "h_before": h_before, "read": np.hypot(x, h_before), "c_before": c_before,
             "i": i, "f": f, "g": g, "o": o,
             "kept": f * c_before, "added": i * g, "c": c, "shown": np.tanh(c), "h": h}
        )  # fmt: skip
        states.append((h, c))
        traces.append(trace)
    d_h, d_c = np.ones((1, 1)), np.zeros((1, 1))  # what the end asks of its own h and c
    for trace, values in zip(traces[::-1], steps[::-1], strict=True):
        before = backward_lstm(trace, np.zeros_like(trace.xs), dh_T=d_h, dc_T=d_c)
        values |= {"d_h": d_h, "d_c_after": d_c, **_compute_gate_gradients(values, d_h, d_c)}
        d_h, d_c = before["h0"], before["c0"]
        values |= {"d_h_before": d_h, "d_c_before": d_c}
    return [{name: float(np.squeeze(value)) for name, value in step.items()} for step in steps]


def _compute_gate_gradients(values, d_h, d_c_after):
    """What is asked of c and of the gates of one step."""
    d_shown = d_h * values["o"] * (1 - values["shown"] ** 2)  # through the output gate's valve
    d_c = d_c_after + d_shown
    return {
        "d_shown": d_shown, "d_c": d_c, "d_o": d_h * values["shown"], "d_i": d_c * values["g"],
        "d_g": d_c * values["i"], "d_f": d_c * values["c_before"],
    }  # fmt: skip
