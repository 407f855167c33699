"""The autoregressive model: a window of the last τ values."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.validation import check_array, check_integer


@dataclass(frozen=True)
class AutoregressiveModel:
    """x_t = intercept + Σ_k coefficients[k−1] · x_{t−k} + noise, k = 1 … τ.

    Attributes
    ----------
    intercept : float
    coefficients : float array, shape (tau,)
        Newest first: entry 0 weighs the value just before.
    noise_variance : float, in squared units of the series
    """

    intercept: float
    coefficients: np.ndarray
    noise_variance: float

    @property
    def tau(self):
        """Length of the window."""
        return len(self.coefficients)


def build_windows(series, *, tau):
    """Cut a series into windows of τ values and the value that follows each.

    Parameters
    ----------
    series : float array, shape (T,)
    tau : int, 1 to T − 1

    Returns
    -------
    windows : float array, shape (T − tau, tau)
        Newest value first.
    targets : float array, shape (T − tau,)

    Raises
    ------
    ValueError
        τ below 1 or as long as the series.

    Examples
    --------
    >>> windows, targets = build_windows([1.0, 2.0, 3.0, 4.0], tau=2)
    >>> windows.tolist(), targets.tolist()
    ([[2.0, 1.0], [3.0, 2.0]], [3.0, 4.0])
    """
    series = _check_series(series, minimum=2)
    tau = check_integer("tau", tau, minimum=1, maximum=len(series) - 1)
    windows = np.lib.stride_tricks.sliding_window_view(series, tau)[:-1, ::-1]
    return windows, series[tau:]


def fit_autoregressive(series, *, tau):
    """Fit AR(τ) by least squares, with an intercept.

    Minimises the mean over t of (x_t − intercept − Σ_k φ_k x_{t−k})². The noise variance is the
    residual sum of squares over T − 2τ − 1, the windows less the parameters.

    Parameters
    ----------
    series : float array, shape (T,)
    tau : int, 1 to (T − 2) // 2

    Returns
    -------
    model : AutoregressiveModel

    Raises
    ------
    ValueError
        τ below 1, or too long: fewer windows than parameters.

    Examples
    --------
    >>> model = fit_autoregressive([1.0, 2.0, 4.0, 8.0, 16.0], tau=1)
    >>> round(float(model.coefficients[0]), 6)
    2.0
    """
    series = _check_series(series, minimum=4)
    tau = check_integer("tau", tau, minimum=1, maximum=(len(series) - 2) // 2)
    windows, targets = build_windows(series, tau=tau)
    design = np.column_stack([np.ones(len(targets)), windows])
    weights = np.linalg.lstsq(design, targets)[0]
    residuals = targets - design @ weights
    noise_variance = residuals @ residuals / (len(targets) - tau - 1)
    return AutoregressiveModel(float(weights[0]), weights[1:], float(noise_variance))


def compute_autocovariances(series, *, max_lag):
    """Autocovariances of a series at lags 0 to `max_lag`.

    γ_k = (1/T) Σ_t (x_{t+k} − x̄)(x_t − x̄), divided by T at every lag

    Parameters
    ----------
    series : float array, shape (T,)
    max_lag : int, 0 to T − 1

    Returns
    -------
    autocovariances : float array, shape (max_lag + 1,)

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, definition 1.4.4.
    """
    series = _check_series(series)
    max_lag = check_integer("max_lag", max_lag, minimum=0, maximum=len(series) - 1)
    centred = series - series.mean()
    T = len(series)
    return np.array([centred[k:] @ centred[: T - k] / T for k in range(max_lag + 1)])


def solve_yule_walker(autocovariances):
    """The coefficients and the noise variance whose AR(τ) has these autocovariances.

    Solves Γ φ = (γ₁, …, γ_τ) with Γ[i, j] = γ_{|i−j|}; σ² = γ₀ − φ · (γ₁, …, γ_τ)

    Parameters
    ----------
    autocovariances : float array, shape (tau + 1,)

    Returns
    -------
    coefficients : float array, shape (tau,)
    noise_variance : float

    Raises
    ------
    ValueError
        Fewer than two autocovariances, γ₀ not positive (a series that is constant), or numbers
        that no series has.

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


