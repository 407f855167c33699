"""What each step back multiplies the gradient by: the slope of the activation, then W_hh."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation

from rnn_helpers.display.figures import COLORS
from rnn_helpers.recurrences.carried import Carried

SLOPE, WEIGHTS, BOTH = FACTORS = {
    "slope": "by this the slopes of the activation multiply the gradient in each step back, in the "
    "network in the middle of the twenty",
    "W_hh": "by this the recurrent weights multiply it next",
    "slope × W_hh": "by this the whole step multiplies it; below 1 it shrinks",
}
"""The parts of this picture, by their names."""

_LEAST, _MOST = 0.05, 5.0  # of the axis; a step that goes further is cut off at its edge
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
    """Draw an area for each of the two factors, and a dash for their product; or move them."""
    factors = find_factors(carried)
    if artists is None:
        artists = _prepare(axes, len(factors[BOTH]))
    for name, log_sizes in factors.items():
        steps = np.flatnonzero(~np.isnan(log_sizes))  # those that the gradient reaches
        heights = np.repeat(10.0 ** np.clip(log_sizes[steps], -_FAR, _FAR), 2)
        stairs = np.column_stack([np.column_stack([steps, steps + 1]).ravel(), heights])
        if name == BOTH:
            codes = [Path.MOVETO, Path.LINETO] * len(steps)
            artists[name].set_path(Path(stairs, codes) if len(steps) else _NOWHERE)
        else:
            last = len(log_sizes)
            artists[name].set_xy([(last, 1), (steps[0] if len(steps) else last, 1), *stairs])
        short = "both" if name == BOTH else name
        artists[f"mean {name}"].set_text(f"{short} {_find_mean(log_sizes):.2f}")
    return artists


def _find_mean(log_sizes):
    """The geometric mean over all steps; 0 where one of them lets nothing through."""
    return 0.0 if np.isnan(log_sizes).any() else 10.0 ** log_sizes.mean()


def _prepare(axes, steps):
    axes.set(
        yscale="log", xlim=(-0.02 * steps, 1.02 * steps), ylim=(_LEAST, _MOST), xlabel="step t",
        ylabel="factor, log scale",
    )  # fmt: skip
    axes.set_yticks([0.1, 1.0], ["0.1", "1"])
    axes.minorticks_off()
    artists: dict[str, Any] = {}
    for name, fill in ((SLOPE, "#FFFFFF"), (WEIGHTS, COLORS["shade"])):
        area = Polygon([(0, 1)], facecolor=fill, edgecolor=COLORS["bound"], linewidth=0.9)
        area.set(label=name, gid=name, zorder=1.6)
        artists[name] = axes.add_patch(area)
    look = {"linewidth": 2.2, "gid": BOTH}
    dashes = PathPatch(_NOWHERE, fill=False, edgecolor=COLORS["accent"], zorder=2, **look)
    artists[BOTH] = axes.add_patch(dashes)
    axes.plot([], [], "--", color=COLORS["accent"], label=BOTH, **look)  # for the legend
    figure: Any = axes.figure
    for line, name in enumerate(["mean", *FACTORS]):  # at the right margin, one below the other
        down = ScaledTranslation(0, (17 - 11 * line) / 72, figure.dpi_scale_trans)
        words = axes.text(
            1.01, 0.5, "mean", va="center", fontsize=9, transform=axes.transAxes + down,
            color=COLORS["data" if line else "muted"],
        )  # fmt: skip
        if line:
            words.set_gid(name)
            artists[f"mean {name}"] = words
    axes.set_title("One step back, in the middle network: slope, then W_hh", loc="left", pad=22)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, fontsize=9, frameon=False,
        borderpad=0.2,
    )  # fmt: skip
    return artists
