"""Pictures of lecture 08: what a tagger believes of each word, and what a deep state waits for."""

import numpy as np
from matplotlib.collections import LineCollection

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.kept_text import add_kept_text
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import LAYERS, STEPS

_ROWS = 13  # words of the longest sentence that is shown
_HIDDEN = "· · ·"


def describe_reveal(view):
    """What the networks and the grammar say of the ambiguous word, in words.

    Parameters
    ----------
    view : RevealView
        See `demos.bidirectional_and_deep`.

    Returns
    -------
    sentences : str
    """
    sentence, place = view.sentence, view.sentence.place
    word, words = sentence.words[place], f"{view.revealed} of {len(sentence)} words revealed"
    if view.exact is None:
        return f"{words}: “{word}” has not been read yet."
    return (
        f"{words}, “{word}”: both ways, the {view.cell} gives a name {view.two_way[place]:.2f}; "
        f"left to right it gives {view.one_way[place]:.2f}, whatever follows; all that the words "
        f"so far can say is {view.exact:.2f}."
    )


def draw_reveal(view, axes, artists=None):
    """Draw P(name) of every word revealed, or move an earlier drawing.

    Parameters
    ----------
    view : RevealView
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_reveal(axes)
    sentence, rows = view.sentence, np.arange(len(view.sentence))
    for row in range(_ROWS):
        known = row < view.revealed
        share = view.two_way[row] if known else 0.0
        artists[f"bar {row}"].set_width(share)
        label = artists[f"word {row}"]
        label.set_text(sentence.words[row] if known else _HIDDEN if row < len(sentence) else "")
        label.set_color(COLORS["lstm"] if row == sentence.place else COLORS["data"])
    artists["one way"].set_data(view.one_way[: view.revealed], rows[: view.revealed])
    artists["exact"].set_data(
        *(([view.exact], [sentence.place]) if view.exact is not None else ([], []))
    )
    return artists


def _prepare_reveal(axes):
    axes.set(
        xlim=(-0.28, 1.02), ylim=(_ROWS - 0.4, -0.6), xlabel="P(name)", yticks=[],
        xticks=[0, 0.25, 0.5, 0.75, 1],
    )  # fmt: skip
    axes.set_title("Each word revealed can move the bars above it; the circles stay", loc="left")
    bars = axes.barh(range(_ROWS), 0.0, height=0.6, color=COLORS["second"], label="both ways")
    (one_way,) = axes.plot(
        [], [], "o", color=COLORS["data"], markerfacecolor="none", label="left to right"
    )
    (exact,) = axes.plot(
        [], [], "|", color=COLORS["lstm"], markersize=22, markeredgewidth=3,
        label="all that can be known",
    )  # fmt: skip
    axes.legend(loc="lower right", fontsize=10)
    artists = {"one way": one_way, "exact": exact}
    artists |= {f"bar {row}": bar for row, bar in enumerate(bars)}
    for row in range(_ROWS):
        artists[f"word {row}"] = add_kept_text(axes, -0.02, row, ha="right", va="center", fontsize=10)
    return artists


def describe_unrolled_grid(grid):
    """Which inputs reach the chosen state, and what it waits for, in words.

    Parameters
    ----------
    grid : UnrolledGrid

    Returns
    -------
    sentences : str
    """
    inputs, rounds = int(grid.inputs.sum()), int(grid.rounds.max())
    cells = _count(int(grid.needed.sum()), "cell")
    return (
        f"Layer {grid.layer}, step {grid.step}, {grid.kind}: the state sees "
        f"{_count(inputs, 'input')} of {len(grid.inputs)}, needs {cells}, and comes in "
        f"round {rounds} even if all that can be computed at once is."
    )


def _count(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def draw_unrolled_grid(grid, axes, artists=None):
    """Draw the cells and inputs that a state needs, each with its round, or change the drawing.

    Parameters
    ----------
    grid : UnrolledGrid
        Of the default size.
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_grid(axes)
    shown = np.vstack([grid.inputs, grid.needed])  # row 0 the inputs
    colors = np.where(shown, COLORS["second"], "#EFEFEF")
    colors[0] = np.where(grid.inputs, COLORS["accent"], "#EFEFEF")
    colors[grid.layer, grid.step - 1] = COLORS["lstm"]
    artists["cells"].set_facecolor(colors.ravel().tolist())
    artists["arrows"].set_segments(_find_arrows(grid))
    for (layer, step), needed in np.ndenumerate(grid.needed):
        number = artists[f"round {layer} {step}"]
        number.set_visible(bool(needed))
        number.set_text(str(grid.rounds[layer, step]))
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
    axes.set_title(
        "What the orange-red state needs; the number is the round it comes in", loc="left"
    )
    columns, rows = np.meshgrid(np.arange(1, STEPS + 1), np.arange(LAYERS + 1))
    lines = LineCollection([], colors=COLORS["muted"], linewidths=2, zorder=1)
    axes.add_collection(lines, autolim=False)
    cells = axes.scatter(
        columns.ravel(), rows.ravel(), s=700, marker="s", edgecolors=COLORS["data"], zorder=2
    )
    artists = {"arrows": lines, "cells": cells}
    for layer in range(LAYERS):
        for step in range(STEPS):
            artists[f"round {layer} {step}"] = add_kept_text(
                axes, step + 1, layer + 1, "", ha="center", va="center", fontsize=10, zorder=3
            )
    return artists
