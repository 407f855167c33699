"""Each check of lecture 09 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.attention import exercises


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (2.944, "nineteen share the rest"),
        (5.94, "counts the character itself"),
        (2.5575, "not of 10"),
        (361, "that is the power"),
        (0.95, "the weight itself"),
        (18.05, "each score is an exponent"),
        (0.0, "the weight is 0.05"),
        (1e9, "the weight is 1, not 0.95"),
        ("six", "a number is expected here, this is str"),
    ],
)
def test_score(answer, hint):
    feedback = exercises.check_score(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message
    assert exercises.check_score(5.89).status == "right"


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def masked(scores, mask):
    return softmax(np.where(mask, scores, -1e300))


def largest_of_all(scores, mask):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask
    with np.errstate(invalid="ignore"):
        return powers / powers.sum(axis=1, keepdims=True)


def overflows(scores, mask):
    powers = np.exp(scores) * mask
    return powers / powers.sum(axis=1, keepdims=True)


def in_place(scores, mask):
    scores[~mask] = -1e300
    return softmax(scores)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, m: softmax(s), "the mask is not used"),
        (lambda s, m: softmax(s) * m, "do not sum to 1"),
        (lambda s, m: softmax(s * m), "e⁰ is 1"),
        (lambda s, m: softmax(np.where(m, s, -1e30), axis=0), "runs over the texts"),
        (lambda s, m: masked(s, ~m), "true where there is text"),
        (overflows, "subtract the largest"),
        (largest_of_all, "take the largest of the text"),
        (in_place, "work on copies"),
        (lambda s, m: np.full(s.shape, 0.2), "padding gets weight"),
        (lambda s, m: m / m.sum(1, keepdims=True), "the weights differ"),
        (lambda s, m: masked(s, m)[0], "yours has (5,)"),
        (lambda s, m: "weights", "this is str"),
        (lambda s, m: 1 / 0, "raised ZeroDivisionError"),
        (3, "a function is expected"),
    ],
)
def test_masked_weights(answer, hint):
    with np.errstate(all="ignore"):
        feedback = exercises.check_masked_weights(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def test_masked_weights_with_infinity_is_right_too():
    assert exercises.check_masked_weights(masked).status == "right"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda w, h, g: h @ g, "the gradient of the weights"),
        (lambda w, h, g: w * (h @ g), "takes weight from all the others"),
        (lambda w, h, g: h @ g - w @ h @ g, "the factor α_j is missing"),
        (lambda w, h, g: w * (1 - w) * (h @ g), "the diagonal"),
        (lambda w, h, g: w * (w @ h @ g - h @ g), "the other way round"),
        (lambda w, h, g: w * (h @ g - (h @ g).mean()), "not the plain one"),
        (lambda w, h, g: np.zeros(5), "differs from finite differences"),
        (lambda w, h, g: h * g, "yours has (5, 3)"),
    ],
)
def test_score_gradient(answer, hint):
    feedback = exercises.check_score_gradient(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message
    right = exercises.check_score_gradient(lambda w, h, g: w * (h @ g - w @ h @ g))
    assert right.status == "right"


PAST = np.tril(np.ones((4, 4), dtype=bool))


def attend(*, seen=PAST, divisor=6**0.5, axis=-1, swap=False, low=-1e30):
    def answer(Q, K, V):
        scores = (K @ Q.T if swap else Q @ K.T) / divisor
        with np.errstate(invalid="ignore"):
            return softmax(np.where(seen, scores, low), axis) @ V

    return answer


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (attend(seen=True), "the mask is missing"),
        (attend(seen=PAST.T), "the other triangle"),
        (attend(seen=np.tril(PAST, -1)), "see itself too"),
        (attend(seen=np.tril(PAST, -1), low=-np.inf), "see itself too"),
        (attend(divisor=1), "not divided by √d"),
        (attend(divisor=6), "divide by √d, not by d"),
        (attend(swap=True), "Q Kᵀ"),
        (attend(axis=0), "runs over the queries"),
        (lambda Q, K, V: (softmax(Q @ K.T / 6**0.5) * PAST) @ V, "after the softmax"),
        (lambda Q, K, V: V, "the values differ"),
        (lambda Q, K, V: V[:2], "yours has (2, 6)"),
    ],
)
def test_causal_attention(answer, hint):
    feedback = exercises.check_causal_attention(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message
    assert exercises.check_causal_attention(attend()).status == "right"
