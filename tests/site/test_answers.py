"""What a page answers to one number is what the check of the exercise says."""

import importlib
import re

import numpy as np
import pytest

from tests.notebooks import PATHS, find_exercises, read_lecture
from tools.site.answers import tabulate
from tools.site.prepare import CHECKED, write_opening, write_prediction


def list_tables():
    for path in PATHS:
        room = re.sub(r"^\d+_", "", path.stem)
        for exercise in find_exercises(read_lecture(path)):
            stub = CHECKED.match(f"{exercise.stub.strip()}\n{exercise.check}")
            if stub and (table := tabulate(room, stub["check"], stub["name"], exercise.solution)):
                yield room, stub["check"], table


TABLES = list(list_tables())


def look_up(table, value):
    """As pages.js does."""
    for low, high, status, message in table["ranges"]:
        if low <= value <= high:
            return status, message
    hint = table["whole"] if not float(value).is_integer() else ""
    return "not yet", hint or table["otherwise"]


@pytest.mark.parametrize(("room", "check", "table"), TABLES, ids=[check for _, check, _ in TABLES])
def test_the_table_says_of_any_number_what_the_check_says(room, check, table):
    answer = getattr(importlib.import_module(f"rnn_helpers.lectures.{room}.exercises"), check)
    (right,) = [row for row in table["ranges"] if row[2] == "right"]
    rng = np.random.default_rng(0)
    wide = max(abs(right[1]), 10.0)
    values = [
        *range(-40, 400),
        *rng.uniform(-3 * wide, 3 * wide, 300),
        *np.linspace(right[0] - 0.05, right[1] + 0.05, 301),
        *(edge for row in table["ranges"] for edge in row[:2]),
    ]
    assert {status for status, _ in (look_up(table, value) for value in values)} == {
        "right",
        "not yet",
    }
    for value in values:
        status, message = look_up(table, value)
        feedback = answer(value)
        assert status == feedback.status, value
        if message and float(value).is_integer():
            assert message == feedback.message, value


def test_eight_lectures_have_an_exercise_of_one_number():
    assert len(TABLES) == 8


def test_what_is_no_number_has_no_table():
    assert tabulate("bidirectional_and_deep", "check_words_seen", "x", "x = (9, 1, 9)") is None
    with pytest.raises(AssertionError, match="refuses the solution"):
        tabulate("lstm", "check_parameter_count", "n", "n = 263")


def test_choices_that_a_lecture_names_are_found_in_the_cell_that_names_them():
    source = 'predict("winner", lambda: winner, choices=names)'
    before = ["names = ['old', 'older']", "x = 1\nnames = ('RNN', 'LSTM')", "%magic\ny = 2"]
    assert '"choices": ["RNN", "LSTM"]' in write_prediction(source, before)
    with pytest.raises(ValueError, match="assigns names"):
        write_prediction(source, [])


def test_colab_and_binder_open_a_public_repository_and_are_left_out_without_one():
    opening = write_opening("06_lstm", ["1"], "someone/lectures")
    assert "/github/someone/lectures/blob/main/notebooks/06_lstm.ipynb" in opening
    assert "/gh/someone/lectures/main?urlpath=lab/tree/notebooks/06_lstm.ipynb" in opening
    without = write_opening("06_lstm", ["1"], "")
    assert "https:" not in without
    assert "public address" in without
