"""One small character model for each cell, trained alike, so that only the cell differs."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers import layers
from rnn_helpers.training import History, fit, one_thread
from rnn_helpers.validation import check_choice, check_integer, check_number

CELLS = ("RNN", "SimplifiedGRU", "GRU", "LSTM")
ROWS, WINDOW, EMBEDDING = 32, 32, 32  # sequences side by side, steps per update, numbers per char


class CharacterNetwork(torch.nn.Module):
    """Log-odds of the next character: an embedding, one recurrent layer, a linear layer.

    Parameters
    ----------
    n_characters : int
        V.
    cell : {"RNN", "SimplifiedGRU", "GRU", "LSTM"}
        As torch.nn starts it.
    hidden_size : int
        H.
    """

    def __init__(self, n_characters, cell="GRU", hidden_size=64):
        super().__init__()
        check_choice("cell", cell, CELLS)
        self.embedding = torch.nn.Embedding(n_characters, EMBEDDING)
        self.recurrence = getattr(layers, cell)(EMBEDDING, hidden_size)
        self.next = torch.nn.Linear(hidden_size, n_characters)

    def forward(self, ids, state=None):
        """Indices (T, B) and a state to log-odds (T, B, V) and the state after them."""
        output, state = self.recurrence(self.embedding(ids), state)
        return self.next(output), state


@dataclass
class TrainedCharacters:
    """What `train_characters` returns.

    Attributes
    ----------
    network : CharacterNetwork
    nats : float
        Mean held-out cross-entropy, in nats per character; see `compute_nats`.
    n_parameters : int
        Of the recurrent layer alone.
    history : History
    """

    network: CharacterNetwork
    nats: float
    n_parameters: int
    history: History


def train_characters(
    text, held_out, *, cell, seed, hidden_size=64, updates=150, learning_rate=1e-2
):
    """Train a character model on a text and judge it on another.

    The text is laid out in 32 rows that are read side by side, 32 characters for each update; the
    state is carried from one update to the next, and its gradient is cut there. Characters that
    the text does not hold share one index.

    Parameters
    ----------
    text, held_out : str
        At least 32 · 33 and 16 characters.
    cell : {"RNN", "SimplifiedGRU", "GRU", "LSTM"}
    seed : int
        Fixes the weights.
    hidden_size, updates : int
    learning_rate : float > 0
        Of Adam; the gradients are clipped at a global norm of 1.

    Returns
    -------
    trained : TrainedCharacters

    Raises
    ------
    TypeError, ValueError
        Texts too short, a number out of range, an unknown cell.
    """
    check_integer("seed", seed, minimum=0)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    for name, value, least in (("text", text, ROWS * (WINDOW + 1)), ("held_out", held_out, 16)):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a string, got {type(value).__name__}")
        if len(value) < least:
            raise ValueError(f"{name} must hold at least {least} characters, got {len(value)}")
    index = {character: i for i, character in enumerate(sorted(set(text)), start=1)}
    ids, held_out_ids = (
        np.array([index.get(character, 0) for character in part]) for part in (text, held_out)
    )
    length = len(ids) // ROWS
    rows = torch.from_numpy(ids[: ROWS * length].reshape(ROWS, length).T.copy())  # (length, ROWS)

    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = CharacterNetwork(len(index) + 1, cell, hidden_size)
        place = {"start": 0, "state": None}

        def compute_loss():
            if place["start"] + WINDOW >= length:  # the end of the text: begin anew, with no past
                place.update(start=0, state=None)
            window = rows[place["start"] : place["start"] + WINDOW + 1]
            log_odds, state = network(window[:-1], place["state"])
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            place.update(start=place["start"] + WINDOW, state=state)
            return cross_entropy(log_odds.flatten(0, 1), window[1:].flatten())

        history = fit(network, compute_loss, updates=updates, learning_rate=learning_rate)
        nats = compute_nats(network, held_out_ids)
    n_parameters = sum(parameter.numel() for parameter in network.recurrence.parameters())
    return TrainedCharacters(network, nats, n_parameters, history)


def compute_nats(network, ids):
    """Mean −ln p of the characters of a text, each given those before it in its row.

    The text is read in eight rows side by side, each of which begins without a past; up to seven
    characters at the end are left out.

    Parameters
    ----------
    network : CharacterNetwork
    ids : int array (T,)
        T at least 16.

    Returns
    -------
    nats : float
    """
    length = len(ids) // 8
    rows = torch.from_numpy(ids[: 8 * length].reshape(8, length).T.copy())  # (length, 8)
    with torch.no_grad():
        log_odds, _ = network(rows[:-1])
        return float(cross_entropy(log_odds.flatten(0, 1), rows[1:].flatten()))
