"""Each check of lecture 07 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.gru import exercises
from rnn_helpers.recurrences.cells import sigmoid


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (-4.967, "almost shut"),
        (0.9931, "the gate itself"),
        (2.157, "natural logarithm"),
        (4.6, "keeps 1/e"),
        (1.0, "with that bias 2.5e-14 is left"),
        ("4.97", "a number is expected here, this is str"),
        (True, "a number is expected here, this is bool"),
    ],
)
def test_keep_bias(answer, hint):
    feedback = exercises.check_keep_bias(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def flip(start, stop, which=(0, 1, 2, 3)):
    def answer(*weights):
        weights = [w.copy() for w in weights]
        H = len(weights[2]) // 3
        for k in which:
            weights[k][..., start * H : stop * H] *= -1
        return weights

    return answer


def flip_in_place(*weights):
    H = len(weights[2]) // 3
    for w in weights:
        w[..., H : 2 * H] *= -1
    return weights


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (flip(0, 1), "the order is r, z, n"),
        (flip(0, 3), "everything is negated"),
        (flip(1, 2, (0, 1)), "b_xh, b_hh is not negated yet"),
        (flip(1, 2, (2, 3)), "W_xh, W_hh is not negated yet"),
        (flip(2, 3), "the states of the two cells differ"),
        (flip_in_place, "negate copies"),
        (lambda *weights: weights, "nothing has changed"),
        (lambda *weights: weights[:2], "four arrays of the shapes"),
        (lambda *weights: 3, "four arrays of numbers are expected"),
        (7, "a function is expected here"),
    ],
)
def test_to_takes(answer, hint):
    feedback = exercises.check_to_takes(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message
    assert exercises.check_to_takes(flip(1, 2)).status == "right"


def paths(h, z, n, W_hz, W_hn):
    return (
        np.diag(z),
        ((h - n) * z * (1 - z))[:, None] * W_hz.T,
        ((1 - z) * (1 - n**2))[:, None] * W_hn.T,
    )


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: paths(*a)[0] + paths(*a)[2], "a third path leads through the gate"),
        (lambda *a: paths(*a)[1] + paths(*a)[2], "the path straight on"),
        (lambda *a: paths(*a)[0] + paths(*a)[1], "the path through the candidate"),
        (lambda *a: paths(*a)[0] - paths(*a)[1] + paths(*a)[2], "the sign of h₋₁ − n"),
        (lambda *a: sum(paths(*a)).T, "that is the transpose"),
        (lambda *a: sum(paths(*a)[1:], a[1]), "use np.diag"),
        (
            lambda h, z, n, U, W: sum(paths(h, z, n, U, W)[:2]) + (1 - z)[:, None] * W.T,
            "the slope of tanh",
        ),
        (
            lambda h, z, n, U, W: (
                paths(h, z, n, U, W)[0] + (h - n)[:, None] * U.T + paths(h, z, n, U, W)[2]
            ),
            "the slope of the sigmoid",
        ),
        (lambda h, z, n, U, W: sum(paths(h, z, n, U.T, W.T)), "untransposed"),
        (lambda *a: a[1], "yours has (4,)"),
        (lambda *a: np.eye(4), "it differs from finite differences"),
        (lambda *a: "matrix", "an array of numbers is expected"),
    ],
)
def test_simplified_jacobian(answer, hint):
    feedback = exercises.check_simplified_jacobian(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def minimal(*, keeps=False, reset="before", swap=False):
    def answer(x, h, W_xh, W_hh, b_h):
        H = h.shape[1]
        one, two = (slice(H, None), slice(H)) if swap else (slice(H), slice(H, None))
        f = sigmoid(x @ W_xh[:, one] + h @ W_hh[:, one] + b_h[one])
        W = W_hh[:, two]
        past = {"before": (f * h) @ W, "after": f * (h @ W), "never": h @ W}[reset]
        n = np.tanh(x @ W_xh[:, two] + past + b_h[two])
        return f * h + (1 - f) * n if keeps else (1 - f) * h + f * n

    return answer


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (minimal(keeps=True), "f keeps the old state"),
        (minimal(reset="never"), "it should see f ⊙ h₋₁"),
        (minimal(reset="after"), "it belongs before it"),
        (minimal(swap=True), "the columns of f come first"),
        (lambda *a: np.zeros(3), "yours has (3,)"),
        (lambda *a: "state", "an array of numbers is expected"),
    ],
)
def test_minimal_step(answer, hint):
    feedback = exercises.check_minimal_step(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message
    assert exercises.check_minimal_step(minimal()).status == "right"
