"""The checks of lecture 05: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_array, as_number, call, check, compare, right
from rnn_helpers.lectures.vanishing_and_exploding_gradients.clipping import (
    clip_by_global_norm,
    clip_by_value,
)


@check
def check_first_lag(answer: object) -> Feedback:
    """Exercise 1: the first lag with 0.95ᵏ < 0.01, which is 90."""
    whole = "a lag is a whole number of steps: round to the first one below 1 %."
    lag = as_number(answer, whole=whole)
    mistakes = [
        (89, "0.95⁸⁹ is 0.0104, which is not yet below 1 %."),
        (lag in (19, 20),
         "the gradient loses 5 % of what is left, not 5 % of the start, each step."),
        (lag < 0, "a lag counts steps back from the end: it is not negative."),
    ]  # fmt: skip
    hint = f"at lag {lag}, {np.power(0.95, float(lag)):.3g} is left"
    hint += ", but lag 90 is below 1 % already." if lag > 90 else "."
    compare(lag, 90, mistakes, hint)
    return right("0.95⁸⁹ is 0.0104 and 0.95⁹⁰ is 0.0099.")


@check
def check_turn(function: object) -> Feedback:
    """Exercise 2: the angle, in degrees, by which clipping array by array turns the gradient.

    An angle near 0 is known to a tenth of a degree in float32: its cosine rounds to 1.
    """
    rng = np.random.default_rng(5)
    cases = [
        ([np.array([3.0, 4.0]), np.array([0.0, 1.0])], 1.0),
        ([rng.normal(size=(2, 3)), 10 * rng.normal(size=4)], 0.7),
        ([np.array([0.3]), np.array([0.4])], 1.0),
    ]
    for gradients, max_norm in cases:
        answer = as_number(call(function, gradients, max_norm))
        clipped = [clip_by_global_norm([g], max_norm=max_norm)[0][0] for g in gradients]
        wanted = _angle(gradients, clipped)
        mistakes = [
            (np.isnan(answer), "the cosine rounds to just above 1: keep it inside [−1, 1]."),
            (0.0, "one norm over all arrays turns nothing, and neither does an array by itself: "
             "clip each by its own norm, then take one angle, of all entries together."),
            (np.radians(wanted), "that is the angle in radians; degrees are asked for."),
            (_angle(gradients, clip_by_value(gradients, max_value=max_norm)),
             "these entries were cut one by one; scale each array by its norm."),
            (all(np.linalg.norm(g) <= max_norm for g in gradients),
             "a gradient shorter than max_norm must be left alone."),
        ]  # fmt: skip
        hint = f"for {gradients} and max_norm {max_norm} the angle is not {answer:.3g}°."
        compare(answer, wanted, mistakes, hint, atol=0.1)
    return right("0° where nothing is clipped, and up to tens of degrees where one array is.")


def _angle(before, after):
    before, after = (np.concatenate([g.ravel() for g in group]) for group in (before, after))
    cosine = before @ after / (np.linalg.norm(before) * np.linalg.norm(after))
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


@check
def check_leaky_jacobian(function: object) -> Feedback:
    """Exercise 3: (1 − α) I + α diag(1 − tanh²(a)) W_hhᵀ, against finite differences."""
    rng = np.random.default_rng(6)
    W_hh, h, drive, alpha = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4), 0.3
    a, nudges = drive + h @ W_hh, 1e-6 * np.eye(4)
    answer = as_array(call(function, a, W_hh, alpha), (4, 4), "for 4 units the Jacobian")

    def step(hs):
        return (1 - alpha) * hs + alpha * np.tanh(drive + hs @ W_hh)

    wanted = (step(h + nudges) - step(h - nudges)).T / 2e-6
    slope, straight = (1 - np.tanh(a) ** 2)[:, None], (1 - alpha) * np.eye(4)
    mistakes = [
        (wanted.T, "that is the transpose: row i holds the derivatives of unit i."),
        (wanted - straight, "the path straight on, (1 − α) h_{t−1}, is missing."),
        (straight + alpha * slope * W_hh,
         "W_hh is used untransposed; the states are rows, h @ W_hh."),
        (1 - alpha + alpha * slope * W_hh.T,
         "1 − α was added to every entry: a unit passes on only its own state, use np.eye."),
        (straight + alpha * slope[:, 0] * W_hh.T,
         "the slope belongs to the row, the unit that moves: write it as slope[:, None]."),
        (straight + slope * W_hh.T, "α is missing before the path through a."),
        (np.eye(4) + alpha * slope * W_hh.T, "the path straight on has the factor 1 − α."),
        (straight + alpha * W_hh.T, "the slope of tanh at a is missing."),
        (straight + alpha * (1 - a**2)[:, None] * W_hh.T,
         "a is the pre-activation: the slope at a is 1 − tanh²(a), not 1 − a²."),
        (alpha * np.eye(4) + (1 - alpha) * slope * W_hh.T,
         "α and 1 − α have changed places: α belongs to the path through a."),
    ]  # fmt: skip
    compare(answer, wanted, mistakes, "it differs from finite differences.")
    return right("it agrees with finite differences.")


@check
def check_horizon(function: object) -> Feedback:
    """Exercise 4: the largest lag with at least `share` left, also where the curve rises."""
    lags = np.arange(31)
    cases = [
        (lags * np.log10(0.9), 0.1, 21),
        (np.log10((1 + lags) ** 3 * 0.5**lags), 0.5, 12),  # rises before it falls
        (np.where(np.isin(lags, (0, 1, 2, 9)), 0.0, -3.0), 0.01, 9),  # comes back once
    ]
    log10 = "no lag passed your test: log_norms are log₁₀, so is log₁₀ share."
    for log_norms, share, wanted in cases:
        lag = as_number(call(function, log_norms, share, hints={IndexError: log10}), whole=True)
        below = np.flatnonzero(log_norms < np.log10(share))
        mistakes = [
            (np.flatnonzero(log_norms >= np.log(share))[-1],
             "that compares log₁₀ with a natural logarithm: use np.log10(share)."),
            (wanted + 1, "that is the first lag below the share; the last one above is asked for."),
            (lag in (below[0] - 1, below[0]),
             "the curve comes back above the share after that: look from the end."),
        ]  # fmt: skip
        hint = f"one curve is last above {share} at lag {wanted}, not {lag}."
        compare(lag, wanted, mistakes, hint)
    return right("it also holds for a curve that rises first and for one that comes back.")
