"""A recurrent network that learns which verb follows: “The cats, which …, were”."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from rnn_helpers.models.training import History, fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.recurrences.layers import set_keep_bias
from rnn_helpers.validation import check_choice, check_integer, check_number

_SUBJECTS = (("cat", "cats"), ("dog", "dogs"), ("bird", "birds"), ("child", "children"))


_VERBS = ("chased", "saw", "liked", "followed")


_ADJECTIVES = ("small", "old", "brown", "quiet")


_OBJECTS = ("mouse", "mice", "tree", "trees", "friend", "friends")


_PREPOSITIONS = ("near", "behind", "under")


# one turn of the relative clause; it is repeated, and cut to the length that is asked for
_CLAUSE = (
    _VERBS, ("the",), _ADJECTIVES, _OBJECTS, _PREPOSITIONS, ("the",), _OBJECTS, ("and",)
)  # fmt: skip


AGREEMENT_WORDS = tuple(
    dict.fromkeys(
        ["The", *(word for pair in _SUBJECTS for word in pair), "which"]
        + [word for words in _CLAUSE for word in words]
    )
)


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

    def sentence(self, index):
        """The sentence in words, with its verb."""
        words = [AGREEMENT_WORDS[token] for token in self.tokens[:, index]]
        verb = "were" if self.is_plural[index] else "was"
        return f"{words[0]} {words[1]}, {' '.join(words[2:])}, {verb}"


def make_agreement_batch(distance, batch_size, *, rng):
    """Sentences such as “The cats, which chased the small mouse, were”, half of them plural.

    Only the subject decides the verb; the nouns of the clause are singular or plural at random.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    batch_size : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    batch : AgreementBatch

    Raises
    ------
    TypeError, ValueError
        `distance` or `batch_size` is not a positive whole number, or `rng` is no Generator.

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
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    index = {word: i for i, word in enumerate(AGREEMENT_WORDS)}
    is_plural = rng.integers(0, 2, size=batch_size)
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


GATED = ("SimplifiedGRU", "GRU", "LSTM")


