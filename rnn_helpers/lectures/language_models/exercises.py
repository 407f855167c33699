"""The checks of lecture 03."""

import math

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call


def check_half_sure(answer):
    """Perplexity of a model that is certain of every second token and guesses among 100 else."""
    answer = as_number(answer)
    if isinstance(answer, Feedback):
        return answer
    if math.isclose(answer, 10, rel_tol=1e-3):
        return right("½ · ln 1 + ½ · ln 100 = ln 10: the mean is taken of logarithms.")
    if math.isclose(answer, 50.5, rel_tol=1e-2) or math.isclose(answer, 50, rel_tol=1e-2):
        return not_yet("that is the mean of 1 and 100. Perplexity averages the logarithms.")
    if math.isclose(answer, math.log(10), rel_tol=1e-2):
        return not_yet("that is the loss in nats. Perplexity is its exponential.")
    return not_yet("take the mean of −ln p over both kinds of token, then exp.")


_TEXTS = (("ab cd", 3, 2.0), ("기억", 2, 3.5), ("naïve café", 4, 1.25))


def check_bits_per_byte(function):
    """`bits_per_byte(nats, n_tokens, text)`: the loss of a model in units that compare."""
    for text, n_tokens, nats in _TEXTS:
        got = as_number(try_call(function, nats, n_tokens, text))
        if isinstance(got, Feedback):
            return got
        n_bytes = len(text.encode("utf-8"))
        if math.isclose(got, nats * n_tokens / math.log(2) / n_bytes, rel_tol=1e-6):
            continue
        if math.isclose(got, nats * n_tokens / n_bytes, rel_tol=1e-6):
            return not_yet("these are nats per byte. One bit is ln 2 nats.")
        if math.isclose(got, nats * n_tokens / math.log(2) / len(text), rel_tol=1e-6):
            return not_yet(f"“{text}” has {len(text)} characters and {n_bytes} bytes in UTF-8.")
        if math.isclose(got, nats / math.log(2) / n_bytes, rel_tol=1e-6):
            return not_yet("nats is the mean of one token: the text has n_tokens of them.")
        return not_yet(f"for “{text}”, {n_tokens} tokens of {nats} nats, {got:.3f} is not it.")
    return right("this is the unit in which word and character models can be compared.")


def check_logits_gradient(function):
    """`logits_gradient(logits, target)`: ∂(−ln p_target)/∂logits."""
    rng = np.random.default_rng(3)
    for V in (2, 5, 7):
        logits, target = rng.normal(size=V), V - 2
        got = try_call(function, logits.copy(), target)
        if isinstance(got, Feedback):
            return got
        got = np.asarray(got, dtype=object)
        try:
            got = got.astype(float)
        except (TypeError, ValueError):
            return not_yet("return an array of numbers.")
        p = np.exp(logits) / np.exp(logits).sum()
        wanted = p - np.eye(V)[target]
        if got.shape != (V,):
            return not_yet(f"the gradient has the shape of the logits, ({V},); got {got.shape}.")
        if np.allclose(got, wanted, atol=1e-9):
            continue
        if np.allclose(got, -wanted, atol=1e-9):
            return not_yet("the sign is turned: the loss is −ln p, and falls as its logit rises.")
        if np.allclose(got, p, atol=1e-9):
            return not_yet(
                "this sums to 1. Shifting all logits changes nothing: the sum must be 0."
            )
        return not_yet("compare with finite differences: nudge one logit, see how −ln p changes.")
    return right("softmax minus one-hot. It sums to 0 and never exceeds 1 in size.")


def check_min_p(function):
    """`keep_min_p(probabilities, share)`: cut what is less likely than a share of the best."""
    rng = np.random.default_rng(5)
    for V, share in ((4, 0.5), (9, 0.1), (6, 1.0), (5, 0.0)):
        p = rng.dirichlet(np.full(V, 0.7))
        got = try_call(function, p.copy(), share)
        if isinstance(got, Feedback):
            return got
        kept = np.where(p >= share * p.max(), p, 0.0)
        try:
            got = np.asarray(got, dtype=float)
        except (TypeError, ValueError):
            return not_yet("return an array of numbers.")
        if got.shape != (V,):
            return not_yet(f"the result has the shape of the probabilities, ({V},).")
        if np.allclose(got, kept / kept.sum(), atol=1e-9):
            continue
        if np.allclose(got, kept, atol=1e-9) or abs(got.sum() - 1) > 1e-6:
            return not_yet(f"what is left sums to {got.sum():.3f}: share it out anew, to 1.")
        absolute = np.where(p >= share, p, 0.0)
        if absolute.sum() and np.allclose(got, absolute / absolute.sum(), atol=1e-9):
            return not_yet("the bar is `share` times the largest probability, not `share` itself.")
        return not_yet(f"with share = {share} the kept tokens are not the right ones.")
    return right("the bar moves with the model's certainty: min-p, the newest of these filters.")
