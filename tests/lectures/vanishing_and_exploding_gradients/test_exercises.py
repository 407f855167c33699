"""Each check of lecture 05 on its typical mistakes; stub and solution are in test_exercises.py."""

import numpy as np
import pytest

from rnn_helpers.lectures.vanishing_and_exploding_gradients import exercises
from rnn_helpers.lectures.vanishing_and_exploding_gradients.clipping import (
    clip_by_global_norm,
    clip_by_value,
)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (89, "0.95⁸⁹ is 0.0104"),
        (20, "5 % of what is left"),
        (89.78, "a lag is a whole number"),
        (50, "at lag 50, 0.0769 is left"),
        (91, "at lag 91, 0.00939 is left"),
        (-20_000, "it is not negative"),
        (10**400, "too large"),
        (float("inf"), "a lag is a whole number"),
        ("ninety", "a number is expected here, this is str"),
    ],
)
def test_first_lag(answer, hint):
    feedback = exercises.check_first_lag(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def _angle(before, after):
    before, after = (np.concatenate([g.ravel() for g in group]) for group in (before, after))
    return np.arccos(
        np.clip(before @ after / np.linalg.norm(before) / np.linalg.norm(after), -1, 1)
    )


def _always_scaled(gradients, max_norm):
    scaled = [g * max_norm / np.linalg.norm(g) for g in gradients]
    return np.degrees(_angle(gradients, scaled))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (
            lambda gs, m: np.degrees(_angle(gs, clip_by_global_norm(gs, max_norm=m)[0])),
            "one norm over all arrays turns nothing",
        ),
        (
            lambda gs, m: np.degrees(_angle(gs, clip_by_value(gs, max_value=m))),
            "these entries were cut one by one",
        ),
        (
            lambda gs, m: _angle(gs, [clip_by_global_norm([g], max_norm=m)[0][0] for g in gs]),
            "radians",
        ),
        (_always_scaled, "shorter than max_norm must be left alone"),
        (lambda gs, m: np.nan, "keep it inside"),
        (lambda gs, m: 1 / 0, "your function raised ZeroDivisionError"),
        (lambda gs, m: 12.3, "the angle is not 12.3°"),
        (7, "a function is expected here"),
    ],
)
def test_turn(answer, hint):
    feedback = exercises.check_turn(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


def _slope(a):
    return (1 - np.tanh(a) ** 2)[:, None]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, W, alpha: alpha * _slope(a) * W.T, "the path straight on"),
        (
            lambda a, W, alpha: (1 - alpha) * np.eye(len(a)) + alpha * _slope(a) * W,
            "W_hh is used untransposed",
        ),
        (
            lambda a, W, alpha: ((1 - alpha) * np.eye(len(a)) + alpha * _slope(a) * W.T).T,
            "that is the transpose",
        ),
        (lambda a, W, alpha: 1 - alpha + alpha * _slope(a) * W.T, "use np.eye"),
        (lambda a, W, alpha: (1 - alpha) * np.eye(4) + _slope(a) * W.T, "α is missing"),
        (
            lambda a, W, alpha: (1 - alpha) * np.eye(4) + alpha * _slope(a)[:, 0] * W.T,
            "slope[:, None]",
        ),
        (lambda a, W, alpha: np.eye(4) + alpha * _slope(a) * W.T, "the factor 1 − α"),
        (lambda a, W, alpha: (1 - alpha) * np.eye(4) + alpha * W.T, "the slope of tanh"),
        (lambda a, W, alpha: _slope(a)[:, 0], "yours has (4,)"),
        (lambda a, W, alpha: np.eye(4), "it differs from finite differences"),
        (lambda a, W, alpha: "matrix", "an array of numbers is expected"),
    ],
)
def test_leaky_jacobian(answer, hint):
    feedback = exercises.check_leaky_jacobian(answer)
    assert feedback.status == "not yet"
    assert hint in feedback.message


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (
            lambda log_norms, share: int(np.argmax(log_norms < np.log10(share))) - 1,
            "look from the end",
        ),
        (
            lambda log_norms, share: int(np.flatnonzero(log_norms >= np.log10(share))[-1]) + 1,
            "that is the first lag below",
        ),
        (
            lambda log_norms, share: int(np.flatnonzero(log_norms >= np.log(share))[-1]),
            "use np.log10(share)",
        ),
        (
            lambda log_norms, share: int(np.flatnonzero(log_norms >= share)[-1]),
            "so is log₁₀ share",
        ),
        (lambda log_norms, share: 0, "not 0"),
        (lambda log_norms, share: ..., None),
    ],
)
def test_horizon(answer, hint):
    feedback = exercises.check_horizon(answer)
    assert feedback.status == ("missing" if hint is None else "not yet")
    assert hint is None or hint in feedback.message
