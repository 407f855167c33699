"""Each check of lecture 02 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import pytest

from rnn_helpers.lectures.recurrent_networks import exercises
from rnn_helpers.recurrences.cells import run_rnn
from tests.mistakes import expect


def halves(join, start=lambda first, h0: first[-1]):
    def answer(xs, h0, k, *weights):
        first = run_rnn(xs[:k], h0, *weights)
        return join(first, run_rnn(xs[k:], start(first, h0), *weights))

    return answer


def drop(first, second):
    return np.concatenate([first, second[1:]])


def delay(k, unit):
    return lambda: (np.eye(1, 3), np.eye(3, k=k), np.eye(3)[:, [unit]])


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("parameter_count", 78, "the biases are missing"),
    ("parameter_count", 84, "the output has a bias"),
    ("parameter_count", 81, "the hidden units have a bias"),
    ("parameter_count", 8700, "the 100 steps add nothing"),
    ("parameter_count", 93, "two biases for the hidden units"),
    ("parameter_count", 66, "W_ho and b_o"), ("parameter_count", 3, "count the entries"),
    ("parameter_count", 78.0, "the biases are missing"),
    ("parameter_count", 87.5, "a whole number is expected here, not 87.5"),
    ("two_parts", halves(drop, lambda first, h0: h0), "must start where the first one ended"),
    ("two_parts", halves(lambda *parts: np.concatenate(parts)), "there twice"),
    ("two_parts", lambda xs, h0, k, *w: run_rnn(xs[::-1], h0, *w), "differ from those of one"),
    ("two_parts", halves(lambda first, _: first), "all states of both parts has shape (8, 2,"),
    ("two_parts", halves(lambda *parts: list(parts)), "join the two with np.concatenate"),
    ("last_visible", lambda w, s: math.log(s) // math.log(abs(w)), "only t − 1 times"),
    ("last_visible", lambda w, s: 1 + np.log(s) / np.log(abs(w)), "a step is a whole number"),
    ("last_visible", lambda w, s: 1 + np.floor(np.log(s) / np.log(w)), "the size |w| decides"),
    ("last_visible", lambda w, s: 1 + int(np.log(s) / np.log(w)), "the size |w| decides"),
    ("last_visible", lambda w, s: 1 + math.log(s) // math.log(w), "the size |w| decides"),
    ("last_visible", lambda w, s: 12, "is not 12"),
    ("delay_line", delay(1, 1), "the delay is 1, not 2"),
    ("delay_line", delay(1, 0), "the delay is 0, not 2"),
    ("delay_line", delay(-1, 2), "the output is always 0"),
    ("delay_line", lambda: (np.eye(1, 3), np.ones((3, 3)), np.eye(3)[:, 2:]), "row vectors"),
    ("delay_line", lambda: (np.eye(1, 3), np.eye(3), np.eye(3)[2]), "W_ho has shape (3, 1)"),
    ("delay_line", lambda: 7, "three arrays are expected here: W_xh, W_hh, W_ho"),
])  # fmt: skip


@pytest.mark.parametrize("nudge", [-1e-9, 0.0, 1e-9])
def test_rounding_decides_no_last_step(nudge):
    check = exercises.check_last_visible
    answer = check(lambda w, s: 1 + int(np.floor(np.log(s) / np.log(abs(w)) + nudge)))
    assert answer.status == "right"
