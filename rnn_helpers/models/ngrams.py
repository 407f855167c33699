"""Counted language models: how often each token followed each short history."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_helpers.validation import check_choice, check_integer, check_number

SMOOTHINGS = ("uniform", "shorter context")


@dataclass(frozen=True)
class NgramModel:
    """Counts of every context of 0 to `max_order` characters, and of what followed it.

    Contexts are numbered: `context_keys[k]` lists, in order, `number of the context of k
    characters · size + the character before it`, and the place in that list is the number of the
    context of k + 1 characters. `gram_keys[k]` lists `number of the context · size + what
    followed`.

    Attributes
    ----------
    alphabet : str
        The characters of the training text, in order; `size` also counts one unknown character.
    max_order : int
    context_keys : list of max_order int arrays
    context_counts : list of max_order + 1 int arrays
    gram_keys, gram_counts : lists of max_order + 1 int arrays
    """

    alphabet: str
    max_order: int
    context_keys: list
    context_counts: list
    gram_keys: list
    gram_counts: list

    @property
    def size(self):
        """Characters the model can predict, the unknown one included."""
        return len(self.alphabet) + 1

    @property
    def n_parameters(self):
        """Numbers kept for each order 0 … max_order: one per different gram."""
        return [len(keys) for keys in self.gram_keys]

    @cached_property
    def _tables(self):
        """What sampling looks up, one character at a time."""
        numbers = [
            dict(zip(keys.tolist(), range(len(keys)), strict=True)) for keys in self.context_keys
        ]
        context_ends = [np.cumsum(counts).tolist() for counts in self.context_counts]
        gram_ends = [np.cumsum(counts) for counts in self.gram_counts]
        return numbers, context_ends, gram_ends


@dataclass(frozen=True)
class NgramCounts:
    """For each scored character of a text: how often training saw its context, and it after it.

    Attributes
    ----------
    contexts, grams : int arrays, shape (max_order + 1, N)
    size : int
        Characters the model can predict.
    """

    contexts: np.ndarray
    grams: np.ndarray
    size: int


def fit_ngram(text, *, max_order):
    """Count what follows every context of 0 to `max_order` characters.

    Parameters
    ----------
    text : str, longer than max_order
    max_order : int, 0 to 12

    Returns
    -------
    model : NgramModel

    Raises
    ------
    TypeError
        `text` is not a string.
    ValueError
        Not enough text.

    Source
    ------
    Shannon (1948), A Mathematical Theory of Communication, section 3.

    Examples
    --------
    >>> fit_ngram("banana", max_order=1).n_parameters  # a n; ba an na from the second letter on
    [2, 3]
    """
    max_order = check_integer("max_order", max_order, minimum=0, maximum=12)
    _check_text("text", text, max_order)
    alphabet = "".join(sorted(set(text)))
    size = len(alphabet) + 1
    codes = _encode(text, alphabet)
    before = [codes[max_order - k : len(codes) - k] for k in range(1, max_order + 1)]
    order = np.arange(len(codes) - max_order)
    for column in reversed(before):  # after this, equal contexts of every length are neighbours
        order = order[np.argsort(column[order].astype(np.min_scalar_type(size)), kind="stable")]
    followers = codes[max_order:][order]
    numbers = np.zeros(len(order), dtype=np.int64)  # the empty context is number 0
    context_keys, context_counts, gram_keys, gram_counts = [], [], [], []
    for k in range(max_order + 1):
        keys, counts = np.unique(numbers * size + followers, return_counts=True)
        gram_keys.append(keys)
        gram_counts.append(counts)
        context_counts.append(np.bincount(numbers))
        if k < max_order:
            keys = numbers * size + before[k][order]
            first = np.concatenate([[True], keys[1:] != keys[:-1]])
            context_keys.append(keys[first])
            numbers = np.cumsum(first) - 1
    return NgramModel(alphabet, max_order, context_keys, context_counts, gram_keys, gram_counts)


def count_ngrams(model, text):
    """Look up how often training saw the context of each character, and it after that context.

    All orders are scored on the same characters: those with `max_order` characters before them.

    Parameters
    ----------
    model : NgramModel
    text : str, longer than max_order

    Returns
    -------
    counts : NgramCounts

    Raises
    ------
    TypeError, ValueError
        As `fit_ngram`.
    """
    _check_text("text", text, model.max_order)
    codes = _encode(text, model.alphabet)
    K, size = model.max_order, model.size
    followers = codes[K:]
    numbers = np.zeros(len(followers), dtype=np.int64)
    contexts, grams = [], []
    for k in range(K + 1):
        seen = numbers >= 0
        contexts.append(np.where(seen, model.context_counts[k][numbers], 0))
        place = _find(model.gram_keys[k], np.where(seen, numbers * size + followers, -1))
        grams.append(np.where(place >= 0, model.gram_counts[k][place], 0))
        if k < K:
            before = codes[K - k - 1 : len(codes) - k - 1]
            numbers = _find(model.context_keys[k], np.where(seen, numbers * size + before, -1))
    return NgramCounts(np.array(contexts), np.array(grams), size)


def compute_ngram_probabilities(counts, *, smoothing="shorter context", strength=10.0):
    """Probability of each scored character under every order.

    p_k(c | h) = (n(h c) + strength · q(c)) / (n(h) + strength), where `strength` pseudo-characters
    are shared out equally, q = 1 / size ("uniform"), or as the context without its oldest
    character says, q = p_{k−1} ("shorter context", down to uniform).

    Parameters
    ----------
    counts : NgramCounts
    smoothing : {"shorter context", "uniform"}
    strength : float > 0, in characters

    Returns
    -------
    probabilities : float array, shape (max_order + 1, N)

    Raises
    ------
    ValueError
        Unknown smoothing, or a strength that is not positive.

    Source
    ------
    "uniform" is additive smoothing (Lidstone); "shorter context" is interpolation with a Dirichlet
    prior: MacKay & Peto (1995), A Hierarchical Dirichlet Language Model.
    """
    check_choice("smoothing", smoothing, SMOOTHINGS)
    strength = check_number("strength", strength, exclusive_minimum=0)
    shorter = np.full(counts.grams.shape[1], 1.0 / counts.size)
    probabilities = np.empty(counts.grams.shape)
    for k, (gram, context) in enumerate(zip(counts.grams, counts.contexts, strict=True)):
        probabilities[k] = (gram + strength * shorter) / (context + strength)
        if smoothing == "shorter context":
            shorter = probabilities[k]
    return probabilities


def compute_perplexity(nats):
    """How many equally likely choices a loss is worth: exp(nats per token).

    Examples
    --------
    >>> round(compute_perplexity(np.log(27)), 6)
    27.0
    """
    return float(np.exp(check_number("nats", nats, minimum=0)))


def sample_ngram(model, *, length, order, smoothing="shorter context", strength=10.0, rng):
    """Draw text: each character from the counts of its context, as smoothed.

    With n occurrences of a context, a share n / (n + strength) of the draws copies what followed
    one of them; the rest falls back on the shorter context, or on all characters alike.

    Parameters
    ----------
    model : NgramModel
    length : int ≥ 1, in characters
    order : int, 0 to max_order
    smoothing, strength
        As in `compute_ngram_probabilities`.
    rng : numpy.random.Generator

    Returns
    -------
    text : str
        The unknown character is drawn as "�".

    Source
    ------
    Shannon (1948), section 3: open the book at random, find the context, record what follows.
    """
    length = check_integer("length", length, minimum=1)
    order = check_integer("order", order, minimum=0, maximum=model.max_order)
    check_choice("smoothing", smoothing, SMOOTHINGS)
    strength = check_number("strength", strength, exclusive_minimum=0)
    numbers, context_ends, gram_ends = model._tables
    size, draws = model.size, iter(rng.random((order + 2) * (length + order)).tolist())
    codes = []
    while len(codes) < length + order:  # the first `order` characters only warm the context up
        known = [0]
        for k in range(min(order, len(codes))):
            number = numbers[k].get(known[-1] * size + codes[-1 - k])
            if number is None:
                break
            known.append(number)
        if smoothing == "uniform" and len(known) <= min(order, len(codes)):
            known = []  # the whole context is new: all characters alike
        code = None
        while known and code is None:
            k, number = len(known) - 1, known.pop()
            ends = context_ends[k]
            first = ends[number - 1] if number else 0
            n = ends[number] - first
            u = next(draws) * (n + strength)
            if u < n:
                place = int(gram_ends[k].searchsorted(first + int(u), side="right"))
                code = int(model.gram_keys[k][place]) % size
            elif smoothing == "uniform":
                known = []
        codes.append(int(next(draws) * size) if code is None else code)
    letters = model.alphabet + "�"
    return "".join(letters[code] for code in codes[order:])


def _check_text(name, text, max_order):
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {type(text).__name__}")
    if len(text) <= max_order:
        raise ValueError(
            f"{name} must be longer than max_order = {max_order} characters, got {len(text)}"
        )


def _encode(text, alphabet):
    """Places of characters in the alphabet; its length for a character that it lacks."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    known = np.frombuffer(alphabet.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    place = _find(known, points)
    return np.where(place >= 0, place, len(alphabet)).astype(np.int64)


def _find(keys, wanted):
    """Place of each wanted number in sorted keys, −1 where it is not among them."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
