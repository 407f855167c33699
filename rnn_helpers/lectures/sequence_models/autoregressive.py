"""The autoregressive model: a window of the last τ values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.validation import check_array, check_integer, check_series


@dataclass(frozen=True)
class AutoregressiveModel:
    """x_t = intercept + Σ_k coefficients[k−1] · x_{t−k} + noise, k = 1 … τ.

    The coefficients (tau,) stand newest first: entry 0 weighs the value just before. The variance
    of the noise is in squared units of the series.
    """

    intercept: float
    coefficients: np.ndarray
    noise_variance: float

    @property
    def tau(self) -> int:
        """Length of the window."""
        return len(self.coefficients)


def build_windows(series: ArrayLike, *, tau: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into windows (T − τ, τ), newest value first, and what follows each (T − τ,).

    Examples
    --------
    >>> windows, targets = build_windows([1.0, 2.0, 3.0, 4.0], tau=2)
    >>> windows.tolist(), targets.tolist()
    ([[2.0, 1.0], [3.0, 2.0]], [3.0, 4.0])
    """
    series = check_series("series", series, 2)
    tau = check_integer("tau", tau, minimum=1, maximum=len(series) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(series, tau)[:-1, ::-1]
    return windows, series[tau:]


def fit_autoregressive(series: ArrayLike, *, tau: int) -> AutoregressiveModel:
    """Fit AR(τ) by least squares, with an intercept.

    Minimises the mean over t of (x_t − intercept − Σ_k φ_k x_{t−k})². The noise variance is the
    residual sum of squares over T − 2τ − 1, the windows less the parameters; τ is at most
    (T − 2) // 2, so that there are enough of them.

    Examples
    --------
    >>> model = fit_autoregressive([1.0, 2.0, 4.0, 8.0, 16.0], tau=1)
    >>> round(float(model.coefficients[0]), 6)
    2.0
    """
    series = check_series("series", series, 4)
    tau = check_integer("tau", tau, minimum=1, maximum=(len(series) - 2) // 2)
    windows, targets = build_windows(series, tau=tau)
    design = np.column_stack([np.ones(len(targets)), windows])
    weights = np.linalg.lstsq(design, targets)[0]
    residuals = targets - design @ weights
    noise_variance = residuals @ residuals / (len(targets) - tau - 1)
    return AutoregressiveModel(float(weights[0]), weights[1:], float(noise_variance))


def compute_autocovariances(series: ArrayLike, *, max_lag: int) -> np.ndarray:
    """Autocovariances of a series at lags 0 to `max_lag`, which is less than T.

    γ_k = (1/T) Σ_t (x_{t+k} − x̄)(x_t − x̄), divided by T at every lag

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, definition 1.4.4.
    """
    series = check_series("series", series)
    max_lag = check_integer("max_lag", max_lag, minimum=0, maximum=len(series) - 1)
    centred = series - series.mean()
    T = len(series)
    return np.array([centred[k:] @ centred[: T - k] / T for k in range(max_lag + 1)])


def solve_yule_walker(autocovariances: ArrayLike) -> tuple[np.ndarray, float]:
    """The coefficients φ (τ,) and the noise variance σ² whose AR(τ) has these autocovariances.

    Solves Γ φ = (γ₁, …, γ_τ) with Γ[i, j] = γ_{|i−j|}; σ² = γ₀ − φ · (γ₁, …, γ_τ). Numbers that
    no series has are refused.

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, section 5.1.1.

    Examples
    --------
    >>> coefficients, noise_variance = solve_yule_walker([4.0, 2.0])
    >>> coefficients.tolist(), noise_variance
    ([0.5], 3.0)
    """
    gamma = check_array("autocovariances", autocovariances, ndim=1)
    if len(gamma) < 2:
        raise ValueError(f"autocovariances must hold at least 2 numbers, got {len(gamma)}")
    if gamma[0] <= 0:
        raise ValueError(f"autocovariances must begin with a variance above 0, got {gamma[0]:g}")
    lags = np.arange(len(gamma))
    if np.linalg.eigvalsh(gamma[np.abs(lags[:, None] - lags)])[0] <= 1e-12 * gamma[0]:
        raise ValueError(
            f"autocovariances must make a positive definite matrix, as those of a series do, got "
            f"{gamma.tolist()}"
        )
    lags = lags[:-1]
    coefficients = np.linalg.solve(gamma[np.abs(lags[:, None] - lags)], gamma[1:])
    return coefficients, float(gamma[0] - coefficients @ gamma[1:])


def predict_autoregressive(model: AutoregressiveModel, series: ArrayLike) -> np.ndarray:
    """One-step predictions (T,) from the true values of the window; NaN for the first `tau`."""
    windows, _ = build_windows(series, tau=model.tau)
    start = np.full(model.tau, np.nan)
    return np.concatenate([start, model.intercept + windows @ model.coefficients])


def run_autoregressive(model: AutoregressiveModel, history: ArrayLike, *, steps: int) -> np.ndarray:
    """Roll the model out from the values known: each prediction enters the window of the next.

    Examples
    --------
    >>> model = AutoregressiveModel(0.0, np.array([0.5]), 1.0)
    >>> run_autoregressive(model, [8.0], steps=3).tolist()
    [4.0, 2.0, 1.0]
    """
    history = check_series("history", history, model.tau)
    steps = check_integer("steps", steps, minimum=1)
    values = np.concatenate([history[-model.tau :], np.empty(steps)])
    newest_last = model.coefficients[::-1]
    for t in range(steps):
        values[model.tau + t] = model.intercept + newest_last @ values[t : t + model.tau]
    return values[model.tau :]


def compute_psi_weights(model: AutoregressiveModel, *, steps: int) -> np.ndarray:
    """How much of a shock is still in the series 0 to steps − 1 steps later.

    ψ₀ = 1, ψ_k = Σ_{j=1..min(k, τ)} φ_j ψ_{k−j}

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, section 3.1.

    Examples
    --------
    >>> compute_psi_weights(AutoregressiveModel(0.0, np.array([0.5]), 1.0), steps=3).tolist()
    [1.0, 0.5, 0.25]
    """
    steps = check_integer("steps", steps, minimum=1)
    shock = np.zeros(model.tau)
    shock[-1] = 1.0
    noiseless = AutoregressiveModel(0.0, model.coefficients, 0.0)
    later = run_autoregressive(noiseless, shock, steps=steps)
    return np.concatenate([[1.0], later[: steps - 1]])


def compute_forecast_deviations(model: AutoregressiveModel, *, steps: int) -> np.ndarray:
    """Standard deviation of the forecast error 1 to `steps` ahead, if the model were true.

    σ_k = σ √(ψ₀² + … + ψ_{k−1}²), in the units of the series

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, section 3.3.
    """
    psi = compute_psi_weights(model, steps=steps)
    return np.sqrt(model.noise_variance * np.cumsum(psi**2))


def build_companion(model: AutoregressiveModel) -> np.ndarray:
    """The matrix (tau, tau) that moves the window on, so that AR(τ) becomes a Markov chain.

    s_t = (x_t, x_{t−1}, …, x_{t−τ+1}) obeys s_t = C s_{t−1} + (intercept + noise, 0, …, 0)

    Examples
    --------
    >>> build_companion(AutoregressiveModel(0.0, np.array([1.3, -0.6]), 1.0)).tolist()
    [[1.3, -0.6], [1.0, 0.0]]
    """
    companion = np.eye(model.tau, k=-1)
    companion[0] = model.coefficients
    return companion
