"""Predictions: what people type is understood, answers stay, no outcome ends in a traceback."""

import math

import numpy as np
import pytest
import torch

from rnn_helpers.display import predictions
from rnn_helpers.display.predictions import (
    compare_numbers,
    compare_predictions,
    format_number,
    predict,
    read_number,
)
from rnn_helpers.display.server import drop_stale_views

VIEW = "application/vnd.jupyter.widget-view+json"
CHOICES = ["sigmoid", "tanh", "ReLU"]


@pytest.fixture(autouse=True)
def _fresh_kernel():
    predictions._asked.clear()
    yield
    for prediction in predictions._asked.values():
        prediction.close()
    predictions._asked.clear()


def answer(form, typed):
    """What the browser sends."""
    form.set_state({"typed": typed})
    return form


def refuse():
    raise ZeroDivisionError("division by zero")


# What is typed


@pytest.mark.parametrize(("typed", "value"), [
    ("27", 27), (" 27 ", 27), ("27%", 27), ("27 %", 27), ("-3.5", -3.5), ("−3.5", -3.5),
    ("+4", 4), (".5", 0.5), ("5.", 5), ("1e-3", 1e-3), ("1E3", 1e3), ("1,000", 1000),
    ("12 000", 12000), ("1_000.5", 1000.5), ("0,5", 0.5), ("1/4", 0.25), ("½", 0.5),
    ("10^-3", 1e-3), ("10**6", 1e6), ("10⁻³", 1e-3), ("2 × 10⁻³", 2e-3), ("2*10^5", 2e5),
    ("2x10^5", 2e5), ("about 30", 30), ("~30", 30), ("≈ 30 %", 30), ("약 30", 30), ("0", 0),
])  # fmt: skip
def test_a_number_is_read_as_people_write_it(typed, value):
    assert read_number(typed, "%") == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("typed", "unit", "value"), [
    ("3 steps", "steps", 3), ("1 step", "steps", 1), ("2.1 NATS", "nats", 2.1), ("7", "", 7),
    ("27 %", "", 0.27), ("27 %", "nats", 0.27), ("10 times", "times", 10), ("10 times", "×", None),
    ("10 ×", "×", 10), ("2.3x", "times", 2.3), ("2 ×", "times", 2), ("90 percent", "%", 90),
    ("90 per cent", "", 0.9), ("90퍼센트", "%", 90), ("2x", "steps", None),
])  # fmt: skip
def test_the_unit_may_stand_behind_the_number(typed, unit, value):
    if value is None:
        with pytest.raises(
            ValueError, match=f"is not read as a number: write it in digits in {unit}"
        ):
            read_number(typed, unit)
    else:
        assert read_number(typed, unit) == pytest.approx(value)


@pytest.mark.parametrize("typed", [
    "ten", "nan", "inf", "1e999", "1/0", "2 or 3", "1..2", "e", "%", "-", "__import__('os')",
    "1,00,0", "3 apples", "٣x", "-inf", "1/4/2",
])  # fmt: skip
def test_what_is_no_number_gets_a_sentence_and_is_not_kept(typed):
    form = answer(predict("share", lambda: 1.0), typed)
    assert form.answer is None
    assert form.sentence.startswith(f"“{typed}” is ")


