"""Models of a sequence before neural networks: what should the next value depend on?

Every one-step predictor of a series returns an array of the series' own shape (T,): entry t is the
prediction of `series[t]` from `series[:t]` alone, NaN where the model has not seen enough.
Indices count from 0; "lag 1" is the value just before.
"""

import collections
import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_helpers.validation import check_array, check_choice, check_integer, check_number


def compute_rmse(predictions, targets):
    """Root mean squared error, in the units of the targets.

    √(mean (prediction − target)²)

    Parameters
    ----------
    predictions, targets : float arrays of one shape

    Returns
    -------
    rmse : float

    Raises
    ------
    ValueError
        Different shapes, empty, or not finite.

    Examples
    --------
    >>> compute_rmse([1.0, 2.0], [4.0, 6.0])  # errors of 3 and 4
    3.5355339059327378
    """
    targets = check_array("targets", targets)
    predictions = check_array("predictions", predictions, shape=targets.shape)
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))


# --- condition on everything ---------------------------------------------------------------------


def compute_conditionals(joint):
    """Take a joint table apart by the chain rule.

    P(X₁, …, X_T) = ∏_t P(X_t | X₁, …, X_{t−1})

    Parameters
    ----------
    joint : float array with T axes
        Probabilities or counts of every combination; axis t − 1 runs over the values of X_t.

    Returns
    -------
    conditionals : list of T float arrays
        Entry t − 1 has the first t axes of `joint` and sums to 1 along its last one (to 0 where a
        history never happens).

    Raises
    ------
    ValueError
        A negative entry, or nothing but zeros.

    Examples
    --------
    >>> first, second = compute_conditionals([[1, 1], [0, 2]])
    >>> first.tolist(), second.tolist()
    ([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]])
    """
    joint = check_array("joint", joint)
    if joint.ndim == 0 or (joint < 0).any() or not joint.any():
        raise ValueError("joint must be a table of numbers of at least 0 that are not all 0")
    conditionals = []
    for t in range(1, joint.ndim + 1):
        marginal = joint.sum(axis=tuple(range(t, joint.ndim)))
        history = marginal.sum(axis=-1, keepdims=True)
        conditionals.append(
            np.divide(marginal, history, out=np.zeros_like(marginal), where=history > 0)
        )
    return conditionals


@dataclass(frozen=True)
class HistoryCounts:
    """How often the histories of one length repeat.

    Attributes
    ----------
    length : int
    total : int
        Positions with a history of that length before them.
    distinct : int
        Different histories among them.
    once : int
        Histories that occur a single time.
    """

    length: int
    total: int
    distinct: int
    once: int

    @property
    def share_once(self):
        """Share of the positions whose history occurs nowhere else."""
        return self.once / self.total


def count_histories(sequence, *, length):
    """How many different histories of one length there are, and how many occur only once.

    Parameters
    ----------
    sequence : str, or sequence of hashable tokens
    length : int ≥ 1

    Returns
    -------
    counts : HistoryCounts

    Raises
    ------
    ValueError
        `length` below 1, or a sequence that holds no history of that length and a next token.

    Examples
    --------
    >>> count_histories("banana", length=2)  # ba an na an
    HistoryCounts(length=2, total=4, distinct=3, once=2)
    """
    length = check_integer("length", length, minimum=1)
    total = len(sequence) - length
    if total < 1:
        raise ValueError(
            f"sequence must hold more than length = {length} tokens, got {len(sequence)}"
        )
    if not isinstance(sequence, str):
        sequence = tuple(sequence)
    counts = collections.Counter(sequence[t : t + length] for t in range(total))
    return HistoryCounts(length, total, len(counts), sum(n == 1 for n in counts.values()))


def predict_naive(series, *, n_train):
    """Condition on the whole past: the mean of what followed the very same history in training.

    A history that training never saw leaves only the training mean to say.

    Parameters
    ----------
    series : float array, shape (T,)
    n_train : int
        The first `n_train` values are the training values.

    Returns
    -------
    predictions : float array, shape (T,)
    """
    series = _check_series(series)
    n_train = check_integer("n_train", n_train, minimum=1, maximum=len(series))
    followers = collections.defaultdict(list)
    for t in range(n_train):
        followers[tuple(series[:t])].append(series[t])
    mean = series[:n_train].mean()
    return np.array([np.mean(followers.get(tuple(series[:t]), mean)) for t in range(len(series))])


