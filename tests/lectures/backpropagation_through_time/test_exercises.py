"""Each check of lecture 04 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.backpropagation_through_time import exercises
from tests.mistakes import expect


def _tanh(h):
    return 1 - h**2


def _relu(h):
    return h > 0


def relu(slope=_relu, *, carry=True, ahead=1, back=np.transpose, last=lambda dW, dh: dW):
    def answer(hs, W_hh, douts):
        dh, dW_hh = np.zeros_like(hs[0]), np.zeros_like(W_hh)
        for t in reversed(range(len(douts))):
            da = (carry * dh + douts[t]) * slope(hs[t + ahead])
            dW_hh += hs[t].T @ da
            dh = da @ back(W_hh)
        return last(dW_hh, dh)

    return answer


def inputs(slope=_tanh, *, last_only=False, carry=True, last=lambda dxs: dxs):
    def answer(hs, W_xh, W_hh, douts):
        dxs, dh = np.zeros((len(douts), len(hs[0]), len(W_xh))), np.zeros_like(hs[0])
        for t in reversed(range(len(douts))):
            whole = carry * dh + douts[t] * (not last_only or t == len(douts) - 1)
            dxs[t] = (whole * slope(hs[t + 1])) @ W_xh.T
            dh = (whole * _tanh(hs[t + 1])) @ W_hh.T
        return last(dxs)

    return answer


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("terms", 4, "do not forget the use in step 5"),
    ("terms", 15, "for the losses of all five steps"), ("terms", 10, "count the products"),
    ("terms", 1, "the use in step 5 alone"), ("terms", 7, "one term for each step"),
    ("relu", relu(_tanh), "1 − h² is the slope of tanh"),
    ("relu", relu(last=lambda dW, dh: dW.T), "transposed"),
    ("relu", relu(carry=False), "only one line changes"),
    ("relu", relu(ahead=0), "hs[t + 1], not of hs[t]"),
    ("relu", relu(back=np.asarray), "da @ W_hh.T"),
    ("relu", relu(last=lambda dW, dh: dh), "dW_hh has shape (4, 4), yours has (2, 4)"),
    ("inputs", inputs(last_only=True), "the last step only"),
    ("inputs", inputs(carry=False), "its own loss only"),
    ("inputs", inputs(np.ones_like), "so da_t"),
    ("inputs", inputs(last=lambda dxs: dxs[::-1]), "turn them round"),
    ("inputs", inputs(last=np.negative), "with the da_t of"),
    ("inputs", inputs(last=lambda dxs: dxs[0]), "dxs has shape (6, 2, 3), yours has (2, 3)"),
    ("count_kept", lambda T, k: sum(min(t + 1, k) for t in range(T)), "a window that moves along"),
    ("count_kept", lambda T, k: T // k * k * (k + 1) // 2, "the last block may be shorter"),
    ("count_kept", lambda T, k: -(-T // k) * k * (k + 1) // 2, "the last block may be"),
    ("count_kept", lambda T, k: sum(t % k for t in range(T)), "lag 0 counts"),
    ("count_kept", lambda T, k: T * T, "it is not 144"),
    ("count_kept", lambda T, k: 29.6, "a whole number is expected here, not 29.6"),
])  # fmt: skip
