"""Deep recurrent networks of equal size: recurrent layers, or plain layers above each step."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from rnn_helpers.lectures.bidirectional_and_deep.nested_rule import (
    FIRST,
    SYMBOLS,
    make_nested_rule_batch,
)
from rnn_helpers.models.training import History, fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_choice, check_integer

CELLS = ("RNN", "GRU", "LSTM")
STEPS, BATCH_SIZE, TEST_SIZE = 10, 32, 500


class DeepNetwork(torch.nn.Module):
    """a^{[l]⟨t⟩} of `num_layers` recurrent layers, then `plain_layers` that see their step alone.

    A plain layer is tanh(a W + b), with the same weights at every step, and no path to the next.

    Parameters
    ----------
    hidden_size : int
        H, of every layer.
    num_layers : int
        At least 1.
    plain_layers : int
    cell : {"RNN", "GRU", "LSTM"}

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell.
    """

    def __init__(self, hidden_size, *, num_layers=1, plain_layers=0, cell="RNN"):
        super().__init__()
        check_choice("cell", cell, CELLS)
        check_integer("plain_layers", plain_layers, minimum=0)
        self.recurrence = getattr(layers, cell)(SYMBOLS, hidden_size, num_layers)
        self.plain = torch.nn.Sequential(
            *(
                part
                for _ in range(plain_layers)
                for part in (torch.nn.Linear(hidden_size, hidden_size), torch.nn.Tanh())
            )
        )
        self.readout = torch.nn.Linear(hidden_size, SYMBOLS)

    def forward(self, inputs):
        """Symbols (T, B) to log-odds (T, B, 6)."""
        xs = one_hot(inputs, SYMBOLS).to(self.readout.weight.dtype)
        return self.readout(self.plain(self.recurrence(xs)[0]))


def count_parameters(network):
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def choose_hidden_size(budget, *, num_layers=1, plain_layers=0, cell="RNN"):
    """The number of units whose network comes nearest to a number of parameters.

    Parameters
    ----------
    budget : int
        Parameters, at least 100.
    num_layers, plain_layers, cell
        As in `DeepNetwork`.

    Returns
    -------
    hidden_size : int

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell.

    Examples
    --------
    >>> [choose_hidden_size(2000, num_layers=n) for n in (1, 2, 3)]
    [38, 23, 18]
    """
    budget = check_integer("budget", budget, minimum=100)
    num_layers = check_integer("num_layers", num_layers, minimum=1)
    plain_layers = check_integer("plain_layers", plain_layers, minimum=0)
    blocks = getattr(layers, check_choice("cell", cell, CELLS)).blocks

    def count(size):
        first = blocks * size * (SYMBOLS + size + 2)  # with two biases, as torch keeps them
        others = (num_layers - 1) * blocks * size * (2 * size + 2)
        return first + others + plain_layers * size * (size + 1) + SYMBOLS * (size + 1)

    size = 1
    while count(size + 1) <= budget:
        size += 1
    return min((size, size + 1), key=lambda size: abs(count(size) - budget))


@dataclass
class TrainedDeep:
    """What `train_deep` returns.

    Attributes
    ----------
    network : DeepNetwork
    accuracy : float
        The share of right symbols on fresh sequences; 1/6 is chance.
    n_parameters : int
    history : History
    """

    network: DeepNetwork
    accuracy: float
    n_parameters: int
    history: History


def train_deep(
    *, seed, num_layers=1, plain_layers=0, budget=2000, cell="RNN", updates=200,
    learning_rate=2e-2,
):  # fmt: skip
    """Train a deep network on the nested rule, with as many units as its budget allows.

    Parameters
    ----------
    seed : int
        Fixes the weights and the sequences.
    num_layers, plain_layers, budget, cell
        As in `choose_hidden_size`.
    updates : int
        Each sees 32 new sequences of 10 steps; gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam, falling to 0 along half a cosine.

    Returns
    -------
    trained : TrainedDeep

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell.
    """
    check_integer("seed", seed, minimum=0)
    options = {"num_layers": num_layers, "plain_layers": plain_layers, "cell": cell}
    size, rng = choose_hidden_size(budget, **options), np.random.default_rng(seed)
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = DeepNetwork(size, **options)

        def compute_loss():
            batch = make_nested_rule_batch(STEPS, BATCH_SIZE, rng=rng)
            logits = network(torch.from_numpy(batch.inputs))[FIRST:]
            targets = torch.from_numpy(batch.targets)[FIRST:]
            return cross_entropy(logits.flatten(0, 1), targets.flatten())

        history = fit(
            network, compute_loss, updates=updates, learning_rate=learning_rate, anneal=True
        )
        test = make_nested_rule_batch(STEPS, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
        with torch.no_grad():
            guess = network(torch.from_numpy(test.inputs)).argmax(-1).numpy()
    accuracy = float((guess == test.targets)[FIRST:].mean())
    return TrainedDeep(network, accuracy, count_parameters(network), history)