# --- baselines -----------------------------------------------------------------------------------


def predict_persistence(series):
    """Say the last value again.

    x̂_t = x_{t−1}

    Parameters
    ----------
    series : float array, shape (T,)

    Returns
    -------
    predictions : float array, shape (T,)

    Examples
    --------
    >>> predict_persistence([5.0, 11.0, 16.0]).tolist()
    [nan, 5.0, 11.0]
    """
    return predict_seasonal(series, period=1)


def predict_seasonal(series, *, period=11):
    """Say the value of one period ago again.

    x̂_t = x_{t−period}

    Parameters
    ----------
    series : float array, shape (T,)
    period : int, 1 to T − 1, in steps

    Returns
    -------
    predictions : float array, shape (T,)

    Raises
    ------
    ValueError
        A period that the series is too short for.
    """
    series = _check_series(series, minimum=2)
    period = check_integer("period", period, minimum=1, maximum=len(series) - 1)
    return np.concatenate([np.full(period, np.nan), series[:-period]])


# --- a window of the past: autoregression --------------------------------------------------------


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


# --- only the last value: Markov chains ----------------------------------------------------------


def fit_transition_matrix(states, *, n_states, pseudo_count=0.0):
    """Estimate p(next state | state) by counting.

    P[i, j] = (pseudo_count + number of i → j) / (n_states · pseudo_count + number of i → any)

    Parameters
    ----------
    states : int array, shape (T,), entries 0 to n_states − 1
    n_states : int ≥ 1
    pseudo_count : float ≥ 0
        Added to every count.

    Returns
    -------
    transition : float array, shape (n_states, n_states); each row sums to 1

    Raises
    ------
    ValueError
        A state out of range, fewer than two, or one that is never left while `pseudo_count` is 0.

    Examples
    --------
    >>> fit_transition_matrix([0, 0, 1, 0], n_states=2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    n_states = check_integer("n_states", n_states, minimum=1)
    states = _check_states("states", states, n_states)
    pseudo_count = check_number("pseudo_count", pseudo_count, minimum=0)
    if len(states) < 2:
        raise ValueError(f"states must hold at least 2 states, got {len(states)}")
    counts = np.full((n_states, n_states), pseudo_count)
    np.add.at(counts, (states[:-1], states[1:]), 1.0)
    totals = counts.sum(axis=1, keepdims=True)
    if not totals.all():
        never = int(np.argmin(totals))
        raise ValueError(
            f"states must leave every state at least once when pseudo_count is 0, "
            f"state {never} is never left"
        )
    return counts / totals


def compute_stationary_distribution(transition):
    """The distribution that one more step leaves as it is: π = π P, Σ π = 1.

    Parameters
    ----------
    transition : float array, shape (K, K); each row sums to 1

    Returns
    -------
    stationary : float array, shape (K,)

    Raises
    ------
    ValueError
        Not a square matrix of probabilities, or more than one distribution is stationary.

    Examples
    --------
    >>> compute_stationary_distribution([[0.9, 0.1], [0.3, 0.7]]).round(6).tolist()
    [0.75, 0.25]
    """
    transition = _check_transition(transition)
    K = len(transition)
    equations = np.vstack([transition.T - np.eye(K), np.ones(K)])
    stationary, _, rank, _ = np.linalg.lstsq(equations, np.eye(K + 1)[K])
    if rank < K:
        raise ValueError(
            "transition must have one stationary distribution: its states fall into groups that "
            "never reach each other"
        )
    stationary = np.maximum(stationary, 0)  # −1e-16 for a state that is never visited
    return stationary / stationary.sum()


def compute_sequence_probability(states, *, initial, transition):
    """Log-probability of a whole sequence under a Markov chain.

    ln P(x₁, …, x_T) = ln p(x₁) + Σ_t ln p(x_t | x_{t−1})

    Parameters
    ----------
    states : int array, shape (T,)
    initial : float array, shape (K,)
    transition : float array, shape (K, K)

    Returns
    -------
    log_probability : float, in nats; −inf if a step is impossible

    Examples
    --------
    >>> chain = dict(initial=[0.5, 0.5], transition=[[0.9, 0.1], [0.2, 0.8]])
    >>> round(float(np.exp(compute_sequence_probability([0, 0, 1], **chain))), 6)
    0.045
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    states = _check_states("states", states, len(transition))
    steps = np.concatenate([initial[states[:1]], transition[states[:-1], states[1:]]])
    with np.errstate(divide="ignore"):
        return float(np.log(steps).sum())


