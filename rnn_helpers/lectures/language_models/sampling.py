"""From a distribution over tokens to a text, token by token, and what the demo shows of both."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.vocabulary import END, UNKNOWN, Vocabulary, list_tokens
from rnn_helpers.validation import (
    check_array,
    check_indices,
    check_integer,
    check_number,
    check_rng,
)

_SHOWN = 10  # of the likeliest tokens, as bars
_LENGTH = 200  # tokens of a sample


@np.errstate(over="ignore")
def filter_distribution(
    logits: ArrayLike, *, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> np.ndarray:
    """The distribution that the next token is drawn from, exactly 0 where a token is cut.

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
    weights = _weigh(*_check_logits(logits), *_check_settings(temperature, top_k, top_p))
    return weights / weights.sum()


def _check_settings(temperature, top_k, top_p):
    temperature = check_number("temperature", temperature, minimum=0)
    if top_k is not None:
        top_k = check_integer("top_k", top_k, minimum=1)
    return temperature, top_k, check_number("top_p", top_p, exclusive_minimum=0, maximum=1)


def _check_logits(logits):
    """In float64, whatever the model computes in: all is compared alike. And the largest."""
    if isinstance(logits, np.ndarray) and logits.ndim == 1 and logits.dtype.kind == "f":
        logits = logits.astype(float)  # as each step of a model gives them
    else:
        logits = check_array("logits", logits, ndim=1, finite=False)
    largest = logits.max() if logits.size else np.nan
    if not math.isfinite(largest):
        raise ValueError("logits must hold a finite number, and none that is nan or infinite")
    return logits, largest


def _weigh(logits, largest, temperature, top_k, top_p):
    """What the tokens are drawn in proportion to, 0 for those that are cut."""
    if temperature == 0:
        weights = np.zeros(len(logits))
        weights[logits.argmax()] = 1.0
        return weights
    # a temperature near 0 may send the differences to −∞; the callers let it pass
    weights = np.exp((logits - largest) / temperature)
    kept = len(weights) if top_k is None else top_k
    if kept >= len(weights) and top_p == 1:
        return weights
    ranked = np.sort(weights)[::-1][:kept]
    if top_p < 1:
        held = ranked.cumsum()
        # a little slack, so that 0.5 + 0.4 counts as 0.9
        ranked = ranked[: 1 + held[:-1].searchsorted((top_p - 1e-12) * held[-1])]
    stays = weights >= ranked[-1]
    if np.count_nonzero(stays) > len(ranked):  # of equals the first
        stays[np.argsort(-weights, kind="stable")[len(ranked) :]] = False
    return weights * stays


@np.errstate(over="ignore")
def sample_tokens(
    step: Callable[[int, Any], tuple[ArrayLike, Any]], start: int, *, length: int,
    rng: np.random.Generator, temperature: float = 1.0, top_k: int | None = None,
    top_p: float = 1.0, prompt: Iterable[int] = (), stop: int | None = None,
) -> np.ndarray:  # fmt: skip
    """Let a model write: each token is drawn, and fed back as the next input.

    Parameters
    ----------
    step : callable
        `step(token, state) -> (logits (V,), state)`; the first state is None.
    start : int
        The input of the first step, before any token.
    length : int ≥ 1
        The most tokens to draw.
    temperature, top_k, top_p
        As in `filter_distribution`.
    prompt : sequence of int
        Tokens to read first, 0 to V − 1; not returned.
    stop : int, optional
        The token that ends the text; it is returned.
    """
    settings = _check_settings(temperature, top_k, top_p)
    length = check_integer("length", length, minimum=1)
    start = check_integer("start", start, minimum=0)
    draws = check_rng(rng).random(length)
    logits, state = _take_step(step, start, None)
    n_tokens = len(_check_logits(logits)[0])
    if len(prompt := list(prompt)):
        prompt = check_array("prompt", prompt, ndim=1, dtype=int)
        prompt = check_indices("prompt", prompt, n_tokens).tolist()
    for token in prompt:
        logits, state = _take_step(step, token, state)
        _check_logits(logits)
    if stop is not None:
        check_integer("stop", stop, minimum=0, maximum=n_tokens - 1)
    tokens, _ = _draw(step, logits, state, draws, settings, stop)
    return np.array(tokens)


def _draw(step, logits, state, draws, settings, stop=None):
    """A token for each of `draws`, 0 to 1, and the logits that each was drawn from."""
    tokens, drawn_from = [], []
    for draw in draws.tolist():
        if tokens:
            logits, state = _take_step(step, tokens[-1], state)
        drawn_from.append(logits)
        ends = _weigh(*_check_logits(logits), *settings).cumsum()
        # a draw never lands on a token of weight 0
        tokens.append(int(ends.searchsorted(draw * ends[-1], side="right")))
        if tokens[-1] == stop:
            break
    return tokens, drawn_from


