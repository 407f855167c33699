"""The picture of lecture 09's demo: one step of attention, from the scores to the character."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import offset_copy

from rnn_helpers.display.figures import COLORS, is_narrow
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import UNITS
from rnn_helpers.lectures.attention.alignments import (
    AS_COMPUTED,
    PADDING,
    WIDEST,
    AlignmentView,
)
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS
from rnn_helpers.lectures.attention.plots import label_character, say_what_is_missing, set_font

_FEWEST = 12  # columns, so that a short date does not get cells as wide as bricks
_MARKS = "■□"  # filled and hollow bars: one model and another
_HUES = COLORS["second"], COLORS["third"]  # of the same two
_NUMBERED = (1, *range(5, WIDEST + 1, 5))  # characters whose number stands below them
_BAR = Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY
_LETTERS = np.arange(len(ISO_CHARACTERS)) - 0.5, 1.0  # columns of the characters written
# of bars, which a page lights with their network, too
_PARTS = {name: f"{part}|networks" for name, part in (
    ("scores", "scores"), ("weights", "weights"), ("letters", "next character")
)}  # fmt: skip
_FIT = "Scores: how well the decoder's state fits each annotation hⱼ"
_BY_SOFTMAX = "Weights: the softmax of the scores; the mask shuts the padding (gray)"
_BY_HAND = "Weights set by hand; the lines are what the softmax made"
_GIVEN = "Next character: from the state and c, the annotations' weighted mean"
_PLACES = "hⱼ: the encoder's state at character j, in small letters (␣ is a space)"
_SEEDS = "Two networks: the same one trained twice, from different random weights"
_SIGNS = "[ ]: written at this step", "[ ]: at this step; ·: as computed"
_ASKED = "Choose other weights: does the character need these?"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ALTERED = {  # by a change, up to the first word that says where
    "without": "its largest weight", "the largest moved": "its largest weight's place",
    "the largest alone": "its smaller weights", "all weights": "unequal weights",
    "all on": "more than that annotation",
}  # fmt: skip
_STEPS = 10  # characters of a date written, each between two gaps or brackets
_HARDLY = 0.1  # of all weight, moved elsewhere: less shows nothing


def draw_scrubber(
    view: AlignmentView, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw one step on three axes, from the scores to the character, or move a drawing."""
    if artists is None:
        artists = _prepare_axes(view, axes)
    T, row, many = len(view.text), view.step - 1, len(view.looks)
    width, changed = 1 / max(T + PADDING, _FEWEST), view.change != AS_COMPUTED
    sides = np.arange(T + PADDING) * width, width
    for m, (name, look) in enumerate(view.looks.items()):
        _set_bars(artists[f"scores {m}"], *sides, m, many, look.scores[row])
        _set_bars(artists[f"weights {m}"], *sides, m, many, look.used[row])
        _set_levels(artists[f"own weights {m}"], *sides, m, many, look.weights[row])
        _set_bars(artists[f"letters {m}"], *_LETTERS, m, many, look.changed[row])
        _set_levels(artists[f"own letters {m}"], *_LETTERS, m, many, look.own[row])
        for kind in ("own weights", "own letters"):
            artists[f"{kind} {m}"].set_visible(changed)
        artists[f"context {m}"].set_text(f"{name}: {_write_context(look.used[row])}")
        own, new = look.own.argmax(axis=1), look.changed.argmax(axis=1)
        artists[f"own {m}"].set_text(_space_out([ISO_CHARACTERS[k] for k in own], row))
        marks = [ISO_CHARACTERS[b] if a != b else "·" for a, b in zip(own, new, strict=True)]
        artists[f"new {m}"].set_text(_space_out(marks, row))
        for kind in ("new", "new label"):
            artists[f"{kind} {m}"].set_visible(changed)
    for name in ("line of key", "words of key"):
        artists[name].set_visible(changed)
    artists["signs"].set_text(_SIGNS[changed])
    artists["title"].set_text(_BY_HAND if changed else _BY_SOFTMAX)
    others = [name for name, look in view.looks.items() if _find_changes(look)[row]]
    verdict = "The character becomes another" if others else "The character stays the same"
    if len(others) == 1 and many > 1:
        verdict += f" for {others[0]}"
    artists["verdict"].set_text(verdict if changed else _GIVEN)
    for k in range(WIDEST):
        _put(artists[f"read {k}"], view.text[k : k + 1], (k + 0.5) * width, 40 / T + 5)
    for n in _NUMBERED:
        number, place = artists[f"number {n}"], ((n - 0.5) * width, -0.05)
        number.set_visible(n <= T)
        if number.get_position() != place:
            number.set_position(place)
    for kind in ("padded scores", "padded weights"):
        artists[kind].set(x=T * width, width=PADDING * width)
    artists["missing"].set_text(say_what_is_missing(view.text).strip())
    return artists


