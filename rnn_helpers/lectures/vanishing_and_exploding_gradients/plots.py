"""Pictures of lecture 05: gradients by lag, and the clipping cliff."""

import numpy as np

from rnn_helpers.display.decay import format_power
from rnn_helpers.display.figures import COLORS
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import (
    MAP,
    compute_cliff_loss,
    is_on_map,
)

_EDGE = 12  # the axis shows 10⁻¹² to 10¹²; what lies beyond is said in words
_LONGEST = 200


def describe_gradient_decay(decay):
    """The verdict in words, with the lag at which the gradient left the band from 1 % to 100-fold.

    Parameters
    ----------
    decay : GradientDecay

    Returns
    -------
    sentence : str
    """
    T, log_norms = int(decay.lags[-1]), decay.log_norms
    head = f"{decay.activation}, ρ = {decay.spectral_radius:.2f}: the gradient {decay.verdict}."
    left = format_power(log_norms[-1])
    size = f"After {T} step{'' if T == 1 else 's'} it is {left} times what it was"
    if decay.verdict == "vanishes":
        return (
            f"{head} {size}, and below 1 % from lag {np.flatnonzero(log_norms >= -2)[-1] + 1} on."
        )
    if decay.verdict == "explodes":
        return f"{head} {size}, and above 100-fold first at lag {np.flatnonzero(log_norms > 2)[0]}."
    return f"{head} {size}."


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
    last = decay.log_norms[-1]
    artists["end"].set_data([decay.lags[-1]], [10.0 ** np.clip(last, -_EDGE, _EDGE)])
    artists["end"].set_marker("v" if last < -_EDGE else "^" if last > _EDGE else "o")
    return artists


def _prepare_decay_axes(axes):
    axes.set(
        yscale="log", xlim=(-2, _LONGEST + 5), ylim=(10.0**-_EDGE, 10.0**_EDGE),
        xlabel="lag k, in steps back from T",
        ylabel=r"$\|\partial h_T / \partial h_{T-k}\|_2$, log scale",
        yticks=[10.0**power for power in range(-_EDGE, _EDGE + 1, 4)],
    )  # fmt: skip
    axes.axhspan(1e-2, 1e2, color="#F3F3F3", zorder=0)
    axes.text(
        _LONGEST + 3, 1.6e-2, "holds: 1 % to 100-fold", ha="right", va="bottom", fontsize=9,
        color=COLORS["muted"],
    )  # fmt: skip
    (bound,) = axes.plot([], [], ":", color=COLORS["bound"], label="bound (γ σ_max)ᵏ", clip_on=True)
    (radius,) = axes.plot([], [], "--", color=COLORS["accent"], label="spectral radius ρᵏ")
    (measured,) = axes.plot([], [], "-", linewidth=2.6, color=COLORS["data"], label="measured")
    (end,) = axes.plot([], [], "o", markersize=8, color=COLORS["data"], clip_on=False)
    axes.legend(handles=[measured, bound, radius], loc="upper right", fontsize=9)
    axes.set_title("What is left of a gradient k steps further back", loc="left")
    return {"bound": bound, "radius": radius, "measured": measured, "end": end}


def describe_descent(descent):
    """What happened with and without clipping, in words.

    Parameters
    ----------
    descent : Descent

    Returns
    -------
    sentence : str
    """
    moves = [
        np.linalg.norm(np.diff(path, axis=0), axis=1).max()
        for path in (descent.plain, descent.clipped)
    ]
    theta = descent.max_norm
    head = f"θ = {theta:.3g}: " if theta < 100 else f"θ = {theta:.0f}: "
    if descent.largest_norm <= descent.max_norm:
        return (
            f"{head}the largest gradient has norm {descent.largest_norm:.3g}, none reaches θ, and "
            f"the two paths are one. It {_fate(descent.plain)}."
        )
    return (
        f"{head}without clipping, the longest move is {moves[0]:.3g} (a gradient of norm "
        f"{descent.largest_norm:.3g}), and the descent {_fate(descent.plain)}. Clipped, the "
        f"longest move is {moves[1]:.2g}, and it {_fate(descent.clipped)}."
    )


def _fate(path):
    inside = is_on_map(path)
    if inside.all():
        return "stays on the map"
    return "leaves the map and comes back" if inside[-1] else "leaves the map for good"


def draw_descent(descent, axes, artists=None):
    """Draw the two paths on the map of the loss, and the two losses; or move an earlier drawing.

    Parameters
    ----------
    descent : Descent
    axes : array of two matplotlib.axes.Axes
        The map, and the loss by update.
    artists : dict of str to Artist, optional

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_descent_axes(*axes, updates=len(descent.plain) - 1)
    updates = np.arange(len(descent.plain))
    for name, path, losses in (
        ("plain", descent.plain, descent.plain_losses),
        ("clipped", descent.clipped, descent.clipped_losses),
    ):
        artists[f"{name} path"].set_data(*path.T)
        artists[f"{name} loss"].set_data(updates, losses)
    artists["start"].set_data(*descent.plain[:1].T)
    return artists


def draw_cliff(axes):
    """Draw the map of the loss over w and b, with its colour bar.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    """
    w, b = np.meshgrid(*(np.linspace(*limits, 150) for limits in MAP))
    loss, _, _ = compute_cliff_loss(w, b)
    mesh = axes.pcolormesh(w, b, loss, cmap="cividis", rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, label="loss")
    axes.set(xlabel="weight w", ylabel="bias b", xlim=MAP[0], ylim=MAP[1])
    axes.grid(visible=False)


def _prepare_descent_axes(map_axes, loss_axes, *, updates):
    draw_cliff(map_axes)
    map_axes.set_title("Two descents from one point", loc="left")
    loss_axes.set(xlabel="update", ylabel="loss", xlim=(-1, updates + 1), ylim=(-0.02, 0.5))
    loss_axes.set_title("Their losses", loc="left")
    artists = {}
    looks = (("plain", "--", "x", COLORS["relu"]), ("clipped", "-", "o", "#FFFFFF"))
    for name, style, marker, color in looks:
        (artists[f"{name} path"],) = map_axes.plot(
            [], [], style, marker=marker, color=color, markersize=3, linewidth=1.2
        )
        (artists[f"{name} loss"],) = loss_axes.plot(
            [], [], style, color=COLORS["relu"] if name == "plain" else COLORS["tanh"],
            label="without clipping" if name == "plain" else "clipped at θ",
        )  # fmt: skip
    (artists["start"],) = map_axes.plot([], [], "D", color=COLORS["accent"], markersize=8)
    loss_axes.legend(loc="upper right")
    return artists
