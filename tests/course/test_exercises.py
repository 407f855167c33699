"""Every exercise: its stub is "missing", its solution "right"; its check answers everything."""

import importlib
import re

import nbformat
import numpy as np
import pytest
import torch
from nbformat import v4

from rnn_helpers.display.feedback import Feedback
from tests.notebooks import PATHS, ROOT, Exercise, find_exercises, read_lecture, setup_source

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


@pytest.mark.parametrize(("part", "status"), [("stub", "missing"), ("solution", "right")])
@pytest.mark.parametrize(("path", "exercise"), ALL)
def test_the_stub_is_missing_and_the_solution_is_right(path, exercise, part, status):
    setup, answer = setup_source(read_lecture(path)), getattr(exercise, part)
    feedback = run_check(setup, answer, exercise.check)
    assert isinstance(feedback, Feedback)
    assert feedback.status == status, feedback


CHECKS = [
    pytest.param(value, id=f"{path.parent.name}-{name}")
    for path in sorted((ROOT / "rnn_helpers" / "lectures").glob("*/exercises.py"))
    for name, value in vars(
        importlib.import_module(f"rnn_helpers.lectures.{path.parent.name}.exercises")
    ).items()
    if name.startswith("check_")
]
ODD = [
    None, float("nan"), float("inf"), 1e300, -(10**9), 10**400, True, 1j, "text", b"", [], [None],
    [[1.0], [1.0, 2.0]], ["a"] * 3, ["a"] * 4, [np.nan] * 3, (..., ...), {}, {1: 2}, object(), int,
    iter(()), iter(int, 1), np.zeros(0), np.full(3, np.nan), np.zeros((2, 3, 4, 5)), np.array("a"),
    np.array([None]), np.array({}), torch.zeros(3, requires_grad=True), torch.tensor(1j),
]  # fmt: skip


def test_every_check_belongs_to_an_exercise():
    assert len(CHECKS) == len(ALL)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_a_sentence_for_every_answer(check):
    def raises(*_):
        raise ArithmeticError("no luck")

    def echo(first=None, *_):
        return first

    returning = [lambda *_, odd=odd: odd for odd in ODD]
    for answer in (*ODD, *returning, raises, echo):
        feedback = check(answer)
        assert isinstance(feedback, Feedback)
        assert feedback.status != "right", answer
        assert "cannot be checked" not in feedback.message, (answer, feedback)
    for answer in (None, "text", [], {}, 1j, raises):
        message = check(answer).message
        assert " expected" in message or message == "your function raised ArithmeticError: no luck"
    if "a function is expected" in check(None).message:
        assert check(lambda *_: ...).status == check(lambda *_: None).status == "missing"
        assert "your function raised TypeError" in check(lambda a, b, c, d, e, f, g: a).message


def convert(value, kind, numbers="f"):
    """The same answer, with its numbers, alone or in arrays, of another kind."""
    if isinstance(value, list | tuple):
        return type(value)(convert(entry, kind, numbers) for entry in value)
    return kind(np.asarray(value)) if np.asarray(value).dtype.kind in numbers else value


FORMS = {
    "lists": (np.float64, np.ndarray.tolist),
    "float32": (np.float32, np.float32),
    "tensors": (np.float64, lambda a: torch.tensor(np.float64(a), requires_grad=True)),
    "float32 tensors": (np.float32, lambda a: torch.tensor(np.float32(a), requires_grad=True)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "exercise"), ALL)
def test_the_solution_is_right_in_every_form(path, exercise, form):
    given, returned = FORMS[form]
    namespace = {}
    exec(setup_source(read_lecture(path)), namespace)
    exec(exercise.solution, namespace)
    (name,) = re.findall(r"\((\w+)\)", exercise.check)
    solution = namespace[name]
    if callable(solution):
        namespace[name] = lambda *args: convert(solution(*convert(args, given)), returned, "fi")
    else:
        assert eval(exercise.check, {**namespace, name: str(solution)}).status == "not yet"
        namespace[name] = convert(solution, returned, "fi")
    feedback = eval(exercise.check, namespace)
    assert feedback.status == "right", feedback


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
    return v4.new_notebook(cells=[
        v4.new_code_cell(SETUP, metadata={"tags": ["setup"]}),
        v4.new_markdown_cell("### Exercise 1 — predict: two and two?"),
        v4.new_code_cell(code, metadata={"tags": ["exercise"]}),
        v4.new_markdown_cell(text),
    ])  # fmt: skip


def test_an_exercise_is_read_as_it_stands():
    (exercise,) = find_exercises(nbformat.from_dict(example()))
    assert exercise == Exercise(
        1, "predict", "total = ...  # one line", "check_sum(total)", "Count.", "total = 2 + 2\n"
    )


def test_answers_are_told_apart_by_running_them_with_the_set_up_alone():
    (exercise,) = find_exercises(example())
    answers = {exercise.stub: "missing", exercise.solution: "right", "total = 3": "not yet"}
    for answer, status in answers.items():
        assert run_check(setup_source(example()), answer, exercise.check).status == status
    with pytest.raises(NameError, match="defined_elsewhere"):
        run_check(SETUP, "total = defined_elsewhere", exercise.check)


def test_a_solution_and_the_next_heading_may_share_a_cell():
    one, two = example(), example()
    two.cells[1].source = one.cells[-1].source + "\n" + two.cells[1].source.replace("1", "2")
    two.cells[3].source = two.cells[3].source.replace("2 + 2", "4")
    both = v4.new_notebook(cells=[*one.cells[:-1], *two.cells[1:]])
    first, second = find_exercises(both)
    assert (first.number, first.hint, first.solution) == (1, "Count.", "total = 2 + 2\n")
    assert (second.number, second.hint, second.solution) == (2, "Count.", "total = 4\n")


@pytest.mark.parametrize(("notebook", "lacks"), [
    (example(text=TEXT.replace("Hint", "Tip")), "hint"),
    (example(text=TEXT.replace("```python", "```")), "solution"),
    (example(text=""), "solution"),
    (example(code="total = ..."), "check"),
])  # fmt: skip
def test_what_an_exercise_lacks_is_empty(notebook, lacks):
    (exercise,) = find_exercises(notebook)
    assert getattr(exercise, lacks) == ""