def _space_out(characters, row):
    """All that is written as one text, with the character of this step in brackets."""
    gaps = ["\u00a0"] * (len(characters) + 1)  # a page would drop plain spaces at the start
    gaps[row : row + 2] = "[]"
    return gaps[0] + "".join(c + gap for c, gap in zip(characters, gaps[1:], strict=True))


def _find_sides(starts, width, m, many):
    """Where the bars of model `m` of `many` begin and end, side by side in columns."""
    part = 0.8 * width / many
    left = starts + 0.1 * width + m * part
    return left, left + 0.9 * part


def _set_bars(bars, starts, width, m, many, heights):
    corners = np.zeros((len(heights), 5, 2))  # from zero on the left round to there again
    left, right = _find_sides(starts, width, m, many)
    corners[..., 0] = np.stack([left, left, right, right, left], axis=1)
    corners[:, 1:3, 1] = heights[:, None]
    bars.set_path(Path(corners.reshape(-1, 2), [*_BAR] * len(heights)))


def _set_levels(levels, starts, width, m, many, heights):
    left, right = _find_sides(starts, width, m, many)
    ends = np.stack([np.column_stack([left, heights]), np.column_stack([right, heights])], axis=1)
    levels.set_path(Path(ends.reshape(-1, 2), [Path.MOVETO, Path.LINETO] * len(heights)))


def _write_context(weights):
    """The context as a sum of annotations, its largest terms first."""
    order = np.argsort(-weights, kind="stable")[:2]
    named = ((weights[j], f"h{j + 1}".translate(_SUBSCRIPTS)) for j in order)
    terms = [f"{weight:.2f} {name}" for weight, name in named if weight >= 0.005]
    rest = " + …" if weights.sum() - weights[order].sum() >= 0.005 else ""
    return f"c = {' + '.join(terms)}{rest}"


def _put(artist, character, x, size):
    artist.set_visible(bool(character))
    if character:
        label, path = label_character(character)
        if (artist.get_text(), artist.get_position()[0]) == (label, x):
            return  # to set a font takes longer than all else
        artist.set_text(label)
        upright = len(label) == 1
        artist.set_position((x, 1.1 if upright else 1.15))
        artist.set_verticalalignment("baseline" if upright else "center")
        set_font(artist, label, path, min(12.0, 4 + size), 5.5)


def _prepare_axes(view, axes):
    top, middle, bottom = axes
    narrow = is_narrow(top)
    grid = GridSpec(3, 1, figure=top.figure, height_ratios=(0.8, 1, 2.6) if narrow else (1, 1.1, 1))
    for row, ax in enumerate(axes):
        ax.set_subplotspec(grid[row])
    top.set_title(_FIT, loc="left")
    artists: dict[str, Any] = {**_draw_key(top, list(view.looks), narrow)}
    artists["title"] = middle.set_title(_BY_SOFTMAX, loc="left")
    artists["verdict"] = bottom.set_title(_GIVEN, loc="left")
    for ax, kind, low in ((top, "scores", -view.largest), (middle, "weights", 0.0)):
        # the limits have room for the characters, which are artists: tick labels could not move
        ax.set(xlim=(0, 1), ylim=(1.1 * low, 1.1 * view.largest) if low else (0, 1.27), xticks=[])
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.axhline(0, color=COLORS["muted"], linewidth=0.8)
        box = Rectangle((0, low), 1, 2 * view.largest if low else 1, color=COLORS["shade"])
        box.set_gid("mask")
        artists[f"padded {kind}"] = ax.add_patch(box)
    top.set_ylabel("score e")
    middle.set(ylabel="weight α", yticks=[0, 0.5, 1])
    middle.set_xlabel(_PLACES, fontsize=10, labelpad=17)  # below the numbers
    style = {"ha": "center", "parse_math": False}
    artists |= {f"read {k}": middle.text(0, 0, "", **style) for k in range(WIDEST)}
    look: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 9}
    artists |= {f"number {n}": middle.text(0, 0, str(n), **look) for n in _NUMBERED}
    artists["missing"] = middle.text(1, 0.99, "", ha="right", va="top", fontsize=9)
    return artists | _prepare_letters(view, bottom, narrow) | _prepare_bars(view, axes)


