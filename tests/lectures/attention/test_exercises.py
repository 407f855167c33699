"""Each check of lecture 09 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.attention import exercises
from tests.mistakes import expect


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def masked(scores, mask, low=-1e300):
    return softmax(np.where(mask, scores, low))


def cut(scores, mask):
    powers = np.exp(scores) * mask
    return powers / powers.sum(axis=1, keepdims=True)


def in_place(scores, mask):
    scores[~mask] = -1e300
    return softmax(scores)


PAST = np.tril(np.ones((4, 4), dtype=bool))


def attend(*, seen=PAST, divisor=6**0.5, axis=-1, swap=False, low=-1e30):
    def answer(Q, K, V):
        scores = (K @ Q.T if swap else Q @ K.T) / divisor
        return softmax(np.where(seen, scores, low), axis) @ V

    return answer


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("score", 2.944, "nineteen share the rest"), ("score", 5.94, "counts the character itself"),
    ("score", 2.5575, "not of 10"), ("score", 361, "that is the power"),
    ("score", 0.95, "the weight itself"), ("score", 18.05, "each score is an exponent"),
    ("score", 0.0, "the weight is 0.05"), ("score", 1e9, "the weight is 1, not 0.95"),
    ("masked_weights", lambda s, m: softmax(s), "the mask is not used"),
    ("masked_weights", lambda s, m: softmax(s) * m, "do not sum to 1"),
    ("masked_weights", lambda s, m: softmax(s * m), "e⁰ is 1"),
    ("masked_weights", lambda s, m: softmax(np.where(m, s, -1e30), 0), "runs over the texts"),
    ("masked_weights", lambda s, m: masked(s, ~m), "true where there is text"),
    ("masked_weights", lambda s, m: masked(s, ~m, -np.inf), "true where there is text"),
    ("masked_weights", cut, "subtract the largest"),
    ("masked_weights", lambda s, m: cut(np.clip(s, -300, 300), m), "subtract, do not clip"),
    ("masked_weights", lambda s, m: cut(s - s.max(1)[:, None], m), "the largest of the"),
    ("masked_weights", in_place, "work on copies"),
    ("masked_weights", lambda s, m: np.full(s.shape, 0.2), "padding gets weight"),
    ("masked_weights", lambda s, m: masked(s, m, -20.0), "padding gets weight"),
    ("masked_weights", lambda s, m: m / m.sum(1, keepdims=True), "the weights differ"),
    ("masked_weights", lambda s, m: masked(s, m)[0], "yours has (5,)"),
    ("score_gradient", lambda w, h, g: h @ g, "the gradient of the weights"),
    ("score_gradient", lambda w, h, g: w * (h @ g), "takes weight from all the others"),
    ("score_gradient", lambda w, h, g: h @ g - w @ h @ g, "the factor α_j is missing"),
    ("score_gradient", lambda w, h, g: w * (1 - w) * (h @ g), "the diagonal"),
    ("score_gradient", lambda w, h, g: w * (w @ h @ g - h @ g), "the other way round"),
    ("score_gradient", lambda w, h, g: w * (h @ g - (h @ g).mean()), "not the plain one"),
    ("score_gradient", lambda w, h, g: np.zeros(5), "differs from finite differences"),
    ("score_gradient", lambda w, h, g: h * g, "yours has (5, 3)"),
    ("causal_attention", attend(seen=True), "the mask is missing"),
    ("causal_attention", attend(seen=PAST.T), "the other triangle"),
    ("causal_attention", attend(seen=np.tril(PAST, -1)), "see itself too"),
    ("causal_attention", attend(seen=np.tril(PAST, -1), low=-np.inf), "nothing to see"),
    ("causal_attention", attend(seen=np.tril(PAST, -1) | (PAST.sum(1) == 1)[:, None]),
     "see itself too"),
    ("causal_attention", attend(divisor=1), "not divided by √d"),
    ("causal_attention", attend(divisor=6), "divide by √d, not by d"),
    ("causal_attention", attend(swap=True), "Q Kᵀ"),
    ("causal_attention", attend(axis=0), "runs over the queries"),
    ("causal_attention", lambda Q, K, V: (softmax(Q @ K.T / 6**0.5) * PAST) @ V,
     "after the softmax"),
    ("causal_attention", lambda Q, K, V: V, "the values differ"),
    ("causal_attention", lambda Q, K, V: V[:2], "yours has (2, 6)"),
])  # fmt: skip


def test_infinities_and_a_rounded_lead_are_right_too():
    assert exercises.check_masked_weights(lambda s, m: masked(s, m, -np.inf)).status == "right"
    assert exercises.check_causal_attention(attend(low=-np.inf)).status == "right"
    assert exercises.check_score(5.89).status == "right"
