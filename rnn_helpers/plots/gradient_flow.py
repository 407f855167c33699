"""Pictures of lecture 05: gradients by lag, and the clipping cliff."""

import numpy as np

from rnn_helpers.plots import COLORS

_EDGE = 12  # the axis shows 10⁻¹² to 10¹²; what lies beyond is said in words
_LONGEST = 200


def _power(log_value):
    """A power of ten as a reader writes it: 0.39, 45, 10⁻⁷."""
    if log_value == -np.inf:
        return "exactly 0"
    if -2 < log_value < 4:
        return f"{10**log_value:.2g}" if log_value < 2 else f"{10**log_value:,.0f}"
    digits = str(round(log_value)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"


def describe_gradient_decay(decay):
    """The verdict in words, with the lag at which the gradient left the band from 1 % to 100-fold.

    Parameters
    ----------
    decay : GradientDecay

    Returns
    -------
    sentence : str
    """
    T = int(decay.lags[-1])
    steps = f"{T} step" if T == 1 else f"{T} steps"
    head = f"{decay.activation}, ρ = {decay.spectral_radius:.2f}: the gradient {decay.verdict}."
    left = f"After {steps} {_power(decay.log_norms[-1])} of it is left"
    if decay.verdict == "vanishes":
        lag = int(np.argmax(decay.log_norms < -2))
        return f"{head} {left}, less than 1 % from lag {lag} on." if _stays(decay, lag) else (
            f"{head} {left}."
        )
    if decay.verdict == "explodes":
        lag = int(np.argmax(decay.log_norms > 2))
        return f"{head} After {steps} it is {_power(decay.log_norms[-1])} times as large, over 100-fold first at lag {lag}."
    return f"{head} {left}."


def _stays(decay, lag):
    return bool((decay.log_norms[lag:] < -2).all())


def draw_gradient_decay(decay, axes, artists=None):
    """Draw ‖∂h_T/∂h_{T−lag}‖₂ by lag with its bound and ρ^lag, or move an earlier drawing.

    Parameters
    ----------
    decay : GradientDecay
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
        All that depends on `decay`.
    """
    if artists is None:
        artists = _prepare_decay_axes(axes)
    for name, log_values in (
        ("measured", decay.log_norms),
        ("bound", decay.log_bound),
        ("radius", decay.log_radius),
    ):
        shown = np.clip(log_values, -3 * _EDGE, 3 * _EDGE)  # leaves the axes, not the float range
        artists[name].set_data(decay.lags, 10.0**shown)
    artists["measured"].set_color(COLORS.get(decay.activation, COLORS["data"]))
    last = decay.log_norms[-1]
    artists["end"].set_data([decay.lags[-1]], [10.0 ** np.clip(last, -_EDGE, _EDGE)])
    artists["end"].set_marker("v" if last < -_EDGE else "^" if last > _EDGE else "o")
    artists["end"].set_color(artists["measured"].get_color())
    return artists


def _prepare_decay_axes(axes):
    axes.set(
        yscale="log", xlim=(-2, _LONGEST + 5), ylim=(10.0**-_EDGE, 10.0**_EDGE),
        xlabel="lag k, in steps back from T", ylabel="‖∂h_T / ∂h_{T−k}‖₂, log scale",
        yticks=[10.0**power for power in range(-_EDGE, _EDGE + 1, 4)],
    )  # fmt: skip
    axes.axhspan(1e-2, 1e2, color="#F3F3F3", zorder=0)
    axes.text(
        _LONGEST + 3, 1.6e-2, "holds: 1 % to 100-fold", ha="right", va="bottom", fontsize=9,
        color=COLORS["muted"],
    )  # fmt: skip
    (bound,) = axes.plot(
        [], [], ":", color=COLORS["bound"], label="bound (γ σ_max)ᵏ", clip_on=True
    )
    (radius,) = axes.plot([], [], "--", color=COLORS["accent"], label="spectral radius ρᵏ")
    (measured,) = axes.plot([], [], "-", linewidth=2.6, color=COLORS["tanh"], label="measured")
    (end,) = axes.plot([], [], "o", markersize=8, clip_on=False)
    axes.legend(handles=[measured, bound, radius], loc="upper left", ncols=3, fontsize=10)
    axes.set_title("What is left of a gradient k steps further back")
    return {"bound": bound, "radius": radius, "measured": measured, "end": end}
