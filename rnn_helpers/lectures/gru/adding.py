"""Networks that learn the adding problem: which numbers were marked, and what is their sum?"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import mse_loss

from rnn_helpers.models.training import History, fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_choice, check_integer


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


def make_adding_batch(steps, batch_size, *, rng):
    """The adding problem: read `steps` numbers, two of them marked, and give the sum of those two.

    The values are uniform between 0 and 1. One mark falls in the first half of the sequence, one
    in the second, each step of a half being equally likely. Always to answer 1, the mean of the
    sum, has a mean squared error of 1/6, the sum's variance.

    Parameters
    ----------
    steps : int
        T, at least 2. The first half has T // 2 steps.
    batch_size : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    batch : AddingBatch

    Raises
    ------
    TypeError, ValueError
        `steps` or `batch_size` is no whole number or too small, or `rng` is no Generator.

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
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    half, columns = steps // 2, np.arange(batch_size)
    inputs = np.zeros((steps, batch_size, 2))
    inputs[..., 0] = rng.random((steps, batch_size))
    first, second = rng.integers(half, size=batch_size), rng.integers(half, steps, size=batch_size)
    inputs[first, columns, 1] = inputs[second, columns, 1] = 1.0
    targets = inputs[first, columns, 0] + inputs[second, columns, 0]
    return AddingBatch(inputs, targets)


CELLS = ("RNN", "LSTM", "GRU", "SimplifiedGRU")


BATCH_SIZE, TEST_SIZE = 32, 1024


class AddingNetwork(torch.nn.Module):
    """The sum from the last state of one recurrent layer: h_T w + b.

    Parameters
    ----------
    cell : {"RNN", "LSTM", "GRU", "SimplifiedGRU"}
        Each as torch.nn starts it, but for `options`.
    hidden_size : int
        H.
    **options
        Passed to the layer: `forget_bias` for the LSTM, `reset` and `update` for the GRU.

    Raises
    ------
    TypeError, ValueError
        An unknown cell, a size that is no positive whole number, an option the layer lacks.
    """

    def __init__(self, cell="GRU", hidden_size=32, **options):
        super().__init__()
        check_choice("cell", cell, CELLS)
        self.recurrence = getattr(layers, cell)(2, hidden_size, **options)
        self.sum = torch.nn.Linear(hidden_size, 1)

    def forward(self, inputs):
        """Values and marks (T, B, 2) to sums (B,)."""
        output, _ = self.recurrence(inputs)
        return self.sum(output[-1])[:, 0]


@dataclass
class TrainedAdding:
    """What `train_adding` returns.

    Attributes
    ----------
    network : AddingNetwork
    mse : float
        Mean squared error on fresh sequences; always to answer 1 gives 1/6.
    n_parameters : int
    history : History
    """

    network: AddingNetwork
    mse: float
    n_parameters: int
    history: History


def train_adding(
    steps, *, cell, seed, hidden_size=32, updates=500, learning_rate=2e-2, **options
):  # fmt: skip
    """Train one network on sequences of one length and test it on fresh ones.

    Parameters
    ----------
    steps : int
        The length of the sequences, at least 2.
    cell : {"RNN", "LSTM", "GRU", "SimplifiedGRU"}
    seed : int
        Fixes the weights and the sequences.
    hidden_size : int
    updates : int
        Each sees 32 new sequences; the gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam.
    **options
        Of the layer, as in `AddingNetwork`.

    Returns
    -------
    trained : TrainedAdding

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell, an option the layer lacks.
    """
    check_integer("seed", seed, minimum=0)
    rng = np.random.default_rng(seed)
    test = make_adding_batch(steps, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = AddingNetwork(cell, hidden_size, **options)

        def compute_loss():
            batch = make_adding_batch(steps, BATCH_SIZE, rng=rng)
            inputs, targets = (
                torch.from_numpy(a.astype(np.float32)) for a in (batch.inputs, batch.targets)
            )
            return mse_loss(network(inputs), targets)

        history = fit(network, compute_loss, updates=updates, learning_rate=learning_rate)
        with torch.no_grad():
            answers = network(torch.from_numpy(test.inputs.astype(np.float32))).numpy()
    mse = float(np.mean((answers - test.targets) ** 2))
    n_parameters = sum(parameter.numel() for parameter in network.parameters())
    return TrainedAdding(network, mse, n_parameters, history)
