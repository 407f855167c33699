"""Pictures of lecture 08: one way and both, what a word waits for, and what depth is worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from rnn_helpers.display.figures import COLORS, STYLES, new_figure, show
from rnn_helpers.display.kept_text import add_kept_text
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LONGEST, RevealView
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import LAYERS, STEPS, UnrolledGrid

_HIDDEN = "· · ·"
_GRAY = "#EFEFEF"
_NETWORKS = (("rnn", "o", "-"), ("accent", "s", "--"), ("muted", "^", "-."), ("third", "D", ":"))


def draw_two_ways(words: Sequence[str] = ("He", "said", "Teddy", "Roosevelt")) -> None:
    """Show the two passes over a sentence, and what of them is answered from."""
    figure, axes = new_figure(8, 3.4)
    plain = {"ha": "center", "va": "center"}
    arrow = {"arrowstyle": "-|>", "shrinkA": 15, "shrinkB": 15}
    rows = ((1, "→h", COLORS["second"], 1), (2, "←h", COLORS["accent"], -1))
    for t, word in enumerate(words):
        axes.text(t, 0, word, fontsize=12, **plain)
        axes.text(t, 3, f"tag {t + 1}", fontsize=11, **plain)
        for height, name, color, way in rows:
            shift = -0.13 if height == 1 else 0.13
            axes.text(
                t + shift, height, f"{name}$_{t + 1}$", fontsize=12,
                bbox={"boxstyle": "round,pad=0.4", "facecolor": color, "alpha": 0.4}, **plain,
            )  # fmt: skip
            for low, high in ((0, height), (height, 3)):
                ends = (t + shift * (high == height), low), (t + shift * (low == height), high)
                style = {**arrow, "color": COLORS["muted"], "linewidth": 0.8}
                axes.annotate("", (ends[1][0], high), (ends[0][0] + shift * (low == height), low),
                              arrowprops=style)  # fmt: skip
            if 0 <= t + way < len(words):
                axes.annotate(
                    "", (t + way + shift, height), (t + shift, height),
                    arrowprops={**arrow, "color": COLORS["data"], "shrinkA": 18, "shrinkB": 18},
                )  # fmt: skip
    axes.set(xlim=(-0.6, len(words) - 0.4), ylim=(-0.3, 3.3))
    axes.set_title("Two passes over the same words, each with weights of its own", loc="left")
    axes.axis("off")
    show(
        figure,
        alt=f"The words {', '.join(words)} in a row. Above them a row of states joined by arrows "
        "to the right, and above that a row joined by arrows to the left. Both states of a word "
        "lead to its tag; the rightmost state of the upper row has read one word.",
    )


def draw_taggers(
    shares: Mapping[tuple[str, str], ArrayLike], live: Mapping[tuple[str, str], float],
    bound: float,
) -> None:  # fmt: skip
    """Show the stored shares right of each cell and reading, the live one ringed, and a bound."""
    figure, axes = new_figure(8, 3.2)
    cells, said = list(dict.fromkeys(cell for cell, _ in shares)), []
    n_seeds = len(np.asarray(next(iter(shares.values()))))
    for (cell, reading), values in shares.items():
        both = reading == "both ways"
        values, place = np.asarray(values), cells.index(cell) + (0.18 if both else -0.18)
        places = place + np.linspace(-0.12, 0.12, len(values))
        look = {"color": COLORS[cell.lower()], "markersize": 6}
        axes.plot(places, values, "^" if both else "o", alpha=0.7, **look)
        if (cell, reading) in live:
            axes.plot(place, live[cell, reading], "s", markersize=13, color=COLORS["data"],
                      markerfacecolor="none")  # fmt: skip
        said.append(f"{cell} {reading} {values.min():.2f} to {values.max():.2f}")
    axes.axhline(bound, color=COLORS["bound"], linestyle="--")
    axes.text(len(cells) - 0.55, bound + 0.02, f"{bound:.2f}, the best from the left", ha="right")
    axes.set(ylim=(0.4, 1.05), ylabel="ambiguous words right, share")
    axes.set_xticks(range(len(cells)), cells)
    axes.set_title(f"{n_seeds} seeds each, one way (circles) and both ways (triangles)", loc="left")
    show(figure, alt=f"Share of ambiguous words tagged right. {'; '.join(said)}.")


def draw_delays(
    delays: ArrayLike, shares: ArrayLike, bounds: Sequence[float], live: tuple[int, float]
) -> None:
    """Show shares (S, N) against N delays, and what is possible; the live one is ringed."""
    figure, axes = new_figure(8, 3.4)
    delays, shares = np.asarray(delays), np.asarray(shares)
    shifts = np.linspace(-0.12, 0.12, len(shares))
    look = {"color": COLORS["gru"], "alpha": 0.6}
    for number, (row, shift) in enumerate(zip(shares, shifts, strict=True)):
        label = None if number else f"GRU one way, {len(shares)} seeds"
        axes.plot(delays + shift, row, "o", markersize=5, label=label, **look)
    axes.plot(delays, shares.mean(axis=0), STYLES["gru"], color=COLORS["gru"], label="their mean")
    axes.plot(delays, bounds, "--", color=COLORS["bound"], label="the best that is possible")
    axes.plot(*live, "s", markersize=13, color=COLORS["data"], markerfacecolor="none",
              label="trained here")  # fmt: skip
    axes.set(xlabel="look-ahead k, in words", ylabel="ambiguous words right, share")
    axes.set(ylim=(0.55, 1.03))
    axes.set_title("Right tags by the words waited for", loc="left")
    axes.legend(loc="lower right", fontsize=9)
    means = ", ".join(
        f"{mean:.2f} at {k}" for k, mean in zip(delays, shares.mean(axis=0), strict=True)
    )
    show(
        figure,
        alt=f"Mean share of ambiguous words tagged right by look-ahead in words: {means}. The "
        f"best that is possible rises from {bounds[0]:.2f} to {bounds[-1]:.2f}.",
    )


def draw_rule_curves(updates: ArrayLike, curves: Mapping[str, ArrayLike], chance: float) -> None:
    """Show the share of right symbols (S, N) of several networks against N numbers of updates."""
    figure, axes = new_figure(8, 3.6)
    updates, said = np.asarray(updates), []
    n_seeds = len(np.asarray(next(iter(curves.values()))))
    for (name, rows), (color, marker, line) in zip(curves.items(), _NETWORKS, strict=False):
        rows = np.asarray(rows)
        axes.fill_between(updates, rows.min(0), rows.max(0), color=COLORS[color], alpha=0.15)
        axes.plot(updates, rows.mean(0), line, marker=marker, markersize=4, markevery=4,
                  color=COLORS[color], label=name)  # fmt: skip
        first, middle = (rows.mean(0)[np.searchsorted(updates, u)] for u in (200, 400))
        said.append(f"{name} {first:.2f}, {middle:.2f} and {rows.mean(0)[-1]:.2f}")
    axes.axhline(chance, color=COLORS["bound"], linestyle="--")
    axes.text(updates[-1], chance + 0.02, "chance", ha="right")
    axes.set(ylim=(0, 1.03), xlabel="updates", ylabel="symbols right, share")
    axes.set_title(f"A rule of a rule: mean and range of {n_seeds} seeds", loc="left")
    axes.legend(loc="lower right", fontsize=9)
    show(
        figure,
        alt=f"Share of right symbols after 200, 400 and {updates[-1]} updates, mean of the seeds: "
        f"{'; '.join(said)}.",
    )


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
    axes.set_title("P(name) of each word, by the words revealed so far", loc="left")
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
