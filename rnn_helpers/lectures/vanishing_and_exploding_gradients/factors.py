"""What each step back multiplies the gradient by: the slope of the activation, then W_hh."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation

from rnn_helpers.display.figures import COLORS
from rnn_helpers.recurrences.carried import Carried

SLOPE, WEIGHTS, BOTH = FACTORS = {
    "slope": "by this the slopes of the activation multiply the gradient in a step back, in the "
    "network in the middle of the twenty; a bar is the mean of five steps",
    "W_hh": "by this the recurrent weights multiply it next: the bar begins where that of the "
    "slope ends",
    "slope × W_hh": "by this the whole step multiplies it, the end of the second bar; below 1 it "
    "shrinks",
}
"""The parts of this picture, by their names."""

EVERY = 5
"""How many steps share a pair of bars: a phone has four pixels for one."""

_LEAST, _MOST = 0.15, 3.0  # of the axis; a product below it has a triangle at its edge
_FAR = 6  # powers of ten
_NOWHERE = Path(np.ones((1, 2)))


def find_middle(carried: Carried) -> int:
    """The network in the middle: the lower of the two, by what is left at the end."""
    return int(np.argsort(carried.ends, kind="stable")[(len(carried.ends) - 1) // 2])


def find_factors(carried: Carried) -> dict[str, np.ndarray]:
    """log₁₀ of the factors of each step, (T,) by their names, in the network in the middle.

    −inf where nothing comes through, and NaN in the steps before, which get nothing.
    """
    network = find_middle(carried)
    back, slope = carried.back[:, network], carried.slopes[:, network]
    with np.errstate(invalid="ignore"):
        both = back[:-1] - back[1:]
        slope = np.where(np.isnan(both), np.nan, slope)
        return {SLOPE: slope, WEIGHTS: both - slope, BOTH: both}


def draw_factors(
    carried: Carried, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the two factors of every five steps and a dash for their product; or move them.

    Each is a geometric mean. The bar of the slope begins at 1, that of W_hh where it ends: on the
    log axis lengths add up, so that the second ends at the product.
    """
    factors = find_factors(carried)
    if artists is None:
        artists = _prepare(axes, len(factors[BOTH]))
    starts = np.arange(0, len(factors[BOTH]), EVERY)
    ends = np.append(starts[1:], len(factors[BOTH]))
    slope, both = (_find_means(factors[name], starts) for name in (SLOPE, BOTH))
    reached = ~np.isnan(both)
    left, right = starts[reached] + 0.05 * EVERY, ends[reached] - 0.05 * EVERY
    middle = (left + right) / 2
    first, end = (10.0 ** np.clip(each[reached], -_FAR, _FAR) for each in (slope, both))
    artists[SLOPE].set_path(_join_bars(left, middle, np.ones(len(first)), first))
    artists[WEIGHTS].set_path(_join_bars(middle, right, first, end))
    dashes = np.column_stack([middle, end, right, end]).reshape(-1, 2)
    codes = [Path.MOVETO, Path.LINETO] * len(end)
    artists[BOTH].set_path(Path(dashes, codes) if codes else _NOWHERE)
    below = end < _LEAST
    artists["far"].set_data(((middle + right) / 2)[below], np.full(below.sum(), _LEAST))
    artists["beyond"].set_text(f"{BOTH} is below the axis" if below.any() else "")
    for name, log_sizes in factors.items():
        short = "both" if name == BOTH else name
        artists[f"mean {name}"].set_text(f"{short} {_find_mean(log_sizes):.2f}")
    return artists


def _find_means(log_sizes, starts):
    """The mean of the steps from each of `starts` to the next that the gradient reaches; or NaN."""
    reached = ~np.isnan(log_sizes)
    sums = np.add.reduceat(np.where(reached, log_sizes, 0.0), starts)
    with np.errstate(invalid="ignore"):
        return sums / np.add.reduceat(reached.astype(float), starts)


def _join_bars(left, right, start, end):
    """One path of several bars, from `start` up or down to `end`."""
    if not len(left):
        return _NOWHERE
    corners = [(left, start), (left, end), (right, end), (right, start), (left, start)]
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    return Path(np.array(corners).transpose(2, 0, 1).reshape(-1, 2), codes * len(left))


def _find_mean(log_sizes):
    """The geometric mean over all steps; 0 where one of them lets nothing through."""
    return 0.0 if np.isnan(log_sizes).any() else 10.0 ** log_sizes.mean()


def _prepare(axes, steps):
    axes.set(
        yscale="log", xlim=(-0.02 * steps, 1.02 * steps), ylim=(_LEAST, _MOST), xlabel="step t",
        ylabel="factor, log scale",
    )  # fmt: skip
    axes.set_yticks([0.2, 0.5, 1.0, 2.0], ["0.2", "0.5", "1", "2"])
    axes.minorticks_off()
    axes.axhline(1, color=COLORS["bound"], linewidth=0.9, zorder=1.5)
    artists: dict[str, Any] = {}
    for name, fill in ((SLOPE, "#FFFFFF"), (WEIGHTS, COLORS["shade"])):
        bars = PathPatch(_NOWHERE, facecolor=fill, edgecolor=COLORS["bound"], linewidth=0.9)
        bars.set(label=name, gid=name, zorder=1.6)
        artists[name] = axes.add_patch(bars)
    look = {"linewidth": 2.6, "gid": BOTH}
    dashes = PathPatch(
        _NOWHERE, fill=False, edgecolor=COLORS["accent"], capstyle="butt", zorder=2, **look
    )
    artists[BOTH] = axes.add_patch(dashes)
    axes.plot([], [], color=COLORS["accent"], label=BOTH, **look)  # for the legend
    (artists["far"],) = axes.plot(
        [], [], "v", color=COLORS["accent"], markersize=7, clip_on=False, in_layout=False, gid=BOTH
    )
    artists["beyond"] = axes.text(
        0.5, 0.06, "", color=COLORS["accent"], fontsize=9, ha="center", gid=BOTH,
        transform=axes.transAxes,
    )  # fmt: skip
    figure: Any = axes.figure
    heads = [f"all {steps} steps", *FACTORS]
    for line, name in enumerate(heads):  # at the right margin, one below the other
        down = ScaledTranslation(0, (17 - 11 * line) / 72, figure.dpi_scale_trans)
        words = axes.text(
            1.01, 0.5, name, va="center", fontsize=9, transform=axes.transAxes + down,
            color=COLORS["data" if line else "muted"],
        )  # fmt: skip
        if line:
            words.set_gid(name)
            artists[f"mean {name}"] = words
    axes.set_title(
        f"A step back in the middle network, means of {EVERY}: slope, then W_hh", loc="left",
        pad=22,
    )  # fmt: skip
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, fontsize=9, frameon=False,
        borderpad=0.2,
    )  # fmt: skip
    return artists
