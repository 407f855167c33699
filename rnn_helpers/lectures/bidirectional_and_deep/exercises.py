"""The checks of lecture 08: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, missing, not_yet, right, try_call
from rnn_helpers.recurrences.cells import rnn_step


def check_words_seen(answer):
    """Exercise 1: 9 and 1 words for the two halves of output[-1], 9 for the backward h_n."""
    if answer is ...:
        return missing()
    if isinstance(answer, str) or not hasattr(answer, "__len__"):
        return not_yet("three whole numbers are expected.")
    numbers = [as_number(number, whole=True) for number in answer]
    if any(isinstance(number, Feedback) for number in numbers):
        return not_yet("three whole numbers are expected.")
    if len(numbers) != 3:
        return not_yet(f"three whole numbers are expected, these are {len(numbers)}.")
    if numbers == [9, 1, 9]:
        return right("the backward pass begins at the last word and ends at the first.")
    if numbers == [9, 9, 9]:
        return not_yet("the backward pass has only just begun when it stands at the last word.")
    if numbers == [9, 0, 9]:
        return not_yet("the backward pass has read the word it stands at.")
    if numbers == [9, 1, 1]:
        return not_yet("h_n holds the state at the end of each pass, wherever that pass ends.")
    if numbers == [1, 9, 9]:
        return not_yet("the first two are swapped: output[-1] stands at the last word.")
    return not_yet("count from the end at which each pass begins.")


def check_reverse_padded(function):
    """Exercise 2: each sequence reversed within its own length."""
    rng = np.random.default_rng(11)
    T, B, D = 6, 3, 2
    lengths = np.array([6, 4, 1])
    xs = rng.normal(size=(T, B, D))
    given = xs.copy()
    answer = try_call(function, given, lengths.copy())
    if isinstance(answer, Feedback):
        return answer
    answer = _as_numbers(answer)
    if isinstance(answer, Feedback):
        return answer
    if answer.shape != xs.shape:
        return not_yet(f"the shape stays {xs.shape}, yours is {answer.shape}.")
    if not np.array_equal(given, xs):
        return not_yet("the array that came in was changed: work on a copy.")
    wanted = xs.copy()
    for column, length in enumerate(lengths):
        wanted[:length, column] = xs[:length, column][::-1]
    if np.allclose(answer, wanted):
        return right("a plain pass over this reads every sequence from its own end.")
    if np.array_equal(answer, xs[::-1]):
        return not_yet("now the padding of the short sequences comes first.")
    if np.array_equal(answer, xs):
        return not_yet("nothing is reversed.")
    if np.array_equal(answer, xs[:, ::-1]):
        return not_yet("the batch is reversed; time is axis 0.")
    if np.array_equal(answer[:, 0], wanted[:, 0]):
        return not_yet("the longest sequence is right, a shorter one is not.")
    return not_yet("each sequence is to be reversed within its own length.")


def check_best_accuracy(function):
    """Exercise 3: P(D ≤ k) + P(D > k) · mean max(p, 1 − p)."""
    priors, distances = [0.2, 0.9, 0.3], {1: 0.3, 2: 0.1, 4: 0.6}
    answers = [try_call(function, list(priors), dict(distances), k) for k in range(6)]
    if isinstance(answers[0], Feedback):
        return answers[0]
    for answer in answers:
        if isinstance(answer, Feedback):
            return answer
    answers = _as_numbers(answers)
    if isinstance(answers, Feedback):
        return answers
    if answers.shape != (6,):
        return not_yet("one number is expected.")
    likelier = np.mean([max(p, 1 - p) for p in priors])

    def build(guess, seen):
        return np.array([seen(k) + (1 - seen(k)) * guess for k in range(6)])

    def up_to(k):
        return sum(share for d, share in distances.items() if d <= k)

    def below(k):
        return sum(share for d, share in distances.items() if d < k)

    if np.allclose(answers, build(likelier, up_to)):
        return right("certain where the deciding word is seen, the likelier tag where it is not.")
    mistakes = (
        (build(likelier, below), "a deciding word k words on is seen with a look-ahead of k."),
        (build(np.mean(priors), up_to), "always to say name: the likelier tag can be the thing."),
        (build(0.5, up_to), "a coin is worse than the prior of the word."),
        (build(max(np.mean(priors), 1 - np.mean(priors)), up_to),
         "the likelier tag is chosen word by word: the mean of max(p, 1 − p)."),
        (np.array([up_to(k) for k in range(6)]), "where nothing is seen, a guess is still right "
         "at times."),
        (np.full(6, likelier), "that is the bound without look-ahead; it grows with k."),
    )  # fmt: skip
    for mistake, hint in mistakes:
        if np.allclose(answers, mistake):
            return not_yet(hint)
    if (answers > 1 + 1e-9).any():
        return not_yet("a share above 1: the unseen part is what the seen part leaves.")
    return not_yet(
        f"without look-ahead {likelier:.3f} is the best here, you have {answers[0]:.3f}."
    )


def check_both_ways(function):
    """Exercise 4: a two-way RNN over a padded batch, against one sequence at a time."""
    rng = np.random.default_rng(12)
    T, B, D, H = 5, 3, 2, 4
    lengths = np.array([5, 2, 4])
    xs = rng.normal(size=(T, B, D))
    one, two = (tuple(rng.normal(size=shape) for shape in ((D, H), (H, H), (H,))) for _ in range(2))
    answer = try_call(function, xs.copy(), lengths.copy(), one, two)
    if isinstance(answer, Feedback):
        return answer
    answer = _as_numbers(answer)
    if isinstance(answer, Feedback):
        return answer
    if answer.shape != (T, B, 2 * H):
        return not_yet(f"the output has shape {(T, B, 2 * H)}, yours has {answer.shape}.")

    def run(xs, weights):
        h, hs = np.zeros((1, H)), []
        for x in xs:
            h = rnn_step(x[None], h, *weights)
            hs.append(h[0])
        return np.array(hs)

    wanted = np.zeros((T, B, 2 * H))
    for column, length in enumerate(lengths):
        part = xs[:length, column]
        wanted[:length, column, :H] = run(part, one)
        wanted[:length, column, H:] = run(part[::-1], two)[::-1]
    mask = (np.arange(T)[:, None] < lengths)[..., None]
    if np.allclose(answer, wanted, atol=1e-12):
        return right("it equals each sequence read alone, and is 0 in the padding.")
    if np.allclose(answer * mask, wanted, atol=1e-12):
        return not_yet("right at the words; the padding is to hold 0.")
    forward, backward = answer[..., :H] * mask, answer[..., H:] * mask
    if not np.allclose(forward, wanted[..., :H], atol=1e-12):
        if np.allclose(answer[..., H:], wanted[..., :H], atol=1e-12):
            return not_yet("the forward half comes first.")
        return not_yet("the forward half differs from that of each sequence read alone.")
    through_padding = np.stack([run(xs[::-1, b], two)[::-1] for b in range(B)], axis=1)
    mistakes = (
        (through_padding, "the backward pass begins in the padding: hold its state at 0 there."),
        (through_padding[::-1], "the backward pass begins in the padding, and its states stand in "
         "the order they were computed in."),
        (np.stack([run(xs[:, b], two) for b in range(B)], axis=1),
         "the second half reads from the left too."),
    )  # fmt: skip
    for mistake, hint in mistakes:
        if np.allclose(backward, mistake * mask, atol=1e-12):
            return not_yet(hint)
    unturned = np.zeros((T, B, H))
    for column, length in enumerate(lengths):
        unturned[:length, column] = wanted[:length, column, H:][::-1]
    if np.allclose(backward, unturned, atol=1e-12) or np.allclose(
        answer[..., H:], wanted[::-1, :, H:], atol=1e-12
    ):
        return not_yet("turn the backward states round again, so that place t is word t.")
    return not_yet("the backward half differs from that of each sequence read alone.")


def _as_numbers(answer):
    answer = answer.detach() if hasattr(answer, "detach") else answer
    try:
        return np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"numbers are expected, this is {type(answer).__name__}.")
