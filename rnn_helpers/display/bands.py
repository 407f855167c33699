"""What many networks carry through time, on a log axis: a band over all of them, and the middle.

Lecture 02 draws a nudge on its way forward so, lecture 05 the gradient on its way back as well.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from rnn_helpers.display.figures import COLORS

EDGE = 12  # the axis shows 10⁻¹² to 10¹²; what lies beyond is said in words

# Forward is ink, backward the one accent: each with a line style, an arrowhead and a hatch.
_WAYS = {
    "forward": {"color": COLORS["data"], "style": "-", "band": COLORS["shade"], "alpha": 0.6},
    "back": {"color": COLORS["accent"], "style": "--", "band": COLORS["accent"], "alpha": 0.25},
}


def to_axis(log_sizes: np.ndarray) -> np.ndarray:
    """Sizes from powers of ten; what lies far beyond the axis, as −inf, is brought nearer."""
    return 10.0 ** np.clip(log_sizes, -3 * EDGE, 3 * EDGE)


def prepare_steps(axes: Axes, steps: int, ylabel: str) -> None:
    """Fix the axes: steps 0 … `steps`, sizes from 10⁻¹² to 10¹²."""
    axes.set(
        yscale="log", xlim=(-0.02 * steps, 1.02 * steps), ylim=(10.0**-EDGE, 10.0**EDGE),
        xlabel="step t", ylabel=f"{ylabel}, log scale",
        yticks=[10.0**power for power in range(-EDGE, EDGE + 1, 4)],
    )  # fmt: skip


def draw_band(
    axes: Axes, way: str, steps: np.ndarray, log_sizes: np.ndarray,
    artists: dict[str, Any] | None = None, *, label: str = "", part: str | None = None,
    head: bool = True, middle: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Draw a band from the least to the largest of S networks, and one line; or move them.

    Parameters
    ----------
    way : {"forward", "back"}
        Which names the artists, too: "forward band", "forward".
    steps, log_sizes : (T,), (T, S)
    part
        The gid of all three.
    head
        Whether an arrowhead ends the line.
    middle
        The network whose line it is; without one it is the median of all.
    """
    look = _WAYS[way]
    if artists is None:
        band = Polygon(
            np.zeros((3, 2)), closed=True, facecolor=look["band"], alpha=look["alpha"], linewidth=0
        )
        axes.add_patch(band)
        (line,) = axes.plot(
            [], [], look["style"], color=look["color"], linewidth=2.6, label=label, zorder=2.2
        )
        artists = {f"{way} band": band, way: line}
        if head:
            (artists[f"{way} end"],) = axes.plot(
                [], [], ">" if way == "forward" else "<", color=look["color"], markersize=9,
                clip_on=False, zorder=2.3,
            )  # fmt: skip
        for artist in artists.values():
            artist.set_gid(part)
    sizes = to_axis(log_sizes)
    low, high = sizes.min(axis=1), sizes.max(axis=1)
    artists[f"{way} band"].set_xy(
        np.column_stack([np.concatenate([steps, steps[::-1]]), np.concatenate([low, high[::-1]])])
    )
    line = to_axis(np.median(log_sizes, axis=1) if middle is None else log_sizes[:, middle])
    artists[way].set_data(steps, line)
    if f"{way} end" in artists:
        end = -1 if way == "forward" else 0
        artists[f"{way} end"].set_data([steps[end]], [line[end]])
        artists[f"{way} end"].set_visible(bool(abs(np.log10(line[end])) <= EDGE))
    return artists
