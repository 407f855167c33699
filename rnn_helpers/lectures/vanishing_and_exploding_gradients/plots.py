"""Pictures of lecture 05: what is carried forward and back, and the clipping cliff."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation
from numpy.typing import ArrayLike

from rnn_helpers.display.bands import EDGE, draw_band, prepare_steps, to_axis
from rnn_helpers.display.comparisons import draw_success_counts
from rnn_helpers.display.decay import HELD, HOLDS, draw_held
from rnn_helpers.display.figures import COLORS, STYLES, draw_both, is_narrow, new_figure, show
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import AsDrawn
from rnn_helpers.display.writing import format_number
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import (
    MAP,
    Descent,
    compute_cliff_loss,
    is_on_map,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.factors import (
    FACTORS,
    draw_factors,
    find_middle,
)
from rnn_helpers.recurrences.carried import Carried


def describe_carried(carried: Carried) -> str:
    """How many networks vanish, hold and explode, and in one of them why."""
    counts = carried.counts
    said = [f"{word} in {count}" for word, count in counts.items() if count]
    said[0] += f" of {sum(counts.values())} networks"
    return (
        f"{carried.activation}, ρ = {carried.spectral_radius:.2f}, {carried.kind} W_hh, inputs of "
        f"{carried.input_scale:g}: the gradient {', '.join(said)}. In the network in the middle of "
        f"the {len(carried.ends)} {_explain(carried, find_middle(carried))}."
    )


def _explain(carried, network):
    """What a step multiplies the gradient of a network by, and what of that is whose."""
    if carried.ends[network] == -np.inf:
        return "nothing comes through: the units on the way are off"
    T = len(carried.back) - 1
    whole, slope = carried.ends[network] / T, carried.slopes[:, network].mean()
    step, by_slope, by_weights = map(format_size, (whole, slope, whole - slope))
    forth, back = (format_size(carried.meeting[t, network]) for t in (-1, 0))
    return (
        f"each step back multiplies it by {step} (geometric mean): the slope of "
        f"{carried.activation} by {by_slope}, W_hh by {by_weights}. Over {T} steps that is {back}, "
        f"for the nudge "
        f"{'as well' if forth == back else forth}"
    )


PARTS = {
    "nudge": "a small change u of the first state h₀, and what has become of it in hₜ: "
    "Jₜ ⋯ J₁ u, where the Jacobian Jₜ = ∂hₜ/∂hₜ₋₁ is what step t multiplies a change by",
    "gradient": "a gradient v at the last state h_T, and what has come back of it to hₜ: the "
    "transposed Jacobians of the steps T, …, t + 1, one after the other, times v",
    "product": "nudge and gradient at step t, multiplied entry by entry and summed. It is one "
    "number at every step: v · (P u) at the last, (Pᵀ v) · u at the first, where P is all steps in "
    "one",
    "ρᵗ": "how a nudge would grow or shrink in the long run if each step were W_hh alone; ρ, the "
    "spectral radius, is the largest size of an eigenvalue of W_hh",
    HOLDS: HELD,
    **FACTORS,
}
"""What each part of the explorer's picture is, by its name."""

START, PLAIN, CLIPPED = DESCENT_PARTS = {
    "start of both": "the first weight w, which can be dragged, and the bias b = −2",
    "without clipping": "each move is the learning rate times the gradient, however long that is",
    "clipped at θ": "a gradient longer than θ is scaled to the length θ before the move",
}


def format_size(log_size: float) -> str:
    """A size as a reader writes it: 0.394, 45.2, 3.21 × 10⁻⁷."""
    return "exactly 0" if log_size == -np.inf else format_number(10.0**log_size)


_MAP_COLORS = colormaps["cividis"].resampled(64)  # a picture of 256 colours has some left for lines
_HEIGHTS = 1.2, 1  # of the two panels, one to the other