def _draw_key(axes, names, narrow):
    """Above the axes the bars of each model; the lines of what it computed are returned."""
    looks = [_style_bars(m) for m in range(len(names))]
    handles: list[Any] = [Patch(label=n, **look) for n, look in zip(names, looks, strict=True)]
    handles.append(Line2D([], [], color=COLORS["data"], linewidth=2, label="as computed"))
    seeds = len(names) > 1 and all(name.startswith("seed ") for name in names)
    # above the title, which has two lines where it is narrow
    above = offset_copy(axes.transAxes, axes.figure, y=40 if narrow else 25, units="points")
    legend = axes.legend(
        handles=handles, ncols=3, frameon=False, loc="lower left", bbox_to_anchor=(0, 1),
        bbox_transform=above, borderaxespad=0, borderpad=0, columnspacing=1.2, handlelength=1.2,
        fontsize=10, title=_SEEDS if seeds else None, title_fontsize=10,
        alignment="left",
    )  # fmt: skip
    *bars, line = zip(legend.legend_handles, legend.get_texts(), strict=True)
    for artist in (artist for entry in bars for artist in entry if len(names) > 1):
        artist.set_gid("networks|scores|weights|next character")  # it is the key of all bars
    return dict(zip(("line of key", "words of key"), line, strict=True))


def _style_bars(m):
    return {
        "fill": True, "edgecolor": _HUES[m], "linewidth": 1.5,
        "facecolor": "none" if m else _HUES[m],
    }  # fmt: skip


def _prepare_bars(view, axes):
    """Filled bars for the first model, hollow ones for the second, lines for its own weights."""
    artists: dict[str, Any] = {}
    for m in range(len(view.looks)):
        look: dict[str, Any] = _style_bars(m)
        for ax, kind in zip(axes, ("scores", "weights", "letters"), strict=True):
            look["gid"] = _PARTS[kind]
            nothing = Path(np.zeros((1, 2)))
            artists[f"{kind} {m}"] = ax.add_patch(PathPatch(nothing, **look))
            if kind != "scores":
                lines = PathPatch(nothing, fill=False, linewidth=2, zorder=2)
                artists[f"own {kind} {m}"] = ax.add_patch(lines)
    return artists


def _prepare_letters(view, axes, narrow):
    """The probabilities of one character, and beside or above them all ten that are written."""
    n, style = len(ISO_CHARACTERS), {"va": "center", "parse_math": False}
    axes.set_xticks(range(n), list(ISO_CHARACTERS))
    axes.set(ylabel="probability", yticks=[0, 0.5, 1])
    axes.grid(False)
    if narrow:
        axes.set(xlim=(-0.7, n - 0.3), ylim=(0, 2.75))
        left, right, top, line = -0.6, 4.0, 2.6, 0.22
        axes.yaxis.set_label_coords(-0.13, 0.5 / 2.75)
    else:
        axes.set(xlim=(-0.7, 2.35 * n), ylim=(0, 1.05))
        left, right, top, line = n + 0.4, n + 5.0, 0.95, 0.155
    axes.spines["bottom"].set_bounds(-0.7, n - 0.3)  # no line where texts stand
    axes.spines["left"].set_bounds(0, 1.05)
    look = {"fontsize": 9 if narrow else 10, "gid": "written", **style}
    artists: dict[str, Any] = {"signs": axes.text(left, top - 6.1 * line, "", **look)}
    for m in range(len(view.looks)):
        rows = [top - (3 * m + r) * line for r in range(3)]
        axes.text(left, rows[0], _MARKS[m], fontsize=10, color=_HUES[m], gid="context|networks",
                  **style)  # fmt: skip
        context = axes.text(left + 0.6, rows[0], "", fontsize=10, gid="context", **style)
        artists[f"context {m}"] = context
        labels = (rows[1], "own", "as computed"), (rows[2], "new", "every step changed")
        for height, kind, label in labels:
            artists[f"{kind} label {m}"] = axes.text(left, height, label, **look)
            row = look | {"fontsize": 11 if narrow else 13, "family": "monospace"}
            artists[f"{kind} {m}"] = axes.text(right, height, "", **row)
    _Written(axes, [artists[f"own {m}"] for m in range(len(view.looks))])
    return artists


