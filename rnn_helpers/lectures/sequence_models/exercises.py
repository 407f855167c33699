"""The checks of lecture 01: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.display.feedback import Feedback, as_array, as_number, call, check, compare, right
from rnn_helpers.lectures.sequence_models.autoregressive import (
    build_windows,
    fit_autoregressive,
    predict_autoregressive,
)


@check
def check_steps_to_forget(answer: object) -> Feedback:
    """Exercise 1: the first k with 0.812ᵏ below a tenth, which is 12."""
    whole = "whole years are asked for: round up to the first with less than a tenth left."
    years = as_number(answer, whole=whole)
    left = np.power(0.812, float(years))
    mistakes = [
        (11, "after 11 years 0.812¹¹ = 0.101 is left: that is still more than a tenth."),
        (5, "0.188 is lost of what is left each year, not of what there was at first: multiply."),
        (0 < years < 12, f"after {years} years 0.812^{years} = {left:.3f} is left."),
    ]
    compare(years, 12, mistakes, "find the first whole number k of years with 0.812ᵏ below 0.1.")
    return right("0.812¹¹ is 0.101 and 0.812¹² is 0.082. AR(1) forgets within one sunspot cycle.")


@check
def check_with_roots(function: object) -> Feedback:
    """Exercise 2: AR(9) fitted to square roots, its predictions squared back.

    `function(counts, train)` returns one-step predictions in sunspots, shape (T,).
    """
    years, counts = load_sunspots()
    train, held_out = split_years(years)
    answer = as_array(call(function, counts, train), counts.shape, finite=False)[held_out]
    answer = as_array(answer, name="the prediction of the held-out years")
    rmse = compute_rmse(answer, counts[held_out])

    def predict(series, years_to_fit=train):
        model = fit_autoregressive(series[years_to_fit], tau=9)
        return predict_autoregressive(model, series)[held_out]

    roots = predict(np.sqrt(counts))
    mistakes = [
        (roots, "these are still roots: 100 sunspots show up as 10. Square them."),
        (predict(counts), "this is AR(9) as before: no root has been taken anywhere."),
        (predict(np.sqrt(counts), slice(None)) ** 2,
         "the model has seen the held-out years: fit it on the training years alone."),
    ]  # fmt: skip
    compare(answer, roots**2, mistakes, f"the RMSE on the held-out years is {rmse:.1f}: fit roots, "
            "predict from roots, square last.")  # fmt: skip
    weighed = compute_rmse(_predict_weighed(counts, train)[held_out], counts[held_out])
    return right(
        f"RMSE {rmse:.1f} instead of 17.4. Is it because the root makes all years equally noisy? "
        f"AR(9) with the noisy years weighed down by as much has {weighed:.1f}. So it is the bend: "
        "a model that is straight in the roots is not straight in the sunspots."
    )


def _predict_weighed(counts, train, tau=9):
    """AR(9) by weighted least squares, its noise variance in proportion to its own prediction."""
    windows, targets = build_windows(counts, tau=tau)
    design = np.column_stack([np.ones(len(targets)), windows])
    fitted = slice(train.stop - tau)
    scale, weights = np.ones(train.stop - tau), np.zeros(tau + 1)
    for _ in range(6):  # the weights come from the fit before
        rows = design[fitted] / scale[:, None]
        weights = np.linalg.lstsq(rows, targets[fitted] / scale)[0]
        scale = np.sqrt(np.maximum(design[fitted] @ weights, 5.0))
    return np.concatenate([np.full(tau, np.nan), design @ weights])


@check
def check_forecast_variance(function: object) -> Feedback:
    """Exercise 3: `function(phi, noise_variance, k)`, the variance of AR(1)'s k-step error."""
    fraction = "right while |φ| < 1; at φ = 1 the fraction is 0/0. Go back to the sum."
    cases = ((0.812, 390.0, 1), (0.812, 390.0, 2), (0.5, 2.0, 5), (-0.7, 1.0, 4), (0.0, 3.0, 6))
    for phi, noise, k in (*cases, (1.0, 2.0, 5)):
        hints = {Exception: fraction} if phi == 1 else {}
        answer = as_number(call(function, phi, noise, k, hints=hints))
        case = f"φ = {phi:g}, σ² = {noise:g}, k = {k}"
        wanted, more, fewer = (
            noise * sum(phi ** (2 * j) for j in range(n)) for n in (k, k + 1, k - 1)
        )
        mistakes = [
            (phi == 1, fraction),
            (more, f"one noise too many: {case} has {k}, of ages 0 to {k - 1}."),
            (fewer, f"one noise too few: {case} has {k}, of ages 0 to {k - 1}."),
            (noise * sum(phi**j for j in range(k)),
             "a variance scales with the square of what multiplies the noise."),
            (k == 1, "one step ahead only the newest noise is unknown, with weight 1: "
             f"{case} must give σ², not {answer:.4g}."),
        ]  # fmt: skip
        compare(answer, wanted, mistakes, f"for {case} the variance is not {answer:.4g}.")
    return right(
        "It grows towards σ²/(1 − φ²), the variance of the series; at φ = 1 it grows for ever."
    )


@check
def check_pair_chain(function: object) -> Feedback:
    """Exercise 4: a second-order chain as a first-order chain on pairs.

    `function(table)` takes p(next k | last two i, j), shape (K, K, K), and returns the
    transition matrix of the pairs, shape (K², K²), pair (i, j) in row i·K + j.
    """
    rng = np.random.default_rng(0)
    for K in (2, 3):
        table = rng.dirichlet(np.ones(K), size=(K, K))
        answer = as_array(call(function, table), (K * K, K * K))
        wanted = (table[:, :, None] * np.eye(K)[:, :, None]).reshape(K * K, K * K)
        sums = answer.sum(axis=1)
        mistakes = [
            (wanted.T, "its columns sum to 1: row is where the pair comes from, column where to."),
            (np.abs(sums - 1).max() > 1e-4,
             f"every row must sum to 1, yours sum to {sums.round(2)}."),
            (np.abs(answer[wanted == 0]).max() > 1e-6,
             "from (i, j) only a pair (j, k) can follow: the shared value must agree."),
        ]  # fmt: skip
        compare(answer, wanted, mistakes, f"for K = {K} some probabilities are in the wrong place.")
    return right("The chain on pairs is Markov, and looks two steps back.")