def train_agreement_cell(distance, *, cell, seed, keep_bias=None, updates=200, learning_rate=3e-3):
    """Train one gated layer of 32 units on number agreement, as `train_agreement` trains an RNN.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    cell : {"SimplifiedGRU", "GRU", "LSTM"}
    seed : int
        Fixes the weights and the sentences.
    keep_bias : float, optional
        As in `set_keep_bias`; without it the gates start as torch.nn starts them.
    updates : int
        Each sees 32 new sentences; the gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam.

    Returns
    -------
    trained : TrainedAgreement

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell.
    """
    check_choice("cell", cell, GATED)
    check_integer("seed", seed, minimum=0)
    rng = np.random.default_rng(seed)
    test = make_agreement_batch(distance, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = AgreementNetwork()
        network.recurrence = getattr(layers, cell)(len(AGREEMENT_WORDS), 32)
        if keep_bias is not None:
            set_keep_bias(network.recurrence, keep_bias)

        def compute_loss():
            return compute_agreement_loss(
                network, make_agreement_batch(distance, BATCH_SIZE, rng=rng)
            )

        history = fit(network, compute_loss, updates=updates, learning_rate=learning_rate)
        with torch.no_grad():
            guess = network(torch.from_numpy(test.tokens)).numpy() > 0
    return TrainedAgreement(network, float((guess == test.is_plural).mean()), history)


BATCH_SIZE, TEST_SIZE = 32, 512


CELLS = ("RNN", "LSTM", "GRU")


class AgreementNetwork(torch.nn.Module):
    """A recurrent layer over the words, and the verb from its last state.

    Parameters
    ----------
    hidden_size : int
        H.
    cell : {"RNN", "LSTM", "GRU"}
    initialisation : {"default", "orthogonal"}
        torch's own, uniform on ±1/√H, or a random orthogonal matrix for W_hh; of the RNN only.
    spectral_radius : float > 0, optional
        What W_hh is scaled to. Without it torch's own has about 0.6 and an orthogonal one 1.
        Of the RNN only.
    **options
        What the layer takes besides: `forget_bias` and `peephole` of the LSTM, for example.
    """

    def __init__(
        self, hidden_size=32, *, cell="RNN", initialisation="default", spectral_radius=None,
        **options,
    ):  # fmt: skip
        super().__init__()
        check_choice("cell", cell, CELLS)
        check_choice("initialisation", initialisation, ("default", "orthogonal"))
        if cell != "RNN" and (initialisation != "default" or spectral_radius is not None):
            raise ValueError(
                f"initialisation and spectral_radius are set for cell='RNN' only, got cell={cell!r}"
            )
        self.recurrence = getattr(layers, cell)(len(AGREEMENT_WORDS), hidden_size, **options)
        self.verb = torch.nn.Linear(hidden_size, 1)
        if initialisation == "orthogonal":
            torch.nn.init.orthogonal_(self.recurrence.weight_hh_l0)
        if spectral_radius is not None:
            check_number("spectral_radius", spectral_radius, exclusive_minimum=0)
            with torch.no_grad():
                W_hh = self.recurrence.weight_hh_l0
                W_hh *= spectral_radius / torch.linalg.eigvals(W_hh).abs().max()

    def forward(self, tokens):
        """The log-odds of “were”: (T, B) word indices to (B,) log-odds."""
        xs = one_hot(tokens, len(AGREEMENT_WORDS)).to(self.verb.weight.dtype)  # (T, B, V)
        output, _ = self.recurrence(xs)
        return self.verb(output[-1])[:, 0]


@dataclass
class TrainedAgreement:
    """What `train_agreement` returns.

    Attributes
    ----------
    network : AgreementNetwork
    accuracy : float
        The share of right verbs on fresh sentences; 0.5 is a coin.
    history : History
    """

    network: AgreementNetwork
    accuracy: float
    history: History


def compute_agreement_loss(network, batch):
    """Mean cross-entropy of the verb, in nats per sentence, for one `AgreementBatch`."""
    target = torch.from_numpy(batch.is_plural).to(network.verb.weight.dtype)
    return binary_cross_entropy_with_logits(network(torch.from_numpy(batch.tokens)), target)


def train_agreement(
    distance, *, seed, updates=200, learning_rate=3e-3, cell="RNN", initialisation="default",
    spectral_radius=None, **options,
):  # fmt: skip
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
    cell, initialisation, spectral_radius, **options
        As in `AgreementNetwork`.

    Returns
    -------
    trained : TrainedAgreement

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell or initialisation.
    """
    check_integer("seed", seed, minimum=0)
    rng = np.random.default_rng(seed)
    test = make_agreement_batch(distance, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = AgreementNetwork(
            cell=cell, initialisation=initialisation, spectral_radius=spectral_radius, **options
        )

        def compute_loss():
            return compute_agreement_loss(
                network, make_agreement_batch(distance, BATCH_SIZE, rng=rng)
            )

        history = fit(network, compute_loss, updates=updates, learning_rate=learning_rate)
        with torch.no_grad():
            guess = network(torch.from_numpy(test.tokens)).numpy() > 0
    return TrainedAgreement(network, float((guess == test.is_plural).mean()), history)


def compute_agreement_gradients(network, batch):
    """‖∂L/∂h_t‖₂ at every state, the mean loss of the batch's verb seen from each word.

    Parameters
    ----------
    network : AgreementNetwork
    batch : AgreementBatch

    Returns
    -------
    norms : array (T,)
        Entry t for the state after word t; the Euclidean norm over the batch and the units.
    """
    xs = one_hot(torch.from_numpy(batch.tokens), len(AGREEMENT_WORDS)).to(network.verb.weight.dtype)
    h, hs = None, []
    for x in xs:
        _, h = network.recurrence(x[None], h)
        h.retain_grad()
        hs.append(h)
    target = torch.from_numpy(batch.is_plural).to(xs.dtype)
    loss = binary_cross_entropy_with_logits(network.verb(h[0])[:, 0], target)
    network.zero_grad()
    loss.backward()
    network.zero_grad()
    return np.array([float(h.grad.norm()) for h in hs])


def compute_subject_difference(network, batch):
    """How much of the subject's number is left in the state, word by word, on the way forward.

    Every sentence is read twice, with its subject and with that subject in the other number;
    the difference of the two states is compared with what it is right after the subject.

    Parameters
    ----------
    network : AgreementNetwork
    batch : AgreementBatch

    Returns
    -------
    shares : array (T − 1,)
        ‖h_t − h_t′‖ / ‖h_2 − h_2′‖ for t = 2 … T; the Euclidean norm over batch and units.
    """
    other = batch.tokens.copy()
    other[1] = (other[1] - 1 ^ 1) + 1  # the words begin: The, cat, cats, dog, dogs, …
    with torch.no_grad():
        states = [
            network.recurrence(one_hot(torch.from_numpy(tokens), len(AGREEMENT_WORDS)).to(dtype))[0]
            for tokens, dtype in ((t, network.verb.weight.dtype) for t in (batch.tokens, other))
        ]
    differences = (states[0] - states[1]).flatten(1).norm(dim=1).numpy()[1:]
    return differences / differences[0]
