"""Each check of lecture 05 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.vanishing_and_exploding_gradients import exercises
from rnn_helpers.lectures.vanishing_and_exploding_gradients.clipping import (
    clip_by_global_norm,
    clip_by_value,
)
from tests.mistakes import expect


def angle(before, after):
    before, after = (np.concatenate([g.ravel() for g in group]) for group in (before, after))
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def clip_each(gs, m):
    return [clip_by_global_norm([g], max_norm=m)[0][0] for g in gs]


def turn(clip, convert=lambda degrees: degrees):
    return lambda gs, m: convert(angle(gs, clip(gs, m)))


def slope(a):
    return (1 - np.tanh(a) ** 2)[:, None]


def leaky(keep=lambda alpha: 1 - alpha, take=float, slope=slope, turn=np.transpose, eye=np.eye):
    return lambda a, W, alpha: keep(alpha) * eye(len(a)) + take(alpha) * slope(a) * turn(W)


def last(keep):
    return lambda logs, share: int(np.flatnonzero(keep(logs, share))[-1])


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("first_lag", 89, "0.95⁸⁹ is 0.0104"), ("first_lag", 20, "5 % of what is left"),
    ("first_lag", 19, "5 % of what is left"), ("first_lag", 89.78, "a lag is a whole number"),
    ("first_lag", 50, "at lag 50, 0.0769 is left"),
    ("first_lag", 91, "but lag 90 is below 1 % already"),
    ("first_lag", -20_000, "it is not negative"), ("first_lag", 10**400, "too large"),
    ("first_lag", float("inf"), "a lag is a whole number"),
    ("turn", turn(lambda gs, m: clip_by_global_norm(gs, max_norm=m)[0]), "one norm over all"),
    ("turn", lambda gs, m: sum(angle([g], clip_each([g], m)) for g in gs),
     "neither does an array by itself: clip each by its own norm, then take one angle"),
    ("turn", turn(lambda gs, m: clip_by_value(gs, max_value=m)), "these entries were cut one"),
    ("turn", turn(clip_each, np.radians), "radians"),
    ("turn", turn(lambda gs, m: [g * m / np.linalg.norm(g) for g in gs]), "must be left alone"),
    ("turn", lambda gs, m: np.nan, "keep it inside"),
    ("turn", lambda gs, m: 12.3, "the angle is not 12.3°"),
    ("leaky_jacobian", leaky(keep=lambda alpha: 0), "the path straight on, (1 − α)"),
    ("leaky_jacobian", leaky(turn=np.asarray), "W_hh is used untransposed"),
    ("leaky_jacobian", lambda a, W, alpha: leaky()(a, W, alpha).T, "that is the transpose"),
    ("leaky_jacobian", leaky(eye=lambda n: np.ones((n, n))), "use np.eye"),
    ("leaky_jacobian", leaky(take=lambda alpha: 1), "α is missing"),
    ("leaky_jacobian", leaky(slope=lambda a: slope(a)[:, 0]), "slope[:, None]"),
    ("leaky_jacobian", leaky(keep=lambda alpha: 1), "the factor 1 − α"),
    ("leaky_jacobian", leaky(slope=lambda a: 1), "the slope of tanh"),
    ("leaky_jacobian", leaky(slope=lambda a: (1 - a**2)[:, None]), "not 1 − a²"),
    ("leaky_jacobian", leaky(float, lambda alpha: 1 - alpha), "have changed places"),
    ("leaky_jacobian", lambda a, W, alpha: a, "for 4 units the Jacobian has shape (4, 4)"),
    ("leaky_jacobian", lambda a, W, alpha: np.eye(4), "it differs from finite differences"),
    ("horizon", lambda logs, share: np.argmax(logs < np.log10(share)) - 1, "look from the end"),
    ("horizon", lambda logs, share: np.argmax(logs < np.log10(share)), "that is the first lag"),
    ("horizon", last(lambda logs, share: logs >= np.log(share)), "np.log10(share)"),
    ("horizon", last(lambda logs, share: logs >= share), "so is log₁₀ share"),
    ("horizon", lambda logs, share: 0, "not 0"),
    ("horizon", lambda logs, share: 20.6, "a whole number is expected here, not 20.6"),
])  # fmt: skip


def test_what_the_mistakes_are_made_of_is_right_without_them():
    assert exercises.check_turn(turn(clip_each)).status == "right"
    below_one = np.degrees(np.arccos(np.nextafter(np.float32(1), np.float32(0))))  # 0.02°
    rounded = turn(clip_each, lambda degrees: max(degrees, below_one))
    assert exercises.check_turn(rounded).status == "right"
    assert exercises.check_leaky_jacobian(leaky()).status == "right"
