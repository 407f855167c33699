"""The checks of lecture 02: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.recurrences.cells import run_rnn


def check_parameter_count(answer):
    """Exercise 1: the numbers that are learned in an RNN with D, H, O = 4, 6, 3, which are 87."""
    answer = as_number(answer, whole=True)
    if isinstance(answer, Feedback):
        return answer
    hints = {
        78: "the biases are missing: one number for each unit and for each output.",
        84: "the output has a bias of its own, three numbers.",
        81: "the hidden units have a bias too, six numbers.",
        66: "W_ho and b_o, from state to output, are missing.",
        8700: "every step uses the same weights: the 100 steps add nothing.",
        93: "this counts two biases for the hidden units, as torch stores them; here is one b_h.",
    }
    if answer == 87:
        return right("24 + 36 + 6 for the state, 18 + 3 for the output, however long the sequence.")
    return not_yet(hints.get(answer, "count the entries of W_xh, W_hh, b_h, W_ho and b_o."))


def _draw_network():
    rng = np.random.default_rng(3)
    T, B, D, H = 7, 2, 3, 5
    shapes = ((T, B, D), (B, H), (D, H), (H, H), (H,))
    return [0.5 * rng.normal(size=shape) for shape in shapes]


def check_two_parts(function):
    """Exercise 2: run the first k steps, then the rest from the state where they ended."""
    xs, h0, *weights = _draw_network()
    whole = run_rnn(xs, h0, *weights)
    for k in (1, 3, 6):
        answer = try_call(function, xs.copy(), h0.copy(), k, *[w.copy() for w in weights])
        if isinstance(answer, Feedback):
            return answer
        try:
            answer = np.asarray(answer, dtype=float)
        except (TypeError, ValueError):
            return not_yet("one array is expected: join the two with np.concatenate.")
        if answer.shape == (len(whole) + 1, *whole.shape[1:]):
            return not_yet("the state between the parts is there twice: drop it from one of them.")
        if answer.shape != whole.shape:
            return not_yet(
                f"all states of both parts have shape {whole.shape}, not {answer.shape}."
            )
        if np.allclose(answer, whole, atol=1e-12):
            continue
        if np.allclose(answer[: k + 1], whole[: k + 1], atol=1e-12):
            return not_yet("the second part must start where the first one ended, not at h0.")
        return not_yet(f"for k = {k} the states differ from those of one run over the whole.")
    return right("nothing but the state has to be handed on, and it has H numbers.")


def check_last_visible(function):
    """Exercise 3: the last step t at which |w|^(t−1) ≥ share."""
    cases = [(0.5, 0.01, 7), (0.9, 0.01, 44), (-0.9, 0.01, 44), (0.9, 0.81, 3), (0.99, 0.5, 69)]
    for w, share, wanted in cases:
        number = as_number(try_call(function, w, share))
        if isinstance(number, Feedback):
            return number
        if number == wanted:
            continue
        if np.isnan(number):
            return not_yet("the logarithm of a negative w is not a number: the size |w| decides.")
        if number == wanted - 1:
            return not_yet("the nudge is whole at step 1: after t steps it met w only t − 1 times.")
        if not number.is_integer():
            return not_yet("a step is a whole number: round down to the last one still visible.")
        return not_yet(f"for w = {w} and share {share} the last visible step is not {number:.0f}.")
    return right(
        "memory grows like 1 / log(1/|w|): to remember ten times longer, w must come close to 1."
    )


def check_delay_line(function):
    """Exercise 4: weights with which a linear RNN of three units gives back x_{t−2}."""
    weights = try_call(function)
    if isinstance(weights, Feedback):
        return weights
    try:
        W_xh, W_hh, W_ho = (np.asarray(w, dtype=float) for w in weights)
    except (TypeError, ValueError):
        return not_yet("three arrays are expected here: W_xh, W_hh, W_ho.")
    wanted = {"W_xh": (1, 3), "W_hh": (3, 3), "W_ho": (3, 1)}
    for (name, shape), w in zip(wanted.items(), (W_xh, W_hh, W_ho), strict=True):
        if w.shape != shape:
            return not_yet(f"{name} must have shape {shape}, yours has {w.shape}.")
    xs = np.random.default_rng(4).normal(size=(9, 1, 1))
    hs = run_rnn(xs, np.zeros((1, 3)), W_xh, W_hh, np.zeros(3), activation="identity")
    outputs, x = (hs[1:] @ W_ho)[:, 0, 0], xs[:, 0, 0]
    if np.allclose(outputs[2:], x[:-2]):
        return right(
            "a window of three values is a state, and shifting it is a matrix: AR(τ) is an RNN."
        )
    for lag in (0, 1):
        if np.allclose(outputs[lag:], x[: len(x) - lag]):
            return not_yet(f"this gives back x_t{'−1' if lag else ''}: the delay is {lag}, not 2.")
    if np.allclose((hs[1:] @ W_ho)[:, 0, 0], 0):
        return not_yet("the output is always 0: nothing reaches the unit that you read.")
    return not_yet("row vectors: h W_hh moves unit i to unit j where W_hh[i, j] = 1.")
