"""An encoder, a decoder, and what one sees of the other: everything by attention, or one vector.

The scores, the masked softmax and the context are written once for NumPy arrays and torch tensors.
"""

import math
from dataclasses import dataclass

import torch
from array_api_compat import array_namespace
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_helpers.recurrences import layers
from rnn_helpers.types import Array
from rnn_helpers.validation import check_choice, check_indices, check_integer, check_shape

SCORES = ("dot", "general", "additive")
KEEP_BIAS = 1.0


def compute_dot_scores(states: Array, annotations: Array) -> Array:
    """How well each state fits each annotation: sᵀ h.

    Parameters
    ----------
    states : array (S, B, H)
        Of the decoder, at S steps.
    annotations : array (T, B, H)
        Of the encoder, at T characters.

    Returns
    -------
    scores : array (S, B, T)

    Source
    ------
    Luong, Pham & Manning (2015), arXiv:1508.04025, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> states, annotations = np.array([[[1.0, 2.0]]]), np.array([[[3.0, 0.0]], [[0.0, 3.0]]])
    >>> compute_dot_scores(states, annotations)
    array([[[3., 6.]]])
    """
    _check_pair(states, annotations)
    if states.shape[2] != annotations.shape[2]:
        raise ValueError(
            f"dot needs states and annotations of one width, got {states.shape[2]} and "
            f"{annotations.shape[2]}: the general score has a matrix between them"
        )
    xp = array_namespace(states, annotations)
    scores = xp.permute_dims(states, (1, 0, 2)) @ xp.permute_dims(annotations, (1, 2, 0))
    return xp.permute_dims(scores, (1, 0, 2))


def compute_general_scores(states: Array, annotations: Array, W: Array) -> Array:
    """How well each state fits each annotation: sᵀ W h.

    Of states (S, B, H), annotations (T, B, A) and W (H, A): scores (S, B, T).

    Source
    ------
    Luong, Pham & Manning (2015), arXiv:1508.04025, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> compute_general_scores(np.ones((1, 1, 2)), np.ones((1, 1, 1)), np.array([[2.0], [3.0]]))
    array([[[5.]]])
    """
    _check_pair(states, annotations)
    check_shape("W", W, (states.shape[2], annotations.shape[2]))
    return compute_dot_scores(states @ W, annotations)


def compute_additive_scores(
    states: Array, annotations: Array, W: Array, U: Array, v: Array
) -> Array:
    """How well each state fits each annotation: vᵀ tanh(W s + U h).

    Of states (S, B, H), annotations (T, B, A), W (H, K), used as `states @ W`, U (A, K) and
    v (K,): scores (S, B, T).

    Source
    ------
    Bahdanau, Cho & Bengio (2015), arXiv:1409.0473, section A.1.2; there s is the state before.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((1, 1, 1))
    >>> compute_additive_scores(one, -one, one[0], one[0], np.ones(1))
    array([[[0.]]])
    """
    _check_pair(states, annotations)
    check_shape("v", v, (None,))
    check_shape("W", W, (states.shape[2], v.shape[0]))
    check_shape("U", U, (annotations.shape[2], v.shape[0]))
    xp = array_namespace(states, annotations)
    read = xp.permute_dims(annotations @ U, (1, 0, 2))  # (B, T, K)
    return xp.tanh((states @ W)[:, :, None, :] + read[None]) @ v


def masked_softmax(scores: Array, mask: Array) -> Array:
    """Weights along the last axis, positive where the mask is true and 0 elsewhere; their sum is 1.

    α_j = exp(s_j) / Σ_i exp(s_i) over the true j, i; the largest score is subtracted first, so that
    nothing overflows.

    Parameters
    ----------
    scores : array (..., T)
    mask : bool array, of a shape that broadcasts to that of `scores`

    Examples
    --------
    >>> import numpy as np
    >>> masked_softmax(np.array([0.0, 0.0, 5.0]), np.array([True, True, False]))
    array([0.5, 0.5, 0. ])
    """
    xp = array_namespace(scores)
    if not bool(xp.all(xp.any(mask, axis=-1))):
        raise ValueError("mask must leave at least one place of each row, got a row with none")
    shut = xp.where(mask, scores, -math.inf)
    powers = xp.exp(shut - xp.max(shut, axis=-1, keepdims=True))
    return powers / xp.sum(powers, axis=-1, keepdims=True)


