"""Each check of lecture 06 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.lstm import exercises
from rnn_helpers.recurrences.cells import lstm_step, sigmoid
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
    ("counter", count(16.0, -8.0, 8.0, 8.0), "leak a little"),
    ("counter", count(200.0, -100.0, 100.0, -100.0), "the candidate offers −1"),
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
    ("coupled_step", lambda *a: coupled("")(*a)[::-1], "return h first"),
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


def by_torch(x, h, c, W_xh, W_hh, b_h):  # from the exercise's text alone, in float32
    x, h, c, W_xh, W_hh, b_h = (
        torch.tensor(a, dtype=torch.float32) for a in (x, h, c, W_xh, W_hh, b_h)
    )
    forget, offered, shown = (x @ W_xh + h @ W_hh + b_h).chunk(3, dim=1)
    forget = torch.sigmoid(forget)
    c = forget * c + (1 - forget) * torch.tanh(offered)
    return torch.sigmoid(shown) * torch.tanh(c), c


def by_slices(x, h, c, W_xh, W_hh, b_h):
    H = h.shape[1]
    a = x @ W_xh + h @ W_hh + b_h
    keep = 1 / (1 + np.exp(-a[:, :H]))
    c = c * keep + np.tanh(a[:, H : 2 * H]) - keep * np.tanh(a[:, H : 2 * H])
    return [np.tanh(c) / (1 + np.exp(-a[:, 2 * H :])), c]


def by_package(x, h, c, W_xh, W_hh, b_h):  # i = 1 − σ(a) = σ(−a)
    H = h.shape[1]
    W_xh, W_hh, b_h = (np.concatenate([-w[..., :H], w], axis=-1) for w in (W_xh, W_hh, b_h))
    return lstm_step(x, h, c, W_xh, W_hh, b_h)


def by_rows(*arguments):  # one sequence after the other
    x, h, c, *weights = arguments
    rows = [coupled("")(x[b : b + 1], h[b : b + 1], c[b : b + 1], *weights) for b in range(2)]
    return tuple(np.concatenate(part).tolist() for part in zip(*rows, strict=True))


def by_multiplying(f, share):
    kept, steps = f, 0
    while kept >= share:
        kept, steps = kept * f, steps + 1
    return steps


test_a_right_answer_is_right_in_any_spelling = expect("right", exercises, [
    ("parameter_count", 264, "four times"), ("parameter_count", 264.0, "four times"),
    ("parameter_count", np.int64(264), "four times"),
    ("parameter_count", np.array(264), "four times"),
    ("parameter_count", torch.tensor(264), "four times"),
    ("parameter_count", sum([4 * 24, 4 * 36, 4 * 6]), "four times"),
    ("coupled_step", coupled(""), "three blocks"), ("coupled_step", by_torch, "three blocks"),
    ("coupled_step", by_slices, "three blocks"), ("coupled_step", by_package, "three blocks"),
    ("coupled_step", by_rows, "three blocks"),
    ("coupled_step", lambda *a: np.stack(coupled("")(*a)), "three blocks"),
    ("steps_kept", lambda f, s: int(np.log(s) / np.log(f)), "for 6 steps"),
    ("steps_kept", lambda f, s: math.floor(math.log(s, f)), "for 6 steps"),
    ("steps_kept", lambda f, s: math.log(s) // math.log(f), "for 6 steps"),
    ("steps_kept", lambda f, s: np.floor(np.log10(s) / np.log10(f)), "for 6 steps"),
    ("steps_kept", lambda f, s: torch.tensor(s).log().div(torch.tensor(f).log()).floor(), "6 s"),
    ("steps_kept", lambda f, s: int((f ** np.arange(1, 1000) >= s).sum()), "for 6 steps"),
    ("steps_kept", by_multiplying, "for 6 steps"),
    ("counter", count(200.0, -100.0, 100.0, 100.0), "among 200"),
    ("counter", count(2000.0, -1000.0, np.inf, np.inf), "among 200"),
    ("counter", lambda: [torch.tensor(w) for w in count(60.0, -30.0, 30.0, 9.0)()], "among 200"),
    ("counter", lambda: ([[60, 0, 0, 0]], [[0, 0, 0, 0]], [-30, 30, 9, 0]), "among 200"),
    ("counter", lambda: (w.astype(np.float32) for w in count(60.0, -30.0, 30.0, 9.0)()), "among"),
    ("counter", lambda: ([[60, 0, 30, 0]], np.zeros((1, 4)), [-30, 30, 0, 5]), "among 200"),
])  # fmt: skip


@pytest.mark.parametrize("wrong", [None, np.nan, [np.nan, 1.0], "264", np.zeros((3, 3)), -1])
def test_what_is_no_answer_reaches_a_sentence(wrong):
    for check in ("parameter_count", "coupled_step", "steps_kept", "counter"):
        for answer in (wrong, lambda *_: wrong):
            feedback = getattr(exercises, f"check_{check}")(answer)
            assert feedback.status != "right"
            assert feedback.message[-1] in ".?"
