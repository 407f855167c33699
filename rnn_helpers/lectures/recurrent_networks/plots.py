"""Pictures of lecture 02: the network, a nudge in its state, tables of shapes, training, seeds.

What takes axes is drawn by a demo; the others make a figure and show it, with the alternative text
that its numbers make.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnn_helpers.display.diagrams import draw_unrolled
from rnn_helpers.display.figures import COLORS, STYLES, new_figure, show
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.recurrent_networks.nudge import VISIBLE, Nudge
from rnn_helpers.lectures.recurrent_networks.shapes import ShapeRow

_LOW, _HIGH = 1e-12, 1e12


def describe_nudge(nudge: Nudge) -> str:
    """How long the nudge stays visible, in words."""
    head = f"{nudge.activation}, ρ = {nudge.spectral_radius:.2f}:"
    T = int(nudge.steps[-1])
    if nudge.last_visible == T:
        return f"{head} the nudge of x₁ is still above 1 % at the last step, {T}."
    if nudge.last_visible == 0:
        return f"{head} every unit is switched off, and the nudge of x₁ changes nothing."
    return (
        f"{head} the nudge of x₁ is last above 1 % at step {nudge.last_visible} of {T}; "
        "what came before is out of sight."
    )


def draw_nudge(nudge: Nudge, axes: Axes, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw what is left of the nudge at every step, or move an earlier drawing."""
    if artists is None:
        axes.set(
            yscale="log", xlim=(0, len(nudge.steps) + 1), ylim=(_LOW, _HIGH),
            xlabel="step t", ylabel="left of the nudge, log scale",
            yticks=[10.0**power for power in range(-12, 13, 4)],
        )  # fmt: skip
        axes.axhline(VISIBLE, color=COLORS["accent"], linestyle="--", linewidth=1.5, label="1 %")
        (line,) = axes.plot([], [], "-", linewidth=2.4, color=COLORS["data"], label="measured")
        (last,) = axes.plot([], [], "o", markersize=9, color=COLORS["data"], label="last above 1 %")
        axes.legend(loc="upper left", fontsize=9)
        axes.set_title("What is left of a nudge of the first input", loc="left")
        artists = {"line": line, "last": last}
    shares = np.clip(nudge.shares, _LOW * 1e-3, _HIGH * 1e3)
    artists["line"].set_data(nudge.steps, shares)
    at = nudge.last_visible
    artists["last"].set_data(([at], [shares[at - 1]]) if at else ([], []))
    return artists


def format_shapes(rows: Sequence[ShapeRow]) -> str:
    """The shapes as aligned text, one line per tensor."""
    return "\n".join(f"{row.name:<14}{row.letters:<27}{row.shape}" for row in rows)


def describe_shapes(rows: Sequence[ShapeRow]) -> str:
    """Input, output and last state in one sentence."""
    shape = {row.name: row.shape for row in rows}
    return (
        f"An input of shape {shape['input']} gives an output of {shape['output']} "
        f"and a last state h_n of {shape['h_n']}."
    )


