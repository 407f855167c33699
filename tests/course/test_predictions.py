"""What a reader predicts, and what is folded: every lecture keeps to it, and each rule can fail."""

import ast
import re
from itertools import pairwise
from typing import Any

import pytest
from nbformat import v4

from tests.notebooks import EXERCISE, code_cells, has_tag, prose_cells, read_lecture
from tools.execute_notebooks import asks_for_a_prediction, normalize

PREDICT = re.compile(r"\*\*Predict\b")
FOLDED_CALL = re.compile(r"draw_\w+|predict|compare_\w+")
# Of figures: what draws on axes, or says how they look.
DRAWS = re.compile(
    r"(bar|hist|quiver|contour|(fill|v|h)lines)\w*|plot|scatter|imshow|pcolormesh|matshow|stem|step|"
    r"errorbar|loglog|semilog[xy]|fill_between|ax[vh](line|span)|annotate|text|arrow|set(_\w+)?|"
    r"legend|grid|tick_params|twinx"
)
MOST_DRAWING = 3  # calls in a cell that stays open


def calls_in(source):
    """The name of every function and method that a cell calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", ""))


def where(cell):
    return f"in “{cell.source.strip().splitlines()[0][:60] if cell.source.strip() else '(empty)'}”"


def asks(cell):
    return cell is not None and cell.cell_type == "code" and asks_for_a_prediction(cell.source)


RULES = {}


def rule(check):
    """Register a rule; the tests below find it, and demand a broken lecture for it."""
    RULES[check.__name__] = check
    return check


@rule
def every_predict_has_its_form_and_every_form_its_predict(notebook):
    for cell, following in pairwise([*notebook.cells, None]):
        if cell.cell_type == "markdown" and PREDICT.search(cell.source) and not asks(following):
            yield f"no predict(…) right after “Predict” {where(cell)}"
    for before, cell in pairwise(notebook.cells):
        if asks(cell) and not asks(before) and not PREDICT.search(before.source):
            yield f"no “**Predict.**” right before the form {where(cell)}"
    for cell in code_cells(notebook):
        if "predict(" in cell.source and asks(cell) and len(ast.parse(cell.source).body) > 1:
            yield f"more than the form {where(cell)}"


@rule
def the_code_cell_after_a_form_is_folded(notebook):
    for cell, following in pairwise([*code_cells(notebook), None]):
        if asks(cell) and not has_tag(cell, "hide-input"):
            yield f"the form is not tagged hide-input {where(cell)}"
        if asks(cell) and not asks(following):
            if following is None or not has_tag(following, "hide-output"):
                yield f"no folded answer after the form {where(cell)}"
            elif has_tag(following, "exercise"):
                yield f"an exercise instead of an answer after the form {where(cell)}"


@rule
def no_label_is_used_twice(notebook):
    seen = set()
    for cell in filter(asks, notebook.cells):
        label = ast.parse(cell.source).body[-1].value.args[0].value
        if label in seen:
            yield f"a second prediction with the label “{label}”"
        seen.add(label)


@rule
def choices_are_read_without_running(notebook):
    """A page without a kernel has them from the source: written out, or named in a cell before."""
    for cell in filter(asks, notebook.cells):
        form: Any = ast.parse(cell.source).body[-1]
        for keyword in form.value.keywords:
            if keyword.arg == "choices" and not isinstance(keyword.value, ast.List | ast.Name):
                yield f"choices are computed {where(cell)}"


@rule
def predictions_are_compared_before_the_exercises(notebook):
    places = [number for number, cell in enumerate(notebook.cells) if asks(cell)]
    compared = [
        number for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip() == "compare_predictions()"
    ]  # fmt: skip
    exercises = [
        number for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown" and EXERCISE.search(cell.source)
    ]  # fmt: skip
    if not places:
        yield "no prediction at all"
        return
    if len(compared) != 1:
        yield f"{len(compared)} cells compare_predictions(), where one is wanted"
        return
    if not places[-1] < compared[0] < min(exercises, default=len(notebook.cells)):
        yield "compare_predictions() must stand after the last prediction, before the exercises"
    outputs = [output.get("data", {}).get("text/plain", "")
               for output in notebook.cells[compared[0]].outputs]  # fmt: skip
    if not any(outputs) or "not computed" in "".join(outputs):
        yield f"compare_predictions() does not get every outcome: {' '.join(outputs)[:300]}"


@rule
def what_is_folded_only_draws(notebook):
    for cell in code_cells(notebook):
        if not has_tag(cell, "hide-input"):
            continue
        statements = ast.parse(cell.source).body  # a picture may need its data laid out
        shown = [name for name in calls_in(cell.source) if FOLDED_CALL.fullmatch(name)]
        if len(statements) > 2 or len(shown) != 1:
            yield f"folded, but no single call of draw_…, predict or compare_… {where(cell)}"


@rule
def what_is_open_draws_little(notebook):
    for cell in code_cells(notebook):
        if has_tag(cell, "hide-input", "plot-lesson", "exercise"):
            continue
        count = sum(bool(DRAWS.fullmatch(name)) for name in calls_in(cell.source))
        if count > MOST_DRAWING:
            yield f"{count} calls that draw, in a cell that is not folded {where(cell)}"
        elif any(FOLDED_CALL.fullmatch(name) for name in calls_in(cell.source)) and (
            len(cell.source.strip().splitlines()) == 1
            and cell.source.strip() != "compare_predictions()"
        ):
            yield f"a cell that only draws is not tagged hide-input {where(cell)}"


WORDS = re.compile(r"\b(at our desk|when we tried|gave us)\b", re.IGNORECASE)


@rule
def rests_on_nothing_that_nobody_sees(notebook):
    for cell in notebook.cells:
        if found := WORDS.search(re.sub(r"[\s#]+", " ", cell.source)):
            yield f"“{found[0]}” {where(cell)}"


# The rules, applied


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_lecture_keeps_the_rule(lecture, name):
    complaints = list(RULES[name](read_lecture(lecture)))
    assert not complaints, "\n".join(complaints)


# The rules, proved


def example():
    """The smallest lecture that keeps every rule."""
    prose, code = v4.new_markdown_cell, v4.new_code_cell
    said = v4.new_output("execute_result", data={"text/plain": "Nothing predicted. Asked: sum."})
    return normalize(v4.new_notebook(cells=[
        prose("# 07 Example"), code("import math", metadata={"tags": ["setup"]}),
        prose("**Predict.** How much is one and one?"),
        code("predict('sum', lambda: total)"),
        code("total = 1 + 1\ntotal"),
        prose("Two."),
        code("plots.draw_sum(total)", metadata={"tags": ["hide-input"]}),
        prose("A sum."),
        code("axes.plot([1])\naxes.set(title='x')\naxes.legend()"),
        prose("Now your own."),
        code("compare_predictions()", outputs=[said]),
        prose("### Exercise 1 — predict: two and two?"),
        code("answer = ...\ncheck_sum(answer)", metadata={"tags": ["exercise"]}),
    ]))  # fmt: skip


def change(position, **parts):
    return lambda notebook: notebook.cells[position].update(parts)


def move(old, new):
    return lambda notebook: notebook.cells.insert(new, notebook.cells.pop(old))


def add(position, source, **metadata):
    cell = v4.new_code_cell(source, metadata=metadata)
    return lambda notebook: notebook.cells.insert(position, cell)


def say(text):
    return change(0, source=text)


BROKEN = {
    every_predict_has_its_form_and_every_form_its_predict: {
        "no form": change(3, source="1"), "prose between": move(3, 4),
        "no question": change(2, source="Predict one and one."),
        "said later": change(5, source="**Predict:** two?"),
        "more": change(3, source="x = 1\npredict('sum', lambda: total)"),
    },
    the_code_cell_after_a_form_is_folded: {
        "answer": change(4, metadata={}), "form": change(3, metadata={}),
        "nothing": lambda notebook: notebook.cells.__delitem__(slice(4, None)),
        "exercise": change(4, metadata={"tags": ["exercise", "hide-output"]}),
    },
    no_label_is_used_twice: {"twice": add(4, "predict('sum', lambda: 2)")},
    choices_are_read_without_running: {
        "computed": change(3, source="predict('sum', lambda: total, choices=list(names))"),
    },
    predictions_are_compared_before_the_exercises: {
        "none": change(10, source="1"), "after": move(10, 12), "too early": move(10, 2),
        "twice": add(11, "compare_predictions()"), "no output": change(10, outputs=[]),
        "fails": change(10, outputs=[
            v4.new_output("execute_result", data={"text/plain": "sum: not computed: total"})
        ]),
        "no predictions": change(3, source="1"),
    },
    what_is_folded_only_draws: {
        "long": change(6, source="a = 1\nb = 2\nc = 3\nplots.draw_sum(c)"),
        "two": change(6, source="plots.draw_sum(1)\nplots.draw_sum(2)"),
        "numbers": change(6, source="total = 3"),
    },
    what_is_open_draws_little: {
        "four": change(8, source="a.plot()\na.plot()\na.set()\nfigure.legend()"),
        "not folded": change(6, metadata={}),
    },
    rests_on_nothing_that_nobody_sees: {
        "desk": say("At our\ndesk it took an hour."), "tried": say("When we tried it, it failed."),
        "gave": say("It gave us 3."), "in code": change(4, source="# at our\n# desk\n1"),
    },
}  # fmt: skip


def test_the_example_keeps_every_rule_and_each_has_lectures_that_break_it():
    assert set(BROKEN) == set(RULES.values())
    complaints = {name: list(check(example())) for name, check in RULES.items()}
    assert complaints == {name: [] for name in RULES}


@pytest.mark.parametrize(("check", "broken"), [
    pytest.param(check, broken, id=f"{check.__name__}-{name}")
    for check, cases in BROKEN.items()
    for name, broken in cases.items()
])  # fmt: skip
def test_a_broken_lecture_breaks_the_rule(check, broken):
    notebook = example()
    broken(notebook)
    assert list(check(notebook))


@pytest.mark.parametrize("tag", ["plot-lesson", "exercise", "hide-input"])
def test_where_drawing_is_the_lesson_it_stays(tag):
    notebook = example()
    notebook.cells[8].source = "a.plot()\na.plot()\na.set()\nfigure.legend()"
    notebook.cells[8].metadata = {"tags": [tag]}
    assert not list(what_is_open_draws_little(notebook))


def test_prose_alone_is_read_for_predictions():
    assert [cell.source[:2] for cell in prose_cells(example()) if PREDICT.search(cell.source)] == [
        "**"
    ]
