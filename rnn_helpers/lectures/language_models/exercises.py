"""The checks of lecture 03: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_array, as_number, call, check, compare, right


@check
def check_half_sure(answer: object) -> Feedback:
    """Exercise 1: exp(½ ln 1 + ½ ln 100) = 10, the perplexity of a model sure of every second."""
    mean = "that is about the mean of 1 and 100. Perplexity averages the logarithms."
    mistakes = [
        (50.5, mean),
        (50, mean),
        (0.1, "perplexity is exp of the mean of −ln p, not of ln p."),
        (100, "every second token is certain: the mean of −ln p is half as large."),
        (
            np.log(100),
            "that is −ln p of the unsure tokens alone. Take the mean over both, then exp.",
        ),
        (np.log(10), "that is the loss in nats. Perplexity is its exponential."),
    ]
    hint = "take the mean of −ln p over both kinds of token, then exp."
    compare(as_number(answer), 10, mistakes, hint, rtol=2e-3)
    return right("½ · ln 1 + ½ · ln 100 = ln 10: the mean is taken of logarithms.")


@check
def check_bits_per_byte(function: object) -> Feedback:
    """Exercise 2: `bits_per_byte(nats, n_tokens, text)`, a model's loss in units that compare."""
    for text, n_tokens, nats in (("ab cd", 3, 2.0), ("기억", 2, 3.5), ("naïve café", 4, 1.25)):
        got = as_number(call(function, nats, n_tokens, text))
        n_bytes, bits = len(text.encode()), nats / np.log(2)
        mistakes = [
            (nats * n_tokens / n_bytes, "these are nats per byte. One bit is ln 2 nats."),
            (bits * n_tokens / len(text),
             f"“{text}” has {len(text)} characters and {n_bytes} bytes in UTF-8."),
            (bits / n_bytes, "nats is the mean of one token: the text has n_tokens of them."),
        ]  # fmt: skip
        hint = f"for “{text}”, {n_tokens} tokens of {nats} nats, {got:.3f} is not it."
        compare(got, bits * n_tokens / n_bytes, mistakes, hint)
    return right("this is the unit in which word and character models can be compared.")


@check
def check_logits_gradient(function: object) -> Feedback:
    """Exercise 3: `logits_gradient(logits, target)`, ∂(−ln p(target))/∂logits."""
    rng = np.random.default_rng(3)
    for V in (2, 5, 7):
        logits, target = rng.normal(size=V), V - 2
        got = as_array(call(function, logits, target), (V,), "the gradient, as the logits,")
        p = np.exp(logits) / np.exp(logits).sum()
        wanted = p - np.eye(V)[target]
        mistakes = [
            (
                -wanted,
                "the sign is the other way round: the loss is −ln p, and falls as its logit rises.",
            ),
            (p, "this sums to 1. Shifting all logits changes nothing: the sum must be 0."),
            (
                logits - np.eye(V)[target],
                "the derivative of ln Σ exp(ℓ) is the softmax, not the logits themselves.",
            ),
            (
                wanted / V,
                "the loss of one token is no mean over the vocabulary: do not divide by V.",
            ),
        ]
        hint = "compare with finite differences: nudge one logit, see how −ln p changes."
        compare(got, wanted, mistakes, hint)
    return right("softmax minus one-hot. It sums to 0 and never exceeds 1 in size.")


@check
def check_min_p(function: object) -> Feedback:
    """Exercise 4: `keep_min_p(probabilities, share)`, cut what is below a share of the largest."""
    rng = np.random.default_rng(5)
    for V, share in ((4, 0.5), (9, 0.1), (6, 1.0), (5, 0.0)):
        p = rng.dirichlet(np.full(V, 0.7))
        got = as_array(
            call(function, p, share), (V,), "the result, as the probabilities,", finite=False
        )
        kept, absolute = np.where(p >= share * p.max(), p, 0.0), np.where(p >= share, p, 0.0)
        mistakes = [
            (share == 1.0 and (np.isnan(got).all() or not got.any()),
             "with share = 1 nothing is left. “At least” keeps the largest itself."),
            (bool(np.isnan(got).any()), "it holds nan: what is cut is 0, and the sum is above 0."),
            (abs(got.sum() - 1) > 1e-4,
             f"what is left sums to {got.sum():.3f}: share it out anew, to 1."),
            (absolute / absolute.sum(),
             "the bar is `share` times the largest probability, not `share` itself."),
        ]  # fmt: skip
        hint = f"with share = {share} the kept tokens are not the right ones."
        compare(got, kept / kept.sum(), mistakes, hint)
    return right("the bar moves with the model's certainty: min-p, the newest of these filters.")
