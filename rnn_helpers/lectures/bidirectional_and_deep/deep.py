"""Deep recurrent networks of equal size: recurrent layers, or plain layers above each step."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from rnn_helpers.lectures.bidirectional_and_deep.nested_rule import (
    FIRST,
    SYMBOLS,
    make_nested_rule_batch,
)
from rnn_helpers.models.training import CELLS, Trained, make_layer, train
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_choice, check_indices, check_integer

STEPS, BATCH_SIZE, TEST_SIZE = 10, 32, 500


class DeepNetwork(torch.nn.Module):
    """`num_layers` recurrent layers, then `plain_layers` that see their step alone.

    A plain layer is tanh(a W + b), with the same weights at every step, and no path to the next.
    All have `hidden_size` units.
    """

    def __init__(
        self, hidden_size: int, *, num_layers: int = 1, plain_layers: int = 0, cell: str = "RNN"
    ):
        super().__init__()
        check_integer("plain_layers", plain_layers, minimum=0)
        self.recurrence = make_layer(cell, SYMBOLS, hidden_size, num_layers)
        self.plain = torch.nn.Sequential(
            *(
                part
                for _ in range(plain_layers)
                for part in (torch.nn.Linear(hidden_size, hidden_size), torch.nn.Tanh())
            )
        )
        self.readout = torch.nn.Linear(hidden_size, SYMBOLS)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Symbols (T, B) to log-odds (T, B, 6)."""
        xs = one_hot(check_indices("inputs", inputs, SYMBOLS), SYMBOLS)
        return self.readout(self.plain(self.recurrence(xs.to(self.readout.weight.dtype))[0]))


def choose_hidden_size(
    budget: int, *, num_layers: int = 1, plain_layers: int = 0, cell: str = "RNN"
) -> int:
    """The number of units whose `DeepNetwork` comes nearest to a number of parameters.

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


def train_deep(
    *, seed: int, num_layers: int = 1, plain_layers: int = 0, budget: int = 2000,
    cell: str = "RNN", updates: int = 200, learning_rate: float = 2e-2, anneal: bool = True,
) -> Trained:  # fmt: skip
    """Train a deep network on the nested rule, with as many units as its budget allows.

    Parameters
    ----------
    seed : int
        Fixes the weights and the sequences.
    num_layers, plain_layers, budget, cell
        As in `choose_hidden_size`.
    updates, learning_rate, anneal
        Each update sees 32 new sequences of 10 steps; of Adam, falling to 0 along half a cosine
        unless `anneal` is false, gradients clipped at a global norm of 1.

    Returns
    -------
    trained : Trained
        `accuracy` is the share of right symbols on fresh sequences; 1/6 is chance.
    """
    options = {"num_layers": num_layers, "plain_layers": plain_layers, "cell": cell}
    size = choose_hidden_size(budget, **options)

    def make_loss(network, rng):
        def compute_loss():
            batch = make_nested_rule_batch(STEPS, BATCH_SIZE, rng=rng)
            logits = network(torch.from_numpy(batch.inputs))[FIRST:]
            targets = torch.from_numpy(batch.targets)[FIRST:]
            return cross_entropy(logits.flatten(0, 1), targets.flatten())

        return compute_loss

    def compute_accuracy(network):
        test = make_nested_rule_batch(STEPS, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
        guess = network(torch.from_numpy(test.inputs)).argmax(-1).numpy()
        return float((guess == test.targets)[FIRST:].mean())

    return train(
        lambda: DeepNetwork(size, **options), make_loss, {"accuracy": compute_accuracy},
        seed=seed, updates=updates, learning_rate=learning_rate, anneal=anneal,
    )  # fmt: skip
