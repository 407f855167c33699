"""RNN, LSTM, GRU and minGRU: one drawing whose edges come and go, its equations beside it."""

from typing import Any

import numpy as np

from rnn_helpers.display.cell_diagrams import write_terms
from rnn_helpers.display.cell_family import FAMILY, KEY, TAKEN, draw_cell, name_moved
from rnn_helpers.display.diagrams import write_added, write_number
from rnn_helpers.display.figures import new_figure, show
from rnn_helpers.display.recording import Moved
from rnn_helpers.lectures.gru.family import Member, compute_member

PARTS = {
    "input": "xₜ, on its way to the candidate and to whatever gates there are",
    "candidate": "what x and the old state offer; it is all that the plain RNN has",
    "forget gate": "how much of the cell state the LSTM keeps",
    "update gate": "how much of the state GRU and minGRU keep; 1 − z is what they take",
    "input gate": "how much of the candidate the LSTM takes",
    "reset gate": "how much of the past the GRU's candidate sees",
    "output gate": "how much of tanh(c) the LSTM shows",
    "cell state": "what the LSTM keeps, beside what it shows",
    "hidden state": "what RNN and LSTM show, and read at the next step",
    "state": "what GRU and minGRU keep and show; the GRU's gates and candidate read it, too",
    TAKEN: "what the cell before had and this one lacks",
}
_BEFORE = {"RNN": None, "LSTM": None, "GRU": "LSTM", "minGRU": "GRU"}  # whose edges are dimmed
_LIT = {*PARTS, KEY, "add", "show"} - {TAKEN}
_Z_OF_X = r"$z_t = \sigma(x_t W_{xz}$"
_I, _R, _O = (rf"${a}_t = \sigma(x_t W_{{x{a}}} + h_{{t-1}} W_{{h{a}}} + b_{a})$" for a in "iro")
_SHOWN = r"$h_t = o_t \odot \tanh(c_t)$"
_MIX = (
    ("state", r"$h_t = \,$"), ("update gate", r"$z_t$"), ("state", r"$\odot\, h_{t-1}$"),
    (name_moved("add", "GRU"), r"$\,+\,$"), ("update gate", r"$(1 - z_t)$"),
    ("candidate", r"$\odot\, n_t$"),
)  # fmt: skip
# one row for each duty: keep, take, reset, candidate, add, output gate, show
_EQUATIONS = {
    "RNN": (
        (), (), (), (("hidden state", r"$h_t = \,$"),
                     ("candidate", r"$\tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$")),
    ),
    "LSTM": (
        (("forget gate", r"$f_t = \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f)$"),),
        (("input gate", _I),),
        (),
        (("candidate", r"$g_t = \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$"),),
        (
            ("cell state", r"$c_t = \,$"), ("forget gate", r"$f_t$"),
            ("cell state", r"$\odot\, c_{t-1}$"), (name_moved("add", "LSTM"), r"$\,+\,$"),
            ("input gate", r"$i_t$"), ("candidate", r"$\odot\, g_t$"),
        ),
        (("output gate", _O),),
        (("hidden state", r"$h_t = \,$"), ("output gate", r"$o_t$"),
         (name_moved("show", "LSTM"), r"$\odot\, \tanh(c_t)$")),
    ),
    "GRU": (
        (("update gate", _Z_OF_X), ("update gate", r"$\,+\, h_{t-1} W_{hz} + b_z)$")),
        ((TAKEN, _I),),
        (("reset gate", _R),),
        (
            ("candidate", r"$n_t = \tanh(x_t W_{xn} + b_{xn} + \,$"), ("reset gate", r"$r_t$"),
            ("candidate", r"$\odot\,(h_{t-1} W_{hn} + b_{hn}))$"),
        ),
        _MIX,
        ((TAKEN, _O),),
        ((TAKEN, _SHOWN),),
    ),
    "minGRU": (
        (("update gate", _Z_OF_X), (TAKEN, r"$\,+\, h_{t-1} W_{hz}$"),
         ("update gate", r"$\,+\, b_z)$")),
        (),
        ((TAKEN, _R),),
        (
            ("candidate", r"$n_t = \,$"), (TAKEN, r"$\tanh($"),
            ("candidate", r"$x_t W_{xn} + b_{xn}$"),
            (TAKEN, r"$\,+\, r_t \odot (h_{t-1} W_{hn} + b_{hn}))$"),
        ),
        _MIX,
    ),
}  # fmt: skip
_MIXED = "z = {z} keeps {kept} of h = {h_before} and takes {taken} of n = {n}: h = {h}."
_WORDS = {
    "RNN": ": x = {x} makes x W_xh = {entered} and h = {h_before} makes h W_hh = {past}, so that h "
           "= tanh({entered} {added}) = {h}. One block of weights; nothing of the old state stays "
           "as it was.",
    "LSTM": ", added: a belt and three gates. f = {f} keeps {kept} of c = {c_before}, i = {i} "
            "takes {taken} of the candidate {n}, o = {o} shows h = {h} of c = {c}. Four blocks; it "
            "can keep, replace, add and erase.",
    "GRU": ", taken away: the second state, the output gate, and the input gate, for which 1 − z "
           f"stands. Added: r. {_MIXED} Three blocks; it can keep and replace.",
    "minGRU": ", taken away: all that gate and candidate read of h, with it r, and the tanh. "
              f"{_MIXED} Two blocks, and both read x alone.",
}  # fmt: skip


def describe_member(member: Member) -> str:
    """What this cell has and lacks beside the one before, with the numbers of its step."""
    values = {name: write_number(value) for name, value in member.values.items()}
    added = write_added(member.values.get("past", 0.0))
    return f"{member.cell}{_WORDS[member.cell].format(**values, added=added)}"


def draw_member(member: Member, axes: Any, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw all four cells and their equations, of which one is seen, or show another."""
    if artists is None:
        left, right = np.ravel(axes)
        artists = {"title": left.set_title("", loc="left")}
        for cell, before in _BEFORE.items():
            artists[cell] = draw_cell(left, cell, before=before)
            lines = [(_light_with_input(equation), ()) for equation in _EQUATIONS[cell]]
            artists[f"{cell} equations"] = write_terms(right, lines, step=0.53, narrow=1.3)
    artists["title"].set_text(member.cell)
    for cell in _BEFORE:
        for name in (cell, f"{cell} equations"):
            artists[name].set_visible(cell == member.cell)
    artists[member.cell].move(member.values, _LIT)
    artists[f"{member.cell} equations"].move({}, _LIT)
    return artists


def _light_with_input(equation):
    """The pieces of an equation, those that read x as moved by it."""
    return [
        (Moved(part, ["input"]) if "x_t" in piece and part != TAKEN else part, piece)
        for part, piece in equation
    ]


def draw_family(**settings: float) -> None:
    """Show the four cells, without equations, as `compute_member` takes the settings."""
    members = [compute_member(cell, **settings) for cell in range(len(FAMILY))]
    figure, axes = new_figure(8, 5.2, nrows=2, ncols=2)
    title = "Each cell, and dashed what the one before had and it lacks"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    for place, member in zip(np.ravel(axes), members, strict=True):
        place.set_title(member.cell, loc="left")
        draw_cell(place, member.cell, before=_BEFORE[member.cell]).move(member.values, _LIT)
    show(figure, alt=" ".join(map(describe_member, members)))