def compute_contexts(weights: Array, annotations: Array) -> Array:
    """The mean of the annotations as each step weighs them: c = Σ_j α_j h_j.

    Of weights (S, B, T) and annotations (T, B, A): contexts (S, B, A).

    Examples
    --------
    >>> import numpy as np
    >>> annotations = np.array([[[1.0, 0.0]], [[0.0, 2.0]]])
    >>> compute_contexts(np.array([[[0.25, 0.75]]]), annotations)
    array([[[0.25, 1.5 ]]])
    """
    check_shape("weights", weights, (None, *annotations.shape[1::-1]))
    xp = array_namespace(weights, annotations)
    contexts = xp.permute_dims(weights, (1, 0, 2)) @ xp.permute_dims(annotations, (1, 0, 2))
    return xp.permute_dims(contexts, (1, 0, 2))


def _check_pair(states, annotations):
    check_shape("states", states, (None, None, None))
    check_shape("annotations", annotations, (None, states.shape[1], None))


@dataclass(frozen=True)
class Encoded:
    """What the encoder has read: T characters of B texts."""

    annotations: torch.Tensor  # (T, B, H): h_j, what is read up to j from the left and the right
    summary: torch.Tensor  # (B, H): the last state of each direction, side by side
    mask: torch.Tensor  # (B, T): True where there is a character, False on padding


class Encoder(torch.nn.Module):
    """A two-way GRU over the characters of a text; padding is never read.

    Parameters
    ----------
    n_tokens : int
        Besides 0, which is padding.
    hidden_size : int
        H, even: half for each direction.
    """

    def __init__(self, n_tokens: int, hidden_size: int, *, embedding_size: int = 32):
        super().__init__()
        check_integer("n_tokens", n_tokens, minimum=1)
        check_integer("embedding_size", embedding_size, minimum=1)
        if check_integer("hidden_size", hidden_size, minimum=2) % 2:
            raise ValueError(f"hidden_size must be even, half a direction, got {hidden_size}")
        self.embedding = torch.nn.Embedding(n_tokens + 1, embedding_size, padding_idx=0)
        self.recurrence = layers.GRU(
            embedding_size, hidden_size // 2, bidirectional=True, keep_bias=KEEP_BIAS
        )

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor) -> Encoded:
        """Tokens (T, B), padded with 0 at the end, and their lengths (B,) to what was read."""
        check_shape("tokens", tokens, (None, None))
        check_shape("lengths", lengths, (tokens.shape[1],))
        check_indices("tokens", tokens, self.embedding.num_embeddings)
        packed = pack_padded_sequence(self.embedding(tokens), lengths, enforce_sorted=False)
        output, last = self.recurrence(packed)
        annotations, _ = pad_packed_sequence(output, total_length=len(tokens))
        summary = torch.cat([last[-2], last[-1]], dim=1)
        return Encoded(annotations, summary, torch.arange(len(tokens)) < lengths[:, None])


