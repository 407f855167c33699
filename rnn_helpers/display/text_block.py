"""A block of monospaced text that a live figure can redraw while a slider is dragged."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from PIL import Image, ImageDraw, ImageFont

from rnn_helpers.display.fonts import find_font

_OVERLAP = 2  # pixels by which a letter may reach into the cells beside its own


class TextBlock(Artist):
    """Monospaced lines below a point of the axes, drawn as they are: no mathematics, no tabs.

    Matplotlib draws text glyph by glyph, 30 ms for 400 characters; Pillow draws the same font line
    by line, 4 ms; letters of one width, drawn once and then copied, take 0.5 ms.

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
        advance = ImageFont.truetype(path, size).getlength(" ")
        step = round(size * self._linespacing)
        recorder.draw_block(self._text.split("\n"), x, y, size, step, advance)

    def _place(self, page):
        x, y = self._axes.transAxes.transform(self._corner)
        return round(x), round(y) - len(page)

    def _render(self):
        """The ink of the lines, 0 to 255: (height, width)."""
        size = self._fontsize * self.figure.dpi / 72
        face = _load_face(self._font, size, round(size * self._linespacing))
        return face.render(self._text.split("\n"))


class _Face:
    """A font at one size: letters of one width are rendered once, then put in their places."""

    def __init__(self, path, size, step):
        self._font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        self._advance, self._step = self._font.getlength(" "), step
        self._cells = {}  # of each letter, by its code point; None if it is wider, or too tall

    def render(self, lines):
        columns, step = max(map(len, lines)), self._step
        text = "".join(line.ljust(columns) for line in lines)
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        letters, places = np.unique(points, return_inverse=True)
        for letter in letters.tolist():
            if letter not in self._cells:
                self._cells[letter] = self._render_cell(chr(letter))
        cells = [self._cells[letter] for letter in letters.tolist()]
        if not cells or any(cell is None for cell in cells):
            return self._render_lines(lines)
        cells, places = np.stack(cells), places.reshape(len(lines), columns)
        advance = int(self._advance)
        page = np.zeros((len(lines), step, columns * advance + 2 * _OVERLAP), dtype=np.uint8)
        for column in range(columns):
            new = cells[places[:, column]]
            window = page[..., column * advance : column * advance + new.shape[2]]
            old = window[..., : 2 * _OVERLAP].astype(np.uint16)  # the end of the letter before
            new[..., : 2 * _OVERLAP] = old + ((255 - old) * new[..., : 2 * _OVERLAP] + 127) // 255
            window[...] = new
        return page.reshape(len(lines) * step, -1)[:, _OVERLAP:]

    def _render_cell(self, letter):
        width = int(self._advance) + 2 * _OVERLAP
        page = Image.new("L", (3 * width, 3 * self._step))
        ImageDraw.Draw(page).text((width + _OVERLAP, self._step), letter, fill=255, font=self._font)
        inner = (width, self._step, 2 * width, 2 * self._step)
        cell = np.array(page.crop(inner))
        page.paste(0, inner)
        wide = self._font.getlength(letter) != self._advance or width < 4 * _OVERLAP
        return None if wide or page.getbbox() else cell

    def _render_lines(self, lines):
        """Line by line, as the font has them."""
        width = max(int(np.ceil(self._font.getlength(line))) for line in lines)
        page = Image.new("L", (width + _OVERLAP, self._step * len(lines)))
        pen = ImageDraw.Draw(page)
        for row, line in enumerate(lines):
            pen.text((0, row * self._step), line, fill=255, font=self._font)
        return np.asarray(page)


_load_face = lru_cache(maxsize=8)(_Face)
