"""Networks that learn the adding problem: the sum of the two numbers that were marked."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import mse_loss

from rnn_helpers.models.training import Trained, make_layer, train
from rnn_helpers.validation import check_integer, check_rng

BATCH_SIZE, TEST_SIZE = 32, 1024


@dataclass(frozen=True)
class AddingBatch:
    """Sequences of numbers of which two are marked; made by `make_adding_batch`.

    Attributes
    ----------
    inputs : float array (T, B, 2)
        Column 0 holds the values, column 1 the marks: 1 at two steps, 0 elsewhere.
    targets : float array (B,)
        The sum of the two marked values, between 0 and 2.
    """

    inputs: np.ndarray
    targets: np.ndarray


def make_adding_batch(steps: int, batch_size: int, *, rng: np.random.Generator) -> AddingBatch:
    """The adding problem: read `steps` numbers, two of them marked, and give the sum of those two.

    The values are uniform between 0 and 1. One mark falls in the first half of the sequence, its
    first T // 2 steps, and one in the second, each step of a half being equally likely. Always to
    answer 1, the mean of the sum, has a mean squared error of 1/6, the sum's variance.

    Source
    ------
    Hochreiter & Schmidhuber (1997), Neural Computation 9, experiment 4; a mark in each half and
    values between 0 and 1 as in Arjovsky, Shah & Bengio (2016), arXiv:1511.06464.

    Examples
    --------
    >>> batch = make_adding_batch(6, 2, rng=np.random.default_rng(1))
    >>> batch.inputs.shape, batch.inputs[..., 1].sum(axis=0)
    ((6, 2, 2), array([2., 2.]))
    """
    steps = check_integer("steps", steps, minimum=2)
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    half, columns = steps // 2, np.arange(batch_size)
    inputs = np.zeros((steps, batch_size, 2))
    inputs[..., 0] = check_rng(rng).random((steps, batch_size))
    first, second = rng.integers(half, size=batch_size), rng.integers(half, steps, size=batch_size)
    inputs[first, columns, 1] = inputs[second, columns, 1] = 1.0
    targets = inputs[first, columns, 0] + inputs[second, columns, 0]
    return AddingBatch(inputs, targets)


class AddingNetwork(torch.nn.Module):
    """The sum from the last state of one recurrent layer: h_T w + b.

    Parameters
    ----------
    cell : str
        One of `training.CELLS`, as torch.nn starts it, but for `options`.
    hidden_size : int
        H.
    **options
        Of the layer: `keep_bias` of a gated one, `reset` and `update` of the GRU.
    """

    def __init__(self, cell: str = "GRU", hidden_size: int = 32, **options: Any):
        super().__init__()
        self.recurrence = make_layer(cell, 2, hidden_size, **options)
        self.sum = torch.nn.Linear(hidden_size, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Values and marks (T, B, 2) to sums (B,)."""
        output, _ = self.recurrence(inputs)
        return self.sum(output[-1])[:, 0]


def train_adding(
    steps: int, *, cell: str, seed: int, hidden_size: int = 32, updates: int = 500,
    learning_rate: float = 2e-2, **options: Any,
) -> Trained:  # fmt: skip
    """Train one network on sequences of one length and test it on fresh ones.

    Parameters
    ----------
    steps : int
        The length of the sequences, at least 2.
    seed : int
        Fixes the weights and the sequences.
    updates, learning_rate
        Each update sees 32 new sequences; Adam, its gradients clipped at a global norm of 1.
    cell, hidden_size, **options
        As in `AddingNetwork`.

    Returns
    -------
    trained : Trained
        `mse` is the mean squared error on fresh sequences; always to answer 1 gives 1/6.
    """

    def make_loss(network, rng):
        def compute_loss():
            batch = make_adding_batch(steps, BATCH_SIZE, rng=rng)
            return mse_loss(network(_convert(batch.inputs)), _convert(batch.targets))

        return compute_loss

    def compute_mse(network):
        test = make_adding_batch(steps, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
        return float(np.mean((network(_convert(test.inputs)).numpy() - test.targets) ** 2))

    return train(
        lambda: AddingNetwork(cell, hidden_size, **options), make_loss, {"mse": compute_mse},
        seed=seed, updates=updates, learning_rate=learning_rate,
    )  # fmt: skip


def _convert(array):
    return torch.from_numpy(array.astype(np.float32))
