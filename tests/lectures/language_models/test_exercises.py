"""Each check of lecture 03: the stub, the solution, and its typical mistakes."""

import numpy as np
import pytest

from rnn_helpers.lectures.language_models import exercises


def bits_per_byte(nats, n_tokens, text):
    return nats * n_tokens / np.log(2) / len(text.encode())


def softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def logits_gradient(logits, target):
    return softmax(logits) - np.eye(len(logits))[target]


def keep_min_p(probabilities, share):
    kept = np.where(probabilities >= share * probabilities.max(), probabilities, 0.0)
    return kept / kept.sum()


@pytest.mark.parametrize(
    ("check", "solution"),
    [
        (exercises.check_bits_per_byte, bits_per_byte),
        (exercises.check_logits_gradient, logits_gradient),
        (exercises.check_min_p, keep_min_p),
    ],
)
def test_stub_and_solution_of_a_function(check, solution):
    assert check(...).status == "missing"
    assert check(lambda *arguments: ...).status == "missing"
    assert check(lambda *arguments: None).status == "missing"
    assert check(solution).status == "right"
    assert check(lambda *arguments: solution(*arguments).tolist()).status == "right"


def test_stub_and_solution_of_half_sure():
    assert exercises.check_half_sure(...).status == "missing"
    for answer in (np.exp((np.log(1) + np.log(100)) / 2), 10, 10.0, np.float32(10), np.int64(10)):
        assert exercises.check_half_sure(answer).status == "right"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (50.5, "Perplexity averages the logarithms"),
        (50, "Perplexity averages the logarithms"),
        (np.log(100) / 2, "that is the loss in nats"),
        (100, "take the mean of −ln p over both kinds of token"),
        (0.1, "take the mean of −ln p"),
        (float("nan"), "take the mean of −ln p"),
        (True, "a number is expected here, this is bool"),
        ("ten", "a number is expected here, this is str"),
        (np.complex128(10), "a number is expected here, this is complex"),
        (None, "a number is expected here, this is NoneType"),
    ],
)
def test_half_sure(answer, hint):
    feedback = exercises.check_half_sure(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda nats, n, text: nats * n / len(text.encode()), "these are nats per byte"),
        (lambda nats, n, text: nats * n / np.log(2) / len(text), "has 2 characters and 6 bytes"),
        (
            lambda nats, n, text: nats / np.log(2) / len(text.encode()),
            "nats is the mean of one token",
        ),
        (lambda nats, n, text: nats * n * np.log(2) / len(text.encode()), "is not it"),
        (lambda nats, n, text: nats / np.log(2), "for “ab cd”, 3 tokens of 2.0 nats, 2.885 is"),
        (lambda nats, n, text: float("nan"), "is not it"),
        (lambda nats, n, text: "many", "a number is expected here, this is str"),
        (lambda nats, n, text: np.ones(3), "a number is expected here, this is ndarray"),
        (lambda nats, n, text: nats / 0, "your function raised ZeroDivisionError"),
        (lambda nats, n: nats, "your function raised TypeError"),
        (3.0, "a function is expected here, this is float"),
    ],
)
def test_bits_per_byte(answer, hint):
    feedback = exercises.check_bits_per_byte(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, k: -logits_gradient(a, k), "the sign is turned"),
        (lambda a, k: softmax(a), "this sums to 1"),
        (lambda a, k: np.eye(len(a))[k] * (softmax(a) - 1), "compare with finite differences"),
        (lambda a, k: a - np.eye(len(a))[k], "compare with finite differences"),
        (lambda a, k: logits_gradient(a, k) / len(a), "compare with finite differences"),
        (lambda a, k: logits_gradient(a, k)[None], "the shape of the logits, (2,); got (1, 2)"),
        (lambda a, k: softmax(a)[k] - 1, "the shape of the logits, (2,); got ()"),
        (lambda a, k: ["a"] * len(a), "return an array of numbers"),
        (lambda a, k: [[1.0], [1.0, 2.0]], "return an array of numbers"),
        (lambda a, k: a[99], "your function raised IndexError"),
        (np.zeros(2), "a function is expected here, this is ndarray"),
    ],
)
def test_logits_gradient(answer, hint):
    feedback = exercises.check_logits_gradient(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def keep(bar, anew=True):
    def answer(p, share):
        kept = np.where(bar(p, share), p, 0.0)
        return kept / kept.sum() if anew else kept

    return answer


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (keep(lambda p, share: p >= share * p.max(), anew=False), "share it out anew, to 1"),
        (keep(lambda p, share: p >= share), "not `share` itself"),
        (keep(lambda p, share: p <= share * p.max()), "the kept tokens are not the right ones"),
        (keep(lambda p, share: p == p.max()), "the kept tokens are not the right ones"),
        (keep(lambda p, share: p > share * p.max()), "share = 1.0 the kept tokens are not"),
        (lambda p, share: p, "the kept tokens are not the right ones"),
        (lambda p, share: p >= share * p.max(), "share it out anew, to 1"),
        (lambda p, share: p[p >= share * p.max()], "the shape of the probabilities, (4,)"),
        (lambda p, share: ["a"] * len(p), "return an array of numbers"),
        (0.5, "a function is expected here, this is float"),
    ],
)
def test_min_p(answer, hint):
    with np.errstate(invalid="ignore"):
        feedback = exercises.check_min_p(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def test_a_change_in_place_is_no_mistake():
    def in_place(p, share):
        p[p < share * p.max()] = 0
        p /= p.sum()
        return p

    assert exercises.check_min_p(in_place).status == "right"

    def greedy_in_place(p, share):  # and must not be what the answer is compared with
        p[:] = p == p.max()
        return p

    assert exercises.check_min_p(greedy_in_place).status == "not yet"

    def gradient_in_place(logits, target):
        logits[:] = softmax(logits)
        logits[target] -= 1
        return logits

    assert exercises.check_logits_gradient(gradient_in_place).status == "right"
