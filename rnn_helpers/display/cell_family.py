"""RNN, LSTM, GRU and minGRU in one layout: what two of them have has the same place in both."""

from typing import Any

from matplotlib.axes import Axes

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.recording import Moved
from rnn_helpers.validation import check_choice

KEY = "key"  # the part that says how valves and lines are read: lit with whatever is
TAKEN = "taken away"  # the part of what the cell before had and this one lacks
_SIZE = 7.9, 4.0  # width and height, in drawing units
_UNDER = 0.42  # of which the key of the lines stands below 0
_BELT, _TIE, _MIDDLE, _GATES, _BELOW, _FLOOR = 3.4, 2.95, 2.25, 1.3, 0.68, 0.36  # downwards
_READ, _IN, _KEEP, _PAST, _RESET, _NEW = 0.5, 1.0, 1.75, 2.33, 3.1, 3.88  # from left to right
_SQUASH, _TAKE, _ADD, _TANH, _SHOW, _OUT = 4.42, 5.1, 5.65, 6.3, 6.95, 7.4
_LINE_KEY = (  # words, the numbers of the samples, and the room for the words
    ("wider: larger", (0.05, 0.6, 2.0), 1.5), ("negative", (-0.5,), 1.1), ("0", (0.0,), 0.35),
)  # fmt: skip
_CANDIDATES = {"RNN": "h", "LSTM": "g", "GRU": "n", "minGRU": "n"}  # in the names of its weights
_PUT = ("forget gate", "input gate", "candidate")
_MIXED = ("update gate", "candidate", "reset gate")
_MOVERS = {  # of each cell, by the number: the parts that move it
    "RNN": {"entered": ("input",), "h": ("candidate",)},
    "LSTM": {
        "entered": ("input",),
        "kept": ("forget gate",), "taken": _PUT[1:], "c": _PUT, "shown": _PUT,
        "h": (*_PUT, "output gate"),
    },
    "GRU": {
        "entered": ("input",),
        **dict.fromkeys(("reset", "sum", "n"), ("reset gate",)), "kept": ("update gate",),
        "taken": _MIXED, "h": _MIXED,
    },
    "minGRU": {
        **dict.fromkeys(("entered", "n"), ("input",)), "kept": ("update gate",),
        "taken": _MIXED[:2], "h": _MIXED[:2],
    },
}  # fmt: skip


def name_moved(part: str, cell: str, number: str = "") -> Moved:
    """The gid of what shows this number of a cell: of the part, lit with those that move it.

    The sum, "add", and the tanh that is shown, "show", are of the state that they make. What the
    input's own weights make of it is lit with the input.
    """
    made = {"add": ["cell state" if cell == "LSTM" else "state"], "show": ["hidden state"]}
    return Moved(part, (*made.get(part, []), *_MOVERS[cell].get(number, ())))


def draw_cell(
    axes: Axes, cell: str, *, before: str | None = None, fontsize: float = 8.5
) -> Diagram:
    """One step of "RNN", "LSTM", "GRU" or "minGRU", whose numbers are x, h_before and h, and more.

    `entered` is what the candidate's weights and bias make of x, `past` what they make of h_before,
    `reset` what r lets through of that; n is tanh of their `sum`, and the plain RNN shows it as it
    is. The minGRU's n is what entered. f or z keeps, i or `open`, 1 − z, takes: `kept` and `taken`
    are what they let through. The LSTM has c_before, c, o, and `shown` for tanh(c), too. What the
    cell `before` had and this one lacks is the part `TAKEN`, without numbers.
    """
    check_choice("cell", cell, FAMILY)
    narrower = before is None and cell in ("GRU", "minGRU")  # there is nothing beyond the sum
    width, height = _SIZE[0] - narrower * 0.9, _SIZE[1]
    drawn, small = Diagram(axes, width, height, fontsize=fontsize), {"fontsize": fontsize - 1.5}
    gone: Any = _Gone(drawn)
    for draw in [] if before is None else _PIECES[check_choice("before", before, FAMILY)]:
        if draw not in (*_PIECES[cell], _draw_sum):  # where it was, the candidate goes now
            draw(gone, before, width, small)
    for draw in _PIECES[cell]:
        draw(drawn, cell, width, small)
    if cell != "RNN":
        draw_valve_key(drawn, width, 0.04, **small)
    axes.set_ylim(-_UNDER, height)
    end = draw_line_key(drawn, 1.3, 0.1 - _UNDER, **small)
    if before is not None:
        drawn.line(TAKEN, [(end, 0.1 - _UNDER), (end + 0.45, 0.1 - _UNDER)], head=False)
        drawn.text(TAKEN, end + 0.53, 0.1 - _UNDER, TAKEN, ha="left", **small)
        drawn.dash(TAKEN)
    return drawn


