"""The checks of lecture 05: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.lectures.vanishing_and_exploding_gradients.clipping import (
    clip_by_global_norm,
    clip_by_value,
)


def check_first_lag(answer):
    """Exercise 1: the first lag with 0.95ᵏ < 0.01, which is 90."""
    number = as_number(answer)
    if isinstance(number, Feedback):
        return number
    if number == 90:
        return right("0.95⁸⁹ is 0.0104 and 0.95⁹⁰ is 0.0099.")
    if number == 89:
        return not_yet("0.95⁸⁹ is 0.0104, which is not yet below 1 %.")
    if number in (19, 20):
        return not_yet("the gradient loses 5 % of what is left, not 5 % of the start, each step.")
    if not number.is_integer():
        return not_yet("a lag is a whole number of steps: round to the first one below 1 %.")
    if number < 0:
        return not_yet("a lag counts steps back from the end: it is not negative.")
    return not_yet(f"at lag {number:.0f}, {0.95**number:.3g} is left.")


def check_turn(function):
    """Exercise 2: the angle, in degrees, by which clipping array by array turns the gradient."""
    rng = np.random.default_rng(5)
    cases = [
        ([np.array([3.0, 4.0]), np.array([0.0, 1.0])], 1.0),
        ([rng.normal(size=(2, 3)), 10 * rng.normal(size=4)], 0.7),
        ([np.array([0.3]), np.array([0.4])], 1.0),
    ]
    for gradients, max_norm in cases:
        answer = as_number(try_call(function, [g.copy() for g in gradients], max_norm))
        if isinstance(answer, Feedback):
            return answer
        clipped = [clip_by_global_norm([g], max_norm=max_norm)[0][0] for g in gradients]
        wanted = _angle(gradients, clipped)
        if np.isclose(answer, wanted, atol=1e-4):
            continue
        if np.isclose(answer, np.radians(wanted), atol=1e-6):
            return not_yet("that is the angle in radians; degrees are asked for.")
        if np.isnan(answer):
            return not_yet("the cosine rounds to just above 1: keep it inside [−1, 1].")
        if np.isclose(answer, 0, atol=1e-4):
            return not_yet("one norm over all arrays turns nothing; clip each by its own norm.")
        if np.isclose(answer, _angle(gradients, clip_by_value(gradients, max_value=max_norm))):
            return not_yet("these entries were cut one by one; scale each array by its norm.")
        if all(np.linalg.norm(g) <= max_norm for g in gradients):
            return not_yet("a gradient shorter than max_norm must be left alone.")
        return not_yet(f"for {gradients} and max_norm {max_norm} the angle is not {answer:.3g}°.")
    return right("0° where nothing is clipped, and up to tens of degrees where one array is.")


def _angle(before, after):
    before, after = (np.concatenate([g.ravel() for g in group]) for group in (before, after))
    cosine = before @ after / (np.linalg.norm(before) * np.linalg.norm(after))
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def check_leaky_jacobian(function):
    """Exercise 3: (1 − α) I + α diag(1 − tanh²(a)) W_hhᵀ, against finite differences."""
    rng = np.random.default_rng(6)
    W_hh, h, drive, alpha = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4), 0.3

    def step(h):
        return (1 - alpha) * h + alpha * np.tanh(drive + h @ W_hh)

    answer = try_call(function, drive + h @ W_hh, W_hh, alpha)
    if isinstance(answer, Feedback):
        return answer
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"an array of numbers is expected, this is {type(answer).__name__}.")
    if answer.shape != (4, 4):
        return not_yet(f"for 4 units the Jacobian has shape (4, 4), yours has {answer.shape}.")
    nudges = 1e-6 * np.eye(4)
    wanted = np.stack([(step(h + n) - step(h - n)) / 2e-6 for n in nudges], axis=1)
    if np.allclose(answer, wanted, atol=1e-7):
        return right("it agrees with finite differences.")
    if np.allclose(answer.T, wanted, atol=1e-7):
        return not_yet("that is the transpose: row i holds the derivatives of unit i.")
    if np.allclose(answer + (1 - alpha) * np.eye(4), wanted, atol=1e-7):
        return not_yet("the path straight on, (1 − α) h_{t−1}, is missing.")
    slope, straight = 1 - np.tanh(drive + h @ W_hh) ** 2, (1 - alpha) * np.eye(4)
    mistakes = (
        (straight + alpha * slope[:, None] * W_hh,
         "W_hh is used untransposed; the states are rows, h @ W_hh."),
        (1 - alpha + alpha * slope[:, None] * W_hh.T,
         "1 − α was added to every entry: a unit passes on only its own state, use np.eye."),
        (straight + alpha * slope * W_hh.T,
         "the slope belongs to the row, the unit that moves: write it as slope[:, None]."),
        (straight + slope[:, None] * W_hh.T, "α is missing before the path through a."),
        (np.eye(4) + alpha * slope[:, None] * W_hh.T,
         "the path straight on has the factor 1 − α."),
        (straight + alpha * W_hh.T, "the slope of tanh at a is missing."),
    )  # fmt: skip
    for mistake, hint in mistakes:
        if np.allclose(answer, mistake, atol=1e-7):
            return not_yet(hint)
    return not_yet("it differs from finite differences.")


def check_horizon(function):
    """Exercise 4: the largest lag with at least `share` left, also where the curve rises."""
    lags = np.arange(31)
    cases = [
        (lags * np.log10(0.9), 0.1, 21),
        (np.log10((1 + lags) ** 3 * 0.5**lags), 0.5, 12),  # rises before it falls
        (np.where(np.isin(lags, (0, 1, 2, 9)), 0.0, -3.0), 0.01, 9),  # comes back once
    ]
    for log_norms, share, wanted in cases:
        answer = as_number(try_call(function, log_norms.copy(), share))
        if isinstance(answer, Feedback):
            if "IndexError" in answer.message:
                return not_yet("no lag passed your test: log_norms are log₁₀, so is log₁₀ share.")
            return answer
        if answer == wanted:
            continue
        if answer == np.flatnonzero(log_norms >= np.log(share))[-1]:
            return not_yet("that compares log₁₀ with a natural logarithm: use np.log10(share).")
        if answer == wanted + 1:
            return not_yet(
                "that is the first lag below the share; the last one above is asked for."
            )
        below = np.flatnonzero(log_norms < np.log10(share))
        if answer in (below[0] - 1, below[0]):
            return not_yet("the curve comes back above the share after that: look from the end.")
        return not_yet(f"one curve is last above {share} at lag {wanted}, not {answer:.0f}.")
    return right("it also holds for a curve that rises first and for one that comes back.")
