"""What artists paint, recorded as small vector marks: what a page shows instead of pixels.

A mark is a style and its data. Colours are named by their role in the series, so that a page can
give each role another colour in the dark; texts stay texts, in the page's own font.
"""

import base64
import io
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image

from rnn_helpers.display.figures import COLORS

UNITS = 4  # steps of a coordinate in a pixel: it is off by at most an eighth of a pixel
_SHARPNESS = 2  # pixels of an image in a pixel of the page
AS_DRAWN = "as drawn"  # the gid of an artist on a coloured map, whose colours no theme may change

_NAMES = {
    "ink": "data", "muted": "muted", "bound": "bound", "blue": "tanh", "red": "relu",
    "green": "identity", "orange": "accent", "sky": "second", "pink": "third",
}  # fmt: skip
ROLES = {COLORS[name].lower(): role for role, name in _NAMES.items()}
ROLES |= {"#ffffff": "paper", "#e4e4e4": "grid"}

Mark = tuple[dict[str, Any], list[Any]]


def record(figure: Figure, artists: Iterable[Artist]) -> list[Mark]:
    """What the visible ones of `artists` paint, from the lowest zorder up.

    Returns
    -------
    marks : list of (style, data)
        `style["kind"]` says what the data are, in quarter pixels from the upper left corner:
        "path": [SVG path data, relative]; "text": [x, y, text]; "image": [x, y, width, height,
        data address].
    """
    recorder = _Recorder(figure)
    for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
        if artist.get_visible():
            artist.draw(recorder)
    return recorder.marks


def record_still(figure: Figure, moving: Iterable[Artist]) -> list[Mark]:
    """What the whole figure paints without the artists that move."""
    hidden = [artist for artist in moving if artist.get_visible()]
    for artist in hidden:
        artist.set_visible(False)
    recorder = _Recorder(figure)
    # what is set to be rasterised, as a map of many thousand cells, becomes one image
    width, height = figure.get_size_inches()
    mixed: Any = MixedModeRenderer(figure, width, height, _SHARPNESS * figure.dpi, recorder)
    try:
        figure.draw(mixed)
    finally:
        for artist in hidden:
            artist.set_visible(True)
    return recorder.marks


