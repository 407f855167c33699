"""What artists paint, recorded as small vector marks: what a page shows instead of pixels.

A mark is a style and its data. Colours are named by their role in the series, so that a page can
give each role another colour in the dark; texts stay texts, in the page's own font.
"""

import base64
import contextlib
import io
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image

from rnn_helpers.display.baselines import Baselines, is_upright
from rnn_helpers.display.figures import COLORS

UNITS = 4  # steps of a coordinate in a pixel: it is off by at most an eighth of a pixel
_SHARPNESS = 2  # pixels of an image in a pixel of the page


class AsDrawn(str):
    """The gid, a part or "", of an artist on a coloured map: no theme may change its colours."""


AS_DRAWN = AsDrawn()


class Moved(str):
    """The gid, a part, of an artist that other parts move or have: it lights with each, too."""

    by: tuple[str, ...]

    def __new__(cls, part: str, by: Iterable[str]) -> "Moved":
        """The part itself, and those that move it."""
        made = super().__new__(cls, part)
        made.by = tuple(by)
        return made


_NAMES = {
    "ink": "data", "muted": "muted", "bound": "bound", "blue": "tanh", "red": "relu",
    "green": "identity", "orange": "accent", "sky": "second", "pink": "third", "violet": "negative",
    "shade": "shade", "band": "band", "note": "note", "note-edge": "note edge",
}  # fmt: skip
ROLES = {COLORS[name].lower(): role for role, name in _NAMES.items()}
ROLES |= {"#ffffff": "paper", "#e4e4e4": "grid", "#cccccc": "edge"}

Mark = tuple[dict[str, Any], list[Any]]
_recorders: "WeakKeyDictionary[Figure, _Recorder]" = WeakKeyDictionary()


def record(figure: Figure, artists: Iterable[Artist]) -> list[Mark]:
    """What the visible ones of `artists` paint, from the lowest zorder up.

    Returns
    -------
    marks : list of (style, data)
        `style["kind"]` says what the data are, in quarter pixels from the upper left corner:
        "path": [SVG path data, relative]; "text": [x, y, text], and a length that a line of
        columns is stretched to; "image": [x, y, width, height, data address].
        `style["part"]`, if there, is the gid of the artist, and behind bars the parts that move it:
        marks that have a part light together.
        A page dims those whose style is "dimmed".
    """
    recorder = _recorders.get(figure)
    if recorder is None or recorder.dpi != figure.dpi:
        recorder = _recorders[figure] = _Recorder(figure)
    recorder.begin(figure)
    for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
        recorder.paint(artist, keep=isinstance(artist, Text))  # not all others say what is new
    return recorder.marks


def record_still(figure: Figure, moving: Iterable[Artist]) -> list[Mark]:
    """What the whole figure paints without the artists that move."""
    recorder = _Recorder(figure)
    # what is set to be rasterised, as a map of many thousand cells, becomes one image
    width, height = figure.get_size_inches()
    mixed: Any = MixedModeRenderer(figure, width, height, _SHARPNESS * figure.dpi, recorder)
    with hide(moving):
        figure.draw(mixed)
    return recorder.marks


@contextlib.contextmanager
def hide(artists: Iterable[Artist]) -> Iterator[None]:
    """A context in which these artists are not drawn."""
    hidden = [artist for artist in artists if artist.get_visible()]
    # Matplotlib puts a title that it does not see elsewhere
    places = [(artist, artist.get_position()) for artist in hidden if isinstance(artist, Text)]
    for artist in hidden:
        artist.set_visible(False)
    try:
        yield
    finally:
        for artist in hidden:
            artist.set_visible(True)
        for artist, place in places:
            artist.set_position(place)


@lru_cache(maxsize=1024)
def _name_color(red, green, blue):
    found = to_hex((red, green, blue))
    return found, ROLES.get(found, found)


@lru_cache(maxsize=64)
def _has_columns(families, file):
    """Whether every letter of the font is as wide as the others."""
    name = FontProperties(family=list(families), fname=file).get_name()
    return "monospace" in families or name.endswith("Mono")


