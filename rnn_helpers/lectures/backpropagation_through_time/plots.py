"""Pictures of lecture 04: the gradient by lag, whole and truncated; what averaging leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnn_helpers.display.diagrams import draw_unrolled
from rnn_helpers.display.figures import COLORS, new_figure, show
from rnn_helpers.lectures.backpropagation_through_time.recall import TruncationBias
from rnn_helpers.lectures.backpropagation_through_time.truncation import Truncation

_LOW, _HIGH = 1e-8, 1e3
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def draw_network() -> None:
    """Show the network as a loop and unrolled over four steps."""
    figure, axes = new_figure(9, 3)
    draw_unrolled(axes)
    axes.set_title("Forward along the arrows; the gradient runs against them", loc="left")
    show(
        figure,
        alt="The recurrent network as a loop and unrolled over four steps: inputs x_1 to x_4 "
        "below, states h_1 to h_4 in a row joined by arrows marked W_hh, outputs y_1 to y_4 above. "
        "The gradient runs against all arrows.",
    )


def draw_pair_shares(runs: Mapping[float, Sequence[Truncation]]) -> None:
    """Show the size of one pair's share by lag, all seeds and the median, for each radius."""
    figure, axes = new_figure(8, 3.4)
    said, seeds = [], max(map(len, runs.values()))
    for (radius, results), style in zip(runs.items(), _LINES, strict=False):
        sizes = np.array([result.pair for result in results])
        lags, middle = np.arange(sizes.shape[1]), np.median(sizes, axis=0)
        axes.fill_between(lags, sizes.min(axis=0), sizes.max(axis=0), color="black", alpha=0.1)
        axes.plot(lags, middle, linestyle=style, color="black", label=f"ρ = {radius:g}")
        powers = np.log10(middle[0] / middle[20])
        said.append(f"by {powers:.1f} powers of ten for ρ = {radius:g}")
    axes.set(yscale="log", ylim=(1e-12, 1e2), xlabel="lag, in steps back",
             ylabel="‖share of one pair‖, log scale")  # fmt: skip
    axes.set_title("The share of one pair in dW_hh, by its lag", loc="left")
    axes.legend(title=f"median and range of {seeds} seeds", fontsize=9)
    show(
        figure,
        alt="Size of one pair's share in the gradient of W_hh against its lag, log axis. From "
        f"lag 0 to lag 20 the median falls {', '.join(said)}.",
    )


def draw_lost_parts(results: Mapping[str, TruncationBias]) -> None:
    """Show what is left of the lost part in the mean of more and more batches, for each loss."""
    figure, axes = new_figure(8, 3.4)
    said, counts = [], np.arange(1, max(len(result.lost) for result in results.values()) + 1)
    looks = zip((COLORS["relu"], COLORS["tanh"], COLORS["identity"]), _LINES, strict=False)
    for (name, result), (color, style) in zip(results.items(), looks, strict=False):
        left = result.lost / result.lost[0]
        axes.plot(counts[: len(left)], left, linestyle=style, color=color, linewidth=2, label=name)
        said.append(f"{name}, {left[-1]:.2f}")
    axes.plot(counts, counts**-0.5, ":", color=COLORS["bound"], label="1/√n")
    axes.set(xscale="log", yscale="log", ylim=(0.02, 3), xlabel="batches in the mean, log scale",
             ylabel="‖mean lost part‖\nfirst batch = 1")  # fmt: skip
    axes.set_title("What averaging leaves of the part that the cut takes away", loc="left")
    axes.legend(fontsize=9)
    show(
        figure,
        alt="Length of the mean lost part of the gradient against the number of batches, log axes, "
        f"1 for the first batch. After {len(counts)} batches: {'; '.join(said)}.",
    )


def draw_recall_errors(updates: ArrayLike, errors: Mapping[int, ArrayLike]) -> None:
    """Show the error against updates (U,): for each k, a line for each of the seeds, (S, U)."""
    figure, axes = new_figure(8, 3.4)
    colors = (COLORS["third"], COLORS["second"], COLORS["relu"], COLORS["tanh"], COLORS["data"])
    for (k, curves), color, style in zip(errors.items(), colors, _LINES, strict=False):
        for number, curve in enumerate(np.atleast_2d(curves)):
            label = f"k = {k}" if number == 0 else None
            axes.plot(updates, curve, linestyle=style, color=color, alpha=0.9, label=label)
    axes.set(yscale="log", xlabel="update", ylabel="mean squared error\n(50 batches), log scale")
    axes.set_title("Recall of the input 5 steps before, gradient cut every k steps", loc="left")
    axes.legend(fontsize=9, ncols=2)
    show(
        figure,
        alt="Error of delayed recall against updates, log axis, a line for each seed, for k = "
        f"{', '.join(map(str, errors))}. Some lines stay near 1, the others fall far below.",
    )


def describe_truncation(truncation: Truncation) -> str:
    """What is kept and lost, in words."""
    T = len(truncation.lags)
    if truncation.k >= T:
        return f"k = {truncation.k}: nothing is cut in {T} steps, and the gradient is whole."
    return (
        f"k = {truncation.k}: nothing is left from lag {truncation.k} on, "
        f"{truncation.pairs_kept:.0%} of all pairs are kept, and the gradient is off by "
        f"{truncation.error:.1%} of its length."
    )


def draw_truncation(
    truncation: Truncation, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the share of every lag in the whole gradient and in the truncated one, or move it."""
    if artists is None:
        axes.set(
            yscale="log", xlim=(-1, len(truncation.lags)), ylim=(_LOW, _HIGH),
            xlabel="lag, in steps back", ylabel="‖share of ∂L/∂W_hh‖, log scale",
        )  # fmt: skip
        (whole,) = axes.plot([], [], "-", color=COLORS["data"], linewidth=2, label="whole gradient")
        (kept,) = axes.plot(
            [], [], "o--", color=COLORS["relu"], markersize=6, label="kept by truncation"
        )
        (edge,) = axes.plot(
            [], [], ":", color=COLORS["bound"], linewidth=2, label="lag k: all is cut"
        )
        axes.legend(loc="lower left", fontsize=9)
        axes.set_title("What each lag gives to the gradient of W_hh", loc="left")
        artists = {"whole": whole, "kept": kept, "edge": edge}
    lags, seen = truncation.lags, truncation.kept > 0
    # the last lag has one pair, and that uses h_0, which is 0
    artists["whole"].set_data(lags[:-1], np.clip(truncation.whole[:-1], _LOW * 1e-3, None))
    artists["kept"].set_data(lags[seen], np.clip(truncation.kept[seen], _LOW * 1e-3, None))
    artists["edge"].set_data([truncation.k] * 2, [_LOW, _HIGH])
    return artists
