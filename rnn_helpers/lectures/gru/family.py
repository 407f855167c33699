"""One step of an RNN, an LSTM, a GRU and a minGRU, from the same input, state and weights."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.display.cell_family import FAMILY
from rnn_helpers.recurrences import cells
from rnn_helpers.recurrences.bptt import trace_gru, trace_lstm
from rnn_helpers.validation import check_integer, check_number


@dataclass(frozen=True)
class Member:
    """One cell's step, with its numbers as `draw_cell` names them."""

    cell: str
    values: dict[str, float]


def compute_member(cell: int, x: float = 1.0, state: float = 0.55) -> Member:
    """One step of one unit without biases, with weights drawn at random.

    The four cells share them: all have those of the candidate, and z has those of f.

    Parameters
    ----------
    cell : 0 to 3
        RNN, LSTM, GRU, minGRU.
    x : −3 to 3
    state : −1 to 1
        h before the step, and the LSTM's c.
    """
    name = FAMILY[check_integer("cell", cell, minimum=0, maximum=len(FAMILY) - 1)]
    read = np.full((1, 1), check_number("x", x, minimum=-3, maximum=3))
    h = np.full((1, 1), check_number("state", state, minimum=-1, maximum=1))
    rng = np.random.default_rng(0)
    W_xh, W_hh = rng.normal(size=(1, 5)), rng.normal(size=(1, 5))  # i, f, g, o, and r
    past, entered = h @ W_hh[:, [2]], read @ W_xh[:, [2]]
    offered = {"past": past, "entered": entered, "sum": entered + past}
    if name == "RNN":
        h_after = cells.rnn_step(read, h, W_xh[:, [2]], W_hh[:, [2]], np.zeros(1))
        values = {**offered, "h": h_after}
    elif name == "LSTM":
        trace = trace_lstm(read[None], h, h, W_xh[:, :4], W_hh[:, :4], np.zeros(4))
        (i, f, g, o), c = trace.gates[0], trace.cs[1]
        values = {**offered, "c_before": h, "f": f, "i": i, "n": g, "o": o, "kept": f * h,
                  "taken": i * g, "c": c, "shown": np.tanh(c), "h": trace.hs[1]}  # fmt: skip
    elif name == "GRU":
        blocks, zeros = [4, 1, 2], np.zeros(3)  # r, z, n
        trace = trace_gru(read[None], h, W_xh[:, blocks], W_hh[:, blocks], zeros, zeros)
        r, z, n = trace.gates[0]
        seen = {"r": r, "reset": r * past, "sum": entered + r * past}
        values = {**offered, **seen, **_mix(z, h, n), "h": trace.hs[1]}
    else:
        z, n = cells.sigmoid(read @ W_xh[:, [1]]), entered
        values = {**_mix(z, h, n), "h": cells.min_gru_step(read, h, W_xh[:, [1, 2]], np.zeros(2))}
    values = {"x": read, "h_before": h, **values}
    return Member(name, {key: float(np.squeeze(value)) for key, value in values.items()})


def _mix(z, h, n):
    return {"z": z, "open": 1 - z, "n": n, "kept": z * h, "taken": (1 - z) * n}
