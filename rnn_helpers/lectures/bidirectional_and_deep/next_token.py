"""Next-token networks that may look ahead: what a loss is worth if the future holds the answer."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.models.language_model import make_streams
from rnn_helpers.models.training import fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_array, check_integer

WINDOW, STREAMS, SIZE = 16, 32, 32


@dataclass
class TrainedNextToken:
    """What `train_next_token` returns.

    Attributes
    ----------
    loss : float
        The training loss, mean of the last ten updates, in nats per token.
    nats_by_place : array (16,)
        −ln p of the next token at each place of a held-out window. At the last place that token
        has not been read by either direction, as when a text is written.
    """

    loss: float
    nats_by_place: np.ndarray


def train_next_token(ids, held_out_ids, *, n_tokens, bidirectional, seed, updates=120):
    """Train a GRU of 32 units a direction to name the next token at every place of a window.

    Both ways, every place but the last has the next token among what the backward pass has read.

    Parameters
    ----------
    ids, held_out_ids : int arrays (T,)
        Tokens, 0 to n_tokens − 1; the first at least 32 · 17 of them, the other 17.
    n_tokens : int
        V.
    bidirectional : bool
    seed : int
        Fixes the weights.
    updates : int
        Each on 32 windows of 16 tokens, the next ones of the text; Adam from 2e-2, a half cosine.

    Returns
    -------
    trained : TrainedNextToken

    Raises
    ------
    TypeError, ValueError
        A number out of range, or too few tokens.
    """
    seed = check_integer("seed", seed, minimum=0)
    n_tokens = check_integer("n_tokens", n_tokens, minimum=2)
    ids = check_array("ids", ids, ndim=1, dtype=np.int64)
    held_out_ids = check_array("held_out_ids", held_out_ids, ndim=1, dtype=np.int64)
    for name, part, least in (
        ("ids", ids, STREAMS * (WINDOW + 1)),
        ("held_out_ids", held_out_ids, WINDOW + 1),
    ):
        if len(part) < least:
            raise ValueError(f"{name} must hold at least {least} tokens, got {len(part)}")
    streams = torch.from_numpy(make_streams(ids, STREAMS))
    n_windows = (len(streams) - 1) // WINDOW
    test = torch.from_numpy(make_streams(held_out_ids, len(held_out_ids) // (WINDOW + 1)))
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        embedding = torch.nn.Embedding(n_tokens, SIZE)
        recurrence = layers.GRU(SIZE, SIZE, bidirectional=bidirectional)
        readout = torch.nn.Linear(SIZE * (2 if bidirectional else 1), n_tokens)
        place = {"next": 0}

        def compute_losses(window):
            logits = readout(recurrence(embedding(window[:-1]))[0])
            return cross_entropy(logits.transpose(1, 2), window[1:], reduction="none")  # (T, B)

        def compute_loss():
            start = place["next"] % n_windows * WINDOW
            place["next"] += 1
            return compute_losses(streams[start : start + WINDOW + 1]).mean()

        model = torch.nn.ModuleList([embedding, recurrence, readout])
        history = fit(model, compute_loss, updates=updates, learning_rate=2e-2, anneal=True)
        with torch.no_grad():
            nats = compute_losses(test[: WINDOW + 1]).mean(1).numpy()
    return TrainedNextToken(float(np.mean(history.losses[-10:])), nats)
