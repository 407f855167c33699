"""Pictures of lecture 02: a nudge in the state of networks, shapes, training, seeds.

What takes axes is drawn by a demo; the others make a figure and show it, with the alternative text
that its numbers make.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rnn_helpers.display.bands import draw_band, prepare_steps
from rnn_helpers.display.figures import COLORS, STYLES, draw_both, is_narrow, new_figure, show
from rnn_helpers.lectures.recurrent_networks.boxes import describe_shapes, draw_shapes
from rnn_helpers.lectures.recurrent_networks.nudge import VISIBLE, Nudges
from rnn_helpers.lectures.recurrent_networks.shapes import Shapes

_ABOVE = 1e4  # of the axis, where nothing grows
_TALL = 0.35  # powers of ten on the axis that a network adds to its bar

MEDIAN, ONE_PER_CENT, LAST = NUDGE_PARTS = {
    "median of 20": "the network in the middle at each step; the band goes from the least to the "
    "most of the twenty",
    "1 %": "down to here what is left of the nudge is called visible",
    "last above 1 %": "a bar is as high as networks see the nudge for the last time at that step, "
    "and the tallest says how many; ▶ stands for those that still see it at step 60",
}


def describe_nudges(nudges: Nudges) -> str:
    """How long the nudge stays visible, in words."""
    T, last = int(nudges.steps[-1]), nudges.last_visible
    head = (
        f"{nudges.activation}, ρ = {nudges.spectral_radius:.2f}, inputs of {nudges.input_size:g}:"
    )
    if last.min() == T:
        return f"{head} in all {len(last)} networks the nudge of x₁ is above 1 % at step {T}."
    still = int((last == T).sum())
    sees = "sees" if still == 1 else "see"
    tail = f"; {still} of them still {sees} it at step {T}" if still else ""
    # where the upper middle one stops at T, the median is T or later, or a bound from below
    later = " or later" if np.sort(last)[len(last) // 2] == T else ""
    most = f"{last.max()} or later" if still else f"{last.max()}"
    span = "all the same" if last.min() == last.max() else f"{last.min()} to {most}"
    return (
        f"{head} the nudge of x₁ is last above 1 % at step {np.median(last):g}{later}, the median "
        f"of {len(last)} networks ({span}){tail}."
    )


def draw_nudges(
    nudges: Nudges, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw what is left of the nudge in every network, or move an earlier drawing."""
    with np.errstate(divide="ignore"):
        log_shares = np.log10(nudges.shares)
    if artists is None:
        prepare_steps(axes, len(nudges.steps), "left of the nudge")
        axes.axhline(VISIBLE, color=COLORS["relu"], linestyle=":", linewidth=1.5,
                     label=ONE_PER_CENT, gid=ONE_PER_CENT)  # fmt: skip
        artists = draw_band(
            axes, "forward", nudges.steps, log_shares, label=MEDIAN, part=MEDIAN, head=False
        )
        artists["forward band"].set_label("all 20")
        look: dict[str, Any] = {
            "color": COLORS["relu"], "label": f"{LAST}: how many", "gid": LAST
        }  # fmt: skip
        axes.plot([], [], "|", markersize=12, markeredgewidth=3, **look)
        bars: Any = axes.add_patch(
            PathPatch(Path([[0, 1]]), fill=False, edgecolor=COLORS["relu"], linewidth=3, zorder=2.1,
                      gid=LAST)
        )  # fmt: skip
        artists["last"] = bars
        artists["count"] = axes.text(
            0, 0, "", color=COLORS["relu"], fontsize=10, ha="center", va="bottom", gid=LAST
        )
        look["label"] = f"still above 1 % at step {nudges.steps[-1]}"
        (artists["still"],) = axes.plot([], [], ">", markersize=11, clip_on=False, **look)
        axes.legend(  # below, for curves and bars go everywhere
            loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=9, frameon=False,
            ncols=2 if is_narrow(axes) else 5, columnspacing=1.2, handlelength=1.6,
        )  # fmt: skip
        axes.set_title("What is left of a nudge of the first input", loc="left")
    else:
        draw_band(axes, "forward", nudges.steps, log_shares, artists)
    last, counts = np.unique(nudges.last_visible[nudges.last_visible > 0], return_counts=True)
    tops = VISIBLE * 10 ** (_TALL * counts)
    ends = np.stack([last, np.full(len(last), VISIBLE), last, tops], axis=1).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.LINETO], len(last))
    artists["last"].set_path(Path(ends, codes) if len(ends) else Path([[0, 1]]))
    tallest = int(counts.argmax()) if len(last) else 0
    artists["count"].set_text(f"{counts[tallest]}" if len(last) else "")
    artists["count"].set_position((last[tallest], tops[tallest]) if len(last) else (0, VISIBLE))
    T = nudges.steps[-1]
    artists["still"].set_data([T], [VISIBLE])
    artists["still"].set_visible(bool(T in last))
    return artists


