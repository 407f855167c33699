"""The table of models that the series fills, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.series import compute_rmse
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)
from rnn_helpers.lectures.sequence_models.histories import (
    predict_naive,
    predict_persistence,
    predict_seasonal,
)
from rnn_helpers.lectures.sequence_models.latent import (
    fit_hidden_markov,
    fit_linear_recurrence,
    predict_exponential,
    predict_hidden_markov,
    predict_linear_recurrence,
)
from rnn_helpers.lectures.sequence_models.order import choose_order
from rnn_helpers.validation import check_integer, check_series


@dataclass(frozen=True)
class ModelRow:
    """One line of the table that grows through the lectures.

    `memory` counts the numbers of the past held between two steps, `cost` the multiplications per
    step; `rmse` is one step ahead on the held-out years.
    """

    name: str
    memory: int | str
    parameters: int | str
    cost: int | str
    rmse: float


def label_phases(series: ArrayLike) -> np.ndarray:
    """A first guess of four phases, by the median and the last change.

    0 is low and falling, 1 low and rising, 2 high and falling, 3 high and rising.
    """
    series = check_series("series", series, 2)
    rising = np.diff(series, prepend=-np.inf) > 0
    return 2 * (series > np.median(series)) + rising


def compute_model_table(series: ArrayLike, *, n_train: int) -> list[ModelRow]:
    """Fit every model of the lecture on the first `n_train` values, at least 40; score the rest.

    All is chosen on those values, too: the longest window by rolling origin over the last 55 % of
    them, from 1800 on for the sunspots to 1920; the rate of smoothing, of 0.1, 0.2 … 1.9, and the
    poles of the recurrence by their squared error.
    """
    series = check_series("series", series, 41)
    n_train = check_integer("n_train", n_train, minimum=40, maximum=len(series) - 1)
    train = series[:n_train]

    def autoregressive(tau):
        return predict_autoregressive(fit_autoregressive(train, tau=tau), series)

    def smoothing(rate):
        return predict_exponential(series, rate=rate)

    first = n_train - 11 * n_train // 20
    tau = choose_order(train, first=first, max_order=min(20, (first - 2) // 2))
    rates = np.arange(1, 20) / 10
    rate = min(rates, key=lambda rate: compute_rmse(smoothing(rate)[1:n_train], train[1:]))
    recurrence = fit_linear_recurrence(train, n_poles=2)
    hidden = fit_hidden_markov(train, labels=label_phases(train), n_states=4)
    candidates = [
        ("naive: the whole past", "all", "one per history", "all",
         predict_naive(series, n_train=n_train)),
        ("persistence", 1, 0, 0, predict_persistence(series)),
        ("seasonal, 11 years", 11, 0, 0, predict_seasonal(series)),
        ("Markov: AR(1)", 1, 2, 1, autoregressive(1)),
        ("AR(2)", 2, 3, 2, autoregressive(2)),
        ("AR(4)", 4, 5, 4, autoregressive(4)),
        (f"AR({tau})", tau, tau + 1, tau, autoregressive(tau)),
        (f"latent: smoothing, rate {rate:.1f}", 1, 1, 1, smoothing(rate)),
        ("latent: linear recurrence", 4, 9, 12, predict_linear_recurrence(recurrence, series)),
        ("latent: hidden Markov, 4 states", 3, 23, 24, predict_hidden_markov(hidden, series)),
    ]  # fmt: skip
    return [
        ModelRow(
            name, memory, parameters, cost, compute_rmse(predictions[n_train:], series[n_train:])
        )
        for name, memory, parameters, cost, predictions in candidates
    ]


def format_model_table(rows: Sequence[ModelRow]) -> str:
    """The table as aligned text, one line per model."""
    lines = [f"{'model':<32}{'memory':>7}{'parameters':>17}{'cost':>6}{'RMSE':>7}"]
    lines += [
        f"{row.name:<32}{row.memory:>7}{row.parameters:>17}{row.cost:>6}{row.rmse:>7.1f}"
        for row in rows
    ]
    return "\n".join(lines)
