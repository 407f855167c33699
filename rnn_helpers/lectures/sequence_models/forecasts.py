"""How long a window should be, and how far ahead its forecasts hold: the numbers of the demo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models.autoregressive import (
    AutoregressiveModel,
    compute_forecast_deviations,
    fit_autoregressive,
    predict_autoregressive,
    run_autoregressive,
)
from rnn_helpers.validation import check_array, check_integer, check_series

MAX_TAU, MAX_HORIZON = 60, 22
ORDERS = ("as observed", "shuffled")
_NORMAL_95 = 1.6449  # 90 % of a normal distribution lies within this many standard deviations


@dataclass(frozen=True)
class WindowScan:
    """Windows of 1 to max_tau, fitted on the same training values, and their one-step errors.

    In training, too, all are scored on the same values: those after the first max_tau.
    """

    taus: np.ndarray
    models: list[AutoregressiveModel]
    train_rmse: np.ndarray
    held_out_rmse: np.ndarray


def scan_windows(series: ArrayLike, *, n_train: int, max_tau: int) -> WindowScan:
    """Fit AR(1) to AR(max_tau) on the first `n_train` values and score each on the rest.

    Examples
    --------
    >>> scan = scan_windows(np.sin(np.arange(50.0)), n_train=40, max_tau=3)
    >>> (scan.held_out_rmse < 1e-10).tolist()  # two values determine the next of a sine
    [False, True, True]
    """
    series = check_series("series", series, 5)
    n_train = check_integer("n_train", n_train, minimum=4, maximum=len(series) - 1)
    max_tau = check_integer("max_tau", max_tau, minimum=1, maximum=(n_train - 2) // 2)
    taus = np.arange(1, max_tau + 1)
    models = [fit_autoregressive(series[:n_train], tau=int(tau)) for tau in taus]
    errors = np.array([predict_autoregressive(model, series) - series for model in models])
    train_rmse = np.sqrt(np.mean(errors[:, max_tau:n_train] ** 2, axis=1))
    held_out_rmse = np.sqrt(np.mean(errors[:, n_train:] ** 2, axis=1))
    return WindowScan(taus, models, train_rmse, held_out_rmse)


def compute_rollout_errors(
    forecast: Callable[[np.ndarray, int], ArrayLike], series: ArrayLike, *, start: int, steps: int
) -> np.ndarray:
    """Forecast less truth 1 to `steps` ahead, of forecasts that begin at every index from `start`.

    `forecast(history, steps)` returns the next `steps` values. Row i of the errors
    (T − start, steps) begins at index `start + i`; NaN beyond the end of the series.

    Examples
    --------
    >>> repeat_last = lambda history, steps: np.full(steps, history[-1])
    >>> compute_rollout_errors(repeat_last, [1.0, 2.0, 4.0], start=1, steps=2).tolist()
    [[-1.0, -3.0], [-2.0, nan]]
    """
    series = check_series("series", series, 2)
    start = check_integer("start", start, minimum=1, maximum=len(series) - 1)
    steps = check_integer("steps", steps, minimum=1)
    errors = np.full((len(series) - start, steps), np.nan)
    for row, first in enumerate(range(start, len(series))):
        truth = series[first : first + steps]
        forecasts = check_array("forecasts", forecast(series[:first], steps), shape=(steps,))
        errors[row, : len(truth)] = forecasts[: len(truth)] - truth
    return errors


@dataclass(frozen=True)
class ForecastView:
    """What the forecast demo shows at one setting: a forecast from the year `start` on.

    `forecasts` and `margins` (horizon,) are the middle and half the width of the 90 % band,
    `misses` the forecast less the truth for the years that are known.
    """

    years: np.ndarray
    counts: np.ndarray
    order: str
    tau: int
    start: int
    forecasts: np.ndarray
    margins: np.ndarray
    misses: np.ndarray
    scan: WindowScan


def prepare_forecasts() -> Callable[..., ForecastView]:
    """Fit every window once, on the years as observed and on the years shuffled.

    Returns `compute(tau, start, horizon, order) -> ForecastView`.
    """
    years, counts = load_sunspots()
    train, _ = split_years(years)
    shuffled = np.random.default_rng(0).permutation(counts)
    studies = {}
    for order, series in zip(ORDERS, (counts, shuffled), strict=True):
        scan = scan_windows(series, n_train=train.stop, max_tau=MAX_TAU)
        margins = [
            _NORMAL_95 * compute_forecast_deviations(model, steps=MAX_HORIZON)
            for model in scan.models
        ]
        studies[order] = series, scan, margins

    def compute(tau, start, horizon, order):
        series, scan, margins = studies[order]
        first = start - int(years[0])
        forecasts = run_autoregressive(scan.models[tau - 1], series[:first], steps=horizon)
        truth = series[first : first + horizon]
        misses = forecasts[: len(truth)] - truth
        return ForecastView(
            years, series, order, tau, start, forecasts, margins[tau - 1][:horizon], misses, scan
        )

    return compute
