"""Every demo of the package, and ways to move its controls: for the tests and the benchmarks."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_helpers import lectures
from rnn_helpers.display.live import Live


def find_demos() -> dict[str, Callable[[], Live]]:
    """Each function in the demos of a lecture that makes one by itself, by "lecture.function".

    Demos of a model that the caller has trained are left out.
    """
    found = {}
    for room in pkgutil.iter_modules(lectures.__path__):
        content = importlib.import_module(f"{lectures.__name__}.{room.name}.demos")
        for name, function in inspect.getmembers(content, inspect.isfunction):
            if function.__module__ != content.__name__ or not name.endswith("_demo"):
                continue
            parameters = inspect.signature(function).parameters.values()
            if all(parameter.default is not parameter.empty for parameter in parameters):
                found[f"{room.name}.{name}"] = function
    return found


def list_settings(control: Any) -> list:
    """All values that a hand can give a control, from the least to the greatest."""
    if hasattr(control, "options"):  # a list of choices
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    count = round((control.max - control.min) / control.step)
    steps = [control.min + number * control.step for number in range(count)] + [control.max]
    if hasattr(control, "base"):  # a logarithmic slider steps in exponents
        return [control.base**step for step in steps]
    return steps


def move_at_random(demo: Live, rng: np.random.Generator) -> None:
    """Give one control of the demo another value, both drawn from `rng`."""
    names = list(demo.controls)
    name = names[rng.integers(len(names))]
    settings = list_settings(demo.controls[name])
    demo.controls[name].value = settings[rng.integers(len(settings))]
