"""One figure that follows a result: drawn once, its moved artists recorded for every value."""

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.text import Text

from rnn_helpers.display.figures import COLORS, NARROW, encode_png, new_figure
from rnn_helpers.display.recording import Mark, compact, hide, record, record_still

_DPI = 100  # pixels of a figure's inch, which are CSS pixels on the page
_LETTERS = 36  # that a line of a narrow figure holds


class Layout:
    """A figure in one arrangement of its axes, and what a page shows of it.

    Attributes
    ----------
    still
        What never moves: {"width", "height" in pixels, "styles", "marks"}, as in `compact`.
    """

    def __init__(
        self,
        draw: Callable[..., dict],
        result: Any,
        *,
        width: float,
        height: float,
        nrows: int = 1,
        ncols: int = 1,
    ):
        self._draw = draw
        self._letters = _LETTERS if width <= NARROW else None
        self.figure, self._axes = new_figure(width, height, nrows=nrows, ncols=ncols, dpi=_DPI)
        self.artists: dict[str, Artist] = draw(result, self._axes, None)
        _link_legends(self.figure)
        self._order = sorted(self.artists.values(), key=lambda artist: artist.get_zorder())
        self._wrap(self.figure.findobj(Text))
        engine: Any = self.figure.get_layout_engine()
        engine.execute(self.figure)  # without drawing it
        self.figure.set_layout_engine("none")
        self._note = self.figure.text(
            0.5, 0.5, "", ha="center", va="center", fontsize=12, zorder=100, parse_math=False,
            bbox={"boxstyle": "round,pad=0.6", "facecolor": COLORS["note"],
                  "edgecolor": COLORS["note edge"]},
        )  # fmt: skip
        styles: list[dict[str, Any]] = []
        marks = compact(record_still(self.figure, [*self._order, self._note]), styles)
        pixels = (round(size * _DPI) for size in (width, height))
        self.still = dict(zip(("width", "height"), pixels, strict=True))
        self.still |= {"styles": styles, "marks": marks}

    def move(self, result: Any) -> str:
        """Move the artists to a result; return a note if part of it cannot be drawn, else ''."""
        self._draw(result, self._axes, self.artists)
        self._wrap(self._order)
        return _say_what_overflows(self._order)

    def record(self, note: str = "") -> list[Mark]:
        """What the moved artists paint, with a note over them."""
        self._note.set_text(note)
        return record(self.figure, [*self._order, self._note] if note else self._order)

    def record_note(self, note: str) -> list[Mark]:
        """A note in place of what moves."""
        self._note.set_text(textwrap.fill(note, 34 if self._letters else 60))
        return record(self.figure, [self._note])

    def encode(self, *, without_moving: bool) -> bytes:
        """The figure as it stands, as PNG bytes; with its note, and perhaps without what moves."""
        with hide(self._order if without_moving else []):
            png = encode_png(self.figure, dpi=150)
        # a legend leaves what it holds where the last drawing had it, in that drawing's pixels
        record(self.figure, [axes.legend_ for axes in self.figure.axes if axes.legend_])
        return png

    def _wrap(self, artists):
        """Break lines of text that a narrow figure cannot hold."""
        if self._letters is None:
            return
        for artist in artists:
            if isinstance(artist, Text) and "$" not in (text := artist.get_text()):
                artist.set_text(textwrap.fill(text.replace("\n", " "), self._letters))


def make_narrow(
    draw: Callable[..., dict], result: Any, *, height: float, nrows: int = 1, ncols: int = 1
) -> Layout:
    """The layout for a phone of a figure with this height: the axes one below the other.

    None is higher than there, so that a slider and what it moves are seen together.
    """
    panels = nrows * ncols
    each = min(3.0, height / nrows)
    return Layout(draw, result, width=NARROW, height=0.6 + each * panels, nrows=panels)


def _link_legends(figure):
    """Have each entry of a legend light with what it names: the artist of the same label."""
    for axes in figure.axes:
        legend = axes.get_legend()
        if legend is not None:
            labelled = [*axes.containers, *axes.get_children()]
            parts = {artist.get_label(): _find_part(artist) for artist in labelled}
            for entry in zip(legend.legend_handles, legend.get_texts(), strict=True):
                for artist in entry:
                    artist.set_gid(parts.get(entry[1].get_text(), artist.get_gid()))


def _find_part(artist):
    """The gid of an artist, or of the first of a row of bars."""
    return (artist[0] if isinstance(artist, Container) else artist).get_gid()


def _say_what_overflows(artists):
    """A sentence if a line holds values that are not finite and so cannot be drawn, else ''."""
    for artist in artists:
        if isinstance(artist, Line2D) and artist.get_visible():
            data = np.asarray(artist.get_ydata(), dtype=float)
            count = int(data.size - np.isfinite(data).sum())
            if count:
                label = str(artist.get_label())
                name = "values" if label.startswith("_") else f"values of “{label}”"
                return f"{count} of {data.size} {name} are not finite:\nthey overflow, undrawn."
    return ""
