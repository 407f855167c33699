"""Recurrent networks that tag every word: from the left, with some look-ahead, or both ways."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot, pad
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_helpers.lectures.bidirectional_and_deep.teddy import (
    NAME,
    PADDING,
    TAGS,
    WORDS,
    Sentence,
    TeddyBatch,
    make_sentences,
    make_teddy_batch,
)
from rnn_helpers.models.training import Trained, make_layer, one_thread, train
from rnn_helpers.validation import check_indices, check_integer, check_number

BATCH_SIZE, POOL_SIZE = 32, 1600
TEST_SIZE, TEST_SEED = 2000, [8, 1]


class Tagger(torch.nn.Module):
    """A recurrent layer over the words, and the logits of three tags above each.

    One way, word t is answered from h_{t + delay}; both ways, from the forward state and the
    backward state at t, side by side.

    Parameters
    ----------
    hidden_size : int
        H, of each direction.
    cell : str
        One of `training.CELLS`.
    delay : int
        How many steps after a word its tag is asked; after the end padding is read.
    """

    def __init__(
        self, hidden_size: int = 16, *, cell: str = "GRU", bidirectional: bool = False,
        delay: int = 0,
    ):  # fmt: skip
        super().__init__()
        self.delay = check_integer("delay", delay, minimum=0)
        if bidirectional and delay:
            raise ValueError(f"delay must be 0 for a two-way network, got {delay}")
        self.recurrence = make_layer(cell, len(WORDS), hidden_size, bidirectional=bidirectional)
        self.readout = torch.nn.Linear(hidden_size * (2 if bidirectional else 1), len(TAGS))

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of the tags of words (T, B): (T, B, 3), of no use in the padding.

        With `lengths` (B,) each sentence is read up to its end only, packed; without them,
        padding is read as if it were words.
        """
        T = len(tokens)
        check_indices("tokens", tokens, len(WORDS))
        tokens = pad(tokens, (0, 0, 0, self.delay), value=PADDING)
        xs = one_hot(tokens, len(WORDS)).to(self.readout.weight.dtype)  # (T + delay, B, V)
        if lengths is None:
            output, _ = self.recurrence(xs)
        else:
            packed = pack_padded_sequence(xs, lengths + self.delay, enforce_sorted=False)
            output, _ = pad_packed_sequence(self.recurrence(packed)[0], total_length=T + self.delay)
        return self.readout(output[self.delay :])


def compute_tagging_loss(
    tagger: Tagger, batch: TeddyBatch, *, packed: bool = True, masked: bool = True,
    ambiguous_share: float = 0.5,
) -> torch.Tensor:  # fmt: skip
    """Mean cross-entropy of the tags, in nats per word.

    (1 − s) · mean over all words + s · mean over the ambiguous words, of which there is one in
    each sentence: without s the other words drown them.

    Parameters
    ----------
    packed : bool
        Whether a sentence is read up to its end only.
    masked : bool
        Whether the mean over all words leaves the padding out.
    ambiguous_share : float, 0 to 1
        s.
    """
    check_number("ambiguous_share", ambiguous_share, minimum=0, maximum=1)
    logits, tags = _read(tagger, batch, packed), torch.from_numpy(batch.tags)
    places = _find_ambiguous(batch)
    ambiguous = cross_entropy(logits[places], tags[places])
    if masked:
        mask = torch.from_numpy(batch.mask)
        logits, tags = logits[mask], tags[mask]
    mean = cross_entropy(logits.reshape(-1, len(TAGS)), tags.reshape(-1))
    return (1 - ambiguous_share) * mean + ambiguous_share * ambiguous


def compute_tagging_accuracy(
    tagger: Tagger, batch: TeddyBatch, *, packed: bool = True
) -> tuple[float, float]:
    """The share of right tags of the ambiguous words, and of all words."""
    with torch.no_grad(), one_thread():
        right = _read(tagger, batch, packed).argmax(-1).numpy() == batch.tags
    return float(right[_find_ambiguous(batch)].mean()), float(right[batch.mask].mean())


