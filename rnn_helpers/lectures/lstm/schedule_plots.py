"""The cell at one step beside what it held and showed at all of them, and the tasks it does."""

from typing import Any

import numpy as np
from matplotlib.gridspec import GridSpec

from rnn_helpers.display.cell_diagrams import draw_lstm_cell
from rnn_helpers.display.cell_family import name_moved
from rnn_helpers.display.diagrams import write_number
from rnn_helpers.display.figures import COLORS, is_narrow, new_figure, show
from rnn_helpers.display.handles import Handle
from rnn_helpers.lectures.lstm.memory import TARGETS, TASKS, CellRun, find_missing

_GATES = {  # part: letter, style, colour; from below
    "output gate": ("o", (0, (1, 1)), "negative"),
    "input gate": ("i", "-.", "accent"),
    "forget gate": ("f", "-", "muted"),
}
_LINES = {  # part: its number, name, style, colour, width
    "candidate": ("g", "candidate g", ":", "bound", 2.0),
    "cell state": ("c", "cell state c", "-", "lstm", 2.6),
    "hidden state": ("h", "shown: h", "--", "data", 2.0),
}
_ROW = 1.7  # from one gate's 0 to the next's
_MISSING = {
    "off": "c is {c} at step {t}, not {target}",
    "early": "h is {h} at step {t}, shown too early",
    "hidden": "h is {h} at step {t}, not shown",
    "still": "c is still {c} at step {t}, not 0",
}


def say_missing(run: CellRun) -> dict[str, str]:
    """What each task still lacks, in words; '' where the cell does it."""
    words = dict.fromkeys(TASKS, "")
    for task, lack in find_missing(run).items():
        if lack:
            why, t = lack
            target = write_number(TARGETS[task], "{:.1f}")
            words[task] = _MISSING[why].format(
                c=write_number(run.cs[t]), h=write_number(run.hs[t]), t=t, target=target
            )
    return words


def describe_cell_run(run: CellRun) -> str:
    """The schedule, what the cell holds at the end, and the tasks that it does, in words."""
    i, o = "i = 0 throughout", "o = 0 throughout"
    if run.closes_after:
        i = f"i = {run.input_gates[0]:.2g} up to step {run.closes_after}"
    if run.opens_at <= 40:
        o = f"o = {run.output:.2g} from step {run.opens_at}"
    f = f"f = {run.forget:.2g}"
    if run.erase_at:
        f += f", but 0 at step {run.erase_at}"
    tasks = "; ".join(
        f"{task}: {f'not yet, {words}' if words else 'done'}"
        for task, words in say_missing(run).items()
    )
    return (
        f"{f}, {i}, {o}: after 40 steps the cell holds {write_number(run.cs[-1])}, "
        f"and shows h = {write_number(run.hs[-1])}. {tasks}."
    )


