"""Each check of lecture 03 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.language_models import exercises
from tests.mistakes import expect


def softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def gradient(logits, target):
    return softmax(logits) - np.eye(len(logits))[target]


def greedy_in_place(p, share):  # which must not be what the answer is compared with
    p[:] = p == p.max()
    return p


def keep(bar, anew=True):
    def answer(p, share):
        kept = np.where(bar(p, share), p, 0.0)
        return kept / kept.sum() if anew else kept

    return answer


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("half_sure", 50.5, "Perplexity averages the logarithms"),
    ("half_sure", 50, "Perplexity averages the logarithms"),
    ("half_sure", np.log(100) / 2, "that is the loss in nats"),
    ("half_sure", 100, "take the mean of −ln p over both kinds of token"),
    ("half_sure", 0.1, "take the mean of −ln p"),
    ("half_sure", float("nan"), "take the mean of −ln p"),
    ("bits_per_byte", lambda nats, n, text: nats * n / len(text.encode()), "nats per byte"),
    ("bits_per_byte", lambda b, n, text: b * n / np.log(2) / len(text), "2 characters and 6 bytes"),
    ("bits_per_byte", lambda nats, n, text: nats / np.log(2) / len(text.encode()),
     "nats is the mean of one token"),
    ("bits_per_byte", lambda nats, n, text: nats * n * np.log(2) / len(text), "is not it"),
    ("bits_per_byte", lambda nats, n, text: nats / np.log(2),
     "for “ab cd”, 3 tokens of 2.0 nats, 2.885 is"),
    ("bits_per_byte", lambda nats, n, text: float("nan"), "is not it"),
    ("bits_per_byte", lambda nats, n: nats, "your function raised TypeError"),
    ("logits_gradient", lambda a, k: -gradient(a, k), "the sign is turned"),
    ("logits_gradient", lambda a, k: softmax(a), "this sums to 1"),
    ("logits_gradient", lambda a, k: np.eye(len(a))[k] * (softmax(a) - 1), "compare with"),
    ("logits_gradient", lambda a, k: a - np.eye(len(a))[k], "compare with finite differences"),
    ("logits_gradient", lambda a, k: gradient(a, k) / len(a), "compare with finite diff"),
    ("logits_gradient", lambda a, k: gradient(a, k)[None], "has shape (2,), yours has (1, 2)"),
    ("logits_gradient", lambda a, k: softmax(a)[k] - 1, "has shape (2,), yours has ()"),
    ("min_p", keep(lambda p, share: p >= share * p.max(), anew=False), "share it out anew"),
    ("min_p", keep(lambda p, share: p >= share), "not `share` itself"),
    ("min_p", keep(lambda p, share: p <= share * p.max()), "the kept tokens are not the right"),
    ("min_p", greedy_in_place, "the kept tokens are not the right ones"),
    ("min_p", keep(lambda p, share: p > share * p.max()), "share = 1.0 the kept tokens are"),
    ("min_p", lambda p, share: p, "the kept tokens are not the right ones"),
    ("min_p", lambda p, share: p >= share * p.max(), "share it out anew, to 1"),
    ("min_p", lambda p, share: p[p >= share * p.max()], "as the probabilities, has shape (4,)"),
])  # fmt: skip


def test_a_change_in_place_is_no_mistake_and_a_rounded_perplexity_is_none():
    def in_place(p, share):
        p[p < share * p.max()] = 0
        p /= p.sum()
        return p

    assert exercises.check_min_p(in_place).status == "right"
    assert exercises.check_half_sure(10).status == "right"
    assert exercises.check_half_sure(9.99).status == "right"
