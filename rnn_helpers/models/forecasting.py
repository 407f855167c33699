"""One-step forecasts of a series by a recurrent network, judged as lecture 01 judges its models."""

import math

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import mse_loss

from rnn_helpers.data.series import compute_rmse
from rnn_helpers.models.training import Trained, make_layer, one_thread, train
from rnn_helpers.validation import check_array, check_integer

VALIDATION = 50  # the last training years, on which alone the number of updates is chosen


class Forecaster(torch.nn.Module):
    """x̂_{t+1} = x_t + h_t W_hy + b_y: a recurrent layer reads the series, corrects persistence."""

    def __init__(self, cell: str = "RNN", hidden_size: int = 8):
        super().__init__()
        self.recurrence = make_layer(cell, 1, hidden_size)
        self.change = torch.nn.Linear(hidden_size, 1)

    def forward(self, xs: torch.Tensor) -> torch.Tensor:
        """Forecasts of x_{t+1} for every t: (T,) to (T,)."""
        output, _ = self.recurrence(xs[:, None])
        return xs + self.change(output)[:, 0]


def train_forecaster(
    series: ArrayLike, *, n_train: int, seed: int, cell: str = "RNN", hidden_size: int = 8,
    updates: int = 300, learning_rate: float = 1e-2,
) -> Trained:  # fmt: skip
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
    cell, hidden_size
        H units of one of `training.CELLS`.
    updates, learning_rate
        At most so many; the rate of Adam, the same for both networks.

    Returns
    -------
    trained : Trained
        `predictions` (T,), of which entry t is the forecast of `series[t]` from all the values
        before it; the first is NaN. `rmse` on the held-out values, `train_rmse`, and
        `validation_rmse`, the least on the validation years, in the units of the series.
    """
    series = check_array("series", series, ndim=1)
    if len(series) < 2 * VALIDATION + 2:
        raise ValueError(
            f"series must hold at least {2 * VALIDATION + 2} values, got {len(series)}"
        )
    n_train = check_integer("n_train", n_train, minimum=2 * VALIDATION + 1, maximum=len(series) - 1)
    check_integer("updates", updates, minimum=10)
    if (series[:n_train] == series[0]).all():
        raise ValueError(
            f"series must vary among its first {n_train} values, got {series[0]:g} throughout"
        )
    mean, deviation = series[:n_train].mean(), series[:n_train].std()
    scaled = torch.tensor((series - mean) / deviation, dtype=torch.get_default_dtype())
    errors = []

    def watch(network):
        """Every ten updates, the error on the validation years."""
        if len(errors) % 10:
            errors.append(math.inf)
            return
        with torch.no_grad():
            forecasts = network(scaled[: n_train - 1])[-VALIDATION:]
        errors.append(float(mse_loss(forecasts, scaled[n_train - VALIDATION : n_train])))

    def run(stop, updates, before_update=lambda network: None):
        def make_loss(network, rng):
            def compute_loss():
                before_update(network)
                return mse_loss(network(scaled[: stop - 1]), scaled[1:stop])

            return compute_loss

        return train(
            lambda: Forecaster(cell, hidden_size), make_loss, seed=seed, updates=updates,
            learning_rate=learning_rate,
        )  # fmt: skip

    trained = run(n_train - VALIDATION, updates, watch)
    best = math.sqrt(min(errors, default=math.nan)) * deviation
    if not trained.history.stopped:
        trained = run(n_train, max(10, int(np.argmin(errors))))
    with torch.no_grad(), one_thread():
        forecasts = trained.model(scaled[:-1]).numpy()
    trained.validation_rmse = best
    trained.predictions = np.concatenate([[np.nan], mean + deviation * forecasts])
    trained.rmse = compute_rmse(trained.predictions[n_train:], series[n_train:])
    trained.train_rmse = compute_rmse(trained.predictions[1:n_train], series[1:n_train])
    return trained
