"""Each check of lecture 06 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np
import pytest

from rnn_helpers.lectures.lstm import exercises
from rnn_helpers.recurrences.cells import sigmoid
from tests.mistakes import expect


def count(i_x, i, f, g):
    return lambda: (np.array([[i_x, 0, 0, 0]]), np.zeros((1, 4)), np.array([i, f, g, 0]))


def coupled(kind, order=(0, 1, 2)):
    def step(x, h, c, W_xh, W_hh, b_h):
        blocks = np.split(x @ W_xh + h @ W_hh + b_h, 3, axis=1)
        a_f, a_g, a_o = (blocks[k] for k in order)
        f, g, o = sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        i = {"same": f, "whole": 1.0}.get(kind, 1 - f)
        new = {"swapped": (1 - f) * c + f * g, "linear": f * c + i * a_g}.get(kind, f * c + i * g)
        shown = {"old": np.tanh(c), "no tanh": new, "other": -new}.get(kind, np.tanh(new))
        if kind == "open":
            return a_o * np.tanh(new), new
        return {"one": new, "narrow": (new[:, :1], new)}.get(kind, (o * shown, new))

    return step


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("parameter_count", 66, "that is a plain RNN"),
    ("parameter_count", 198, "there are four blocks"),
    ("parameter_count", 240, "the biases are missing"), ("parameter_count", 288, "two biases"),
    ("parameter_count", 282, "no peepholes"), ("parameter_count", 1, "four blocks of"),
    ("steps_kept", lambda f, s: np.log(s) / np.log(f), "round down"),
    ("steps_kept", lambda f, s: 1 + np.floor(np.log(s) / np.log(f)), "less than 0.8 is left"),
    ("steps_kept", lambda f, s: 7, "it is not 7 steps"),
    ("counter", count(0.0, 100.0, 100.0, 100.0), "this counts the steps"),
    ("counter", count(200.0, -100.0, -100.0, 100.0), "is f at 1?"),
    ("counter", count(200.0, -100.0, 100.0, 0.5), "and the cell holds"),
    ("counter", lambda: (np.zeros(4), np.zeros((1, 4)), np.zeros(4)), "W_xh has shape (1, 4)"),
    ("counter", lambda: 7, "three arrays are expected here: W_xh, W_hh, b_h"),
    ("coupled_step", coupled("same"), "it should be 1 − f"),
    ("coupled_step", coupled("swapped"), "f keeps"),
    ("coupled_step", coupled("whole"), "comes in whole"),
    ("coupled_step", coupled("linear"), "the candidate lacks its tanh"),
    ("coupled_step", coupled("old"), "h shows the old c"),
    ("coupled_step", coupled("no tanh"), "h lacks the tanh"),
    ("coupled_step", coupled("open"), "o lacks its sigmoid"),
    ("coupled_step", coupled("other"), "h is not"),
    ("coupled_step", coupled("narrow"), "h has shape (2, 4), yours has (2, 1)"),
    ("coupled_step", coupled("right", order=(1, 2, 0)), "in the order f, g, o"),
    ("coupled_step", lambda *_: 3, "two arrays are expected here: h, c"),
])  # fmt: skip


def test_infinite_weights_that_count_are_right():
    assert exercises.check_coupled_step(coupled("right")).status == "right"
    assert exercises.check_counter(count(200.0, -100.0, np.inf, np.inf)).status == "right"


@pytest.mark.parametrize("nudge", [-1e-9, 0.0, 1e-9])
def test_rounding_decides_no_count_of_steps(nudge):
    steps = exercises.check_steps_kept(lambda f, s: np.floor(np.log(s) / np.log(f) + nudge))
    assert steps.status == "right"
