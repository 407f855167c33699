"""Where Matplotlib puts the baseline of a text, without the layout of the text each time."""

from collections.abc import Callable
from copy import copy

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text


def is_upright(artist: Artist) -> bool:
    """Whether it is a text of one upright line: where it begins does not hang on its width.

    Before 3.11 Matplotlib placed lines otherwise; there none counts, and its own way is taken.
    """
    return (
        matplotlib.__version_info__ >= (3, 11)
        and type(artist) is Text
        and artist.get_rotation() == 0
        and artist.get_rotation_mode() == "default"
        and not (artist.get_wrap() or artist.get_usetex() or artist.get_path_effects())
        and artist.get_bbox_patch() is None
        and "\n" not in artist.get_text()
        and not ("$" in artist.get_text() and artist.get_parse_math())
    )


class Baselines:
    """The rises of upright lines, kept by what they hang on: the highest and the deepest letter.

    `measure` gives the width, height and descent of a letter, as a renderer does.
    """

    def __init__(self, measure: Callable[..., tuple[float, float, float]]):
        self._measure = measure
        self._letters: dict[tuple[str, int], tuple[float, float]] = {}  # as high and as deep
        self._rises: dict[tuple, float] = {}

    def find_rise(self, artist: Text) -> float:
        """How far above its place Matplotlib puts the baseline of an upright line."""
        alignment, font = artist.get_verticalalignment(), artist.get_fontproperties()
        if alignment == "baseline":
            return 0.0
        key = hash(font)
        for letter in artist.get_text():
            if (letter, key) not in self._letters:
                _, height, depth = self._measure(letter, font, False)
                self._letters[letter, key] = height - depth, depth
        extents = (self._letters[letter, key] for letter in artist.get_text())
        height, depth = map(max, zip(*extents, strict=True))
        key = (height, depth, alignment, key, getattr(artist, "_linespacing", None))
        if key not in self._rises:
            self._rises[key] = _Level(height, depth).find_rise(artist)
        return self._rises[key]


class _Level(RendererBase):
    """Lets Matplotlib lay out a line whose highest and deepest letters are known."""

    def __init__(self, height, depth):
        super().__init__()
        self._height, self._depth, self._baseline = height, depth, 0.0

    def find_rise(self, artist):
        copy(artist).draw(self)  # the text would keep this renderer for later measures
        place = artist.get_transform().transform(artist.get_unitless_position())
        return self._baseline - place[1]

    def flipy(self):
        return False

    def get_canvas_width_height(self):
        return 1, 1

    def get_text_width_height_descent(self, s, prop, ismath):
        return 0.0, self._height + self._depth, self._depth

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        self._baseline = y
