"""Recurrent networks that tag every word: from the left, with some look-ahead, or both ways."""

from dataclasses import dataclass, replace
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
    make_sentences,
    make_teddy_batch,
)
from rnn_helpers.models.training import History, fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_choice, check_integer, check_number

CELLS = ("RNN", "GRU", "LSTM")
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
    cell : {"RNN", "GRU", "LSTM"}
    bidirectional : bool
    delay : int
        How many steps after a word its tag is asked; after the end padding is read.

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell, or a delay for a network that reads both ways.
    """

    def __init__(self, hidden_size=16, *, cell="GRU", bidirectional=False, delay=0):
        super().__init__()
        check_choice("cell", cell, CELLS)
        self.delay = check_integer("delay", delay, minimum=0)
        if bidirectional and delay:
            raise ValueError(f"delay must be 0 for a two-way network, got {delay}")
        self.recurrence = getattr(layers, cell)(
            len(WORDS), hidden_size, bidirectional=bidirectional
        )
        self.readout = torch.nn.Linear(hidden_size * (2 if bidirectional else 1), len(TAGS))

    def forward(self, tokens, lengths=None):
        """Logits of the tags.

        Parameters
        ----------
        tokens : int tensor (T, B)
        lengths : int tensor (B,), optional
            Each sentence is then read up to its end only, packed. Without it, padding is read as
            if it were words.

        Returns
        -------
        logits : tensor (T, B, 3)
            Of no use in the padding.
        """
        T = len(tokens)
        tokens = pad(tokens, (0, 0, 0, self.delay), value=PADDING)
        xs = one_hot(tokens, len(WORDS)).to(self.readout.weight.dtype)  # (T + delay, B, V)
        if lengths is None:
            output, _ = self.recurrence(xs)
        else:
            packed = pack_padded_sequence(xs, lengths + self.delay, enforce_sorted=False)
            output, _ = pad_packed_sequence(self.recurrence(packed)[0], total_length=T + self.delay)
        return self.readout(output[self.delay :])


@dataclass
class TrainedTagger:
    """What `train_tagger` returns.

    Attributes
    ----------
    tagger : Tagger
    accuracy : float
        The share of ambiguous words with the right tag, on fresh sentences.
    accuracy_of_all : float
        The share of all words with the right tag; padding is not counted.
    n_parameters : int
    history : History
    """

    tagger: Tagger
    accuracy: float
    accuracy_of_all: float
    n_parameters: int
    history: History


def compute_tagging_loss(tagger, batch, *, packed=True, masked=True, ambiguous_share=0.5):
    """Mean cross-entropy of the tags, in nats per word, for one `TeddyBatch`.

    (1 − s) · mean over all words + s · mean over the ambiguous words, of which there is one in
    each sentence: without s the other words drown them.

    Parameters
    ----------
    tagger : Tagger
    batch : TeddyBatch
        Every sentence with its ambiguous word.
    packed : bool
        Whether a sentence is read up to its end only.
    masked : bool
        Whether the mean over all words leaves the padding out.
    ambiguous_share : float, 0 to 1
        s.

    Returns
    -------
    loss : scalar tensor

    Raises
    ------
    TypeError, ValueError
        `ambiguous_share` out of range.
    """
    check_number("ambiguous_share", ambiguous_share, minimum=0, maximum=1)
    logits, tags = _read(tagger, batch, packed), torch.from_numpy(batch.tags)
    places, columns = torch.from_numpy(batch.places), torch.arange(len(batch.places))
    ambiguous = cross_entropy(logits[places, columns], tags[places, columns])
    if masked:
        mask = torch.from_numpy(batch.mask)
        logits, tags = logits[mask], tags[mask]
    mean = cross_entropy(logits.reshape(-1, len(TAGS)), tags.reshape(-1))
    return (1 - ambiguous_share) * mean + ambiguous_share * ambiguous


def compute_tagging_accuracy(tagger, batch, *, packed=True):
    """The share of right tags of the ambiguous words, and of all words.

    Parameters
    ----------
    tagger : Tagger
    batch : TeddyBatch
    packed : bool
        As in `compute_tagging_loss`.

    Returns
    -------
    ambiguous, all_words : float
    """
    with torch.no_grad(), one_thread():
        right = _read(tagger, batch, packed).argmax(-1).numpy() == batch.tags
    columns = np.arange(right.shape[1])
    return float(right[batch.places, columns].mean()), float(right[batch.mask].mean())


def compute_name_probabilities(tagger, sentence):
    """P(name) of every word, for every number of words revealed.

    Parameters
    ----------
    tagger : Tagger
        Without delay.
    sentence : Sentence

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


def cut_sentence(sentence, length):
    """The first words of a sentence, as a `Sentence`; its ambiguous word may be cut off."""
    length = check_integer("length", length, minimum=1, maximum=len(sentence))
    return replace(sentence, words=sentence.words[:length], tags=sentence.tags[:length])


def train_tagger(
    *, seed, cell="GRU", bidirectional=False, delay=0, hidden_size=16, updates=100,
    learning_rate=2e-2, cut=False,
):  # fmt: skip
    """Train a tagger on sentences of the Teddy grammar and test it on fresh ones.

    Parameters
    ----------
    seed : int
        Fixes the weights and the sentences.
    cell, bidirectional, delay, hidden_size
        As in `Tagger`.
    updates : int
        Each sees 32 new sentences; the gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam, falling to 0 along half a cosine.
    cut : bool
        Train on sentences that break off anywhere after the ambiguous word, so that the
        beginning of a sentence is nothing new to the network. It is tested on whole ones.

    Returns
    -------
    trained : TrainedTagger

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell, a delay for a network that reads both ways.
    """
    check_integer("seed", seed, minimum=0)
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        tagger = Tagger(hidden_size, cell=cell, bidirectional=bidirectional, delay=delay)

        batches = _make_batches(rng, cut)

        def compute_loss():
            # padding stands after the words: one way, it is read too late to matter
            return compute_tagging_loss(tagger, next(batches), packed=bidirectional)

        history = fit(
            tagger, compute_loss, updates=updates, learning_rate=learning_rate, anneal=True
        )
    accuracies = compute_tagging_accuracy(tagger, make_test_batch(), packed=bidirectional)
    n_parameters = sum(parameter.numel() for parameter in tagger.parameters())
    return TrainedTagger(tagger, *accuracies, n_parameters, history)


@lru_cache(maxsize=1)
def make_test_batch():
    """The sentences that every tagger is tested on, the same for all of them: a `TeddyBatch`."""
    rng = np.random.default_rng(TEST_SEED)
    return make_teddy_batch(make_sentences(TEST_SIZE, rng=rng))


def _make_batches(rng, cut):
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
