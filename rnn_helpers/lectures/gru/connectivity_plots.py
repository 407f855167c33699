"""The picture of a text under three networks: what one prediction hangs on, in each."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rnn_helpers.display.figures import COLORS, is_narrow
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.gru.connectivity import LONGEST, PointedText

SHARE, MOST, PREDICTED = POINTER_PARTS = {
    "share": "a character's influence: what it holds of the gradient of this prediction, as a bar, "
    "full from one half on, and as a tint",
    "90 %": "the last characters from which 90 % of the influence comes: how far back it reaches",
    "predicted": "the character that is predicted, from those before it alone",
}
TINTS = ((0.01, 0.18), (0.05, 0.34), (0.2, 0.5))  # from which share on, and how opaque
FULL = 0.5  # the share at which a bar has its full height
_FONTSIZE, _ADVANCE = 14.35, 12.0  # points, and the pixels from one letter to the next, exactly
_MARGIN, _HEAD = 8.0, 24.0  # pixels: above and below, and of the line above the bars
_CELL, _REACH = 20.0, 3.0  # of a letter's cell, and of the line below it
_BELOW = 4.0  # from a letter's cell to that line: "_" reaches out of its cell
_BARS = {True: 13.0, False: 36.0}  # a bar's full height, by is_narrow
_GAP = 9.0  # from a letter's cell to what is below


def describe_pointed_text(pointed: PointedText) -> str:
    """Which character is predicted, and which network's prediction hangs on the farthest past."""
    letter = _quote(pointed.text[pointed.position - 1])
    most = max(pointed.backs.values())
    farthest = [f"the {name}" for name, back in pointed.backs.items() if back == most]
    reach = "reaches" if len(farthest) == 1 else "reach"
    verdict = f"Here {' and '.join(farthest)} {reach} farthest back"
    if len(farthest) == len(pointed.backs):
        verdict = "Here all reach equally far back"
    before = _quote_before(pointed.text[: pointed.position - 1])
    place = f"character {pointed.position}"
    if pointed.position == len(pointed.text) < LONGEST:
        place += ", the last of this text"
    if pointed.losses:
        losses = ", ".join(f"{name} {nats:.2f}" for name, nats in pointed.losses.items())
        verdict += f". Reach is not quality: losses on the text held out {losses}"
    return f"The prediction of {letter}, {place}, after “{before}”. {verdict}."


def _quote(letter):
    return "the space" if letter == " " else f"“{letter}”"


def _quote_before(text, most=20):
    """The end of a text, from the start of a word on if one starts there."""
    _, space, words = f" {text}"[-most - 1 :].partition(" ")
    return words if space and words.strip() else text[-most:]


