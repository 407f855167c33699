"""Pictures for lecture 09: who looks at what, with the characters of any script on both axes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import draw_key, draw_seed_spread, new_chart
from rnn_helpers.display.figures import COLORS, new_figure, show
from rnn_helpers.display.fonts import find_font
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, normalise
from rnn_helpers.validation import check_array

_MAP = LinearSegmentedColormap.from_list("weights", ["white", COLORS["tanh"]])


@lru_cache(maxsize=1024)
def label_character(character: str) -> tuple[str, str | None]:
    r"""What stands for a character on an axis, and the file of a font that has it.

    It is "␣" for a space, the code point where no font of this machine has the character.

    Examples
    --------
    >>> label_character("7")[0], label_character("\U0010fffe")[0]
    ('7', 'U+10FFFE')
    """
    wanted = "␣" if character == " " else character
    path = find_font(wanted)
    return (wanted, path) if path else (f"U+{ord(character):04X}", find_font(""))


def draw_alignment(
    weights: ArrayLike, text: str, written: str, axes: Axes, *, fontsize: float = 11.0
) -> None:
    """Draw the weights of a translation, dark where they are large.

    The characters stand in the order of reading, the first on the left, Arabic ones too; those
    that no font here has stand as code points, and the axis says so.

    Parameters
    ----------
    weights : float array (S, T)
        A row for each character written, a column for each character read.
    text, written : str
        T characters after `dates.normalise`, and S.
    """
    text = normalise(text)
    weights = check_array("weights", weights, shape=(len(written), len(text)))
    axes.imshow(weights, cmap=_MAP, vmin=0, vmax=1, aspect="auto")
    axes.grid(False)
    for axis, characters in ((axes.xaxis, text), (axes.yaxis, written)):
        labels = [label_character(c) for c in characters]
        axis.set_ticks(range(len(labels)), [label for label, _ in labels])
        for tick, (label, path) in zip(axis.get_ticklabels(), labels, strict=True):
            set_font(tick, label, path, fontsize, 0.6 * fontsize)
    space = " (␣ is a space)" if " " in text else ""
    axes.set(xlabel=f"read{space}{say_what_is_missing(text)}", ylabel="written")


def say_what_is_missing(text: str) -> str:
    """How many characters of a text stand as code points, in brackets; "" if none."""
    missing = sum(label_character(c)[0].startswith("U+") for c in text)
    return f" (no font here has {missing} of the characters: code points)" if missing else ""


def set_font(artist: Any, label: str, path: str | None, size: float, size_of_code: float) -> None:
    """Set a character in its font; a code point upright, so that it is as narrow, in points."""
    size, angle = (size, 0) if len(label) == 1 else (size_of_code, 90)
    artist.set_fontproperties(_make_font(path, size))
    artist.set_rotation(angle)


@lru_cache(maxsize=256)
def _make_font(path, size):
    return FontProperties(fname=path, size=size)


def write_out(probabilities: ArrayLike) -> str:
    """The likeliest character of each row (S, 11), as one text.

    Examples
    --------
    >>> write_out(np.eye(11)[[2, 0, 10]])
    '20-'
    """
    rows = check_array("probabilities", probabilities, shape=(None, len(ISO_CHARACTERS)))
    return "".join(ISO_CHARACTERS[k] for k in rows.argmax(axis=1))


def draw_by_place(
    series: Mapping[str, ArrayLike], title: str, *, ylabel: str = "share changed"
) -> None:
    """Show shares by the ten characters written: mean and range over the seeds, (N, 10) each."""
    figure, axes, key = new_chart(title, 3.2)
    looks = zip(("tanh", "relu", "identity", "third"), "os^D", ("-", "--", "-.", ":"), strict=True)
    said, n_seeds = [], 0
    for (name, values), (color, marker, line) in zip(series.items(), looks, strict=False):
        rows = check_array(f"series[{name!r}]", values, shape=(None, 10))
        axes.fill_between(range(10), rows.min(0), rows.max(0), color=COLORS[color], alpha=0.15)
        axes.plot(rows.mean(0), line, marker=marker, color=COLORS[color], label=name)
        said.append(f"{name} {' '.join(f'{mean:.2f}' for mean in rows.mean(0))}")
        n_seeds = len(rows)
    axes.set_xticks(range(10), ["Y", "Y", "Y", "Y", "–", "M", "M", "–", "D", "D"])
    axes.set(ylim=(-0.03, 1.03), xlabel="character written", ylabel=ylabel)
    draw_key(axes, key, title=f"mean and range of {n_seeds} seeds")
    show(figure, alt=f"{title}: {ylabel}, means by the characters Y Y Y Y – M M – D D. "
         f"{'; '.join(said)}.")  # fmt: skip


def _show_runs(title, xs, ticks, xlabel, runs, alt):
    figure, axes, key = new_chart(title)
    draw_seed_spread(xs, runs, axes)
    legend: Any = axes.get_legend()
    draw_key(axes, key, title=legend.get_title().get_text().replace(", ", ",\n"))
    axes.set_xticks(xs, ticks)
    axes.set(ylim=(0, 1.03), xlabel=xlabel, ylabel="share right in all ten")
    said = "; ".join(
        f"{name} {' '.join(f'{mean:.2f}' for mean in np.asarray(rows).mean(axis=0))}"
        for name, rows in runs.items()
    )
    show(figure, alt=f"Share of dates right, means {alt}. {said}.")


def draw_by_length(names: Sequence[str], runs: Mapping[str, ArrayLike], updates: int) -> None:
    """Show the share of right dates by the length of the text, every seed of each model."""
    title = f"After {updates} updates longer texts are harder through one vector alone"
    alt = f"by length ({', '.join(names)})"
    _show_runs(title, np.arange(len(names)), names, "characters read", runs, alt)


def draw_by_updates(budgets: Sequence[int], runs: Mapping[str, ArrayLike]) -> None:
    """Show the share of right dates by the number of updates, every seed of each score."""
    title = "One vector needs more updates than any score of attention"
    places, ticks = np.log2(np.asarray(budgets) / budgets[0]), [str(budget) for budget in budgets]
    _show_runs(title, places, ticks, "updates", runs, f"after {', '.join(ticks)} updates")


def draw_alignments(seen: Mapping[str, tuple[ArrayLike, str, str]]) -> None:
    """Show the weights of four translations by the language: weights, text and what was written."""
    figure, panels = new_figure(9.5, 8, nrows=2, ncols=2)
    figure.suptitle("Years and days look at the digits read, dashes now here, now there", x=0.01,
                    ha="left", fontsize=12)  # fmt: skip
    for axes, (language, (weights, text, written)) in zip(panels.flat, seen.items(), strict=True):
        draw_alignment(weights, text, written, axes)
        axes.set_title(language, loc="left")
    figure.colorbar(panels[0, 0].images[0], ax=panels, label="weight α", location="bottom",
                    shrink=0.42, aspect=30)  # fmt: skip
    show(
        figure,
        alt=f"Attention weights of {', '.join(seen)} dates, a row for each character written. "
        "Years and days look at the digit read; months at digits or at letters of the name; the "
        "dashes at several places.",
    )
