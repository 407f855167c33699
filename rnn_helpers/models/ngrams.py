"""Counted language models: how often each token followed each short history."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.texts import normalise
from rnn_helpers.validation import check_array, check_choice, check_integer, check_number, check_rng

SMOOTHINGS = ("uniform", "shorter context")
MAX_ORDER = 12


@dataclass(frozen=True)
class NgramModel:
    """Counts of every context of 0 to `max_order` tokens, and of what followed it.

    `alphabet` numbers the tokens, characters or ids; `size` also counts one unknown token. Contexts
    are numbered too: `context_keys[k]` lists, in order, `number of the context of k tokens · size +
    the token before it`, and the place in that list is the number of the context of k + 1 tokens.
    `gram_keys[k]` lists `number of the context · size + what followed`.
    """

    alphabet: str | np.ndarray
    max_order: int
    context_keys: list[np.ndarray]
    context_counts: list[np.ndarray]
    gram_keys: list[np.ndarray]
    gram_counts: list[np.ndarray]

    @property
    def size(self) -> int:
        """Tokens the model can predict, the unknown one included."""
        return len(self.alphabet) + 1

    @property
    def n_parameters(self) -> list[int]:
        """Numbers kept for each order 0 … max_order: one per different gram."""
        return [len(keys) for keys in self.gram_keys]

    @cached_property
    def tables(self) -> tuple[list, list, list, list]:
        """What sampling looks up token by token, for each order.

        The numbers of contexts by their keys; where the occurrences of each context end in one
        long list of all; where those of each gram end in it; what each gram ends with.
        """
        numbers = [
            dict(zip(keys.tolist(), range(len(keys)), strict=True)) for keys in self.context_keys
        ]
        context_ends, gram_ends, followers = (
            [array("q", numbers.astype(np.int64).tobytes()) for numbers in table]
            for table in (
                map(np.cumsum, self.context_counts),
                map(np.cumsum, self.gram_counts),
                [keys % self.size for keys in self.gram_keys],
            )
        )
        return numbers, context_ends, gram_ends, followers


@dataclass(frozen=True)
class NgramCounts:
    """For each of N scored tokens: how often training saw its context, and it after its context.

    Both (max_order + 1, N); `size` is that of the model.
    """

    contexts: np.ndarray
    grams: np.ndarray
    size: int


def fit_ngram(text: str | ArrayLike, *, max_order: int) -> NgramModel:
    """Count what follows every context of 0 to `max_order` tokens.

    Parameters
    ----------
    text : str, or int array (T,)
        Characters, in NFC, or token ids.
    max_order : int, 0 to 12

    Source
    ------
    Shannon (1948), A Mathematical Theory of Communication, section 3.

    Examples
    --------
    >>> fit_ngram("banana", max_order=1).n_parameters  # a n; ba an na from the second letter on
    [2, 3]
    """
    max_order = check_integer("max_order", max_order, minimum=0, maximum=MAX_ORDER)
    tokens = _read_tokens("text", text, max_order)
    alphabet, codes = np.unique(tokens, return_inverse=True)
    size = len(alphabet) + 1
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
    known = "".join(map(chr, alphabet)) if isinstance(text, str) else alphabet
    return NgramModel(known, max_order, context_keys, context_counts, gram_keys, gram_counts)


def count_ngrams(model: NgramModel, text: str | ArrayLike) -> NgramCounts:
    """Look up how often training saw the context of each token, and it after that context.

    All orders are scored on the same tokens: those with `max_order` tokens before them.
    """
    contexts, grams = [], []
    for k, (numbers, places) in enumerate(_look_up(model, text)):
        contexts.append(np.where(numbers >= 0, model.context_counts[k][numbers], 0))
        grams.append(np.where(places >= 0, model.gram_counts[k][places], 0))
    return NgramCounts(np.array(contexts), np.array(grams), model.size)


def _look_up(model, text):
    """For each order the numbers of the scored tokens' contexts and their grams' places, or −1."""
    if isinstance(text, str) != isinstance(model.alphabet, str):
        kinds = ("a string", "token numbers")[:: 1 if isinstance(model.alphabet, str) else -1]
        raise TypeError(f"text must be {kinds[0]}, as the model has counted, got {kinds[1]}")
    K, size, known = model.max_order, model.size, model.alphabet
    known = _list_points(known) if isinstance(known, str) else known
    codes = _find(known, _read_tokens("text", text, K))
    codes[codes < 0] = len(known)
    followers = codes[K:]
    numbers = np.zeros(len(followers), dtype=np.int64)
    for k in range(K + 1):
        seen = numbers >= 0
        yield numbers, _find(model.gram_keys[k], np.where(seen, numbers * size + followers, -1))
        if k < K:
            before = codes[K - k - 1 : len(codes) - k - 1]
            numbers = _find(model.context_keys[k], np.where(seen, numbers * size + before, -1))


def compute_kneser_ney(model: NgramModel, text: str | ArrayLike) -> np.ndarray:
    """Probability (N,) of each token with `max_order` tokens before it: interpolated Kneser–Ney.

    p_k(c | h) = (max(n(h c) − d_k, 0) + d_k · kinds(h) · p_{k−1}(c | h')) / n(h), where kinds(h)
    counts the different tokens that followed h, and h' is h without its oldest token; p_{−1} is
    uniform. At the highest order n counts occurrences; below, the different tokens that stood
    before: “Francisco” is frequent, but only after “San”. d_k = n₁ / (n₁ + 2 n₂), from how many
    grams have count 1 and 2. Nothing is tuned.

    Source
    ------
    Kneser & Ney (1995), ICASSP; interpolated as in Chen & Goodman (1998), TR-10-98, section 2.7.

    Examples
    --------
    >>> model = fit_ngram("abracadabra", max_order=1)
    >>> probabilities = [compute_kneser_ney(model, "a" + c)[0] for c in model.alphabet + "?"]
    >>> round(float(sum(probabilities)), 12)
    1.0
    """
    counts = [model.gram_counts[-1]]
    for k in range(model.max_order, 0, -1):  # a gram of order k is one kind for that of k − 1
        numbers, followers = np.divmod(model.gram_keys[k], model.size)
        shorter = model.context_keys[k - 1][numbers] // model.size * model.size + followers
        places = _find(model.gram_keys[k - 1], shorter)
        counts.insert(0, np.bincount(places, minlength=len(model.gram_keys[k - 1])))
    probabilities = None
    for k, (numbers, places) in enumerate(_look_up(model, text)):
        contexts = model.gram_keys[k] // model.size
        total, kinds = np.bincount(contexts, counts[k]), np.bincount(contexts)
        ones, twos = (int((counts[k] == n).sum()) for n in (1, 2))
        discount = ones / (ones + 2 * twos) if ones and twos else 0.5
        kept = np.where(places >= 0, np.maximum(counts[k][places] - discount, 0.0), 0.0)
        if probabilities is None:
            probabilities = np.full(len(numbers), 1.0 / model.size)
        mixed = (kept + discount * kinds[numbers] * probabilities) / total[numbers]
        probabilities = np.where(numbers >= 0, mixed, probabilities)
    return np.asarray(probabilities)


def compute_ngram_probabilities(
    counts: NgramCounts, *, smoothing: str = "shorter context", strength: float = 10.0
) -> np.ndarray:
    """Probability of each scored token under every order.

    p_k(c | h) = (n(h c) + strength · q(c)) / (n(h) + strength), where `strength` pseudo-tokens
    are shared out equally, q = 1 / size ("uniform"), or as the context without its oldest
    token says, q = p_{k−1} ("shorter context", down to uniform). Shape (max_order + 1, N).

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


def compute_perplexity(nats: float) -> float:
    """How many equally likely choices a loss is worth: exp(nats per token).

    Examples
    --------
    >>> round(compute_perplexity(np.log(27)), 6)
    27.0
    """
    return float(np.exp(check_number("nats", nats, minimum=0)))


def compute_ngram_nats(
    ids: ArrayLike, held_out_ids: ArrayLike, *, order: int, strength: float = 10.0
) -> float:
    """Mean −ln p of the held-out tokens that have `order` tokens before them, in nats.

    Order 0 is the unigram, 1 the bigram model; smoothed as the shorter context says.
    """
    order = check_integer("order", order, minimum=0, maximum=MAX_ORDER)
    ids, held_out_ids = (
        _read_tokens(name, check_array(name, part, dtype=np.int64), order)
        for name, part in (("ids", ids), ("held_out_ids", held_out_ids))
    )
    counts = count_ngrams(fit_ngram(ids, max_order=order), held_out_ids)
    return float(-np.log(compute_ngram_probabilities(counts, strength=strength)[order]).mean())


def choose_strength(
    ids: ArrayLike, *, order: int, strengths: Sequence[float] = (3.0, 10.0, 30.0, 100.0, 300.0)
) -> float:
    """The smoothing that does best on the last tenth of a training text, counted on the rest."""
    ids = check_array("ids", ids, ndim=1, dtype=np.int64)
    cut = len(ids) - len(ids) // 10
    return min(
        (check_number("strengths", s, exclusive_minimum=0) for s in strengths),
        key=lambda s: compute_ngram_nats(ids[:cut], ids[cut:], order=order, strength=s),
    )


def sample_ngram(
    model: NgramModel, *, length: int, order: int, smoothing: str = "shorter context",
    strength: float = 10.0, rng: np.random.Generator,
) -> str | np.ndarray:  # fmt: skip
    """Draw tokens: each from the counts of its context, as smoothed.

    With n occurrences of a context, a share n / (n + strength) of the draws copies what followed
    one of them; the rest falls back on the shorter context, or on all tokens alike. Text or token
    ids, as the model has counted; the unknown one is "�", or −1.

    Source
    ------
    Shannon (1948), section 3: open the book at random, find the context, record what follows.
    """
    length = check_integer("length", length, minimum=1)
    order = check_integer("order", order, minimum=0, maximum=model.max_order)
    uniform = check_choice("smoothing", smoothing, SMOOTHINGS) == "uniform"
    strength = check_number("strength", strength, exclusive_minimum=0)
    numbers, context_ends, gram_ends, followers = model.tables
    lookups, size = [table.get for table in numbers[:order]], model.size
    draw = iter(check_rng(rng).random((order + 2) * (length + order)).tolist()).__next__
    codes = []
    for t in range(length + order):  # the first `order` tokens only warm the context up
        known, number = [0], 0
        for k in range(min(order, t)):
            number = lookups[k](number * size + codes[-1 - k])
            if number is None:
                break
            known.append(number)
        if uniform and number is None:
            known = []  # the whole context is new: all tokens alike
        code = None
        while known and code is None:
            number = known.pop()
            k = len(known)
            ends = context_ends[k]
            first = ends[number - 1] if number else 0
            n = ends[number] - first
            u = draw() * (n + strength)
            if u < n:
                code = followers[k][bisect_right(gram_ends[k], first + int(u))]
            elif uniform:
                known = []
        codes.append(int(draw() * size) if code is None else code)
    if isinstance(model.alphabet, str):
        letters = model.alphabet + "�"
        return "".join(letters[code] for code in codes[order:])
    return np.append(model.alphabet, -1)[codes[order:]]


def _read_tokens(name, text, max_order):
    """Token numbers as they are, or the code points of a text: int64 array (T,)."""
    if isinstance(text, str):
        tokens, kind = _list_points(normalise(text)), "characters"
    else:
        tokens, kind = check_array(name, text, ndim=1, dtype=np.int64), "tokens"
        if tokens.min() < 0:
            raise ValueError(f"{name} must be token numbers of at least 0, got {tokens.min()}")
    if len(tokens) <= max_order:
        raise ValueError(
            f"{name} must be longer than max_order = {max_order} {kind}, got {len(tokens)}"
        )
    return tokens


def _list_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


def _find(keys, wanted):
    """Place of each wanted number in sorted keys, −1 where it is not among them."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
