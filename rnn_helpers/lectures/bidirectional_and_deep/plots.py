"""Pictures of lecture 08: what a tagger believes of each word, and what a deep state waits for."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.kept_text import add_kept_text
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LONGEST, RevealView
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import LAYERS, STEPS, UnrolledGrid

_HIDDEN = "· · ·"
_GRAY = "#EFEFEF"


def describe_reveal(view: RevealView) -> str:
    """What the networks and the grammar say of the ambiguous word, in words."""
    sentence, place = view.sentence, view.sentence.place
    word, words = sentence.words[place], f"{view.revealed} of {len(sentence)} words revealed"
    if view.exact is None:
        return f"{words}: “{word}” has not been read yet."
    return (
        f"{words}, “{word}”: both ways, the {view.cell} gives a name {view.two_way[place]:.2f}; "
        f"left to right it gives {view.one_way[place]:.2f}, whatever follows; all that the words "
        f"so far can say is {view.exact:.2f}."
    )


def draw_reveal(
    view: RevealView, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw P(name) of every word revealed, or move the artists of an earlier drawing."""
    if artists is None:
        artists = _prepare_reveal(axes)
    sentence, rows = view.sentence, np.arange(len(view.sentence))
    widths = np.full(2 * LONGEST - 1, np.nan)  # every second stair is a gap
    widths[: 2 * view.revealed : 2] = view.two_way[: view.revealed]
    artists["bars"].set_data(widths)
    for row in range(LONGEST):
        hidden = _HIDDEN if row < len(sentence) else ""
        artists[f"word {row}"].set(
            text=sentence.words[row] if row < view.revealed else hidden,
            color=COLORS["lstm" if row == sentence.place else "data"],
        )
    artists["one way"].set_data(view.one_way[: view.revealed], rows[: view.revealed])
    known = view.exact is not None
    artists["exact"].set_data([view.exact] * known, [sentence.place] * known)
    return artists


def _prepare_reveal(axes):
    axes.set(
        xlim=(-0.28, 1.02), ylim=(LONGEST - 0.4, -0.6), xlabel="P(name)", yticks=[],
        xticks=[0, 0.25, 0.5, 0.75, 1],
    )  # fmt: skip
    axes.set_title("Each word revealed can move the bars above it; the circles stay", loc="left")
    edges = (np.arange(LONGEST)[:, None] + [-0.3, 0.3]).ravel()
    bars = axes.stairs(
        np.zeros(len(edges) - 1), edges, orientation="horizontal", fill=True,
        color=COLORS["second"], label="both ways",
    )  # fmt: skip
    (one_way,) = axes.plot(
        [], [], "o", color=COLORS["data"], markerfacecolor="none", label="left to right"
    )
    (exact,) = axes.plot(
        [], [], "|", color=COLORS["lstm"], markersize=22, markeredgewidth=3,
        label="all that can be known",
    )  # fmt: skip
    axes.legend(handles=[one_way, exact, bars], loc="lower right", fontsize=10)
    words = {
        f"word {row}": add_kept_text(axes, -0.02, row, ha="right", va="center", fontsize=10)
        for row in range(LONGEST)
    }
    return {"one way": one_way, "exact": exact, "bars": bars, **words}


def describe_unrolled_grid(grid: UnrolledGrid) -> str:
    """Which inputs reach the chosen state, and what it waits for, in words."""
    counts = (grid.inputs.sum(), "input"), (grid.needed.sum(), "cell")
    inputs, cells = (f"{n} {noun}" + "s" * int(n != 1) for n, noun in counts)
    return (
        f"Layer {grid.layer}, step {grid.step}, {grid.kind}: the state sees {inputs} of "
        f"{len(grid.inputs)}, needs {cells}, and comes in round {grid.rounds.max()} even if all "
        "that can be computed at once is."
    )


def draw_unrolled_grid(
    grid: UnrolledGrid, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the cells and inputs that a state needs, each with its round, or change the drawing."""
    if grid.needed.shape != (LAYERS, STEPS):
        raise ValueError(f"grid must have {LAYERS} layers of {STEPS}, got {grid.needed.shape}")
    if artists is None:
        artists = _prepare_grid(axes)
    inputs = np.where(grid.inputs, COLORS["accent"], _GRAY)
    colors = np.vstack([inputs, np.where(grid.needed, COLORS["second"], _GRAY)])
    colors[grid.layer, grid.step - 1] = COLORS["lstm"]
    artists["cells"].set_facecolor(colors.ravel().tolist())
    artists["arrows"].set_segments(_find_arrows(grid))
    for (layer, step), needed in np.ndenumerate(grid.needed):
        number = str(grid.rounds[layer, step])
        artists[f"round {layer} {step}"].set(visible=bool(needed), text=number)
    return artists


def _find_arrows(grid):
    """Lines between the cells that are needed and what each of them needs, (column, row) each."""
    segments = []
    for row, column in np.argwhere(grid.needed):
        here = (column + 1, row + 1)
        segments.append([(column + 1, row), here])
        sideways = row == 0 or grid.kind != "one way, plain above"
        if sideways and column:
            segments.append([(column, row + 1), here])
        if grid.kind == "both ways" and column + 1 < STEPS:
            segments.append([(column + 2, row + 1), here])
    return np.array(segments, dtype=float)


def _prepare_grid(axes):
    axes.set(
        xlim=(0.3, STEPS + 0.7), ylim=(-0.6, LAYERS + 0.6), xlabel="step t",
        xticks=range(1, STEPS + 1), yticks=range(LAYERS + 1),
        yticklabels=["input x", *(f"layer {layer}" for layer in range(1, LAYERS + 1))],
    )  # fmt: skip
    axes.grid(False)
    title = "What the orange-red state needs; the number is the round it comes in"
    axes.set_title(title, loc="left")
    columns, rows = np.meshgrid(np.arange(1, STEPS + 1), np.arange(LAYERS + 1))
    lines = LineCollection([], colors=COLORS["muted"], linewidths=2, zorder=1)
    axes.add_collection(lines, autolim=False)
    cells = axes.scatter(
        columns.ravel(), rows.ravel(), s=700, marker="s", edgecolors=COLORS["data"], zorder=2
    )
    rounds = {
        f"round {layer} {step}": add_kept_text(
            axes, step + 1, layer + 1, ha="center", va="center", fontsize=10, zorder=3
        )
        for layer, step in np.ndindex(LAYERS, STEPS)
    }
    return {"arrows": lines, "cells": cells, **rounds}
