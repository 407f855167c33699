"""Networks, drawn from named parts and from the numbers that flow through them.

One grammar for the series: a learned layer is a filled box, an element-wise operation a circle, a
line carries a whole vector, lines that fork are copied, a gate is a valve. The state runs from
left to right, depth goes up. Forward is ink, backward has a colour and arrowheads of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from rnn_helpers.display.figures import COLORS

_THINNEST, _WIDEST = 0.5, 14.0  # points: the width of a line near 0, and what it grows towards
_HALF = 3.0  # the value that gets half of the way
_GONE = 0, (3, 2)  # the dashes of what was taken away
_BARE = 1.3  # points: a line that stands for no number
_CORNER = 0.14  # of a line, in drawing units
_PIPE = 0.46, 0.46  # width and height of a valve
_DIMMED = 0.45  # the opacity of what is not spoken of; a page has its own
_ADVANCE = 1233 / 2048  # of a font size: from a letter to the next in DejaVu Sans Mono
_MIDDLE = 0.36  # of a font size: from the baseline to the middle of a digit
_HEAD = 0.17, 0.075  # an arrowhead's length and half its width, in drawing units


def write_number(value: float, form: str = "{:.2f}") -> str:
    """A number as `form` says, with a minus sign; what rounds to 0 has none."""
    text, zero = form.format(value), form.format(0.0)
    return zero if form.format(abs(value)) == zero else text.replace("-", "−")


def write_added(value: float) -> str:
    """What is added to a number before it, its sign apart: "+ 0.35" or "− 0.35"."""
    text = write_number(value)
    return f"− {text[1:]}" if text.startswith("−") else f"+ {text}"


class Diagram(Artist):
    """A network on axes of its own: what is drawn first is named, then moved by its numbers.

    Every part has a name, the one that the text uses; it is the gid of all its artists, so that
    a page can light them together. The numbers that move have names too, such as "c" and "f".

    Parameters
    ----------
    axes
        Their own frame disappears. One drawing unit is as long upwards as it is to the right.
    width, height
        In drawing units.
    fontsize
        Of labels, in points.
    """

    def __init__(self, axes: Axes, width: float, height: float, *, fontsize: float = 10.0):
        super().__init__()
        axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
        axes.axis("off")
        self._axes, self._fontsize = axes, fontsize
        self._parts: list[tuple[str, list[Artist]]] = []
        self._shown: list[tuple[str, Any]] = []  # what shows a number: its name, and how
        self._values: dict[str, float] = {}
        self._lit: Collection[str] | None = None  # the parts that are not dimmed; None: all
        axes.add_artist(self)
        self.set_clip_on(False)

    def layer(
        self, part: str, x: float, y: float, label: str, *, width: float = 0.62, height: float = 0.5
    ) -> None:
        """A learned layer around (x, y): a filled box."""
        corner = (x - width / 2, y - height / 2)
        box = FancyBboxPatch(
            corner, width, height, boxstyle="round,pad=0,rounding_size=0.07", linewidth=1.2,
            facecolor=COLORS["shade"], edgecolor=COLORS["data"], zorder=3,
        )  # fmt: skip
        self._add(part, box)
        self.text(part, x, y, label)

    def operation(
        self, part: str, x: float, y: float, label: str, *, radius: float = 0.21, **options: Any
    ) -> None:
        """An element-wise operation: a circle."""
        circle = Circle(
            (x, y), radius, linewidth=1.2, facecolor="#FFFFFF", edgecolor=COLORS["data"], zorder=3
        )
        self._add(part, circle)
        self.text(part, x, y, label, **options)

    def fork(self, part: str, x: float, y: float) -> None:
        """A dot where a line forks: both ways carry the same vector."""
        self._add(part, Circle((x, y), 0.05, linewidth=0, facecolor=COLORS["data"], zorder=3))

    def line(
        self, part: str, points: Sequence[tuple[float, float]], *, value: str | None = None,
        head: bool = True, color: str = "data",
    ) -> None:  # fmt: skip
        """A whole vector along `points`, with an arrowhead at the last.

        It follows the number named `value`: the width grows with the size, a negative one has
        another colour and dashes, and zero is a thin dotted line.
        """
        artists = self._draw_line(points, head, color, filled=True)
        self._add(part, *artists)
        if value is not None:
            self._shown.append((value, _ShownWidth(artists, color)))

    def back(
        self, part: str, points: Sequence[tuple[float, float]], *, value: str | None = None,
        head: bool = True,
    ) -> None:  # fmt: skip
        """A gradient along `points`, as wide as what remains of it."""
        artists = self._draw_line(points, head, "accent", filled=False)
        self._add(part, *artists)
        if value is not None:
            self._shown.append((value, _ShownWidth(artists, "accent")))

    def sample(
        self, part: str, points: Sequence[tuple[float, float]], number: float, *, back: bool = False
    ) -> None:
        """For a key: how a line along `points` carries this number; or a gradient, `back`."""
        color = "accent" if back else "data"
        artists = self._draw_line(points, back, color, filled=False)
        _ShownWidth(artists, color).show(number)
        self._add(part, *artists)

    def dash(self, part: str) -> None:
        """Empty what was drawn of a part so far and make its lines and edges thin and dashed."""
        for name, artists in self._parts:
            for artist in artists if name == part else ():
                if isinstance(artist, Patch) and artist.get_linewidth():
                    artist.set(linestyle=_GONE, linewidth=1.0)
                    if artist.get_fill():
                        artist.set_facecolor("#FFFFFF")

    def valve(self, part: str, x: float, y: float, *, value: str | None = None) -> None:
        """A gate on a line that runs from left to right: its shutter covers what it keeps shut.

        It stands open as far as the number named `value` says, from 0 to 1; without one it has
        no shutter.
        """
        (width, height), low = _PIPE, y - _PIPE[1] / 2
        pipe = Rectangle(
            (x - width / 2, low), width, height, facecolor="#FFFFFF", edgecolor=COLORS["data"],
            linewidth=1.2, zorder=3,
        )  # fmt: skip
        shutter = Rectangle(
            (x - width / 2, low), width, height, linewidth=0, facecolor=COLORS["bound"], zorder=4
        )
        self._add(part, pipe, *([] if value is None else [shutter]))
        if value is not None:
            self._shown.append((value, _ShownShutter(shutter, low + height, height)))

    def text(self, part: str, x: float, y: float, text: str, **options: Any) -> None:
        """A label at (x, y), centred unless `options` of Matplotlib's `Text` say otherwise."""
        options = {"ha": "center", "va": "center", "fontsize": self._fontsize, **options}
        self._add(part, Text(x, y, text, zorder=5, **options))

    def number(
        self, part: str, x: float, y: float, *, value: str, form: str = "{:.2f}", **options: Any
    ) -> None:
        """The number named `value`, written as `form` says."""
        figure: Any = self._axes.figure
        options = {"ha": "center", "fontsize": self._fontsize - 1, **options}
        text = Text(x, y, "", va="baseline", zorder=5, **options)
        self._add(part, text)
        size: Any = text.get_fontsize()
        drop = ScaledTranslation(0, -_MIDDLE * size / 72, figure.dpi_scale_trans)
        text.set_transform(self._axes.transData + drop)
        self._shown.append((value, _ShownText(text, form)))

    def terms(
        self, x: float, y: float, terms: Iterable[tuple[str, str]], *, struck: str | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        """An equation from (x, y) to the right, a part and its piece of it after the other.

        A dashed line goes through the pieces of the part `struck`.
        """
        figure: Any = self._axes.figure
        renderer, offset = figure.canvas.get_renderer(), 0.0
        for part, piece in terms:
            self.text(part, x, y, piece, **{"ha": "left", "va": "baseline", **options})
            term: Any = self._parts[-1][1][0]
            place = ScaledTranslation(offset / figure.dpi, 0, figure.dpi_scale_trans)
            term.set_transform(self._axes.transData + place)
            start, width = offset, term.get_window_extent(renderer).width
            if options.get("family") == "monospace":  # a screen's font rounds each letter's width
                width = len(piece) * _ADVANCE * term.get_fontsize() / 72 * figure.dpi
            offset += width
            if part == struck:
                self._strike(part, x, y, (start / figure.dpi, offset / figure.dpi), term)

    def move(
        self, values: Mapping[str, float], lit: Collection[str] | None = None,
        *, hidden: Collection[str] = (),
    ) -> None:  # fmt: skip
        """Show other numbers; dim the parts that are not `lit`, if any is, and take some away.

        A number that is NaN is not there yet: its line is thin, its text empty.
        """
        for name, shown in self._shown:
            if name in values and values[name] != self._values.get(name):
                shown.show(float(values[name]))
        self._values |= values
        self._lit = lit
        for part, artists in self._parts:
            for artist in artists:
                artist.set_visible(part not in hidden)

    def read(self) -> dict[str, list[float]]:
        """The numbers that are drawn, read back from lines, valves and texts, by name."""
        found: dict[str, list[float]] = {}
        for name, shown in self._shown:
            found.setdefault(name, []).append(shown.read())
        return found

    def get_children(self) -> list[Artist]:
        """All artists, the lowest first."""
        artists = [artist for _, artists in self._parts for artist in artists]
        return sorted(artists, key=lambda artist: artist.get_zorder())

    @allow_rasterization
    def draw(self, renderer: Any) -> None:
        """Draw all parts; a recorder gets again what has not changed since it was recorded."""
        if not self.get_visible():
            return
        for artist in self.get_children():
            dimmed = self._lit is not None and artist.get_gid() not in self._lit
            if hasattr(renderer, "paint"):
                start = len(renderer.marks)
                renderer.paint(artist, keep=True)
                if dimmed:
                    renderer.marks[start:] = map(_dim, renderer.marks[start:])
            else:
                alpha = artist.get_alpha()
                artist.set_alpha(_DIMMED if dimmed else alpha)
                artist.draw(renderer)
                artist.set_alpha(alpha)

    def _add(self, part, *artists):
        for artist in artists:
            artist.set_figure(self._axes.figure)
            artist.axes = self._axes
            artist.set_transform(self._axes.transData)
            artist.set_clip_on(False)
            artist.set_gid(part)
        self._parts.append((part, list(artists)))

    def _strike(self, part, x, y, ends, term):
        """A dashed line through a piece of text that begins at (x, y), between `ends` in inches."""
        middle = _MIDDLE * term.get_fontsize() / 72
        line = PathPatch(
            Path([(end, middle) for end in ends]), fill=False, edgecolor=COLORS["data"],
            linestyle=_GONE, linewidth=1.0, zorder=5,
        )  # fmt: skip
        self._add(part, line)
        figure: Any = self._axes.figure
        place: Any = self._axes.transData
        line.set_transform(figure.dpi_scale_trans + ScaledTranslation(x, y, place))

    def _draw_line(self, points, head, color, *, filled):
        corners = np.asarray(points, float)
        artists: list[Any] = []
        if head:
            step = corners[-1] - corners[-2]
            step /= np.linalg.norm(step)
            length, half = _HEAD
            aside = half * np.array([-step[1], step[0]])
            base = corners[-1] - length * step
            if filled:
                outline = [corners[-1], base + aside, base - aside]
                artists.append(Polygon(outline, facecolor=COLORS[color], linewidth=0, zorder=2))
            else:
                base += length / 2 * step
                outline = [
                    corners[-1],
                    base + 1.4 * aside,
                    base - length * step / 2,
                    base - 1.4 * aside,
                ]
                artists.append(Polygon(outline, facecolor=COLORS[color], linewidth=0, zorder=2))
            corners[-1] = base
        stroke = PathPatch(
            _round_corners(corners), fill=False, edgecolor=COLORS[color], linewidth=_BARE,
            capstyle="butt", joinstyle="round", zorder=2,
        )  # fmt: skip
        return [stroke, *artists]


def _dim(mark):
    style, data = mark
    return style | {"dimmed": True}, data


def _round_corners(corners):
    """A path through `corners` that turns in arcs."""
    vertices, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        ends = []
        for other in (before, after):
            way = other - corner
            length = np.linalg.norm(way)
            ends.append(corner + way / length * min(_CORNER, length / 2))
        vertices += [ends[0], corner, ends[1]]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, corners[-1]], [*codes, Path.LINETO])


