"""Pictures for lecture 09: who looks at what, with the characters of any script on both axes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import draw_seed_spread
from rnn_helpers.display.figures import COLORS, new_figure, show
from rnn_helpers.display.fonts import find_font
from rnn_helpers.display.kept_text import add_kept_text
from rnn_helpers.lectures.attention.alignments import WIDEST, AlignmentView
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, normalise
from rnn_helpers.validation import check_array

_FEWEST = 12  # columns, so that a short date does not get cells as wide as bricks
# from white to a house colour: the frames of a live picture have its shades
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
    cells = check_array("weights", weights, shape=(len(written), len(text)))
    axes.imshow(cells, cmap=_MAP, vmin=0, vmax=1, aspect="auto")
    axes.grid(False)
    for axis, characters in ((axes.xaxis, text), (axes.yaxis, written)):
        labels = [label_character(c) for c in characters]
        axis.set_ticks(range(len(labels)), [label for label, _ in labels])
        for tick, (label, path) in zip(axis.get_ticklabels(), labels, strict=True):
            _set_font(tick, label, path, fontsize, 0.6 * fontsize)
    axes.set(xlabel=f"read{_say_what_is_missing(text)}", ylabel="written")


def _say_what_is_missing(text):
    missing = sum(label_character(c)[0].startswith("U+") for c in text)
    return f" (no font here has {missing} of the characters: code points)" if missing else ""


def draw_scrubber(
    view: AlignmentView, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw weights, one step, what it sees and writes next, on three axes, or move a drawing."""
    if artists is None:
        artists = _prepare_axes(view, axes)
    T, row = len(view.text), view.step - 1
    width = 1 / max(T, _FEWEST)
    cells = np.full((len(view.weights), WIDEST), np.nan)
    cells[:, :T] = view.weights
    artists["map"].set_array(cells)
    artists["map"].set_transform(Affine2D().scale(width, 1) + axes[0].transData)
    artists["row"].set_bounds(0, row, T * width, 1)
    for k in range(WIDEST):
        _put(artists[f"read {k}"], view.text[k : k + 1], ((k + 0.5) * width, 10.35), 40 / T + 5)
    for k, character in enumerate(view.iso):
        artists[f"written {k}"].set(text=character, alpha=1.0 if k <= row else 0.35)
    bars = np.full(2 * len(ISO_CHARACTERS) - 1, np.nan)  # every second stair is a gap
    bars[::2] = view.probabilities
    artists["bars"].set_data(bars)
    artists["context"].set_data(np.arange(1, len(view.context) + 1), view.context)
    artists["missing"].set_text(_say_what_is_missing(view.text).strip())
    return artists


def _put(artist, character, place, size):
    artist.set_visible(bool(character))
    if character:
        label, path = label_character(character)
        artist.set(text=label, position=place)
        _set_font(artist, label, path, min(12.0, 4 + size), 5.5)


def _set_font(artist, label, path, size, size_of_code):
    """A code point stands upright, so that it is as narrow as a character."""
    size, angle = (size, 0) if len(label) == 1 else (size_of_code, 90)
    artist.set(fontproperties=FontProperties(fname=path, size=size), rotation=angle)


