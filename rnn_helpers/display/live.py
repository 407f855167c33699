"""The figure that follows a slider: one kept Agg figure behind an `ipywidgets.Image`.

A change computes numbers, moves the artists that depend on them, redraws only those on a saved
background and sends a PNG. Nothing else is redrawn, no figure is created, and the axes stay where
they are, so the hand sees every value it produces.
"""

import contextlib
import io
import os
import pathlib
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from PIL import Image

from rnn_helpers.display.controls import Control, choice, log_slider, slider, text_box
from rnn_helpers.display.figures import (
    COLORS,
    encode_png,
    image_bundle,
    new_figure,
    use_own_settings,
)

__all__ = ["Live", "choice", "live", "log_slider", "slider", "text_box"]

_DPI = 100  # pixels of a frame per 100 CSS pixels on the page
_CREAM, _AMBER = "#FFF7E0", "#B26A00"  # a note on the figure
_VIEW = "application/vnd.jupyter.widget-view+json"


def live(
    compute: Callable[..., Any],
    draw: Callable[..., dict],
    controls: dict[str, Control],
    describe: Callable[[Any], str],
    *,
    width: float = 8.0,
    height: float = 4.2,
    nrows: int = 1,
    ncols: int = 1,
) -> "Live":
    """A picture of `compute(**values)` that follows its controls.

    Parameters
    ----------
    compute
        `compute(**values) -> result`: numbers only. The sentence of a ValueError is shown on
        the figure.
    draw
        `draw(result, axes, artists=None) -> artists`: the first call draws everything, sets the
        limits of the axes, and returns the artists that depend on `result` as a dict; a call
        with `artists` only moves them.
    controls
        One to four, by the names of `compute`'s arguments; an error at the start names them so.
    describe
        `describe(result) -> str`: what the picture shows, the verdict in words. It becomes the
        alternative text and is stored, so its numbers are rounded.
    width, height
        In inches of 100 pixels.
    """
    _check_controls(controls)
    widgets = {name: control.make(name) for name, control in controls.items()}
    return Live(
        compute, draw, widgets, describe, width=width, height=height, nrows=nrows, ncols=ncols
    )


class Caption(anywidget.AnyWidget):
    """The sentence above a picture, and the names that a screen reader gets.

    The slider handle of ipywidgets 8 and its Image have no accessible name and no setting for
    one. This widget, in the same box, sets `aria-label` on the controls that `names` lists by
    model, and `alt` on the picture; its own sentence is read out once the hand rests.
    """

    _esm = pathlib.Path(__file__).with_name("caption.js").read_text(encoding="utf-8")
    _css = pathlib.Path(__file__).with_name("caption.css").read_text(encoding="utf-8")
    names = traitlets.Dict().tag(sync=True)
    image = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)


