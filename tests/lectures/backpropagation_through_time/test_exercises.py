"""Each check of lecture 04 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.backpropagation_through_time import exercises


def _assert_not_yet(feedback, hint):
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (4, "do not forget the use in step 5"),
        (15, "for the losses of all five steps"),
        (10, "count the products"),
        (1, "the use in step 5 alone"),
        (7, "one term for each step"),
        ("five", "this is str"),
    ],
)
def test_terms(answer, hint):
    _assert_not_yet(exercises.check_terms(answer), hint)


def _backward(
    hs, W_hh, douts, slope, *, last_only=False, transpose=False, carry=True, ahead=1, back=True
):
    dh, dW_hh = np.zeros_like(hs[0]), np.zeros_like(W_hh)
    for t in reversed(range(len(douts))):
        out = douts[t] if not last_only or t == len(douts) - 1 else 0
        da = ((dh if carry else 0) + out) * slope(hs[t + ahead])
        dW_hh += hs[t].T @ da
        dh = da @ (W_hh.T if back else W_hh)
    return (dW_hh.T if transpose else dW_hh), dh


def _tanh(h):
    return 1 - h**2


def _relu(h):
    return h > 0


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: _backward(*a, _tanh)[0], "1 − h² is the slope of tanh"),
        (lambda *a: _backward(*a, _relu, transpose=True)[0], "transposed"),
        (lambda *a: _backward(*a, _relu, carry=False)[0], "only one line changes"),
        (lambda *a: _backward(*a, _relu, ahead=0)[0], "hs[t + 1], not of hs[t]"),
        (lambda *a: _backward(*a, _relu, back=False)[0], "da @ W_hh.T"),
        (lambda *a: _backward(*a, _relu)[1], "dW_hh has shape (4, 4)"),
        (lambda *a: "no", "an array is expected here"),
        (lambda *a: 1 / 0, "your function raised ZeroDivisionError"),
    ],
)
def test_relu(answer, hint):
    _assert_not_yet(exercises.check_relu(answer), hint)


def _inputs(hs, W_xh, W_hh, douts, *, last_only=False, carry=True, slope=_tanh):
    dxs, dh = np.zeros((len(douts), len(hs[0]), len(W_xh))), np.zeros_like(hs[0])
    for t in reversed(range(len(douts))):
        out = douts[t] if not last_only or t == len(douts) - 1 else 0
        whole = (dh if carry else 0) + out
        dxs[t] = (whole * slope(hs[t + 1])) @ W_xh.T
        dh = (whole * _tanh(hs[t + 1])) @ W_hh.T
    return dxs


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: _inputs(*a, last_only=True), "the last step only"),
        (lambda *a: _inputs(*a, carry=False), "its own loss only"),
        (lambda *a: _inputs(*a, slope=np.ones_like), "so da_t"),
        (lambda *a: _inputs(*a)[::-1], "turn them round"),
        (lambda *a: -_inputs(*a), "with the da_t of"),
        (lambda *a: _inputs(*a)[0], "dxs has shape (6, 2, 3)"),
    ],
)
def test_inputs(answer, hint):
    _assert_not_yet(exercises.check_inputs(answer), hint)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda T, k: sum(min(t, k) for t in range(1, T + 1)), "a window that moves along"),
        (lambda T, k: T // k * k * (k + 1) // 2, "the last block may be shorter"),
        (lambda T, k: sum(t % k for t in range(T)), "lag 0 counts"),
        (lambda T, k: T * T, "it is not 144"),
        (lambda T, k: "many", "a number is expected here"),
    ],
)
def test_count_kept(answer, hint):
    _assert_not_yet(exercises.check_count_kept(answer), hint)