class _ShownWidth:
    """A number as the width of a line."""

    def __init__(self, artists, color):
        self._artists, self._color, self._empty = artists, color, True

    def show(self, value):
        stroke, *heads = self._artists
        size = abs(value)
        width = _THINNEST + _WIDEST * size / (size + _HALF)
        self._empty = bool(np.isnan(value))
        if self._empty:
            stroke.set(linewidth=_BARE, linestyle="-", edgecolor=COLORS[self._color])
            return
        stroke.set_linewidth(width if size else 0.8)
        # in line widths: the dashes of a thin line would look like dots
        dashes = max(2, 5 / width), max(1, 2.5 / width)
        stroke.set_linestyle("-" if value > 0 else (0, dashes) if value < 0 else (0, (1, 3)))
        negative = value < 0 and self._color == "data"
        color = COLORS["negative" if negative else self._color]
        stroke.set_edgecolor(color)
        for head in heads:
            head.set_facecolor(color)

    def read(self):
        stroke = self._artists[0]
        if stroke.get_linestyle() == (0, (1, 3)):
            return 0.0
        if self._empty:
            return np.nan
        share = (stroke.get_linewidth() - _THINNEST) / _WIDEST
        sign = 1 if stroke.get_linestyle() in ("-", "solid") else -1
        return sign * _HALF * share / (1 - share)


class _ShownShutter:
    """A number from 0 to 1 as how far a valve stands open."""

    def __init__(self, shutter, top, height):
        self._shutter, self._top, self._height = shutter, top, height

    def show(self, value):
        shut = self._height * (1 - min(1.0, max(0.0, value)))
        self._shutter.set_y(self._top - shut)
        self._shutter.set_height(shut)

    def read(self):
        return 1 - self._shutter.get_height() / self._height


class _ShownText:
    """A number as it is written."""

    def __init__(self, text, form):
        self._text, self._form = text, form
        before, after = form.split("{")[0], form.rpartition("}")[2]
        self._around = len(before), len(after)

    def show(self, value):
        if np.isnan(value):
            self._text.set_text("")
            return
        self._text.set_text(write_number(value, self._form))

    def read(self):
        before, after = self._around
        text = self._text.get_text()
        if not text:
            return np.nan
        return float(text[before : len(text) - after].replace("−", "-"))
