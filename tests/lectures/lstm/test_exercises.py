"""Each check of lecture 06 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.lstm import exercises
from rnn_helpers.recurrences.cells import sigmoid


def _assert_not_yet(feedback, hint):
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (66, "that is a plain RNN"),
        (198, "there are four blocks"),
        (240, "the biases are missing"),
        (288, "two biases"),
        (1, "four blocks of"),
        ("many", "this is str"),
    ],
)
def test_parameter_count(answer, hint):
    _assert_not_yet(exercises.check_parameter_count(answer), hint)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda f, s: np.log(s) / np.log(f), "round down"),
        (lambda f, s: 1 + np.floor(np.log(s) / np.log(f) + 1e-9), "less than 0.81 is left"),
        (lambda f, s: 7, "it is not 7 steps"),
        (lambda f, s: "long", "a number is expected here"),
        (lambda f, s: 1 / 0, "your function raised ZeroDivisionError"),
    ],
)
def test_steps_kept(answer, hint):
    _assert_not_yet(exercises.check_steps_kept(answer), hint)


def _weights(i_x, i, f, g):
    return np.array([[i_x, 0, 0, 0]]), np.zeros((1, 4)), np.array([i, f, g, 0])


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (_weights(0.0, 100.0, 100.0, 100.0), "this counts the steps"),
        (_weights(200.0, -100.0, -100.0, 100.0), "is f at 1?"),
        (_weights(200.0, -100.0, 100.0, 0.5), "and the cell holds"),
        ((np.zeros(4), np.zeros((1, 4)), np.zeros(4)), "W_xh must have shape (1, 4)"),
        (7, "three arrays are expected"),
    ],
)
def test_counter(answer, hint):
    _assert_not_yet(exercises.check_counter(lambda: answer), hint)


def _coupled(kind):
    def step(x, h, c, W_xh, W_hh, b_h):
        a_f, a_g, a_o = np.split(x @ W_xh + h @ W_hh + b_h, 3, axis=1)
        f, g, o = sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        i = {"same": f, "whole": 1.0}.get(kind, 1 - f)
        new = {"swapped": (1 - f) * c + f * g, "linear": f * c + i * a_g}.get(kind, f * c + i * g)
        shown = {"old": np.tanh(c), "no tanh": new, "other": -new}.get(kind, np.tanh(new))
        if kind == "open":
            return a_o * np.tanh(new), new
        return {"one": new, "narrow": (new[:, :1], new)}.get(kind, (o * shown, new))

    return step


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("same", "it should be 1 − f"),
        ("swapped", "f keeps"),
        ("whole", "comes in whole"),
        ("linear", "the candidate lacks its tanh"),
        ("old", "h shows the old c"),
        ("no tanh", "h lacks the tanh"),
        ("open", "o lacks its sigmoid"),
        ("other", "h is not"),
        ("narrow", "yours have (2, 1) and (2, 4)"),
    ],
)
def test_coupled_step(kind, hint):
    _assert_not_yet(exercises.check_coupled_step(_coupled(kind)), hint)


def test_coupled_step_wants_two_arrays_in_the_order_f_g_o():
    def wrong_order(x, h, c, W_xh, W_hh, b_h):
        return _coupled("right")(x, h, c, *(np.roll(w, 4, axis=-1) for w in (W_xh, W_hh, b_h)))

    _assert_not_yet(exercises.check_coupled_step(wrong_order), "in the order f, g, o")
    _assert_not_yet(exercises.check_coupled_step(lambda *_: 3), "two arrays are expected")
    assert exercises.check_coupled_step(_coupled("right")).status == "right"
