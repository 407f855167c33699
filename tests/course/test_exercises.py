"""Every exercise: its stub is "missing", its folded solution is "right"."""

import importlib
from fractions import Fraction

import nbformat
import numpy as np
import pytest
import torch
from nbformat import v4

from rnn_helpers.display.feedback import Feedback, as_number
from tests.notebooks import PATHS, Exercise, find_exercises, read_lecture, setup_source

ALL = [
    pytest.param(path, exercise, id=f"{path.stem}-{exercise.number}")
    for path in PATHS
    for exercise in find_exercises(read_lecture(path))
]


def run_check(setup, answer, check):
    """What a check says to an answer, in a namespace that holds nothing but the set-up."""
    namespace = {"__name__": "__main__"}
    exec(setup, namespace)
    exec(answer, namespace)
    return eval(check, namespace)


@pytest.mark.parametrize(("path", "exercise"), ALL)
def test_the_stub_is_missing(path, exercise):
    feedback = run_check(setup_source(read_lecture(path)), exercise.stub, exercise.check)
    assert isinstance(feedback, Feedback)
    assert feedback.status == "missing", feedback


@pytest.mark.parametrize(("path", "exercise"), ALL)
def test_the_solution_is_right(path, exercise):
    feedback = run_check(setup_source(read_lecture(path)), exercise.solution, exercise.check)
    assert isinstance(feedback, Feedback)
    assert feedback.status == "right", feedback


@pytest.mark.parametrize(
    "answer",
    [57, 57.0, np.float64(57), np.int8(57), np.array(57.0), torch.tensor(57), torch.tensor(57.0),
     Fraction(57)],
)  # fmt: skip
def test_one_number_may_come_in_many_forms(answer):
    assert (as_number(answer), type(as_number(answer))) == (57.0, float)
    assert (as_number(answer, whole=True), type(as_number(answer, whole=True))) == (57, int)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("answer", "name"),
    [("57", "str"), (True, "bool"), (np.True_, "bool"), (torch.tensor(True), "bool"),
     (57j, "complex"), (np.complex128(57), "complex"), (None, "NoneType"), ([57], "list"),
     (np.array([57.0]), "ndarray"), (torch.tensor([57.0]), "Tensor")],
)  # fmt: skip
def test_what_is_no_number_is_named(answer, name, whole):
    kind = "a whole number" if whole else "a number"
    feedback = as_number(answer, whole=whole)
    assert (feedback.status, feedback.message) == (
        "not yet", f"{kind} is expected here, this is {name}."
    )  # fmt: skip


@pytest.mark.parametrize("answer", [56.9999999, float("nan"), float("inf"), torch.tensor(0.5)])
def test_what_is_not_whole_is_a_number_all_the_same(answer):
    assert str(as_number(answer)) == str(float(answer))
    message = f"a whole number is expected here, not {float(answer)}."
    assert as_number(answer, whole=True).message == message


def test_three_dots_are_no_number_yet_and_some_are_too_large():
    assert as_number(...).status == "missing"
    assert as_number(as_number(...)).status == "missing"
    assert as_number(10**400).message == "that number is too large for a float."


@pytest.mark.parametrize(
    ("module", "check", "answer"),
    [
        ("backpropagation_through_time", "check_terms", 5),
        ("gru", "check_keep_bias", 4.967),
        ("language_models", "check_half_sure", 10),
        ("lstm", "check_parameter_count", 264),
        ("recurrent_networks", "check_parameter_count", 87),
        ("sequence_models", "check_steps_to_forget", 12),
        ("vanishing_and_exploding_gradients", "check_first_lag", 90),
    ],
)
def test_every_question_for_a_number_takes_it_in_all_forms(module, check, answer):
    check = getattr(importlib.import_module(f"rnn_helpers.lectures.{module}.exercises"), check)
    for form in (float(answer), np.float64(answer), torch.tensor(answer), np.array(answer)):
        assert check(form).status == "right"
    for wrong in (str(answer), True, None, complex(answer)):
        assert check(wrong).status == "not yet"


SETUP = """\
from rnn_helpers.display.feedback import missing, not_yet, right


def check_sum(answer):
    if answer is ...:
        return missing()
    return right("2 + 2 is 4.") if answer == 4 else not_yet("too small.")
"""
TEXT = """\
<details><summary>Hint</summary>

Count.

</details>

<details><summary>Solution</summary>

Two and two:

```python
total = 2 + 2
```

</details>
"""


def example(text=TEXT, code="total = ...  # one line\ncheck_sum(total)"):
    return v4.new_notebook(
        cells=[
            v4.new_code_cell(SETUP, metadata={"tags": ["setup"]}),
            v4.new_markdown_cell("### Exercise 1 — predict: two and two?"),
            v4.new_code_cell(code, metadata={"tags": ["exercise"]}),
            v4.new_markdown_cell(text),
        ]
    )


def test_an_exercise_is_read_as_it_stands():
    (exercise,) = find_exercises(nbformat.from_dict(example()))
    assert exercise == Exercise(
        1, "predict", "total = ...  # one line", "check_sum(total)", "Count.", "total = 2 + 2\n"
    )


def test_the_stub_and_the_solution_are_told_apart_by_running_them():
    notebook = example()
    (exercise,) = find_exercises(notebook)
    setup = setup_source(notebook)
    assert run_check(setup, exercise.stub, exercise.check).status == "missing"
    assert run_check(setup, exercise.solution, exercise.check).status == "right"
    assert run_check(setup, "total = 3", exercise.check).status == "not yet"


def test_a_solution_sees_the_set_up_alone():
    with pytest.raises(NameError, match="defined_elsewhere"):
        run_check(SETUP, "total = defined_elsewhere", "check_sum(total)")


def test_a_solution_and_the_next_heading_may_share_a_cell():
    one, two = example(), example()
    two.cells[1].source = one.cells[-1].source + "\n" + two.cells[1].source.replace("1", "2")
    two.cells[3].source = two.cells[3].source.replace("2 + 2", "4")
    both = v4.new_notebook(cells=[*one.cells[:-1], *two.cells[1:]])
    first, second = find_exercises(both)
    assert (first.number, first.hint, first.solution) == (1, "Count.", "total = 2 + 2\n")
    assert (second.number, second.hint, second.solution) == (2, "Count.", "total = 4\n")


@pytest.mark.parametrize(
    ("notebook", "lacks"),
    [
        (example(text=TEXT.replace("Hint", "Tip")), "hint"),
        (example(text=TEXT.replace("```python", "```")), "solution"),
        (example(text=""), "solution"),
        (example(code="total = ..."), "check"),
    ],
)
def test_what_an_exercise_lacks_is_empty(notebook, lacks):
    (exercise,) = find_exercises(notebook)
    assert getattr(exercise, lacks) == ""