def draw_shapes(
    rows: Sequence[ShapeRow], axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the table of shapes, or change an earlier one."""
    if artists is None:
        axes.axis("off")
        axes.set_title("tensor, its shape in letters, the shape that torch reports", loc="left")
        artists = {"table": TextBlock(axes, 0.0, 0.97, fontsize=11)}
    artists["table"].set_text(format_shapes(rows))
    return artists


def draw_network() -> None:
    """Show the network as a loop, and unrolled."""
    figure, axes = new_figure(9, 3)
    draw_unrolled(axes)
    axes.set_title("One loop, or a chain of copies that share their weights", loc="left")
    show(
        figure,
        alt="Left: a box h_t with an arrow W_hh from itself to itself, an input x_t from below "
        "through W_xh and an output y_t above through W_hy. Right: the same four times in a row, "
        "h_1 to h_4, joined by arrows that all carry W_hh.",
    )


def draw_nudges(nudges: Sequence[Nudge]) -> None:
    """Show what is left of a nudge at several spectral radii, one line each."""
    figure, axes = new_figure(8, 3.4)
    shown = 40
    for result, style in zip(nudges, ("-", "--", "-.", ":"), strict=False):
        axes.plot(
            result.steps[:shown], result.shares[:shown], style, color=COLORS["data"],
            label=f"ρ = {result.spectral_radius}",
        )  # fmt: skip
    axes.axhline(VISIBLE, color=COLORS["accent"], linestyle=":", linewidth=2, label="1 %")
    axes.set(
        yscale="log", xlim=(0, shown + 1), ylim=(1e-7, 3), xlabel="step t",
        ylabel="left of the nudge, log scale",
    )  # fmt: skip
    axes.set_yticks([1e-6, 1e-4, 1e-2, 1.0])
    axes.minorticks_off()
    axes.set_title("What is left of a nudge of the first input", loc="left")
    axes.legend(ncols=2)
    said = "; ".join(f"ρ = {n.spectral_radius}: last above 1 % at {n.last_visible}" for n in nudges)
    show(
        figure,
        alt=f"What is left of a nudge of the first input over {shown} steps, log axis, "
        f"{nudges[0].activation}: falling, nearly straight lines. {said}.",
    )


def draw_training(losses: Sequence[float], checks: Mapping[int, float]) -> None:
    """Show a loss after every update, and that on the validation years at some of them."""
    figure, axes = new_figure(8, 3.2)
    best = min(checks, key=lambda update: checks[update])
    axes.plot(losses, "--", color=COLORS["rnn"], linewidth=2, label="training years")
    axes.plot(
        list(checks), list(checks.values()), "o-", color=COLORS["relu"], markersize=4,
        label="validation years",
    )  # fmt: skip
    axes.plot(best, checks[best], "o", color=COLORS["data"], markersize=10, fillstyle="none")
    axes.set(xlabel="updates", ylabel="mean squared error, scaled", xlim=(-3, len(losses) + 2))
    axes.set_ylim(0, 1.05 * max(losses[0], *checks.values()))
    axes.set_title("The loss while the network learns", loc="left")
    axes.legend()
    show(
        figure,
        alt="Mean squared error against updates, two curves that fall steeply at first: on the "
        "training years, and on the validation years, whose lowest value is circled.",
    )


def draw_spread(
    errors: Mapping[str, np.ndarray], *, lines: Mapping[str, float], live: Mapping[str, float]
) -> None:
    """Show the held-out error of every seed, a row for each cell, beside models without a seed.

    `live` has the error of a network that was trained just now, by its cell; it is drawn as a
    cross and not told in the alternative text, because it differs from machine to machine.
    """
    figure, axes = new_figure(8, 0.55 * len(errors) + 1.5)
    for row, (cell, values) in enumerate(errors.items()):
        color = COLORS["gru" if "GRU" in cell else cell.lower()]
        axes.plot(
            values, np.full(len(values), row), "s" if cell == "SimplifiedGRU" else "o",
            color=color, markersize=8, markerfacecolor="none",
        )  # fmt: skip
        axes.plot(values.mean(), row, "|", color=color, markersize=24, markeredgewidth=3)
        if cell in live:
            axes.plot(live[cell], row, "x", color=COLORS["data"], markersize=9, label="just now")
    for (name, value), style in zip(lines.items(), (STYLES["lstm"], STYLES["gru"]), strict=False):
        axes.axvline(value, color=COLORS["bound"], linestyle=style)
        axes.text(value, -0.72, f" {name}", ha="left", va="center", fontsize=10)
    axes.set_yticks(range(len(errors)), list(errors))
    axes.set(
        xlabel="RMSE one year ahead, held-out years, in sunspots",
        ylim=(len(errors) - 0.5, -1.1),
    )  # fmt: skip
    axes.set_title("Every seed; a bar at the mean, a cross for the one just trained", loc="left")
    said = "; ".join(
        f"{cell}: {values.min():.1f} to {values.max():.1f}, mean {values.mean():.1f}"
        for cell, values in errors.items()
    )
    beside = ", ".join(f"{name} at {value:.1f}" for name, value in lines.items())
    show(
        figure,
        alt=f"Held-out error of every seed of each cell. {said}. Beside them {beside}.",
    )
