"""Pictures of lecture 04: the gradient by lag, whole and truncated."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnn_helpers.display.figures import COLORS
from rnn_helpers.lectures.backpropagation_through_time.truncation import Truncation

_LOW, _HIGH = 1e-8, 1e3


def describe_truncation(truncation: Truncation) -> str:
    """What is kept and lost, in words."""
    T = len(truncation.lags)
    if truncation.k >= T:
        return f"k = {truncation.k}: nothing is cut in {T} steps, and the gradient is whole."
    return (
        f"k = {truncation.k}: nothing is left from lag {truncation.k} on, "
        f"{truncation.pairs_kept:.0%} of all pairs are kept, and the gradient is off by "
        f"{truncation.bias:.1%} of its length."
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
    artists["whole"].set_data(lags, np.clip(truncation.whole, _LOW * 1e-3, None))
    artists["kept"].set_data(lags[seen], np.clip(truncation.kept[seen], _LOW * 1e-3, None))
    artists["edge"].set_data([truncation.k] * 2, [_LOW, _HIGH])
    return artists