class Decoder(torch.nn.Module):
    """A GRU that writes, and looks at the encoder's annotations before each character.

    s_t = GRU(y_{t−1}, s_{t−1}), s_0 = tanh(W_0 summary); α_t = softmax(score(s_t, h));
    c_t = Σ_j α_tj h_j; logits = W_out tanh(W_c [c_t; s_t]). Without attention c_t is the summary at
    every t, and all else is the same. The state does not see the contexts before it, so that the
    states of all steps are one call of the layer in training.

    Parameters
    ----------
    n_tokens : int
        V; the attribute `start`, too, is V: what is read before the first character.
    hidden_size : int
        H, the encoder's.
    score : {"dot", "general", "additive", None}
        None is the decoder without attention.

    Source
    ------
    Luong, Pham & Manning (2015), arXiv:1508.04025, equations 5–8, without input feeding; without
    attention: Cho et al. (2014), arXiv:1406.1078.
    """

    def __init__(
        self, n_tokens: int, hidden_size: int, *, score: str | None, embedding_size: int = 16
    ):
        super().__init__()
        self.start = check_integer("n_tokens", n_tokens, minimum=2)
        check_integer("embedding_size", embedding_size, minimum=1)
        self.score = check_choice("score", score, (*SCORES, None))
        H = hidden_size
        self.embedding = torch.nn.Embedding(n_tokens + 1, embedding_size)
        self.recurrence = layers.GRU(embedding_size, H, keep_bias=KEEP_BIAS)
        self.first = torch.nn.Linear(H, H)
        self.combine = torch.nn.Linear(2 * H, H)
        self.readout = torch.nn.Linear(H, n_tokens)
        self.score_weights = torch.nn.ParameterList(_make_score_weights(score, H))

    def begin(self, encoded: Encoded) -> torch.Tensor:
        """The state before the first character, (1, B, H)."""
        return torch.tanh(self.first(encoded.summary))[None]

    def advance(
        self, tokens: torch.Tensor, state: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens (S, B) and the state before them to states (S, B, H) and the last (1, B, H)."""
        check_indices("tokens", tokens, self.embedding.num_embeddings)
        return self.recurrence(self.embedding(tokens), state)

    def compute_scores(self, states: torch.Tensor, encoded: Encoded) -> torch.Tensor | None:
        """How well states (S, B, H) fit each annotation, (S, B, T), on padding too; or None."""
        if self.score is None:
            return None
        compute = {
            "dot": compute_dot_scores, "general": compute_general_scores,
            "additive": compute_additive_scores,
        }[self.score]  # fmt: skip
        return compute(states, encoded.annotations, *self.score_weights)

    def attend(self, states: torch.Tensor, encoded: Encoded) -> torch.Tensor | None:
        """The weights (S, B, T) of states (S, B, H); None without attention."""
        scores = self.compute_scores(states, encoded)
        return None if scores is None else masked_softmax(scores, encoded.mask)

    def predict(
        self, states: torch.Tensor, encoded: Encoded, weights: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the next character (S, B, V), and the contexts (S, B, H)."""
        if weights is None:
            contexts = encoded.summary.expand(len(states), -1, -1)
        else:
            contexts = compute_contexts(weights, encoded.annotations)
        combined = torch.tanh(self.combine(torch.cat([contexts, states], dim=2)))
        return self.readout(combined), contexts


def _make_score_weights(score, H):
    """What a score learns; the general one starts as the dot product, W = I."""
    if score == "general":
        return [torch.eye(H)]
    if score == "additive":
        limit = 1 / math.sqrt(H)
        return [torch.empty(*shape, H // 2).uniform_(-limit, limit) for shape in ((H,), (H,), ())]
    return []


class EncoderDecoder(torch.nn.Module):
    """From one sequence to another, with attention or through one vector.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Tokens of the one, besides padding, and of the other.
    hidden_size, score
        H, even, and the rest as in `Decoder`.

    Examples
    --------
    >>> model = EncoderDecoder(9, 4, 6, score="dot")
    >>> model(torch.tensor([[1, 2], [3, 0]]), torch.tensor([2, 1]), torch.zeros(5, 2).long()).shape
    torch.Size([5, 2, 4])
    """

    def __init__(self, n_inputs: int, n_outputs: int, hidden_size: int = 64, *, score: str | None):
        super().__init__()
        self.encoder = Encoder(n_inputs, hidden_size)
        self.decoder = Decoder(n_outputs, hidden_size, score=score)

    def forward(
        self, tokens: torch.Tensor, lengths: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Logits (S, B, V) of each target (S, B), given all the targets before it."""
        encoded, decoder = self.encoder(tokens, lengths), self.decoder
        check_indices("targets", targets, decoder.start)
        before = torch.cat([torch.full_like(targets[:1], decoder.start), targets[:-1]])
        states, _ = decoder.advance(before, decoder.begin(encoded))
        return decoder.predict(states, encoded, decoder.attend(states, encoded))[0]
