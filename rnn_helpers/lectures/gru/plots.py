"""Pictures of lecture 07: one unit between its gates, and the gradients of GRU and LSTM by lag."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import show_learned_by_start
from rnn_helpers.display.decay import draw_decay, format_power
from rnn_helpers.display.figures import COLORS, STYLES, new_figure, show
from rnn_helpers.lectures.gru.gates import GatedDecay, GateRun
from rnn_helpers.recurrences.jacobians import name_verdict

_MARKS = {
    "RNN": ("D", "rnn"), "simplified GRU": ("s", "accent"), "GRU": ("o", "gru"),
    "LSTM": ("^", "lstm"),
}  # fmt: skip
SOLVED = 0.02  # mean squared error on the adding problem; always to answer 1 has 1/6
_LOOKS = {
    f"{name}{path}": (STYLES[name], COLORS[name], width, f"{name.upper()}, {words}")
    for path, width, words in (("", 2.6, "total"), ("_direct", 1.1, "direct path alone"))
    for name in ("gru", "lstm")
}


def describe_gate_run(run: GateRun) -> str:
    """What each convention keeps, and where the unit ends, in words."""
    ends = [value if abs(value) >= 0.005 else 0.0 for value in (run.keeps[-1], run.takes[-1])]
    return (
        f"z = {run.z:.2f}, r = {run.r:.2f}, reset {run.reset} the product. Where z keeps, a step "
        f"holds on to {100 * run.z:.0f} % of the old state and h ends at {ends[0]:.2f}; where z "
        f"takes, to {100 * (1 - run.z):.0f} %, and h ends at {ends[1]:.2f}."
    )


def draw_gate_run(
    run: GateRun, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw the input, the candidate and the state of both conventions, or move a drawing."""
    if artists is None:
        artists = _prepare_gate_axes(run, axes)
    artists["candidate"].set_ydata(run.candidates)
    artists["keeps"].set_ydata(run.keeps)
    artists["takes"].set_ydata(run.takes)
    return artists


def _prepare_gate_axes(run, axes):
    T = len(run.xs)
    steps = np.arange(1, T + 1)
    axes.set(xlim=(-0.5, T + 0.5), ylim=(-2.3, 1.9), xlabel="step t", ylabel="value")
    pulses = axes.bar(steps, run.xs, width=0.9, color="#D9D9D9", label="input x", zorder=1)
    (candidate,) = axes.plot(
        steps, run.candidates, ".", color=COLORS["muted"], markersize=5, label="candidate n",
    )  # fmt: skip
    (keeps,) = axes.plot(
        np.arange(T + 1), run.keeps, "-", linewidth=2.6, color=COLORS["gru"], label="h, z keeps"
    )
    (takes,) = axes.plot(
        np.arange(T + 1), run.takes, "--", linewidth=1.8, color=COLORS["accent"],
        label="h, z takes",
    )  # fmt: skip
    axes.legend(handles=[keeps, takes, candidate, pulses], loc="lower left", ncols=2, fontsize=10)
    axes.set_title("One unit with both gates held still", loc="left")
    return {"candidate": candidate, "takes": takes, "keeps": keeps}


def describe_gated_decay(decay: GatedDecay) -> str:
    """What is left of both gradients at the last lag, in words."""
    T = int(decay.lags[-1])
    parts = [
        f"the {name}'s gradient {name_verdict(left)}, {format_power(left)} is left"
        for name, left in (("GRU", decay.gru[-1]), ("LSTM", decay.lstm[-1]))
    ]
    direct = f"{format_power(decay.gru_direct[-1])} and {format_power(decay.lstm_direct[-1])}"
    biases = f"Keep bias {decay.keep_bias:.1f}, reset bias {decay.reset_bias:.1f}"
    return (
        f"{biases}, weight scale {decay.weight_scale:.2f}, {T} steps: "
        f"{' and '.join(parts)}. The direct paths alone would leave {direct}."
    )


