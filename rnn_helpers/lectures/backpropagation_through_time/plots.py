"""Pictures of lecture 04: the gradient by lag, whole and truncated; what averaging leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from rnn_helpers.display.figures import COLORS, draw_both, new_figure, show
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import AsDrawn
from rnn_helpers.display.writing import format_number
from rnn_helpers.lectures.backpropagation_through_time.recall import TruncationBias
from rnn_helpers.lectures.backpropagation_through_time.sweep import T, compute_sweep
from rnn_helpers.lectures.backpropagation_through_time.sweep_plots import (
    describe_sweep,
    draw_sweep,
)
from rnn_helpers.lectures.backpropagation_through_time.truncation import Truncation

_LEAST, _MOST = -6, 1  # powers of ten of ‖∂L_t/∂h_s‖; what is smaller or larger looks like these
_MOST_OFF = 1.2  # of the axis; what is more has a mark at its edge
# lost pairs are grey, 0 … 1; those that are kept are orange, 1 … 2; the larger, the darker, and
# the smallest is told from the ground, where there is no pair
_PAIRS = LinearSegmentedColormap.from_list(
    "pairs",
    [(0, "#DEDEDE"), (0.5, "#303030"), (0.5, "#FFE7A8"), (0.75, "#EE8F1C"), (1, "#7A2B00")],
    N=128,
)
_BELOW = {"loc": "upper center", "bbox_to_anchor": (0.45, -0.17), "ncols": 5, "frameon": False,
          "columnspacing": 0.8, "handlelength": 1.6}  # fmt: skip
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

PAIRS, LOST, OFF = TRUNCATION_PARTS = {
    "pairs": "a cell for each loss and each state up to its step: orange is kept, gray is lost, "
    "the darker the larger",
    "pairs lost": "the share of all pairs that a cut separates, for every k",
    "gradient off by": "the part of its length by which the gradient with cuts misses the whole "
    "one, for every k",
}


def draw_backward_pass(*, loss: str, k: int = T) -> None:
    """Show six steps of one unit, its gradient all the way back, and what each step added."""
    sweep = compute_sweep(done=T, k=k, loss=loss)
    figure, narrow = draw_both(lambda axes: draw_sweep(sweep, axes), 8, 4.35, narrow=3.6)
    show(
        figure,
        alt="Six steps in a row; beside every arrow the gradient runs back in orange. The loss is "
        f"{sweep.loss}. What each use of w adds, from step 6 back: "
        f"{', '.join(f'{added:.2f}' for added in sweep.added[:0:-1])}. {describe_sweep(sweep)}",
        narrow=narrow,
    )


def draw_pair_shares(runs: Mapping[float, Sequence[Truncation]]) -> None:
    """Show the size of one pair's share by lag, all seeds and the median, for each radius."""
    said, seeds = [], max(map(len, runs.values()))
    curves = {radius: np.array([run.pair for run in results]) for radius, results in runs.items()}
    for radius, sizes in curves.items():
        middle = np.median(sizes, axis=0)
        powers = np.log10(middle[0] / middle[20])
        said.append(f"by {powers:.1f} powers of ten for ρ = {radius:g}")

    def draw(axes):
        for (radius, sizes), style in zip(curves.items(), _LINES, strict=False):
            lags = np.arange(sizes.shape[1])
            axes.fill_between(lags, sizes.min(axis=0), sizes.max(axis=0), color="black", alpha=0.1)
            look = {"linestyle": style, "color": "black", "label": f"ρ = {radius:g}"}
            axes.plot(lags, np.median(sizes, axis=0), **look)
        axes.set(yscale="log", ylim=(1e-12, 1e2), xlabel="lag, in steps back",
                 ylabel="‖share of one pair‖, log scale")  # fmt: skip
        axes.set_title(
            "A pair's share in dW_hh falls with its lag, faster for a small ρ", loc="left"
        )
        axes.legend(title=f"median and range of {seeds} seeds", fontsize=9, **_BELOW)

    figure, narrow = draw_both(draw, 8, 3.8, narrow=3.8)
    show(
        figure,
        alt="Size of one pair's share in the gradient of W_hh against its lag, log axis. From "
        f"lag 0 to lag 20 the median falls {', '.join(said)}.",
        narrow=narrow,
    )


