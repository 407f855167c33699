"""Each check of lecture 02 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.recurrent_networks import exercises
from rnn_helpers.recurrences.cells import run_rnn


def _assert_not_yet(feedback, hint):
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (78, "the biases are missing"),
        (8700, "the 100 steps add nothing"),
        (93, "two biases for the hidden units"),
        (66, "W_ho and b_o"),
        (3, "count the entries"),
        (78.0, "the biases are missing"),
        (87.5, "a whole number is expected here, not 87.5"),
        ("87", "a whole number is expected here, this is str"),
    ],
)
def test_parameter_count(answer, hint):
    _assert_not_yet(exercises.check_parameter_count(answer), hint)


def _start_again(xs, h0, k, *weights):
    return np.concatenate([run_rnn(xs[:k], h0, *weights), run_rnn(xs[k:], h0, *weights)[1:]])


def _keep_both(xs, h0, k, *weights):
    first = run_rnn(xs[:k], h0, *weights)
    return np.concatenate([first, run_rnn(xs[k:], first[-1], *weights)])


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (_start_again, "must start where the first one ended"),
        (_keep_both, "there twice"),
        (lambda xs, h0, k, *w: run_rnn(xs[::-1], h0, *w), "differ from those of one run"),
        (lambda xs, h0, k, *w: run_rnn(xs[:k], h0, *w), "all states of both parts"),
        (
            lambda xs, h0, k, *w: [run_rnn(xs[:k], h0, *w), run_rnn(xs[k:], h0, *w)],
            "join the two with np.concatenate",
        ),
        (lambda xs, h0, k, *w: 1 / 0, "your function raised ZeroDivisionError"),
    ],
)
def test_two_parts(answer, hint):
    _assert_not_yet(exercises.check_two_parts(answer), hint)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda w, s: np.floor(np.log(s) / np.log(abs(w)) + 1e-9), "only t − 1 times"),
        (lambda w, s: 1 + np.log(s) / np.log(abs(w)), "a step is a whole number"),
        (lambda w, s: float("nan") if w < 0 else 1 + np.floor(np.log(s) / np.log(w) + 1e-9),
         "the size |w| decides"),
        (lambda w, s: 1 + np.floor(np.log(s) / np.log(abs(w))), "only t − 1 times"),
        (lambda w, s: 12, "is not 12"),
        (lambda w, s: "seven", "this is str"),
    ],
)  # fmt: skip
def test_last_visible(answer, hint):
    _assert_not_yet(exercises.check_last_visible(answer), hint)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ((np.eye(1, 3), np.eye(3, k=1), np.eye(3)[:, 1:2]), "the delay is 1, not 2"),
        ((np.eye(1, 3), np.eye(3, k=1), np.eye(3)[:, :1]), "the delay is 0, not 2"),
        ((np.eye(1, 3), np.eye(3, k=-1), np.eye(3)[:, 2:]), "the output is always 0"),
        ((np.eye(1, 3), np.ones((3, 3)), np.eye(3)[:, 2:]), "row vectors"),
        ((np.eye(1, 3), np.eye(3), np.eye(3)[2]), "W_ho must have shape (3, 1)"),
        (7, "three arrays are expected"),
    ],
)
def test_delay_line(answer, hint):
    _assert_not_yet(exercises.check_delay_line(lambda: answer), hint)
