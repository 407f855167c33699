"""Each check of lecture 08 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.bidirectional_and_deep import exercises
from rnn_helpers.recurrences.cells import rnn_step


def verdict(check, answer):
    feedback = check(answer)
    return feedback.status, feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ((9, 9, 9), "only just begun"),
        ((9, 0, 9), "the word it stands at"),
        ((9, 1, 1), "wherever that pass ends"),
        ((1, 9, 9), "swapped"),
        ((4, 4, 4), "count from the end"),
        ((9, 1), "these are 2"),
        (9, "three whole numbers are expected"),
        ("nine", "three whole numbers are expected"),
    ],
)
def test_words_seen(answer, hint):
    status, message = verdict(exercises.check_words_seen, answer)
    assert status == "not yet"
    assert hint in message


def test_the_stubs_are_missing_and_the_solutions_right():
    assert exercises.check_words_seen(...).status == "missing"
    assert exercises.check_words_seen([9, 1, 9]).status == "right"
    for check, solution in (
        (exercises.check_reverse_padded, reverse),
        (exercises.check_best_accuracy, best()),
        (exercises.check_both_ways, both_ways()),
    ):
        assert check(lambda *_: ...).status == "missing"
        assert check(...).status == "missing"
        assert check(solution).status == "right"
        assert "function is expected" in check(3).message
        assert "raised ZeroDivisionError" in check(lambda *_: 1 / 0).message
        assert check(lambda *_: "text").status == "not yet"


def reverse(xs, lengths):
    turned = xs.copy()
    for column, length in enumerate(lengths):
        turned[:length, column] = xs[:length, column][::-1]
    return turned


def reverse_in_place(xs, lengths):
    xs[:] = reverse(xs, lengths)
    return xs


def reverse_one_too_few(xs, lengths):
    return reverse(xs, np.where(lengths == len(xs), lengths, lengths - 1))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda xs, lengths: xs[::-1], "the padding of the short sequences comes first"),
        (lambda xs, lengths: xs.copy(), "nothing is reversed"),
        (lambda xs, lengths: xs[:, ::-1], "time is axis 0"),
        (reverse_in_place, "work on a copy"),
        (reverse_one_too_few, "a shorter one is not"),
        (lambda xs, lengths: xs[1:], "the shape stays"),
        (lambda xs, lengths: 0 * xs, "within its own length"),
    ],
)
def test_reverse_padded(answer, hint):
    status, message = verdict(exercises.check_reverse_padded, answer)
    assert status == "not yet"
    assert hint in message


def best(guess=lambda ps: np.mean([max(p, 1 - p) for p in ps]), late=0, unseen=None):
    def answer(priors, distances, k):
        seen = sum(share for distance, share in distances.items() if distance <= k - late)
        rest = 1 - seen if unseen is None else unseen
        return seen + rest * guess(priors)

    return answer


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (best(late=1), "is seen with a look-ahead of k"),
        (best(np.mean), "always to say name"),
        (best(lambda ps: 0.5), "a coin is worse"),
        (best(lambda ps: max(np.mean(ps), 1 - np.mean(ps))), "chosen word by word"),
        (best(lambda ps: 0.0), "a guess is still right"),
        (lambda ps, ds, k: np.mean([max(p, 1 - p) for p in ps]), "it grows with k"),
        (best(unseen=1.0), "a share above 1"),
        (best(lambda ps: 0.6), "without look-ahead 0.800 is the best here, you have 0.600"),
        (lambda ps, ds, k: [1.0, 2.0], "one number is expected"),
    ],
)
def test_best_accuracy(answer, hint):
    status, message = verdict(exercises.check_best_accuracy, answer)
    assert status == "not yet"
    assert hint in message


def both_ways(*, masked=True, hide=True, second_turn=True, swapped=False, backward=True, zero=True):
    def answer(xs, lengths, one, other):
        mask = (np.arange(len(xs))[:, None] < lengths)[..., None]
        if swapped:
            one, other = other, one

        def run(xs, mask, weights):
            h, hs = np.zeros((xs.shape[1], len(weights[2]))), []
            for x, m in zip(xs, mask, strict=True):
                new = rnn_step(x, h, *weights)
                h = np.where(m, new, h) if masked else new
                hs.append(h)
            return np.stack(hs)

        forward = run(xs, mask, one)
        second = run(xs[::-1], mask[::-1], other) if backward else run(xs, mask, other)[::-1]
        second = second[::-1] if second_turn else second
        halves = [second, forward] if swapped == "halves" else [forward, second]
        output = np.concatenate(halves, axis=2)
        return output * mask if hide else output

    return answer


def halves_swapped(xs, lengths, one, other):
    output = both_ways()(xs, lengths, one, other)
    H = output.shape[2] // 2
    return np.concatenate([output[..., H:], output[..., :H]], axis=2)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (both_ways(masked=False), "begins in the padding: hold its state"),
        (both_ways(hide=False), "the padding is to hold 0"),
        (both_ways(second_turn=False, hide=False), "turn the backward states round again"),
        (both_ways(masked=False, second_turn=False), "in the order they were computed in"),
        (both_ways(backward=False), "reads from the left too"),
        (both_ways(swapped=True), "the forward half differs"),
        (halves_swapped, "the forward half comes first"),
        (lambda xs, *_: xs, "the output has shape (5, 3, 8)"),
    ],
)
def test_both_ways(answer, hint):
    status, message = verdict(exercises.check_both_ways, answer)
    assert status == "not yet"
    assert hint in message
