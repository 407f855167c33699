"""Each check of lecture 03 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import torch

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


def by_loop(p, share):
    kept = [float(x) if x >= share * max(p) else 0.0 for x in p]
    return [x / (sum(kept) or 1.0) for x in kept]


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("half_sure", 50.5, "Perplexity averages the logarithms"),
    ("half_sure", 50, "Perplexity averages the logarithms"),
    ("half_sure", np.log(100) / 2, "that is the loss in nats"),
    ("half_sure", 100, "every second token is certain"),
    ("half_sure", np.log(100), "of the unsure tokens alone"),
    ("half_sure", 0.1, "not of ln p"),
    ("half_sure", 11, "take the mean of −ln p over both kinds of token"),
    ("half_sure", np.array([10.0, 10.0]), "a number is expected"),
    ("half_sure", None, "a number is expected here"),
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
    ("logits_gradient", lambda a, k: -gradient(a, k), "the sign is the other way round"),
    ("logits_gradient", lambda a, k: softmax(a), "this sums to 1"),
    ("logits_gradient", lambda a, k: np.eye(len(a))[k] * (softmax(a) - 1), "compare with"),
    ("logits_gradient", lambda a, k: a - np.eye(len(a))[k], "not the logits themselves"),
    ("logits_gradient", lambda a, k: gradient(a, k) / len(a), "no mean over the vocabulary"),
    ("logits_gradient", lambda a, k: gradient(a, k) * np.nan, "which is not finite"),
    ("logits_gradient", lambda a, k: gradient(a, k)[None], "has shape (2,), yours has (1, 2)"),
    ("logits_gradient", lambda a, k: softmax(a)[k] - 1, "has shape (2,), yours has ()"),
    ("min_p", keep(lambda p, share: p >= share * p.max(), anew=False), "share it out anew"),
    ("min_p", keep(lambda p, share: p >= share), "not `share` itself"),
    ("min_p", keep(lambda p, share: p <= share * p.max()), "the kept tokens are not the right"),
    ("min_p", greedy_in_place, "the kept tokens are not the right ones"),
    ("min_p", keep(lambda p, share: p > share * p.max()), "“At least” keeps the largest"),
    ("min_p", lambda p, share: by_loop(p, np.nextafter(share, 2)), "“At least” keeps the largest"),
    ("min_p", lambda p, share: np.where(p >= share * p.max(), p, np.nan), "it holds nan"),
    ("min_p", lambda p, share: p, "the kept tokens are not the right ones"),
    ("min_p", lambda p, share: p >= share * p.max(), "share it out anew, to 1"),
    ("min_p", lambda p, share: p[p >= share * p.max()], "as the probabilities, has shape (4,)"),
])  # fmt: skip


def in_place(p, share):
    p[p < share * p.max()] = 0
    p /= p.sum()
    return p


def by_quotient(p, share):
    kept = p * (p / p.max() >= share)
    return kept / kept.sum()


def by_logits(p, share):
    logits = np.log(p)
    logits[logits < np.log(share) + logits.max()] = -np.inf
    return softmax(logits)


def in_torch(p, share):
    p = torch.tensor(p)
    kept = torch.where(p < share * p.max(), torch.zeros_like(p), p)
    return kept / kept.sum()


def in_float32(p, share):
    p = p.astype(np.float32)
    return np.where(p >= share * p.max(), p, 0) / p[p >= share * p.max()].sum()


def by_autograd(logits, target, dtype=torch.float64):
    logits = torch.tensor(logits, dtype=dtype, requires_grad=True)
    torch.nn.functional.cross_entropy(logits, torch.tensor(target)).backward()
    return logits.grad


def by_differences(logits, target):
    def loss(a):
        return np.log(np.exp(a).sum()) - a[target]

    return [(loss(logits + d) - loss(logits - d)) / 2e-5 for d in 1e-5 * np.eye(len(logits))]


def by_index(logits, target):
    p = softmax(logits)
    p[target] -= 1
    return p


LN2 = math.log(2)

test_a_right_answer_is_right_however_it_is_written = expect("right", exercises, [
    *(("half_sure", answer, "the mean is taken of logarithms") for answer in (
        10, 10.0, 9.99, np.float32(10), np.array(10.0), torch.tensor(10.0), math.sqrt(100),
        np.exp(np.mean(-np.log([1, 0.01]))), 1 / np.sqrt(0.01), 2 ** ((math.log2(100)) / 2),
    )),
    *(("bits_per_byte", answer, "can be compared") for answer in (
        lambda nats, n_tokens, text: nats * n_tokens / np.log(2) / len(text.encode()),
        lambda nats, n, text: n * nats / (LN2 * len(bytes(text, "utf-8"))),
        lambda nats, n, text: math.log2(math.e) * nats * n / len(text.encode("utf-8")),
        lambda nats, n, text: np.log2(np.exp(nats)) * n / len(text.encode()),
        lambda nats, n, text: torch.tensor(nats * n / LN2 / len(text.encode())),
        lambda nats, n, text: np.float32(nats * n / LN2) / len(text.encode()),
        lambda nats, n, text: n / len(list(text.encode())) * nats / LN2,
    )),
    *(("logits_gradient", answer, "softmax minus one-hot") for answer in (
        gradient, by_index, by_autograd, by_differences,
        lambda a, k: by_autograd(a, k, torch.float32),
        lambda a, k: gradient(a.astype(np.float32), k),
        lambda a, k: gradient(a, k).tolist(),
        lambda a, k: torch.softmax(torch.tensor(a), 0) - torch.nn.functional.one_hot(
            torch.tensor(k), len(a)),
        lambda a, k: np.array([math.exp(x) / np.exp(a).sum() - (j == k) for j, x in enumerate(a)]),
    )),
    *(("min_p", answer, "the bar moves") for answer in (
        keep(lambda p, share: p >= share * p.max()), in_place, by_loop, by_quotient, by_logits,
        in_torch, in_float32,
    )),
])  # fmt: skip
