"""Three ways to see one past: a window, the last value, a summary."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.series import compute_rmse
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)
from rnn_helpers.lectures.sequence_models.latent import predict_exponential
from rnn_helpers.validation import check_integer, check_series

RATES = np.arange(1, 20) / 10


@dataclass(frozen=True)
class Ways:
    """What three models say about the value after a past, and what each of them looks at."""

    past: np.ndarray  # the last of the values before it, oldest first
    window: np.ndarray  # weights of AR(τ), newest value first
    last: float  # the weight of AR(1)
    intercepts: tuple[float, float]  # of the window and of the last value
    rate: float  # the share of the surprise by which the summary moves
    predictions: dict[str, float]  # of the window, the last value and the summary
    came: float  # the value that then came


def compute_ways(series: ArrayLike, *, n_train: int, tau: int = 9, n_shown: int = 10) -> Ways:
    """Fit all three on the first `n_train` values; let them predict the value after those.

    The summary is exponential smoothing at that rate of 0.1, 0.2 … 1.9 which fits these values
    best.
    """
    series = check_series("series", series, 3)
    n_train = check_integer("n_train", n_train, minimum=n_shown, maximum=len(series) - 1)
    train, known = series[:n_train], series[: n_train + 1]
    window, last = (fit_autoregressive(train, tau=length) for length in (tau, 1))
    rate = min(RATES, key=lambda r: compute_rmse(predict_exponential(train, rate=r)[1:], train[1:]))
    predictions = {
        "window": predict_autoregressive(window, known)[-1],
        "last": predict_autoregressive(last, known)[-1],
        "summary": predict_exponential(known, rate=rate)[-1],
    }
    return Ways(
        train[-n_shown:], window.coefficients, last.coefficients[0],
        (window.intercept, last.intercept), float(rate),
        {name: float(value) for name, value in predictions.items()}, float(known[-1]),
    )  # fmt: skip
