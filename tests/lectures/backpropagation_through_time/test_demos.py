"""The demo of lecture 04: the numbers behind the picture."""

import numpy as np

from rnn_helpers.lectures.backpropagation_through_time.demos import truncation_demo
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation
from tests.mistakes import expect_refusals


def test_the_lines_are_the_shares():
    demo = truncation_demo(k=7, spectral_radius=1.2, seed=3)
    wanted = compute_truncation(k=7, spectral_radius=1.2, seed=3)
    np.testing.assert_allclose(demo.artists["whole"].get_ydata(), wanted.whole[:-1])
    lags, kept = demo.artists["kept"].get_data()
    np.testing.assert_array_equal(lags, np.arange(7))
    np.testing.assert_allclose(kept, wanted.kept[:7])
    assert list(demo.artists["edge"].get_xdata()) == [7, 7]
    assert f"off by {wanted.error:.1%}" in demo.message
    demo.controls["k"].value = 40
    assert "the gradient is whole" in demo.message
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (truncation_demo, "k", 41), (truncation_demo, "spectral_radius", 2),
    (truncation_demo, "seed", 20),
])  # fmt: skip
