"""The frames of one demo as scripts that a page can load, from a folder too."""

import base64
import gzip
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_helpers.display.controls import Steps, find_step, list_settings
from rnn_helpers.display.live import Live
from rnn_helpers.display.recording import compact

LAYOUTS = ("wide", "narrow")
USUAL = 5  # settings of a slider that is not the first, its ends and its start among them
MORE = 1.3  # room is kept for texts up to so many times as long as the one at the start

# Where the lesson needs more of them, or these ones, or drawing them takes longer than it is worth.
COUNTS: dict[tuple[str, str], int | Sequence[Any]] = {
    ("gate_demo", "step"): (1, 5, 10, 15, 21, 36, 40),
    ("lstm_decay_demo", "input_bias"): (-3.0, 0.0, 1.5, 3.0, 6.0),
    ("lstm_decay_demo", "output_bias"): (-3.0, 0.0, 1.5, 3.0, 6.0),
    ("lstm_decay_demo", "weight_scale"): (0.1, 0.5, 1.0, 2.0, 4.0),
    ("gated_decay_demo", "reset_bias"): (-3.0, -2.0, 0.0, 3.0, 6.0),
    ("gated_decay_demo", "candidate_scale"): (0.0, 0.5, 1.0, 2.0, 4.0),
    ("gate_demo", "opens_at"): 9,
    ("gates_demo", "last"): (7, 15, 24, 30, 40),
    ("gates_demo", "z_inside"): (0.0, 0.5, 0.9, 0.95, 0.99, 1.0),
    ("gates_demo", "z_outside"): (0.0, 0.5, 0.9, 1.0),
    ("sweep_demo", "k"): 6,
    ("truncation_demo", "spectral_radius"): 13,
    ("clipping_cliff_demo", "start_w"): 9,
    ("sampling_demo", "top_p"): (0.05, 0.5, 0.7, 1.0),
    ("sampling_demo", "seed"): 3,
}


class Reels:
    """A demo on its way to the page: which settings, and the scripts that hold their frames.

    Parameters
    ----------
    name
        What the page calls it, "05_vanishing_and_exploding_gradients/0".
    function
        That which made it, "gradient_decay_demo".
    """

    def __init__(
        self,
        demo: Live,
        name: str,
        function: str,
        counts: Mapping[tuple[str, str], int | Sequence[Any]] = COUNTS,
    ):
        self._demo, self._name = demo, name
        self.settings, self._starts = {}, {}
        for number, (argument, control) in enumerate(demo.controls.items()):
            settings = list_settings(control)
            start = 0 if is_typed(control) else find_step(control)
            places = list(range(len(settings)))
            if number and not hasattr(control, "options"):
                wanted = counts.get((function, argument), USUAL)
                if isinstance(wanted, int):
                    places = choose_places(len(settings), start, wanted)
                else:
                    places = sorted({start, *map(settings.index, wanted)})
            self.settings[argument] = [settings[place] for place in places]
            self._starts[argument] = places.index(start)

    def write(self, folder: Path) -> int:
        """Write all scripts into `folder`; return the number of frames."""
        folder.mkdir(parents=True, exist_ok=True)
        first, *others = self.settings
        start = tuple(self._starts[name] for name in others)
        count, longest = 0, {}
        for group in itertools.product(*(range(len(self.settings[name])) for name in others)):
            values = {
                name: self.settings[name][place] for name, place in zip(others, group, strict=True)
            }
            settings = [{first: setting, **values} for setting in self.settings[first]]
            frames = self._demo.record(LAYOUTS, settings)
            for layout in LAYOUTS:
                key = "-".join([layout, *map(str, group)])
                _write_script(folder / f"{key}.js", self._name, key, _gather(frames, layout))
            count += len(frames) * len(LAYOUTS)
            longest[group] = max((text for text, _ in frames), key=len)
        near = (text for text in longest.values() if len(text) < MORE * len(longest[start]))
        described = self._describe() | {"longest": max(near, key=len)}
        _write_script(folder / "index.js", self._name, "index", described)
        return count

    def _describe(self):
        """What the page has to know before the first frame; it comes with the one of the start."""
        values = {name: self.settings[name][self._starts[name]] for name in self.settings}
        start = self._demo.record(LAYOUTS, [values])
        return {
            "controls": [self._describe_control(name) for name in self.settings],
            "parts": self._demo.stage.parts,
            "layouts": {layout: self._demo.get_still(layout, self.settings) for layout in LAYOUTS},
            "start": {layout: _gather(start, layout) for layout in LAYOUTS},
        }

    def _describe_control(self, name):
        control = self._demo.controls[name]
        if hasattr(control, "options"):
            texts = [o[0] if isinstance(o, tuple) else str(o) for o in control.options]
            kind = "choice"
        elif is_typed(control):
            kind, texts = "typed", [control.value]
        else:
            kind = "steps" if isinstance(control, Steps) else "slider"
            shown = control.readout_format
            shown += "" if shown[-1].isalpha() else "g"  # what digits alone are to ipywidgets
            texts = [format(setting, shown).replace("-", "−") for setting in self.settings[name]]
        return {
            "label": control.description, "kind": kind, "texts": texts,
            "start": self._starts[name],
        }  # fmt: skip


def is_typed(control: Any) -> bool:
    """Whether a control takes any text, which nobody can record."""
    return isinstance(control.value, str) and not hasattr(control, "options")


def choose_places(count: int, start: int, wanted: int) -> list[int]:
    """About `wanted` of the places 0 … count − 1, evenly; both ends and `start` among them."""
    if count <= wanted:
        return list(range(count))
    if wanted == 1:
        return [start]
    evenly = {round(n * (count - 1) / (wanted - 1)) for n in range(wanted)}
    inner = evenly - {0, count - 1}
    if start not in evenly and inner:  # takes the place of its nearest neighbour
        evenly.remove(min(sorted(inner), key=lambda place: abs(place - start)))
    return sorted(evenly | {start})


def _gather(frames: Iterable[tuple[str, dict]], layout: str) -> dict[str, Any]:
    styles: list[dict[str, Any]] = []
    gathered = [[text, compact(marks[layout], styles)] for text, marks in frames]
    return {"styles": styles, "frames": gathered}


def _write_script(path, name, key, content):
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode("utf-8"), mtime=0)).decode("ascii")
    path.write_text(f'rnnReel("{name}","{key}","{packed}");\n', encoding="ascii")