def fit_yule_walker(series, *, tau):
    """Fit AR(τ) by matching autocovariances (the Yule–Walker equations).

    Parameters
    ----------
    series : float array, shape (T,)
    tau : int, 1 to T − 1

    Returns
    -------
    model : AutoregressiveModel
        Its intercept is x̄ (1 − Σ φ), so that its long-run mean is the mean of the series.

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, section 5.1.1.
    """
    series = _check_series(series, minimum=2)
    tau = check_integer("tau", tau, minimum=1, maximum=len(series) - 1)
    coefficients, variance = solve_yule_walker(compute_autocovariances(series, max_lag=tau))
    intercept = float(series.mean() * (1 - coefficients.sum()))
    return AutoregressiveModel(intercept, coefficients, variance)


def predict_autoregressive(model, series):
    """One-step predictions from the true values of the window.

    Parameters
    ----------
    model : AutoregressiveModel
    series : float array, shape (T,), T > tau

    Returns
    -------
    predictions : float array, shape (T,)
        NaN for the first `tau` entries.
    """
    windows, _ = build_windows(series, tau=model.tau)
    start = np.full(model.tau, np.nan)
    return np.concatenate([start, model.intercept + windows @ model.coefficients])


def run_autoregressive(model, history, *, steps):
    """Roll the model out: each prediction enters the window of the next.

    Parameters
    ----------
    model : AutoregressiveModel
    history : float array, shape (T,), T ≥ tau
        The values known, oldest first.
    steps : int ≥ 1

    Returns
    -------
    forecasts : float array, shape (steps,)

    Raises
    ------
    ValueError
        A history shorter than the window.

    Examples
    --------
    >>> model = AutoregressiveModel(0.0, np.array([0.5]), 1.0)
    >>> run_autoregressive(model, [8.0], steps=3).tolist()
    [4.0, 2.0, 1.0]
    """
    history = _check_series(history, "history", minimum=model.tau)
    steps = check_integer("steps", steps, minimum=1)
    values = np.concatenate([history[-model.tau :], np.empty(steps)])
    newest_last = model.coefficients[::-1]
    for t in range(steps):
        values[model.tau + t] = model.intercept + newest_last @ values[t : t + model.tau]
    return values[model.tau :]


