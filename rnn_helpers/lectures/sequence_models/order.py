"""How many past values an autoregression should read, chosen on the training values alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.lectures.sequence_models.autoregressive import compute_autocovariances
from rnn_helpers.validation import check_integer, check_series


def compute_autocorrelations(series: ArrayLike, *, max_lag: int) -> np.ndarray:
    """The autocorrelations (ACF) of a series at lags 0 to `max_lag`: ρ_k = γ_k / γ₀.

    Of white noise, about 95 % of them lie within ±1.96 / √T.

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, definition 1.4.4.

    Examples
    --------
    >>> compute_autocorrelations([1.0, -1.0, 1.0, -1.0], max_lag=2).tolist()
    [1.0, -0.75, 0.5]
    """
    autocovariances = compute_autocovariances(series, max_lag=max_lag)
    if autocovariances[0] == 0:
        raise ValueError("series must vary, all its values are the same")
    return autocovariances / autocovariances[0]


def compute_partial_autocorrelations(series: ArrayLike, *, max_lag: int) -> np.ndarray:
    """The partial autocorrelations (PACF) of a series at lags 0 to `max_lag`.

    Entry k is the weight φ_kk of the oldest value in the Yule–Walker AR(k): what the value k steps
    back adds to those between. By the recursion of Durbin and Levinson

    φ_kk = (ρ_k − Σ_{j<k} φ_{k−1,j} ρ_{k−j}) / (1 − Σ_{j<k} φ_{k−1,j} ρ_j),
    φ_kj = φ_{k−1,j} − φ_kk φ_{k−1,k−j}.

    Of an AR(p), beyond lag p, about 95 % lie within ±1.96 / √T.

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, sections 3.2.3 and 5.1.1.

    Examples
    --------
    >>> compute_partial_autocorrelations([1.0, -1.0, 1.0, -1.0], max_lag=1).tolist()
    [1.0, -0.75]
    """
    rho = compute_autocorrelations(series, max_lag=max_lag)
    partial, phi = np.ones(len(rho)), np.empty(0)
    for k in range(1, len(rho)):
        newest_last = phi[::-1]
        partial[k] = (rho[k] - newest_last @ rho[1:k]) / (1 - phi @ rho[1:k])
        phi = np.append(phi - partial[k] * newest_last, partial[k])
    return partial


def _stack_sums(series, max_order):
    """Sums Σ z zᵀ with z = (1, x_{s−1}, …, x_{s−max_order}, x_s), after every s from max_order on.

    The series is centred and scaled first, so that the normal equations lose no digits.
    """
    scaled = (series - series.mean()) / series.std()
    windows = np.lib.stride_tricks.sliding_window_view(scaled, max_order + 1)[:, ::-1]
    rows = np.column_stack([np.ones(len(windows)), windows[:, 1:], windows[:, 0]])
    return rows, np.cumsum(rows[:, :, None] * rows[:, None, :], axis=0)


@dataclass(frozen=True)
class InformationCriteria:
    """AIC, AICc and BIC of AR(1) to AR(max_order), (max_order,) each; the lowest is chosen."""

    orders: np.ndarray
    aic: np.ndarray
    aicc: np.ndarray
    bic: np.ndarray


def compute_information_criteria(series: ArrayLike, *, max_order: int) -> InformationCriteria:
    """What each order gains in fit, less a price for its parameters.

    With n the values fitted, RSS the squared error and m = p + 2 the parameters of AR(p), noise
    variance and intercept among them,

    AIC = n ln(RSS / n) + 2 m, AICc = AIC + 2 m (m + 1) / (n − m − 1), BIC = n ln(RSS / n) + m ln n.

    All orders are fitted, by least squares, to the same n = T − max_order values, those after the
    first max_order: a criterion compares only models of the same data.

    Source
    ------
    Akaike (1974), IEEE Transactions on Automatic Control 19; Hurvich & Tsai (1989), Biometrika 76;
    Schwarz (1978), Annals of Statistics 6.
    """
    series = check_series("series", series, 5)
    max_order = check_integer("max_order", max_order, minimum=1, maximum=(len(series) - 4) // 2)
    if series.std() == 0:
        raise ValueError("series must vary, all its values are the same")
    _, sums = _stack_sums(series, max_order)
    n, whole = len(sums), sums[-1]
    orders = np.arange(1, max_order + 1)
    rss = np.empty(max_order)
    for p in orders:
        inner, across = whole[: p + 1, : p + 1], whole[: p + 1, -1]
        rss[p - 1] = whole[-1, -1] - across @ np.linalg.solve(inner, across)
    fit = n * np.log(rss * series.var() / n)
    m = orders + 2
    aic = fit + 2 * m
    return InformationCriteria(
        orders, aic, aic + 2 * m * (m + 1) / (n - m - 1), fit + m * np.log(n)
    )


def compute_rolling_errors(series: ArrayLike, *, first: int, max_order: int) -> np.ndarray:
    """Root mean squared error (max_order,) of AR(1) to AR(max_order), by rolling origin.

    For every t from `first` on, each order is fitted to the values before t, all of them, and
    predicts the value at t: at every origin only what was known then is used. `first` is at least
    2 · max_order + 2, so that each fit has more equations than weights.

    Source
    ------
    Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of
    Forecasting 16; Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 5.10.

    Examples
    --------
    >>> errors = compute_rolling_errors(np.sin(np.arange(50.0)), first=20, max_order=2)
    >>> (errors < 1e-6).tolist()  # two values determine the next of a sine
    [False, True]
    """
    series = check_series("series", series, 7)
    max_order = check_integer("max_order", max_order, minimum=1, maximum=(len(series) - 3) // 2)
    first = check_integer("first", first, minimum=2 * max_order + 2, maximum=len(series) - 1)
    if series[:first].std() == 0:
        raise ValueError("series must vary before first, all those values are the same")
    misses = np.empty((max_order, len(series) - first))
    for p in range(1, max_order + 1):
        rows, sums = _stack_sums(series, p)
        known = sums[first - p - 1 : -1]  # what the windows that end before each t add up to
        weights = np.linalg.solve(known[:, :-1, :-1], known[:, :-1, -1:])[:, :, 0]
        rows = rows[first - p :]
        misses[p - 1] = (rows[:, :-1] * weights).sum(axis=1) - rows[:, -1]
    return series.std() * np.sqrt(np.mean(misses**2, axis=1))


def choose_order(series: ArrayLike, *, first: int, max_order: int = 20) -> int:
    """The order whose rolling-origin error is lowest; nothing after the series is looked at."""
    errors = compute_rolling_errors(series, first=first, max_order=max_order)
    return int(errors.argmin()) + 1
