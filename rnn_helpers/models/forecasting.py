"""One-step forecasts of a series by a recurrent network, judged as lecture 01 judges its models."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import mse_loss

from rnn_helpers.data.series import compute_rmse
from rnn_helpers.models.training import History, fit, one_thread
from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_array, check_choice, check_integer, check_number

CELLS = ("RNN", "LSTM", "GRU")
VALIDATION = 50  # the last training years, on which alone the number of updates is chosen


class Forecaster(torch.nn.Module):
    """ŷ_t = x_t + h_t W_o + b_o: a recurrent layer reads the series and corrects persistence.

    Parameters
    ----------
    cell : {"RNN", "LSTM", "GRU"}
    hidden_size : int
        H.
    """

    def __init__(self, cell="RNN", hidden_size=8):
        super().__init__()
        check_choice("cell", cell, CELLS)
        self.recurrence = getattr(layers, cell)(1, hidden_size)
        self.change = torch.nn.Linear(hidden_size, 1)

    def forward(self, xs):
        """Forecasts of x_{t+1} for every t: (T,) to (T,)."""
        output, _ = self.recurrence(xs[:, None])
        return xs + self.change(output)[:, 0]


@dataclass
class TrainedForecaster:
    """What `train_forecaster` returns.

    Attributes
    ----------
    network : Forecaster
    predictions : array (T,)
        Entry t is the forecast of `series[t]` from all the values before it; the first is NaN.
    rmse : float
        On the held-out values, in the units of the series.
    train_rmse : float
    n_parameters : int
    history : History
    """

    network: Forecaster
    predictions: np.ndarray
    rmse: float
    train_rmse: float
    n_parameters: int
    history: History


def train_forecaster(
    series, *, n_train, seed, cell="RNN", hidden_size=8, updates=300, learning_rate=1e-2
):
    """Train a network to forecast each value of a series from all the values before it.

    The series is scaled by the mean and deviation of its first `n_train` values. The number of
    updates is the one, up to `updates`, after which the last `VALIDATION` of those values were
    forecast best by a network trained on the others; a second one, from the same seed, is then
    trained for so long on all of them. Nothing is chosen on the values after `n_train`. Training
    that stops early, as by an interrupt, returns the network of that moment, whichever it is.

    Parameters
    ----------
    series : array (T,)
        Its first `n_train` values not all the same.
    n_train : int
        More than 2 · `VALIDATION`, less than T.
    seed : int
        Fixes the weights.
    cell : {"RNN", "LSTM", "GRU"}
    hidden_size, updates : int
    learning_rate : float > 0
        Of Adam, the same for both networks.

    Returns
    -------
    trained : TrainedForecaster

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell, a series too short or without change.
    """
    series = check_array("series", series, ndim=1)
    if len(series) < 2 * VALIDATION + 2:
        raise ValueError(
            f"series must hold at least {2 * VALIDATION + 2} values, got {len(series)}"
        )
    n_train = check_integer("n_train", n_train, minimum=2 * VALIDATION + 1, maximum=len(series) - 1)
    seed = check_integer("seed", seed, minimum=0)
    check_integer("updates", updates, minimum=10)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    if (series[:n_train] == series[0]).all():
        raise ValueError(
            f"series must vary among its first {n_train} values, got {series[0]:g} throughout"
        )
    mean, deviation = series[:n_train].mean(), series[:n_train].std()
    scaled = torch.tensor((series - mean) / deviation, dtype=torch.float32)

    def run(stop, updates, watch=None):
        torch.manual_seed(seed)
        network = Forecaster(cell, hidden_size)
        inputs, targets = scaled[: stop - 1], scaled[1:stop]

        def compute_loss():
            if watch is not None:
                watch(network)
            return mse_loss(network(inputs), targets)

        return network, fit(network, compute_loss, updates=updates, learning_rate=learning_rate)

    errors = []

    def watch(network):
        if len(errors) % 10:
            errors.append(math.inf)
            return
        with torch.no_grad():
            forecasts = network(scaled[: n_train - 1])[-VALIDATION:]
        errors.append(float(mse_loss(forecasts, scaled[n_train - VALIDATION : n_train])))

    with torch.random.fork_rng(), one_thread():
        network, history = run(n_train - VALIDATION, updates, watch)
        if not history.stopped:
            network, history = run(n_train, max(10, int(np.argmin(errors))))
        with torch.no_grad():
            forecasts = network(scaled[:-1]).numpy()
    predictions = np.concatenate([[np.nan], mean + deviation * forecasts])
    return TrainedForecaster(
        network,
        predictions,
        compute_rmse(predictions[n_train:], series[n_train:]),
        compute_rmse(predictions[1:n_train], series[1:n_train]),
        sum(p.numel() for p in network.parameters()),
        history,
    )
