"""Pictures of lecture 04: the gradient by lag, whole and truncated."""

import numpy as np

from rnn_helpers.display.figures import COLORS

_LOW, _HIGH = 1e-8, 1e3


def describe_truncation(truncation):
    """What is kept and lost, in words.

    Parameters
    ----------
    truncation : Truncation

    Returns
    -------
    sentence : str
    """
    T = len(truncation.lags)
    if truncation.k >= T:
        return f"k = {truncation.k}: nothing is cut in {T} steps, and the gradient is whole."
    lost = "lag 1 on" if truncation.k == 1 else f"lag {truncation.k} on"
    return (
        f"k = {truncation.k}: nothing is left from {lost}, {truncation.pairs_kept:.0%} of all "
        f"pairs are kept, and the gradient is off by {truncation.bias:.1%} of its length."
    )


def draw_truncation(truncation, axes, artists=None):
    """Draw the share of every lag in the whole gradient and in the truncated one.

    Parameters
    ----------
    truncation : Truncation
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
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
