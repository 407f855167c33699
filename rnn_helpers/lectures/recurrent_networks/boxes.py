"""The tensors of torch.nn.RNN as boxes, and the numbers that stand in two of them lit.

The first axis goes to the right, the second into the page, the third down.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from rnn_helpers.display.figures import COLORS
from rnn_helpers.lectures.recurrent_networks.shapes import Same, Shapes

WIDTH, HEIGHT = 400, 405  # of one panel, in units of the drawing
_SLANT = np.array([0.8, -0.6])  # one unit into the page, on the page; y grows downwards
_NOTCH = (20.0, 13.0, 11.5)  # what a doubling adds to an axis: to the right, into the page, down
_SLICE = (16.0, 8.0)  # one step, layer or direction, to the right and into the page
_FLAT = 6.0  # the notch of a weight matrix
_PLACES = {"input": (36, 92), "h_0": (36, 270), "output": (36, 92), "h_n": (36, 302)}  # upper left
_MOST_CELLS = 16  # of an axis: of a longer one the single numbers are not drawn
_WEIGHTS, _KEY = 285, 215  # where they begin
_HALVES = ("forward", "backward")
_PANELS = ("input", "h_0"), ("output", "h_n")
SAME = "same numbers"
PARTS = {
    "input": "x_t of every step and sequence, D numbers each",
    "h_0": "where each layer and direction starts, H numbers for each sequence",
    "weights": "of the first layer and the later ones, rows down; none has a T or a B in its shape",
    "output": "the last layer's state at every step, both directions side by side",
    "h_n": "every layer's state at the end of its way, each direction by itself",
    SAME: "what stands in output and in h_n",
}
"""What each part of the drawing is, by its name."""


def measure(size: int, notch: float) -> float:
    """The length of an axis of that size: every doubling adds a notch, and 1 has one notch."""
    return notch * (1 + np.log2(size))


@dataclass(frozen=True)
class Box:
    """A tensor of three axes, or a block of one, as it stands on the page.

    Attributes
    ----------
    corner : (2,)
        The upper left corner of its front.
    lengths : (3,)
        To the right, into the page, down.
    cells : (3,)
        How many numbers stand along each.
    """

    corner: np.ndarray
    lengths: tuple[float, ...]
    cells: tuple[int, ...]

    def cut(self, axis: int, start: float, stop: float) -> "Box":
        """The block from `start` to `stop`, in shares of one axis."""
        length = self.lengths[axis]
        steps = (np.array([1.0, 0.0]), _SLANT, np.array([0.0, 1.0]))
        lengths, cells = list(self.lengths), list(self.cells)
        lengths[axis] = length * (stop - start)
        cells[axis] = round(cells[axis] * (stop - start))
        corner = self.corner + start * length * steps[axis]
        return Box(corner, tuple(lengths), tuple(cells))

    def find_faces(self) -> np.ndarray:
        """The corners (3, 4, 2) of the front, the top and the right side."""
        right, back, down = self._find_edges()
        a = self.corner
        return np.array([
            [a, a + right, a + right + down, a + down],
            [a, a + right, a + right + back, a + back],
            [a + right, a + right + back, a + right + back + down, a + right + down],
        ])  # fmt: skip

    def find_cell_lines(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The lines between the numbers, on the three faces: of each its two ends."""
        edges = self._find_edges()
        lines = []
        for axis, (edge, count) in enumerate(zip(edges, self.cells, strict=True)):
            for share in np.arange(1, count if count <= _MOST_CELLS else 0) / count:
                # along the two faces that hold this axis: front and top, top and side, side, front
                start = self.corner + share * edge
                if axis == 0:
                    lines += [(start, start + edges[2]), (start, start + edges[1])]
                elif axis == 1:
                    beside = start + edges[0]
                    lines += [(start, beside), (beside, beside + edges[2])]
                else:
                    beside = start + edges[0]
                    lines += [(start, beside), (beside, beside + edges[1])]
        return lines

    def _find_edges(self):
        right, back, down = self.lengths
        return np.array([right, 0.0]), back * _SLANT, np.array([0.0, down])