class _Written(Handle):
    """The characters written: a press takes the step that wrote the nearest."""

    def __init__(self, axes, rows):
        super().__init__(axes, [{"step": k + 1} for k in range(_STEPS)], x=range(_STEPS))
        self._rows = rows

    def measure(self):
        boxes = [row.get_window_extent() for row in self._rows]
        width, high = boxes[0].width, boxes[0].height
        top, low = max(box.y1 for box in boxes), min(box.y0 for box in boxes) - high
        axes: Any = self.axes
        bottom = axes.figure.bbox.height
        region = boxes[0].x0, bottom - top, width, top - low
        places = boxes[0].x0 + width * (2 * np.arange(_STEPS) + 1.5) / (2 * _STEPS + 1)
        return {
            "region": [round(each * UNITS) for each in region],
            "points": [[round(place * UNITS), None] for place in places],
        }


def describe_scrubber(view: AlignmentView) -> str:
    """The step in words: where each model looks most, what it writes, what a change does.

    How likely what it writes is, and what it writes at the other steps, the picture alone says
    once the weights are changed: the words have room for what follows from it.
    """
    said, row, changed = [], view.step - 1, view.change != AS_COMPUTED
    for name, look in view.looks.items():
        weights, own, new = look.weights[row], look.own[row], look.changed[row]
        top, before, best = (int(numbers.argmax()) for numbers in (weights, own, new))
        largest, likely = ("", "") if said else ("largest weight ", "probability ")
        seen = "a space" if view.text[top] == " " else f"“{view.text[top]}”"
        words = f"{name} ({largest}{weights[top]:.2f}, on {seen}"
        if not changed or view.text.count(view.text[top]) > 1:  # else the letter tells the place
            words += f", character {top + 1}"
        if not changed:
            words += f") writes “{ISO_CHARACTERS[best]}”"
            words += f" ({likely}{new[best]:.2f})"
        else:
            words += f") writes “{ISO_CHARACTERS[best]}”, "
            words += "as before" if best == before else f"not “{ISO_CHARACTERS[before]}”"
        if view.change == "without the largest" and look.used[row, top]:
            words += ": there is nothing else to look at"
        said.append(words)
    if not changed:
        return f"Step {view.step}: {'; '.join(said)}. {_ASKED}"
    verdict = _judge(view, {name: _find_changes(look)[row] for name, look in view.looks.items()})
    return f"Step {view.step}, {view.change}: {'; '.join(said)}. {verdict}"


def _find_changes(look):
    """Which of the ten characters are others with the weights changed: bool array (10,)."""
    return look.own.argmax(axis=1) != look.changed.argmax(axis=1)


def _judge(view, differs):
    """What the change of this step says of the character, by the models that it can tell of."""
    row = view.step - 1
    found = {
        name: differs[name]
        for name, look in view.looks.items()
        if np.abs(look.used[row] - look.weights[row]).sum() / 2 >= _HARDLY
    }
    if not found:
        return "Too little weight has moved to tell."
    what = next(words for start, words in _ALTERED.items() if view.change.startswith(start))
    if len({*found.values()}) == 2:
        first, second = sorted(found, key=lambda name: not found[name])
        return f"So this character depends on {what} for {first} and not for {second}."
    stays = "is not explained by" if "largest" in what else "does not need"
    how = "depends on" if all(found.values()) else stays
    if len(found) == len(view.looks):
        return f"So this character {how} {what}."
    (told,), (other,) = found, view.looks.keys() - found
    return f"So this character {how} {what} for {told}; in {other} too little moved."
