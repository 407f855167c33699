"""Next-token networks that may look ahead: what a loss is worth if the future holds the answer."""

import itertools

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy

from rnn_helpers.models.language_model import make_streams
from rnn_helpers.models.training import Trained, train
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_indices, check_tokens

WINDOW, STREAMS, SIZE = 16, 32, 32


class NextTokenNetwork(torch.nn.Module):
    """A GRU of 32 units a direction over embedded tokens, and the logits of each next one."""

    def __init__(self, n_tokens: int, *, bidirectional: bool):
        super().__init__()
        self.embedding = torch.nn.Embedding(n_tokens, SIZE)
        self.recurrence = layers.GRU(SIZE, SIZE, bidirectional=bidirectional)
        self.readout = torch.nn.Linear(SIZE * (2 if bidirectional else 1), n_tokens)

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        """−ln p of tokens 1 to T at each place before them: (T + 1, B) to (T, B)."""
        check_indices("window", window, self.embedding.num_embeddings)
        logits = self.readout(self.recurrence(self.embedding(window[:-1]))[0])
        return cross_entropy(logits.transpose(1, 2), window[1:], reduction="none")


def train_next_token(
    ids: ArrayLike, held_out_ids: ArrayLike, *, n_tokens: int, bidirectional: bool, seed: int,
    updates: int = 120, learning_rate: float = 2e-2,
) -> Trained:  # fmt: skip
    """Train a `NextTokenNetwork` to name the next token at every place of a window.

    Both ways, every place but the last has the next token among what the backward pass has read.

    Parameters
    ----------
    ids, held_out_ids : int arrays (T,)
        Tokens, 0 to n_tokens − 1; the first at least 32 · 17 of them, the other 17.
    updates, learning_rate
        Each update sees 32 windows of 16 tokens, the next ones of the text; of Adam, falling to 0
        along half a cosine.

    Returns
    -------
    trained : Trained
        `loss`, the training loss, mean of the last ten updates, in nats per token; `nats_by_place`
        (16,), −ln p of the next token at each place of a held-out window. At the last place that
        token has not been read by either direction, as when a text is written.
    """
    ids = check_tokens("ids", ids, n_tokens, STREAMS * (WINDOW + 1))
    held_out_ids = check_tokens("held_out_ids", held_out_ids, n_tokens, WINDOW + 1)
    streams = torch.from_numpy(make_streams(ids, STREAMS))
    test = torch.from_numpy(make_streams(held_out_ids, len(held_out_ids) // (WINDOW + 1)))

    def make_loss(network, rng):
        starts = range(0, (len(streams) - 1) // WINDOW * WINDOW, WINDOW)
        windows = itertools.cycle(streams[start : start + WINDOW + 1] for start in starts)
        return lambda: network(next(windows)).mean()

    trained = train(
        lambda: NextTokenNetwork(n_tokens, bidirectional=bidirectional), make_loss,
        {"nats_by_place": lambda network: network(test[: WINDOW + 1]).mean(1).numpy()},
        seed=seed, updates=updates, learning_rate=learning_rate, anneal=True,
    )  # fmt: skip
    trained.loss = float(np.mean(trained.history.losses[-10:]))
    return trained