def _take_step(step, token, state):
    returned = step(token, state)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise TypeError(f"step must return a pair, logits and a state, got {returned!r:.60}")
    return returned


@dataclass(frozen=True)
class SamplingView:
    """What the sampling demo shows at one setting."""

    prompt: str
    sample: str
    labels: list[str]  # the likeliest tokens after the prompt, in order
    before: np.ndarray  # their probabilities as the model says
    after: np.ndarray  # and after temperature, top-k and top-p
    after_all: np.ndarray  # the latter for all tokens, (V,)
    temperature: float
    top_k: int | None
    top_p: float
    characters: str  # every character that may have to be drawn
    surprises: np.ndarray  # −log2 p of each token drawn, as the model says
    lengths: np.ndarray  # how many characters each of them adds
    unit: str  # what a token is: "character" or "token"


def prepare_sampling(
    model: Any, vocabulary: Vocabulary, *, prompt: str | Iterable[str] = "the ",
    join: Callable[[list[str]], str] = "".join,
) -> Callable[..., SamplingView]:  # fmt: skip
    """Read the prompt once, and return what draws on from there.

    Parameters
    ----------
    model : LanguageModel
    prompt : str, or list of str
        Tokens of `vocabulary`, which are the model's.
    join : callable
        Tokens to text: `"".join` for characters, `vocabulary.join_words` for words.
    """
    if len(vocabulary) != model.start:
        raise ValueError(
            f"vocabulary must hold the model's {model.start} tokens, got {len(vocabulary)}"
        )
    words = list_tokens(prompt, name="prompt")
    unknown = [token for token in words if token not in vocabulary.numbers]
    if unknown:
        raise ValueError(f"prompt must hold tokens that the model knows, got {unknown[0]!r}")
    read = join(words)
    if not isinstance(read, str):
        raise TypeError(f"join must return a string, got {read!r:.60}")
    step = model.make_step()
    logits, state = step(model.start, None)
    for token in vocabulary.encode(words).tolist():
        logits, state = step(token, state)
    order = np.argsort(-logits, kind="stable")[:_SHOWN]
    before = filter_distribution(logits)[order]
    labels = [vocabulary.tokens[number] for number in order]
    letters = sorted({letter for token in vocabulary.tokens for letter in token})
    characters = "".join(letter for letter in letters if letter.isprintable())
    ordinary = [token for token in vocabulary.tokens if token not in (UNKNOWN, END)]
    unit = "character" if max(map(len, ordinary), default=1) == 1 else "token"

    def compute(temperature, top_k, top_p, seed):
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        after, draws = filter_distribution(logits, **settings), np.random.default_rng(seed)
        with np.errstate(over="ignore"):
            tokens, said = _draw(
                step, logits, state, draws.random(_LENGTH), _check_settings(**settings)
            )
        drawn = vocabulary.decode(tokens)
        text = join([*words, *drawn])
        return SamplingView(
            read, text[len(read) :], labels, before, after[order], after, temperature, top_k,
            top_p, characters, compute_surprises(said, tokens), _measure(words, drawn, join), unit,
        )  # fmt: skip

    return compute


def _measure(words, drawn, join):
    """How many characters each drawn token adds to the text, the space before it included."""
    if join == "".join:
        return np.array([len(token) for token in drawn])
    ends = [len(join([*words, *drawn[:count]])) for count in range(len(drawn) + 1)]
    return np.maximum(0, np.diff(ends))


def compute_surprises(logits: ArrayLike, tokens: ArrayLike) -> np.ndarray:
    """−log2 p of each token under the softmax of its logits, in bits.

    Parameters
    ----------
    logits : array (T, V)
    tokens : int array (T,)

    Examples
    --------
    >>> compute_surprises(np.log([[0.5, 0.5], [0.25, 0.75]]), [0, 0]).round(3)
    array([1., 2.])
    """
    scores = check_array("logits", logits, ndim=2, finite=False)
    numbers = check_array("tokens", tokens, shape=scores.shape[:1], dtype=int)
    check_indices("tokens", numbers, scores.shape[1])
    scores = scores - scores.max(axis=1, keepdims=True)
    chosen = scores[np.arange(len(numbers)), numbers]
    return (np.log(np.exp(scores).sum(axis=1)) - chosen) / np.log(2)