def draw_lost_parts(results: Mapping[str, TruncationBias]) -> None:
    """Show what is left of the lost part in the mean of more and more batches, for each loss."""
    counts = np.arange(1, max(len(result.lost) for result in results.values()) + 1)
    left = {name: result.lost / result.lost[0] for name, result in results.items()}

    def draw(axes):
        looks = zip((COLORS["relu"], COLORS["tanh"], COLORS["identity"]), _LINES, strict=False)
        for (name, sizes), (color, style) in zip(left.items(), looks, strict=False):
            look = {"linestyle": style, "color": color, "linewidth": 2, "label": name}
            axes.plot(counts[: len(sizes)], sizes, **look)
        axes.plot(counts, counts**-0.5, ":", color=COLORS["bound"], label="1/√n")
        axes.set(
            xscale="log", yscale="log", ylim=(0.02, 3), xlabel="batches in the mean, log scale",
            ylabel="‖mean lost part‖, first = 1",
        )  # fmt: skip
        axes.set_title("With a target, more batches do not average the lost part away", loc="left")
        axes.legend(fontsize=9)

    figure, narrow = draw_both(draw, 8, 3.4, narrow=3.2)
    said = "; ".join(f"{name}, {sizes[-1]:.2f}" for name, sizes in left.items())
    show(
        figure,
        alt="Length of the mean lost part of the gradient against the number of batches, log axes, "
        f"1 for the first batch. After {len(counts)} batches: {said}.",
        narrow=narrow,
    )


def draw_recall_errors(updates: ArrayLike, errors: Mapping[int, ArrayLike]) -> None:
    """Show the error against updates (U,): for each k, a line for each of the seeds, (S, U)."""
    colors = (COLORS["third"], COLORS["second"], COLORS["relu"], COLORS["tanh"], COLORS["data"])

    def draw(axes):
        for (k, curves), color, style in zip(errors.items(), colors, _LINES, strict=False):
            for number, curve in enumerate(np.atleast_2d(curves)):
                label = f"k = {k}" if number == 0 else None
                axes.plot(updates, curve, linestyle=style, color=color, alpha=0.9, label=label)
        axes.set(
            yscale="log", xlabel="update", ylabel="mean squared error\n(50 batches), log scale"
        )
        axes.set_title("16 units recall the input 5 steps before only with a k above 5", loc="left")
        axes.legend(fontsize=9, **_BELOW)

    figure, narrow = draw_both(draw, 8, 3.7, narrow=3.6)
    show(
        figure,
        alt="Error of delayed recall against updates, log axis, a line for each seed, for k = "
        f"{', '.join(map(str, errors))}. Some lines stay near 1, the others fall far below.",
        narrow=narrow,
    )


def describe_truncation(truncation: Truncation) -> str:
    """What is kept and lost, in words."""
    T = len(truncation.sizes)
    if truncation.k >= T:
        return f"k = {truncation.k}: nothing is cut in {T} steps, and the gradient is whole."
    kept, lost = _find_medians(truncation)
    return (
        f"k = {truncation.k}: {100 * (1 - truncation.pairs_kept):.0f} % of all pairs of a loss "
        f"and a state are lost. The median size of a pair is {format_number(kept, digits=2)} where "
        f"kept and {format_number(lost, digits=2)} where lost, and the gradient is off by "
        f"{100 * truncation.error:.0f} % of its length.{_compare(truncation)}"
    )


