"""Each check of lecture 07 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.gru import exercises
from rnn_helpers.recurrences.cells import gru_step, sigmoid
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
    ("to_takes", flip(1, 2, (0, 1)), "b_xh, b_hh are not negated yet"),
    ("to_takes", flip(1, 2, (2, 3)), "W_xh, W_hh are not negated yet"),
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


def takes_by_concatenating(W_xh, W_hh, b_xh, b_hh):  # from the exercise's text alone
    def turn(array):
        r, z, n = np.split(array, 3, axis=-1)
        return np.concatenate([r, -z, n], axis=-1)

    return turn(W_xh), turn(W_hh), turn(b_xh), turn(b_hh)


def takes_by_torch(*weights):
    new = [torch.tensor(w, dtype=torch.float32) for w in weights]
    for w in new:
        w[..., w.shape[-1] // 3 : 2 * w.shape[-1] // 3].neg_()
    return new


def takes_by_multiplying(*weights):
    signs = np.array([1, 1, 1, -1, -1, -1, 1, 1, 1])
    return (w * signs for w in weights)


def takes_by_matrix(*weights):
    return [(w @ np.diag([1.0] * 3 + [-1.0] * 3 + [1.0] * 3)).tolist() for w in weights]


def jacobian_by_loops(h, z, n, W_hz, W_hn):  # from the exercise's text alone
    H = len(h)
    J = [[0.0] * H for _ in range(H)]
    for i in range(H):
        for j in range(H):
            J[i][j] = (h[i] - n[i]) * z[i] * (1 - z[i]) * W_hz[j, i]
            J[i][j] += (1 - z[i]) * (1 - n[i] ** 2) * W_hn[j, i]
        J[i][i] += z[i]
    return J


def jacobian_by_columns(h, z, n, W_hz, W_hn):
    return (np.diag(z) + W_hz * (z * (1 - z) * (h - n)) + W_hn * ((1 - z) * (1 - n**2))).T


def jacobian_by_diagonals(h, z, n, W_hz, W_hn):
    through_z, through_n = np.diag(z - z**2) @ W_hz.T, np.diag(1 - n * n) @ W_hn.T
    return np.diag(z) + np.diag(h) @ through_z - np.diag(n) @ through_z + np.diag(1 - z) @ through_n


def jacobian_by_torch(h, z, n, W_hz, W_hn):
    h, z, n, W_hz, W_hn = (torch.tensor(a, dtype=torch.float32) for a in (h, z, n, W_hz, W_hn))
    return (
        torch.diag(z) + ((h - n) * z * (1 - z)).unsqueeze(1) * W_hz.T
        + ((1 - z) * (1 - n**2)).unsqueeze(1) * W_hn.T
    )  # fmt: skip


def jacobian_by_einsum(h, z, n, W_hz, W_hn):
    paths = np.einsum("i,ji->ij", (h - n) * z * (1 - z), W_hz)
    return np.eye(len(z)) * z + paths + np.einsum("i,ji->ij", (1 - z) * (1 - n**2), W_hn)


def jacobian_by_autograd(h, z, n, W_hz, W_hn):
    h, W_hz, W_hn = map(torch.tensor, (h, W_hz, W_hn))
    a_z, a_n = torch.logit(torch.tensor(z)), torch.atanh(torch.tensor(n))

    def step(new):
        gate = torch.sigmoid(a_z + (new - h) @ W_hz)
        return gate * new + (1 - gate) * torch.tanh(a_n + (new - h) @ W_hn)

    return torch.autograd.functional.jacobian(step, h)


def minimal_by_splitting(x, h, W_xh, W_hh, b_h):  # from the exercise's text alone
    W_xf, W_xn = np.split(W_xh, 2, axis=1)
    W_hf, W_hn = np.split(W_hh, 2, axis=1)
    b_f, b_n = np.split(b_h, 2)
    f = 1 / (1 + np.exp(-(x @ W_xf + h @ W_hf + b_f)))
    return h + f * (np.tanh(x @ W_xn + (f * h) @ W_hn + b_n) - h)


def minimal_by_torch(*arguments):
    x, h, W_xh, W_hh, b_h = (torch.tensor(a, dtype=torch.float32) for a in arguments)
    (W_xf, W_xn), (W_hf, W_hn) = W_xh.chunk(2, 1), W_hh.chunk(2, 1)
    f = torch.sigmoid(x @ W_xf + h @ W_hf + b_h[: h.shape[1]])
    return torch.lerp(h, torch.tanh(x @ W_xn + (f * h) @ W_hn + b_h[h.shape[1] :]), f)


def minimal_by_package(x, h, *weights):  # a GRU whose two gates are one
    H = h.shape[1]
    W_xh, W_hh, b_h = (np.concatenate([w[..., :H], w], axis=-1) for w in weights)
    return gru_step(x, h, W_xh, W_hh, b_h, 0 * b_h, reset="before", update="takes")


def minimal_by_keeping(x, h, *weights):  # 1 − f is the gate that keeps
    H = h.shape[1]
    W_xh, W_hh, b_h = (np.concatenate([w[..., :H], w], axis=-1) for w in weights)
    for w in (W_xh, W_hh, b_h):
        w[..., H : 2 * H] *= -1
    return gru_step(x, h, W_xh, W_hh, b_h, 0 * b_h, reset="before", update="keeps")


test_a_right_answer_is_right_in_any_spelling = expect("right", exercises, [
    ("keep_bias", 4.967, "one half"), ("keep_bias", 4.97, "one half"),
    ("keep_bias", -math.log(2**0.01 - 1), "one half"),
    ("keep_bias", np.float32(4.9674), "one half"), ("keep_bias", np.array(4.967), "one half"),
    ("keep_bias", torch.logit(torch.tensor(0.5**0.01)), "one half"),
    ("to_takes", flip(1, 2), "the same states"),
    ("to_takes", takes_by_concatenating, "the same states"),
    ("to_takes", takes_by_torch, "the same states"),
    ("to_takes", takes_by_multiplying, "the same states"),
    ("to_takes", takes_by_matrix, "the same states"),
    ("to_takes", lambda *w: tuple(a.astype(np.float32) for a in flip(1, 2)(*w)), "the same st"),
    ("simplified_jacobian", jacobian(every), "finite differences"),
    ("simplified_jacobian", jacobian_by_loops, "finite differences"),
    ("simplified_jacobian", jacobian_by_columns, "finite differences"),
    ("simplified_jacobian", jacobian_by_diagonals, "finite differences"),
    ("simplified_jacobian", jacobian_by_torch, "finite differences"),
    ("simplified_jacobian", jacobian_by_einsum, "finite differences"),
    ("simplified_jacobian", jacobian_by_autograd, "finite differences"),
    ("minimal_step", minimal(), "the same gate"), ("minimal_step", minimal_by_torch, "the same"),
    ("minimal_step", minimal_by_splitting, "the same gate"),
    ("minimal_step", minimal_by_package, "the same gate"),
    ("minimal_step", minimal_by_keeping, "the same gate"),
    ("minimal_step", lambda *a: minimal()(*a).tolist(), "the same gate"),
])  # fmt: skip


@pytest.mark.parametrize("wrong", [None, np.nan, [np.nan, 1.0], "4.97", np.zeros((2, 2)), -1])
def test_what_is_no_answer_reaches_a_sentence(wrong):
    for check in ("keep_bias", "to_takes", "simplified_jacobian", "minimal_step"):
        for answer in (wrong, lambda *_: wrong):
            feedback = getattr(exercises, f"check_{check}")(answer)
            assert feedback.status != "right"
            assert feedback.message[-1] in ".?"
