"""Pictures of lecture 07: one unit between its gates, and the gradients of GRU and LSTM by lag."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import name_fall, show_learned_by_start
from rnn_helpers.display.decay import (
    describe_gated_decay,
    draw_gated_decay,
    name_decay_parts,
    show_gated_decays,
)
from rnn_helpers.display.diagrams import write_number
from rnn_helpers.display.figures import COLORS, STYLES, is_narrow, new_figure, show
from rnn_helpers.display.recording import Moved
from rnn_helpers.lectures.gru.gates import FORMS, GateInterval, GateRun, GRUDecay
from rnn_helpers.models.trained_gates import show_trained_gates

_MARKS = {
    "RNN": ("D", "rnn"), "simplified GRU": ("s", "accent"), "GRU": ("o", "gru"),
    "LSTM": ("^", "lstm"),
}  # fmt: skip
GATE_PARTS = {
    "input": "what comes in: a push up, a push down, silence between",
    "candidate": "what is offered to the state, from −1 to 1: here it is tanh(1.2 x)",
    "update gate": "how much of the old state is kept; the rest is taken from the candidate",
    "state": "what is held",
}
_NAMES: dict[str, Any] = {"name": "GRU", "direct": "∏ z"}
_BOTTOM = -32  # half of the state, a hundred times, is 10⁻³⁰
DECAY_PARTS = name_decay_parts(**_NAMES, weights="W_hr, W_hz and W_hn")
KEPT = 0.5  # a unit that holds less of a pulse of height 0.95 has lost it
_AFTER_FIRST = 7  # the last step of the first pulse
SOLVED = 0.02  # mean squared error on the adding problem; always to answer 1 has 1/6


def describe_gate_interval(run: GateInterval) -> str:
    """What the unit holds after the first pulse and at the end, and which pulse that is."""
    after, end = run.hs[_AFTER_FIRST], run.hs[-1]
    inside = run.last + 1 - run.first
    where = f"from step {run.first} to step {run.last}" if inside > 1 else f"at step {run.first}"
    gate = f"z is {run.z_inside:.2f} {where}, else {run.z_outside:.2f}"
    if inside <= 0 or inside == len(run.zs):
        gate = f"z is {run.zs[0]:.2f} throughout"
    if end >= KEPT:
        verdict = ": the first pulse is held, not the second"
    elif end <= -KEPT:
        verdict = ": the second pulse is held, not the first"
    else:
        verdict = ", between the dotted lines: neither is held"
    ends = map(write_number, (after, end))
    return "{}. h is {} after the first pulse and {} at the end{}.".format(gate, *ends, verdict)


def draw_gate_interval(
    run: GateInterval, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw pulses, candidate and state above, the update gate below, or move a drawing."""
    if artists is None:
        artists = _prepare_interval_axes(run, *axes)
    inside = run.last + 1 - run.first
    for part in ("open", "open below"):
        artists[part].set(x=run.first - 0.5, width=max(0, inside))
    artists["h"].set_ydata(run.hs)
    artists["z"].set_ydata(run.zs)
    artists["end"].set_ydata(run.hs[-1:])
    return artists


def _prepare_interval_axes(run, axes, below):
    T = len(run.xs)
    steps = np.arange(1, T + 1)
    artists: dict[str, Any] = {}
    for part, axis in (("open", axes), ("open below", below)):
        axis.set(xlim=(-0.5, T + 1.5))
        artists[part] = axis.add_patch(
            Rectangle((0, -3), 1, 6, facecolor=(COLORS["accent"], 0.2), zorder=0.5)
        )
    pulses = axes.bar(
        steps, run.xs, width=0.9, color=COLORS["shade"], label="input x", zorder=1, gid="input"
    )
    (candidate,) = axes.plot(
        steps, run.candidates, "D", color=COLORS["negative"], markersize=4, label="candidate n",
        gid="candidate",
    )  # fmt: skip
    for y in (KEPT, -KEPT):
        axes.axhline(y, linestyle=":", linewidth=1, color=COLORS["muted"], zorder=0.8)
    axes.text(0, KEPT + 0.06, "held", fontsize=9, color=COLORS["muted"])
    look = {"color": COLORS["gru"], "gid": Moved("state", ["update gate"])}
    (artists["h"],) = axes.plot(
        np.arange(T + 1), run.hs, "-", linewidth=2.6, label="state h", **look
    )
    (artists["end"],) = axes.plot([T], run.hs[-1:], "o", markersize=8, **look)
    key = axes.legend(
        handles=[artists["h"], candidate, pulses], loc="lower left", fontsize=9,
        ncols=1 if is_narrow(axes) else 3, framealpha=1,
    )  # fmt: skip
    # what moves lies above what does not: the shade would lie over these
    artists |= {f"pulse {n}": bar for n, bar in enumerate(pulses) if bar.get_height()}
    artists |= {"candidate": candidate, "key": key}
    axes.set(ylim=(-2.3, 1.9), ylabel="value")
    axes.set_title("One unit: what comes in, what is offered, what is held", loc="left")
    (artists["z"],) = below.step(
        steps, run.zs, where="mid", linewidth=2, color=COLORS["data"], gid="update gate"
    )
    below.set(ylim=(-0.08, 1.08), xlabel="step t", ylabel="update gate z")
    below.set_title("1 keeps all of h, 0 takes all of n; shaded: the interval", loc="left")
    return artists


