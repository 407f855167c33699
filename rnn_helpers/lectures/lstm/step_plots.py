"""The LSTM's cell, beat by beat: drawing, equations and code side by side."""

from collections.abc import Sequence
from typing import Any

from rnn_helpers.display.cell_diagrams import (
    GRADIENT,
    GRADIENT_KEY,
    draw_cell_and_terms,
    draw_lstm_cell,
    show_beats,
    write_terms,
)
from rnn_helpers.display.cell_family import name_moved
from rnn_helpers.display.diagrams import write_number
from rnn_helpers.display.recording import Moved
from rnn_helpers.lectures.lstm.step import COUNT, WAYS, Beat, compute_beat

PARTS = {
    "input": "xₜ, and beside it hₜ₋₁: what all gates and the candidate read",
    "forget gate": "how much of the old cell state stays on the belt: 1 keeps all, 0 forgets all",
    "input gate": "how much of the candidate is put on the belt: 1 puts all there, 0 nothing",
    "candidate": "what is offered to the belt, from −1 to 1",
    "output gate": "how much of tanh(c) is shown: 1 shows all, 0 nothing",
    "cell state": "the belt: what is kept from step to step, changed by a product and a sum only",
    "hidden state": "what is shown, and read by all gates at the next step",
    GRADIENT: "how much the last h changes per unit of what flows there, as wide as it is large",
}
_GATES = ("forget gate", "input gate", "candidate", "output gate")
_GATE_GRADIENTS = tuple(f"gradient of the {gate}" for gate in _GATES)
_GRADIENTS = (
    "gradient of c", "gradient of h", "gradient of the h before", *_GATE_GRADIENTS, GRADIENT_KEY
)  # fmt: skip
_LIT = {
    "gates": ("input", *_GATES),
    "forget": ("forget gate", "cell state"),
    "add": ("input gate", "candidate", "add", "cell state"),
    "show": ("show", "output gate", "hidden state"),
}
_ASKED = {
    "gates": ("gradient of the h before", *_GATE_GRADIENTS),
    "forget": ("gradient of c", "gradient of the forget gate"),
    "add": ("gradient of c", "gradient of the candidate", "gradient of the input gate"),
    "show": ("gradient of h", "gradient of c", "gradient of the output gate"),
}
_READS = {gate: Moved(gate, ["input"]) for gate in _GATES}  # in the lines that read x
_ADD, _SHOW = name_moved("add", "LSTM"), name_moved("show", "LSTM")
_EQUATIONS = (
    ((_READS["forget gate"], r"$f_t = \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f)$"),),
    ((_READS["input gate"], r"$i_t = \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i)$"),),
    ((_READS["candidate"], r"$g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$"),),
    ((_READS["output gate"], r"$o_t = \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o)$"),),
    (
        ("cell state", r"$c_t = \,$"), ("forget gate", r"$f_t$"),
        ("cell state", r"$\odot\, c_{t-1}$"), (_ADD, r"$\,+\,$"),
        ("input gate", r"$i_t$"), ("candidate", r"$\odot\, g_t$"),
    ),
    (
        ("hidden state", r"$h_t = \,$"), ("output gate", r"$o_t$"),
        (_SHOW, r"$\odot\, \tanh(c_t)$"),
    ),
)  # fmt: skip
_CODE = (
    ((_READS["forget gate"], "f = sigmoid(a_f)"),),
    ((_READS["input gate"], "i = sigmoid(a_i)"),),
    ((_READS["candidate"], "g = np.tanh(a_g)"),),
    ((_READS["output gate"], "o = sigmoid(a_o)"),),
    (
        ("cell state", "c = "), ("forget gate", "f"), ("cell state", " * c"), (_ADD, " + "),
        ("input gate", "i"), ("candidate", " * g"),
    ),
    (("hidden state", "h = "), ("output gate", "o"), (_SHOW, " * np.tanh(c)")),
)  # fmt: skip


def describe_beat(beat: Beat) -> str:
    """What happens in this beat, with its numbers."""
    v = {name: write_number(value) for name, value in beat.values.items()}
    number = f"Beat {beat.number} of {COUNT}"
    if beat.way == WAYS[0]:
        words = {
            "gates": f"from x = {v['x']} and h = {v['h_before']} come f = {v['f']}, i = {v['i']}, "
                     f"o = {v['o']} and the candidate {v['g']}",
            "forget": f"f = {v['f']} lets {v['kept']} of c = {v['c_before']} stay on the belt",
            "add": f"i = {v['i']} lets in {v['added']} of the candidate {v['g']}; now c = {v['c']}",
            "show": f"o = {v['o']} shows a part of tanh(c) = {v['shown']}: h = {v['h']}",
        }  # fmt: skip
        return f"{number}, step {beat.step}, {beat.name}: {words[beat.name]}."
    words = {
        "show": f"into this h: the last h changes by {v['d_h']} per unit of it. Into c along the "
                f"belt: {v['d_c_after']} per unit of c; through the output gate's valve: "
                f"{v['d_shown']}. Together: {v['d_c']}",
        "add": f"the sum hands its {v['d_c']} whole to both sides. Through the input gate's valve "
               f"into the candidate: {v['d_g']} per unit of it. Into the input gate: {v['d_i']} "
               "per unit of i",
        "forget": f"along the belt, through the valve f = {v['f']}: {v['d_c_before']} of the "
                  f"{v['d_c']} goes on back. Into the forget gate: {v['d_f']} per unit of f",
        "gates": "through gates and candidate together, into the h before: the last h changes by "
                 f"{v['d_h_before']} per unit of it",
    }  # fmt: skip
    return f"{number} backwards, step {beat.step}, {beat.name}: {words[beat.name]}."


def draw_beat(beat: Beat, axes: Any, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw the cell, its equations and its code, or move an earlier drawing to another beat."""
    hidden, lit = _GRADIENTS, set(_LIT[beat.name])
    if beat.way == WAYS[1]:
        hidden, lit = (), lit | {*_ASKED[beat.name], GRADIENT_KEY}
    return draw_cell_and_terms(
        beat.values, lit, axes, artists, prepare=_prepare_cell, hidden=hidden
    )


def _prepare_cell(left, right):
    lines = zip(_EQUATIONS, _CODE, strict=True)
    return draw_lstm_cell(left, backward=True), write_terms(right, lines, step=0.72, narrow=1.25)


def draw_beats(beats: Sequence[tuple[int, str]]) -> None:
    """Show some beats, each given as `compute_beat` takes it, one below the other."""
    found = [compute_beat(beat, way) for beat, way in beats]
    titles = [f"Step {beat.step}, {beat.way}: {beat.name}" for beat in found]
    show_beats(dict(zip(titles, found, strict=True)), draw_beat, describe_beat)