class _Recorder(RendererBase):
    def __init__(self, figure):
        super().__init__()
        self._measure = figure.canvas.get_renderer().get_text_width_height_descent
        self._kept: WeakKeyDictionary[Artist, list[Mark]] = WeakKeyDictionary()
        self._watched: WeakSet[Artist] = WeakSet()
        self._baselines = Baselines(self.get_text_width_height_descent)
        self._places: Any = None  # of the axes, when those were painted
        self.begin(figure)

    def begin(self, figure):
        """Begin anew, with what was painted earlier kept if it would be painted there again."""
        self.dpi = figure.dpi
        self.width, self.height = figure.get_size_inches() * self.dpi
        self.marks: list[Mark] = []
        self._groups: list[str | None] = []  # the gids of the artists being drawn, the inmost last
        boxes = [box.bounds for axes in figure.axes for box in (axes.bbox, axes.viewLim)]
        if self._places != (places := (self.width, self.height, boxes)):
            self._places = places
            self._kept.clear()

    def paint(self, artist, *, keep=False):
        """Add the marks of an artist; with `keep` those of last time, unless it was stale since."""
        if not artist.get_visible():
            return
        if (kept := self._kept.get(artist)) is not None:
            self.marks += kept
            return
        start = len(self.marks)
        if is_upright(artist):
            self._draw_upright(artist)
        else:
            artist.draw(self)
        if keep:
            self._watch(artist)
            self._kept[artist] = self.marks[start:]

    def _watch(self, artist):
        """Have the artist say when it is stale, whoever has drawn it meanwhile."""
        if artist in self._watched:
            return
        self._watched.add(artist)
        kept, hear = self._kept, artist.stale_callback

        def forget(artist, stale):
            kept.pop(artist, None)
            if hear is not None:
                hear(artist, stale)

        artist.stale_callback = forget

    def _draw_upright(self, artist):
        x, y = artist.get_transform().transform(artist.get_unitless_position())
        if not (artist.get_text() and np.isfinite((x, y)).all()):
            return
        y += self._baselines.find_rise(artist)
        self.open_group("text", artist.get_gid())
        context = self.new_gc()
        context.set_foreground(artist.get_color())
        context.set_alpha(artist.get_alpha())
        if artist.get_clip_on():
            context.set_clip_rectangle(artist.get_clip_box())
        font = artist.get_fontproperties()
        # a renderer counts downwards
        self.draw_text(context, x, self.height - y, artist.get_text(), font, 0, mtext=artist)
        self.close_group("text")

    def get_canvas_width_height(self):
        return self.width, self.height

    def points_to_pixels(self, points):
        return points * self.dpi / 72

    def flipy(self):
        return True

    def open_group(self, s, gid=None):
        self._groups.append(gid)

    def close_group(self, s):
        self._groups.pop()

    def option_image_nocomposite(self):
        return True

    def get_text_width_height_descent(self, s, prop, ismath):
        with warnings.catch_warnings():  # of letters that the font lacks: the page has its own
            warnings.simplefilter("ignore")
            return self._measure(s, prop, ismath)

    def _name(self, color):
        as_drawn, role = _name_color(*color[:3])
        return as_drawn if any(isinstance(gid, AsDrawn) for gid in self._groups) else role

    def _add(self, style, data):
        parts = [gid for gid in self._groups if gid]
        if parts:
            style = style | {"part": "|".join([parts[-1], *getattr(parts[-1], "by", ())])}
        self.marks.append((style, data))

    def _make_style(self, gc, face):
        style: dict[str, Any] = {"kind": "path", "fill": "none"}
        alpha = gc.get_alpha() if gc.get_forced_alpha() else None
        if face is not None and (len(face) < 4 or face[3] > 0):
            style["fill"] = self._name(face)
            opacity = alpha if alpha is not None else face[3] if len(face) > 3 else 1
            if opacity < 1:
                style["fill-opacity"] = round(float(opacity), 3)
        width, color = self.points_to_pixels(gc.get_linewidth()), gc.get_rgb()
        if width > 0 and color[3] > 0:
            style["stroke"], style["stroke-width"] = self._name(color), round(width * UNITS, 1)
            opacity = alpha if alpha is not None else color[3]
            if opacity < 1:
                style["stroke-opacity"] = round(float(opacity), 3)
            dashes = gc.get_dashes()[1]
            if dashes is not None and len(dashes):
                lengths = (round(self.points_to_pixels(d) * UNITS, 1) for d in dashes)
                style["stroke-dasharray"] = " ".join(f"{length:g}" for length in lengths)
            join, cap = gc.get_joinstyle(), gc.get_capstyle()
            if join != "miter":
                style["stroke-linejoin"] = join
            if cap != "butt":
                style["stroke-linecap"] = {"projecting": "square"}.get(cap, cap)
        return self._clip(style, gc)

    def _clip(self, style, gc):
        clip = gc.get_clip_rectangle()
        if clip is not None:
            x, y, width, height = clip.bounds
            corner = (x, self.height - y - height, width, height)
            style["clip"] = tuple(round(value * UNITS) for value in corner)
        return style

    def draw_path(self, gc, path, transform, rgbFace=None):
        margin = 60  # what lies further out is cut off, so that numbers stay small
        box = None if rgbFace is not None else (
            -margin, -margin, self.width + margin, self.height + margin
        )  # fmt: skip
        codes = path.codes
        curved = codes is not None and np.isin(codes, (Path.CURVE3, Path.CURVE4)).any()
        simplify = rgbFace is None and not curved  # Matplotlib would join the control points
        cleaned = path.cleaned(
            transform, remove_nans=True, clip=box, simplify=simplify, curves=True
        )
        data = self._write(cleaned)
        if data.strip("M-0123456789 "):
            self._add(self._make_style(gc, rgbFace), [data])

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        shape = self._write(marker_path.transformed(marker_trans), of_marker=True)
        places = trans.transform(path.vertices)
        far = 10 * max(self.width, self.height)
        places = places[np.isfinite(places).all(axis=1) & (np.abs(places) < far).all(axis=1)]
        if len(places):
            corners = self._round(places)
            data = "".join(f"M{x} {y}{shape}" for x, y in corners.tolist())
            self._add(self._make_style(gc, rgbFace), [data])

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath:
            self._draw_mathematics(gc, x, y, s, prop, angle)
            return
        anchor = "start"
        if mtext is not None and angle == 0 and mtext.get_rotation_mode() != "anchor":
            at = mtext.get_transform().transform(mtext.get_unitless_position())
            anchor = {"center": "middle", "right": "end"}.get(
                mtext.get_horizontalalignment(), "start"
            )
            x = at[0]
        style = {
            "kind": "text",
            "fill": self._name(gc.get_rgb()),
            "font-size": round(self.points_to_pixels(prop.get_size_in_points()) * UNITS, 1),
            "text-anchor": anchor,
        }
        if prop.get_weight() in ("bold", 700):
            style["font-weight"] = "bold"
        if _has_columns(tuple(prop.get_family()), prop.get_file()):
            style["font-family"] = "monospace"
        if angle:
            style["rotate"] = -angle
        opacity = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
        if opacity < 1:
            style["fill-opacity"] = round(float(opacity), 3)
        self._add(self._clip(style, gc), [round(x * UNITS), round(y * UNITS), s])

    def _draw_mathematics(self, gc, x, y, s, prop, angle):
        size = self.points_to_pixels(prop.get_size_in_points())
        vertices, codes = text_to_path.get_text_path(prop, s, ismath=True)
        outline = Path(vertices, codes)
        place = Affine2D().scale(size / text_to_path.FONT_SCALE).rotate_deg(angle)
        gc.set_linewidth(0.0)
        self.draw_path(gc, outline, place.translate(x, self.height - y), rgbFace=gc.get_rgb())

    def draw_block(self, lines, x, y, size, step, advance):
        """Monospaced lines below (x, y), each stretched to its number of columns; made to fit."""
        columns = max(map(_count_columns, lines))
        shrunk = min(1.0, (self.width - x) / max(1, columns * advance))
        size, step, advance = (length * shrunk for length in (size, step, advance))
        style = {
            "kind": "text", "fill": "ink", "font-size": round(size * UNITS, 1),
            "text-anchor": "start", "font-family": "monospace",
        }  # fmt: skip
        for number, line in enumerate(lines):
            if line.strip():
                below = self.height - y + size + number * step
                length = round(_count_columns(line) * advance * UNITS)
                self._add(style, [round(x * UNITS), round(below * UNITS), line, length])

    def draw_quad_mesh(
        self, gc, master_transform, meshWidth, meshHeight, coordinates, offsets,
        offsetTrans, facecolors, antialiased, edgecolors,
    ):  # fmt: skip
        """A map of equal upright cells as an image of a pixel for each; other maps as paths."""
        corners = master_transform.transform(np.reshape(coordinates, (-1, 2)))
        xs, ys = corners.reshape(meshHeight + 1, meshWidth + 1, 2).transpose(2, 0, 1)
        even_x = np.broadcast_to(np.linspace(xs[0, 0], xs[0, -1], meshWidth + 1), xs.shape)
        even_y = np.broadcast_to(np.linspace(ys[0, 0], ys[-1, 0], meshHeight + 1), ys.T.shape).T
        edges: Any = edgecolors
        if np.size(edges) or not np.allclose([xs, ys], [even_x, even_y], rtol=0, atol=0.25):
            super().draw_quad_mesh(
                gc, master_transform, meshWidth, meshHeight, coordinates, offsets,
                offsetTrans, facecolors, antialiased, edgecolors,
            )  # fmt: skip
            return
        faces: Any = facecolors
        cells = np.rint(255 * np.reshape(faces, (meshHeight, meshWidth, 4)))
        cells = cells[:: -1 if ys[-1, 0] > ys[0, 0] else 1, :: -1 if xs[0, -1] < xs[0, 0] else 1]
        size = np.ptp(xs), np.ptp(ys)
        self._add_image(gc, cells.astype(np.uint8), xs.min(), ys.min(), *size, pixelated=True)

    def get_image_magnification(self):
        return float(_SHARPNESS)

    def draw_image(self, gc, x, y, im, transform=None):
        pixels = np.asarray(im)[::-1]
        height, width = (size / _SHARPNESS for size in pixels.shape[:2])
        self._add_image(gc, pixels, x, y, width, height)

    def _add_image(self, gc, pixels, x, y, width, height, *, pixelated=False):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "png")
        address = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
        corner = (x, self.height - y - height, width, height)
        style: dict[str, Any] = {"kind": "image"}
        if pixelated:
            style["image-rendering"] = "pixelated"
        data = [*(round(value * UNITS) for value in corner), address]
        self._add(self._clip(style, gc), data)

    def _round(self, vertices, flip=True):
        points = vertices * (UNITS, -UNITS)
        if flip:
            points[:, 1] += self.height * UNITS
        return np.rint(points).astype(int)

    def _write(self, path, *, of_marker=False) -> str:
        """SVG path data in whole units, each point relative to the last; a marker's starts, too."""
        rounded = self._round(path.vertices, not of_marker)
        points, moves = rounded.tolist(), (rounded[1:] - rounded[:-1]).tolist()
        if path.codes is None:
            codes = [Path.MOVETO] + [Path.LINETO] * (len(points) - 1)
        else:
            codes = path.codes.tolist()
        written, place, here = [], 0, [0, 0]
        start = here
        while place < len(points):
            code = codes[place]
            if code == Path.MOVETO:
                x, y = points[place]
                written.append(f"m{x - here[0]} {y - here[1]}" if of_marker else f"M{x} {y}")
                here = start = points[place]
                place += 1
            elif code == Path.LINETO:
                end = place + 1
                while end < len(points) and codes[end] == Path.LINETO:
                    end += 1
                steps = [_subtract(points[place], here), *moves[place : end - 1]]
                if steps := [step for step in steps if step != [0, 0]]:
                    written.append("l" + _join(steps))
                here, place = points[end - 1], end
            elif code in (Path.CURVE3, Path.CURVE4):
                end = place + (2 if code == Path.CURVE3 else 3)
                steps = [_subtract(point, here) for point in points[place:end]]
                written.append(("q" if code == Path.CURVE3 else "c") + _join(steps))
                here, place = points[end - 1], end
            else:
                if code == Path.CLOSEPOLY:
                    here = start  # where SVG goes on
                    written.append("z")
                place += 1
        return "".join(written)


def _subtract(point, other):
    return [point[0] - other[0], point[1] - other[1]]


def _join(steps):
    return " ".join([f"{x} {y}" for x, y in steps]).replace(" -", "-")


def _count_columns(line):
    if line.isascii():
        return len(line)
    return len(line) + sum(east_asian_width(letter) in "WF" for letter in line)


def compact(marks: Iterable[Mark], styles: list[dict[str, Any]]) -> list[Any]:
    """Marks with each style as its place in `styles`, which grows by those that are new."""
    places = {tuple(style.items()): place for place, style in enumerate(styles)}
    compacted = []
    for style, data in marks:
        place = places.setdefault(tuple(style.items()), len(styles))
        if place == len(styles):
            styles.append(style)
        compacted.append([place, *data])
    return compacted