def _compare(truncation):
    """Why a smaller k can be less off: what it loses is less, or cancels more."""
    k = truncation.nearer
    if k is None:
        return ""
    (error, lost), (off, here) = (
        (truncation.all_errors[each - 1], truncation.all_lost[each - 1])
        for each in (k, truncation.k)
    )
    why, digits = "", 0 if f"{lost:.0%}" != f"{here:.0%}" else 1
    if error / lost < off / here:
        but = "but" if lost > here else "and"
        why = f", {but} at k = {k} more of it cancels"
    return (
        f" A smaller k, {k} (the ring), is off by only {100 * error:.0f} %: of its length, "
        f"all that is lost adds up to {100 * lost:.{digits}f} % at k = {k} and to "
        f"{100 * here:.{digits}f} % at k = {truncation.k}{why}."
    )


def _find_medians(truncation):
    """The median size of the pairs that are kept, and of those that are lost."""
    lost = np.tri(len(truncation.sizes), dtype=bool) & ~truncation.kept
    return np.median(truncation.sizes[truncation.kept]), np.median(truncation.sizes[lost])


def draw_triangles(runs: Mapping[float, Truncation]) -> None:
    """Show all pairs, kept and lost, for each spectral radius."""
    figure, row = new_figure(8, 3.2, ncols=len(runs), sharey=True)
    said = []
    for (radius, truncation), axes in zip(runs.items(), row, strict=True):
        last = axes is row[-1]
        artists = _prepare_triangle(axes, len(truncation.sizes), keys=last)
        _move_triangle(truncation, artists)
        axes.set_title(f"ρ = {radius:g}", loc="left")
        axes.set_ylabel("loss of step t" if axes is row[0] else "")
        lost = format_number(_find_medians(truncation)[1], digits=1)
        said.append(f"{lost} for ρ = {radius:g}")
    k = next(iter(runs.values())).k
    show(
        figure,
        alt=f"Triangles of all pairs of a loss and a state, cut every {k} steps: the kept ones are "
        "blocks along the diagonal, the same in each. The median size of a lost pair is "
        f"{', '.join(said)}.",
    )


