"""The checks of lecture 02: what each accepts, and what it says to each typical mistake."""

from typing import Any

import numpy as np

from rnn_helpers.display.feedback import (
    Feedback,
    as_array,
    as_arrays,
    as_number,
    call,
    check,
    compare,
    not_yet,
    right,
)
from rnn_helpers.recurrences.cells import run_rnn


@check
def check_parameter_count(answer: object) -> Feedback:
    """Exercise 1: the numbers that are learned in an RNN with D, H, O = 4, 6, 3, which are 87."""
    mistakes = [
        (78, "the biases are missing: one number for each unit and for each output."),
        (84, "the output has a bias of its own, three numbers."),
        (81, "the hidden units have a bias too, six numbers."),
        (66, "W_hy and b_y, from state to output, are missing."),
        (8700, "every step uses the same weights: the 100 steps add nothing."),
        (93, "this counts two biases for the hidden units, as torch stores them; here is one b_h."),
    ]
    hint = "count the entries of W_xh, W_hh, b_h, W_hy and b_y."
    compare(as_number(answer, whole=True), 87, mistakes, hint)
    return right("24 + 36 + 6 for the state, 18 + 3 for the output, however long the sequence.")


@check
def check_two_parts(function: object) -> Feedback:
    """Exercise 2: run the first k steps, then the rest from the state where they ended."""
    rng = np.random.default_rng(3)
    T, B, D, H = 7, 2, 3, 5
    shapes = ((T, B, D), (B, H), (D, H), (H, H), (H,))
    xs, h0, *weights = (0.5 * rng.normal(size=shape) for shape in shapes)
    whole = run_rnn(xs, h0, *weights)
    for k in (1, 3, 6):
        answer = call(function, xs, h0, k, *weights)
        if isinstance(answer, list | tuple) and len(answer) == 2:
            return not_yet("one array is expected: join the two with np.concatenate.")
        answer = as_array(answer)
        if answer.shape == (T + 2, B, H):
            return not_yet("the state between the parts is there twice: drop it from one of them.")
        answer = as_array(answer, whole.shape, "the array of all states of both parts")
        start = "the second part must start where the first one ended, not at h0."
        hint = f"for k = {k} the states differ from those of one run over the whole."
        compare(answer, whole, [(answer[: k + 1], whole[: k + 1], start)], hint)
    answer_of: Any = function
    if not _is_read(lambda k: answer_of(xs, h0, k, *weights)):
        return not_yet("this is one run, whatever k is: run the first k steps, then the rest.")
    return right("nothing but the state has to be handed on, and it has H numbers.")


class _Watched:
    """Stands for a whole number and notes whether it is read."""

    def __init__(self):
        self.read = False

    def __index__(self):
        self.read = True
        return 3

    def __eq__(self, other):
        self.read = True
        return other == 3

    __int__, __hash__ = __index__, __index__


def _is_read(function):
    """Whether a function of one whole number reads it; what it can do with no other is a use."""
    number = _Watched()
    try:
        function(number)
    except Exception:
        return True
    return number.read


@check
def check_last_visible(function: object) -> Feedback:
    """Exercise 3: the last step t at which |w|^(t−1) ≥ share.

    No share is met exactly, or nearly: rounding decides nothing, in float32 neither.
    """
    negative = "the logarithm of a negative w is not a number: the size |w| decides."
    whole = "a step is a whole number: round down to the last one still visible."
    early = "the nudge is whole at step 1: after t steps it met w only t − 1 times."
    cases = ((0.5, 0.01, 7), (0.9, 0.01, 44), (-0.9, 0.01, 44), (0.9, 0.8, 3), (0.99, 0.5, 69))
    for w, share, wanted in cases:
        hints = {ValueError: negative} if w < 0 else {}  # of int(nan) or math.log
        number = as_number(call(function, w, share, hints=hints))
        if np.isnan(number):
            return not_yet(negative if w < 0 else f"for w = {w} and share {share} this is nan.")
        hint = f"for w = {w} and share {share} the last visible step is not {number:.0f}."
        compare(as_number(number, whole=whole), wanted, [(wanted - 1, early)], hint)
    return right(
        "memory grows like 1 / log(1/|w|): ten times longer needs a log(1/|w|) ten times smaller: "
        "0.99 in place of 0.9."
    )


@check
def check_delay_line(function: object) -> Feedback:
    """Exercise 4: weights with which a linear RNN of three units gives back x_{t−2}."""
    shapes = {"W_xh": (1, 3), "W_hh": (3, 3), "W_hy": (3, 1)}
    W_xh, W_hh, W_hy = as_arrays(call(function), shapes)
    xs = np.random.default_rng(4).normal(size=(9, 1, 1))
    hs = run_rnn(xs, np.zeros((1, 3)), W_xh, W_hh, np.zeros(3), activation="identity")
    outputs = hs[1:] @ W_hy
    mistakes = [
        (outputs[1:], xs[:-1], "this gives back x_t−1: the delay is 1, not 2."),
        (outputs, xs, "this gives back x_t: the delay is 0, not 2."),
        (outputs, 0.0, "the output is always 0: nothing reaches the unit that you read."),
        (
            np.any(W_hh) and np.allclose(W_hh @ W_hh.T, np.eye(3)) and np.ptp(W_hh.sum(0)) == 0,
            "a value comes round again: W_hh leads from the last unit back to the first.",
        ),
    ]
    hint = "row vectors: h W_hh moves unit i to unit j where W_hh[i, j] = 1."
    compare(outputs[2:], xs[:-2], mistakes, hint)
    return right(
        "a window of three values is a state, and shifting it is a matrix: AR(τ) is an RNN."
    )
