"""The picture that follows a slider.

A change computes numbers, moves the artists that depend on them and sends what those paint as
vector marks. Nothing else is drawn, no figure is created, and the axes stay where they are, so the
hand sees every value it produces. What a hand is likely to ask for next is recorded ahead.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np
from IPython import get_ipython
from matplotlib.artist import Artist

from rnn_helpers.display.ahead import Ahead
from rnn_helpers.display.controls import (
    Control,
    Steps,
    choice,
    find_step,
    list_settings,
    log_slider,
    slider,
    stepper,
    text_box,
    tidy,
)
from rnn_helpers.display.figures import image_bundle, use_own_settings
from rnn_helpers.display.handles import find_handles
from rnn_helpers.display.layouts import Layout, make_narrow
from rnn_helpers.display.recording import Mark
from rnn_helpers.display.stage import Stage

__all__ = ["Live", "choice", "live", "log_slider", "slider", "stepper", "text_box"]

_VIEW = "application/vnd.jupyter.widget-view+json"
Frame = tuple[str, dict[str, list[Mark]]]  # the sentence, and the marks by layout


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
    parts: Mapping[str, str] | None = None,
) -> "Live":
    """A picture of `compute(**values)` that follows its controls.

    Parameters
    ----------
    compute
        `compute(**values) -> result`: numbers only, and the same for the same values, as pages
        keep frames. The sentence of an error is shown on the figure.
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
    parts
        {gid of artists: what that part does}, in the order in which they are read. A page lights
        the artists of one part together, be they a drawing, a curve, a term or a line of code,
        where any of them is pointed at or the part's button is focused. A gid "a|b" belongs to
        both: it lights with each of them, and whoever points at it has pointed at a.
    """
    _check_controls(controls)
    _check_parts(parts)
    widgets = {name: control.make(name) for name, control in controls.items()}
    return Live(
        compute, draw, widgets, describe, width=width, height=height, nrows=nrows, ncols=ncols,
        parts=parts or {},
    )  # fmt: skip


@dataclass(frozen=True)
class _Outcome:
    """What came of one setting; its error is said in place of a picture."""

    result: Any = None
    message: str = ""
    error: Exception | None = None


class Live(ipywidgets.VBox):
    """What `live` returns: the controls above, the picture below.

    Attributes
    ----------
    frames
        How many pictures were painted.
    """

    controls: dict[str, Any]  # widgets, by the names of `compute`'s arguments
    frames: int
    _open = False  # between __init__ and close
    _viewed = False  # by a page
    _astray = False  # the figures show what was recorded last, not what is on screen

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
        parts: Mapping[str, str],
    ):
        self._compute, self._draw, self._describe = compute, draw, describe
        self._lock = threading.RLock()  # JupyterLab's sliders are heard in a thread of their own
        self._panels = {"height": height, "nrows": nrows, "ncols": ncols}
        self.controls, self.frames, self._holds, self._layouts = controls, 0, 0, {}
        self._first = next(iter(controls))
        self._settings = list_settings(controls[self._first])
        self._defaults = {name: control.value for name, control in controls.items()}
        with use_own_settings():
            self._values = self._read_values()
            self._outcome = self._evaluate(self._values)
            if self.error is not None:
                raise self.error
            self._first_result = self.result
            self._layouts["wide"] = Layout(draw, self.result, width=width, **self._panels)
            self._outcome, text, marks = self._make_frame(self._outcome)
        if self.error is not None:
            self._layouts.clear()
            raise self.error

        self._reset_button = ipywidgets.Button(
            description="Reset", tooltip="Put every control back", layout={"width": "6em"}
        )
        self.stage = Stage(
            self._open_view,
            layouts={"wide": self.get_still("wide")},
            parts=[list(part) for part in parts.items()],
            controls=[
                [control.model_id, control.description, isinstance(control, Steps)]
                for control in controls.values()
            ],
            layout={"width": f"{round(width * 100)}px", "max_width": "100%"},
        )
        # the first control is the one to drag: it takes the full width, a value every few pixels
        controls[self._first].layout.width = "100%"
        panel = ipywidgets.Box(
            [*controls.values(), self._reset_button],
            layout={"flex_flow": "row wrap", "width": f"{round(width * 100)}px",
                    "max_width": "100%", "align_items": "center"},
        )  # fmt: skip
        stage = self.stage
        self._ahead = Ahead(self._record_step, stage.store, stage.forget, self._lock)
        self._show(text, marks)
        for control in controls.values():
            control.observe(self._follow, names="value")
        self._reset_button.on_click(lambda _: self.reset())
        super().__init__([panel, self.stage])
        self._open = True
        self._shell = get_ipython()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._look_again)
        _close_earlier_pictures_of_this_cell(self)

    @property
    def result(self) -> Any:
        """What `compute` returned last; None if it failed."""
        return self._outcome.result

    @property
    def message(self) -> str:
        """What `describe` said last: the alternative text."""
        return self._outcome.message

    @property
    def error(self) -> Exception | None:
        """Why the last values could not be shown; its sentence stands on the figure."""
        return self._outcome.error

    @property
    def text(self) -> str:
        """The sentence above the picture: the message, and what could not be drawn of it."""
        return self.stage.frame["text"]

    @property
    def figure(self) -> Any:
        """Matplotlib's, in the wide layout; None once closed."""
        self._come_back()
        return self._layouts["wide"].figure if self._layouts else None

    @property
    def artists(self) -> dict[str, Artist]:
        """Those that `draw` returned for `figure`."""
        self._come_back()
        return self._layouts["wide"].artists if self._layouts else {}

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

    def record(self, layouts: Iterable[str], settings: Iterable[dict[str, Any]]) -> list[Frame]:
        """The sentence and the marks, by layout, of each setting; what is on screen stays.

        A setting has a value for every control. The layouts are "wide" and "narrow".
        """
        with self._lock, use_own_settings():
            for name in layouts:
                self._prepare_layout(name)
            self._astray = True
            return [self._make_frame(self._evaluate(values))[1:] for values in settings]

    def get_still(self, name: str, settings: Mapping[str, list] | None = None) -> dict[str, Any]:
        """What never moves of a layout that was recorded, as in `Layout.still`, and its handles.

        The handles count the settings of each control: all of them, or those that a page has.
        """
        if settings is None:
            settings = {each: list_settings(control) for each, control in self.controls.items()}
        layout = self._layouts[name]
        return {**layout.still, "handles": find_handles(layout.figure, settings)}

    def close(self) -> None:
        """Close every widget of the picture and let the figure go."""
        if not self._open:  # closed before, or never finished
            return
        with self._lock:  # what a slider's thread is painting is finished first
            self._open = False
        self._ahead.close()
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._look_again)
        for widget in (*self.controls.values(), self._reset_button, *self.children, self):
            widget.unobserve_all()
            for part in ("style", "layout"):  # ipywidgets closes neither with its widget
                if widget.has_trait(part):
                    getattr(widget, part).close()
            if widget is not self:
                widget.close()
        super().close()
        vars(self).pop("_repr_mimebundle_", None)  # ipywidgets hides ours behind None
        self._layouts = {}

    def _follow(self, _change):
        with self._lock:
            if self._open and not self._holds:
                self._values = self._read_values()
                with use_own_settings():
                    outcome = self._evaluate(self._values)
                    self._outcome, text, marks = self._make_frame(outcome)
                self._show(text, marks)

    def _show(self, text, marks):
        self._astray = False
        group, step = self._find_place()
        self.stage.show(text, marks)
        self.frames += 1
        if self._viewed and not isinstance(step, str):  # what is typed cannot be foreseen
            self._ahead.follow(group, step, len(self._settings))

    def _read_values(self):
        return {name: tidy(control.value) for name, control in self.controls.items()}

    def _find_place(self):
        """The group, which is where all controls but the first stand, and the first one's step."""
        first, *others = (find_step(control) for control in self.controls.values())
        return json.dumps(others, ensure_ascii=False, separators=(",", ":")), first

    def _evaluate(self, values):
        """Numbers and a sentence; whatever goes wrong becomes a sentence, never a traceback."""
        try:
            with np.errstate(all="ignore"):  # overflow is said on the figure, not on stderr
                result = self._compute(**values)
            return _Outcome(result, self._describe(result))
        except Exception as error:
            return _fail(error)

    def _make_frame(self, outcome):
        """The outcome, which drawing may turn into an error; its sentence; its marks by layout."""
        note, marks = "", {}
        if outcome.error is None:
            try:
                with np.errstate(all="ignore"):
                    notes = [layout.move(outcome.result) for layout in self._layouts.values()]
                note = notes[0]
                marks = {name: layout.record(note) for name, layout in self._layouts.items()}
            except Exception as error:  # data that Matplotlib takes, but cannot draw
                outcome = _fail(error)
        if outcome.error is not None:
            said = outcome.message
            marks = {name: layout.record_note(said) for name, layout in self._layouts.items()}
        return outcome, f"{outcome.message} {note}".replace("\n", " ").strip(), marks

    def _open_view(self, layout):
        """A page shows the picture from now on, in this layout, and holds no frame yet."""
        with self._lock:
            if not self._open or layout not in ("wide", "narrow"):
                return
            self._viewed = True
            with use_own_settings():
                self._prepare_layout(layout)
            self._ahead.clear()
            self._follow(None)

    def _prepare_layout(self, name):
        if name not in self._layouts:
            self._layouts[name] = make_narrow(self._draw, self._first_result, **self._panels)
            self.stage.layouts = {each: self.get_still(each) for each in self._layouts}

    def _record_step(self, step):
        """The frame of another setting of the first control, the others as last painted.

        A thread that has moved one of them since then waits for the lock.
        """
        values = self._values | {self._first: self._settings[step]}
        self._astray = True
        with use_own_settings():
            return self._make_frame(self._evaluate(values))[1:]

    def _come_back(self):
        """Bring the figures back to what is on screen."""
        if self._astray:
            with self._lock, use_own_settings():
                self._make_frame(self._outcome)
                self._astray = False

    def _look_again(self, _ran=None):
        """After a cell: has it changed what `compute` reads, as the weights of a model?"""
        with self._lock:
            if not (self._open and self._viewed):
                return
            with use_own_settings():
                now = self._make_frame(self._evaluate(self._values))
            self._astray = True
            if not self.stage.shows(*now[1:]):
                self._ahead.forget_all()
                self._follow(None)

    def _repr_mimebundle_(self, **kwargs) -> Any:
        """The live view, and for readers without a kernel the still picture in its place."""
        if not self._open:
            return {"text/plain": "This picture is closed; run the cell again."}
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        with self._lock:
            width = round(self.figure.get_figwidth() * 100)
            png = self._layouts["wide"].encode(without_moving=self.error is not None)
        still = image_bundle(png, alt=self.text, width=width, caption=self.text)
        # so that the server sees, when the notebook is opened, whether the view still lives; the
        # parent is what a server has started where Python itself is started by a launcher
        processes = {"processes": [os.getpid(), os.getppid()]}
        marks = {"image/png": {"alt": self.text, "width": width}, _VIEW: processes}
        return {**bundle, **still}, marks


def _fail(error):
    return _Outcome(None, f"This setting cannot be shown: {error}", error)


def _check_parts(parts):
    if parts is not None and not isinstance(parts, Mapping):
        raise TypeError(f"parts must be a dict of texts, got {type(parts).__name__}")
    for name, words in (parts or {}).items():
        for text in (name, words):
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"parts must hold names and what they do, got {name!r}: {words!r}")


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


_pictures_by_cell = {}


def _close_earlier_pictures_of_this_cell(picture):
    """Running a cell again replaces its pictures; without this, ipywidgets keeps every one.

    Copies of a notebook have the same cell ids: the session, one for each open document, tells
    apart those that share a kernel.
    """
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
