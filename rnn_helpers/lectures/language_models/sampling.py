"""From a distribution over tokens to a text, token by token."""

import numpy as np

from rnn_helpers.validation import check_array, check_integer, check_number


def filter_distribution(logits, *, temperature=1.0, top_k=None, top_p=1.0):
    """The distribution that the next token is drawn from.

    p ∝ exp(logits / temperature), then only the `top_k` likeliest tokens, then only the fewest
    tokens that hold a share of at least `top_p` of what is left; each time shared out anew.

    Parameters
    ----------
    logits : array (V,)
        Logits, or log-probabilities; −∞ for what cannot be.
    temperature : float ≥ 0
        Below 1 the likely becomes likelier; 0 is greedy: all on the likeliest token.
    top_k : int ≥ 1, optional
    top_p : float, above 0, at most 1

    Returns
    -------
    probabilities : float array (V,)
        Exactly 0 where a token is cut.

    Raises
    ------
    TypeError, ValueError
        A setting out of range, no token, or no finite log-odds.

    Source
    ------
    top-k: Fan, Lewis & Dauphin (2018), arXiv:1805.04833. top-p: Holtzman, Buys, Du, Forbes & Choi
    (2020), arXiv:1904.09751.

    Examples
    --------
    >>> logits = np.log([0.5, 0.3, 0.15, 0.05])
    >>> filter_distribution(logits, top_k=2).round(3)
    array([0.625, 0.375, 0.   , 0.   ])
    >>> filter_distribution(logits, top_p=0.9).round(3)
    array([0.526, 0.316, 0.158, 0.   ])
    """
    temperature, top_k, top_p = _check_settings(temperature, top_k, top_p)
    logits = check_array("logits", logits, ndim=1, finite=False)
    return _filter(logits, temperature, top_k, top_p)


def _filter(logits, temperature, top_k, top_p):
    if not np.isfinite(logits.max(initial=-np.inf)):
        raise ValueError("logits must hold a finite number, and none that is nan or infinite")
    if temperature == 0:
        probabilities = np.zeros(len(logits))
        probabilities[logits.argmax()] = 1.0
        return probabilities
    with np.errstate(over="ignore"):  # a temperature near 0 may send the differences to −∞
        probabilities = np.exp((logits - logits.max()) / temperature)
    if top_k is not None and top_k < len(probabilities):
        kept = np.argsort(-probabilities, kind="stable")[:top_k]  # of equals the first
        cut = np.zeros(len(probabilities))
        cut[kept] = probabilities[kept]
        probabilities = cut
    probabilities /= probabilities.sum()
    if top_p < 1:
        order = np.argsort(-probabilities, kind="stable")
        before = np.cumsum(probabilities[order]) - probabilities[order]
        # a little slack, so that 0.5 + 0.4 counts as 0.9
        probabilities[order[1:][before[1:] >= top_p - 1e-12]] = 0.0
        probabilities /= probabilities.sum()
    return probabilities


def sample_tokens(
    step, start, *, length, rng, temperature=1.0, top_k=None, top_p=1.0, prompt=(), stop=None
):
    """Let a model write: each token is drawn, and fed back as the next input.

    Parameters
    ----------
    step : callable
        `step(token, state) -> (logits (V,), state)`; the first state is None.
    start : int
        The input of the first step, before any token.
    length : int ≥ 1
        The most tokens to draw.
    rng : numpy.random.Generator
    temperature, top_k, top_p
        As in `filter_distribution`.
    prompt : sequence of int
        Tokens to read first; not returned.
    stop : int, optional
        The token that ends the text; it is returned.

    Returns
    -------
    tokens : int array, at most `length`

    Raises
    ------
    TypeError, ValueError
        A setting out of range, no generator, or a model without a finite log-odds.
    """
    settings = _check_settings(temperature, top_k, top_p)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    length = check_integer("length", length, minimum=1)
    state, tokens, draws = None, [], rng.random(length)
    for token in (start, *prompt):
        logits, state = step(token, state)
    while True:
        probabilities = _filter(logits, *settings)
        ends = np.cumsum(probabilities)
        # the last end is 1 but for rounding; a draw never lands on a token of probability 0
        tokens.append(int(np.searchsorted(ends, draws[len(tokens)] * ends[-1], side="right")))
        if len(tokens) == length or tokens[-1] == stop:
            return np.array(tokens)
        logits, state = step(tokens[-1], state)


def _check_settings(temperature, top_k, top_p):
    temperature = check_number("temperature", temperature, minimum=0)
    if top_k is not None:
        top_k = check_integer("top_k", top_k, minimum=1)
    return temperature, top_k, check_number("top_p", top_p, exclusive_minimum=0, maximum=1)
