"""Pictures of lecture 05: gradients by lag, and the clipping cliff."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import draw_success_counts
from rnn_helpers.display.decay import draw_decay, format_power
from rnn_helpers.display.figures import COLORS, STYLES, new_figure, show
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
    """Draw the map of the loss over w and b, with its colour bar; the title says what it is."""
    w, b = np.meshgrid(*(np.linspace(*limits, 150) for limits in MAP))
    loss, _, _ = compute_cliff_loss(w, b)
    mesh = axes.pcolormesh(w, b, loss, cmap="cividis", rasterized=True)
    axes.figure.colorbar(mesh, ax=axes)
    axes.set(xlabel="weight w", ylabel="bias b", xlim=MAP[0], ylim=MAP[1])
    axes.grid(visible=False)


def _prepare_descent_axes(map_axes, loss_axes, *, updates):
    draw_cliff(map_axes)
    map_axes.set_title("The loss over w and b, two descents", loc="left")
    loss_axes.set(xlabel="update", ylabel="loss", xlim=(-1, updates + 1), ylim=(-0.02, 0.5))
    loss_axes.set_title("Along the way", loc="left")
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


def draw_learned_by_distance(
    distances: Sequence[int], counts: Mapping[str, Sequence[int]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a line for each rate."""
    figure, axes = new_figure(8, 3.4)
    draw_success_counts(distances, counts, axes, total=total)
    axes.set_title("Plain networks that learned agreement", loc="left")
    axes.set(xlabel="words between subject and verb")
    rows = "; ".join(
        f"{name}: {', '.join(f'{count} at {d}' for d, count in zip(distances, row, strict=True))}"
        for name, row in counts.items()
    )
    show(figure, alt=f"Networks of {total} that learned, by words in between. {rows}.")


def draw_sentence_gradient(norms: ArrayLike) -> None:
    """Show ‖∂L/∂h_t‖ at every word of a sentence."""
    norms = np.asarray(norms)
    figure, axes = new_figure(8, 3.2)
    words = np.arange(1, len(norms) + 1)
    axes.plot(words, norms, STYLES["rnn"], marker=".", color=COLORS["rnn"])
    axes.set(yscale="log", xlabel="word t of the sentence", ylabel="‖∂L/∂h_t‖₂, log scale")
    axes.set_title("The gradient of the loss at each state", loc="left")
    show(
        figure,
        alt=f"Norm of the gradient of the loss at each of the {len(norms)} states of an untrained "
        "network, log axis: a straight fall from the last word back to the first, over several "
        "powers of ten.",
    )


def draw_power_norms(curves: Mapping[str, np.ndarray]) -> None:
    """Show ‖Wᵏ‖ by k for matrices of one spectral radius."""
    figure, axes = new_figure(8, 3.2)
    looks = (("-", COLORS["tanh"]), ("--", COLORS["relu"]))
    for (name, norms), (style, color) in zip(curves.items(), looks, strict=True):
        axes.plot(np.asarray(norms), style, color=color, label=name)
    axes.set(yscale="log", xlabel="k, in steps", ylabel="‖Wᵏ‖₂, log scale")
    axes.set_title("Powers of two matrices with one spectral radius", loc="left")
    axes.legend()
    peaks = "; ".join(
        f"{name}: largest {np.max(norms):.3g} at k = {np.argmax(norms)}, last {norms[-1]:.2g}"
        for name, norms in curves.items()
    )
    show(figure, alt=f"Norm of the k-th power by k, log axis. {peaks}.")


def draw_three_decays(decays: Sequence[GradientDecay]) -> None:
    """Show the explorer's picture at several settings, each sentence printed below."""
    figure, axes = new_figure(12, 3.8, ncols=len(decays), sharey=True)
    for axis, decay in zip(axes, decays, strict=True):
        draw_gradient_decay(decay, axis)
        axis.set_title(f"{decay.activation}, ρ = {decay.spectral_radius:g}", loc="left")
        axis.label_outer()
    show(figure, alt=" ".join(map(describe_gradient_decay, decays)))


def draw_decays_by_kind(curves: Mapping[tuple[str, str], ArrayLike]) -> None:
    """Show the median gradient by lag, a panel for each kind of matrix, a line an activation.

    `curves` holds log₁₀ norms (S, T + 1) of S seeds for each activation and kind.
    """
    kinds = list(dict.fromkeys(kind for _, kind in curves))
    figure, axes = new_figure(12, 3.6, ncols=len(kinds), sharey=True)
    said = []
    for (name, kind), logs in curves.items():
        middle = np.median(np.asarray(logs), axis=0)
        axes[kinds.index(kind)].plot(middle, STYLES[name], color=COLORS[name], label=name)
        said.append(f"{name}, {kind}: {middle[-1] + 0.0:.0f}")
    for kind, axis in zip(kinds, axes, strict=True):
        axis.set(
            xlabel="lag k, in steps",
            ylim=(-30, 3),
            ylabel=r"$\log_{10} \|\partial h_T/\partial h_{T-k}\|_2$, median",
        )
        axis.set_title(f"{kind.capitalize()} W_hh, ρ = 1", loc="left")
        axis.label_outer()
    axes[-1].legend(loc="lower right")
    show(
        figure,
        alt="Median log₁₀ of the gradient by lag, a panel for each kind of matrix. At the last "
        f"lag: {'; '.join(said)}.",
    )


def draw_loss_map() -> None:
    """Show the map of the loss over w and b."""
    figure, axes = new_figure(7, 3.6)
    draw_cliff(axes)
    axes.set_title("The loss of fifty steps of one unit", loc="left")
    show(
        figure,
        alt="Map of the loss over weight w and bias b: flat and low in the upper right, flat and "
        "high in the lower left, and between them a sharp diagonal edge that begins near w = 4, "
        "b = -2.",
    )