def sample_markov_chain(transition, *, length, initial, rng):
    """Draw a sequence: the first state from `initial`, each next one from its row.

    Parameters
    ----------
    transition : float array, shape (K, K); each row sums to 1
    length : int ≥ 1
    initial : float array, shape (K,)
    rng : numpy.random.Generator

    Returns
    -------
    states : int array, shape (length,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_markov_chain([[0, 1], [1, 0]], length=4, initial=[1, 0], rng=rng).tolist()
    [0, 1, 0, 1]
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    length = check_integer("length", length, minimum=1)
    draws = rng.random(length)
    rows = np.cumsum(np.vstack([initial, transition]), axis=1)
    rows[:, -1] = 1.0
    states, row = np.empty(length, dtype=int), 0
    for t in range(length):
        states[t] = np.searchsorted(rows[row], draws[t], side="right")
        row = states[t] + 1
    return states


# --- only the last few characters: n-grams -------------------------------------------------------

SMOOTHINGS = ("uniform", "shorter context")


@dataclass(frozen=True)
class NgramModel:
    """Counts of every context of 0 to `max_order` characters, and of what followed it.

    Contexts are numbered: `context_keys[k]` lists, in order, `number of the context of k
    characters · size + the character before it`, and the place in that list is the number of the
    context of k + 1 characters. `gram_keys[k]` lists `number of the context · size + what
    followed`.

    Attributes
    ----------
    alphabet : str
        The characters of the training text, in order; `size` also counts one unknown character.
    max_order : int
    context_keys : list of max_order int arrays
    context_counts : list of max_order + 1 int arrays
    gram_keys, gram_counts : lists of max_order + 1 int arrays
    """

    alphabet: str
    max_order: int
    context_keys: list
    context_counts: list
    gram_keys: list
    gram_counts: list

    @property
    def size(self):
        """Characters the model can predict, the unknown one included."""
        return len(self.alphabet) + 1

    @property
    def n_parameters(self):
        """Numbers kept for each order 0 … max_order: one per different gram."""
        return [len(keys) for keys in self.gram_keys]

    @cached_property
    def _tables(self):
        """What sampling looks up, one character at a time."""
        numbers = [
            dict(zip(keys.tolist(), range(len(keys)), strict=True)) for keys in self.context_keys
        ]
        context_ends = [np.cumsum(counts).tolist() for counts in self.context_counts]
        gram_ends = [np.cumsum(counts) for counts in self.gram_counts]
        return numbers, context_ends, gram_ends


@dataclass(frozen=True)
class NgramCounts:
    """For each scored character of a text: how often training saw its context, and it after it.

    Attributes
    ----------
    contexts, grams : int arrays, shape (max_order + 1, N)
    size : int
        Characters the model can predict.
    """

    contexts: np.ndarray
    grams: np.ndarray
    size: int


def fit_ngram(text, *, max_order):
    """Count what follows every context of 0 to `max_order` characters.

    Parameters
    ----------
    text : str, longer than max_order
    max_order : int, 0 to 12

    Returns
    -------
    model : NgramModel

    Raises
    ------
    TypeError
        `text` is not a string.
    ValueError
        Not enough text.

    Source
    ------
    Shannon (1948), A Mathematical Theory of Communication, section 3.

    Examples
    --------
    >>> fit_ngram("banana", max_order=1).n_parameters  # a n; ba an na from the second letter on
    [2, 3]
    """
    max_order = check_integer("max_order", max_order, minimum=0, maximum=12)
    _check_text("text", text, max_order)
    alphabet = "".join(sorted(set(text)))
    size = len(alphabet) + 1
    codes = _encode(text, alphabet)
    before = [codes[max_order - k : len(codes) - k] for k in range(1, max_order + 1)]
    order = np.arange(len(codes) - max_order)
    for column in reversed(before):  # after this, equal contexts of every length are neighbours
        order = order[np.argsort(column[order].astype(np.min_scalar_type(size)), kind="stable")]
    followers = codes[max_order:][order]
    numbers = np.zeros(len(order), dtype=np.int64)  # the empty context is number 0
    context_keys, context_counts, gram_keys, gram_counts = [], [], [], []
    for k in range(max_order + 1):
        keys, counts = np.unique(numbers * size + followers, return_counts=True)
        gram_keys.append(keys)
        gram_counts.append(counts)
        context_counts.append(np.bincount(numbers))
        if k < max_order:
            keys = numbers * size + before[k][order]
            first = np.concatenate([[True], keys[1:] != keys[:-1]])
            context_keys.append(keys[first])
            numbers = np.cumsum(first) - 1
    return NgramModel(alphabet, max_order, context_keys, context_counts, gram_keys, gram_counts)


def count_ngrams(model, text):
    """Look up how often training saw the context of each character, and it after that context.

    All orders are scored on the same characters: those with `max_order` characters before them.

    Parameters
    ----------
    model : NgramModel
    text : str, longer than max_order

    Returns
    -------
    counts : NgramCounts

    Raises
    ------
    TypeError, ValueError
        As `fit_ngram`.
    """
    _check_text("text", text, model.max_order)
    codes = _encode(text, model.alphabet)
    K, size = model.max_order, model.size
    followers = codes[K:]
    numbers = np.zeros(len(followers), dtype=np.int64)
    contexts, grams = [], []
    for k in range(K + 1):
        seen = numbers >= 0
        contexts.append(np.where(seen, model.context_counts[k][numbers], 0))
        place = _find(model.gram_keys[k], np.where(seen, numbers * size + followers, -1))
        grams.append(np.where(place >= 0, model.gram_counts[k][place], 0))
        if k < K:
            before = codes[K - k - 1 : len(codes) - k - 1]
            numbers = _find(model.context_keys[k], np.where(seen, numbers * size + before, -1))
    return NgramCounts(np.array(contexts), np.array(grams), size)


def compute_ngram_probabilities(counts, *, smoothing="shorter context", strength=10.0):
    """Probability of each scored character under every order.

    p_k(c | h) = (n(h c) + strength · q(c)) / (n(h) + strength), where `strength` pseudo-characters
    are shared out equally, q = 1 / size ("uniform"), or as the context without its oldest
    character says, q = p_{k−1} ("shorter context", down to uniform).

    Parameters
    ----------
    counts : NgramCounts
    smoothing : {"shorter context", "uniform"}
    strength : float > 0, in characters

    Returns
    -------
    probabilities : float array, shape (max_order + 1, N)

    Raises
    ------
    ValueError
        Unknown smoothing, or a strength that is not positive.

    Source
    ------
    "uniform" is additive smoothing (Lidstone); "shorter context" is interpolation with a Dirichlet
    prior: MacKay & Peto (1995), A Hierarchical Dirichlet Language Model.
    """
    check_choice("smoothing", smoothing, SMOOTHINGS)
    strength = check_number("strength", strength, exclusive_minimum=0)
    shorter = np.full(counts.grams.shape[1], 1.0 / counts.size)
    probabilities = np.empty(counts.grams.shape)
    for k, (gram, context) in enumerate(zip(counts.grams, counts.contexts, strict=True)):
        probabilities[k] = (gram + strength * shorter) / (context + strength)
        if smoothing == "shorter context":
            shorter = probabilities[k]
    return probabilities


def compute_perplexity(nats):
    """How many equally likely choices a loss is worth: exp(nats per token).

    Examples
    --------
    >>> round(compute_perplexity(np.log(27)), 6)
    27.0
    """
    return float(np.exp(check_number("nats", nats, minimum=0)))


def sample_ngram(model, *, length, order, smoothing="shorter context", strength=10.0, rng):
    """Draw text: each character from the counts of its context, as smoothed.

    With n occurrences of a context, a share n / (n + strength) of the draws copies what followed
    one of them; the rest falls back on the shorter context, or on all characters alike.

    Parameters
    ----------
    model : NgramModel
    length : int ≥ 1, in characters
    order : int, 0 to max_order
    smoothing, strength
        As in `compute_ngram_probabilities`.
    rng : numpy.random.Generator

    Returns
    -------
    text : str
        The unknown character is drawn as "�".

    Source
    ------
    Shannon (1948), section 3: open the book at random, find the context, record what follows.
    """
    length = check_integer("length", length, minimum=1)
    order = check_integer("order", order, minimum=0, maximum=model.max_order)
    check_choice("smoothing", smoothing, SMOOTHINGS)
    strength = check_number("strength", strength, exclusive_minimum=0)
    numbers, context_ends, gram_ends = model._tables
    size, draws = model.size, iter(rng.random((order + 2) * (length + order)).tolist())
    codes = []
    while len(codes) < length + order:  # the first `order` characters only warm the context up
        known = [0]
        for k in range(min(order, len(codes))):
            number = numbers[k].get(known[-1] * size + codes[-1 - k])
            if number is None:
                break
            known.append(number)
        if smoothing == "uniform" and len(known) <= min(order, len(codes)):
            known = []  # the whole context is new: all characters alike
        code = None
        while known and code is None:
            k, number = len(known) - 1, known.pop()
            ends = context_ends[k]
            first = ends[number - 1] if number else 0
            n = ends[number] - first
            u = next(draws) * (n + strength)
            if u < n:
                place = int(gram_ends[k].searchsorted(first + int(u), side="right"))
                code = int(model.gram_keys[k][place]) % size
            elif smoothing == "uniform":
                known = []
        codes.append(int(next(draws) * size) if code is None else code)
    letters = model.alphabet + "�"
    return "".join(letters[code] for code in codes[order:])


# --- a summary of the past: latent states --------------------------------------------------------


def predict_exponential(series, *, rate):
    """Exponential smoothing: one number that leans toward each new value.

    h_t = h_{t−1} + rate · (x_{t−1} − h_{t−1}), x̂_t = h_t, started at h = the first value

    Parameters
    ----------
    series : float array, shape (T,)
    rate : float, above 0 and at most 1
        1 remembers only the last value; 1/n averages over about n.

    Returns
    -------
    predictions : float array, shape (T,)

    Raises
    ------
    ValueError
        A rate outside its range.

    Examples
    --------
    >>> predict_exponential([4.0, 8.0, 0.0], rate=0.5).tolist()
    [nan, 4.0, 6.0]
    """
    series = _check_series(series)
    rate = check_number("rate", rate, exclusive_minimum=0, maximum=1)
    predictions, h = np.full(len(series), np.nan), series[0]
    for t in range(1, len(series)):
        h = h + rate * (series[t - 1] - h)
        predictions[t] = h
    return predictions


@dataclass(frozen=True)
class LinearRecurrence:
    """x̂_t = intercept + weights · (Re h_t, Im h_t), with h_t = poles ⊙ h_{t−1} + x_{t−1} − mean.

    Attributes
    ----------
    poles : complex array, shape (H,)
        r e^{2πi/P}: each step a summary shrinks by r and turns by 1/P of a circle.
    mean, intercept : float
    weights : float array, shape (2 H,)
        For the real parts, then for the imaginary parts.
    """

    poles: np.ndarray
    mean: float
    intercept: float
    weights: np.ndarray


def run_linear_recurrence(inputs, *, poles):
    """A bank of summaries, each of which shrinks and turns before it takes the next value in.

    h_t = poles ⊙ h_{t−1} + x_{t−1}, h_0 = 0

    Parameters
    ----------
    inputs : float array, shape (T,)
    poles : complex array, shape (H,)

    Returns
    -------
    states : complex array, shape (T, H)
        Entry t summarises `inputs[:t]`.

    Examples
    --------
    >>> run_linear_recurrence([8.0, 0.0, 0.0], poles=[0.5]).real[:, 0].tolist()
    [0.0, 8.0, 4.0]
    """
    inputs = _check_series(inputs, "inputs")
    poles = check_array("poles", poles, ndim=1, dtype=complex)
    states = np.zeros((len(inputs), len(poles)), dtype=complex)
    for t in range(1, len(inputs)):
        states[t] = poles * states[t - 1] + inputs[t - 1]
    return states


RADII = np.arange(1, 20) / 20
PERIODS = np.array([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 30.0])


def fit_linear_recurrence(series, *, n_poles=2, skip=11):
    """Learn a fixed-size summary: poles by search, read-out by least squares.

    Each pole is chosen in turn from a grid of 19 radii and 14 periods, the others held, until no
    change lowers the squared error on the series; for every candidate the best read-out is found
    exactly (variable projection: the linear weights are solved for, only the poles are searched).

    Parameters
    ----------
    series : float array, shape (T,)
    n_poles : int, 1 to 4
    skip : int ≥ 1, in steps
        Predictions not counted at the start, where the summary is still filling.

    Returns
    -------
    model : LinearRecurrence

    Raises
    ------
    ValueError
        A series too short for that many weights.

    Source
    ------
    Golub & Pereyra (1973) for variable projection.
    """
    n_poles = check_integer("n_poles", n_poles, minimum=1, maximum=4)
    skip = check_integer("skip", skip, minimum=1)
    series = _check_series(series, minimum=skip + 4 * n_poles + 2)
    mean, targets = float(series.mean()), series[skip:]
    grid = (RADII[:, None] * np.exp(2j * np.pi / PERIODS)).ravel()
    states = run_linear_recurrence(series - mean, poles=grid)[skip:]

    def solve(chosen):
        h = states[:, chosen]
        design = np.column_stack([np.ones(len(h)), h.real, h.imag])
        weights = np.linalg.lstsq(design, targets)[0]
        return float(np.sum((design @ weights - targets) ** 2)), weights

    chosen = []
    for _ in range(n_poles):  # add the pole that helps most, then improve all in turn
        chosen.append(None)
        place, unchanged = len(chosen) - 1, 0
        while unchanged < len(chosen):
            others = chosen[:place] + chosen[place + 1 :]
            free = [g for g in range(len(grid)) if g not in others]
            best = min(free, key=lambda g: solve([*others, g])[0])
            unchanged = unchanged + 1 if best == chosen[place] else 1
            chosen[place] = best
            place = (place + 1) % len(chosen)
    weights = solve(chosen)[1]
    return LinearRecurrence(grid[chosen], mean, float(weights[0]), weights[1:])


def predict_linear_recurrence(model, series):
    """One-step predictions of a learned summary.

    Parameters
    ----------
    model : LinearRecurrence
    series : float array, shape (T,)

    Returns
    -------
    predictions : float array, shape (T,)
        The first is the intercept: what an empty summary says.
    """
    series = _check_series(series)
    h = run_linear_recurrence(series - model.mean, poles=model.poles)
    return model.intercept + np.column_stack([h.real, h.imag]) @ model.weights


@dataclass(frozen=True)
class HiddenMarkovModel:
    """A Markov chain of hidden states, each of which emits normally distributed values.

    Attributes
    ----------
    initial : float array, shape (K,)
    transition : float array, shape (K, K)
    means, deviations : float arrays, shape (K,), in the units of the series
    """

    initial: np.ndarray
    transition: np.ndarray
    means: np.ndarray
    deviations: np.ndarray


@dataclass(frozen=True)
class FilterResult:
    """What the forward filter believes at each step.

    Attributes
    ----------
    predicted : float array, shape (T, K)
        p(state_t | x_1 … x_{t−1}): before the value of step t is seen.
    filtered : float array, shape (T, K)
        p(state_t | x_1 … x_t): after it.
    log_likelihood : float, in nats
        ln p(x_1 … x_T).
    """

    predicted: np.ndarray
    filtered: np.ndarray
    log_likelihood: float


def run_forward_filter(model, series):
    """Carry a belief about the hidden state along a series.

    predict: p(z_t | x_<t) = Σ_z p(z_{t−1} = z | x_<t) P[z, z_t]; correct: multiply by the
    likelihood of x_t and divide by the sum; in logarithms, so that nothing underflows

    Parameters
    ----------
    model : HiddenMarkovModel
    series : float array, shape (T,)

    Returns
    -------
    result : FilterResult

    Source
    ------
    Rabiner (1989), A Tutorial on Hidden Markov Models, sections III.A and V.A (scaling).
    """
    series = _check_series(series)
    log_likelihoods = _compute_log_likelihoods(model, series)
    predicted, filtered = np.empty_like(log_likelihoods), np.empty_like(log_likelihoods)
    belief, total = model.initial, 0.0
    for t, log_likelihood in enumerate(log_likelihoods):
        predicted[t] = belief
        with np.errstate(divide="ignore"):  # ln 0 is −∞: a state that cannot be
            joint = np.log(belief) + log_likelihood
        top = joint.max()
        weighted = np.exp(joint - top)
        scale = weighted.sum()
        filtered[t] = weighted / scale
        total += np.log(scale) + top
        belief = filtered[t] @ model.transition
    return FilterResult(predicted, filtered, float(total))


def predict_hidden_markov(model, series):
    """One-step predictions: the mean of each state, weighed by the belief before the value is seen.

    Parameters
    ----------
    model : HiddenMarkovModel
    series : float array, shape (T,)

    Returns
    -------
    predictions : float array, shape (T,)
    """
    return run_forward_filter(model, series).predicted @ model.means


def fit_hidden_markov(series, *, labels, n_states, steps=50):
    """Estimate a hidden Markov model by Baum–Welch (EM), started from given labels.

    Parameters
    ----------
    series : float array, shape (T,)
    labels : int array, shape (T,), entries 0 to n_states − 1
        A first guess of the state of every step; each state at least twice.
    n_states : int ≥ 1
    steps : int ≥ 0
        Rounds of EM; 0 keeps what the labels say.

    Returns
    -------
    model : HiddenMarkovModel
        No deviation is below a hundredth of the series' own.

    Raises
    ------
    ValueError
        Labels that do not match the series, a state that is never left, or a constant series.

    Source
    ------
    Rabiner (1989), section III.C.
    """
    series = _check_series(series, minimum=2)
    n_states = check_integer("n_states", n_states, minimum=1)
    labels = _check_states("labels", labels, n_states, length=len(series))
    steps = check_integer("steps", steps, minimum=0)
    floor = series.std() / 100
    if floor == 0:
        raise ValueError(f"series must vary, all its values are {series[0]:g}")
    transition = fit_transition_matrix(labels, n_states=n_states)
    weights = np.eye(n_states)[labels]
    for step in range(steps + 1):
        totals = weights.sum(axis=0)
        means = series @ weights / totals
        variances = ((series[:, None] - means) ** 2 * weights).sum(axis=0) / totals
        initial = weights[0] if step else totals / len(series)
        model = HiddenMarkovModel(initial, transition, means, np.maximum(np.sqrt(variances), floor))
        if step < steps:
            weights, pairs = _smooth(model, series)
            transition = pairs / pairs.sum(axis=1, keepdims=True)
    return model


def _smooth(model, series):
    """p(state_t | whole series), and the expected number of each transition."""
    log_likelihoods = _compute_log_likelihoods(model, series)
    likelihoods = np.exp(log_likelihoods - log_likelihoods.max(axis=1, keepdims=True))
    result = run_forward_filter(model, series)
    backward = np.ones_like(likelihoods)
    pairs = np.zeros_like(model.transition)
    for t in range(len(series) - 2, -1, -1):
        ahead = likelihoods[t + 1] * backward[t + 1]
        scale = result.predicted[t + 1] @ likelihoods[t + 1]
        pairs += model.transition * np.outer(result.filtered[t], ahead / scale)
        backward[t] = model.transition @ ahead / scale
    return result.filtered * backward, pairs


def _compute_log_likelihoods(model, series):
    """ln N(x_t; mean, deviation) of each state, shape (T, K)."""
    standard = (series[:, None] - model.means) / model.deviations
    return -0.5 * standard**2 - np.log(model.deviations * np.sqrt(2 * np.pi))


def enumerate_paths(model, series):
    """The forward filter's answers by brute force, over all Kᵀ paths of hidden states.

    Parameters
    ----------
    model : HiddenMarkovModel
    series : float array, shape (T,), with Kᵀ at most 100,000

    Returns
    -------
    filtered : float array, shape (K,)
        p(last state | whole series).
    log_likelihood : float, in nats

    Raises
    ------
    ValueError
        Too many paths.
    """
    series = _check_series(series)
    K, T = len(model.initial), len(series)
    if K**T > 100_000:
        raise ValueError(f"series must have at most 100,000 paths of states, got {K}^{T}")
    likelihoods = np.exp(_compute_log_likelihoods(model, series))
    by_last_state = np.zeros(K)
    for path in itertools.product(range(K), repeat=T):
        probability = model.initial[path[0]] * likelihoods[0, path[0]]
        for t in range(1, T):
            probability *= model.transition[path[t - 1], path[t]] * likelihoods[t, path[t]]
        by_last_state[path[-1]] += probability
    total = by_last_state.sum()
    return by_last_state / total, float(np.log(total))


# --- the table -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelRow:
    """One line of the table that grows through the lectures.

    Attributes
    ----------
    name : str
    memory : int or str
        Numbers of the past held between two steps.
    parameters : int or str
    cost : int or str
        Multiplications per step.
    rmse : float, one step ahead on the held-out years
    """

    name: str
    memory: int | str
    parameters: int | str
    cost: int | str
    rmse: float


def label_phases(series):
    """A first guess of four phases: below or above the median, falling or rising.

    Parameters
    ----------
    series : float array, shape (T,)

    Returns
    -------
    labels : int array, shape (T,)
        0 low and falling, 1 low and rising, 2 high and falling, 3 high and rising.
    """
    series = _check_series(series, minimum=2)
    rising = np.diff(series, prepend=-np.inf) > 0
    return 2 * (series > np.median(series)) + rising


def compute_model_table(series, *, n_train):
    """Fit every model of lecture 01 on the first `n_train` values and score it on the rest.

    Parameters
    ----------
    series : float array, shape (T,)
    n_train : int, 40 to T − 1

    Returns
    -------
    rows : list of ModelRow
    """
    series = _check_series(series, minimum=41)
    n_train = check_integer("n_train", n_train, minimum=40, maximum=len(series) - 1)
    train = series[:n_train]

    def autoregressive(tau):
        return predict_autoregressive(fit_autoregressive(train, tau=tau), series)

    def smoothing(rate):
        return predict_exponential(series, rate=rate)

    rates = np.arange(1, 21) / 20
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
        ("AR(9)", 9, 10, 9, autoregressive(9)),
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


def format_model_table(rows):
    """The table as aligned text, one line per model.

    Parameters
    ----------
    rows : sequence of ModelRow

    Returns
    -------
    text : str
    """
    lines = [f"{'model':<32}{'memory':>7}{'parameters':>17}{'cost':>6}{'RMSE':>7}"]
    lines += [
        f"{row.name:<32}{row.memory:>7}{row.parameters:>17}{row.cost:>6}{row.rmse:>7.1f}"
        for row in rows
    ]
    return "\n".join(lines)


# --- what arguments can get wrong ----------------------------------------------------------------


def _check_series(series, name="series", *, minimum=1):
    series = check_array(name, series, ndim=1)
    if len(series) < minimum:
        raise ValueError(f"{name} must hold at least {minimum} values, got {len(series)}")
    return series


def _check_states(name, states, n_states, *, length=None):
    given = np.asarray(states)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise TypeError(f"{name} must be an array of integers, got dtype {given.dtype}")
    states = check_array(name, states, shape=(length,), dtype=int)
    if states.min() < 0 or states.max() >= n_states:
        wrong = states.min() if states.min() < 0 else states.max()
        raise ValueError(f"{name} must lie from 0 to {n_states - 1}, got {wrong}")
    return states


def _check_distribution(name, value, size):
    value = check_array(name, value, shape=(size,))
    if (value < 0).any():
        raise ValueError(f"{name} must be probabilities, at least 0, got {value.min():g}")
    if abs(value.sum() - 1) > 1e-8:
        raise ValueError(
            f"{name} must be probabilities that sum to 1, their sum is {value.sum():g}"
        )
    return value


def _check_transition(transition):
    transition = check_array("transition", transition, ndim=2)
    if transition.shape[0] != transition.shape[1]:
        raise ValueError(f"transition must be square, got shape {transition.shape}")
    for row, probabilities in enumerate(transition):
        _check_distribution(f"transition[{row}]", probabilities, len(transition))
    return transition


def _check_text(name, text, max_order):
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {type(text).__name__}")
    if len(text) <= max_order:
        raise ValueError(
            f"{name} must be longer than max_order = {max_order} characters, got {len(text)}"
        )


def _encode(text, alphabet):
    """Places of characters in the alphabet; its length for a character that it lacks."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    known = np.frombuffer(alphabet.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    place = _find(known, points)
    return np.where(place >= 0, place, len(alphabet)).astype(np.int64)


def _find(keys, wanted):
    """Place of each wanted number in sorted keys, −1 where it is not among them."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
