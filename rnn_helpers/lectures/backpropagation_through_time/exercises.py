"""The checks of lecture 04: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.recurrences.bptt import backward_rnn, trace_rnn


def check_terms(answer):
    """Exercise 1: the number of terms of ∂h_5/∂w, which is 5."""
    answer = as_number(answer, whole=True)
    if isinstance(answer, Feedback):
        return answer
    if answer == 5:
        return right(
            "w is used once in each of the steps 1 to 5, and each use has one path to h_5."
        )
    hints = {
        1: "that is the use in step 5 alone; w was used in the steps before it, too.",
        4: "do not forget the use in step 5 itself, whose product is empty.",
        10: "that counts the factors ∂h_j/∂h_{j−1} of all products; count the products.",
        15: "that is the sum 1 + … + 5, for the losses of all five steps; here it is h_5 alone.",
    }
    return not_yet(hints.get(answer, "one term for each step in which w is used."))


def _make_case(nonlinearity="tanh"):
    rng = np.random.default_rng(7)
    T, B, D, H = 6, 2, 3, 4
    shapes = ((T, B, D), (B, H), (D, H), (H, H), (H,))
    arguments = [0.6 * rng.normal(size=shape) for shape in shapes]
    trace = trace_rnn(*arguments, nonlinearity=nonlinearity)
    return trace, rng.normal(size=(T, B, H))


def _compare(answer, wanted, name):
    """The answer as an array, or the Feedback that says what it is instead."""
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"an array is expected here, this is {type(answer).__name__}.")
    if answer.shape != wanted.shape:
        return not_yet(f"{name} has shape {wanted.shape}, yours has {answer.shape}.")
    return answer


def check_relu(function):
    """Exercise 2: ∂L/∂W_hh of a ReLU network, against the package's backward pass."""
    trace, douts = _make_case("relu")
    wanted = backward_rnn(trace, douts)["W_hh"]
    answer = try_call(function, trace.hs.copy(), trace.W_hh.copy(), douts.copy())
    if isinstance(answer, Feedback):
        return answer
    answer = _compare(answer, wanted, "dW_hh")
    if isinstance(answer, Feedback):
        return answer
    if np.allclose(answer, wanted, atol=1e-10):
        return right("the slope of a ReLU is 1 where it is on, so its gradient can pass unchanged.")
    as_tanh = _as_if(trace, "tanh")
    if np.allclose(answer, backward_rnn(as_tanh, douts)["W_hh"]):
        return not_yet("1 − h² is the slope of tanh; a ReLU's is 1 where h is above 0, else 0.")
    if np.allclose(answer, wanted.T):
        return not_yet("the result is transposed: rows are the old state, columns the new one.")
    mistakes = (
        (0, trace.W_hh.T, "the slope is that of the new state, hs[t + 1], not of hs[t]."),
        (1, trace.W_hh, "on the way back a row meets W_hhᵀ: da @ W_hh.T."),
    )
    for ahead, W, hint in mistakes:
        if np.allclose(answer, _sweep_relu(trace.hs, W, douts, ahead=ahead)):
            return not_yet(hint)
    return not_yet(
        "only one line changes, the slope; the loop runs from the last step to the first."
    )


def _sweep_relu(hs, W, douts, *, ahead):
    dh, dW_hh = np.zeros_like(hs[0]), np.zeros_like(W)
    for t in reversed(range(len(douts))):
        da = (dh + douts[t]) * (hs[t + ahead] > 0)
        dW_hh += hs[t].T @ da
        dh = da @ W
    return dW_hh


def _as_if(trace, nonlinearity):
    """The same trace, taken for that of another network."""
    return type(trace)(**{**vars(trace), "nonlinearity": nonlinearity})


def check_inputs(function):
    """Exercise 3: ∂L/∂x_t of a tanh network, for every step."""
    trace, douts = _make_case()
    wanted = backward_rnn(trace, douts)["xs"]
    arguments = (trace.hs, trace.W_xh, trace.W_hh, douts)
    answer = try_call(function, *(array.copy() for array in arguments))
    if isinstance(answer, Feedback):
        return answer
    answer = _compare(answer, wanted, "dxs")
    if isinstance(answer, Feedback):
        return answer
    if np.allclose(answer, wanted, atol=1e-10):
        return right("this says which input mattered: large entries moved the loss most.")
    if np.allclose(answer[::-1], wanted):
        return not_yet("the steps come out in the order of the sweep, last first: turn them round.")
    if np.allclose(answer, backward_rnn(trace, douts, truncate=1)["xs"]):
        return not_yet("each step hears its own loss only: carry dh on from step to step.")
    last_only = np.zeros_like(douts)
    last_only[-1] = douts[-1]
    if np.allclose(answer, backward_rnn(trace, last_only)["xs"]):
        return not_yet("this hears the loss of the last step only: add douts[t] at every step.")
    straight = np.zeros_like(wanted)
    dh = np.zeros_like(douts[0])
    for t in reversed(range(len(douts))):
        dh = dh + douts[t]
        straight[t] = dh @ trace.W_xh.T
        dh = (dh * (1 - trace.hs[t + 1] ** 2)) @ trace.W_hh.T
    if np.allclose(answer, straight):
        return not_yet("that is dh_t W_xhᵀ: the way to x_t goes through the slope, so da_t.")
    return not_yet("dx_t = da_t W_xhᵀ, with the da_t of `backward`.")


def check_count_kept(function):
    """Exercise 4: the pairs (t, s) that no cut separates, when T steps are cut every k."""
    for T, k, wanted in ((12, 4, 30), (10, 4, 23), (5, 1, 5), (7, 20, 28)):
        number = as_number(try_call(function, T, k))
        if isinstance(number, Feedback):
            return number
        if number == wanted:
            continue
        if number == sum(min(t, k) for t in range(1, T + 1)):
            return not_yet("that is a window that moves along; here the cuts stand still.")
        if (T, k) == (10, 4) and number in (20, 30):
            return not_yet("the last block may be shorter than k: 10 steps are 4, 4 and 2.")
        if number == wanted - T or (k == 1 and number == 0):
            return not_yet("a step sees its own input too: lag 0 counts.")
        return not_yet(f"for T = {T} and k = {k} it is not {number:.0f}.")
    return right("k (k + 1) / 2 for each whole block: of 78 pairs at T = 12, k = 4 keeps 30.")
