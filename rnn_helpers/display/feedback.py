"""What an exercise's check answers: *still missing*, *not yet*, or *right*."""

import html
import numbers
from dataclasses import dataclass

_SIGNS = {"missing": "…", "not yet": "✗", "right": "✓"}
_HEADS = {"missing": "Still missing", "not yet": "Not yet", "right": "Right"}
_EDGES = {"missing": "#767676", "not yet": "#D55E00", "right": "#009E73"}


@dataclass(frozen=True)
class Feedback:
    """The answer of a check, readable as text and, with a coloured edge, in a notebook.

    Attributes
    ----------
    status : {"missing", "not yet", "right"}
    message : str
    """

    status: str
    message: str

    def __post_init__(self):
        if self.status not in _SIGNS:
            raise ValueError(f"status must be one of {', '.join(_SIGNS)}, got {self.status!r}")

    def __repr__(self):
        return f"{_SIGNS[self.status]} {_HEADS[self.status]}: {self.message}"

    def _repr_html_(self):
        return (
            f'<div role="status" style="border-left: 4px solid {_EDGES[self.status]};'
            f' padding: 0.2em 0.8em"><b>{_SIGNS[self.status]} {_HEADS[self.status]}:</b>'
            f" {html.escape(self.message)}</div>"
        )


def missing(message="replace the three dots with your answer."):
    """Nothing to check yet."""
    return Feedback("missing", message)


def not_yet(hint):
    """A wrong answer, with a hint that names the symptom."""
    return Feedback("not yet", hint)


def right(message):
    """A right answer, with what to take from it."""
    return Feedback("right", message)


def as_number(answer, *, whole=False):
    """The answer as a plain number, or the Feedback that says what it is instead.

    Parameters
    ----------
    answer : object
        Also an array or a tensor without axes. Neither a bool nor a string is a number; a
        Feedback, as of `try_call`, is handed on.
    whole : bool
        Take whole numbers alone; 57.0 is one.

    Returns
    -------
    number : float, or int where `whole`; or Feedback
    """
    if isinstance(answer, Feedback):
        return answer
    if answer is ...:
        return missing()
    if getattr(answer, "shape", None) == ():
        answer = answer.item()
    kind = "a whole number" if whole else "a number"
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        return not_yet(f"{kind} is expected here, this is {type(answer).__name__}.")
    try:
        number = float(answer)
    except OverflowError:
        return not_yet("that number is too large for a float.")
    if not whole:
        return number
    return (
        int(number) if number.is_integer() else not_yet(f"{kind} is expected here, not {number}.")
    )


def try_call(function, *arguments, **keywords):
    """Call a learner's function; return its result, or the Feedback that says what went wrong.

    Returns
    -------
    result : object
        What the function returned; a `Feedback` where it is no function, raised, or returned
        the stub's `...`.
    """
    if function is ...:
        return missing()
    if not callable(function):
        return not_yet(f"a function is expected here, this is {type(function).__name__}.")
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        return not_yet(f"your function raised {type(error).__name__}: {error}")
    return missing() if result is ... or result is None else result
