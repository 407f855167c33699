"""The GRU's cell, beat by beat: drawing, equations and code side by side."""

from typing import Any

from rnn_helpers.display.cell_diagrams import draw_cell_and_terms, write_terms
from rnn_helpers.display.cell_family import draw_cell, name_moved
from rnn_helpers.display.diagrams import write_added, write_number
from rnn_helpers.display.recording import Moved
from rnn_helpers.lectures.gru.step import COUNT, Beat

PARTS = {
    "input": "xₜ, and beside it hₜ₋₁: what both gates read; the candidate reads them apart",
    "reset gate": "how much of the past the candidate sees, from 0 to 1",
    "update gate": "z keeps this share of h, 1 − z comes from n: the LSTM's f and i in one",
    "candidate": "what is offered to the state, from −1 to 1",
    "state": "what is kept and shown: no cell state apart from it, no output gate",
}
_LIT = {
    "gates": ("input", "reset gate", "update gate"),
    "candidate": ("input", "candidate", "reset gate"),
    "mix": ("update gate", "candidate", "add", "state"),
}
_R, _Z, _N = (Moved(part, ["input"]) for part in ("reset gate", "update gate", "candidate"))
_ADD = name_moved("add", "GRU")
_LINES = (  # those that read x light with it
    (
        ((_R, r"$r_t = \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r)$"),),
        ((_R, "r = cells.sigmoid(x_r + h_r)"),),
    ),
    (
        ((_Z, r"$z_t = \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z)$"),),
        ((_Z, "z = cells.sigmoid(x_z + h_z)"),),
    ),
    (
        (
            (_N, r"$n_t = \tanh(x_t W_{xn} + b_{xn} + \,$"), ("reset gate", r"$r_t$"),
            ("candidate", r"$\odot\,(h_{t-1} W_{hn} + b_{hn}))$"),
        ),
        ((_N, "n = np.tanh(x_n + "), ("reset gate", "r"), ("candidate", " * h_n)")),
    ),
    (
        (
            ("state", r"$h_t = \,$"), ("update gate", r"$z_t$"), ("state", r"$\odot\, h_{t-1}$"),
            (_ADD, r"$\,+\,$"), ("update gate", r"$(1 - z_t)$"), ("candidate", r"$\odot\, n_t$"),
        ),
        (
            ("state", "h = "), ("update gate", "z"), ("state", " * h"), (_ADD, " + "),
            ("update gate", "(1 - z)"), ("candidate", " * n"),
        ),
    ),
)  # fmt: skip


def describe_beat(beat: Beat) -> str:
    """What happens in this beat, with its numbers."""
    v = {name: write_number(value) for name, value in beat.values.items()}
    added = write_added(beat.values["reset"])
    words = {
        "gates": f"from x = {v['x']} and h = {v['h_before']} come r = {v['r']} and z = {v['z']}",
        "candidate": f"x W_xn = {v['entered']}, and r = {v['r']} lets {v['reset']} of h W_hn = "
                     f"{v['past']} through: n = tanh({v['entered']} {added}) = {v['n']}",
        "mix": f"z = {v['z']} keeps {v['kept']} of h = {v['h_before']} and so takes {v['taken']} "
               f"of n = {v['n']}: h = {v['h']}",
    }  # fmt: skip
    return f"Beat {beat.number} of {COUNT}, step {beat.step}, {beat.name}: {words[beat.name]}."


def draw_beat(beat: Beat, axes: Any, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw the cell, its equations and its code, or move an earlier drawing to another beat."""
    lit = _LIT[beat.name]
    return draw_cell_and_terms(beat.values, lit, axes, artists, prepare=_prepare_cell)


def _prepare_cell(left, right):
    return draw_cell(left, "GRU", fontsize=9.0), write_terms(right, _LINES, step=0.9, narrow=1.3)
