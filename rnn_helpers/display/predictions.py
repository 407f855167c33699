"""Predictions that are the reader's own: a form before the answer, and all of them at the end.

    predict("error of the ninth year", lambda: error, unit="%")
    predict("best activation", lambda: winner, choices=["sigmoid", "tanh", "ReLU"])
    compare_predictions()

What is typed goes to the kernel and no further, and it ends with the kernel. The outcome is
computed by `compare_predictions`, in the lecture's names as they are then.
"""

import contextlib
import html
import inspect
import math
import numbers
import os
import pathlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from rnn_helpers.display.writing import format_number

__all__ = ["Comparison", "Prediction", "compare_predictions", "list_outcomes", "predict"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_asked: dict[str, "Prediction"] = {}  # what this kernel was asked to predict, in its order


def predict(
    label: str, outcome: Callable[[], Any], *, unit: str = "", choices: Iterable[str] | None = None
) -> "Prediction":
    """A form that takes the reader's prediction, a number or one of `choices`.

    Parameters
    ----------
    label
        The question in a few words, as it will stand in the table at the end; one lecture has no
        label twice. Asked again, by the same cell or in a copy of the notebook on the same kernel,
        it is the same prediction, and what was answered stays.
    outcome
        `outcome()` gives what came out, once it is known: a number, in `unit`, or one of `choices`.
    unit
        "%", "steps", "nats"; shown beside the box, and no part of what has to be typed.
    """
    label = _check_text("label", label)
    if not label.strip():
        raise ValueError("label must say what is predicted, got an empty text")
    if not callable(outcome):
        raise TypeError(
            "outcome must be a function without arguments, such as lambda: value, because the"
            f" value is not known yet; got {type(outcome).__name__}"
        )
    try:
        inspect.signature(outcome).bind()
    except TypeError:
        raise TypeError("outcome must be a function without arguments") from None
    except ValueError:  # a builtin that does not tell
        pass
    unit, options = _check_text("unit", unit).strip(), _check_choices(choices)
    if options and unit:
        raise ValueError(f"unit is for numbers, not for choices, got {unit!r} with choices")
    known = _asked.get(label)
    if known is None or known.comm is None:  # the first, or one that ipywidgets has closed
        answer = known.typed if known else ""
        known = _asked[label] = Prediction(label=label, typed=answer)
    known.ask(outcome, unit, options)
    return known


def compare_predictions() -> "Comparison":
    """What the reader predicted beside what came out, for every prediction of this kernel."""
    return Comparison(tuple(prediction.compare() for prediction in _asked.values()))


def list_outcomes() -> dict[str, float | str]:
    """What came out, by label, of the predictions of this kernel whose outcome is there."""
    found = {}
    for label, prediction in _asked.items():
        with contextlib.suppress(Exception):  # names that are not there: compare() says which
            found[label] = prediction.find_outcome()
    return found


class Prediction(anywidget.AnyWidget):
    """The form that `predict` shows.

    Attributes
    ----------
    typed
        What the reader has typed or chosen, as it is; setting it is answering.
    answer
        The number or the choice that was understood; None if there is none.
    sentence
        What was kept, or why nothing could be.
    """

    _esm = pathlib.Path(__file__).with_name("predictions.js").read_text(encoding="utf-8")
    _css = pathlib.Path(__file__).with_name("predictions.css").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    typed = traitlets.Unicode().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)
    own = traitlets.Unicode().tag(sync=True)  # its id, by which the browser finds the whole model

    answer: float | str | None = None
    _outcome: Callable[[], Any]

    def ask(self, outcome: Callable[[], Any], unit: str, choices: list[str]) -> None:
        """Ask once more, perhaps otherwise; an answer that is still one stays."""
        if choices != self.choices and self.typed not in choices:
            self.typed = ""
        self._outcome, self.unit, self.choices = outcome, unit, choices
        self.own = self.model_id
        self._keep()

    @traitlets.observe("typed")
    def _on_typed(self, _change):
        self._keep()

    def _keep(self):
        try:
            self.answer = self._read(self.typed)
        except ValueError as error:
            self.answer, self.sentence = None, str(error)
            return
        self.sentence = "" if self.answer is None else f"Kept: {self.say(self.answer)}."

    def _read(self, typed):
        if not typed.strip():
            return None
        if not self.choices:
            return read_number(typed, self.unit)
        if typed not in self.choices:
            raise ValueError(f"Choose one of {_list(self.choices)}.")
        return typed

    def say(self, value: float | str) -> str:
        """A number to three digits with its unit, or a choice."""
        if isinstance(value, str):
            return value
        return f"{format_number(value)} {self.unit}".rstrip()

    def compare(self) -> "Row":
        """The prediction beside its outcome; where that cannot be computed, why not."""
        predicted = "—" if self.answer is None else self.say(self.answer)
        try:
            came_out = self.find_outcome()
        except NameError as error:
            name = f": {error.name} is not there yet" if getattr(error, "name", None) else ""
            why = f"not computed{name}; run the cells above"
        except Exception as error:
            why = f"not computed: {type(error).__name__}: {error}"
        else:
            verdict = "" if self.answer is None else self._judge(came_out)
            return Row(self.label, predicted, self.say(came_out), verdict, ok=True)
        return Row(self.label, predicted, why, "", ok=False)

    def find_outcome(self) -> float | str:
        """What came out as a float or a choice: of NumPy's scalars, arrays and tensors, too."""
        value = self._outcome()
        if hasattr(value, "item") and math.prod(getattr(value, "shape", ())) == 1:
            value = value.item()
        if self.choices:
            if isinstance(value, bool) and str(value) not in self.choices:
                value = "yes" if value else "no"
            if str(value) not in self.choices:
                raise ValueError(f"{value!r} is none of {_list(self.choices)}")
            return str(value)
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(f"a number is expected, this is {type(value).__name__}")
        return float(value)

    def _judge(self, came_out):
        if isinstance(came_out, str) or not isinstance(self.answer, float):
            return "the same" if self.answer == came_out else "another"
        return compare_numbers(self.answer, came_out, self.unit)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The form, and for readers without a kernel a line to answer in one's head."""
        text, markup = self._write_still()
        still = {"text/plain": text, "text/html": markup}
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        processes = {"processes": [os.getpid(), os.getppid()]}  # see display.server
        return {_VIEW: view, **still}, {_VIEW: processes}

    def _write_still(self):
        if self.answer is not None:
            head, rest = f"Your prediction: {self.label}", f": {self.say(self.answer)}."
        else:
            unit = f" (in {self.unit})" if self.unit else ""
            asked = f"{_list(self.choices)}?" if self.choices else "…"
            head, rest = f"Your prediction: {self.label}{unit}", f": {asked}"
            rest += " Run the lecture to write it down, or decide now: the answer comes next."
        return head + rest, f"<p><b>{html.escape(head)}</b>{html.escape(rest)}</p>"


