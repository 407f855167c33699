"""Each check of lecture 08 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

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


def reverse_and_clear(xs, lengths):
    return reverse(xs, lengths) * (np.arange(len(xs))[:, None] < lengths)[..., None]


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
    ("reverse_padded", reverse_and_clear, "right; leave what stands in the padding as it is"),
    ("reverse_padded", reverse_one_too_few, "a shorter one is not"),
    ("reverse_padded", lambda xs, lengths: xs[1:], "has shape (6, 3, 2), yours has (5, 3, 2)"),
    ("reverse_padded", lambda xs, lengths: 0 * xs, "within its own length"),
    ("best_accuracy", best(late=1), "is seen with a look-ahead of k"),
    ("best_accuracy", lambda ps, ds, k: best()(ps, {k: ds.get(k, 0)}, k), "may also stand nearer"),
    ("best_accuracy", lambda ps, ds, k: best()(ps, ds, k) + (k == 2) / 10, "a look-ahead of 2"),
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


def by_index(xs, lengths):
    steps = np.arange(len(xs))[:, None]
    places = np.where(steps < lengths, lengths - 1 - steps, steps)
    return np.take_along_axis(xs, places[..., None], axis=0)


def by_concatenation(xs, lengths):
    columns = [
        np.concatenate([xs[:n, b][::-1], xs[n:, b]]) for b, n in enumerate(np.asarray(lengths))
    ]
    return np.stack(columns, axis=1)


def flipped_by_torch(xs, lengths):
    xs = torch.from_numpy(xs).float().clone()
    for column, length in enumerate(torch.as_tensor(lengths).tolist()):
        xs[:length, column] = xs[:length, column].flip(0)
    return xs


def loop_over_words(priors, distances, k):
    total = 0.0
    for prior in priors:
        for distance in distances:
            right = 1.0 if distance <= k else max(prior, 1 - prior)
            total += distances[distance] * right / len(priors)
    return total


def as_arrays_first(priors, distances, k):
    priors, places = np.array(priors), np.array(list(distances))
    seen = np.array(list(distances.values()))[places <= k].sum()
    return np.float32(seen + (1 - seen) * (0.5 + np.abs(priors - 0.5)).mean())


def by_torch(priors, distances, k):
    p = torch.tensor(priors)
    unseen = sum(share for distance, share in distances.items() if distance > k)
    return 1 - unseen + unseen * torch.maximum(p, 1 - p).mean()


def each_sequence_alone(xs, lengths, one, other):
    T, B, _ = xs.shape
    H = len(one[2])
    output = np.zeros((T, B, 2 * H), dtype=np.float32)
    for b in range(B):
        for half, weights in enumerate((one, other)):
            h = np.zeros((1, H))
            order = range(int(lengths[b]))
            for t in order if half == 0 else reversed(order):
                h = rnn_step(xs[t, b : b + 1], h, *weights)
                output[t, b, half * H : (half + 1) * H] = h[0]
    return output


def reversed_within(xs, lengths, one, other):
    mask = (np.arange(len(xs))[:, None] < lengths)[..., None]

    def run(xs, weights):
        h, hs = np.zeros((xs.shape[1], len(weights[2]))), []
        for x in xs:
            h = rnn_step(x, h, *weights)
            hs.append(h)
        return np.array(hs)

    backward = reverse(run(reverse(xs, lengths), other), lengths)
    return (np.dstack([run(xs, one), backward]) * mask).tolist()


def by_the_package(xs, lengths, one, other):
    packed = pack_padded_sequence(torch.from_numpy(xs), torch.tensor(lengths), enforce_sorted=False)
    layer = torch.nn.RNN(
        xs.shape[2], len(one[2]), bidirectional=True, bias=True, dtype=torch.float64
    )
    with torch.no_grad():
        for weights, suffix in ((one, ""), (other, "_reverse")):
            W_xh, W_hh, b_h = map(torch.from_numpy, weights)
            getattr(layer, f"weight_ih_l0{suffix}").copy_(W_xh.T)
            getattr(layer, f"weight_hh_l0{suffix}").copy_(W_hh.T)
            getattr(layer, f"bias_ih_l0{suffix}").copy_(b_h)
            getattr(layer, f"bias_hh_l0{suffix}").zero_()
    return pad_packed_sequence(layer(packed)[0], total_length=len(xs))[0]


test_a_right_answer_in_any_spelling_is_right = expect("right", exercises, [
    ("words_seen", answer, "ends at the first") for answer in (
        (9, 1, 9), [9, 1, 9], np.array([9, 1, 9]), np.array([9, 1, 9], dtype=np.float32),
        torch.tensor([9, 1, 9]), (9.0, np.int64(1), torch.tensor(9)),
    )
] + [
    ("reverse_padded", answer, "its own end") for answer in (
        reverse, by_index, by_concatenation, flipped_by_torch,
        lambda xs, lengths: reverse(xs, lengths).tolist(),
        lambda xs, lengths: by_index(xs.astype(np.float32), lengths),
    )
] + [
    ("best_accuracy", answer, "the likelier tag where it is not") for answer in (
        best(), loop_over_words, as_arrays_first, by_torch,
        lambda ps, ds, k: np.array(best()(ps, ds, k)),
        lambda ps, ds, k: min(1.0, loop_over_words(np.array(ps), ds, k)),
    )
] + [
    ("both_ways", answer, "each sequence read alone") for answer in (
        both_ways(), each_sequence_alone, reversed_within, by_the_package,
        lambda *a: both_ways()(*a).astype(np.float32), lambda *a: torch.tensor(both_ways()(*a)),
    )
])  # fmt: skip

test_what_is_no_answer_has_a_sentence = expect("not yet", exercises, [
    ("words_seen", None, "three whole numbers"), ("words_seen", (9, np.nan, 9), "three whole"),
    ("reverse_padded", lambda xs, n: np.nan * xs, "holds nan"),
    ("reverse_padded", 3, "a function is expected"),
    ("best_accuracy", lambda *_: np.nan, "you have nan"),
    ("best_accuracy", lambda *_: "0.8", "this is str"),
    ("both_ways", lambda xs, n, one, other: np.full((5, 3, 8), np.inf), "holds inf"),
    ("both_ways", lambda xs, n, one, other: both_ways()(xs, n, one, other)[..., :4], "yours has"),
])  # fmt: skip
