"""Pictures of the lecture on recurrent networks: a nudge in the state, and tables of shapes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnn_helpers.display.figures import COLORS
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