@dataclass(frozen=True)
class Row:
    """One line of the comparison, in words; `ok` unless the outcome could not be computed."""

    label: str
    predicted: str
    came_out: str
    verdict: str
    ok: bool


_HEADS = ("", "you predicted", "came out", "yours is")
_NONE = (
    "You have not predicted anything in this run of the lecture. Answer in the boxes under the"
    " word Predict, and run this cell again: it then shows your numbers beside what came out."
)


@dataclass(frozen=True)
class Comparison:
    """All predictions of a lecture beside what came out, readable as text and in a notebook.

    Before the first answer it shows no outcome: the numbers that training yields differ from
    machine to machine, and what a lecture stores does not.
    """

    rows: tuple[Row, ...]

    def _cells(self):
        if any(row.predicted != "—" for row in self.rows):
            return [(row.label, row.predicted, row.came_out, row.verdict) for row in self.rows]
        return []

    def _failures(self):
        if self._cells():
            return []
        return [f"{row.label}: {row.came_out}" for row in self.rows if not row.ok]

    def __repr__(self):
        cells = self._cells()
        if not cells:
            return "\n".join([self._say_none(), *self._failures()])
        table = [_HEADS, *cells]
        widths = [max(len(row[column]) for row in table) for column in range(4)]
        lines = ("   ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        return "\n".join(lines)

    def _repr_html_(self):
        cells = self._cells()
        if not cells:
            lines = (html.escape(line) for line in [self._say_none(), *self._failures()])
            return "".join(f"<p>{line}</p>" for line in lines)
        left = ' style="text-align: left"'
        head = "".join(f'<th scope="col"{left}>{text}</th>' for text in _HEADS)
        body = "".join(
            f'<tr><th scope="row"{left}>{html.escape(label)}</th>'
            + "".join(f"<td{left}>{html.escape(text)}</td>" for text in rest)
            + "</tr>"
            for label, *rest in cells
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _say_none(self):
        labels = "; ".join(row.label for row in self.rows)
        return f"{_NONE} Asked were: {labels}." if labels else _NONE


_UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅙": "1/6"}
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def read_number(typed: str, unit: str = "") -> float:
    """The number that a person has typed: "27", "27 %", "1e-3", ".5", "1,000", "1/4", "2 × 10⁻³".

    The unit may stand behind it. "27 %" is 0.27 where the unit is none.

    Examples
    --------
    >>> [read_number(text) for text in ("27", ".5", "1,000", "−1/4", "10⁻³")]
    [27.0, 0.5, 1000.0, -0.25, 0.001]
    """
    text = typed.strip().replace("−", "-").replace("–", "-").replace("\u00a0", " ")
    text = re.sub(r"^(?:about|around|roughly|some|~|≈|=|약)\s*", "", text, flags=re.IGNORECASE)
    for sign, fraction in _FRACTIONS.items():
        text = text.replace(sign, fraction)
    scale = 1.0
    text = re.sub(r"\s*(?:per ?cent|퍼센트)$", "%", text, flags=re.IGNORECASE)
    others = ("x", "×") if unit == "times" else ()
    for word in dict.fromkeys((unit, unit.removesuffix("s"), *others, "%")):
        if word and text.casefold().endswith(word.casefold()):
            text = text[: -len(word)].rstrip()
            scale = 0.01 if word == "%" and unit != "%" else 1.0
            break
    value = _read_plain(text)
    if value is None:
        unit = f" in {unit}" if unit else ""
        raise ValueError(f"“{typed.strip()}” is not read as a number: write it in digits{unit}.")
    value *= scale
    if not math.isfinite(value):
        raise ValueError(f"“{typed.strip()}” is too large to be kept: write a smaller number.")
    return value


def _read_plain(text):
    text = re.sub(r"(?<=\d)\s*(?:[x×·*]\s*)?10\s*(?:\^|\*\*)\s*([+-]?\d+)$", r"e\1", text)
    text = re.sub(r"(?<=\d)\s*[x×·*]\s*10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)$", lambda m: f"e{m[1]}", text)
    text = re.sub(r"^([+-]?)10\s*(?:\^|\*\*)\s*([+-]?\d+)$", r"\g<1>1e\2", text)
    text = re.sub(r"^([+-]?)10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)$", r"\g<1>1e\2", text).translate(_UP)
    if re.fullmatch(r"[+-]?\d{1,3}(?:[,_ ]\d{3})+(?:\.\d*)?", text):
        text = re.sub("[,_ ]", "", text)
    elif re.fullmatch(r"[+-]?\d*,\d+", text):
        text = text.replace(",", ".")
    parts = re.fullmatch(rf"({_PLAIN})(?:\s*/\s*({_PLAIN}))?", text)
    if not parts:
        return None
    value, below = float(parts[1]), float(parts[2] or 1.0)
    return value / below if below else None


def compare_numbers(predicted: float, came_out: float, unit: str = "") -> str:
    """How a prediction lies to what came out: a factor where there is one, else the difference.

    Examples
    --------
    >>> compare_numbers(30, 10), compare_numbers(0.5, 10), compare_numbers(40, 27, "%")
    ('3 times too large', '20 times too small', '13 points higher')
    """
    if not math.isfinite(came_out):
        return ""
    if format_number(predicted) == format_number(came_out):
        return "the same"
    gap = predicted - came_out
    if unit == "%":
        return f"{format_number(abs(gap))} points {'higher' if gap > 0 else 'lower'}"
    if predicted * came_out <= 0:
        return f"{format_number(abs(gap))} {'higher' if gap > 0 else 'lower'}"
    ratio = predicted / came_out
    if abs(ratio - 1) < 0.1:
        return f"within {max(1, math.ceil(round(100 * abs(ratio - 1), 6)))} %"
    if ratio > 1:
        return f"{_format_factor(ratio)} times too large"
    return f"{_format_factor(1 / ratio)} times too small"


def _format_factor(ratio):
    return format_number(float(f"{ratio:.2g}"))


def _list(words):
    *first, last = words
    return f"{', '.join(first)} or {last}"


def _check_text(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {value!r}")
    return value


def _check_choices(choices):
    if choices is None:
        return []
    if isinstance(choices, str) or not isinstance(choices, Iterable):
        raise TypeError(f"choices must be a list of texts, got {choices!r}")
    found = [_check_text("each of choices", choice) for choice in choices]
    if len(found) < 2 or len(set(found)) < len(found) or not all(map(str.strip, found)):
        raise ValueError(f"choices must be at least two different texts, got {found!r}")
    return found
