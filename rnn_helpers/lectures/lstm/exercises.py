"""The checks of lecture 06: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.recurrences.cells import lstm_step, sigmoid


def check_parameter_count(answer):
    """Exercise 1: the numbers learned in an LSTM with D = 4 and H = 6, one bias, which are 264."""
    answer = as_number(answer, whole=True)
    if isinstance(answer, Feedback):
        return answer
    hints = {
        66: "that is a plain RNN; the LSTM has four such blocks.",
        198: "there are four blocks: three gates and the candidate.",
        240: "the biases are missing.",
        288: "this counts two biases, as torch stores them; here each block has one.",
        282: "no peepholes are asked for.",
    }
    if answer == 264:
        return right("4 · (24 + 36 + 6): four times a plain RNN of the same size.")
    return not_yet(hints.get(answer, "four blocks of D · H + H · H + H numbers."))


def check_coupled_step(function):
    """Exercise 2: one step of an LSTM whose input gate is 1 − f, blocks f, g, o."""
    rng = np.random.default_rng(5)
    B, D, H = 2, 3, 4
    x, h, c = rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    weights = [rng.normal(size=shape) for shape in ((D, 3 * H), (H, 3 * H), (3 * H,))]
    answer = try_call(function, *(array.copy() for array in (x, h, c, *weights)))
    if isinstance(answer, Feedback):
        return answer
    try:
        new_h, new_c = (np.asarray(array, dtype=float) for array in answer)
    except (TypeError, ValueError):
        return not_yet("two arrays are expected: h and c.")
    if new_h.shape != (B, H) or new_c.shape != (B, H):
        return not_yet(f"h and c have shape {(B, H)}, yours have {new_h.shape} and {new_c.shape}.")
    a = x @ weights[0] + h @ weights[1] + weights[2]
    f, o, g = sigmoid(a[:, :H]), sigmoid(a[:, 2 * H :]), np.tanh(a[:, H : 2 * H])
    wanted = f * c + (1 - f) * g
    if np.allclose(new_c, wanted):
        if np.allclose(new_h, o * np.tanh(wanted)):
            return right("three blocks instead of four; lecture 07 goes on from here.")
        if np.allclose(new_h, o * np.tanh(c)):
            return not_yet("c is right, but h shows the old c.")
        if np.allclose(new_h, o * wanted):
            return not_yet("c is right, but h lacks the tanh.")
        if np.allclose(new_h, a[:, 2 * H :] * np.tanh(wanted)):
            return not_yet("c is right, but o lacks its sigmoid.")
        return not_yet("c is right, h is not: h = o ⊙ tanh(c).")
    mistakes = (
        (f * c + f * g, "the input gate is f in yours; it should be 1 − f."),
        ((1 - f) * c + f * g, "f keeps: it multiplies the old c, and 1 − f the candidate."),
        (f * c + g, "the candidate comes in whole; it should be multiplied by 1 − f."),
        (f * c + (1 - f) * a[:, H : 2 * H], "the candidate lacks its tanh."),
    )
    for mistake, hint in mistakes:
        if np.allclose(new_c, mistake):
            return not_yet(hint)
    return not_yet("c differs; the blocks stand in the order f, g, o.")


def check_steps_kept(function):
    """Exercise 3: the largest k with f^k ≥ share."""
    for f, share, wanted in ((0.9, 0.81, 2), (0.9, 0.5, 6), (0.99, 0.01, 458), (0.73, 0.01, 14)):
        number = as_number(try_call(function, f, share))
        if isinstance(number, Feedback):
            return number
        if number == wanted:
            continue
        if not number.is_integer():
            return not_yet("a step is a whole number: round down to the last one that still holds.")
        if number == wanted + 1:
            return not_yet(f"after {number:.0f} steps of f = {f}, less than {share} is left.")
        return not_yet(f"for f = {f} and share {share} it is not {number:.0f} steps.")
    return right("σ(0) = 0.5 keeps 1 % for 6 steps, σ(1) = 0.73 for 14, σ(5) = 0.993 for 685.")


def check_counter(function):
    """Exercise 4: the weights of one LSTM unit whose cell counts the ones in its input."""
    weights = try_call(function)
    if isinstance(weights, Feedback):
        return weights
    try:
        W_xh, W_hh, b_h = (np.asarray(w, dtype=float) for w in weights)
    except (TypeError, ValueError):
        return not_yet("three arrays are expected here: W_xh, W_hh, b_h.")
    wanted = {"W_xh": (1, 4), "W_hh": (1, 4), "b_h": (4,)}
    for (name, shape), w in zip(wanted.items(), (W_xh, W_hh, b_h), strict=True):
        if w.shape != shape:
            return not_yet(f"{name} must have shape {shape}, yours has {w.shape}.")
    xs = np.random.default_rng(3).integers(0, 2, size=200)
    h = c = np.zeros((1, 1))
    for x in xs:
        h, c = lstm_step(np.array([[float(x)]]), h, c, W_xh, W_hh, b_h)
    count, held = int(xs.sum()), float(c[0, 0])
    if abs(held - count) < 0.5:
        return right(f"{count} ones among 200, and the cell holds {held:.2f}: no tanh unit can.")
    if abs(held - len(xs)) < 0.5:
        return not_yet("this counts the steps: the input gate must stay shut when x is 0.")
    if abs(held) <= 1.5:
        return not_yet("the cell forgets what it counted: is f at 1?")
    return not_yet(f"there are {count} ones, and the cell holds {held:.2f}.")
