"""Pictures of lecture 05: gradients by lag, and the clipping cliff."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn_helpers.display.decay import draw_decay, format_power
from rnn_helpers.display.figures import COLORS
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import (
    MAP,
    Descent,
    compute_cliff_loss,
    is_on_map,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import GradientDecay
from rnn_helpers.recurrences.jacobians import EXPLODED, VANISHED

_LOOKS = {
    "measured": ("-", COLORS["data"], 2.6, "measured"),
    "bound": (":", COLORS["bound"], 1.5, "bound (γ σ_max)ᵏ"),
    "radius": ("--", COLORS["accent"], 1.5, "spectral radius ρᵏ"),
}


def describe_gradient_decay(decay: GradientDecay) -> str:
    """The verdict in words, with the lag at which the gradient left the band of 1 % to 100-fold."""
    T, log_norms = int(decay.lags[-1]), decay.log_norms
    head = f"{decay.activation}, ρ = {decay.spectral_radius:.2f}: the gradient {decay.verdict}."
    left = format_power(log_norms[-1])
    size = f"After {T} step{'' if T == 1 else 's'} it is {left} times what it was"
    if decay.verdict == "vanishes":
        lag = np.flatnonzero(log_norms >= VANISHED)[-1] + 1
        return f"{head} {size}, and below 1 % from lag {lag} on."
    if decay.verdict == "explodes":
        lag = np.flatnonzero(log_norms > EXPLODED)[0]
        return f"{head} {size}, and above 100-fold first at lag {lag}."
    return f"{head} {size}."


def draw_gradient_decay(
    decay: GradientDecay, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw ‖∂h_T/∂h_{T−lag}‖₂ by lag with its bound and ρ^lag, or move an earlier drawing."""
    curves = {"measured": decay.log_norms, "bound": decay.log_bound, "radius": decay.log_radius}
    return draw_decay(
        decay.lags, curves, axes, artists,
        looks=_LOOKS, state="h", longest=200, end="measured", loc="upper right",
    )  # fmt: skip


def describe_descent(descent: Descent) -> str:
    """What happened with and without clipping, in words."""
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


def draw_descent(
    descent: Descent, axes: np.ndarray, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw two paths on the map of the loss and, on the second axes, the losses; or move them."""
    if artists is None:
        artists = _prepare_descent_axes(*axes, updates=len(descent.plain) - 1)
    for name in ("plain", "clipped"):
        losses = getattr(descent, f"{name}_losses")
        artists[f"{name} path"].set_data(*getattr(descent, name).T)
        artists[f"{name} loss"].set_data(np.arange(len(losses)), losses)
    artists["start"].set_data(*descent.plain[:1].T)
    return artists


def draw_cliff(axes: Axes) -> None:
    """Draw the map of the loss over w and b, with its colour bar."""
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
    for name, marked, style, color, loss_color, label in (
        ("plain", "x--", "--", COLORS["relu"], COLORS["relu"], "without clipping"),
        ("clipped", "o-", "-", "#FFFFFF", COLORS["tanh"], "clipped at θ"),
    ):
        (artists[f"{name} path"],) = map_axes.plot(
            [], [], marked, color=color, markersize=3, linewidth=1.2
        )
        (artists[f"{name} loss"],) = loss_axes.plot([], [], style, color=loss_color, label=label)
    (artists["start"],) = map_axes.plot([], [], "D", color=COLORS["accent"], markersize=8)
    loss_axes.legend(loc="upper right")
    return artists
