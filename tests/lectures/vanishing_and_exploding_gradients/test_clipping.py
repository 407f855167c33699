"""Clipping, against torch."""

import numpy as np
import pytest
import torch

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
def test_bad_input_is_named(clip, limit, gradients, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        clip(gradients, **{limit: 1.0})
    with pytest.raises(ValueError, match=f"^{limit} must be a finite number greater than 0"):
        clip([np.ones(1)], **{limit: 0})