class Live(ipywidgets.VBox):
    """What `live` returns: the controls above, the picture below.

    Attributes
    ----------
    result
        What `compute` returned last; None if it failed.
    error
        Why the last values could not be shown; its sentence stands on the figure.
    message
        What `describe` said last: the alternative text.
    frames
        How many pictures were painted.
    """

    controls: dict[str, Any]  # widgets, by the names of `compute`'s arguments
    result: Any
    error: Exception | None
    artists: dict[str, Artist]
    figure: Any  # Matplotlib's; None once closed
    message: str
    frames: int
    _axes: Any
    _note: Any
    _background: Any
    _open = False  # between __init__ and close

    def __init__(
        self,
        compute: Callable[..., Any],
        draw: Callable[..., dict],
        controls: dict[str, Any],
        describe: Callable[[Any], str],
        *,
        width: float,
        height: float,
        nrows: int,
        ncols: int,
    ):
        self._compute, self._draw, self._describe = compute, draw, describe
        self.controls = controls
        self.figure, self._axes = new_figure(width, height, nrows=nrows, ncols=ncols, dpi=_DPI)
        self._defaults = {name: control.value for name, control in self.controls.items()}
        self.result, self.error, self.message, self.frames = None, None, "", 0
        self.artists, self._holds = {}, 0
        with use_own_settings():
            self._run()
            if self.error is None:
                self._save_background()
                self._render()
        if self.error is not None:
            self.figure = None
            raise self.error

        self.image = ipywidgets.Image(
            format="png", layout={"width": f"{round(width * 100)}px", "max_width": "100%"}
        )
        self._reset_button = ipywidgets.Button(
            description="Reset", tooltip="Put every control back", layout={"width": "6em"}
        )
        self._caption = Caption(
            image=self.image.model_id,
            names={control.model_id: control.description for control in self.controls.values()},
        )
        # the first control is the one to drag: it takes the full width, a value every few pixels
        next(iter(self.controls.values())).layout.width = "100%"
        panel = ipywidgets.Box(
            [*self.controls.values(), self._reset_button],
            layout={"flex_flow": "row wrap", "width": f"{round(width * 100)}px",
                    "max_width": "100%", "align_items": "center"},
        )  # fmt: skip
        self._paint()
        for control in self.controls.values():
            control.observe(self._follow, names="value")
        self._reset_button.on_click(lambda _: self.reset())
        super().__init__([panel, self._caption, self.image])
        self._open = True
        _close_earlier_pictures_of_this_cell(self)

    @property
    def png(self) -> bytes:
        """The picture on screen, as PNG bytes."""
        return bytes(self.image.value)

    def reset(self) -> None:
        """Put every control back to where it was at first, with one repaint."""
        if not self._open:
            return
        with self.hold_repaint():
            for name, value in self._defaults.items():
                self.controls[name].value = value

    @contextlib.contextmanager
    def hold_repaint(self) -> Iterator[None]:
        """A context in which changes of controls are collected into one repaint."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self._follow(None)

    def close(self) -> None:
        """Close every widget of the picture and let the figure go."""
        if not self._open:  # closed before, or never finished
            return
        self._open = False
        for widget in (*self.controls.values(), self._reset_button, *self.children, self):
            widget.unobserve_all()
            for part in ("style", "layout"):  # ipywidgets closes neither with its widget
                if widget.has_trait(part):
                    getattr(widget, part).close()
            if widget is not self:
                widget.close()
        super().close()
        vars(self).pop("_repr_mimebundle_", None)  # ipywidgets hides ours behind None
        self.figure = self._axes = self._background = self._note = None
        self.artists, self._order = {}, []

    def _follow(self, _change):
        if self._open and not self._holds:
            with use_own_settings():
                self._run()
                self._paint()

    def _run(self):
        """Numbers, then artists; whatever goes wrong becomes a sentence, never a traceback."""
        values = {name: _tidy(control.value) for name, control in self.controls.items()}
        try:
            with np.errstate(all="ignore"):  # overflow is said on the figure, not on stderr
                self.result = self._compute(**values)
                self.artists = self._draw(self.result, self._axes, self.artists or None)
            self.message, self.error = self._describe(self.result), None
        except Exception as error:
            self._fail(error)

    def _fail(self, error):
        self.result, self.error = None, error
        self.message = f"This setting cannot be shown: {error}"

    def _save_background(self):
        """Draw once all that stays, and keep it as pixels."""
        canvas = self.figure.canvas
        self.figure.get_layout_engine().execute(self.figure)  # without drawing it
        self.figure.set_layout_engine("none")
        self._note = self.figure.text(
            0.5, 0.5, "", ha="center", va="center", fontsize=12, zorder=100, parse_math=False,
            bbox={"boxstyle": "round,pad=0.6", "facecolor": _CREAM, "edgecolor": _AMBER},
        )  # fmt: skip
        for artist in (*self.artists.values(), self._note):
            artist.set_animated(True)
        canvas.draw()
        self._background = canvas.copy_from_bbox(self.figure.bbox)
        self._order = sorted(self.artists.values(), key=lambda artist: artist.get_zorder())
        self._palette, self._colors = _make_palette(np.asarray(canvas.buffer_rgba()))

    def _render(self):
        """The moved artists on the saved background, or the sentence that says why not."""
        canvas = self.figure.canvas
        canvas.restore_region(self._background)
        if self.error is None:
            try:
                for artist in self._order:
                    self.figure.draw_artist(artist)
                self._note.set_text(_say_what_overflows(self._order))
            except Exception as error:  # data that Matplotlib takes, but cannot draw
                self._fail(error)
                canvas.restore_region(self._background)
        if self.error is not None:
            self._note.set_text(textwrap.fill(self.message, 60))
        if self._note.get_text():
            self.figure.draw_artist(self._note)

    def _paint(self):
        self._render()
        canvas, buffer = self.figure.canvas, io.BytesIO()
        size = canvas.get_width_height()
        picture = Image.frombytes("RGB", size, canvas.buffer_rgba(), "raw", "RGBX")
        picture = picture.quantize(palette=self._palette, dither=Image.Dither.NONE)
        picture.putpalette(self._colors)
        picture.save(buffer, "png", compress_level=1, compress_type=3)  # runs alone, zlib.Z_RLE
        self.image.value = buffer.getvalue()
        self.frames += 1
        note = self._note.get_text().replace("\n", " ") if self.error is None else ""
        self._caption.text = f"{self.message} {note}".strip()

    def _repr_mimebundle_(self, **kwargs) -> Any:
        """The live view, and for readers without a kernel the still picture in its place."""
        if not self._open:
            return {"text/plain": "This picture is closed; run the cell again."}
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        width, text = round(self.figure.get_figwidth() * 100), self._caption.text
        still = image_bundle(self._encode_still(), alt=text, width=width, caption=text)
        # so that the server sees, when the notebook is opened, whether the view still lives; the
        # parent is what a server has started where Python itself is started by a launcher
        processes = {"processes": [os.getpid(), os.getppid()]}
        marks = {"image/png": {"alt": text, "width": width}, _VIEW: processes}
        return {**bundle, **still}, marks

    def _encode_still(self):
        """What is on screen, at more pixels: with its note, and without what it replaces."""
        hidden = [artist for artist in self._order if self.error and artist.get_visible()]
        for artist in hidden:
            artist.set_visible(False)
        self._note.set_animated(False)  # savefig leaves out what a figure animates
        try:
            return encode_png(self.figure, dpi=150)
        finally:
            self._note.set_animated(True)
            for artist in hidden:
                artist.set_visible(True)


def _check_controls(controls):
    if not isinstance(controls, dict):
        raise TypeError(f"controls must be a dict of controls, got {type(controls).__name__}")
    if not 1 <= len(controls) <= 4:
        raise ValueError(f"controls must hold one to four controls, got {len(controls)}")
    for name, control in controls.items():
        if not isinstance(control, Control):
            raise TypeError(
                f"controls[{name!r}] must be a slider or a choice, got {type(control).__name__}"
            )


def _make_palette(pixels):
    """The colours of the frames, fixed once: a paletted PNG is made four times as fast.

    White, black, the house colours, then the most frequent colours of the background, then the
    house colours in shades down to white, which is what anti-aliasing makes of them.

    Pillow rounds each channel of a pixel down to a multiple of 4 and then looks for the nearest
    entry. So the palette that it searches holds rounded colours, one of each, and the palette
    that it writes has the exact colour at the same place: white stays white.

    Returns
    -------
    searched : PIL.Image.Image
    written : bytes
    """
    house = [to_rgb(color) for color in ("white", "black", _CREAM, _AMBER, *COLORS.values())]
    house = (255 * np.array(house)).round().astype(int)
    counts: Any = Image.fromarray(pixels).convert("RGB").getcolors(pixels.size)
    frequent = [color for _, color in sorted(counts, reverse=True)]
    strengths = np.linspace(1.0, 0.1, 11)[:, None, None]
    shades = (255 - strengths * (255 - house)).round().astype(int).reshape(-1, 3)
    exact = {}
    for color in (*house.tolist(), *frequent[:128], *shades.tolist(), *frequent[128:]):
        exact.setdefault(tuple(channel // 4 * 4 for channel in color), color)
    searched = Image.new("P", (1, 1))
    searched.putpalette(bytes(np.array(list(exact)[:256], np.uint8)))
    return searched, bytes(np.array(list(exact.values())[:256], np.uint8))


def _tidy(value):
    """The value that the hand meant: browsers send 0.8999999999999998 for 0.9."""
    return float(f"{value:.10g}") if isinstance(value, float) else value


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


_pictures_by_cell = {}


def _close_earlier_pictures_of_this_cell(picture):
    """Running a cell again replaces its pictures; without this, ipywidgets keeps every one.

    Copies of a notebook have the same cell ids: the session, one for each open document, tells
    apart those that share a kernel.
    """
    from IPython import get_ipython

    shell: Any = get_ipython()
    parent = (shell.get_parent() if hasattr(shell, "get_parent") else None) or {}
    cell = (parent.get("metadata") or {}).get("cellId")
    if cell is None:
        return
    run, place = parent["header"]["msg_id"], (parent["header"].get("session"), cell)
    last_run, pictures = _pictures_by_cell.get(place, (run, []))
    if last_run != run:
        for old in pictures:
            old.close()
        pictures = []
    _pictures_by_cell[place] = (run, [*pictures, picture])