def draw_schedule(run: CellRun, axes: Any, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw the cell at its step and all steps beside it, or move an earlier drawing."""
    if artists is None:
        artists = _prepare_axes(axes)
    t, steps = run.step, np.arange(41)
    gates = (run.output_gates, run.input_gates, run.forget_gates)
    for row, (part, values) in enumerate(zip(_GATES, gates, strict=True)):
        artists[part].set_data(steps[1:], _ROW * row + values)
    for part, values in zip(_LINES, (run.candidates, run.cs, run.hs), strict=True):
        artists[part].set_data(steps[-len(values) :], values)
    for part, edge in zip(_GATES, (run.opens_at - 0.5, run.closes_after + 0.5), strict=False):
        artists[f"edge of the {part}"].set_xdata([edge])
    edges = np.repeat(np.arange(0.5, 41), 2)
    artists["offered"].set_xy(np.column_stack([edges, [0, *np.repeat(run.candidates, 2), 0]]))
    for cursor in ("cursor", "cursor of the gates"):
        artists[cursor].set_xdata([t, t])
    for task, words in say_missing(run).items():
        done = f"✓ done: c = {write_number(run.cs[-1])}"
        if task == "A":
            done += f", h = {write_number(run.hs[-1])}"
        artists[task].set_text(f"✗ {words}" if words else done)
    g, f = run.candidates[t - 1], run.forget_gates[t - 1]
    i, o = run.input_gates[t - 1], run.output_gates[t - 1]
    numbers = {"g": g, "i": i, "o": o, "f": f, "x": np.arctanh(g), "added": i * g}
    numbers |= {"c_before": run.cs[t - 1], "kept": f * run.cs[t - 1], "c": run.cs[t]}
    artists["step"].set_text(f"The cell at step {t}, the gray line")
    numbers["read"] = np.hypot(numbers["x"], run.hs[t - 1])
    numbers |= {"h_before": run.hs[t - 1], "shown": np.tanh(run.cs[t]), "h": run.hs[t]}
    # what would be written 0.00 is drawn as 0
    artists["cell"].move({n: v if abs(v) >= 0.005 else 0.0 for n, v in numbers.items()})
    return artists


def _prepare_axes(axes):
    cell, tasks = np.ravel(axes)
    figure: Any = cell.figure
    if is_narrow(cell):
        halves, rooms = GridSpec(2, 1, figure=figure, height_ratios=(5, 4)), ((12, 6), (5, 6))
    else:
        halves, rooms = GridSpec(1, 2, figure=figure), ((7, 3), (4, 6))
    places = [
        place for half, ratios in zip((halves[0], halves[1]), rooms, strict=True)
        for place in half.subgridspec(2, 1, height_ratios=ratios)
    ]  # fmt: skip
    cell.set_subplotspec(places[0])
    tasks.set_subplotspec(places[1])
    above, below = (figure.add_subplot(place, axes_class=type(cell)) for place in places[2:])
    artists: dict[str, Any] = {"cell": draw_lstm_cell(cell)}
    artists["step"] = cell.set_title("", loc="left")
    tasks.set(xlim=(0, 1), ylim=(6, 0))
    tasks.axis("off")
    for row, (task, words) in enumerate(TASKS.items()):
        for x, text in ((0, task), (0.07, words)):
            tasks.text(x, 2 * row + 0.5, text, va="center", fontsize=10)
        artists[task] = tasks.text(0.07, 2 * row + 1.4, "", va="center", fontsize=10)
    above.set(xlim=(0, 41), ylim=(-0.2, 2 * _ROW + 1.15), xticklabels=[])
    above.set_yticks([_ROW * row + value for row in range(3) for value in (0, 1)], [0, 1] * 3)
    above.tick_params(axis="y", labelsize=7)
    above.grid(color="#E4E4E4")
    above.spines[["top", "right"]].set_visible(False)
    above.set_title("The gates, set by hand: 1 is open", loc="left")
    for row, (part, (letter, style, color)) in enumerate(_GATES.items()):
        (artists[part],) = above.plot(
            [], [], linestyle=style, color=COLORS[color], linewidth=2, drawstyle="steps-mid",
            label=part, gid=part,
        )  # fmt: skip
        above.text(
            1.01, _ROW * row + 0.5, letter, transform=above.get_yaxis_transform(), va="center",
            gid=part,
        )  # fmt: skip
        if part != "forget gate":
            (artists[f"edge of the {part}"],) = above.plot(
                [0], [_ROW * row + 0.5], "o", color=COLORS[color], markersize=6, gid=part
            )
    (artists["offered"],) = below.fill([0, 1, 1], [0, 0, 1], color=COLORS["bound"], alpha=0.3,
                                       linewidth=0, gid="candidate")  # fmt: skip
    below.set(
        xlim=(0, 41), ylim=(-3.1, 6.6), yticks=range(-2, 5, 2), xlabel="step t", ylabel="value"
    )
    below.set_title("c is what is held, h what is shown", loc="left")
    for part, (number, label, style, color, width) in _LINES.items():
        (artists[part],) = below.plot(
            [], [], linestyle=style, color=COLORS[color], linewidth=width, label=label,
            gid=name_moved(part, "LSTM", number),
            drawstyle="steps-mid" if part == "candidate" else "default",
        )  # fmt: skip
    key = below.legend(
        loc="upper right", fontsize=7.5, ncols=3, handlelength=1.8, columnspacing=1.2,
        borderpad=0.7, framealpha=1,
    )  # fmt: skip
    key.set_zorder(6)  # no line is seen through it
    for cursor, axis in (("cursor", below), ("cursor of the gates", above)):
        artists[cursor] = axis.axvline(0, color=COLORS["muted"], linewidth=1)
    _add_handles(above, below)
    return artists


def _add_handles(above, below):
    """The rows of i and o are dragged at their edges, the curves at the step; f has no edge."""
    rows = [(above.get_xlim(), (_ROW * row - 0.35, _ROW * row + 1.35)) for row in range(2)]
    opens, closes = np.arange(1, 42), np.arange(41)
    Handle(above, [{"opens_at": t} for t in opens.tolist()], x=opens - 0.5, within=rows[0])
    Handle(above, [{"closes_after": t} for t in closes.tolist()], x=closes + 0.5, within=rows[1])
    Handle(below, [{"step": t} for t in range(1, 41)], x=range(1, 41))


def draw_cell_run(run: CellRun) -> None:
    """Show one schedule, the cell at its step."""
    figure, axes = new_figure(8, 4.8, ncols=2)
    draw_schedule(run, axes)
    show(figure, alt=f"{describe_cell_run(run)} The cell is drawn at step {run.step}.")