class _Recorder(RendererBase):
    def __init__(self, figure):
        super().__init__()
        self.dpi = figure.dpi
        self.width, self.height = figure.get_size_inches() * self.dpi
        self.marks: list[Mark] = []
        self._as_drawn = False

    def get_canvas_width_height(self):
        return self.width, self.height

    def points_to_pixels(self, points):
        return points * self.dpi / 72

    def flipy(self):
        return True

    def open_group(self, s, gid=None):
        self._as_drawn = gid == AS_DRAWN

    def close_group(self, s):
        self._as_drawn = False

    def option_image_nocomposite(self):
        return True

    def _name(self, color):
        found = to_hex(color[:3])
        return found if self._as_drawn else ROLES.get(found, found)

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
            cap = gc.get_capstyle()
            if cap != "butt":
                style["stroke-linecap"] = {"projecting": "square"}.get(cap, cap)
        return self._clip(style, gc)

    def _clip(self, style, gc):
        clip = gc.get_clip_rectangle()
        if clip is not None:
            x, y, width, height = clip.bounds
            corner = (x, self.height - y - height, width, height)
            style["clip"] = [round(value * UNITS) for value in corner]
        return style

    def draw_path(self, gc, path, transform, rgbFace=None):
        margin = 60  # what lies further out is cut off, so that numbers stay small
        box = None if rgbFace is not None else (
            -margin, -margin, self.width + margin, self.height + margin
        )  # fmt: skip
        cleaned = path.cleaned(
            transform, remove_nans=True, clip=box, simplify=rgbFace is None, curves=True
        )
        data = "".join(self._write(cleaned))
        if data.strip("M-0123456789 "):
            self.marks.append((self._make_style(gc, rgbFace), [data]))

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        shape = "".join(self._write(marker_path.transformed(marker_trans), flip=False))
        places = trans.transform(path.vertices)
        far = 10 * max(self.width, self.height)
        places = places[np.isfinite(places).all(axis=1) & (np.abs(places) < far).all(axis=1)]
        if len(places):
            corners = self._round(places)
            data = "".join(f"M{x} {y}m{shape[1:]}" for x, y in corners.tolist())
            self.marks.append((self._make_style(gc, rgbFace), [data]))

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
        if "monospace" in prop.get_family() or prop.get_name().endswith("Mono"):
            style["font-family"] = "monospace"
        if angle:
            style["rotate"] = -angle
        if gc.get_alpha() < 1:
            style["fill-opacity"] = round(float(gc.get_alpha()), 3)
        self.marks.append((self._clip(style, gc), [round(x * UNITS), round(y * UNITS), s]))

    def _draw_mathematics(self, gc, x, y, s, prop, angle):
        size = self.points_to_pixels(prop.get_size_in_points())
        vertices, codes = text_to_path.get_text_path(prop, s, ismath=True)
        outline = Path(vertices, codes)
        place = Affine2D().scale(size / text_to_path.FONT_SCALE).rotate_deg(angle)
        gc.set_linewidth(0.0)
        self.draw_path(gc, outline, place.translate(x, self.height - y), rgbFace=gc.get_rgb())

    def draw_block(self, lines, x, y, size, step, advance):
        """Monospaced lines below (x, y), each stretched to its number of columns."""
        style = {
            "kind": "text", "fill": "ink", "font-size": round(size * UNITS, 1),
            "text-anchor": "start", "font-family": "monospace", "advance": advance * UNITS,
        }  # fmt: skip
        for number, line in enumerate(lines):
            if line.strip():
                below = self.height - y + size + number * step
                self.marks.append((style, [round(x * UNITS), round(below * UNITS), line]))

    def get_image_magnification(self):
        return float(_SHARPNESS)

    def draw_image(self, gc, x, y, im, transform=None):
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(im)[::-1]).save(buffer, "png")
        address = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
        height, width = (size / _SHARPNESS for size in np.shape(im)[:2])
        corner = (x, self.height - y - height, width, height)
        style = self._clip({"kind": "image"}, gc)
        self.marks.append((style, [*(round(value * UNITS) for value in corner), address]))

    def _round(self, vertices, flip=True):
        y = self.height - vertices[:, 1] if flip else -vertices[:, 1]
        return np.rint(np.column_stack([vertices[:, 0], y]) * UNITS).astype(int)

    def _write(self, path, flip=True) -> Iterator[str]:
        """SVG path data in whole units, each point relative to the last."""
        vertices, codes = path.vertices, path.codes
        if codes is None:
            codes = np.full(len(vertices), Path.LINETO)
            codes[:1] = Path.MOVETO
        points, here, place = self._round(vertices, flip), np.zeros(2, int), 0
        while place < len(points):
            code = codes[place]
            if code == Path.MOVETO:
                here = points[place]
                yield f"M{here[0]} {here[1]}"
                place += 1
            elif code == Path.LINETO:
                end = place
                while end < len(points) and codes[end] == Path.LINETO:
                    end += 1
                moves = np.diff(np.vstack([here, points[place:end]]), axis=0)
                moves = moves[moves.any(axis=1)]
                if len(moves):
                    yield "l" + _join(moves)
                here, place = points[end - 1], end
            elif code in (Path.CURVE3, Path.CURVE4):
                count = 2 if code == Path.CURVE3 else 3
                yield "qc"[count - 2] + _join(points[place : place + count] - here)
                here, place = points[place + count - 1], place + count
            else:
                if code == Path.CLOSEPOLY:
                    yield "z"
                place += 1


def _join(numbers):
    return " ".join(map(str, np.ravel(numbers).tolist())).replace(" -", "-")


def compact(marks: Iterable[Mark], styles: list[dict[str, Any]]) -> list[Any]:
    """Marks with each style as its place in `styles`, which grows by those that are new."""
    return [[_find(style, styles), *data] for style, data in marks]


def _find(style, styles):
    if style not in styles:
        styles.append(style)
    return styles.index(style)