def draw_three_nudges(results: Sequence[Nudges]) -> None:
    """Show the demo's picture at several settings."""
    figure, axes = new_figure(12, 3.8, ncols=len(results), sharey=True)
    for axis, nudges in zip(axes, results, strict=True):
        draw_nudges(nudges, axis)
        axis.set_title(f"{nudges.activation}, ρ = {nudges.spectral_radius:g}", loc="left")
        axis.label_outer()
        axis.get_legend().remove()
    axes[0].set_ylim(top=_ABOVE)  # nothing grows at these settings
    named = [artist for artist in axes[0].get_legend_handles_labels()[0] if artist.get_visible()]
    figure.legend(
        named, [artist.get_label() for artist in named], loc="outside lower center", ncols=5,
        fontsize=10, frameon=False,
    )  # fmt: skip
    seen = ", ".join(f"{np.median(nudges.last_visible):g}" for nudges in results)
    figure.suptitle(
        "Each step takes away about the same share of the nudge; the last that sees 1 % is "
        f"step {seen} (median)", x=0.01, ha="left",
    )  # fmt: skip
    show(figure, alt=" ".join(map(describe_nudges, results)))


def draw_two_shapes(results: Sequence[Shapes]) -> None:
    """Show what comes out at two settings, as the shape explorer draws it."""
    figure, axes = new_figure(8, 4.2, ncols=len(results))
    unseen, _ = new_figure(8, 4.2, ncols=1)
    for axis, shapes in zip(axes, results, strict=True):
        draw_shapes(shapes, np.array([unseen.axes[0], axis]))
        sizes = shapes.sizes
        axis.set_title(
            f"layers {sizes['layers']}, directions {sizes['directions']}, "
            f"batch_first={shapes.batch_first}", loc="left", fontsize=10,
        )  # fmt: skip
    show(figure, alt=" ".join(map(describe_shapes, results)))


def draw_training(losses: Sequence[float], checks: Mapping[int, float]) -> None:
    """Show a loss after every update, and that on the validation years at some of them."""
    best = min(checks, key=lambda update: checks[update])

    def draw(axes):
        axes.plot(losses, "--", color=COLORS["rnn"], linewidth=2, label="training years")
        axes.plot(
            list(checks), list(checks.values()), "o-", color=COLORS["relu"], markersize=4,
            label="validation years",
        )  # fmt: skip
        axes.plot(best, checks[best], "o", color=COLORS["data"], markersize=10, fillstyle="none")
        axes.set(xlabel="updates", ylabel="mean squared error, scaled", xlim=(-3, len(losses) + 2))
        axes.set_ylim(0, 1.05 * max(losses[0], *checks.values()))
        axes.set_title(
            f"On the validation years the loss is lowest after {best} updates", loc="left"
        )
        axes.legend()

    figure, narrow = draw_both(draw, 8, 3.2, narrow=3.2)
    show(
        figure,
        narrow=narrow,
        alt="Mean squared error against updates, two curves that fall steeply at first: on the "
        "training years, and on the validation years, whose lowest value is circled.",
    )


def draw_spread(
    errors: Mapping[str, np.ndarray], *, lines: Mapping[str, float], live: Mapping[str, float]
) -> None:
    """Show the held-out error of every seed, a row for each cell, beside models without a seed.

    `live` has the error of a network that was trained just now, by its cell; it is drawn as a
    cross and not told in the alternative text, because it differs from machine to machine.
    """
    spreads = [float(np.ptp(values)) for values in errors.values()]
    apart = float(np.ptp([values.mean() for values in errors.values()]))

    def draw(axes):
        for row, (cell, values) in enumerate(errors.items()):
            color = COLORS["gru" if "GRU" in cell else cell.lower()]
            axes.plot(
                values, np.full(len(values), row), "s" if cell == "SimplifiedGRU" else "o",
                color=color, markersize=8, markerfacecolor="none", label="" if row else "a seed",
            )  # fmt: skip
            axes.plot(
                values.mean(), row, "|", color=color, markersize=24, markeredgewidth=3,
                label="" if row else "mean",
            )  # fmt: skip
            if cell in live:
                axes.plot(
                    live[cell], row, "x", color=COLORS["data"], markersize=9, linestyle="none",
                    label="just trained",
                )  # fmt: skip
        for (name, value), style in zip(
            lines.items(), (STYLES["lstm"], STYLES["gru"]), strict=False
        ):
            axes.axvline(value, color=COLORS["bound"], linestyle=style)
            axes.text(value, -0.72, f" {name}", ha="left", va="center", fontsize=10)
        axes.set_yticks(range(len(errors)), [cell.replace("dG", "d\nG") for cell in errors])
        axes.set(xlabel="held-out RMSE, one year ahead", ylim=(len(errors) - 0.5, -1.1))
        key = axes.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize=10,
            borderaxespad=0.1, columnspacing=1.0, handletextpad=0.2,
        )  # fmt: skip
        for sign in key.legend_handles:
            sign.set(markersize=11 if sign.get_marker() == "|" else 8)
        axes.set_title(
            f"Seeds of a cell differ by {min(spreads):.1f} to {max(spreads):.1f}, the means of "
            f"the cells by {apart:.1f}\n", loc="left",
        )  # fmt: skip

    height = 0.55 * len(errors) + 1.8
    figure, narrow = draw_both(draw, 8, height, narrow=height + 0.2)
    said = "; ".join(
        f"{cell}: {values.min():.1f} to {values.max():.1f}, mean {values.mean():.1f}"
        for cell, values in errors.items()
    )
    beside = ", ".join(f"{name} at {value:.1f}" for name, value in lines.items())
    show(
        figure,
        narrow=narrow,
        alt=f"Held-out error of every seed of each cell. {said}. Beside them {beside}.",
    )
