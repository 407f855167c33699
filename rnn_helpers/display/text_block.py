"""A block of monospaced text that a live figure can redraw while a slider is dragged."""

from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from PIL import Image, ImageDraw, ImageFont

from rnn_helpers.display.fonts import find_font


@lru_cache(maxsize=64)
def measure_space(path: str, size: float) -> float:
    """How far a font of this size, in pixels, goes on after a space."""
    return ImageFont.truetype(path, size).getlength(" ")


_OVERLAP = 2  # pixels by which the last letter may reach over its end


class TextBlock(Artist):
    """Monospaced lines below a point of the axes, drawn as they are: no mathematics, no tabs.

    Parameters
    ----------
    x, y
        Where the upper left corner goes, in the axes' own coordinates, 0 to 1.
    fontsize, linespacing
        In points, and in font sizes.
    characters
        What will be shown beside ASCII: a font is looked for that has it. Where none is found,
        the font draws a box for what it lacks.
    """

    def __init__(
        self, axes: Axes, x: float, y: float,
        *, fontsize: float = 10.0, linespacing: float = 1.45, characters: str = "",
    ):  # fmt: skip
        super().__init__()
        self._font = find_font(characters) or find_font("")
        self._corner, self._fontsize, self._linespacing = (x, y), fontsize, linespacing
        self._text, self._axes = "", axes
        self._wide = any(east_asian_width(letter) in "WF" for letter in characters)
        axes.add_artist(self)
        self.set_clip_path(None)

    def set_text(self, text: str) -> None:
        """Show other lines."""
        self._text = str(text)
        self.stale = True

    def get_text(self) -> str:
        """The lines shown."""
        return self._text

    def get_window_extent(self, renderer: Any = None) -> Bbox:
        """The box the text fills, in pixels."""
        page = self._render()
        x, y = self._place(page)
        return Bbox.from_bounds(x, y, page.shape[1], page.shape[0])

    @allow_rasterization
    def draw(self, renderer: Any) -> None:
        """Draw with an Agg renderer; a recorder takes the lines themselves."""
        if not self.get_visible() or not self._text:
            return
        if hasattr(renderer, "draw_block"):
            self._record(renderer)
            return
        page = self._render()
        pixels = np.zeros((*page.shape, 4), dtype=np.uint8)
        pixels[..., 3] = page
        context = renderer.new_gc()
        renderer.draw_image(context, *self._place(page), pixels[::-1])
        context.restore()

    def _record(self, recorder):
        size = self._fontsize * self.figure.dpi / 72
        x, y = self._axes.transAxes.transform(self._corner)
        path: Any = self._font
        # the page has its own letters: a wide one takes two columns, and is as wide as it is high
        advance = size / 2 if self._wide else measure_space(path, size)
        step = round(size * self._linespacing)
        recorder.draw_block(self._text.split("\n"), x, y, size, step, advance)

    def _place(self, page):
        x, y = self._axes.transAxes.transform(self._corner)
        return round(x), round(y) - len(page)

    def _render(self):
        """The ink of the lines, 0 to 255: (height, width)."""
        size = self._fontsize * self.figure.dpi / 72
        path: Any = self._font
        font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        step = round(size * self._linespacing)
        lines = self._text.split("\n")
        width = max(int(np.ceil(font.getlength(line))) for line in lines)
        page = Image.new("L", (max(1, width + _OVERLAP), step * len(lines)))
        pen = ImageDraw.Draw(page)
        for row, line in enumerate(lines):
            pen.text((0, row * step), line, fill=255, font=font)
        return np.asarray(page)