def draw_carried(
    carried: Carried, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the nudge forward, the gradient back and their product at every step; or move them.

    Thick lines are the network in the middle, bands and thin lines all of them. The second axes
    have what a step back multiplies the gradient by.
    """
    upper, lower = axes
    steps, network = np.arange(len(carried.forward)), find_middle(carried)
    if artists is None:
        artists = _prepare_carried(upper, steps, carried) | draw_factors(carried, lower)
    else:
        draw_factors(carried, lower, artists)
    draw_band(upper, "forward", steps, carried.forward, artists, middle=network)
    draw_band(upper, "back", steps, carried.back, artists, middle=network)
    lines = np.stack(np.broadcast_arrays(steps[:, None], to_axis(carried.meeting)), axis=2)
    artists["meeting"].set_path(_join_lines(lines.transpose(1, 0, 2)))
    artists["middle"].set_data(*lines[:, network].T)
    ends = carried.meeting[[0, -1], network]
    above, below = (bool((way * ends > EDGE).all()) for way in (1, -1))
    artists["ends"].set_data(steps[[0, -1]], 10.0 ** np.clip(ends, -EDGE, EDGE))
    artists["ends"].set_marker("^" if above else "v" if below else "o")
    for name, off in (("above", above), ("below", below)):
        artists[name].set_visible(off)
    with np.errstate(over="ignore"):
        artists["radius"].set_data(steps, to_axis(steps * np.log10(carried.spectral_radius)))
    return artists


def _join_lines(lines):
    """One path of several lines (S, T, 2)."""
    codes = np.full(lines.shape[:2], Path.LINETO, np.uint8)
    codes[:, 0] = Path.MOVETO
    return Path(lines.reshape(-1, 2), codes.ravel())


def _prepare_carried(axes, steps, carried):
    T, count = int(steps[-1]), len(carried.ends)
    axes.get_gridspec().set_height_ratios(_HEIGHTS)
    prepare_steps(axes, T, "size")
    draw_held(axes)
    nudge, gradient, product, power, *_ = PARTS
    network = find_middle(carried)
    artists = draw_band(
        axes, "forward", steps, carried.forward, label="nudge u of h₀, forward", part=nudge,
        middle=network,
    )  # fmt: skip
    artists |= draw_band(
        axes, "back", steps, carried.back, label="gradient v of h_T, back", part=gradient,
        middle=network,
    )  # fmt: skip
    blue = {"color": COLORS["tanh"], "gid": product}
    (artists["middle"],) = axes.plot([], [], linewidth=1.8, zorder=2.1, **blue)
    (artists["ends"],) = axes.plot(
        [], [], "o", markersize=8, zorder=2.15, clip_on=False, in_layout=False, **blue
    )
    artists["meeting"] = axes.add_patch(
        PathPatch(
            Path(np.zeros((1, 2))), fill=False, edgecolor=COLORS["tanh"], gid=product, **_FAINT
        )
    )
    for name, y in (("above", 1), ("below", 0)):  # beside the triangles, in the right margin
        artists[name] = axes.text(
            1.02, y, "off the\nscale", va="center", fontsize=9, transform=axes.transAxes, **blue
        )
    (artists["radius"],) = axes.plot(
        [], [], ":", linewidth=1.5, color=COLORS["bound"], label=power, gid=power
    )
    figure: Any = axes.figure
    below = axes.transAxes + ScaledTranslation(0, -33 / 72, figure.dpi_scale_trans)
    size, left, columns = (8, -0.3, 2) if is_narrow(axes) else (9, -0.05, 3)
    axes.legend(
        *_make_key(artists, count=count), fontsize=size, loc="upper left", bbox_to_anchor=(left, 0),
        bbox_transform=below, ncols=columns, columnspacing=1.0, title_fontsize=size, **_KEY,
    )  # fmt: skip
    axes.set_title("A nudge goes forward, a gradient comes back", loc="left")
    return artists


_KEY: dict[str, Any] = {
    "title": "Thick: the middle network", "alignment": "left",
    "handlelength": 1.8, "handler_map": {tuple: HandlerTuple(ndivide=None, pad=0)},
}  # fmt: skip
_FAINT: dict[str, Any] = {"linewidth": 0.8, "alpha": 0.5}


def _make_key(artists, *, count=None):
    """Handles and labels of the upper panel's key; with bands for a `count` of networks."""
    strong = Line2D([], [], color=COLORS["tanh"], linewidth=1.8, marker="o", markersize=8)
    thin = Line2D([], [], color=COLORS["tanh"], **_FAINT)
    rows = [
        (artists["forward"], artists["forward"].get_label()),
        (artists["back"], artists["back"].get_label()),
        (artists["radius"], artists["radius"].get_label()),
        (strong, "nudge times gradient at t"),
        (thin, "the same, other networks"),
    ]
    if count:
        both = artists["forward band"], artists["back band"]
        rows.append((both, f"bands: all {count} networks"))
    return [list(column) for column in zip(*rows, strict=True)]


def describe_descent(descent: Descent) -> str:
    """What happened with and without clipping, in words."""
    moves = [
        np.linalg.norm(np.diff(path, axis=0), axis=1).max()
        for path in (descent.plain, descent.clipped)
    ]
    head = f"θ = {descent.max_norm:.4g}: "
    plain = _fate(descent.plain, descent.plain_losses)
    if descent.largest_norm <= descent.max_norm:
        return (
            f"{head}the largest gradient has norm {descent.largest_norm:.3g}, none reaches θ, and "
            f"the two paths are one. It {plain}."
        )
    return (
        f"{head}without clipping, the longest move is {moves[0]:.3g} (a gradient of norm "
        f"{descent.largest_norm:.3g}), and the descent {plain}. Clipped, the longest move is "
        f"{moves[1]:.2g}, and it {_fate(descent.clipped, descent.clipped_losses)}."
    )


def _fate(path, losses):
    inside, drops = is_on_map(path), -np.diff(losses)
    if inside.all():
        if drops.min() > 0 and drops[-1] >= drops.mean():  # down all the way, and not slower
            return (
                f"is still on its way after {len(drops)} updates: its loss has fallen from "
                f"{losses[0]:.3g} to {losses[-1]:.3g}"
            )
        return "stays on the map"
    if inside[-1]:
        return "leaves the map and comes back"
    _, *slopes = compute_cliff_loss(*path[-1])
    rest = "where its loss is flat" if np.hypot(*slopes) < 1e-6 else "still moving"
    return f"is off the map after the last update, {rest}"


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
        artists[f"{name} halo"].set_data(*getattr(descent, name).T)
    artists["start"].set_data(*descent.plain[:1].T)
    artists["start loss"].set_data([0], descent.plain_losses[:1])
    return artists


def draw_cliff(axes: Axes) -> None:
    """Draw the map of the loss over w and b, with its colour bar; the title says what it is."""
    w, b = np.meshgrid(*(np.linspace(*limits, 150) for limits in MAP))
    loss, _, _ = compute_cliff_loss(w, b)
    mesh = axes.pcolormesh(w, b, loss, cmap=_MAP_COLORS, rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, label="loss")
    axes.set(xlabel="weight w", ylabel="bias b", xlim=MAP[0], ylim=MAP[1])
    axes.grid(visible=False)


def _prepare_descent_axes(map_axes, loss_axes, *, updates):
    draw_cliff(map_axes)
    map_axes.set_title("Two descents on the map of the loss", loc="left")
    weights = np.linspace(*MAP[0], 61)
    Handle(map_axes, [{"start_w": weight} for weight in weights], x=weights)
    loss_axes.set(xlabel="update", ylabel="loss", xlim=(-2, updates + 1), ylim=(-0.02, 0.62))
    loss_axes.set_title("The loss along the way", loc="left")
    artists = {}
    # the thin one lies on top, with gaps: where the two are one, both are seen
    looks = {
        "clipped": (CLIPPED, 3.6, {"linestyle": "-", "color": COLORS["tanh"]}),
        "plain": (PLAIN, 1.4, {"linestyle": "--", "color": COLORS["relu"]}),
    }
    white = {"color": "#FFFFFF", "zorder": 1.9}
    for name, (label, width, look) in looks.items():
        (artists[f"{name} halo"],) = map_axes.plot(
            [], [], linewidth=width + 2, gid=AsDrawn(label), **white
        )
        marker = {"marker": "x", "markersize": 3}  # each point of one, the last of the other
        if name == "clipped":
            marker = {"marker": "o", "markersize": 9, "markevery": [-1], "markeredgecolor": "white"}
        (artists[f"{name} path"],) = map_axes.plot(
            [], [], linewidth=width, gid=AsDrawn(label), **marker, **look
        )
        (artists[f"{name} loss"],) = loss_axes.plot(
            [], [], linewidth=width, label=label, gid=label, **look
        )
    diamond = {"markersize": 8, "markeredgecolor": COLORS["data"], "markerfacecolor": "#FFFFFF"}
    (artists["start"],) = map_axes.plot([], [], "D", gid=AsDrawn(START), **diamond)
    (artists["start loss"],) = loss_axes.plot([], [], "D", label=START, gid=START, **diamond)
    loss_axes.legend(loc="upper right")
    return artists


def draw_learned_by_distance(
    distances: Sequence[int], counts: Mapping[str, Sequence[int]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a line for each rate."""

    def draw(axes):
        draw_success_counts(distances, counts, axes, total=total)
        axes.set_title("Where the subject is far, fewer plain networks learn", loc="left")
        axes.set(xlabel="words between subject and verb")

    rows = "; ".join(
        f"{name}: {', '.join(f'{count} at {d}' for d, count in zip(distances, row, strict=True))}"
        for name, row in counts.items()
    )
    figure, narrow = draw_both(draw, 8, 3.4, narrow=3.2)
    alt = f"Networks of {total} that learned, by words in between. {rows}."
    show(figure, alt=alt, narrow=narrow)


def draw_sentence_gradient(norms: ArrayLike) -> None:
    """Show ‖∂L/∂h_t‖ at every word of a sentence."""
    norms = np.asarray(norms)

    def draw(axes):
        words = np.arange(1, len(norms) + 1)
        axes.plot(words, norms, STYLES["rnn"], marker=".", color=COLORS["rnn"])
        axes.set(yscale="log", xlabel="word t of the sentence", ylabel="‖∂L/∂hₜ‖₂, log scale")
        axes.set_title("The gradient shrinks from word to word on its way back", loc="left")

    figure, narrow = draw_both(draw, 8, 3.2, narrow=3.2)
    show(
        figure,
        alt=f"Norm of the gradient of the loss at each of the {len(norms)} states of an untrained "
        "network, log axis: a straight fall from the last word back to the first, over several "
        "powers of ten.",
        narrow=narrow,
    )


def draw_power_norms(curves: Mapping[str, np.ndarray]) -> None:
    """Show ‖Wᵏ‖ by k for matrices of one spectral radius."""

    def draw(axes):
        looks = (("-", COLORS["tanh"]), ("--", COLORS["relu"]))
        for (name, norms), (style, color) in zip(curves.items(), looks, strict=True):
            axes.plot(np.asarray(norms), style, color=color, label=name)
        axes.set(yscale="log", xlabel="k, in steps", ylabel="‖Wᵏ‖₂, log scale")
        axes.set_title("Of two matrices with one ρ, one grows before it dies", loc="left")
        narrow = is_narrow(axes)  # below the curves, where there is room for it
        place = {"bbox_to_anchor": (0.45, -0.2), "fontsize": 9} if narrow else {}
        axes.legend(loc="upper center" if narrow else "upper right", **place)

    peaks = "; ".join(
        f"{name}: largest {np.max(norms):.3g} at k = {np.argmax(norms)}, "
        f"last {format_number(float(norms[-1]), digits=2)}"
        for name, norms in curves.items()
    )
    figure, narrow = draw_both(draw, 8, 3.2, narrow=3.6)
    show(figure, alt=f"Norm of the k-th power by k, log axis. {peaks}.", narrow=narrow)


def draw_three_carried(results: Sequence[Carried]) -> None:
    """Show the explorer's picture at several settings, with its sentence as the alternative."""
    figure, axes = new_figure(12, 6.2, nrows=2, ncols=len(results), sharey="row")
    artists = {}
    for (upper, lower), carried in zip(axes.T, results, strict=True):
        artists = draw_carried(carried, (upper, lower))
        counts = "{} vanish, {} hold, {} explode".format(*carried.counts.values())
        upper.set_title(f"{carried.activation}: {counts}", loc="left", fontsize=11)
        lower.set_title(f"{carried.activation}: one step back", loc="left", fontsize=11)
        for band in ("forward band", "back band"):  # the thin lines say where the others end
            artists[band].set_visible(False)
        upper.set_ylabel(upper.get_ylabel() if upper is axes[0, 0] else "")
        lower.set_ylabel(lower.get_ylabel() if lower is axes[1, 0] else "")
        for axis in (upper, lower):
            axis.tick_params(labelleft=axis in axes[:, 0])
            axis.get_legend().remove()
    for words in [text for axis in axes[0, :-1] for text in axis.texts if text.get_gid() == HOLDS]:
        words.remove()  # one name at the right margin is enough
    keys = _make_key(artists), axes[1, 0].get_legend_handles_labels()
    gaps = Line2D([], [], linestyle="none"), ""  # the factors have a column of their own
    handles, labels = (
        [*one, gap, *other] for one, gap, other in zip(keys[0], gaps, keys[1], strict=True)
    )
    figure.legend(
        handles, labels, loc="outside lower center", ncols=3, fontsize=12, **_KEY,
        title_fontsize=12,
    )  # fmt: skip
    show(figure, alt=" ".join(map(describe_carried, results)))


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

    def draw(axes):
        draw_cliff(axes)
        axes.set_title("Two plains of the loss, and a wall between them", loc="left")

    figure, narrow = draw_both(draw, 7, 3.6, narrow=3.4)
    show(
        figure,
        alt="Map of the loss over weight w and bias b: flat and low in the upper right, flat and "
        "high in the lower left, and between them a sharp diagonal edge that begins near w = 4, "
        "b = -2.",
        narrow=narrow,
    )
