"""Each check of lecture 07 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

from rnn_helpers.lectures.gru import exercises
from rnn_helpers.recurrences.cells import sigmoid
from tests.mistakes import expect


def flip(start, stop, which=(0, 1, 2, 3)):
    def answer(*weights):
        H = len(weights[2]) // 3
        weights = [w.copy() for w in weights]
        for k in which:
            weights[k][..., start * H : stop * H] *= -1
        return weights

    return answer


def flip_in_place(*weights):
    for w in weights:
        w[..., 3:6] *= -1
    return weights


def jacobian(join, turn=np.transpose, slope_z=lambda z: z * (1 - z), slope_n=lambda n: 1 - n**2):
    def answer(h, z, n, W_hz, W_hn):
        by_z = ((h - n) * slope_z(z))[:, None] * turn(W_hz)
        return join(np.diag(z), by_z, ((1 - z) * slope_n(n))[:, None] * turn(W_hn))

    return answer


def minimal(*, keeps=False, reset="before", swap=False):
    def answer(x, h, W_xh, W_hh, b_h):
        H = h.shape[1]
        one, two = (slice(H, None), slice(H)) if swap else (slice(H), slice(H, None))
        f = sigmoid(x @ W_xh[:, one] + h @ W_hh[:, one] + b_h[one])
        W = W_hh[:, two]
        past = {"before": (f * h) @ W, "after": f * (h @ W), "never": h @ W}[reset]
        n = np.tanh(x @ W_xh[:, two] + past + b_h[two])
        return f * h + (1 - f) * n if keeps else (1 - f) * h + f * n

    return answer


def every(keep, by_z, by_n):
    return keep + by_z + by_n


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("keep_bias", -4.967, "almost shut"), ("keep_bias", 0.9931, "the gate itself"),
    ("keep_bias", 2.157, "natural logarithm"), ("keep_bias", 4.6, "keeps 1/e"),
    ("keep_bias", 1.0, "with that bias 2.5e-14 is left"),
    ("to_takes", flip(0, 1), "the order is r, z, n"),
    ("to_takes", flip(0, 3), "everything is negated"),
    ("to_takes", flip(1, 2, (0, 1)), "b_xh, b_hh is not negated yet"),
    ("to_takes", flip(1, 2, (2, 3)), "W_xh, W_hh is not negated yet"),
    ("to_takes", flip(2, 3), "the states of the two cells differ"),
    ("to_takes", flip_in_place, "negate copies"),
    ("to_takes", lambda *weights: weights, "nothing has changed"),
    ("to_takes", lambda *weights: weights[:2], "four arrays are expected here: W_xh, W_hh, b_"),
    ("to_takes", lambda *weights: 3, "four arrays are expected here"),
    ("to_takes", lambda a, b, c, d: (b, a, c, d), "W_xh has shape (2, 9), yours has (3, 9)"),
    ("simplified_jacobian", jacobian(lambda k, z, n: k + n), "a third path leads through the"),
    ("simplified_jacobian", jacobian(lambda k, z, n: z + n), "the path straight on"),
    ("simplified_jacobian", jacobian(lambda k, z, n: k + z), "the path through the candidate"),
    ("simplified_jacobian", jacobian(lambda k, z, n: k - z + n), "the sign of h₋₁ − n"),
    ("simplified_jacobian", jacobian(lambda *a: every(*a).T), "that is the transpose"),
    ("simplified_jacobian", jacobian(lambda k, z, n: k.sum(0) + z + n), "use np.diag"),
    ("simplified_jacobian", jacobian(every, slope_n=np.ones_like), "the slope of tanh"),
    ("simplified_jacobian", jacobian(every, slope_z=np.ones_like), "the slope of the sigmoid"),
    ("simplified_jacobian", jacobian(every, turn=np.asarray), "untransposed"),
    ("simplified_jacobian", jacobian(lambda k, z, n: k + z.T + n.T), "that is the transpose"),
    ("simplified_jacobian", lambda *a: a[1], "the Jacobian has shape (4, 4), yours has (4,)"),
    ("simplified_jacobian", lambda *a: np.eye(4), "it differs from finite differences"),
    ("minimal_step", minimal(keeps=True), "f keeps the old state"),
    ("minimal_step", minimal(reset="never"), "it should see f ⊙ h₋₁"),
    ("minimal_step", minimal(reset="after"), "it belongs before it"),
    ("minimal_step", minimal(swap=True), "the columns of f come first"),
    ("minimal_step", lambda *a: np.zeros(3), "the state has shape (3, 4), yours has (3,)"),
])  # fmt: skip


def test_what_the_mistakes_are_made_of_is_right_without_them():
    assert exercises.check_to_takes(flip(1, 2)).status == "right"
    assert exercises.check_simplified_jacobian(jacobian(every)).status == "right"
    assert exercises.check_minimal_step(minimal()).status == "right"
