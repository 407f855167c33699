"""Short texts that a live figure draws again as they were, without laying them out anew."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

_MOST = 16  # looks that each text keeps


class KeptText(Text):
    """A text of Matplotlib whose pixels are kept, and copied when it looks the same again.

    Matplotlib renders a text anew in every frame, 0.15 ms each, so that forty labels hold a
    slider up; a copy takes a tenth of it. Its words, place, colour, transparency, rotation and
    font may change, and nothing else. What is saved to a file is rendered as ever.
    """

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._kept = {}

    def draw(self, renderer: Any) -> None:
        """Draw, from what was kept if an Agg canvas asks for the same look once more."""
        if not self.get_visible() or not self.get_text():
            return
        figure = self.figure  # Matplotlib 3.9 has no get_figure(root=True)
        if figure is None or figure.canvas.is_saving() or not isinstance(renderer, RendererAgg):
            super().draw(renderer)
            return
        size = renderer.width, renderer.height, renderer.dpi
        place = self.get_transform().transform(self.get_position())
        font = hash(self.get_fontproperties())
        look = self.get_text(), self.get_color(), self.get_alpha(), self.get_rotation(), font
        key = (*size, *place, *look)
        if key not in self._kept:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = self._render(*size)
        context = renderer.new_gc()
        renderer.draw_image(context, *self._kept[key])
        context.restore()

    def _render(self, *size):
        """Where the lower left corner goes, and the pixels, from the last row to the first."""
        page = _make_page(*size)
        page.clear()
        super().draw(page)
        pixels, box = np.asarray(page.buffer_rgba()), self.get_window_extent(page)
        height, width = pixels.shape[:2]
        left, right = (int(np.clip(x, 0, width)) for x in (box.x0 - 2, box.x1 + 3))
        low, high = (int(np.clip(y, 0, height)) for y in (box.y0 - 2, box.y1 + 3))
        return left, low, pixels[height - high : height - low, left:right][::-1].copy()


@lru_cache(maxsize=1)
def _make_page(width, height, dpi):
    return RendererAgg(width, height, dpi)


def add_kept_text(axes: Axes, x: float, y: float, text: str = "", **options: Any) -> KeptText:
    """Add a `KeptText` at a point in data coordinates; the options are those of `Text`."""
    kept = KeptText(x, y, text, transform=axes.transData, clip_on=False, **options)
    axes.add_artist(kept)
    return kept