def draw_pointed_text(
    pointed: PointedText, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw a text once for each network, tinted by what one prediction hangs on, or move it."""
    if artists is None:
        artists = _prepare_text_axes(pointed, axes)
    columns, end = _count_columns(axes), pointed.position - 1
    reaches, pointers, later = [], [], []
    for number, (name, shares) in enumerate(pointed.shares.items()):
        artists[f"{name} bars"].set_path(_close(_outline_bars(axes, number, shares)))
        levels = np.searchsorted([low for low, _ in TINTS], shares, side="right") - 1
        for level in range(len(TINTS)):
            cells = _outline_cells(axes, number, np.flatnonzero(levels == level))
            artists[f"{name} tint {level}"].set_path(_close(cells))
        reach = np.arange(end - pointed.backs[name], end)
        reaches += _outline_cells(axes, number, reach, below=True)
        pointers += _outline_cells(axes, number, np.array([end]))
        later += _outline_cells(axes, number, np.arange(end + 1, len(pointed.text)), deep=True)
        for line in range(LONGEST // columns):
            part = pointed.text[line * columns : (line + 1) * columns]
            artists[f"{name} line {line}"].set_text(part)
        said = f"{_quote(pointed.text[end])} {pointed.probabilities[name]:.2f}; "
        back = pointed.backs[name]
        artists[f"{name} head"].set_text(
            f"{said}last {back} hold 90 %" if is_narrow(axes)
            else f"gives {said}90 % of the influence comes from the last {back}"
        )  # fmt: skip
    artists["reach"].set_path(_close(reaches))
    artists["pointer"].set_path(_close(pointers))
    artists["later"].set_path(_close(later))
    return artists


def _count_columns(axes):
    return LONGEST // 2 if is_narrow(axes) else LONGEST


def _find_top(axes, number, line):
    """Where the cells of one line of one network begin, in pixels from the top."""
    lines, bar = LONGEST // _count_columns(axes), _BARS[is_narrow(axes)]
    height = bar + _CELL + _GAP
    return number * (_HEAD + lines * height) + _HEAD + line * height + bar


def _outline_cells(axes, number, places, *, below=False, deep=False):
    """The corners of each run of letters' cells, `deep` with what hangs out, or strokes below."""
    columns, outlines = _count_columns(axes), []
    starts = np.flatnonzero((np.diff(places, prepend=-2) != 1) | (places % columns == 0))
    for run in np.split(places, starts[1:]):
        if len(run):
            top = _find_top(axes, number, run[0] // columns)
            low, high = (
                (top + _CELL + _BELOW, top + _CELL + _BELOW + _REACH)
                if below
                else (top, top + _CELL + deep * _BELOW)
            )
            left = run[0] % columns
            right = left + len(run)
            outlines.append([(left, low), (right, low), (right, high), (left, high)])
    return outlines


def _outline_bars(axes, number, shares):
    """The corners of the bars of each line, which stand side by side."""
    columns, outlines = _count_columns(axes), []
    heights = _BARS[is_narrow(axes)] * np.minimum(1.0, shares / FULL)
    for line in range(-(-len(shares) // columns)):
        top = _find_top(axes, number, line)
        steps = np.repeat(top - heights[line * columns : (line + 1) * columns], 2)
        edges = np.repeat(np.arange(len(steps) // 2 + 1), 2)[1:-1]
        ends = [(edges[-1], top), (0, top)]
        outlines.append([*zip(edges.tolist(), steps.tolist(), strict=True), *ends])
    return outlines


def _close(outlines):
    """One path of closed outlines."""
    vertices, codes = [(0.0, 0.0)], [Path.MOVETO]
    for corners in outlines:
        vertices += [*corners, corners[0]]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    return Path(vertices, codes)


def _prepare_text_axes(pointed, axes):
    figure = axes.figure
    axes.set_position((0.0, 0.0, 1.0, 1.0))
    axes.axis("off")
    width, height = figure.get_size_inches() * figure.dpi
    columns, advance = _count_columns(axes), _ADVANCE * figure.dpi / 100
    left = (width - columns * advance) / 2
    # a unit to the right is a letter, a unit down a pixel
    axes.set(xlim=(-left / advance, (width - left) / advance), ylim=(height - _MARGIN, -_MARGIN))
    artists: dict[str, Any] = {}

    def add(part, outlines=(), **look):
        patch = PathPatch(_close(outlines), **{"zorder": 2, "linewidth": 0, **look})
        artists[part] = axes.add_patch(patch)

    for number, name in enumerate(pointed.shares):
        color = COLORS[name.lower()]
        top = _find_top(axes, number, 0) - _BARS[is_narrow(axes)] - 4
        axes.text(0, top, name, color=color, fontsize=12, weight="bold", va="baseline")
        artists[f"{name} head"] = axes.text(
            5, top, "", fontsize=10.5, va="baseline", parse_math=False
        )
        add(f"{name} bars", facecolor=color, gid=SHARE)
        for level, (_, alpha) in enumerate(TINTS):
            add(f"{name} tint {level}", facecolor=color, alpha=alpha, gid=SHARE)
        for line in range(LONGEST // columns):
            y = _find_top(axes, number, line)
            place = (left / width, 1 - (y + _MARGIN - 2) / height)
            block = TextBlock(axes, *place, fontsize=_FONTSIZE)
            block.set_zorder(3)
            artists[f"{name} line {line}"] = block
    add("reach", facecolor=COLORS["muted"], gid=MOST)
    add("pointer", facecolor="none", edgecolor=COLORS["data"], linewidth=1.6, gid=PREDICTED)
    add("later", facecolor="#ffffff", alpha=0.65, zorder=4)  # what the networks have not read
    _draw_key(axes, _find_top(axes, len(pointed.shares), 0) - _BARS[is_narrow(axes)] - 15)
    cells = [divmod(place, columns) for place in range(1, LONGEST)]
    for row in range(len(pointed.shares)):  # a press beside the letters and their bars sets nothing
        tops = [_find_top(axes, row, line) for line in range(LONGEST // columns)]
        Handle(
            axes,
            [{"position": line * columns + column + 1} for line, column in cells],
            x=[column + 0.5 for _, column in cells],
            y=[tops[line] + _CELL / 2 for line, _ in cells],
            within=((0, columns), (tops[0] - _BARS[is_narrow(axes)], tops[-1] + _CELL + _GAP)),
        )
    return artists


def _draw_key(axes, y):
    """A sample of each part and its words, in one line."""
    box: dict[str, Any] = {"facecolor": "none", "edgecolor": COLORS["data"], "linewidth": 1.6}
    bare = {"facecolor": COLORS["muted"], "linewidth": 0}
    for part, x, words, samples in (
        (SHARE, 0.0, "share of the influence", ((0, 6, bare), (6, 14, bare | {"alpha": 0.34}))),
        (MOST, 14.0, "90 % of it", ((8, 8 + _REACH, bare),)),
        (PREDICTED, 21.5, "predicted", ((0, 14, box),)),
    ):
        for low, high, look in samples:
            corners = [(x, y + low), (x + 1, y + low), (x + 1, y + high), (x, y + high)]
            axes.add_patch(PathPatch(_close([corners]), gid=part, **look))
        axes.text(x + 1.4, y + 12, words, fontsize=9, va="baseline", gid=part)
