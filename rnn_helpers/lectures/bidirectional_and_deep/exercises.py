"""The checks of lecture 08: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import (
    Feedback,
    Verdict,
    as_array,
    as_number,
    call,
    check,
    compare,
    not_yet,
    right,
)
from rnn_helpers.recurrences.cells import rnn_step


@check
def check_words_seen(answer: object) -> Feedback:
    """Exercise 1: 9 and 1 words for the two halves of output[-1], 9 for the backward h_n."""
    try:
        numbers = [as_number(number, whole=True) for number in as_array(answer)]
    except (TypeError, Verdict):
        return not_yet("three whole numbers are expected.")
    if len(numbers) != 3:
        return not_yet(f"three whole numbers are expected, these are {len(numbers)}.")
    mistakes = [
        ([9, 9, 9], "the backward pass has only just begun when it stands at the last word."),
        ([9, 0, 9], "the backward pass has read the word it stands at."),
        ([9, 1, 1], "h_n holds the state at the end of each pass, wherever that pass ends."),
        ([1, 9, 9], "the first two are swapped: output[-1] stands at the last word."),
    ]
    compare(numbers, [9, 1, 9], mistakes, "count from the end at which each pass begins.")
    return right("the backward pass begins at the last word and ends at the first.")


def _turn(xs, lengths):
    turned = xs.copy()
    for column, length in enumerate(lengths):
        turned[:length, column] = xs[:length, column][::-1]
    return turned


@check
def check_reverse_padded(function: object) -> Feedback:
    """Exercise 2: each sequence reversed within its own length."""
    xs, lengths = np.random.default_rng(11).normal(size=(6, 3, 2)), np.array([6, 4, 1])
    changed = "the array that came in was changed: work on a copy."
    answer = as_array(call(function, xs, lengths, changed=changed), xs.shape, "the reversed array")
    wanted = _turn(xs, lengths)
    words = (np.arange(len(xs))[:, None] < lengths)[..., None]
    mistakes = [
        (answer * words, wanted * words,
         "the words are right; leave what stands in the padding as it is."),
        (xs[::-1], "now the padding of the short sequences comes first."),
        (xs, "nothing is reversed."),
        (xs[:, ::-1], "the batch is reversed; time is axis 0."),
        (answer[:, 0], wanted[:, 0], "the longest sequence is right, a shorter one is not."),
    ]  # fmt: skip
    compare(answer, wanted, mistakes, "each sequence is to be reversed within its own length.")
    return right("a plain pass over this reads every sequence from its own end.")


@check
def check_best_accuracy(function: object) -> Feedback:
    """Exercise 3: P(D ≤ k) + P(D > k) · mean max(p, 1 − p)."""
    priors, distances = [0.2, 0.9, 0.3], {1: 0.3, 2: 0.1, 4: 0.6}
    answers = np.array([as_number(call(function, priors, distances, k)) for k in range(6)])
    likelier, mean = np.mean([max(p, 1 - p) for p in priors]), np.mean(priors)
    up_to, below = (
        np.array([sum(share for d, share in distances.items() if d <= k - late) for k in range(6)])
        for late in (0, 1)
    )

    def build(guess, seen=up_to):
        return seen + (1 - seen) * guess

    there = np.array([distances.get(k, 0.0) for k in range(6)])
    mistakes = [
        (build(likelier, there), "the deciding word may also stand nearer than k words on."),
        (build(likelier, below), "a deciding word k words on is seen with a look-ahead of k."),
        (build(mean), "always to say name: the likelier tag can be the thing."),
        (build(0.5), "a coin is worse than the prior of the word."),
        (build(max(mean, 1 - mean)),
         "the likelier tag is chosen word by word: the mean of max(p, 1 − p)."),
        (up_to, "where nothing is seen, a guess is still right at times."),
        (likelier, "that is the bound without look-ahead; it grows with k."),
        ((answers > 1 + 1e-6).any(),
         "a share above 1: the unseen part is what the seen part leaves."),
    ]  # fmt: skip
    wanted = build(likelier)
    k = int(np.argmax(~np.isclose(answers, wanted, atol=1e-6)))  # the first that differs
    hint = f"with a look-ahead of {k} {wanted[k]:.3f} is the best here, you have {answers[k]:.3f}."
    compare(answers, wanted, mistakes, hint)
    return right("certain where the deciding word is seen, the likelier tag where it is not.")


@check
def check_both_ways(function: object) -> Feedback:
    """Exercise 4: a two-way RNN over a padded batch, as if each sequence were read alone."""
    rng = np.random.default_rng(12)
    T, B, D, H = 5, 3, 2, 4
    xs, lengths = rng.normal(size=(T, B, D)), np.array([5, 2, 4])
    one, two = (tuple(rng.normal(size=shape) for shape in ((D, H), (H, H), (H,))) for _ in range(2))
    answer = as_array(call(function, xs, lengths, one, two), (T, B, 2 * H), "the output")
    mask = (np.arange(T)[:, None] < lengths)[..., None]

    def run(xs, weights):
        h, hs = np.zeros((B, H)), []
        for x in xs:
            h = rnn_step(x, h, *weights)
            hs.append(h)
        return np.array(hs)

    forward, unturned = run(xs, one) * mask, run(_turn(xs, lengths), two) * mask
    backward, through_padding = _turn(unturned, lengths), run(xs[::-1], two)[::-1]
    first, second, spaced = answer[..., :H] * mask, answer[..., H:] * mask, answer[..., H:]
    hint = "the forward half differs from that of each sequence read alone."
    compare(first, forward, [(spaced, forward, "the forward half comes first.")], hint)
    turn = "turn the backward states round again, so that place t is word t."
    mistakes = [
        (through_padding * mask,
         "the backward pass begins in the padding: hold its state at 0 there."),
        (through_padding[::-1] * mask,
         "the backward pass begins in the padding, and its states stand in the order they were "
         "computed in."),
        (run(xs, two) * mask, "the second half reads from the left too."),
        (unturned, turn),
        (spaced, backward[::-1], turn),
    ]  # fmt: skip
    hint = "the backward half differs from that of each sequence read alone."
    compare(second, backward, mistakes, hint)
    compare(answer, answer * mask, [], "right at the words; the padding is to hold 0.")
    return right("it equals each sequence read alone, and is 0 in the padding.")
