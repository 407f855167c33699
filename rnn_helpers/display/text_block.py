"""A block of monospaced text that a live figure can redraw while a slider is dragged."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from PIL import Image, ImageDraw, ImageFont

from rnn_helpers.display.fonts import find_font


class TextBlock(Artist):
    """Monospaced lines below a point of the axes, drawn as they are: no mathematics, no tabs.

    Matplotlib draws text glyph by glyph, 30 ms for 400 characters; Pillow draws the same font in
    one call, 2 ms.

    Parameters
    ----------
    x, y
        Where the upper left corner goes, in the axes' own coordinates, 0 to 1.
    fontsize
        In points; `linespacing` in font sizes.
    characters
        What will be shown beside ASCII: a font is looked for that has it. Where none is found,
        the font draws a box for what it lacks.
    """

    def __init__(
        self,
        axes: Axes,
        x: float,
        y: float,
        *,
        fontsize: float = 10.0,
        linespacing: float = 1.45,
        characters: str = "",
    ):
        super().__init__()
        self._font = find_font(characters) or find_font("")
        self._corner, self._fontsize, self._linespacing = (x, y), fontsize, linespacing
        self._text = ""
        axes.add_artist(self)
        self.set_clip_path(None)

    def set_text(self, text: object) -> None:
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
        return Bbox.from_bounds(x, y, page.width, page.height)

    @allow_rasterization
    def draw(self, renderer: Any) -> None:
        """Draw with an Agg renderer."""
        if not self.get_visible() or not self._text:
            return
        page = self._render()
        pixels = np.zeros((page.height, page.width, 4), dtype=np.uint8)
        pixels[..., 3] = np.asarray(page)
        context = renderer.new_gc()
        renderer.draw_image(context, *self._place(page), pixels[::-1])
        context.restore()

    def _place(self, page):
        axes: Any = self.axes
        x, y = axes.transAxes.transform(self._corner)
        return round(x), round(y) - page.height

    def _render(self):
        lines = self._text.split("\n")
        figure: Any = self.figure
        size = self._fontsize * figure.dpi / 72
        font = _load_font(self._font, size)
        step = round(size * self._linespacing)
        width = max(int(np.ceil(font.getlength(line))) for line in lines)
        page = Image.new("L", (width + 2, step * len(lines)))
        pen = ImageDraw.Draw(page)
        for row, line in enumerate(lines):
            pen.text((0, row * step), line, fill=255, font=font)
        return page


@lru_cache(maxsize=8)
def _load_font(path, size):
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
