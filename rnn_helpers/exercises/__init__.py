"""What an exercise's check answers: *still missing*, *not yet*, or *right*."""

import html
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