def draw_gated_decay(
    decay: GatedDecay, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw the gradients of a GRU and of an LSTM by lag with their direct paths, or move them."""
    curves = {name: getattr(decay, name) for name in _LOOKS}
    return draw_decay(
        decay.lags, curves, axes, artists, looks=_LOOKS, state="s", top=4, loc="lower left", ncols=2
    )


def draw_held_gates(runs: Sequence[GateRun]) -> None:
    """Show the state of one unit over time, a line for each update gate."""
    figure, axes = new_figure(8, 3.4)
    for run, style in zip(runs, ("-", "--", ":"), strict=True):
        label = f"z = {run.z}"
        axes.plot(run.keeps, style, color=COLORS["gru"], linewidth=2, label=label)
    axes.set(xlabel="step t", ylabel="state h")
    axes.set_title("One unit with r = 0 and z held still, at two pulses", loc="left")
    axes.legend()
    rows = "; ".join(
        f"z = {run.z}: {run.keeps[7]:.2f} after the first pulse, {run.keeps[22]:.2f} fifteen steps "
        "later"
        for run in runs
    )
    show(figure, alt=f"State over 40 steps with a pulse up and a pulse down. {rows}.")


def draw_learned_by_distance(
    distances: Sequence[int], counts: Mapping[float, Mapping[str, Sequence[int]]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a panel for each learning rate."""
    figure, axes = new_figure(9, 3.4, ncols=len(counts), sharey=True)
    said = []
    for axis, (rate, rows) in zip(axes, counts.items(), strict=True):
        for name, row in rows.items():
            marker, color = _MARKS[name]
            style = STYLES.get(name.lower(), ":")
            axis.plot(distances, row, style, marker=marker, color=COLORS[color], label=name)
            ends = ", ".join(f"{n} at {d}" for n, d in zip(np.asarray(row), distances, strict=True))
            said.append(f"{name}, rate {rate:g}: {ends}")
        axis.set_xticks(distances)
        axis.set(ylim=(-0.04 * total, 1.04 * total), yticks=range(0, total + 1, 5))
        axis.set(xlabel="words between subject and verb")
        axis.set_title(f"torch's start, rate {rate:g}", loc="left")
    axes[0].set_ylabel(f"networks that learned, of {total}")
    axes[0].legend(loc="lower left")
    show(figure, alt=f"Networks of {total} that learned, by words in between. {'; '.join(said)}.")


def draw_learned_by_start(
    counts: Mapping[str, ArrayLike], rates: Sequence[float], *, total: int
) -> None:
    """Show how many GRUs learned agreement from each start, a mark for each learning rate."""
    show_learned_by_start(counts, rates, total=total, cell="GRU")


def draw_adding(errors: Mapping[str, ArrayLike], *, updates: Sequence[int]) -> None:
    """Show every seed's error on the adding problem, a panel for each number of updates.

    `errors` holds an array (updates, seeds) for each cell.
    """
    figure, axes = new_figure(8, 3.4, ncols=len(updates), sharey=True)
    said = []
    for number, (axis, count) in enumerate(zip(axes, updates, strict=True)):
        for place, (name, rows) in enumerate(errors.items()):
            marker, color = _MARKS.get(name, ("^", "lstm"))
            values = np.asarray(rows)[number]
            axis.plot(
                place + np.linspace(-0.2, 0.2, len(values)), values, marker, color=COLORS[color],
                markerfacecolor="none",
            )  # fmt: skip
            solved = int((values < SOLVED).sum())
            said.append(f"{name} at {count}: {solved} of {len(values)} below {SOLVED}")
        axis.axhline(1 / 6, linestyle=":", color=COLORS["muted"])
        axis.set_xticks(range(len(errors)), [name.replace(" ", "\n") for name in errors])
        axis.set_title(f"after {count} updates", loc="left", fontsize=11)
        axis.set(yscale="log")
    axes[0].set_ylabel("mean squared error")
    show(
        figure,
        alt="Mean squared error of every seed on the adding problem, log axis, with a dotted line "
        f"at 1/6. {'; '.join(said)}.",
    )
