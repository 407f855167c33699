"""The checks of lecture 09: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_array, as_number, call, check, compare, right

_CHANGED = "the arrays that came in were changed: work on copies."


def _softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


@check
def check_score(answer: object) -> Feedback:
    """Exercise 1: the lead that gives one of 20 characters a weight of 0.95, ln 361 = 5.89."""
    lead = as_number(answer)
    weight = 1 / (1 + 19 * np.exp(-np.clip(lead, -500, 500)))
    mistakes = [
        (np.log(19), "that is for one other character; nineteen share the rest."),
        (np.log(380), "that counts the character itself among the others: there are nineteen."),
        (np.log10(361), "the softmax takes powers of e, not of 10."),
        (361.0, "that is the power exp(d); ask which d gives it."),
        (0.95, "that is the weight itself; ask which score makes it."),
        (19 * 0.95, "weights are no shares of the scores: each score is an exponent."),
    ]
    hint = f"with that lead the weight is {weight:.3g}, not 0.95."
    compare(lead, np.log(361), mistakes, hint, rtol=0.0, atol=0.02)
    return right("exp(5.889) is 361, and 361 / (361 + 19) is 0.95.")


@check
def check_masked_weights(function: object) -> Feedback:
    """Exercise 2: a masked softmax that does not overflow."""
    rng = np.random.default_rng(1)
    scores, mask = rng.normal(size=(3, 5)), np.arange(5) < np.array([5, 3, 1])[:, None]

    def run(scores):
        answer = call(function, scores, mask, changed=_CHANGED)
        return as_array(answer, (3, 5), "the array of weights", finite=False)

    weights, wanted = run(scores), _softmax(np.where(mask, scores, -np.inf))
    leak, none = "padding gets weight.", np.abs(weights[1:][mask[1:]]).max() < 1e-12
    mistakes = [
        (_softmax(scores), "padding gets weight: the mask is not used."),
        (_softmax(scores) * mask,
         "the rows do not sum to 1: mask the powers before you divide by their sum."),
        (_softmax(scores * mask), "a score of 0 is no weight of 0: exp(0) is 1."),
        (_softmax(np.where(mask, scores, -1e30), axis=0),
         "the sum runs over the texts; it should run over the characters, the last axis."),
        (none or not np.isfinite(weights).all(),
         "the mask is true where there is text, and false on padding."),
        (np.abs(weights[~mask]).max() > 1e-12, leak),
    ]  # fmt: skip
    compare(weights, wanted, mistakes, "the weights differ; each row should sum to 1.")
    compare(weights[~mask], 0.0, [], leak, atol=1e-12)
    large, padded = run(1000 + 1000 * scores), run(np.where(mask, scores, 3000.0))
    wanted_large = _softmax(np.where(mask, 1000 + 1000 * scores, -np.inf))
    overflow = "scores of a few thousand overflow: subtract the largest of each row first."
    clipped = "large scores come out finite, but wrong: subtract, do not clip."
    compare(large, wanted_large, [(not np.isfinite(large).all(), overflow)], clipped)
    spoilt = (
        "a score of 3000 in the padding spoils the rest: take the largest of the text, and cut "
        "what is above it."
    )
    compare(padded, wanted, [], spoilt)
    return right("padding gets 0, each row sums to 1, and large scores do no harm.")


@check
def check_score_gradient(function: object) -> Feedback:
    """Exercise 3: from the gradient of the context to that of the scores."""
    rng = np.random.default_rng(2)
    T, A, nudges = 5, 3, 1e-6 * np.eye(5)
    scores, annotations, dcontext = rng.normal(size=T), rng.normal(size=(T, A)), rng.normal(size=A)
    weights, reach = _softmax(scores), annotations @ dcontext
    answer = as_array(call(function, weights, annotations, dcontext, changed=_CHANGED), (T,))
    wanted = (_softmax(scores + nudges) - _softmax(scores - nudges)) @ reach / 2e-6
    mistakes = [
        (reach,
         "that is the gradient of the weights; the softmax lies between them and the scores."),
        (weights * reach,
         "a score that rises takes weight from all the others: something is subtracted."),
        (reach - weights @ reach, "the factor α_j is missing."),
        (weights * (1 - weights) * reach, "that is the diagonal of the softmax's Jacobian alone."),
        (-wanted, "the sign is the other way round."),
        (weights * (reach - reach.mean()),
         "subtract the mean that the weights give, not the plain one."),
    ]  # fmt: skip
    compare(answer, wanted, mistakes, "it differs from finite differences.")
    return right("it agrees with finite differences, and its entries sum to 0.")


@check
def check_causal_attention(function: object) -> Feedback:
    """Exercise 4: the Transformer's attention, no position seeing those after it."""
    T, d = 4, 6
    Q, K, V = np.random.default_rng(3).normal(size=(3, T, d))
    answer = as_array(call(function, Q, K, V, changed=_CHANGED), (T, d), finite=False)
    past, scaled = np.tril(np.ones((T, T), dtype=bool)), Q @ K.T / np.sqrt(d)
    before = np.tril(past, -1)

    def run(scores=scaled, seen=past, axis=-1):
        return _softmax(np.where(seen, scores, -1e30), axis) @ V

    itself = "a position should see itself too."
    mistakes = [
        (not np.isfinite(answer[0]).all(), f"the first position has nothing to see: {itself}"),
        (run(seen=past | True), "every position sees those after it: the mask is missing."),
        (run(seen=past.T), "it sees the future and not the past: the other triangle."),
        (run(seen=before | (np.arange(T) == 0)[:, None]), itself),
        (run(seen=before), itself),
        (run(Q @ K.T), "the scores are not divided by √d."),
        (run(Q @ K.T / d), "divide by √d, not by d."),
        (run(K @ Q.T / np.sqrt(d)), "K Qᵀ: each row should hold the scores of one query, Q Kᵀ."),
        (run(axis=0), "the softmax runs over the queries; each query's weights sum to 1."),
        ((_softmax(scaled) * past) @ V,
         "the mask comes after the softmax in yours: the weights no longer sum to 1."),
        (_softmax(scaled * past) @ V,
         "a score of 0 is no weight of 0: put −∞ where nothing may be seen."),
    ]  # fmt: skip
    hint = "the values differ: scores, mask, weights, their mean of V."
    compare(answer, run(), mistakes, hint)
    return right("the first row is V's first row, and the last sees everything.")
