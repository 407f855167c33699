"""Each check of lecture 08 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.bidirectional_and_deep import exercises
from rnn_helpers.recurrences.cells import rnn_step
from tests.mistakes import expect


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


def best(guess=lambda ps: np.mean([max(p, 1 - p) for p in ps]), late=0, unseen=None):
    def answer(priors, distances, k):
        seen = sum(share for distance, share in distances.items() if distance <= k - late)
        rest = 1 - seen if unseen is None else unseen
        return seen + rest * guess(priors)

    return answer


def both_ways(*, masked=True, hide=True, second_turn=True, swapped=False, backward=True):
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

        second = run(xs[::-1], mask[::-1], other) if backward else run(xs, mask, other)[::-1]
        second = second[::-1] if second_turn else second
        output = np.concatenate([run(xs, mask, one), second], axis=2)
        return output * mask if hide else output

    return answer


def halves_swapped(*arguments):
    return np.roll(both_ways()(*arguments), 4, axis=2)


def turned_in_place(xs, lengths, one, other):
    output = both_ways()(xs, lengths, one, other)
    return np.concatenate([output[..., :4], reverse(output[..., 4:], lengths)], axis=2)


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("words_seen", (9, 9, 9), "only just begun"),
    ("words_seen", (9, 0, 9), "the word it stands at"),
    ("words_seen", (9, 1, 1), "wherever that pass ends"), ("words_seen", (1, 9, 9), "swapped"),
    ("words_seen", (4, 4, 4), "count from the end"), ("words_seen", (9, 1), "these are 2"),
    ("words_seen", 9, "three whole numbers are expected"),
    ("words_seen", (9, 1.5, 9), "three whole numbers are expected"),
    ("reverse_padded", lambda xs, lengths: xs[::-1], "padding of the short sequences comes"),
    ("reverse_padded", lambda xs, lengths: xs.copy(), "nothing is reversed"),
    ("reverse_padded", lambda xs, lengths: xs[:, ::-1], "time is axis 0"),
    ("reverse_padded", reverse_in_place, "work on a copy"),
    ("reverse_padded", reverse_one_too_few, "a shorter one is not"),
    ("reverse_padded", lambda xs, lengths: xs[1:], "has shape (6, 3, 2), yours has (5, 3, 2)"),
    ("reverse_padded", lambda xs, lengths: 0 * xs, "within its own length"),
    ("best_accuracy", best(late=1), "is seen with a look-ahead of k"),
    ("best_accuracy", best(np.mean), "always to say name"),
    ("best_accuracy", best(lambda ps: 0.5), "a coin is worse"),
    ("best_accuracy", best(lambda ps: max(np.mean(ps), 1 - np.mean(ps))), "word by word"),
    ("best_accuracy", best(lambda ps: 0.0), "a guess is still right"),
    ("best_accuracy", lambda ps, ds, k: best()(ps, {}, k), "it grows with k"),
    ("best_accuracy", best(unseen=1.0), "a share above 1"),
    ("best_accuracy", best(lambda ps: 0.6), "0.800 is the best here, you have 0.600"),
    ("best_accuracy", lambda ps, ds, k: [1.0, 2.0], "a number is expected here, this is list"),
    ("both_ways", both_ways(masked=False), "begins in the padding: hold its state"),
    ("both_ways", both_ways(hide=False), "the padding is to hold 0"),
    ("both_ways", both_ways(second_turn=False, hide=False), "turn the backward states round"),
    ("both_ways", turned_in_place, "turn the backward states round again"),
    ("both_ways", both_ways(masked=False, second_turn=False), "the order they were computed"),
    ("both_ways", both_ways(backward=False), "reads from the left too"),
    ("both_ways", both_ways(swapped=True), "the forward half differs"),
    ("both_ways", lambda *a: both_ways()(*a) * np.repeat([1, 0], 4), "backward half differs"),
    ("both_ways", halves_swapped, "the forward half comes first"),
    ("both_ways", lambda xs, *_: xs, "the output has shape (5, 3, 8)"),
])  # fmt: skip


def test_what_selects_instead_of_multiplying_is_right_too():
    assert exercises.check_both_ways(both_ways()).status == "right"
    assert exercises.check_words_seen([9, 1, 9]).status == "right"