def draw_valve_key(drawn: Diagram, x: float, y: float, **options: Any) -> None:
    """How a valve is read, in words that end at (x, y)."""
    drawn.text(KEY, x, y, "valve: clear is open, filled is shut", ha="right", **options)


def draw_line_key(drawn: Diagram, x: float, y: float, **options: Any) -> float:
    """How a line is read, in samples and words from (x, y); returns where the next may begin."""
    for words, numbers, length in _LINE_KEY:
        for place, number in enumerate(numbers):
            start = x + 0.45 * place / len(numbers)
            drawn.sample(KEY, [(start, y), (start + 0.45 / len(numbers), y)], number)
        drawn.text(KEY, x + 0.53, y, words, ha="left", **options)
        x += 0.53 + length
    return x


class _Gone:
    """Draws on a diagram what a cell has lost: as one part, without numbers."""

    def __init__(self, diagram):
        self._diagram = diagram

    def __getattr__(self, name):
        def draw(part, *place, value=None, **options):
            if name != "number":
                getattr(self._diagram, name)(TAKEN, *place, **options)

        return draw


def _draw_hidden_state(drawn, cell, width, small):
    """What is shown comes in beside the input: there is no belt for it."""
    drawn.text("hidden state", 0.16, _BELOW + 0.3, "hₜ₋₁")
    drawn.number("hidden state", 0.0, _BELOW - 0.3, value="h_before", ha="left", **small)
    drawn.line("hidden state", [(0.0, _BELOW), (_READ, _BELOW)], value="h_before", head=False)
    if cell == "LSTM":
        branch = [(_READ, _BELOW), (_IN, _BELOW)]
        drawn.line("hidden state", branch, value="h_before", head=False)
        drawn.fork("hidden state", _READ, _BELOW)


def _draw_read_state(drawn, cell, width, small):
    """The state on the belt, read by gates and candidate."""
    points = [(_READ, _BELT), (_READ, _BELOW), (_IN, _BELOW)]
    drawn.line("state", points, value="h_before", head=False)
    for y in (_BELT, _MIDDLE):
        drawn.fork("state", _READ, y)


def _draw_past(drawn, cell, width, small):
    """What the candidate sees of the state."""
    start = [] if cell == "GRU" else [(_READ, _BELOW)]
    points = [*start, (_READ, _MIDDLE), (_PAST - 0.39, _MIDDLE)]
    drawn.line("candidate", points, value="h_before")
    drawn.layer("candidate", _PAST, _MIDDLE, f"W_h{_CANDIDATES[cell]}", width=0.78)
    drawn.number("candidate", _PAST, _MIDDLE + 0.43, value="past", **small)
    ends = [(_PAST + 0.39, _MIDDLE), (_NEW - 0.21, _MIDDLE)]
    if cell == "GRU":
        valve = (_RESET - 0.23, _MIDDLE), (_RESET + 0.23, _MIDDLE)
        drawn.line("candidate", [ends[0], valve[0]], value="past", head=False)
        seen = name_moved("candidate", cell, "reset")
        drawn.line(seen, [valve[1], ends[1]], value="reset")
        drawn.number(seen, _RESET + 0.4, _MIDDLE + 0.43, value="reset", **small)
    else:
        drawn.line("candidate", ends, value="past")


