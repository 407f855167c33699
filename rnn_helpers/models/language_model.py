"""A recurrent language model: the probability of every next token, trained and scored."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy

from rnn_helpers.models.training import Trained, make_layer, train
from rnn_helpers.recurrences import cells
from rnn_helpers.validation import (
    check_array,
    check_indices,
    check_integer,
    check_tokens,
)


class LanguageModel(torch.nn.Module):
    """Logits of the next token, of which the softmax gives the probabilities.

    h_t = recurrence(embedding(x_t), h_{t−1});  ℓ_t = h_t W_hy + b_y;  x_t = y_{t−1}. Before the
    first token x is `start`, whose embedding is the zero vector.

    Parameters
    ----------
    n_tokens : int
        V, the size of the vocabulary; the attribute `start`, too, is V.
    hidden_size, num_layers : int
        Recurrent layers, each of H units, one above the other.
    cell : str
        One of `training.CELLS`.
    embedding_size : int
        E, the length of the vector that stands for a token.
    """

    def __init__(
        self, n_tokens: int, hidden_size: int = 128, *, cell: str = "RNN",
        embedding_size: int = 32, num_layers: int = 1,
    ):  # fmt: skip
        super().__init__()
        self.start = check_integer("n_tokens", n_tokens, minimum=2)
        check_integer("embedding_size", embedding_size, minimum=1)
        self.embedding = torch.nn.Embedding(n_tokens + 1, embedding_size, padding_idx=n_tokens)
        self.recurrence = make_layer(cell, embedding_size, hidden_size, num_layers)
        self.cell = cell
        self.readout = torch.nn.Linear(hidden_size, n_tokens)

    def forward(self, tokens: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Tokens (T, B) and the state before them to logits (T, B, V) and the state after."""
        check_indices("tokens", tokens, self.start + 1)
        output, state = self.recurrence(self.embedding(tokens), state)
        return self.readout(output), state

    def make_step(self) -> Callable[[int, Any], tuple[np.ndarray, Any]]:
        """One step at a time, in NumPy, for `sampling.sample_tokens`: fast, and without torch.

        It is `step(token, state) -> (logits (V,), state)`; None is the state before the text. The
        weights are those of this moment.
        """
        recurrence, n_layers = self.recurrence, self.recurrence.num_layers
        embedding, W_hy, b_y = (
            parameter.detach().numpy().copy()
            for parameter in (self.embedding.weight, self.readout.weight.T, self.readout.bias)
        )
        weights = []  # of each layer, in the order of the arguments of its tick
        for layer in range(n_layers):
            W_ih, W_hh, b_ih, b_hh = (
                getattr(recurrence, f"{name}_l{layer}").detach().numpy()
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            biases = (b_ih.copy(), b_hh.copy()) if self.cell == "GRU" else (b_ih + b_hh,)
            weights.append((W_ih.T.copy(), W_hh.T.copy(), *biases))
        tick = {
            # of one sequence without its axis, and unchecked: a demo takes 200 steps for a frame
            "RNN": partial(cells.tick_rnn, function=np.tanh),
            "SimplifiedGRU": cells.simplified_gru_step,
            "GRU": cells.gru_step, "LSTM": cells.lstm_step,
        }[self.cell]  # fmt: skip
        batch = () if self.cell == "RNN" else (1,)
        embedding = embedding.reshape(len(embedding), *batch, -1)
        zeros = np.zeros((*batch, recurrence.hidden_size), dtype=embedding.dtype)
        n_states, start = 2 if self.cell == "LSTM" else 1, self.start
        first = (zeros,) * (n_states * n_layers)

        def step(token, state):
            if type(token) is not int or not 0 <= token <= start:
                check_integer("token", token, minimum=0, maximum=start)
            state, x, after = state or first, embedding[token], []
            for layer, arguments in enumerate(weights):
                below = state[layer * n_states : (layer + 1) * n_states]
                new = tick(x, *below, *arguments)
                after += new if n_states == 2 else [new]
                x = after[-n_states]
            return (x @ W_hy + b_y).reshape(-1), tuple(after)

        return step


def make_streams(ids: ArrayLike, n_streams: int) -> np.ndarray:
    """Cut a text into equal parts to be read side by side, each from its beginning to its end.

    Parameters
    ----------
    ids : int array (T,)
    n_streams : int
        At most T; up to n_streams − 1 tokens at the end are left out.

    Returns
    -------
    streams : int array (T // n_streams, n_streams)
        Column b is the b-th part.

    Examples
    --------
    >>> make_streams(np.arange(7), 2).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    ids = check_array("ids", ids, ndim=1, dtype=int)
    n_streams = check_integer("n_streams", n_streams, minimum=1, maximum=len(ids))
    length = len(ids) // n_streams
    return ids[: length * n_streams].reshape(n_streams, length).T.copy()


def _shift(streams, start):
    """Inputs and targets: each input is the target before it, the first is `start`."""
    first = np.full((1, streams.shape[1]), start)
    return torch.from_numpy(np.concatenate([first, streams[:-1]])), torch.from_numpy(streams)


def detach(state: Any) -> Any:
    """The same numbers without the graph that computed them."""
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def train_language_model(
    ids: ArrayLike, held_out_ids: ArrayLike, *, n_tokens: int, cell: str = "RNN", seed: int = 0,
    hidden_size: int = 128, embedding_size: int = 32, num_layers: int = 1, n_streams: int = 16,
    window: int = 32, updates: int = 1200, learning_rate: float = 3e-3, carry: bool = True,
    truncate: int | None = None, progress: str | None = None, evaluations: int = 8,
) -> Trained:  # fmt: skip
    """Train a language model on a text and score it on another.

    The text is read as `n_streams` streams, `window` tokens of each for an update. The state is
    carried from one window to the next, detached, and begins anew at the end of the text.

    Parameters
    ----------
    ids, held_out_ids : int arrays (T,)
        Tokens, 0 to n_tokens − 1.
    n_tokens, cell, hidden_size, embedding_size, num_layers
        As in `LanguageModel`.
    seed : int
        Fixes the weights.
    n_streams, window : int
        At most as many streams are used as the text has windows for.
    updates, learning_rate
        Of Adam, falling to 0 along half a cosine; gradients are clipped at a norm of 1.
    carry : bool
        Whether a window begins with the state that the window before it left, or with zeros.
    truncate : int, optional
        Cut the gradient after every so many steps of a window, too; the state goes on.
    progress : str, optional
        The label of a progress bar: loss, tokens per second, held-out perplexity.
    evaluations : int
        How often the held-out text is read during training.

    Returns
    -------
    trained : Trained
        `nats`, the mean −ln p of a held-out token, as `compute_nats` says; `perplexity`, exp(nats):
        as unsure as among so many equally likely tokens. The history holds the latter, too.
    """
    window = check_integer("window", window, minimum=1)
    updates = check_integer("updates", updates, minimum=1)
    evaluations = check_integer("evaluations", evaluations, minimum=1)
    truncate = check_integer("truncate", window if truncate is None else truncate, minimum=1)
    ids = check_tokens("ids", ids, n_tokens, 2 * window)
    held_out_ids = check_tokens("held_out_ids", held_out_ids, n_tokens, 1)
    check_integer("n_streams", n_streams, minimum=1)
    n_streams = min(n_streams, len(ids) // (2 * window))
    xs, ys = _shift(make_streams(ids, n_streams), n_tokens)

    def make_loss(model, rng):
        start, before = 0, None

        def compute_loss():
            nonlocal start, before
            if start + window > len(xs):  # the end of the text: from the top, no past
                start, before = 0, None
            part, logits, state = slice(start, start + window), [], before
            for piece in xs[part].split(truncate):
                output, state = model(piece, state)
                logits.append(output)
                state = detach(state)
            start, before = part.stop, state if carry else None
            return cross_entropy(torch.cat(logits).flatten(0, 1), ys[part].flatten())

        return compute_loss

    trained = train(
        lambda: LanguageModel(
            n_tokens, hidden_size, cell=cell, embedding_size=embedding_size, num_layers=num_layers
        ),
        make_loss,
        {"nats": lambda model: compute_nats(model, held_out_ids)},
        evaluate=lambda model: np.exp(compute_nats(model, held_out_ids, n_streams=16)),
        evaluate_every=-(-updates // evaluations), seed=seed, updates=updates,
        learning_rate=learning_rate, anneal=True, progress=progress,
        tokens_per_update=n_streams * window, score="held-out perplexity",
    )  # fmt: skip
    trained.perplexity = float(np.exp(trained.nats))
    return trained


def compute_nats(
    model: LanguageModel, ids: ArrayLike, *, n_streams: int = 1, state: Any = None
) -> float:
    """Mean −ln p of the tokens of a text, each given all that stand before it in its stream.

    Total negative log-likelihood divided by the number of tokens, in one pass that carries the
    state.

    Parameters
    ----------
    ids : int array (T,)
    n_streams : int
        More streams are faster; each begins without a past. At most T are used.
    state : tensor or pair of tensors, optional
        The state before the text; zeros if not given.
    """
    ids = check_tokens("ids", ids, model.start, 1)
    n_streams = min(check_integer("n_streams", n_streams, minimum=1), len(ids))
    xs, ys = _shift(make_streams(ids, n_streams), model.start)
    total = 0.0
    with torch.no_grad():
        for xs_part, ys_part in zip(xs.split(512), ys.split(512), strict=True):
            logits, state = model(xs_part, state)
            total += float(cross_entropy(logits.flatten(0, 1), ys_part.flatten(), reduction="sum"))
    return total / ys.numel()
