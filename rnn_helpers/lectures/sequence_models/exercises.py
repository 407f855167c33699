"""What the checks of lecture 01 accept, and what they say to each typical mistake."""

import math

import numpy as np

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)

__all__ = [
    "check_forecast_variance",
    "check_pair_chain",
    "check_steps_to_forget",
    "check_with_roots",
]


def check_steps_to_forget(answer):
    """Exercise 1: the first k with 0.812ᵏ below a tenth.

    Parameters
    ----------
    answer : int

    Returns
    -------
    feedback : Feedback
    """
    answer = as_number(answer)
    if isinstance(answer, Feedback):
        return answer
    if answer == 12:
        return right(
            "0.812¹¹ is 0.101 and 0.812¹² is 0.082. AR(1) forgets within one sunspot cycle."
        )
    if answer == 11:
        return not_yet("after 11 years 0.812¹¹ = 0.101 is left: that is still more than a tenth.")
    if answer == 5:
        return not_yet(
            "0.188 is lost of what is left each year, not of what there was at first: multiply."
        )
    if 0 < answer < 12:
        return not_yet(f"after {answer:g} years 0.812^{answer:g} = {0.812**answer:.3f} is left.")
    return not_yet("find the first whole number k of years with 0.812ᵏ below 0.1.")


def check_with_roots(function):
    """Exercise 2: AR(9) fitted to square roots, its predictions squared back.

    Parameters
    ----------
    function : callable
        `function(counts, train)` returns one-step predictions in sunspots, shape (T,).

    Returns
    -------
    feedback : Feedback
    """
    years, counts = load_sunspots()
    train, held_out = split_years(years)
    answer = try_call(function, counts.copy(), train)
    if isinstance(answer, Feedback):
        return answer
    problem = _compare_shape(answer, counts.shape)
    if problem:
        return problem
    answer = np.asarray(answer, dtype=float)[held_out]
    if not np.isfinite(answer).all():
        return not_yet("some predictions of the held-out years are not finite.")

    def predict(series, years_to_fit):
        model = fit_autoregressive(series[years_to_fit], tau=9)
        return predict_autoregressive(model, series)[held_out]

    roots = predict(np.sqrt(counts), train)
    if np.allclose(answer, roots**2):
        rmse = compute_rmse(answer, counts[held_out])
        return right(
            f"RMSE {rmse:.1f} instead of 17.4: big years are also noisier years, and the root "
            "evens that out."
        )
    if np.allclose(answer, roots):
        return not_yet("these are still roots: 100 sunspots show up as 10. Square them.")
    if np.allclose(answer, predict(counts, train)):
        return not_yet("this is AR(9) as before: no root has been taken anywhere.")
    if np.allclose(answer, predict(np.sqrt(counts), slice(None)) ** 2):
        return not_yet("the model has seen the held-out years: fit it on the training years alone.")
    rmse = compute_rmse(answer, counts[held_out])
    return not_yet(
        f"the RMSE on the held-out years is {rmse:.1f}: fit roots, predict from roots, square last."
    )


def check_forecast_variance(function):
    """Exercise 3: the variance of the k-step forecast error of AR(1).

    Parameters
    ----------
    function : callable
        `function(phi, noise_variance, k)` returns a float.

    Returns
    -------
    feedback : Feedback
    """
    cases = [(0.812, 390.0, 1), (0.812, 390.0, 2), (0.5, 2.0, 5), (-0.7, 1.0, 4), (0.0, 3.0, 6)]
    for phi, noise_variance, k in [*cases, (1.0, 2.0, 5)]:
        answer = as_number(try_call(function, phi, noise_variance, k))
        if isinstance(answer, Feedback):
            if phi == 1 and answer.status == "not yet":
                return not_yet(
                    "right while |φ| < 1; at φ = 1 the fraction is 0/0. Go back to the sum."
                )
            return answer
        setting = f"φ = {phi:g}, σ² = {noise_variance:g}, k = {k}"
        expected = noise_variance * sum(phi ** (2 * j) for j in range(k))
        if math.isclose(answer, expected, rel_tol=1e-9):
            continue
        if phi == 1:
            return not_yet("right while |φ| < 1; at φ = 1 the fraction is 0/0. Go back to the sum.")
        if math.isclose(answer, noise_variance * sum(phi ** (2 * j) for j in range(k + 1))):
            return not_yet(f"one noise too many: {setting} has {k}, of ages 0 to {k - 1}.")
        if k > 1 and math.isclose(
            answer, noise_variance * sum(phi ** (2 * j) for j in range(k - 1))
        ):
            return not_yet(f"one noise too few: {setting} has {k}, of ages 0 to {k - 1}.")
        if math.isclose(answer, noise_variance * sum(phi**j for j in range(k))):
            return not_yet("a variance scales with the square of what multiplies the noise.")
        if k == 1:
            return not_yet(
                "one step ahead only the newest noise is unknown, with weight 1: "
                f"{setting} must give σ², not {answer:.4g}."
            )
        return not_yet(f"for {setting} the variance is not {answer:.4g}.")
    return right(
        "It grows towards σ²/(1 − φ²), the variance of the series; at φ = 1 it grows for ever."
    )


def check_pair_chain(function):
    """Exercise 4: a second-order chain as a first-order chain on pairs.

    Parameters
    ----------
    function : callable
        `function(table)` takes p(next k | last two i, j), shape (K, K, K), and returns the
        transition matrix of the pairs, shape (K², K²), pair (i, j) in row i·K + j.

    Returns
    -------
    feedback : Feedback
    """
    rng = np.random.default_rng(0)
    for K in (2, 3):
        table = rng.dirichlet(np.ones(K), size=(K, K))
        answer = try_call(function, table.copy())
        if isinstance(answer, Feedback):
            return answer
        problem = _compare_shape(answer, (K * K, K * K))
        if problem:
            return problem
        answer = np.asarray(answer, dtype=float)
        expected = np.zeros((K, K, K, K))
        for i, j in np.ndindex(K, K):
            expected[i, j, j] = table[i, j]
        expected = expected.reshape(K * K, K * K)
        if np.allclose(answer, expected):
            continue
        if np.allclose(answer, expected.T):
            return not_yet(
                "its columns sum to 1: row is where the pair comes from, column where to."
            )
        if not np.allclose(answer.sum(axis=1), 1):
            return not_yet(f"every row must sum to 1, yours sum to {answer.sum(axis=1).round(2)}.")
        if (answer[expected == 0] != 0).any():
            return not_yet(
                "from (i, j) only a pair (j, k) can follow: the shared value must agree."
            )
        return not_yet(f"for K = {K} some probabilities are in the wrong place.")
    return right("The chain on pairs is Markov, and looks two steps back.")


def _compare_shape(answer, shape):
    """None if the answer is an array of numbers of that shape, otherwise what is wrong."""
    try:
        numeric = np.asarray(answer)
        if numeric.dtype.kind not in "biuf":
            raise TypeError
        actual = numeric.shape
    except (TypeError, ValueError):
        return not_yet(f"numbers are expected, this is {type(answer).__name__}.")
    if actual != shape:
        return not_yet(f"an array of shape {shape} is expected, the answer has shape {actual}.")
    return None