def _prepare_axes(view, axes):
    top, left, right = axes
    grid = GridSpec(2, 2, figure=top.figure, height_ratios=(1.7, 1))
    for ax, place in ((top, grid[0, :]), (left, grid[1, 0]), (right, grid[1, 1])):
        ax.set_subplotspec(place)
    top.set_title("Where each character written looks (dark: a large weight)", loc="left")
    # the limits have room for the characters, which are artists: tick labels could not move
    blank = np.full((len(view.weights), WIDEST), np.nan)
    corners = np.arange(WIDEST + 1), np.arange(len(blank) + 1)
    artists = {"map": top.pcolormesh(*corners, blank, cmap=_MAP, vmin=0, vmax=1)}
    top.set(xlim=(-0.035, 1), ylim=(11.2, -0.1), xticks=[], yticks=[])
    top.grid(False)
    top.spines[:].set_visible(False)
    artists["row"] = top.add_patch(
        Rectangle((0, 0), 1, 1, fill=False, edgecolor=COLORS["relu"], linewidth=2)
    )
    style = {"ha": "center", "va": "center", "parse_math": False}
    artists |= {f"read {k}": add_kept_text(top, 0, 0, **style) for k in range(WIDEST)}
    for k in range(len(view.iso)):
        artists[f"written {k}"] = add_kept_text(top, -0.015, k + 0.5, fontsize=11, **style)
    artists["missing"] = top.text(1, 11.1, "", ha="right", va="bottom", fontsize=9)
    edges = (np.arange(len(ISO_CHARACTERS))[:, None] + [-0.4, 0.4]).ravel()
    artists["bars"] = left.stairs(np.zeros(len(edges) - 1), edges, fill=True, color=COLORS["tanh"])
    left.set_xticks(range(len(ISO_CHARACTERS)), list(ISO_CHARACTERS))
    left.set(ylim=(0, 1.02), ylabel="probability", xlabel="next character")
    left.grid(False, axis="x")
    (artists["context"],) = right.plot([], [], color=COLORS["identity"], drawstyle="steps-mid")
    right.set(xlim=(0.5, len(view.context) + 0.5), ylim=(-1.02, 1.02))
    right.set(xlabel="entry of the context vector", ylabel="value")
    return artists


def describe_scrubber(view: AlignmentView) -> str:
    """The step in words: where it looks most, what it writes, and what comes out in the end."""
    row = view.weights[view.step - 1]
    top, best = int(row.argmax()), int(view.probabilities.argmax())
    seen = "a space" if view.text[top] == " " else f"“{view.text[top]}”"
    before = f"after “{view.iso[: view.step - 1]}”" if view.step > 1 else "before any character"
    return (
        f"Score {view.score}, step {view.step} of {len(view.iso)}, {before}: the largest weight, "
        f"{row[top]:.2f}, lies on {seen}, character {top + 1} of {len(row)}; the next character "
        f"is “{ISO_CHARACTERS[best]}” with probability {view.probabilities[best]:.2f}. "
        f"“{view.text}” becomes {view.iso}."
    )


def draw_by_place(
    series: Mapping[str, ArrayLike], title: str, *, ylabel: str = "share changed"
) -> None:
    """Show shares by the ten characters written: mean and range over the seeds, (N, 10) each."""
    figure, axes = new_figure(8, 3.2)
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
    axes.legend(frameon=False)
    axes.set_title(f"{title}: mean and range of {n_seeds} seeds", loc="left")
    show(figure, alt=f"{title}, means by the characters Y Y Y Y – M M – D D. {'; '.join(said)}.")


