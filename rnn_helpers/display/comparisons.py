"""Pictures that compare trained models: every seed is a dot, so that the spread is seen."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnn_helpers.display.figures import COLORS, STYLES, draw_both, is_narrow, new_figure, show
from rnn_helpers.validation import check_array

_MARKERS, _LINES = ("o", "s", "^", "D"), ("-", "--", "-.", ":")
_ORDER = (COLORS["tanh"], COLORS["relu"], COLORS["identity"], COLORS["third"])
_CHART = 4.6, 3.4  # inches of a chart, and of the key beside it


def new_chart(title: str, height: float = 3.4) -> tuple[Figure, Axes, Axes]:
    """A figure of one chart, and axes for the key that `draw_key` draws beside it.

    On a narrow page the key stands below the chart, as `display.pieces` finds two panels.

    Parameters
    ----------
    title
        A sentence, above both.
    height
        In inches; the width is 8.
    """
    figure, (axes, key) = new_figure(sum(_CHART), height, ncols=2)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    key.axis("off")
    return figure, axes, key


def draw_key(
    axes: Axes, key: Axes, *, title: str | None = None, handles: Sequence[Artist] | None = None
) -> None:
    """Draw the key of a chart beside it, instead of a legend over its curves.

    Parameters
    ----------
    axes, key
        As `new_chart` returns them; a legend on `axes` is taken away.
    title
        Above the entries.
    handles
        Artists with labels; without them, what on `axes` has one.
    """
    figure: Any = axes.figure
    if (legend := axes.get_legend()) is not None:
        legend.remove()
    handles = axes.get_legend_handles_labels()[0] if handles is None else handles
    words = [title] if title else []
    words += [str(handle.get_label()) for handle in handles]
    lines = sum(1 + text.count("\n") for text in words)
    high = 0.25 * lines
    rows = high, max(0.1, figure.get_figheight() - 0.4 - high)  # no higher than it has to be
    grid = GridSpec(2, 2, figure=figure, width_ratios=_CHART, height_ratios=rows)
    axes.set_subplotspec(grid[:, 0])
    key.set_subplotspec(grid[0, 1])
    key.legend(
        handles=handles, title=title, loc="upper left", frameon=False, borderaxespad=0,
        borderpad=0, alignment="left", fontsize=10, title_fontsize=10,
    )  # fmt: skip


def draw_success_counts(
    xs: ArrayLike, counts: Mapping[str, ArrayLike], axes: Axes, *, total: int
) -> None:
    """Draw how many of `total` seeds succeeded at each x, one line for each model.

    Parameters
    ----------
    xs : (N,)
        What is varied.
    counts : (N,) each
        Each model's successes; a name that begins with a cell's has its colour.
    """
    xs = check_array("xs", xs, ndim=1)
    free = list(_LINES)
    for number, (name, row) in enumerate(counts.items()):
        row = check_array(f"counts[{name!r}]", row, shape=xs.shape)
        cell = name.replace(",", " ").partition(" ")[0].lower()
        own = STYLES.get(cell)
        style = own if own in free else (free or ["-"])[0]
        free = [other for other in free if other != style]
        look: dict[str, Any] = {
            "marker": _MARKERS[number % 4],
            "color": COLORS.get(cell, _ORDER[number % 4]),
        }
        axes.plot(xs, row, style, label=name, **look)
    axes.set_xticks(np.unique(xs))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set(ylim=(-0.04 * total, 1.04 * total), ylabel=f"networks that learned, of {total}")
    axes.legend()


def show_learned_by_distance(
    distances: Sequence[int], counts: Mapping[str, Sequence[int]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a line for each of `counts`."""

    def draw(axes):
        draw_success_counts(distances, counts, axes, total=total)
        axes.set(xlabel="words between subject and verb")
        axes.set_title(name_fall(counts.values(), distances), loc="left")
        _put_legend_aside(axes)

    figure, narrow = draw_both(draw, 8, 3.6, narrow=4.0)
    rows = []
    for name, row in counts.items():
        pairs = zip(np.asarray(row), distances, strict=True)
        rows.append(f"{name}: {', '.join(f'{count} at {d}' for count, d in pairs)}")
    said = "; ".join(rows)
    alt = f"Networks of {total} that learned, by words in between. {said}."
    show(figure, narrow=narrow, alt=alt)


