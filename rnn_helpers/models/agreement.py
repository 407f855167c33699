"""A recurrent network that learns which verb follows: “The cats, which …, were”."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from rnn_helpers.models.training import Trained, make_layer, train
from rnn_helpers.types import Array
from rnn_helpers.validation import (
    check_choice,
    check_indices,
    check_integer,
    check_number,
    check_rng,
)

_SUBJECTS = (("cat", "cats"), ("dog", "dogs"), ("bird", "birds"), ("child", "children"))
_OBJECTS = ("mouse", "mice", "tree", "trees", "friend", "friends")
# one turn of the relative clause; it is repeated, and cut to the length that is asked for
_CLAUSE = (
    ("chased", "saw", "liked", "followed"), ("the",), ("small", "old", "brown", "quiet"), _OBJECTS,
    ("near", "behind", "under"), ("the",), _OBJECTS, ("and",),
)  # fmt: skip
AGREEMENT_WORDS = tuple(
    dict.fromkeys(
        ["The", *(word for pair in _SUBJECTS for word in pair), "which"]
        + [word for words in _CLAUSE for word in words]
    )
)
BATCH_SIZE, TEST_SIZE = 32, 512


@dataclass(frozen=True)
class AgreementBatch:
    """Sentences cut just before their verb; made by `make_agreement_batch`.

    Attributes
    ----------
    tokens : int array (T, B)
        Indices into `AGREEMENT_WORDS`; T = distance + 2.
    is_plural : int array (B,)
        1 where the verb is "were", 0 where it is "was".
    """

    tokens: np.ndarray
    is_plural: np.ndarray

    def sentence(self, index: int) -> str:
        """The sentence in words, with its verb."""
        index = check_integer("index", index, minimum=0, maximum=len(self.is_plural) - 1)
        words = [AGREEMENT_WORDS[token] for token in self.tokens[:, index]]
        verb = "were" if self.is_plural[index] else "was"
        return f"{words[0]} {words[1]}, {' '.join(words[2:])}, {verb}"


def make_agreement_batch(
    distance: int, batch_size: int, *, rng: np.random.Generator
) -> AgreementBatch:
    """Sentences such as “The cats, which chased the small mouse, were”, half of them plural.

    Only the subject decides the verb; the nouns of the clause are singular or plural at random.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    batch_size, rng
        B, and what the sentences are drawn from.

    Source
    ------
    The task follows Linzen, Dupoux & Goldberg (2016), arXiv:1611.01368; the sentences are made.

    Examples
    --------
    >>> batch = make_agreement_batch(5, 2, rng=np.random.default_rng(1))
    >>> batch.tokens.shape
    (7, 2)
    """
    distance = check_integer("distance", distance, minimum=1)
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    index = {word: i for i, word in enumerate(AGREEMENT_WORDS)}
    is_plural = check_rng(rng).integers(0, 2, size=batch_size)
    subject = rng.integers(0, len(_SUBJECTS), size=batch_size)
    tokens = np.empty((distance + 2, batch_size), dtype=np.int64)
    tokens[0] = index["The"]
    subjects = np.array([[index[word] for word in pair] for pair in _SUBJECTS])
    tokens[1] = subjects[subject, is_plural]
    tokens[2] = index["which"]
    for step in range(1, distance):
        words = np.array([index[word] for word in _CLAUSE[(step - 1) % len(_CLAUSE)]])
        tokens[step + 2] = words[rng.integers(len(words), size=batch_size)]
    return AgreementBatch(tokens, is_plural)


class AgreementNetwork(torch.nn.Module):
    """A recurrent layer over the words, and the verb from its last state.

    Parameters
    ----------
    hidden_size : int
        H.
    cell : str
        One of `training.CELLS`.
    initialisation : {"default", "orthogonal"}
        torch's own, uniform on ±1/√H, or a random orthogonal matrix for W_hh; of the RNN only.
    spectral_radius : float > 0, optional
        What W_hh is scaled to. Without it torch's own has about 0.6 and an orthogonal one 1.
        Of the RNN only.
    **options
        What the layer takes besides: `keep_bias` of a gated one, `peephole` of the LSTM.
    """

    def __init__(
        self, hidden_size: int = 32, *, cell: str = "RNN", initialisation: str = "default",
        spectral_radius: float | None = None, **options: Any,
    ):  # fmt: skip
        super().__init__()
        check_choice("initialisation", initialisation, ("default", "orthogonal"))
        self.recurrence = make_layer(cell, len(AGREEMENT_WORDS), hidden_size, **options)
        if cell != "RNN" and (initialisation != "default" or spectral_radius is not None):
            raise ValueError(
                f"initialisation and spectral_radius are set for cell='RNN' only, got cell={cell!r}"
            )
        self.verb = torch.nn.Linear(hidden_size, 1)
        if initialisation == "orthogonal":
            torch.nn.init.orthogonal_(self.recurrence.weight_hh_l0)
        if spectral_radius is not None:
            check_number("spectral_radius", spectral_radius, exclusive_minimum=0)
            with torch.no_grad():
                W_hh = self.recurrence.weight_hh_l0
                W_hh *= spectral_radius / torch.linalg.eigvals(W_hh).abs().max()

    def encode(self, tokens: Array) -> torch.Tensor:
        """One-hot vectors (T, B, V) of word indices (T, B)."""
        indices = torch.as_tensor(check_indices("tokens", tokens, len(AGREEMENT_WORDS)))
        return one_hot(indices, len(AGREEMENT_WORDS)).to(self.verb.weight.dtype)

    def forward(self, tokens: Array) -> torch.Tensor:
        """The log-odds of “were”: (T, B) word indices to (B,) log-odds."""
        output, _ = self.recurrence(self.encode(tokens))
        return self.verb(output[-1])[:, 0]


def compute_agreement_loss(network: AgreementNetwork, batch: AgreementBatch) -> torch.Tensor:
    """Mean cross-entropy of the verb, in nats per sentence."""
    return _compare(network(batch.tokens), batch)


def _compare(log_odds, batch):
    target = torch.from_numpy(batch.is_plural).to(log_odds.dtype)
    return binary_cross_entropy_with_logits(log_odds, target)


def train_agreement(
    distance: int, *, seed: int, updates: int = 200, learning_rate: float = 3e-3, **options: Any
) -> Trained:
    """Train a network of 32 units on sentences of one distance and test it on fresh ones.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    seed : int
        Fixes the weights and the sentences.
    updates : int
        Each sees 32 new sentences; the gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam.
    **options
        As in `AgreementNetwork`: `cell`, `initialisation`, `spectral_radius`, `keep_bias`, …

    Returns
    -------
    trained : Trained
        `accuracy` is the share of right verbs on fresh sentences; 0.5 is a coin.
    """

    def make_loss(network, rng):
        return lambda: compute_agreement_loss(
            network, make_agreement_batch(distance, BATCH_SIZE, rng=rng)
        )

    def compute_accuracy(network):
        test = make_agreement_batch(distance, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
        return float(((network(test.tokens).numpy() > 0) == test.is_plural).mean())

    return train(
        lambda: AgreementNetwork(**options), make_loss, {"accuracy": compute_accuracy},
        seed=seed, updates=updates, learning_rate=learning_rate,
    )  # fmt: skip


def compute_agreement_gradients(network: AgreementNetwork, batch: AgreementBatch) -> np.ndarray:
    """‖∂L/∂h_t‖₂ at every state, the mean loss of the batch's verb seen from each word.

    Returns
    -------
    norms : array (T,)
        Entry t for the state after word t; the Euclidean norm over the batch and the units.
    """
    h, hs = None, []
    for x in network.encode(batch.tokens):
        _, h = network.recurrence(x[None], h)
        hs.append(h)
    loss = _compare(network.verb(hs[-1][0])[:, 0], batch)
    return np.array([float(gradient.norm()) for gradient in torch.autograd.grad(loss, hs)])


def compute_subject_difference(network: AgreementNetwork, batch: AgreementBatch) -> np.ndarray:
    """How much of the subject's number is left in the state, word by word, on the way forward.

    Every sentence is read twice, with its subject and with that subject in the other number;
    the difference of the two states is compared with what it is right after the subject.

    Returns
    -------
    shares : array (T − 1,)
        ‖h_t − h_t′‖ / ‖h_2 − h_2′‖ for t = 2 … T; the Euclidean norm over batch and units.
    """
    other = batch.tokens.copy()
    other[1] = (other[1] - 1 ^ 1) + 1  # the words begin: The, cat, cats, dog, dogs, …
    with torch.no_grad():
        states = [network.recurrence(network.encode(t))[0] for t in (batch.tokens, other)]
    differences = (states[0] - states[1]).flatten(1).norm(dim=1).numpy()[1:]
    return differences / differences[0]