def draw_two_decoders() -> None:
    """Show what a decoder has of the text: the last states as one vector, or all of them."""
    figure, panels = new_figure(9, 3.4, ncols=2)
    plain = {"ha": "center", "va": "center", "fontsize": 12}
    arrow = {"arrowstyle": "-|>", "shrinkA": 13, "shrinkB": 13}
    read, written = "21. 11.".replace(" ", ""), "11-21"
    for axes, attends in zip(panels, (False, True), strict=True):
        ends = range(len(read))
        for j, character in enumerate(read):
            axes.text(j, 0, character, **plain)
            axes.text(
                j, 1, f"$h_{j + 1}$", bbox={"boxstyle": "round", "facecolor": "#E6F2FA"}, **plain
            )
            axes.annotate("", (j, 1), (j, 0), arrowprops={**arrow, "color": COLORS["muted"]})
            if j:
                style = {**arrow, "arrowstyle": "<|-|>", "color": COLORS["data"]}
                axes.annotate("", (j, 1), (j - 1, 1), arrowprops=style)
        for t, character in enumerate(written):
            place = t + 0.5
            axes.text(place, 3, f"$s_{t + 1}$", bbox={"boxstyle": "round", "facecolor": "#FBEBDD"},
                      **plain)  # fmt: skip
            axes.text(place, 4, character, **plain)
            axes.annotate(
                "", (place, 4), (place, 3), arrowprops={**arrow, "color": COLORS["muted"]}
            )
            if t:
                style = {**arrow, "color": COLORS["data"]}
                axes.annotate("", (place, 3), (place - 1, 3), arrowprops=style)
        if attends:
            for j in ends:
                style = {**arrow, "color": COLORS["tanh"], "linewidth": 0.6 + 2.6 * (j == 3)}
                axes.annotate("", (2.5, 3), (j, 1), arrowprops=style)
            axes.set_title("Attention: each step weighs all states", loc="left")
        else:
            axes.text(
                2.5, 2, "one vector", bbox={"boxstyle": "round", "facecolor": "white"}, **plain
            )
            for j in (0, len(read) - 1):
                axes.annotate("", (2.5, 2), (j, 1), arrowprops={**arrow, "color": COLORS["tanh"]})
            axes.annotate("", (0.5, 3), (2.2, 2), arrowprops={**arrow, "color": COLORS["tanh"]})
            axes.set_title("Without: the two last states are all there is", loc="left")
        axes.set(xlim=(-0.5, len(read) - 0.5), ylim=(-0.4, 4.4))
        axes.axis("off")
    show(
        figure,
        alt=f"An encoder reads {read}, a decoder writes {written}, in two drawings. Left, only the "
        "last state of each direction reaches the decoder, through a box “one vector”. Right, "
        "arrows of different widths lead from every state of the encoder to a decoder's step.",
    )


def draw_by_length(names: Sequence[str], runs: Mapping[str, ArrayLike]) -> None:
    """Show the share of right dates by the length of the text, every seed of each model."""
    figure, axes = new_figure(8, 3.4)
    draw_seed_spread(np.arange(len(names)), runs, axes)
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1.03), xlabel="characters read", ylabel="share right in all ten")
    axes.set_title("Right dates by the length of the text", loc="left")
    said = "; ".join(
        f"{name} {' '.join(f'{mean:.2f}' for mean in np.asarray(rows).mean(axis=0))}"
        for name, rows in runs.items()
    )
    show(figure, alt=f"Share of dates right, means by length ({', '.join(names)}). {said}.")


def draw_by_updates(budgets: Sequence[int], runs: Mapping[str, ArrayLike]) -> None:
    """Show the share of right dates by the number of updates, every seed of each score."""
    figure, axes = new_figure(8, 3.4)
    draw_seed_spread(np.log2(np.asarray(budgets) / budgets[0]), runs, axes)
    axes.set_xticks(range(len(budgets)), [str(budget) for budget in budgets])
    axes.set(ylim=(0, 1.03), xlabel="updates", ylabel="share right in all ten")
    axes.set_title("Right dates by the length of training", loc="left")
    said = "; ".join(
        f"{name} {' '.join(f'{mean:.2f}' for mean in np.asarray(rows).mean(axis=0))}"
        for name, rows in runs.items()
    )
    show(
        figure,
        alt=f"Share of dates right, means after {', '.join(map(str, budgets))} updates. {said}.",
    )


def draw_alignments(seen: Mapping[str, tuple[ArrayLike, str, str]]) -> None:
    """Show the weights of four translations by the language: weights, text and what was written."""
    figure, panels = new_figure(9.5, 7.2, nrows=2, ncols=2)
    for axes, (language, (weights, text, written)) in zip(panels.flat, seen.items(), strict=True):
        draw_alignment(weights, text, written, axes)
        axes.set_title(language, loc="left")
    figure.colorbar(panels[0, 0].images[0], ax=panels, label="weight α", shrink=0.6)
    show(
        figure,
        alt=f"Attention weights of {', '.join(seen)} dates, a row for each character written. "
        "Years and days look at the digit read; months at digits or at letters of the name; the "
        "dashes at several places.",
    )