def _draw_reset_gate(drawn, cell, width, small):
    _draw_gate(drawn, cell, "reset gate", "r", _RESET, _MIDDLE, small)
    drawn.valve("reset gate", _RESET, _MIDDLE, value="r")


def _draw_input(drawn, cell, width, small):
    """The input, and the candidate's weights for it."""
    drawn.text("input", _IN, 0.04, "xₜ")
    drawn.number("input", _IN + 0.2, 0.04, value="x", ha="left", **small)
    drawn.line("input", [(_IN, 0.17), (_IN, _FLOOR if cell == "RNN" else _BELOW)], value="x",
               head=False)  # fmt: skip
    drawn.line("input", [(_IN, _FLOOR), (_NEW, _FLOOR), (_NEW, _GATES - 0.26)], value="x")
    for y in () if cell == "RNN" else (_FLOOR, _BELOW):
        drawn.fork("input", _IN, y)
    entered = name_moved("candidate", cell, "entered")
    drawn.layer(entered, _NEW, _GATES, f"W_x{_CANDIDATES[cell]}", width=0.74)


def _draw_sum(drawn, cell, width, small):
    """What entered and what is seen of the past, added and squashed."""
    entered = name_moved("candidate", cell, "entered")
    drawn.line(entered, [(_NEW, _GATES + 0.25), (_NEW, _MIDDLE - 0.21)], value="entered")
    aside, ha = (-0.14, "right") if cell == "LSTM" else (0.14, "left")  # where no gate's number is
    drawn.number(entered, _NEW + aside, _GATES + 0.5, value="entered", ha=ha, **small)
    drawn.operation("candidate", _NEW, _MIDDLE, "+")
    part = name_moved("candidate", cell, "sum")
    drawn.line(part, [(_NEW + 0.21, _MIDDLE), (_SQUASH - 0.28, _MIDDLE)], value="sum", head=False)
    drawn.operation(part, _SQUASH, _MIDDLE, "tanh", radius=0.28, **small)
    if cell == "RNN":
        _draw_way_out(drawn, cell, [(_SQUASH + 0.28, _MIDDLE)], small)


def _draw_candidate(drawn, cell, width, small):
    """The candidate on its way to the belt: the minGRU's is what entered."""
    start = [(_SQUASH + 0.28, _MIDDLE)]
    if cell == "minGRU":
        start = [(_NEW, _GATES + 0.25), (_NEW, _MIDDLE)]
    part = name_moved("candidate", cell, "n")
    drawn.line(part, [*start, (_TAKE - 0.23, _MIDDLE)], value="n")
    name = "g" if cell == "LSTM" else "n"
    drawn.text(part, _SQUASH - 0.2, _MIDDLE + 0.43, name, ha="right", **small)
    drawn.number(part, _SQUASH - 0.14, _MIDDLE + 0.43, value="n", ha="left", **small)


def _draw_way_out(drawn, cell, start, small):
    points = [*start, (_OUT, _MIDDLE), (_OUT, _BELOW), (_SIZE[0], _BELOW)]
    part = name_moved("hidden state", cell, "h")
    drawn.line(part, points, value="h")
    drawn.text(part, _OUT + 0.25, _BELOW + 0.3, "hₜ")
    drawn.number(part, _SIZE[0], _BELOW - 0.3, value="h", ha="right", **small)


