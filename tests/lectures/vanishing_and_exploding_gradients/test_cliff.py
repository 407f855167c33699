"""The cliff and the descents that meet it."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import (
    compute_cliff_loss,
    compute_descent,
    is_on_map,
)


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
    assert descent.clipped_losses[-1] < 0.5 * descent.plain_losses[-1]


def test_a_threshold_that_no_gradient_reaches_changes_nothing():
    descent = compute_descent(max_norm=1e6, learning_rate=0.5, start=(5.5, -2.0))
    np.testing.assert_array_equal(descent.plain, descent.clipped)
    first = compute_descent(max_norm=1.0, learning_rate=0.1, start=(4.0, -2.0), updates=1)
    loss, dw, db = compute_cliff_loss(4.0, -2.0)
    np.testing.assert_allclose(first.plain[1], [4.0 - 0.1 * dw, -2.0 - 0.1 * db])
    assert first.plain_losses[0] == pytest.approx(float(loss))
    assert first.largest_norm == pytest.approx(float(np.hypot(dw, db)))


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
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