def name_fall(rows: Iterable[ArrayLike], distances: Sequence[int]) -> str:
    """The title of counts by distance: whether all are smaller at the last than at the first."""
    first, last = distances[0], distances[-1]
    if all(np.asarray(row)[-1] < np.asarray(row)[0] for row in rows):
        return f"Fewer networks learn at {last} words than at {first}, from torch's start"
    return f"From torch's start some learn at {last} words no less often than at {first}"


def _put_legend_aside(axes):
    """Beside the chart; below it on a phone."""
    if is_narrow(axes):
        axes.legend(loc="upper left", bbox_to_anchor=(-0.15, -0.22), ncols=2, fontsize=9)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))


def show_learned_by_start(
    counts: Mapping[str, ArrayLike], rates: Sequence[float], *, total: int, cell: str
) -> None:
    """Show how many networks learned agreement from each start, a mark for each learning rate."""
    sums = {name: np.asarray(row).sum() for name, row in counts.items()}
    best = [name for name, learned in sums.items() if learned == max(sums.values())]
    title = f"The most {cell}s learn thirty words with “{'” and “'.join(best)}”"

    def draw(axes):
        draw_counts_by_start(counts, rates, axes, total=total, color=COLORS[cell.lower()])
        axes.set_title(title, loc="left")
        _put_legend_aside(axes)

    figure, narrow = draw_both(draw, 8, 3.6, narrow=3.8)
    narrow.axes[0].set_title(textwrap.fill(title, 28), loc="left")  # right of the starts' names
    rows = "; ".join(
        f"{name}: {' and '.join(map(str, np.asarray(row)))}" for name, row in counts.items()
    )
    at = " and ".join(f"{rate:g}" for rate in rates)
    alt = f"{cell}s of {total} that learned, at the rates {at}, by start. {rows}."
    show(figure, narrow=narrow, alt=alt)


def draw_counts_by_start(
    counts: Mapping[str, ArrayLike], rates: ArrayLike, axes: Axes, *, total: int, color: str
) -> None:
    """Draw how many of `total` seeds succeeded from each start, a mark for each learning rate.

    Parameters
    ----------
    counts : (N,) each
        Each start's successes at each of the rates; the first start stands on top.
    rates : (N,)
    """
    rates = check_array("rates", rates, ndim=1)
    rows = [check_array(f"counts[{n!r}]", row, shape=rates.shape) for n, row in counts.items()]
    heights = np.arange(len(rows))[::-1]
    for number, rate in enumerate(rates):
        look = {"markersize": 9, "markeredgewidth": 1.8, "markeredgecolor": color}
        axes.plot(
            [row[number] for row in rows], heights, _MARKERS[number % 4], label=f"rate {rate:g}",
            markerfacecolor=color if number == 0 else "none", clip_on=False, **look,
        )  # fmt: skip
    axes.set_yticks(heights, list(counts))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set(xlim=(-0.03 * total, 1.03 * total), xlabel=f"networks that learned, of {total}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))


def draw_seed_spread(xs: ArrayLike, runs: Mapping[str, ArrayLike], axes: Axes) -> None:
    """Draw one mark for every seed and a line through the means, for each model.

    Each seed's marks stand a little to the side of x, always the same, so that equal results
    do not hide each other.

    Parameters
    ----------
    xs : (N,)
        What is varied.
    runs : (S, N) each
        Each model's results, a row for every seed.
    """
    xs = check_array("xs", xs, ndim=1)
    if not runs:
        raise ValueError("runs must hold at least one model, got none")
    spacing = np.diff(np.unique(xs)).min(initial=np.inf)
    width = min(0.15 * spacing, 0.03 * np.ptp(xs)) if np.isfinite(spacing) else 0.15
    for number, (name, results) in enumerate(runs.items()):
        results = check_array(f"runs[{name!r}]", results, shape=(None, len(xs)))
        color = _ORDER[number % 4]
        axes.plot(xs, results.mean(axis=0), _LINES[number % 4], color=color, label=f"{name}, mean")
        marker = _MARKERS[number % 4]
        shifts = np.linspace(-width, width, len(results)) if len(results) > 1 else [0.0]
        for row, shift in zip(results, shifts, strict=True):
            look = {"color": color, "markersize": 7, "markerfacecolor": "none", "alpha": 0.8}
            axes.plot(xs + shift, row, marker, **look)
    axes.set_xticks(np.unique(xs))
    seeds = " or ".join(map(str, sorted({len(np.atleast_2d(rows)) for rows in runs.values()})))
    axes.legend(title=f"a mark for each of {seeds} seeds, side by side")