@pytest.mark.parametrize(("value", "text"), [
    (0, "0"), (27.0, "27"), (0.27, "0.27"), (2.345, "2.35"), (1234.5, "1,230"), (100.0, "100"),
    (999.9, "1,000"), (-0.5, "−0.5"), (4.5e-6, "4.5 × 10⁻⁶"), (-2e9, "−2 × 10⁹"), (1e-4, "0.0001"),
    (0.09996, "0.1"), (math.inf, "inf"), (math.nan, "nan"),
])  # fmt: skip
def test_a_number_is_written_with_three_digits(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(("predicted", "came_out", "unit", "words"), [
    (27, 27.04, "%", "the same"), (40, 27, "%", "13 points higher"), (0, 3, "", "3 lower"),
    (-1, 2, "", "3 lower"), (30, 10, "steps", "3 times too large"),
    (0.5, 10, "", "20 times too small"), (10.5, 10, "", "within 5 %"),
    (-20, -10, "", "2 times too large"), (1, math.nan, "", ""), (2, math.inf, "", ""),
    (1e12, 1, "", "10¹²"), (95, 100, "", "within 5 %"),
])  # fmt: skip
def test_two_numbers_are_compared_in_words(predicted, came_out, unit, words):
    found = compare_numbers(predicted, came_out, unit)
    assert found == words or (words == "10¹²" and words in found)


# The form


def test_an_answer_is_kept_and_said():
    form = answer(predict("share kept", lambda: 0.5, unit="%"), "27 %")
    assert (form.answer, form.sentence) == (27.0, "Kept: 27 %.")
    answer(form, "")
    assert (form.answer, form.sentence) == (None, "")
    form = answer(predict("best", lambda: "tanh", choices=CHOICES), "ReLU")
    assert (form.answer, form.sentence) == ("ReLU", "Kept: ReLU.")
    answer(form, "softmax")
    assert (form.answer, form.sentence) == (None, "Choose one of sigmoid, tanh or ReLU.")


def test_the_cell_run_again_keeps_the_answer_and_its_place():
    first = answer(predict("a", lambda: 1.0), "3")
    predict("b", lambda: 2.0)
    again = predict("a", lambda: 4.0, unit="steps")
    assert again is first
    assert again.sentence == "Kept: 3 steps."
    assert [row.label for row in compare_predictions().rows] == ["a", "b"]
    assert compare_predictions().rows[0].came_out == "4 steps"


def test_a_closed_form_is_made_anew_with_its_answer():
    first = answer(predict("a", lambda: 1.0), "3")
    first.close()
    again = predict("a", lambda: 1.0)
    assert again is not first
    assert again.answer == 3.0


def test_an_answer_that_is_none_of_the_new_choices_goes():
    answer(predict("a", lambda: "x", choices=["x", "y"]), "x")
    assert predict("a", lambda: "x", choices=["x", "y", "z"]).answer == "x"
    form = predict("a", lambda: "u", choices=["u", "v"])
    assert (form.answer, form.typed, form.sentence) == (None, "", "")
    answer(form, "u")
    assert predict("a", lambda: 1.0).answer is None


def test_what_is_stored_reads_well_without_a_kernel():
    data, marks = predict("share < ½", lambda: 1.0, unit="%")._repr_mimebundle_()
    wanted = "Run the lecture to write it down, or decide now: the answer comes next."
    assert data["text/plain"] == f"Your prediction: share < ½ (in %): … {wanted}"
    assert data["text/html"] == f"<p><b>Your prediction: share &lt; ½ (in %)</b>: … {wanted}</p>"
    assert marks[VIEW]["processes"]
    data, _ = predict("best", lambda: "tanh", choices=CHOICES)._repr_mimebundle_()
    assert data["text/plain"] == f"Your prediction: best: sigmoid, tanh or ReLU? {wanted}"
    answered, _ = answer(predict("n", lambda: 3, unit="steps"), "20")._repr_mimebundle_()
    assert answered["text/plain"] == "Your prediction: n: 20 steps."


def test_a_view_whose_kernel_is_gone_leaves_the_line_to_read():
    data, metadata = predict("n", lambda: 3)._repr_mimebundle_()
    for processes, kept in ((set(metadata[VIEW]["processes"]), True), (set(), False)):
        output = {"data": dict(data), "metadata": dict(metadata)}
        drop_stale_views({"content": {"cells": [{"outputs": [output]}]}}, processes)
        assert (VIEW in output["data"]) is kept
        assert {"text/plain", "text/html"} <= output["data"].keys()


@pytest.mark.parametrize(("arguments", "options", "kind", "words"), [
    ((3, lambda: 1), {}, TypeError, "label must be a text, got 3"),
    ((" ", lambda: 1), {}, ValueError, "label must say what is predicted"),
    (("a", 3.2), {}, TypeError, "outcome must be a function without arguments, such as lambda"),
    (("a", lambda x: 1), {}, TypeError, "outcome must be a function without arguments"),
    (("a", lambda: 1), {"unit": 3}, TypeError, "unit must be a text, got 3"),
    (("a", lambda: 1), {"choices": "xy"}, TypeError, "choices must be a list of texts, got 'xy'"),
    (("a", lambda: 1), {"choices": 3}, TypeError, "choices must be a list of texts, got 3"),
    (("a", lambda: 1), {"choices": ["x"]}, ValueError, "at least two different texts"),
    (("a", lambda: 1), {"choices": ["x", "x"]}, ValueError, "at least two different texts"),
    (("a", lambda: 1), {"choices": ["x", ""]}, ValueError, "at least two different texts"),
    (("a", lambda: 1), {"choices": []}, ValueError, "at least two different texts"),
    (("a", lambda: 1), {"choices": [1, 2]}, TypeError, "each of choices must be a text, got 1"),
    (("a", lambda: 1), {"choices": ["x", "y"], "unit": "%"}, ValueError, "unit is for numbers"),
])  # fmt: skip
def test_a_wrong_argument_is_named(arguments, options, kind, words):
    with pytest.raises(kind, match=words):
        predict(*arguments, **options)
    assert compare_predictions().rows == ()


# The table at the end


@pytest.mark.parametrize("value", [
    3, 3.0, np.float32(3), np.int64(3), np.array(3.0), np.array([3.0]), torch.tensor(3.0),
    torch.tensor([[3]]), torch.tensor(3.0, requires_grad=True),
])  # fmt: skip
def test_an_outcome_may_be_any_number(value):
    answer(predict("n", lambda: value, unit="steps"), "3")
    (row,) = compare_predictions().rows
    assert (row.came_out, row.verdict, row.ok) == ("3 steps", "the same", True)


@pytest.mark.parametrize("value", ["yes", np.str_("yes"), True, np.bool_(True), torch.tensor(True)])
def test_an_outcome_may_be_a_choice(value):
    answer(predict("does it?", lambda: value, choices=("yes", "no")), "no")
    (row,) = compare_predictions().rows
    assert (row.came_out, row.verdict, row.ok) == ("yes", "another", True)


@pytest.mark.parametrize(("outcome", "choices", "why"), [
    (lambda: not_there_yet, None, "not_there_yet is not there yet; run the cells above"),  # noqa: F821
    (refuse, None, "not computed: ZeroDivisionError: division by zero"),
    (lambda: "3", None, "a number is expected, this is str"),
    (lambda: None, None, "a number is expected, this is NoneType"),
    (lambda: True, None, "a number is expected, this is bool"),
    (lambda: [1, 2], None, "a number is expected, this is list"),
    (lambda: np.ones(2), None, "a number is expected, this is ndarray"),
    (lambda: 1j, None, "a number is expected, this is complex"),
    (lambda: "softmax", CHOICES, "'softmax' is none of sigmoid, tanh or ReLU"),
    (lambda: True, CHOICES, "'yes' is none of"),
])  # fmt: skip
def test_an_outcome_that_fails_is_a_sentence(outcome, choices, why):
    predict("n", outcome, choices=choices)
    comparison = compare_predictions()
    assert why in comparison.rows[0].came_out
    assert why in repr(comparison)  # an author sees it although nobody predicted
    assert not comparison.rows[0].ok
    comparison._repr_html_()


def test_before_the_first_answer_no_outcome_is_shown():
    predict("loss < 2", lambda: 1.2345)
    predict("best", lambda: "tanh", choices=CHOICES)
    comparison = compare_predictions()
    for text in (repr(comparison), comparison._repr_html_()):
        assert "1.23" not in text
        assert "best" in text
        assert "not predicted anything" in text
    assert "loss &lt; 2" in comparison._repr_html_()
    predictions._asked.clear()
    assert "Asked" not in repr(compare_predictions())


def test_the_table_shows_what_was_answered_and_what_was_not():
    answer(predict("loss < 2", lambda: 1.2345, unit="nats"), "1")
    predict("best", lambda: "tanh", choices=CHOICES)
    lines = repr(compare_predictions()).splitlines()
    assert lines[0].split("  ")[-1].strip() == "yours is"
    assert [part.strip() for part in lines[1].split("   ") if part.strip()] == [
        "loss < 2", "1 nats", "1.23 nats", "1.2 times too small",
    ]  # fmt: skip
    assert lines[2].split() == ["best", "—", "tanh"]
    page = compare_predictions()._repr_html_()
    assert page.count("<tr>") == 3
    assert '<th scope="row" style="text-align: left">loss &lt; 2</th>' in page
