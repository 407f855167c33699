"""The cells of the series, drawn in one layout: state from left to right, what is kept on top."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnn_helpers.display.cell_family import KEY, TAKEN, draw_line_key, draw_valve_key, name_moved
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import is_narrow, new_figure, show
from rnn_helpers.display.recording import Moved

LSTM_SIZE = 7.3, 4.1  # width and height, in drawing units
_UNDER = 0.42  # and as far below 0 the key of the lines
GRADIENT = "gradient"  # the part that all lines of a gradient light with
GRADIENT_KEY = "key of gradients"  # the part that says how a gradient is drawn
Terms = Sequence[tuple[str, str]]  # a part and its piece of a line, from left to right


def draw_lstm_cell(axes: Axes, *, fontsize: float = 9.0, backward: bool = False) -> Diagram:
    """One step of an LSTM, whose numbers are x, h_before, c_before, f, i, g, o, kept, added, c, h.

    `read` is the length of (x, h_before), which gates and candidate read, `kept` is f ⊙ c_before,
    `added` i ⊙ g, and `shown` is tanh(c). With `backward`, there are lines for what the loss asks,
    too: d_h, d_c_after, from the step after this one, d_shown, which comes to c through the output
    gate's valve, d_c, d_c_before, d_h_before, and for each gate d_f, d_i, d_g and d_o.
    """
    cell = Diagram(axes, *LSTM_SIZE, fontsize=fontsize)
    belt, middle, gates, below = 3.45, 2.5, 1.45, 0.72
    small: Any = {"fontsize": fontsize - 1.5}
    kept, added, held, shown, out = (
        name_moved(part, "LSTM", number) for part, number in (
            ("cell state", "kept"), ("add", "taken"), ("cell state", "c"), ("show", "shown"),
            ("hidden state", "h"),
        )
    )  # fmt: skip
    # what is read: the input and what was shown last, one beside the other
    cell.text("input", 0.85, 0.1, "xₜ")
    cell.line("input", [(0.85, 0.27), (0.85, below)], value="x", head=False)
    cell.number("input", 0.98, 0.4, value="x", ha="left", **small)
    cell.text("hidden state", 0.22, below + 0.3, "hₜ₋₁")
    cell.number("hidden state", 0.3, below - 0.32, value="h_before", **small)
    cell.line("hidden state", [(0.0, below), (0.85, below)], value="h_before", head=False)
    ends = {"forget gate": 1.6, "candidate": 2.6, "input gate": 3.75, "output gate": 5.6}
    names = {"forget gate": "f", "candidate": "g", "input gate": "i", "output gate": "o"}
    *branches, last = ends.values()
    cell.line("input", [(0.85, below), (last, below), (last, gates - 0.26)], value="read")
    for x in branches:
        cell.line("input", [(x, below), (x, gates - 0.26)], value="read")
    cell.fork("input", 0.85, below)
    for part, x in ends.items():
        cell.layer(part, x, gates, "tanh" if part == "candidate" else "σ")
        cell.text(part, x - 0.36, gates, names[part], ha="right", **small)
        cell.number(part, x + 0.1, gates + 0.46, value=names[part], ha="left", **small)
    # the belt
    cell.text("cell state", 0.26, belt + 0.34, "cₜ₋₁")
    cell.line("cell state", [(0.0, belt), (1.37, belt)], value="c_before", head=False)
    cell.number("cell state", 0.9, belt + 0.34, value="c_before", **small)
    cell.line("forget gate", [(1.6, gates + 0.25), (1.6, belt - 0.23)])
    cell.valve("forget gate", 1.6, belt, value="f")
    cell.line(kept, [(1.83, belt), (4.09, belt)], value="kept")
    cell.number(kept, 2.7, belt + 0.34, value="kept", **small)
    cell.line("candidate", [(2.6, gates + 0.25), (2.6, middle), (3.52, middle)], value="g")
    cell.line("input gate", [(3.75, gates + 0.25), (3.75, middle - 0.23)])
    cell.valve("input gate", 3.75, middle, value="i")
    cell.line(added, [(3.98, middle), (4.3, middle), (4.3, belt - 0.21)], value="added")
    cell.number(added, 4.3, middle - 0.26, value="added", **small)
    cell.operation(name_moved("add", "LSTM"), 4.3, belt, "+")
    cell.line(held, [(4.51, belt), (7.15, belt)], value="c")
    cell.text(held, 7.0, belt + 0.34, "cₜ")
    cell.number(held, 6.4, belt + 0.34, value="c", **small)
    # what is shown
    cell.line(shown, [(5.0, belt), (5.0, middle + 0.3)], value="c")
    cell.fork(shown, 5.0, belt)
    cell.operation(shown, 5.0, middle, "tanh", radius=0.3, **small)
    cell.line(shown, [(5.3, middle), (5.37, middle)], value="shown", head=False)
    cell.line("output gate", [(5.6, gates + 0.25), (5.6, middle - 0.23)])
    cell.valve("output gate", 5.6, middle, value="o")
    cell.line(out, [(5.83, middle), (6.5, middle), (6.5, below), (7.15, below)], value="h")
    cell.text(out, 7.0, below + 0.34, "hₜ")
    cell.number(out, 6.8, middle + 0.15, value="h", **small)
    axes.set_ylim(-_UNDER, LSTM_SIZE[1])
    draw_line_key(cell, 1.9, 0.02 - _UNDER, **small)
    draw_valve_key(cell, 7.15, -0.04, **small)
    if backward:
        _draw_lstm_backward(cell, belt, middle, gates, below, ends, small)
    return cell


def _draw_lstm_backward(cell, belt, middle, gates, below, ends, small):
    """What the loss asks, beside the lines on which it was given."""
    over = belt - 0.3
    c, h, last, key = (
        Moved(part, [GRADIENT])
        for part in ("gradient of c", "gradient of h", "gradient of the h before", GRADIENT_KEY)
    )
    cell.back(c, [(7.15, over), (5.45, over)], value="d_c_after")
    cell.number(c, 6.5, over - 0.24, value="d_c_after", form="{:+.2f}", **small)
    cell.back(c, [(5.24, middle + 0.24), (5.24, over - 0.03)], value="d_shown")
    cell.number(c, 5.36, over - 0.24, value="d_shown", form="{:+.2f}", ha="left", **small)
    cell.back(c, [(5.4, over), (1.95, over)], value="d_c")
    cell.number(c, 3.0, over - 0.24, value="d_c", form="{:+.2f}", **small)
    cell.back(c, [(1.3, over), (0.0, over)], value="d_c_before")
    cell.number(c, 0.6, over - 0.24, value="d_c_before", form="{:+.2f}", **small)
    cell.back(h, [(7.15, below - 0.2), (6.3, below - 0.2), (6.3, middle - 0.25)], value="d_h")
    cell.number(h, 6.75, below - 0.45, value="d_h", form="{:+.2f}", **small)
    for x in ends.values():  # all blocks read the h before
        ways = [(x - 0.16, gates - 0.27), (x - 0.16, below + 0.2), (0.82, below + 0.2)]
        cell.back(last, ways, head=False)
    cell.back(last, [(0.82, below + 0.2), (0.52, below + 0.2)], value="d_h_before")
    cell.number(last, 0.55, below + 0.6, value="d_h_before", form="{:+.2f}", **small)
    for part, x in ends.items():
        name = {"forget gate": "d_f", "candidate": "d_g", "input gate": "d_i"}.get(part, "d_o")
        top = (middle if part != "forget gate" else belt) - 0.2
        gradient = Moved(f"gradient of the {part}", [GRADIENT])
        high = 0.46 if part == "output gate" else 0.8
        cell.back(gradient, [(x - 0.16, top), (x - 0.16, gates + 0.27)], value=name)
        cell.number(
            gradient, x - 0.3, gates + high, value=name, form="{:+.2f}", ha="right", **small
        )
    cell.sample(key, [(2.35, -0.04), (1.9, -0.04)], 0.3, back=True)
    cell.text(key, 2.43, -0.04, "gradient", ha="left", **small)


def write_terms(
    axes: Axes, lines: Iterable[tuple[Terms, Terms]], *, step: float, narrow: float = 1.0
) -> Diagram:
    """Equations, each with its line of code below it, whose parts light with those of a cell.

    What was taken away is struck out. On a phone the letters are `narrow` times as large.
    """
    larger = narrow if is_narrow(axes) else 1.0
    words = Diagram(axes, *LSTM_SIZE, fontsize=9.5 * larger)
    for row, (equation, code) in enumerate(lines):
        y = 3.95 - step * row
        words.terms(0.1, y, equation, struck=TAKEN)
        words.terms(0.1, y - 0.29 * larger, code, fontsize=8.0 * larger, family="monospace")
    return words


def draw_cell_and_terms(
    values: Mapping[str, float], lit: Collection[str], axes: Any, artists: dict[str, Any] | None,
    *, prepare: Callable[[Axes, Axes], tuple[Diagram, Diagram]], hidden: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Draw a cell beside its equations and code, or move them to other numbers and lit parts.

    `prepare(left, right)` draws the two; `hidden` are parts of the cell that are not there.
    """
    artists = artists or dict(zip(("cell", "terms"), prepare(*np.ravel(axes)), strict=True))
    artists["cell"].move(values, {*lit, KEY}, hidden=hidden)
    artists["terms"].move({}, lit)
    return artists


def show_beats(
    beats: Mapping[str, Any], draw: Callable[[Any, Any], Any], describe: Callable[[Any], str]
) -> None:
    """Show some beats by their titles, one below the other, as a demo draws and describes them."""
    figure, axes = new_figure(8, 2.7 * len(beats), nrows=len(beats), ncols=2, squeeze=False)
    for row, (title, beat) in zip(axes, beats.items(), strict=True):
        draw(beat, row)
        row[0].set_title(title, loc="left")
    show(figure, alt=" ".join(map(describe, beats.values())))