def describe_gru_decay(decay: GRUDecay) -> str:
    """What is left at the last lag, in words."""
    form = FORMS[decay.cell]
    keep, reset = (
        f"{name} bias {write_number(bias, '{:.1f}')}"
        for name, bias in (("keep", decay.keep_bias), ("reset", decay.reset_bias))
    )
    if decay.cell == "SimplifiedGRU":
        reset = "no reset gate, so that the reset bias does nothing"
    found = describe_gated_decay(decay, name="GRU")
    return (
        f"{form[0].upper()}{form[1:]}, {keep}, {reset}, W_hn × {decay.candidate_scale:.2f}. {found}"
    )


draw_gru_decay = partial(draw_gated_decay, color="gru", state="h", bottom=_BOTTOM, **_NAMES)
draw_gru_decays = partial(show_gated_decays, describe=describe_gru_decay, draw=draw_gru_decay)
draw_learned_by_start = partial(show_learned_by_start, cell="GRU")
draw_trained_gates = show_trained_gates


def draw_conventions(runs: Sequence[GateRun]) -> None:
    """Show the state of one unit whose z keeps and of one whose z takes, a panel a setting."""
    figure, axes = new_figure(9.6, 3.3, ncols=len(runs), sharey=True)
    same = " and ".join(f"z = {run.z}" for run in runs if np.allclose(run.keeps, run.takes))
    title = f"Only with {same} is it the same whether z keeps or takes"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    ends = []
    for axis, run in zip(axes, runs, strict=True):
        axis.plot(run.keeps, "-", linewidth=2.4, color=COLORS["gru"], label="z keeps")
        axis.plot(run.takes, "--", linewidth=1.8, color=COLORS["accent"], label="z takes")
        axis.set(xlabel="step t")
        axis.set_title(f"z = {run.z}, r = {run.r}", loc="left", fontsize=11)
        keeps, takes = (np.round(states[-1], 2) + 0.0 for states in (run.keeps, run.takes))
        ends.append(f"z = {run.z}, r = {run.r}: {keeps:+.2f} and {takes:+.2f}")
    axes[0].set(ylabel="state h")
    axes[0].legend(loc="lower left", fontsize=9)
    show(
        figure,
        alt="State of one unit over two pulses. It ends, where z keeps and where z takes, at: "
        f"{'; '.join(ends)}.",
    )


def draw_learned_by_distance(
    distances: Sequence[int], counts: Mapping[float, Mapping[str, Sequence[int]]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a panel for each learning rate."""
    figure, axes = new_figure(9, 3.7, ncols=len(counts), sharey=True)
    title = name_fall((row for rows in counts.values() for row in rows.values()), distances)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
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
        axis.set_title(f"rate {rate:g}", loc="left", fontsize=11)
    axes[0].set_ylabel(f"networks that learned, of {total}")
    axes[0].legend(loc="lower left")
    show(figure, alt=f"Networks of {total} that learned, by words in between. {'; '.join(said)}.")


def draw_adding(errors: Mapping[str, ArrayLike], *, updates: Sequence[int]) -> None:
    """Show every seed's error on the adding problem, a panel for each number of updates.

    `errors` holds an array (updates, seeds) for each cell.
    """
    figure, axes = new_figure(8, 3.7, ncols=len(updates), sharey=True)
    missed = [name for name, rows in errors.items() if (np.asarray(rows)[-1] >= SOLVED).any()]
    but = f" but {' and '.join(missed)}" if missed else ""
    title = f"After {updates[-1]} updates all{but} solve adding, with errors below {SOLVED}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
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
        axis.axhline(SOLVED, linestyle="--", linewidth=1, color=COLORS["muted"])
        axis.text((len(errors) - 1) / 2, 1 / 6, "always 1", ha="center", va="bottom", fontsize=9,
                  color=COLORS["muted"])  # fmt: skip
        axis.set_xticks(range(len(errors)), [name.replace(" ", "\n") for name in errors])
        axis.set_title(f"after {count} updates", loc="left", fontsize=11)
        axis.set(yscale="log")
    axes[0].set_ylabel("mean squared error")
    show(
        figure,
        alt="Mean squared error of every seed on the adding problem, log axis, with a dotted line "
        f"at 1/6. {'; '.join(said)}.",
    )
