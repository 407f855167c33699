"""What the hand moves: sliders, lists of choices and lines to type in, for `live.live`.

A control is made by `live`, which knows the argument that it stands for: an error names that.
"""

import math
import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from rnn_helpers.validation import check_choice, check_integer, check_number

__all__ = [
    "Control", "Steps", "choice", "find_step", "list_settings", "log_slider", "slider", "stepper",
    "text_box", "tidy",
]  # fmt: skip

_LOOKS = {
    "style": {"description_width": "11em"},
    "layout": {"width": "26em", "max_width": "100%"},
}


class Steps(ipywidgets.IntSlider):
    """A slider that the page gives buttons for its steps."""


@dataclass(frozen=True)
class Control:
    """A control to be: `make(name)` is its widget, `name` what an error calls its value."""

    make: Callable[[str], ipywidgets.ValueWidget]


def slider(
    label: str,
    minimum: float,
    maximum: float,
    step: float,
    value: float,
    *,
    readout_format: str | None = None,
) -> Control:
    """A slider that reports while it is dragged; whole numbers if all four numbers are.

    `readout_format` is a format specification such as ".2f".
    """

    def make(name):
        whole = all(isinstance(n, numbers.Integral) for n in (minimum, maximum, step, value))
        check: Any = check_integer if whole else check_number
        low, high = check("minimum", minimum), check("maximum", maximum)
        start = check(name, value, minimum=low, maximum=high)
        check_number("step", step, exclusive_minimum=0)
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        return kind(
            description=label, tooltip=label, min=low, max=high, step=step, value=start,
            readout_format=readout_format or ("d" if whole else ".2f"), **_LOOKS,
        )  # fmt: skip

    return Control(make)


def log_slider(
    label: str,
    minimum: float,
    maximum: float,
    value: float,
    *,
    steps_per_decade: int = 20,
    readout_format: str = ".3",
) -> Control:
    """A slider over positive numbers whose steps multiply: equal distances for equal ratios.

    A format of digits alone is "g" without zeros at the end: 0.05, where ".3g" is 0.0500 on a page.
    """

    def make(name):
        check_number("minimum", minimum, exclusive_minimum=0)
        check_number("maximum", maximum, exclusive_minimum=0)
        start = check_number(name, value, minimum=minimum, maximum=maximum)
        return ipywidgets.FloatLogSlider(
            description=label, tooltip=label, min=math.log10(minimum), max=math.log10(maximum),
            step=1 / check_integer("steps_per_decade", steps_per_decade, minimum=1), value=start,
            base=10, readout_format=readout_format, **_LOOKS,
        )  # fmt: skip

    return Control(make)


def stepper(label: str, last: int, value: int = 0, *, first: int = 0) -> Control:
    """A slider from `first` to `last`, with buttons that go to the step before, play, and go on.

    It has to be the first control of its picture.
    """

    def make(name):
        most = check_integer("last", last, minimum=check_integer("first", first) + 1)
        start = check_integer(name, value, minimum=first, maximum=most)
        return Steps(
            description=label, tooltip=label, min=first, max=most, step=1, value=start, **_LOOKS
        )

    return Control(make)


def choice(label: str, options: Sequence, value: object) -> Control:
    """A drop-down list of texts, or of (text, object) pairs; `value` is chosen at first.

    No object may be None: it would show as nothing.
    """

    def make(name):
        allowed = [option[1] if isinstance(option, tuple) else option for option in options]
        check_choice(name, value, allowed)
        if None in allowed:
            raise ValueError(f"options must not hold None, got {options!r}")
        return ipywidgets.Dropdown(
            description=label, tooltip=label, options=options, value=value, **_LOOKS
        )

    return Control(make)


def text_box(label: str, value: str = "", *, placeholder: str = "") -> Control:
    """A line to type in, followed at every key; while it is empty, `placeholder` stands in it."""

    def make(name):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a text, got {value!r}")
        return ipywidgets.Text(
            description=label, tooltip=label, value=value, placeholder=placeholder,
            continuous_update=True, **_LOOKS,
        )  # fmt: skip

    return Control(make)


def list_settings(control: Any) -> list:
    """All values that a hand can give the widget of a control, from the least to the greatest.

    A line to type in has the one that stands in it.
    """
    if isinstance(control, ipywidgets.Dropdown):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if isinstance(control, ipywidgets.Text):
        return [control.value]
    count = round((control.max - control.min) / control.step)
    steps = [control.min + number * control.step for number in range(count)] + [control.max]
    if isinstance(control, ipywidgets.FloatLogSlider):
        steps = [control.base**step for step in steps]
    return [tidy(step) for step in steps]


def find_step(control: Any) -> Any:
    """Where the widget of a control stands among its settings; what is typed, as it is.

    `stage.js` counts the same way, so that both name a setting alike.
    """
    if isinstance(control, ipywidgets.Dropdown):
        return control.index
    if isinstance(control, ipywidgets.Text):
        return control.value
    place: Any = control.value
    if isinstance(control, ipywidgets.FloatLogSlider):
        base: Any = control.base
        place = math.log(place) / math.log(base)
    return round((place - control.min) / control.step)


def tidy(value: Any) -> Any:
    """The value that the hand meant: browsers send 0.8999999999999998 for 0.9."""
    return float(f"{value:.10g}") if isinstance(value, float) else value