def _draw_belt(drawn, cell, width, small):
    """What is kept, and what is added to it: by two gates, or by one for both."""
    lstm = cell == "LSTM"
    part, gate, keep = "state", "update gate", "z"
    before, after, name = "h_before", "h", "h"
    if lstm:
        part, gate, keep = "cell state", "forget gate", "f"
        before, after, name = "c_before", "c", "c"
    drawn.text(part, 0.26, _BELT + 0.34, f"{name}ₜ₋₁")
    drawn.number(part, 0.9, _BELT + 0.34, value=before, **small)
    drawn.line(part, [(0.0, _BELT), (_KEEP - 0.23, _BELT)], value=before, head=False)
    _draw_gate(drawn, cell, gate, keep, _KEEP, _BELT, small)
    drawn.valve(gate, _KEEP, _BELT, value=keep)
    kept, held = (name_moved(part, cell, number) for number in ("kept", after))
    drawn.line(kept, [(_KEEP + 0.23, _BELT), (_ADD - 0.21, _BELT)], value="kept")
    drawn.number(kept, 3.6, _BELT + 0.34, value="kept", **small)
    if not lstm:
        drawn.line(gate, [(_KEEP, _TIE), (_TAKE, _TIE), (_TAKE, _MIDDLE + 0.23)])
        drawn.fork(gate, _KEEP, _TIE)
        drawn.text(gate, _TAKE - 0.26, _TIE + 0.2, "1 − z", ha="right", **small)
        drawn.number(gate, _TAKE - 0.18, _TIE + 0.2, value="open", ha="left", **small)
    drawn.valve("input gate" if lstm else gate, _TAKE, _MIDDLE, value="i" if lstm else "open")
    points = [(_TAKE + 0.23, _MIDDLE), (_ADD, _MIDDLE), (_ADD, _BELT - 0.21)]
    taken = name_moved("add", cell, "taken")
    drawn.line(taken, points, value="taken")
    drawn.number(taken, _ADD, _MIDDLE - 0.28, value="taken", **small)
    drawn.operation(name_moved("add", cell), _ADD, _BELT, "+")
    drawn.line(held, [(_ADD + 0.21, _BELT), (width, _BELT)], value=after)
    drawn.text(held, width - 0.2, _BELT + 0.34, f"{name}ₜ")
    drawn.number(held, width - 0.5, _BELT + 0.34, value=after, ha="right", **small)


def _draw_input_gate(drawn, cell, width, small):
    _draw_gate(drawn, cell, "input gate", "i", _TAKE, _MIDDLE, small)


def _draw_shown(drawn, cell, width, small):
    """What is shown of the belt is a state of its own."""
    shown = name_moved("show", cell, "shown")
    drawn.line(shown, [(_TANH, _BELT), (_TANH, _MIDDLE + 0.28)], value="c")
    drawn.fork(shown, _TANH, _BELT)
    drawn.operation(shown, _TANH, _MIDDLE, "tanh", radius=0.28, **small)
    drawn.line(shown, [(_TANH + 0.28, _MIDDLE), (_SHOW - 0.23, _MIDDLE)], value="shown",
               head=False)  # fmt: skip
    drawn.number(shown, _SHOW - 0.41, _MIDDLE + 0.43, value="shown", ha="left", **small)
    _draw_gate(drawn, cell, "output gate", "o", _SHOW, _MIDDLE, small)
    drawn.valve("output gate", _SHOW, _MIDDLE, value="o")
    _draw_way_out(drawn, cell, [(_SHOW + 0.23, _MIDDLE)], small)


def _draw_gate(drawn, cell, part, name, x, y, small):
    """A gate's layer at x, and its line to the valve at (x, y)."""
    read = "x" if cell == "minGRU" else None  # elsewhere x and h, side by side
    drawn.line("input", [(_IN, _BELOW), (x, _BELOW), (x, _GATES - 0.26)], value=read)
    drawn.layer(part, x, _GATES, "σ")
    drawn.line(part, [(x, _GATES + 0.25), (x, y - 0.23)])
    drawn.text(part, x - 0.38, _GATES, name, ha="right", **small)
    drawn.number(part, x - 0.08, _GATES + 0.4, value=name, ha="right", **small)


_PIECES = {
    "RNN": (_draw_hidden_state, _draw_past, _draw_input, _draw_sum),
    "LSTM": (
        _draw_hidden_state, _draw_past, _draw_input, _draw_sum, _draw_candidate, _draw_belt,
        _draw_input_gate, _draw_shown,
    ),
    "GRU": (
        _draw_read_state, _draw_past, _draw_reset_gate, _draw_input, _draw_sum, _draw_candidate,
        _draw_belt,
    ),
    "minGRU": (_draw_input, _draw_candidate, _draw_belt),
}  # fmt: skip
FAMILY = tuple(_PIECES)