def find_boxes(shapes: Shapes) -> dict[str, Box]:
    """Input, output and states as boxes, by name.

    Steps, and layers · directions, are counted: a slice each. B, D and H grow by a notch with
    every doubling, and two directions stand one above the other.
    """
    boxes = {}
    for row in shapes.rows[:4]:
        counted = 0 if row.name.startswith("h_") else int(shapes.batch_first)
        halves = shapes.sizes["directions"] if row.name == "output" else 1
        lengths = [measure(size, notch) for size, notch in zip(row.shape, _NOTCH, strict=True)]
        lengths[counted] = _SLICE[counted] * row.shape[counted]
        lengths[2] = halves * measure(row.shape[2] // halves, _NOTCH[2])
        boxes[row.name] = Box(np.array(_PLACES[row.name], float), tuple(lengths), row.shape)
    return boxes


def find_blocks(shapes: Shapes, same: Same, boxes: dict[str, Box]) -> tuple[Box, Box]:
    """Where the same numbers stand: the block of `output`, and that of `h_n`."""
    T, ways = shapes.sizes["T"], shapes.sizes["directions"]
    states = shapes.sizes["layers"] * ways
    block = boxes["output"].cut(int(shapes.batch_first), same.step / T, (same.step + 1) / T)
    block = block.cut(2, same.direction / ways, (same.direction + 1) / ways)
    return block, boxes["h_n"].cut(0, same.state / states, (same.state + 1) / states)


def name_block(shapes: Shapes, same: Same) -> tuple[str, str]:
    """The two blocks as one writes them in Python: "output[-1, :, :5]", "h_n[0]"."""
    H, T = shapes.sizes["H"], shapes.sizes["T"]
    at = "0" if same.step == 0 and same.direction == 1 else "-1" if same.step == T - 1 else None
    step = f":, {at or same.step}" if shapes.batch_first else f"{at or same.step}"
    if shapes.sizes["directions"] == 1:
        return f"output[{step}]", f"h_n[{same.state}]"
    half = f":{H}" if same.direction == 0 else f"{H}:"
    middle = ", " if shapes.batch_first else ", :, "
    return f"output[{step}{middle}{half}]", f"h_n[{same.state}]"


def describe_shapes(shapes: Shapes) -> str:
    """Input, output and last state, and where the same numbers stand."""
    shape = {row.name: row.shape for row in shapes.rows}
    same = " and ".join(" is ".join(name_block(shapes, same)) for same in shapes.same)
    return (
        f"An input of shape {shape['input']} gives an output of {shape['output']} "
        f"and a last state h_n of {shape['h_n']}; {same}."
    )


def draw_shapes(
    shapes: Shapes, axes: np.ndarray, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw what goes in on the first axes and what comes out on the second, or move them."""
    if artists is None:
        artists = _prepare(*axes)
    boxes = find_boxes(shapes)
    halves = "H" if shapes.sizes["directions"] == 1 else "2·H"
    for row in shapes.rows[:4]:
        name, box = row.name, boxes[row.name]
        faces = _join([box.find_faces()])
        artists[f"{name} faces"].set_path(faces)
        artists[f"{name} cells"].set_path(_join([np.reshape(box.find_cell_lines(), (-1, 2, 2))]))
        artists[f"{name} edges"].set_path(faces)
        artists[f"{name} words"].set_words(_name_sides(row, box, halves))
    artists["weights words"].set_words(_draw_weights(shapes, artists["weights"]))
    artists["same words"].set_words(_light(shapes, boxes, artists))
    return artists


def _name_sides(row, box, halves):
    """The name and shape of a tensor above its box, and the letter of each axis beside its side."""
    first, second, third = row.letters.strip("()").replace("directions·H", halves).split(", ")
    right, back, down = box.lengths
    x, y = box.corner
    return [
        (x, y + _SLANT[1] * back - 7, f"{row.name} {row.shape}"),
        (x, y + down + (17 if len(first) == 1 else 28), first),
        (x + right + 0.5 * back * _SLANT[0] + 4, y + down + 0.5 * back * _SLANT[1] + 12, second),
        (x - (17 if len(third) == 1 else 36), y + 0.5 * down + 4, third),
    ]


def _draw_weights(shapes, patch):
    """The matrices of the first and the last layer, flat, one below the other."""
    corners, words, ways = [], [], shapes.sizes["directions"]
    layers, below = shapes.sizes["layers"], 0.0
    for number, row in enumerate(row for row in shapes.rows if row.name.startswith("weight")):
        x, y = _WEIGHTS, 40 + 84 * number
        halves = ways if number == 2 else 1  # what the layer below sends, from both ways
        down, right = (measure(size, _FLAT) for size in (row.shape[0], row.shape[1] // halves))
        right *= halves
        corners.append([[x, y], [x + right, y], [x + right, y + down], [x, y + down]])
        name = row.name.replace("_l2", "_l1, l2") if layers == 3 else row.name
        words += [(x, y - 22, name), (x, y - 5, f"{row.shape}")]
        below = y + down
    patch.set_path(_join([np.array(corners, float)]))
    lines = ["gray: learned,", "rows go down;", f"two biases ({shapes.sizes['H']},)", "a layer"]
    lines[-1] += ", each way" if ways == 2 else ""
    return [*words, *((_WEIGHTS, below + 17 * n, line) for n, line in enumerate(lines, start=1))]


def _light(shapes, boxes, artists):
    """Light the numbers that `output` shares with `h_n`, and say which they are."""
    words = []
    for direction, half in enumerate(_HALVES):
        found = [same for same in shapes.same if same.direction == direction]
        artists[half].set_visible(bool(found))
        if found:
            x, y = _KEY, 305 + 52 * direction
            key = np.array([[[x, y - 10], [x + 13, y - 10], [x + 13, y + 3], [x, y + 3]]], float)
            blocks = find_blocks(shapes, found[0], boxes)
            artists[half].set_path(_join([*(block.find_faces() for block in blocks), key]))
            first, second = name_block(shapes, found[0])
            lines = [first, f"= {second}"]
            if shapes.sizes["directions"] == 2:
                lines.insert(0, half)
            words += [(x + 19, y + 16 * n, line) for n, line in enumerate(lines)]
    return [(_KEY, 283, "lit: the same numbers"), *words]


def _prepare(*axes):
    artists: dict[str, Any] = {}
    titles = ("What goes in, and the weights", "What comes out")
    for number, (axis, title) in enumerate(zip(axes, titles, strict=True)):
        axis.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal", anchor="NW")
        axis.axis("off")
        axis.set_title(title, loc="left")
        for name in _PANELS[number]:
            artists |= {
                f"{name} faces": _add(axis, name, facecolor=COLORS["band"], edgecolor="none"),
                f"{name} cells": _add(axis, name, fill=False, edgecolor=COLORS["shade"]),
                f"{name} edges": _add(
                    axis, name, fill=False, edgecolor=COLORS["bound"], zorder=2.5
                ),
                f"{name} words": _Words(axis, name),
            }
    artists["weights"] = _add(
        axes[0], "weights", facecolor=COLORS["shade"], edgecolor=COLORS["bound"]
    )
    artists["weights words"] = _Words(axes[0], "weights")
    for half, color, style in zip(_HALVES, ("accent", "second"), ("-", "--"), strict=True):
        artists[half] = _add(
            axes[1], SAME, facecolor=COLORS[color], edgecolor=COLORS["data"], linestyle=style,
            zorder=2,
        )  # fmt: skip
    artists["same words"] = _Words(axes[1], SAME)
    return artists


def _add(axis, part, **look):
    return axis.add_patch(PathPatch(Path(np.zeros((1, 2))), linewidth=0.9, gid=part, **look))


def _join(polygons):
    """One path of polygons (or lines) (N, corners, 2): each array may have its own corners."""
    vertices, codes = [np.zeros((0, 2))], [np.zeros(0, np.uint8)]
    for group in polygons:
        if len(group):
            n, corners, _ = group.shape
            closed = corners > 2
            code = np.full((n, corners + closed), Path.LINETO, np.uint8)
            code[:, 0] = Path.MOVETO
            if closed:
                group = np.concatenate([group, group[:, :1]], axis=1)
                code[:, -1] = Path.CLOSEPOLY
            vertices.append(group.reshape(-1, 2))
            codes.append(code.ravel())
    return Path(np.concatenate(vertices), np.concatenate(codes))


class _Words(Artist):
    """Short texts that begin where they are put: drawn without the layout that `Text` makes."""

    def __init__(self, axes, part):
        super().__init__()
        self.set_gid(part)
        self._words: list[tuple[float, float, str]] = []
        self._axes = axes
        axes.add_artist(self)
        self.set_clip_path(None)
        self.set_zorder(3)

    def set_words(self, words):
        """Show other texts: x, y and the text of each, on the axes' own scale."""
        self._words = words
        self.stale = True

    def get_words(self):
        return self._words

    def get_window_extent(self, renderer=None):
        return self._axes.bbox

    def draw(self, renderer):
        if not self.get_visible():
            return
        renderer.open_group("words", self.get_gid())
        gc = renderer.new_gc()
        gc.set_foreground(COLORS["data"])
        font = FontProperties(size=9)
        _, high = renderer.get_canvas_width_height()
        for x, y, text in self._words:
            x, y = self._axes.transData.transform((x, y))
            renderer.draw_text(gc, x, high - y if renderer.flipy() else y, text, font, 0)
        gc.restore()
        renderer.close_group("words")
