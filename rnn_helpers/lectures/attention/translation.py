"""Dates of any language into ISO 8601: the model trained, written out, scored and disturbed."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy

from rnn_helpers.lectures.attention.dates import (
    ISO_CHARACTERS,
    decode_isos,
    encode_dates,
    encode_isos,
    list_characters,
    make_dates,
)
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.models.training import Trained, one_thread, train
from rnn_helpers.validation import check_array, check_integer

LENGTH = 10  # characters of an ISO date
BATCH_SIZE = 64


@dataclass(frozen=True)
class DatePairs:
    """Dates and their translations; made by `make_pairs`."""

    texts: list[str]
    isos: list[str]
    languages: list[str]
    tokens: np.ndarray  # (T, B)
    lengths: np.ndarray  # (B,), in characters, after `dates.normalise`
    targets: np.ndarray  # (10, B)


def make_pairs(n: int, *, part: str, rng: np.random.Generator) -> DatePairs:
    """Draw `n` dates of a part, "train" or "test", as `dates.make_dates` does, with their numbers.

    Examples
    --------
    >>> pairs = make_pairs(3, part="test", rng=np.random.default_rng(3))
    >>> pairs.tokens.shape[1], pairs.targets.shape
    (3, (10, 3))
    """
    texts, isos, languages = make_dates(n, part=part, rng=rng)
    return DatePairs(texts, isos, languages, *encode_dates(texts), encode_isos(isos))


def train_translator(
    pairs: DatePairs, *, score: str | None, seed: int, hidden_size: int = 64, updates: int = 300,
    learning_rate: float = 2e-2, progress: str | None = None,
) -> Trained:  # fmt: skip
    """Train an encoder and a decoder, with attention or without, by teacher forcing.

    Parameters
    ----------
    pairs : DatePairs
    score : {"dot", "general", "additive", None}
        None is the model without attention.
    seed : int
        Fixes the weights and the order of the batches.
    hidden_size : int
        H, even.
    updates, learning_rate
        Each update sees 64 dates of about one length; of Adam, falling to 0 along half a cosine,
        gradients clipped at a global norm of 1.
    progress : str, optional
        The label of a progress bar.

    Returns
    -------
    trained : Trained
        The loss in its history is in nats per character.
    """
    if not isinstance(pairs, DatePairs):
        raise TypeError(f"pairs must be DatePairs, as make_pairs makes, got {pairs!r:.60}")

    def make_loss(model, rng):
        batches = _draw_batches(pairs.lengths, rng)
        arrays = pairs.tokens, pairs.lengths, pairs.targets
        tokens, lengths, targets = map(torch.from_numpy, arrays)

        def compute_loss():
            batch = next(batches)
            longest = int(lengths[batch].max())
            answers = targets[:, batch]
            logits = model(tokens[:longest, batch], lengths[batch], answers)
            return cross_entropy(logits.flatten(0, 1), answers.flatten())

        return compute_loss

    sizes = len(list_characters()), len(ISO_CHARACTERS)
    return train(
        lambda: EncoderDecoder(*sizes, hidden_size, score=score), make_loss, seed=seed,
        updates=updates, learning_rate=learning_rate, anneal=True, progress=progress,
        tokens_per_update=BATCH_SIZE * LENGTH,
    )  # fmt: skip


def _draw_batches(lengths, rng):
    """Batches of indices without end: each text once, then each once more in other company.

    The texts of a batch are of about one length, so that they need little padding; which those
    are, and in which order the batches come, is drawn anew each time.
    """
    while True:
        order = rng.permutation(len(lengths))
        order = order[np.argsort(lengths[order], kind="stable")]
        batches = np.split(order, range(BATCH_SIZE, len(order), BATCH_SIZE))
        for number in rng.permutation(len(batches)):
            yield batches[number]


@dataclass(frozen=True)
class Translations:
    """What `translate` returns, for B texts of up to T characters.

    A model that errs may put a dash in the wrong place. Each probability stands after the
    characters before it that were written, or given; weights are 0 on padding, scores not.
    """

    isos: list[str]
    written: np.ndarray  # the same, as indices of `dates.ISO_CHARACTERS`: (10, B)
    probabilities: np.ndarray  # of each character of `dates.ISO_CHARACTERS`: (10, B, 11)
    weights: np.ndarray | None  # (10, B, T); None without attention
    contexts: np.ndarray  # (10, B, H)
    scores: np.ndarray | None  # before mask and softmax, (10, B, T); None without attention


def translate(
    model: EncoderDecoder, texts: list[str], *,
    change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None,
    given: list[str] | None = None,
) -> Translations:  # fmt: skip
    """Write the likeliest character, read it, write the next: greedy decoding.

    Parameters
    ----------
    model : EncoderDecoder
        For dates, as `train_translator` makes it.
    texts : list of str
    change : callable, optional
        `change(weights, mask) -> weights`: what the decoder is made to use in place of its own
        weights, tensor (S, B, T); `mask` (B, T) is true where there is a character.
    given : list of str, optional
        Ten characters each, read in place of what the model writes: no error is carried on.

    Examples
    --------
    >>> pairs = make_pairs(64, part="train", rng=np.random.default_rng(0))
    >>> model = train_translator(pairs, score="dot", seed=0, updates=1, hidden_size=4).model
    >>> translate(model, ["21. November 2026"]).weights.shape
    (10, 1, 17)
    """
    with torch.no_grad(), one_thread():
        encoded, decoder = _encode(model, texts), model.decoder
        state = decoder.begin(encoded)
        tokens, steps = torch.full((1, len(texts)), decoder.start), LENGTH
        if given is not None:  # what is read is known, so that all steps are one call
            answers = torch.from_numpy(_encode_answers(given, len(texts)))
            tokens, steps = torch.cat([tokens, answers[:-1]]), 1
        found = []
        for _ in range(steps):
            states, state = decoder.advance(tokens, state)
            scores = decoder.compute_scores(states, encoded)
            weights = decoder.attend(states, encoded)
            if change is not None:
                if weights is None:
                    raise ValueError("change needs a model with attention, got one without")
                weights = _check_changed(change(weights, encoded.mask), weights)
            logits, contexts = decoder.predict(states, encoded, weights)
            tokens = logits.argmax(2)
            found.append((tokens, logits.softmax(2), weights, contexts, scores))
        columns = zip(*found, strict=True)
        parts: list[Any] = [None if c[0] is None else torch.cat(c).numpy() for c in columns]
    return Translations(decode_isos(parts[0]), *parts)


def _encode(model, texts):
    """What the encoder reads of the texts, if the model is one for dates."""
    if not isinstance(model, EncoderDecoder):
        raise TypeError(f"model must be an EncoderDecoder, got {type(model).__name__}")
    sizes = model.encoder.embedding.num_embeddings - 1, model.decoder.start
    wanted = len(list_characters()), len(ISO_CHARACTERS)
    if sizes != wanted:
        raise ValueError(f"model must read and write {wanted} characters, got {sizes}")
    return model.encoder(*map(torch.from_numpy, encode_dates(texts)))


def _encode_answers(answers, count):
    """What a model may have written, an ISO date or not: int array (10, B)."""
    if not isinstance(answers, list | tuple) or len(answers) != count:
        got = len(answers) if isinstance(answers, list | tuple) else type(answers).__name__
        raise ValueError(f"given must hold an answer for each of {count} texts, got {got}")
    for answer in answers:
        if not isinstance(answer, str) or len(answer) != LENGTH or set(answer) - {*ISO_CHARACTERS}:
            raise ValueError(f"given must hold {LENGTH} digits and dashes, got {answer!r}")
    return np.array([[ISO_CHARACTERS.index(c) for c in answer] for answer in answers]).T


def _check_changed(changed, weights):
    got = type(changed).__name__
    if isinstance(changed, torch.Tensor):
        got = f"shape {tuple(changed.shape)}"
        if changed.shape == weights.shape:
            wrong = changed[~changed.isfinite()]
            if not len(wrong):
                return changed.to(weights, copy=True)  # who made it may use it again
            got = wrong[0].item()
    raise ValueError(
        f"change must return a tensor {tuple(weights.shape)} of finite numbers, got {got}"
    )


def translate_with_beam(
    model: EncoderDecoder, texts: list[str], *, width: int
) -> tuple[list[str], np.ndarray]:
    """Keep the `width` likeliest beginnings at each step, and answer with the likeliest end.

    A beginning is as likely as the product of its characters' probabilities. A width of 1 is
    greedy decoding.

    Returns
    -------
    isos : list of str
    log_probabilities : float array (B,)
        ln p of each answer.

    Source
    ------
    Sutskever, Vinyals & Le (2014), arXiv:1409.3215, section 3.2.
    """
    width = check_integer("width", width, minimum=1)
    with torch.no_grad(), one_thread():
        encoded, decoder, B = _encode(model, texts), model.decoder, len(texts)
        state, total = decoder.begin(encoded), torch.zeros(1, B)
        token, written = torch.full((1, B), decoder.start), torch.empty(0, 1, B).long()
        for _ in range(LENGTH):
            # the K beginnings of a text are to the recurrence as many texts, to attention steps
            K = len(total)
            _, state = decoder.advance(token.reshape(1, K * B), state)
            states = state.reshape(K, B, -1)
            logits, _ = decoder.predict(states, encoded, decoder.attend(states, encoded))
            sums = total[:, :, None] + logits.log_softmax(2)  # (K, B, V)
            V = sums.shape[2]
            flat = sums.permute(1, 0, 2).reshape(B, K * V)
            total, best = flat.topk(min(width, K * V))
            total, best = total.T, best.T  # (K', B)
            parent, token = best // V, best % V
            chosen = states.gather(0, parent[:, :, None].expand(-1, -1, states.shape[2]))
            state = chosen.reshape(1, -1, states.shape[2])
            past = written.gather(1, parent.expand(len(written), -1, -1))
            written = torch.cat([past, token[None]])
    return decode_isos(written[:, 0].numpy()), total[0].numpy()


def compare(isos: list[str], answers: list[str]) -> np.ndarray:
    """Which answers are right in all ten characters: bool array (B,).

    Examples
    --------
    >>> compare(["2026-11-21", "1999-12-31"], ["2026-11-21", "1999-12-30"])
    array([ True, False])
    """
    if len(isos) != len(answers):
        raise ValueError(f"isos and answers must be as many, got {len(isos)} and {len(answers)}")
    return np.array([iso == answer for iso, answer in zip(isos, answers, strict=True)])


def compute_accuracy_by_length(
    right: ArrayLike, lengths: ArrayLike, edges: ArrayLike
) -> np.ndarray:
    """The share of right answers among the texts of each range of lengths.

    Parameters
    ----------
    right : bool array (B,)
    lengths : int array (B,)
        In characters.
    edges : int array (N + 1,)
        Range k holds the lengths from edges[k] to edges[k + 1] − 1.

    Returns
    -------
    accuracies : float array (N,)
        NaN for a range that holds no text.

    Examples
    --------
    >>> compute_accuracy_by_length(np.array([True, False, True]), np.array([8, 9, 20]), [8, 10, 30])
    array([0.5, 1. ])
    """
    right = check_array("right", right, ndim=1, dtype=bool)
    lengths = check_array("lengths", lengths, shape=(len(right),), dtype=int)
    edges = check_array("edges", edges, ndim=1, dtype=int)
    if len(edges) < 2 or (np.diff(edges) <= 0).any():
        raise ValueError(f"edges must rise, two at least, got {edges.tolist()}")
    ranges = [(low <= lengths) & (lengths < high) for low, high in pairwise(edges)]
    return np.array([right[part].mean() if part.any() else np.nan for part in ranges])
