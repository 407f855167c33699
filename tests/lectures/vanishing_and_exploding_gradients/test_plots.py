"""The pictures of lecture 05, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import MAP, compute_descent
from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import (
    compute_gradient_decay,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.plots import (
    _fate,
    describe_descent,
    describe_gradient_decay,
    draw_descent,
)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"activation": "identity", "spectral_radius": 0.5, "kind": "orthogonal", "length": 10},
            "identity, ρ = 0.50: the gradient vanishes. After 10 steps it is 10⁻³ times what "
            "it was, and below 1 % from lag 7 on.",
        ),
        (
            {"activation": "identity", "spectral_radius": 2.0, "kind": "orthogonal", "length": 10},
            "identity, ρ = 2.00: the gradient explodes. After 10 steps it is 1,024 times what it "
            "was, and above 100-fold first at lag 7.",
        ),
        (
            {"activation": "identity", "spectral_radius": 1.0, "kind": "identity", "length": 2},
            "identity, ρ = 1.00: the gradient holds. After 2 steps it is 1 times what it was.",
        ),
        (
            {"activation": "identity", "spectral_radius": 1.0, "kind": "identity", "length": 1},
            "identity, ρ = 1.00: the gradient holds. After 1 step it is 1 times what it was.",
        ),
        (
            {"activation": "relu", "spectral_radius": 0.0, "length": 5, "hidden_size": 3},
            "relu, ρ = 0.00: the gradient vanishes. After 5 steps it is exactly 0 times what it "
            "was, and below 1 % from lag 1 on.",
        ),
    ],
)
def test_the_verdict_in_words(settings, sentence):
    assert describe_gradient_decay(compute_gradient_decay(**settings)) == sentence


def test_below_one_per_cent_is_from_the_last_crossing_on():
    decay = compute_gradient_decay(activation="identity", spectral_radius=0.1, length=6)
    comes_back = replace(decay, log_norms=np.array([0, -1, -2.5, -1.5, -1.0, -2.1, -3.0]))
    assert describe_gradient_decay(comes_back).endswith("and below 1 % from lag 5 on.")
    explodes = replace(
        decay, verdict="explodes", log_norms=np.array([0, 1, 2.5, 1.5, 1.0, 2.1, 3.0])
    )
    assert describe_gradient_decay(explodes).endswith("and above 100-fold first at lag 2.")


def test_the_descent_in_words():
    clipped = compute_descent(max_norm=0.1, learning_rate=0.5, start=(5.5, -2.0))
    sentence = describe_descent(clipped)
    assert "the longest move is 372 (a gradient of norm 745), and the descent leaves" in sentence
    assert sentence.endswith("Clipped, the longest move is 0.05, and it stays on the map.")
    torn = compute_descent(max_norm=3.2, learning_rate=0.5, start=(5.5, -2.0))
    assert describe_descent(torn).endswith("is 1.6, and it leaves the map and comes back.")
    free = compute_descent(max_norm=1000.0, learning_rate=0.5, start=(5.5, -2.0))
    assert "none reaches θ, and the two paths are one. It leaves" in describe_descent(free)


def test_a_path_that_comes_back_and_one_that_does_not():
    (low, high), (bottom, _) = MAP
    inside, outside = (low + 0.1, bottom + 0.1), (high + 1, bottom + 0.1)
    assert _fate(np.array([inside, inside])) == "stays on the map"
    assert _fate(np.array([inside, outside, inside])) == "leaves the map and comes back"
    assert _fate(np.array([inside, outside])) == "leaves the map for good"
    assert _fate(np.array([outside, inside])) == "leaves the map and comes back"


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
