"""A recurrent network that learns which verb follows: “The cats, which …, were”."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from rnn_helpers.models.training import Trained, make_layer, train
from rnn_helpers.recurrences.bptt import trace_rnn
from rnn_helpers.recurrences.jacobians import (
    compute_gru_jacobians,
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
    compute_rnn_jacobians,
)
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

BLOCKS = {
    "RNN": ("candidate",), "SimplifiedGRU": ("keep", "candidate"),
    "GRU": ("reset", "keep", "candidate"), "LSTM": ("input", "forget", "candidate", "output"),
}  # fmt: skip
# what a start changes: the bias of some gates, the recurrent weights of one block or of all by a
# factor, or the spectral radius of W_hh, drawn as torch does or orthogonal
BIASES = {
    "forget 1": ("forget", 1.0), "forget 3": ("forget", 3.0), "input 3": ("input", 3.0),
    "output 3": ("output", 3.0), "input and output 3": ("input output", 3.0),
    "keep 1": ("keep", 1.0), "keep 3": ("keep", 3.0), "reset 3": ("reset", 3.0),
}  # fmt: skip
SCALES = {"W_hn × 2": ("candidate", 2.0), "W_hh × 2": ("", 2.0)}
RADII = {"ρ = 1": 1.0, "orthogonal": 1.0, "orthogonal, ρ = 0.6": 0.6}
STARTS = ("torch", *BIASES, *SCALES, *RADII)


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
    start : str
        One of `STARTS`: what `change_start` changes before training.
    **options
        What the layer takes besides: `keep_bias` of a gated one, `peephole` of the LSTM.
    """

    def __init__(
        self, hidden_size: int = 32, *, cell: str = "RNN", initialisation: str = "default",
        spectral_radius: float | None = None, start: str = "torch", **options: Any,
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
        change_start(self.recurrence, cell, start)

    def encode(self, tokens: Array) -> torch.Tensor:
        """One-hot vectors (T, B, V) of word indices (T, B)."""
        indices = torch.as_tensor(check_indices("tokens", tokens, len(AGREEMENT_WORDS)))
        return one_hot(indices, len(AGREEMENT_WORDS)).to(self.verb.weight.dtype)

    def forward(self, tokens: Array) -> torch.Tensor:
        """The log-odds of “were”: (T, B) word indices to (B,) log-odds."""
        output, _ = self.recurrence(self.encode(tokens))
        return self.verb(output[-1])[:, 0]


def change_start(layer: Any, cell: str, start: str) -> None:
    """Change a layer before training as one of `STARTS` says; the rest stays as torch drew it.

    A gate with a bias of the start gets it in `bias_ih`, and 0 in `bias_hh`.
    """
    H, blocks = layer.hidden_size, BLOCKS[check_choice("cell", cell, BLOCKS)]
    check_choice("start", start, STARTS)
    gates = BIASES.get(start, SCALES.get(start, ("", 0.0)))[0].split()
    if not set(gates) <= set(blocks) or (start in RADII and cell != "RNN"):
        raise ValueError(f"start {start!r} changes what a {cell} has not")
    rows = [slice(k * H, (k + 1) * H) for k in map(blocks.index, gates)]
    with torch.no_grad():
        if start in RADII:
            if start.startswith("orthogonal"):
                torch.nn.init.orthogonal_(layer.weight_hh_l0)
            radius = torch.linalg.eigvals(layer.weight_hh_l0).abs().max()
            layer.weight_hh_l0 *= RADII[start] / radius
        elif start in SCALES:
            for block in rows or [slice(None)]:
                layer.weight_hh_l0[block] *= SCALES[start][1]
        for block in rows if start in BIASES else ():
            layer.bias_ih_l0[block], layer.bias_hh_l0[block] = BIASES[start][1], 0.0


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
        As in `AgreementNetwork`: `cell`, `initialisation`, `start`, `keep_bias`, …

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
    the difference of the two states is compared with what it is right after the subject. A copy
    of the network in float64 reads them: in float32 rounding alone leaves some 1e-7.

    Returns
    -------
    shares : array (T − 1,)
        ‖h_t − h_t′‖ / ‖h_2 − h_2′‖ for t = 2 … T; the Euclidean norm over batch and units.
    """
    other = batch.tokens.copy()
    other[1] = (other[1] - 1 ^ 1) + 1  # the words begin: The, cat, cats, dog, dogs, …
    exact = copy.deepcopy(network).double()
    with torch.no_grad():
        states = [exact.recurrence(exact.encode(t))[0] for t in (batch.tokens, other)]
    differences = (states[0] - states[1]).flatten(1).norm(dim=1).numpy()[1:]
    return differences / differences[0]


def compute_start_decay(
    distance: int, *, cell: str, start: str = "torch", seed: int
) -> tuple[float, float]:
    """What is left of a gradient from the verb back to the subject, before any training.

    The network of `train_agreement` with this seed reads one sentence; s is its whole state, h, or
    (h, c) of the LSTM.

    Returns
    -------
    total : float
        log₁₀ ‖∂s_T/∂s_{T−distance}‖₂, by all paths.
    direct : float
        log₁₀ of the direct path alone, through the gate of the unit that keeps most; −inf where
        there is no such gate.
    """
    check_integer("seed", seed, minimum=0)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = AgreementNetwork(cell=cell, start=start)
    batch = make_agreement_batch(distance, 1, rng=np.random.default_rng([seed, 2]))
    xs = network.encode(batch.tokens)[:, 0].double().numpy()
    layer = network.recurrence.double()
    W_xh, W_hh, b_xh, b_hh = (w.detach().numpy().T for w in layer.parameters())
    zero = np.zeros(layer.hidden_size)
    if cell == "RNN":
        hs = trace_rnn(xs[:, None], zero[None], W_xh, W_hh, b_xh + b_hh).hs[:, 0]
        total = compute_rnn_jacobians(xs, hs, W_xh, W_hh, b_xh + b_hh)
        return float(compute_log_norms_by_lag(total)[distance]), -np.inf
    if cell == "LSTM":
        steps = compute_lstm_jacobians(xs, zero, zero, W_xh, W_hh, b_xh + b_hh)
    else:
        weights = [W_xh, W_hh, b_xh, b_hh]
        if cell == "SimplifiedGRU":  # a GRU whose reset gate is open to the last bit
            openings = (0.0, 0.0, 1000.0, 0.0)
            weights = [
                np.concatenate([np.full_like(w[..., : len(zero)], opening), w], axis=-1)
                for w, opening in zip(weights, openings, strict=True)
            ]
        steps = compute_gru_jacobians(xs, zero, *weights)
    logs = compute_log_norms_by_lag(steps.total), compute_log_direct_by_lag(steps.direct)
    return float(logs[0][distance]), float(logs[1][distance])
