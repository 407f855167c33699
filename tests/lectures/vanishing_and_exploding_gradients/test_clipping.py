"""Clipping against torch, the cliff, and the descents that meet it."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import (
    compute_cliff_loss,
    compute_descent,
    is_on_map,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.clipping import (
    clip_by_global_norm,
    clip_by_value,
)


def _gradients():
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in ((3, 4), (5,), (2, 1, 3))]


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 100.0])
def test_clipping_by_global_norm_equals_torch(max_norm):
    clipped, norm = clip_by_global_norm(_gradients(), max_norm=max_norm)
    parameters = [torch.zeros(g.shape, dtype=torch.float64) for g in _gradients()]
    for parameter, g in zip(parameters, _gradients(), strict=True):
        parameter.grad = torch.from_numpy(g)
    expected = float(torch.nn.utils.clip_grad_norm_(parameters, max_norm))
    np.testing.assert_allclose(norm, expected)
    for ours, theirs, g in zip(clipped, parameters, _gradients(), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-5)  # torch adds 1e-6
        np.testing.assert_allclose(ours, g * min(1.0, max_norm / norm), rtol=1e-12)


def test_huge_zero_and_torch_gradients():
    with np.errstate(all="raise"):
        (clipped,), norm = clip_by_global_norm([np.array([3e300, 4e300])], max_norm=1.0)
    assert norm == pytest.approx(5e300)
    np.testing.assert_allclose(clipped, [0.6, 0.8])
    (zero,), norm = clip_by_global_norm([np.zeros(3)], max_norm=1.0)
    assert norm == 0
    assert not zero.any()
    (tensor,), _ = clip_by_global_norm([torch.tensor([3.0, 4.0])], max_norm=1.0)
    torch.testing.assert_close(tensor, torch.tensor([0.6, 0.8]))
    clipped = clip_by_value([torch.tensor([-3.0, 0.5, 7.0])], max_value=1.0)[0]
    assert clipped.tolist() == [-1.0, 0.5, 1.0]


@pytest.mark.parametrize("make", [np.array, torch.tensor])
def test_whole_numbers_are_clipped_to_fractions(make):
    assert clip_by_value([make([3, -4, 0])], max_value=0.5)[0].tolist() == [0.5, -0.5, 0]
    (clipped,), norm = clip_by_global_norm([make([3, -4])], max_norm=2.5)
    assert norm == 5
    assert clipped.tolist() == [1.5, -2]


@pytest.mark.parametrize(("gradients", "error", "message"), [
    ([], ValueError, "gradients must hold at least one array, got none"),
    ([np.ones(2), None], TypeError, r"gradients\[1\] must be an array .*, got NoneType"),
    ([np.ones(2), [1.0, 2.0]], TypeError, r"gradients\[1\] must be an array .*, got list"),
    ([np.zeros(0)], ValueError, r"gradients\[0\] must not be empty, got shape \(0,\)"),
    ([np.ones(1), np.array([np.nan])], ValueError,
     r"gradients\[1\] must be finite, got NaN or infinity in it"),
])  # fmt: skip
@pytest.mark.parametrize(
    ("clip", "limit"), [(clip_by_global_norm, "max_norm"), (clip_by_value, "max_value")]
)
def test_gradients_that_cannot_be_clipped_are_named(clip, limit, gradients, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        clip(gradients, **{limit: 1.0})
    with pytest.raises(ValueError, match=f"^{limit} must be a finite number greater than 0"):
        clip([np.ones(1)], **{limit: 0})


def test_the_slopes_of_the_cliff_equal_autograd():
    rng = np.random.default_rng(1)
    w, b = rng.uniform(3, 5, size=6), rng.uniform(-3, -1, size=6)
    loss, dw, db = compute_cliff_loss(w, b)
    tw, tb = (torch.from_numpy(array).requires_grad_() for array in (w, b))
    h = torch.full((6,), 0.5, dtype=torch.float64)
    for _ in range(50):
        h = tw * torch.sigmoid(h) + tb
    theirs = (torch.sigmoid(h) - 0.7) ** 2
    theirs.sum().backward()
    np.testing.assert_allclose(loss, theirs.detach().numpy(), atol=1e-10)
    np.testing.assert_allclose(dw, tw.grad.numpy(), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(db, tb.grad.numpy(), rtol=1e-8, atol=1e-10)


def test_a_clipped_move_is_never_longer_than_rate_times_threshold():
    descent = compute_descent(max_norm=0.1, learning_rate=0.5, start=(5.5, -2.0))
    moves = np.linalg.norm(np.diff(descent.clipped, axis=0), axis=1)
    assert moves.max() <= 0.05 + 1e-12
    plain_moves = np.linalg.norm(np.diff(descent.plain, axis=0), axis=1)
    np.testing.assert_allclose(plain_moves.max(), 0.5 * descent.largest_norm)
    assert descent.largest_norm > 100
    early = compute_descent(max_norm=1e3, learning_rate=0.5, start=(5.5, -2.0), updates=28)
    _, dw, db = compute_cliff_loss(*early.plain.T)
    norms = np.hypot(dw, db)  # the last point's, the largest here, was not followed
    assert norms[-1] > norms[:-1].max() == pytest.approx(early.largest_norm)
    assert descent.clipped_losses[-1] < 0.5 * descent.plain_losses[-1]


def test_a_threshold_that_no_gradient_reaches_changes_nothing():
    descent = compute_descent(max_norm=1e6, learning_rate=0.5, start=(5.5, -2.0))
    np.testing.assert_array_equal(descent.plain, descent.clipped)
    first = compute_descent(max_norm=1.0, learning_rate=0.1, start=(4.0, -2.0), updates=1)
    loss, dw, db = compute_cliff_loss(4.0, -2.0)
    np.testing.assert_allclose(first.plain[1], [4.0 - 0.1 * dw, -2.0 - 0.1 * db])
    assert first.plain_losses[0] == pytest.approx(float(loss))


def test_the_largest_gradient_is_one_that_was_followed():
    one = compute_descent(max_norm=1.0, learning_rate=0.1, start=(4.0, -2.1), updates=1)
    here, ahead = (np.hypot(*compute_cliff_loss(*point)[1:]) for point in one.plain)
    assert ahead > 1.3 * here  # the last point's gradient is larger, but nothing moves along it
    assert one.largest_norm == pytest.approx(float(here))


def test_what_a_reader_does_with_a_descent_changes_no_later_one():
    settings = {"max_norm": 0.1, "learning_rate": 0.5, "start": (5.5, -2.0)}
    first = compute_descent(**settings)
    first.plain[:], first.plain_losses[:] = 0.0, 0.0
    again = compute_descent(**settings)
    assert again.plain.all()
    assert again.plain_losses.all()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: compute_descent(max_norm=-1), "max_norm must be a finite number"),
    (lambda: compute_descent(max_norm=1, learning_rate=0), "learning_rate must be"),
    (lambda: compute_descent(max_norm=1, updates=0), "updates must be an integer"),
    (lambda: compute_descent(max_norm=1, start=(1, 2, 3)), r"start must have shape \(2,\)"),
    (lambda: compute_cliff_loss([1.0, 2.0], [1.0]), r"b must have shape \(2,\)"),
    (lambda: compute_cliff_loss(1.0, 1.0, steps=0), "steps must be an integer"),
    (lambda: is_on_map([1.0, 2.0]), r"points must have shape \(any, 2\)"),
])  # fmt: skip
def test_a_descent_that_cannot_be_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
