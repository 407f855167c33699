"""The checks of lecture 06: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_arrays, as_number, call, check, compare, right
from rnn_helpers.recurrences.cells import lstm_step, sigmoid


@check
def check_parameter_count(answer: object) -> Feedback:
    """Exercise 1: the numbers learned in an LSTM with D = 4 and H = 6, one bias, which are 264."""
    mistakes = [
        (66, "that is a plain RNN; the LSTM has four such blocks."),
        (198, "there are four blocks: three gates and the candidate."),
        (240, "the biases are missing."),
        (288, "this counts two biases, as torch stores them; here each block has one."),
        (282, "no peepholes are asked for."),
    ]
    hint = "four blocks of D · H + H · H + H numbers."
    compare(as_number(answer, whole=True), 264, mistakes, hint)
    return right("4 · (24 + 36 + 6): four times a plain RNN of the same size.")


@check
def check_coupled_step(function: object) -> Feedback:
    """Exercise 2: one step of an LSTM whose input gate is 1 − f, blocks f, g, o."""
    rng = np.random.default_rng(5)
    B, D, H = 2, 3, 4
    x, h, c = rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    weights = [rng.normal(size=shape) for shape in ((D, 3 * H), (H, 3 * H), (3 * H,))]
    new_h, new_c = as_arrays(call(function, x, h, c, *weights), {"h": (B, H), "c": (B, H)})
    a_f, a_g, a_o = np.split(x @ weights[0] + h @ weights[1] + weights[2], 3, axis=1)
    f, g, o = sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    wanted = f * c + (1 - f) * g
    mistakes = [
        (o * np.tanh(wanted), "these are c and h: return h first."),
        (f * c + f * g, "the input gate is f in yours; it should be 1 − f."),
        ((1 - f) * c + f * g, "f keeps: it multiplies the old c, and 1 − f the candidate."),
        (f * c + g, "the candidate comes in whole; it should be multiplied by 1 − f."),
        (f * c + (1 - f) * a_g, "the candidate lacks its tanh."),
    ]
    compare(new_c, wanted, mistakes, "c differs; the blocks stand in the order f, g, o.")
    mistakes = [
        (o * np.tanh(c), "c is right, but h shows the old c."),
        (o * wanted, "c is right, but h lacks the tanh."),
        (a_o * np.tanh(wanted), "c is right, but o lacks its sigmoid."),
    ]
    compare(new_h, o * np.tanh(wanted), mistakes, "c is right, h is not: h = o ⊙ tanh(c).")
    return right("three blocks instead of four; lecture 07 goes on from here.")


@check
def check_steps_kept(function: object) -> Feedback:
    """Exercise 3: the largest k with f^k ≥ share; no share here is met to within rounding."""
    whole = "a step is a whole number: round down to the last one that still holds."
    for f, share, wanted in ((0.9, 0.8, 2), (0.9, 0.5, 6), (0.99, 0.01, 458), (0.73, 0.01, 14)):
        number = as_number(call(function, f, share), whole=whole)
        past = (wanted + 1, f"after {number} steps of f = {f}, less than {share} is left.")
        hint = f"for f = {f} and share {share} it is not {number} steps."
        compare(number, wanted, [past], hint)
    return right("σ(0) = 0.5 keeps 1 % for 6 steps, σ(1) = 0.73 for 14, σ(5) = 0.993 for 685.")


@check
def check_counter(function: object) -> Feedback:
    """Exercise 4: the weights of one LSTM unit whose cell counts the ones in its input."""
    shapes = {"W_xh": (1, 4), "W_hh": (1, 4), "b_h": (4,)}
    weights = as_arrays(call(function), shapes, finite=False)  # an infinite bias opens a gate, too
    xs = np.random.default_rng(3).integers(0, 2, size=200)
    h = c = np.zeros((1, 1))
    for x in xs:
        h, c = lstm_step(np.array([[float(x)]]), h, c, *weights)
    count, held = int(xs.sum()), float(c[0, 0])
    mistakes = [
        (abs(held - len(xs)) < 0.5,
         "this counts the steps: the input gate must stay shut when x is 0."),
        (held < -1.5, "the candidate offers −1: its bias must be positive."),
        (abs(held - count) < 0.1 * count,
         f"close, {held:.2f} for {count} ones: the gates leak a little at each step; larger "
         "biases shut them."),
        (abs(held) <= 1.5, "the cell forgets what it counted: is f at 1?"),
    ]  # fmt: skip
    hint = f"there are {count} ones, and the cell holds {held:.2f}."
    compare(held, count, mistakes, hint, atol=0.5)
    return right(f"{count} ones among 200, and the cell holds {held:.2f}: no tanh unit can.")