def compute_psi_weights(model, *, steps):
    """How much of a shock is still in the series k steps later.

    ψ₀ = 1, ψ_k = Σ_{j=1..min(k, τ)} φ_j ψ_{k−j}

    Parameters
    ----------
    model : AutoregressiveModel
    steps : int ≥ 1

    Returns
    -------
    psi : float array, shape (steps,)

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


def compute_forecast_deviations(model, *, steps):
    """Standard deviation of the forecast error 1 to `steps` ahead, if the model were true.

    σ_k = σ √(ψ₀² + … + ψ_{k−1}²)

    Parameters
    ----------
    model : AutoregressiveModel
    steps : int ≥ 1

    Returns
    -------
    deviations : float array, shape (steps,), in the units of the series

    Source
    ------
    Brockwell & Davis, Introduction to Time Series and Forecasting, section 3.3.
    """
    psi = compute_psi_weights(model, steps=steps)
    return np.sqrt(model.noise_variance * np.cumsum(psi**2))


def build_companion(model):
    """The matrix that moves the window on by one step, so that AR(τ) becomes a Markov chain.

    s_t = (x_t, x_{t−1}, …, x_{t−τ+1}) obeys s_t = C s_{t−1} + (intercept + noise, 0, …, 0)

    Parameters
    ----------
    model : AutoregressiveModel

    Returns
    -------
    companion : float array, shape (tau, tau)

    Examples
    --------
    >>> build_companion(AutoregressiveModel(0.0, np.array([1.3, -0.6]), 1.0)).tolist()
    [[1.3, -0.6], [1.0, 0.0]]
    """
    companion = np.eye(model.tau, k=-1)
    companion[0] = model.coefficients
    return companion


@dataclass(frozen=True)
class WindowScan:
    """Every window length fitted on the same training values.

    Attributes
    ----------
    taus : int array, shape (max_tau,)
        1 to max_tau.
    models : list of AutoregressiveModel
    train_rmse, held_out_rmse : float arrays, shape (max_tau,)
        One step ahead. In training every window is scored on the same values, those after the
        first max_tau.
    """

    taus: np.ndarray
    models: list
    train_rmse: np.ndarray
    held_out_rmse: np.ndarray


def scan_windows(series, *, n_train, max_tau):
    """Fit AR(1) to AR(max_tau) on the first `n_train` values and score each on the rest.

    Parameters
    ----------
    series : float array, shape (T,)
    n_train : int, 4 to T − 1
    max_tau : int, 1 to (n_train − 2) // 2

    Returns
    -------
    scan : WindowScan

    Raises
    ------
    ValueError
        A window too long for the training values.

    Examples
    --------
    >>> scan = scan_windows(np.sin(np.arange(50.0)), n_train=40, max_tau=3)
    >>> (scan.held_out_rmse < 1e-10).tolist()  # two values determine the next of a sine
    [False, True, True]
    """
    series = _check_series(series, minimum=5)
    n_train = check_integer("n_train", n_train, minimum=4, maximum=len(series) - 1)
    max_tau = check_integer("max_tau", max_tau, minimum=1, maximum=(n_train - 2) // 2)
    taus = np.arange(1, max_tau + 1)
    models = [fit_autoregressive(series[:n_train], tau=int(tau)) for tau in taus]
    errors = np.array([predict_autoregressive(model, series) - series for model in models])
    train_rmse = np.sqrt(np.mean(errors[:, max_tau:n_train] ** 2, axis=1))
    held_out_rmse = np.sqrt(np.mean(errors[:, n_train:] ** 2, axis=1))
    return WindowScan(taus, models, train_rmse, held_out_rmse)


def compute_rollout_errors(forecast, series, *, start, steps):
    """Forecast errors 1 to `steps` ahead, from every first year that is held out.

    Parameters
    ----------
    forecast : callable
        `forecast(history, steps)` returns the next `steps` values, shape (steps,).
    series : float array, shape (T,)
    start : int, 1 to T − 1
        The first index that may be forecast.
    steps : int ≥ 1

    Returns
    -------
    errors : float array, shape (T − start, steps)
        Forecast less truth; row i begins at index `start + i`; NaN beyond the end of the series.

    Examples
    --------
    >>> repeat_last = lambda history, steps: np.full(steps, history[-1])
    >>> compute_rollout_errors(repeat_last, [1.0, 2.0, 4.0], start=1, steps=2).tolist()
    [[-1.0, -3.0], [-2.0, nan]]
    """
    series = _check_series(series, minimum=2)
    start = check_integer("start", start, minimum=1, maximum=len(series) - 1)
    steps = check_integer("steps", steps, minimum=1)
    errors = np.full((len(series) - start, steps), np.nan)
    for row, first in enumerate(range(start, len(series))):
        truth = series[first : first + steps]
        forecasts = check_array("forecasts", forecast(series[:first], steps), shape=(steps,))
        errors[row, : len(truth)] = forecasts[: len(truth)] - truth
    return errors


def _check_series(series, name="series", *, minimum=1):
    series = check_array(name, series, ndim=1)
    if len(series) < minimum:
        raise ValueError(f"{name} must hold at least {minimum} values, got {len(series)}")
    return series
