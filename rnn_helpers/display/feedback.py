"""What an exercise's check answers: *still missing*, *not yet*, or *right*.

A check reads as the way of a right answer. Whatever is wrong with an answer is raised on that way,
by `as_number`, `as_array`, `as_arrays`, `call` or `compare`, and `check` hands it to the learner.
"""

import copy
import functools
import html
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

_HEADS = {"missing": "… Still missing", "not yet": "✗ Not yet", "right": "✓ Right"}
_EDGES = {"missing": "#767676", "not yet": "#D55E00", "right": "#009E73"}


@dataclass(frozen=True)
class Feedback:
    """The answer of a check, readable as text and, with a coloured edge, in a notebook."""

    status: Literal["missing", "not yet", "right"]
    message: str

    def __repr__(self):
        return f"{_HEADS[self.status]}: {self.message}"

    def _repr_html_(self):
        style = f"border-left: 4px solid {_EDGES[self.status]}; padding: 0.2em 0.8em"
        message = html.escape(self.message)
        return f'<div role="status" style="{style}"><b>{_HEADS[self.status]}:</b> {message}</div>'


class Verdict(Exception):
    """A Feedback, its one argument, on its way out of a check."""


def missing(message: str = "replace the three dots with your answer.") -> Feedback:
    """Nothing to check yet."""
    return Feedback("missing", message)


def not_yet(hint: str) -> Feedback:
    """A wrong answer, with a hint that names the symptom."""
    return Feedback("not yet", hint)


def right(message: str) -> Feedback:
    """A right answer, with what to take from it."""
    return Feedback("right", message)


def _refuse(hint: str) -> NoReturn:
    raise Verdict(not_yet(hint))


def check(function: Callable[[Any], Feedback]) -> Callable[[Any], Feedback]:
    """Make a check answer whatever comes: no traceback, no warning of NumPy."""

    @functools.wraps(function)
    def answer_all(answer: Any) -> Feedback:
        try:
            with np.errstate(all="ignore"):
                return missing() if answer is ... else function(answer)
        except Verdict as verdict:
            return verdict.args[0]
        except Exception as error:
            return not_yet(f"this cannot be checked ({type(error).__name__}: {error}).")

    return answer_all


def as_number(answer: Any, *, whole: bool | str = False) -> float:
    """The answer as a float, or as an int where it is to be `whole`; 57.0 is whole, too.

    An array or a tensor without axes is a number; a bool and a string are none. NaN and the
    infinities are handed on, except to `whole`, which may be the hint to what is not whole.
    """
    value = answer.item() if getattr(answer, "shape", None) == () else answer
    kind = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        _refuse(f"{kind} is expected here, this is {type(value).__name__}.")
    try:
        number = float(value)
    except OverflowError:
        _refuse("that number is too large for a float.")
    if whole and not number.is_integer():
        _refuse(whole if isinstance(whole, str) else f"{kind} is expected here, not {number}.")
    return int(number) if whole else number


def _without_tensors(answer):
    """Tensors as lists, which hold any precision, device and history; also within lists."""
    if hasattr(answer, "detach"):
        return answer.detach().tolist()
    return [_without_tensors(x) for x in answer] if isinstance(answer, list | tuple) else answer


def as_array(
    answer: Any, shape: tuple | None = None, name: str = "the result", *, finite: bool = True
) -> np.ndarray:
    """The answer in float64: of lists, an array, or a tensor with or without a gradient.

    Refused are what holds anything but numbers, ragged lists, another `shape` and, where the array
    is to be `finite`, NaN and the infinities.
    """
    try:
        array = np.asarray(_without_tensors(answer))
        if array.dtype == object and all(isinstance(x, numbers.Real) for x in array.flat):
            array = array.astype(float)
    except Exception:  # ragged, or what refuses to be an array
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        kind = type(answer).__name__
        if isinstance(answer, list | tuple | np.ndarray):
            kind += ", which holds something else or rows of different lengths"
        _refuse(f"an array of numbers is expected, this is {kind}.")
    if shape is not None and array.shape != shape:
        _refuse(f"{name} has shape {shape}, yours has {array.shape}.")
    if finite and not np.isfinite(array).all():
        _refuse(f"{name} holds {array[~np.isfinite(array)][0]}, which is not finite.")
    return np.array(array, dtype=float)


def as_arrays(answer: Any, shapes: Mapping[str, tuple], *, finite: bool = True) -> list[np.ndarray]:
    """The answer as one array for each name in `shapes`."""
    arrays = list(islice(answer, len(shapes) + 1)) if np.iterable(answer) else []
    if len(arrays) != len(shapes):
        count = ("one array is", "two arrays are", "three arrays are", "four arrays are")
        _refuse(f"{count[len(shapes) - 1]} expected here: {', '.join(shapes)}.")
    named = zip(arrays, shapes.items(), strict=True)
    return [as_array(array, shape, name, finite=finite) for array, (name, shape) in named]


def call(
    function: Any, *arguments: Any, hints: Mapping[Any, str] | None = None, changed: str = ""
) -> Any:
    """What a learner's function returns on copies of the arguments.

    `hints` says what to answer to each type of exception, and `changed` what to answer where an
    array that came in is another afterwards; else that is no mistake.
    """
    if not callable(function):
        _refuse(f"a function is expected here, this is {type(function).__name__}.")
    given = copy.deepcopy(arguments)
    try:
        result = function(*given)
    except Exception as error:
        known = [hint for kind, hint in (hints or {}).items() if isinstance(error, kind)]
        _refuse([*known, f"your function raised {type(error).__name__}: {error}"][0])
    if result is ... or result is None:
        raise Verdict(missing())
    if changed and not all(map(np.array_equal, given, arguments)):
        _refuse(changed)
    return result


def _is_close(answer, value, rtol=1e-4, atol=1e-6):
    if isinstance(answer, int):
        return answer == value
    value = np.asarray(value, dtype=float)
    largest = np.abs(value[np.isfinite(value)]).max(initial=0.0)
    return np.allclose(answer, value, rtol=0.0, atol=atol + rtol * largest)


def compare(
    answer: ArrayLike, wanted: ArrayLike, mistakes: Iterable, otherwise: str, **tolerances: float
) -> None:
    """Return where the answer is the wanted one; where it is not, raise the first hint that fits.

    A mistake is (value, hint), what it makes of the answer, or (part, value, hint), what it makes
    of a part of it; a bool as the value says by itself whether the hint fits. An int is compared
    exactly; else no entry may be further off than atol + rtol · max |value|, by default 1e-6 and
    1e-4, which leaves room for float32.
    """
    if _is_close(answer, wanted, **tolerances):
        return
    for *part, value, hint in mistakes:
        known = isinstance(value, bool | np.bool_)
        if value if known else _is_close(part[0] if part else answer, value, **tolerances):
            _refuse(hint)
    _refuse(otherwise)