def draw_truncation(
    truncation: Truncation, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw all pairs of a loss and a state, the kept ones orange, and what the cut costs."""
    triangle, cost = axes
    T = len(truncation.sizes)
    if artists is None:
        artists = _prepare_triangle(triangle, T) | _prepare_cost(cost, truncation)
        title = "Every pair: what the loss of step t\nasks of the state of step s"
        triangle.set_title(title, loc="left")
        steps = range(1, T + 1)  # the first cut comes to where it is pressed
        Handle(triangle, [{"k": k} for k in steps], y=steps)
    _move_triangle(truncation, artists)
    artists["off"].set_data(np.arange(1, T + 1), truncation.all_errors)
    lost, off = 1 - truncation.pairs_kept, truncation.error
    above = off > _MOST_OFF
    artists["now"].set_data([truncation.k] * 2, [lost, np.nan if above else off])
    artists["above"].set_data([truncation.k], [_MOST_OFF - 0.05])
    artists["above"].set_visible(above)
    artists["edge"].set_data([truncation.k] * 2, [0, _MOST_OFF])
    near = truncation.nearer
    artists["nearer"].set_visible(near is not None)
    artists["nearer"].set_data([near or 1], [truncation.all_errors[(near or 1) - 1]])
    x, side = truncation.k + (0.7 if truncation.k <= T / 2 else -0.7), "left"
    side = side if truncation.k <= T / 2 else "right"
    for name, what, value in (("lost now", "lost", lost), ("off now", "off by", off)):
        artists[name].set(text=f"{what} {100 * value:.0f} %", x=x, ha=side)
    return artists


def _prepare_triangle(axes, T, *, keys=True):
    edges = np.arange(T + 1) + 0.5
    blank = np.full((T, T), np.nan)
    pairs = axes.pcolormesh(edges, edges, blank, cmap=_PAIRS, vmin=0, vmax=2, gid=PAIRS)
    axes.set(
        xlim=(0.5, T + 0.5), ylim=(T + 0.5, 0.5), aspect="equal", anchor="W",
        xticks=[1, *range(10, T + 1, 10)], yticks=[1, *range(10, T + 1, 10)],
        xlabel="state of step s", ylabel="loss of step t",
    )  # fmt: skip
    axes.grid(False)
    (pieces,) = axes.plot([], [], color=COLORS["relu"], linewidth=1.5, gid=AsDrawn(PAIRS))
    if keys:
        _draw_keys(axes)
    return {"pairs": pairs, "pieces": pieces}


def _draw_keys(axes):
    """The two scales of sizes, in the half of the triangle that is empty."""
    for number, name in enumerate(("kept", "lost")):
        key = axes.inset_axes((0.56 + 0.17 * number, 0.5, 0.07, 0.32))
        part = np.linspace(0, 1, 65)[:, None] * (1 - 1e-9) + (number == 0)
        key.pcolormesh([0, 1], np.linspace(_LEAST, _MOST, 66), part, cmap=_PAIRS, vmin=0, vmax=2,
                       gid=PAIRS)  # fmt: skip
        key.set_title(name, fontsize=10)
        key.set(xticks=[], yticks=[])
        key.spines[:].set_visible(False)
        if name == "lost":
            key.yaxis.tick_right()
            key.set_yticks((-6, -3, 0), ("$10^{-6}$", "$10^{-3}$", "1"), fontsize=9)
    size = {"ha": "right", "va": "top", "fontsize": 10}
    axes.text(1, 1, "size ‖∂L$_t$/∂h$_s$‖", transform=axes.transAxes, **size)


def _move_triangle(truncation, artists):
    T = len(truncation.sizes)
    height = np.clip(np.log10(np.maximum(truncation.sizes, 1e-30)), _LEAST, _MOST - 1e-9)
    shade = (height - _LEAST) / (_MOST - _LEAST) + truncation.kept
    artists["pairs"].set_array(np.where(np.tri(T, dtype=bool), shade, np.nan))
    starts = np.arange(0, T, truncation.k)
    ends = np.minimum(starts + truncation.k, T)
    corners = [starts, starts, ends], [starts, ends, ends]
    artists["pieces"].set_data(*(np.array(corner).T.ravel() + 0.5 for corner in corners))


def _prepare_cost(axes, truncation):
    T = len(truncation.sizes)
    axes.plot(range(1, T + 1), 1 - truncation.all_kept, "--", color=COLORS["data"],
              label=LOST, gid=LOST)  # fmt: skip
    (off,) = axes.plot([], [], color=COLORS["relu"], linewidth=2, label=OFF, gid=OFF)
    (edge,) = axes.plot([], [], ":", color=COLORS["bound"])
    (now,) = axes.plot([], [], "o", color=COLORS["data"], markersize=6)
    (nearer,) = axes.plot([], [], "o", color=COLORS["relu"], markersize=9, markerfacecolor="none",
                          markeredgewidth=1.6, gid=OFF)  # fmt: skip
    (above,) = axes.plot([], [], "^", color=COLORS["relu"], markersize=8, gid=OFF)
    axes.set(xlim=(0, T + 1), ylim=(0, _MOST_OFF), xlabel="cut every k steps",
             yticks=np.linspace(0, 1, 6))  # fmt: skip
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol="\u202f%"))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2, fontsize=9, frameon=False,
                borderpad=0.2)  # fmt: skip
    axes.set_title(
        "What the cut costs, in % of all pairs\nand in % of the length of the gradient",
        loc="left",
        pad=22,
    )
    Handle(axes, [{"k": k} for k in range(1, T + 1)], x=range(1, T + 1))
    artists = {"off": off, "edge": edge, "now": now, "above": above, "nearer": nearer}
    style = {"va": "center", "fontsize": 11}
    for name, color, part, y in (("lost now", "data", LOST, 1.14), ("off now", "relu", OFF, 1.06)):
        artists[name] = axes.text(0, y, "", color=COLORS[color], gid=part, **style)
    return artists
