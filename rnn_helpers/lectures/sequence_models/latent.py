"""Latent autoregressive models: a summary of fixed size carries the past forward."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_helpers.lectures.sequence_models.markov import fit_transition_matrix
from rnn_helpers.validation import (
    check_array,
    check_indices,
    check_integer,
    check_number,
    check_series,
)

RADII = np.arange(1, 20) / 20
PERIODS = np.array([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 30.0])
"""The grid of poles that a linear recurrence is chosen from."""


def predict_exponential(series: ArrayLike, *, rate: float) -> np.ndarray:
    """Exponential smoothing: one number that moves toward each new value, or beyond it.

    h_t = h_{t−1} + rate · (x_{t−1} − h_{t−1}), x̂_t = h_t, started at h = the first value. A rate
    of 1/n averages over about n, 1 remembers only the last value, and above 1 the summary
    overshoots: it goes on in the direction of the surprise. Below 2 the start is forgotten,
    because what is left of it shrinks by |1 − rate| each step.

    Source
    ------
    Hyndman, Akram & Archibald (2008), The admissible parameter space for exponential smoothing
    models, Annals of the Institute of Statistical Mathematics 60.

    Examples
    --------
    >>> predict_exponential([4.0, 8.0, 0.0], rate=0.5).tolist()
    [nan, 4.0, 6.0]
    """
    series = check_series("series", series)
    rate = check_number("rate", rate, exclusive_minimum=0)
    if rate >= 2:
        raise ValueError(f"rate must be above 0 and below 2, got {rate:g}")
    predictions, h = np.full(len(series), np.nan), series[0]
    for t in range(1, len(series)):
        h = h + rate * (series[t - 1] - h)
        predictions[t] = h
    return predictions


@dataclass(frozen=True)
class LinearRecurrence:
    """x̂_t = intercept + weights · (Re h_t, Im h_t), with h_t = poles ⊙ h_{t−1} + x_{t−1} − mean.

    A pole is r e^{2πi/P}: each step a summary shrinks by r and turns by 1/P of a circle. The
    weights (2 H,) are those of the real parts, then of the imaginary parts.
    """

    poles: np.ndarray
    mean: float
    intercept: float
    weights: np.ndarray


def run_linear_recurrence(inputs: ArrayLike, *, poles: ArrayLike) -> NDArray[np.complex128]:
    """A bank of summaries, each of which shrinks and turns before it takes the next value in.

    h_t = poles ⊙ h_{t−1} + x_{t−1}, h_0 = 0: state t of (T, H) summarises `inputs[:t]`.

    Examples
    --------
    >>> run_linear_recurrence([8.0, 0.0, 0.0], poles=[0.5]).real[:, 0].tolist()
    [0.0, 8.0, 4.0]
    """
    inputs = check_series("inputs", inputs)
    poles = check_array("poles", poles, ndim=1, dtype=complex)
    states = np.zeros((len(inputs), len(poles)), dtype=complex)
    for t in range(1, len(inputs)):
        states[t] = poles * states[t - 1] + inputs[t - 1]
    return states


def fit_linear_recurrence(
    series: ArrayLike, *, n_poles: int = 2, skip: int = 11
) -> LinearRecurrence:
    """Learn a fixed-size summary: poles by search, read-out by least squares.

    Each pole is chosen in turn from a grid of 19 radii and 14 periods, the others held, until no
    change lowers the squared error on the series; for every candidate the best read-out is found
    exactly (variable projection: the linear weights are solved for, only the poles are searched).
    The first `skip` predictions do not count: the summary is still filling.

    Source
    ------
    Golub & Pereyra (1973) for variable projection.
    """
    n_poles = check_integer("n_poles", n_poles, minimum=1, maximum=4)
    skip = check_integer("skip", skip, minimum=1)
    series = check_series("series", series, skip + 4 * n_poles + 2)
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


def predict_linear_recurrence(model: LinearRecurrence, series: ArrayLike) -> np.ndarray:
    """One-step predictions (T,) of a learned summary; the first is what an empty one says."""
    series = check_series("series", series)
    h = run_linear_recurrence(series - model.mean, poles=model.poles)
    return model.intercept + np.column_stack([h.real, h.imag]) @ model.weights


@dataclass(frozen=True)
class HiddenMarkovModel:
    """A Markov chain of K hidden states, each of which emits normally distributed values."""

    initial: np.ndarray
    transition: np.ndarray
    means: np.ndarray
    deviations: np.ndarray


@dataclass(frozen=True)
class FilterResult:
    """What the forward filter believes at each step.

    `predicted` (T, K) is p(state_t | x_1 … x_{t−1}), before the value of step t is seen, `filtered`
    (T, K) p(state_t | x_1 … x_t), after it, and `log_likelihood` ln p(x_1 … x_T).
    """

    predicted: np.ndarray
    filtered: np.ndarray
    log_likelihood: float


def run_forward_filter(model: HiddenMarkovModel, series: ArrayLike) -> FilterResult:
    """Carry a belief about the hidden state along a series.

    predict: p(z_t | x_<t) = Σ_z p(z_{t−1} = z | x_<t) P[z, z_t]; correct: multiply by the
    likelihood of x_t and divide by the sum; in logarithms, so that nothing underflows

    Source
    ------
    Rabiner (1989), A Tutorial on Hidden Markov Models, sections III.A and V.A (scaling).
    """
    series = check_series("series", series)
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


def predict_hidden_markov(model: HiddenMarkovModel, series: ArrayLike) -> np.ndarray:
    """One-step predictions: the means, weighed by the belief before each value is seen."""
    return run_forward_filter(model, series).predicted @ model.means


def fit_hidden_markov(
    series: ArrayLike, *, labels: ArrayLike, n_states: int, steps: int = 50
) -> HiddenMarkovModel:
    """Estimate a hidden Markov model by `steps` rounds of Baum–Welch (EM).

    It starts from labels (T,), a first guess of the state of every step, in which each state is
    left at least once. No deviation falls below a hundredth of the series' own.

    Source
    ------
    Rabiner (1989), section III.C.
    """
    series = check_series("series", series, 2)
    n_states = check_integer("n_states", n_states, minimum=1)
    labels = check_array("labels", labels, shape=(len(series),), dtype=int)
    check_indices("labels", labels, n_states)
    steps = check_integer("steps", steps, minimum=0)
    floor = series.std() / 100
    if floor == 0:
        raise ValueError(f"series must vary, all its values are {series[0]:g}")
    transition = fit_transition_matrix(labels, n_states=n_states)
    weights = np.eye(n_states)[labels]
    model = _estimate(series, weights, weights.sum(axis=0) / len(series), transition, floor)
    for _ in range(steps):
        weights, pairs = _smooth(model, series)
        transition = pairs / pairs.sum(axis=1, keepdims=True)
        model = _estimate(series, weights, weights[0], transition, floor)
    return model


def enumerate_paths(model: HiddenMarkovModel, series: ArrayLike) -> tuple[np.ndarray, float]:
    """The filter's last belief (K,) and its log-likelihood by brute force, over all Kᵀ paths."""
    series = check_series("series", series)
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


def _estimate(series, weights, initial, transition, floor):
    """The model whose states have the means and the deviations of the series as weighed (T, K)."""
    totals = weights.sum(axis=0)
    means = series @ weights / totals
    variances = ((series[:, None] - means) ** 2 * weights).sum(axis=0) / totals
    return HiddenMarkovModel(initial, transition, means, np.maximum(np.sqrt(variances), floor))


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
    """Ln N(x_t; mean, deviation) of each state, shape (T, K)."""
    standard = (series[:, None] - model.means) / model.deviations
    return -0.5 * standard**2 - np.log(model.deviations * np.sqrt(2 * np.pi))
