"""The checks of lecture 09: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, missing, not_yet, right, try_call


def check_score(answer):
    """Exercise 1: the lead that gives one of 20 characters a weight of 0.95, ln 361 = 5.89."""
    if answer is ...:
        return missing()
    try:
        lead = float(answer)
    except (TypeError, ValueError, OverflowError):
        return not_yet(f"a number is expected here, this is {type(answer).__name__}.")
    if abs(lead - np.log(361)) < 0.02:
        return right("e to the power of 5.889 is 361, and 361 / (361 + 19) is 0.95.")
    mistakes = (
        (np.log(19), "that is for one other character; nineteen share the rest."),
        (np.log(380), "that counts the character itself among the others: there are nineteen."),
        (np.log10(361), "the softmax takes powers of e, not of 10."),
        (361.0, "that is the power e^c; ask which c gives it."),
        (0.95, "that is the weight itself; ask which score makes it."),
        (19 * 0.95, "weights are no shares of the scores: each score is an exponent."),
    )
    for mistake, hint in mistakes:
        if abs(lead - mistake) < 0.02:
            return not_yet(hint)
    weight = 1 / (1 + 19 * np.exp(-np.clip(lead, -500, 500)))
    return not_yet(f"with that lead the weight is {weight:.3g}, not 0.95.")


def _softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _read_array(answer, shape):
    answer = answer.detach() if hasattr(answer, "detach") else answer
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"an array of numbers is expected, this is {type(answer).__name__}.")
    if answer.shape != shape:
        return not_yet(f"an array of shape {shape} is expected, yours has {answer.shape}.")
    return answer


def check_masked_weights(function):
    """Exercise 2: a masked softmax without infinities."""
    rng = np.random.default_rng(1)
    scores, mask = rng.normal(size=(3, 5)), np.arange(5) < np.array([5, 3, 1])[:, None]
    answer = _call(function, (3, 5), scores, mask)
    if isinstance(answer, Feedback):
        return answer
    wanted = _softmax(np.where(mask, scores, -np.inf))
    if np.allclose(answer, wanted, atol=1e-12):
        with np.errstate(all="ignore"):
            large = _call(function, (3, 5), 1000 + 1000 * scores, mask)
            padded = _call(function, (3, 5), np.where(mask, scores, 3000.0), mask)
        for answer in (large, padded):
            if isinstance(answer, Feedback):
                return answer
        if not np.isfinite(large).all():
            return not_yet(
                "scores of a few thousand overflow: subtract the largest of each row first."
            )
        exact = _softmax(np.where(mask, 1000 + 1000 * scores, -np.inf))
        if not np.allclose(large, exact, atol=1e-12):
            return not_yet("large scores come out finite, but wrong: subtract, do not clip.")
        if not np.allclose(padded, wanted, atol=1e-12):
            return not_yet(
                "a score of 3000 in the padding spoils the rest: take the largest of the text, "
                "and cut what is above it."
            )
        return right("padding gets 0, each row sums to 1, and large scores do no harm.")
    mistakes = (
        (_softmax(scores), "padding gets weight: the mask is not used."),
        (
            _softmax(scores) * mask,
            "the rows do not sum to 1: mask the powers before you divide by their sum.",
        ),
        (_softmax(scores * mask), "a score of 0 is no weight of 0: e⁰ is 1."),
        (
            _softmax(np.where(mask, scores, -1e30), axis=0),
            "the sum runs over the texts; it should run over the characters, the last axis.",
        ),
    )
    for mistake, hint in mistakes:
        if mistake.shape == answer.shape and np.allclose(answer, mistake, atol=1e-12):
            return not_yet(hint)
    if np.abs(answer[1:][mask[1:]]).max() < 1e-12 or not np.isfinite(answer).all():
        return not_yet("the mask is true where there is text, and false on padding.")
    if np.abs(answer[~mask]).max() > 1e-12:
        return not_yet("padding gets weight.")
    return not_yet("the weights differ; each row should sum to 1.")


def check_score_gradient(function):
    """Exercise 3: from the gradient of the context to that of the scores."""
    rng = np.random.default_rng(2)
    T, A, nudge = 5, 3, 1e-6
    scores, annotations, dcontext = rng.normal(size=T), rng.normal(size=(T, A)), rng.normal(size=A)
    weights = _softmax(scores)
    answer = _call(function, (T,), weights, annotations, dcontext)
    if isinstance(answer, Feedback):
        return answer
    wanted = np.array(
        [
            dcontext @ ((_softmax(scores + e) - _softmax(scores - e)) @ annotations) / (2 * nudge)
            for e in nudge * np.eye(T)
        ]
    )
    if np.allclose(answer, wanted, atol=1e-8):
        return right("it agrees with finite differences, and its entries sum to 0.")
    reach = annotations @ dcontext
    mistakes = (
        (
            reach,
            "that is the gradient of the weights; the softmax lies between them and the scores.",
        ),
        (
            weights * reach,
            "a score that rises takes weight from all the others: something is subtracted.",
        ),
        (reach - weights @ reach, "the factor α_j is missing."),
        (weights * (1 - weights) * reach, "that is the diagonal of the softmax's Jacobian alone."),
        (-wanted, "the sign is the other way round."),
        (
            weights * (reach - reach.mean()),
            "subtract the mean that the weights give, not the plain one.",
        ),
    )
    for mistake, hint in mistakes:
        if np.allclose(answer, mistake, atol=1e-8):
            return not_yet(hint)
    return not_yet("it differs from finite differences.")


def check_causal_attention(function):
    """Exercise 4: the Transformer's attention, no position seeing those after it."""
    rng = np.random.default_rng(3)
    T, d = 4, 6
    Q, K, V = (rng.normal(size=(T, d)) for _ in range(3))
    answer = _call(function, (T, d), Q, K, V)
    if isinstance(answer, Feedback):
        return answer
    past = np.tril(np.ones((T, T), dtype=bool))

    def run(scores=None, seen=past, axis=-1):
        scores = Q @ K.T / np.sqrt(d) if scores is None else scores
        return _softmax(np.where(seen, scores, -1e30), axis) @ V

    if not np.isfinite(answer[0]).all():
        return not_yet("the first position has nothing to see: a position should see itself too.")
    if np.allclose(answer, run(), atol=1e-10):
        return right("the first row is V's first row, and the last sees everything.")
    mistakes = (
        (run(seen=True), "every position sees those after it: the mask is missing."),
        (run(seen=past.T), "it sees the future and not the past: the other triangle."),
        (
            run(seen=np.tril(past, -1) | (np.arange(T) == 0)[:, None]),
            "a position should see itself too.",
        ),
        (run(seen=np.tril(past, -1)), "a position should see itself too."),
        (run(Q @ K.T), "the scores are not divided by √d."),
        (run(Q @ K.T / d), "divide by √d, not by d."),
        (run(K @ Q.T / np.sqrt(d)), "K Qᵀ: each row should hold the scores of one query, Q Kᵀ."),
        (run(axis=0), "the softmax runs over the queries; each query's weights sum to 1."),
        (
            (_softmax(Q @ K.T / np.sqrt(d)) * past) @ V,
            "the mask comes after the softmax in yours: the weights no longer sum to 1.",
        ),
    )
    for mistake, hint in mistakes:
        if np.allclose(answer, mistake, atol=1e-10):
            return not_yet(hint)
    return not_yet("the values differ; three lines: scores, weights, their mean of V.")


def _call(function, shape, *arrays):
    """What the function makes of copies of the arrays, or the Feedback that says what is wrong."""
    given = [array.copy() for array in arrays]
    answer = try_call(function, *given)
    if isinstance(answer, Feedback):
        return answer
    if not all(np.array_equal(a, b) for a, b in zip(given, arrays, strict=True)):
        return not_yet("the arrays that came in were changed: work on copies.")
    return _read_array(answer, shape)
