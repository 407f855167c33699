"""Each check of lecture 09 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import torch

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
    ("masked_weights", lambda s, m: softmax(s * m), "exp(0) is 1"),
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
    ("causal_attention", lambda Q, K, V: softmax(np.tril(Q @ K.T) / 6**0.5) @ V,
     "a score of 0 is no weight of 0"),
    ("causal_attention", lambda Q, K, V: V, "the values differ"),
    ("causal_attention", lambda Q, K, V: V[:2], "yours has (2, 6)"),
])  # fmt: skip


def masked_by_torch(scores, mask):
    scores, mask = torch.from_numpy(scores).float(), torch.from_numpy(mask)
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=1)


def row_by_row(scores, mask):
    rows = []
    for row, seen in zip(scores, mask, strict=True):
        powers = [np.exp(s - row[seen].max()) if m else 0.0 for s, m in zip(row, seen, strict=True)]
        rows.append([power / sum(powers) for power in powers])
    return rows


def by_logs(scores, mask):
    shut = np.where(mask, scores, -np.inf)
    return np.exp(shut - np.logaddexp.reduce(shut, axis=1, keepdims=True))


def powers_masked(scores, mask):
    largest = np.where(mask, scores, scores.min()).max(axis=1, keepdims=True)
    powers = np.exp(np.minimum(scores - largest, 0)) * mask
    return powers / powers.sum(axis=1, keepdims=True)


def by_jacobian(weights, annotations, dcontext):
    jacobian = np.diag(weights) - np.outer(weights, weights)
    return jacobian @ annotations @ dcontext


def by_loop(weights, annotations, dcontext):
    context = sum(w * h for w, h in zip(weights, annotations, strict=True))
    return [
        float(w * ((h - context) @ dcontext)) for w, h in zip(weights, annotations, strict=True)
    ]


def by_autograd(weights, annotations, dcontext):
    scores = torch.log(torch.from_numpy(weights)).requires_grad_()
    context = scores.softmax(0) @ torch.from_numpy(annotations)
    context.backward(torch.from_numpy(dcontext))
    return scores.grad


def reach_of(weights, annotations, dcontext):
    reach = annotations @ dcontext
    return weights * (reach - weights @ reach)


def causal_by_torch(Q, K, V):
    arrays = (torch.from_numpy(a)[None] for a in (Q, K, V))
    return torch.nn.functional.scaled_dot_product_attention(*arrays, is_causal=True)[0]


def causal_by_loop(Q, K, V):
    rows = []
    for t, q in enumerate(Q):
        powers = np.exp([q @ k / np.sqrt(len(q)) for k in K[: t + 1]])
        rows.append((powers / powers.sum()) @ V[: t + 1])
    return rows


def causal_by_added_mask(Q, K, V):
    mask = np.triu(np.full((len(Q), len(Q)), -np.inf), k=1)
    return softmax(np.einsum("td,sd->ts", Q, K) * Q.shape[1] ** -0.5 + mask) @ V


test_a_right_answer_in_any_spelling_is_right = expect("right", exercises, [
    ("score", answer, "361") for answer in (
        np.log(361), 5.89, math.log(19 * 19), np.float32(5.8888), torch.tensor(5.889),
        np.array(5.8889), -math.log(0.05 / 0.95 / 19),
    )
] + [
    ("masked_weights", answer, "padding gets 0") for answer in (
        powers_masked, masked_by_torch, row_by_row, by_logs,
        lambda s, m: masked(s, m, -np.inf), lambda s, m: powers_masked(s.astype(np.float32), m),
    )
] + [
    ("score_gradient", answer, "sum to 0") for answer in (
        reach_of, by_jacobian, by_loop, by_autograd,
        lambda *a: reach_of(*a).astype(np.float32), lambda *a: tuple(by_jacobian(*a)),
    )
] + [
    ("causal_attention", answer, "the last sees everything") for answer in (
        attend(low=-np.inf), attend(), causal_by_torch, causal_by_loop, causal_by_added_mask,
        lambda *a: causal_by_added_mask(*(x.astype(np.float32) for x in a)),
    )
])  # fmt: skip

test_what_is_no_answer_has_a_sentence = expect("not yet", exercises, [
    ("score", np.nan, "the weight is nan"), ("score", "5.89", "this is str"),
    ("score", None, "this is NoneType"), ("score", [5.89], "this is list"),
    ("masked_weights", lambda s, m: np.full(s.shape, np.nan), "true where there is text"),
    ("score_gradient", lambda w, h, g: np.full(5, np.nan), "holds nan"),
    ("causal_attention", lambda Q, K, V: np.full(Q.shape, np.nan), "nothing to see"),
    ("score_gradient", 3, "a function is expected"),
])  # fmt: skip
