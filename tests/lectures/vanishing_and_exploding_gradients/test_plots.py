"""The pictures of lecture 05, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_descent
from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import (
    compute_gradient_decay,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.plots import (
    describe_descent,
    describe_gradient_decay,
    draw_descent,
)


@pytest.mark.parametrize(("activation", "radius", "kind", "length", "verdict"), [
    ("identity", 0.5, "orthogonal", 10, "vanishes. After 10 steps it is 10⁻³ times what it "
     "was, and below 1 % from lag 7 on."),
    ("identity", 2.0, "orthogonal", 10, "explodes. After 10 steps it is 1,024 times what it "
     "was, and above 100-fold first at lag 7."),
    ("identity", 1.0, "identity", 2, "holds. After 2 steps it is 1 times what it was."),
    ("identity", 1.0, "identity", 1, "holds. After 1 step it is 1 times what it was."),
    ("relu", 0.0, "gaussian", 5, "vanishes. After 5 steps it is exactly 0 times what it was, "
     "and below 1 % from lag 1 on."),
])  # fmt: skip
def test_the_verdict_in_words(activation, radius, kind, length, verdict):
    decay = compute_gradient_decay(
        activation=activation, spectral_radius=radius, kind=kind, length=length
    )
    sentence = f"{activation}, ρ = {radius:.2f}: the gradient {verdict}"
    assert describe_gradient_decay(decay) == sentence


def test_below_one_per_cent_is_from_the_last_crossing_on():
    decay = compute_gradient_decay(activation="identity", spectral_radius=0.1, length=6)
    norms = np.array([0, 1, 2.5, 1.5, 1.0, 2.1, 3.0])
    comes_back = replace(decay, log_norms=-norms)
    assert describe_gradient_decay(comes_back).endswith("and below 1 % from lag 5 on.")
    explodes = replace(decay, verdict="explodes", log_norms=norms)
    assert describe_gradient_decay(explodes).endswith("and above 100-fold first at lag 2.")


@pytest.mark.parametrize(("max_norm", "sentence"), [
    (0.1, "θ = 0.1: without clipping, the longest move is 372 (a gradient of norm 745), and "
     "the descent leaves the map for good. Clipped, the longest move is 0.05, and it stays "
     "on the map."),
    (3.2, "θ = 3.2: without clipping, the longest move is 372 (a gradient of norm 745), and "
     "the descent leaves the map for good. Clipped, the longest move is 1.6, and it leaves "
     "the map and comes back."),
    (1000.0, "θ = 1000: the largest gradient has norm 745, none reaches θ, and the two paths "
     "are one. It leaves the map for good."),
])  # fmt: skip
def test_the_descent_in_words(max_norm, sentence):
    descent = compute_descent(max_norm=max_norm, learning_rate=0.5, start=(5.5, -2.0))
    assert describe_descent(descent) == sentence


def test_each_descent_is_drawn_with_its_own_losses_from_its_own_start():
    figure, axes = new_figure(8, 3, ncols=2)
    artists = None
    for start in ((5.5, -2.0), (4.8, -2.2)):
        descent = compute_descent(max_norm=0.1, learning_rate=0.5, start=start)
        artists = draw_descent(descent, axes, artists)
        assert np.abs(descent.plain_losses - descent.clipped_losses).max() > 0.01
        for name in ("plain", "clipped"):
            path = artists[f"{name} path"].get_xydata()
            np.testing.assert_array_equal(path, getattr(descent, name))
            updates, losses = artists[f"{name} loss"].get_data()
            np.testing.assert_array_equal(updates, np.arange(61))
            np.testing.assert_array_equal(losses, getattr(descent, f"{name}_losses"))
        np.testing.assert_array_equal(artists["start"].get_xydata(), [start])
    encode_png(figure)
