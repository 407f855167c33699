"""The picture on the page: vector marks that the browser draws, and the sentence above them."""

import pathlib
from collections.abc import Callable, Iterable
from typing import Any

import anywidget
import traitlets

from rnn_helpers.display.recording import Mark, compact

_HERE = pathlib.Path(__file__).parent


class Stage(anywidget.AnyWidget):
    """What `player.js` draws and `stage.js` connects to the controls beside it.

    The page shows the frame that it holds for where its controls stand; `frame`, the last that
    was asked for, where it holds none. It also names the controls and the picture for screen
    readers: the slider handle of ipywidgets 8 has no accessible name and no setting for one.
    """

    _esm = "".join(
        _HERE.joinpath(name).read_text(encoding="utf-8") for name in ("player.js", "stage.js")
    )
    _css = _HERE.joinpath("player.css").read_text(encoding="utf-8")
    controls = traitlets.List().tag(sync=True)  # [model id, name, has steps], the one to drag first
    layouts = traitlets.Dict().tag(sync=True)  # {"wide": Layout.still, perhaps "narrow": …}
    parts = traitlets.List().tag(sync=True)  # [name, what it does] of each that can be pointed at
    frame = traitlets.Dict().tag(sync=True)  # {"text", "styles", "marks": {layout: …}}

    def __init__(self, hear: Callable[[str], None], **traits: Any):
        super().__init__(**traits)
        self._hear = hear
        self.on_msg(self._take)

    def show(self, text: str, marks: dict[str, list[Mark]]) -> None:
        """Show the frame of a value just asked for."""
        self.frame = _make_frame(text, marks)

    def shows(self, text: str, marks: dict[str, list[Mark]]) -> bool:
        """Whether that is the frame that was asked for last."""
        return self.frame == _make_frame(text, marks)

    def store(self, group: str, frames: dict[int, tuple[str, dict[str, list[Mark]]]]) -> None:
        """Have the pages keep frames, by their steps."""
        styles: list[dict[str, Any]] = []
        compacted = {
            step: [text, {name: compact(each, styles) for name, each in marks.items()}]
            for step, (text, marks) in frames.items()
        }
        self.send({"kind": "frames", "group": group, "styles": styles, "frames": compacted})

    def forget(self, groups: Iterable[str]) -> None:
        """Have the pages drop the frames of these groups."""
        self.send({"kind": "forget", "groups": list(groups)})

    def _take(self, _widget, content, _buffers):
        """A page has opened a view, or turned to another layout."""
        if isinstance(content, dict) and content.get("kind") == "open":
            self._hear(str(content.get("layout")))


def _make_frame(text, marks):
    styles: list[dict[str, Any]] = []
    compacted = {name: compact(each, styles) for name, each in marks.items()}
    return {"text": text, "styles": styles, "marks": compacted}