def _find_ambiguous(batch):
    if (batch.places >= batch.lengths).any():
        raise ValueError("batch must hold each sentence up to its ambiguous word, got one cut off")
    return batch.places, np.arange(len(batch.places))


def compute_name_probabilities(tagger: Tagger, sentence: Sentence) -> np.ndarray:
    """P(name) of every word, for every number of words revealed, by a tagger without delay.

    Returns
    -------
    probabilities : array (T, T)
        Row n − 1 after the first n words: entry t for word t; NaN where it is not yet revealed.
    """
    T = len(sentence)
    prefixes = make_teddy_batch([cut_sentence(sentence, n) for n in range(1, T + 1)])
    with torch.no_grad(), one_thread():
        shares = _read(tagger, prefixes, True).softmax(-1)[..., NAME].numpy()
    return np.where(prefixes.mask, shares, np.nan).T


def cut_sentence(sentence: Sentence, length: int) -> Sentence:
    """The first words of a sentence; its ambiguous word may be cut off."""
    length = check_integer("length", length, minimum=1, maximum=len(sentence))
    return replace(sentence, words=sentence.words[:length], tags=sentence.tags[:length])


def train_tagger(
    *, seed: int, cell: str = "GRU", bidirectional: bool = False, delay: int = 0,
    hidden_size: int = 16, updates: int = 100, learning_rate: float = 2e-2, cut: bool = False,
) -> Trained:  # fmt: skip
    """Train a tagger on sentences of the Teddy grammar and test it on fresh ones.

    Parameters
    ----------
    seed : int
        Fixes the weights and the sentences.
    cell, bidirectional, delay, hidden_size
        As in `Tagger`.
    updates, learning_rate
        Each update sees 32 new sentences; of Adam, falling to 0 along half a cosine, gradients
        clipped at a global norm of 1.
    cut : bool
        Train on sentences that break off anywhere after the ambiguous word, so that the
        beginning of a sentence is nothing new to the network. It is tested on whole ones.

    Returns
    -------
    trained : Trained
        On fresh sentences, `accuracy` is the share of ambiguous words with the right tag,
        `accuracy_of_all` that of all words without the padding.
    """

    def make_loss(tagger, rng):
        batches = _make_batches(rng, cut)
        # padding stands after the words: one way, it is read too late to matter
        return lambda: compute_tagging_loss(tagger, next(batches), packed=bidirectional)

    trained = train(
        lambda: Tagger(hidden_size, cell=cell, bidirectional=bidirectional, delay=delay),
        make_loss, seed=seed, updates=updates, learning_rate=learning_rate, anneal=True,
    )  # fmt: skip
    trained.accuracy, trained.accuracy_of_all = compute_tagging_accuracy(
        trained.model, make_test_batch(), packed=bidirectional
    )
    return trained


@lru_cache(maxsize=1)
def make_test_batch() -> TeddyBatch:
    """The sentences that every tagger is tested on, the same for all of them."""
    rng = np.random.default_rng(TEST_SEED)
    return make_teddy_batch(make_sentences(TEST_SIZE, rng=rng))


def _make_batches(rng, cut) -> Iterator[TeddyBatch]:
    """Endless batches of sentences of about the same length: less padding, faster packing."""
    sentences = make_sentences(POOL_SIZE, rng=rng)
    if cut:
        sentences = [cut_sentence(s, int(rng.integers(s.place + 1, len(s) + 1))) for s in sentences]
    sentences.sort(key=len)
    starts = range(0, POOL_SIZE, BATCH_SIZE)
    batches = [make_teddy_batch(sentences[start : start + BATCH_SIZE]) for start in starts]
    while True:
        for number in rng.permutation(len(batches)):
            yield batches[number]


def _read(tagger, batch, packed):
    lengths = torch.from_numpy(batch.lengths) if packed else None
    return tagger(torch.from_numpy(batch.tokens), lengths)
