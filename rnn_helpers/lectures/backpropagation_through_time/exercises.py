"""The checks of lecture 04: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_array, as_number, call, check, compare, right
from rnn_helpers.recurrences.bptt import backward_rnn, trace_rnn


@check
def check_terms(answer: object) -> Feedback:
    """Exercise 1: the number of terms of ∂h_5/∂w, which is 5."""
    mistakes = [
        (1, "that is the use in step 5 alone; w was used in the steps before it, too."),
        (4, "do not forget the use in step 5 itself, whose product is empty."),
        (10, "that counts the factors ∂h_j/∂h_{j−1} of all products; count the products."),
        (15, "that is the sum 1 + … + 5, for the losses of all five steps; here it is h_5 alone."),
    ]
    hint = "one term for each step in which w is used."
    compare(as_number(answer, whole=True), 5, mistakes, hint)
    return right("w is used once in each of the steps 1 to 5, and each use has one path to h_5.")


def _make_case(nonlinearity):
    rng = np.random.default_rng(7)
    T, B, D, H = 6, 2, 3, 4
    shapes = ((T, B, D), (B, H), (D, H), (H, H), (H,))
    trace = trace_rnn(*(0.6 * rng.normal(size=s) for s in shapes), nonlinearity=nonlinearity)
    return trace, rng.normal(size=(T, B, H))


def _keep_last(douts):
    """Only the last step's loss."""
    return np.concatenate([np.zeros_like(douts[:-1]), douts[-1:]])


def _sweep(hs, W_back, douts, slopes):
    """∂L/∂W_hh, and dh for each step, from slopes and a way back that may be mistaken."""
    dh, dW_hh, dhs = np.zeros_like(hs[0]), np.zeros_like(W_back), np.zeros_like(douts)
    for t in reversed(range(len(douts))):
        dhs[t] = dh + douts[t]
        da = dhs[t] * slopes[t]
        dW_hh += hs[t].T @ da
        dh = da @ W_back
    return dW_hh, dhs


@check
def check_relu(function: object) -> Feedback:
    """Exercise 2: ∂L/∂W_hh of a ReLU network, against the package's backward pass."""
    trace, douts = _make_case("relu")
    hs, W_hh = trace.hs, trace.W_hh
    answer = as_array(call(function, hs, W_hh, douts), W_hh.shape, "dW_hh")
    wanted = backward_rnn(trace, douts)["W_hh"]
    mistakes = [
        (_sweep(hs, W_hh.T, douts, 1 - hs[1:] ** 2)[0],
         "1 − h² is the slope of tanh; a ReLU's is 1 where h is above 0, else 0."),
        (wanted.T, "the result is transposed: rows are the old state, columns the new one."),
        (_sweep(hs, W_hh.T, douts, hs[:-1] > 0)[0],
         "the slope is that of the new state, hs[t + 1], not of hs[t]."),
        (_sweep(hs, W_hh, douts, hs[1:] > 0)[0],
         "on the way back a row meets W_hhᵀ: da @ W_hh.T."),
        (_sweep(hs, W_hh.T, douts, np.ones_like(douts))[0],
         "this slope is 1 everywhere: no h is below 0, so ask where h > 0, not where h >= 0."),
        (sum(h.T @ (dh * (h > 0)) for h, dh in zip(
            hs[1:], _sweep(hs, W_hh.T, douts, hs[1:] > 0)[1], strict=True)),
         "W_hh multiplied the state before: the product is hs[t].T @ da, not hs[t + 1].T @ da."),
        (wanted / hs.shape[1],
         "this is the mean over the batch; the loss is a sum, so add."),
        (backward_rnn(trace, douts, truncate=1)["W_hh"],
         "each step hears its own loss only: carry dh on from step to step."),
        (backward_rnn(trace, _keep_last(douts))["W_hh"],
         "this hears the loss of the last step only: add douts[t] at every step."),
    ]  # fmt: skip
    hint = "only one line changes, the slope; the loop runs from the last step to the first."
    compare(answer, wanted, mistakes, hint)
    return right(
        "the slope of a ReLU is 1 where it is on, so the activation lets the gradient pass "
        "unchanged; W_hh still multiplies."
    )


@check
def check_inputs(function: object) -> Feedback:
    """Exercise 3: ∂L/∂x_t of a tanh network, for every step."""
    trace, douts = _make_case("tanh")
    hs, W_xh, W_hh = trace.hs, trace.W_xh, trace.W_hh
    wanted = backward_rnn(trace, douts)["xs"]

    def sweep_inputs(W_back, slopes):
        return (_sweep(hs, W_back, douts, slopes)[1] * slopes) @ W_xh.T

    answer = as_array(call(function, hs, W_xh, W_hh, douts), wanted.shape, "dxs")
    mistakes = [
        (wanted[::-1],
         "the steps come out in the order of the sweep, last first: turn them round."),
        (backward_rnn(trace, douts, truncate=1)["xs"],
         "each step hears its own loss only: carry dh on from step to step."),
        (backward_rnn(trace, _keep_last(douts))["xs"],
         "this hears the loss of the last step only: add douts[t] at every step."),
        (_sweep(hs, W_hh.T, douts, 1 - hs[1:] ** 2)[1] @ W_xh.T,
         "that is dh_t W_xhᵀ: the way to x_t goes through the slope, so da_t."),
        (sweep_inputs(W_hh, 1 - hs[1:] ** 2),
         "on the way back a row meets W_hhᵀ: da @ W_hh.T."),
        (sweep_inputs(W_hh.T, 1 - hs[:-1] ** 2),
         "the slope is that of the new state, hs[t + 1], not of hs[t]."),
        (sweep_inputs(W_hh.T, np.ones_like(hs[1:])),
         "the slope of tanh, 1 − h_t², is missing."),
    ]  # fmt: skip
    compare(answer, wanted, mistakes, "dx_t = da_t W_xhᵀ, with the da_t of `backward`.")
    return right("this says which input mattered: large entries moved the loss most.")


@check
def check_count_kept(function: object) -> Feedback:
    """Exercise 4: the pairs (t, s) that no cut separates, when T steps are cut every k."""
    for T, k, wanted in ((12, 4, 30), (10, 4, 23), (5, 1, 5), (7, 20, 28)):
        number = as_number(call(function, T, k), whole=True)
        mistakes = [
            (sum(min(t, k) for t in range(1, T + 1)),
             "that is a window that moves along; here the cuts stand still."),
            ((T, k) == (10, 4) and number in (20, 30),
             "the last block may be shorter than k: 10 steps are 4, 4 and 2."),
            (number == wanted - T or (k == 1 and number == 0),
             "a step sees its own input too: lag 0 counts."),
        ]  # fmt: skip
        compare(number, wanted, mistakes, f"for T = {T} and k = {k} it is not {number}.")
    return right("k (k + 1) / 2 for each whole block: of 78 pairs at T = 12, k = 4 keeps 30.")
