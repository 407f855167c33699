"""The factors of each step back: read from the picture, they are what the gradient goes through."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients.demos import STEPS, gradient_decay_demo
from rnn_helpers.lectures.vanishing_and_exploding_gradients.factors import (
    EVERY,
    FACTORS,
    draw_factors,
)
from rnn_helpers.recurrences.carried import compute_carried
from rnn_helpers.recurrences.cells import get_activation, run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from tests.mistakes import set_to


@pytest.fixture
def demo():
    picture = gradient_decay_demo()
    yield picture
    picture.close()


def follow_back(activation, radius, seed):
    """The factors of slope and W_hh from step T back to 1, along the gradient that comes back."""
    W_hh = make_recurrent_weights(16, spectral_radius=radius, seed=seed)
    xs = 0.5 * np.random.default_rng([seed, 1]).normal(size=(STEPS, 1, 16))
    hs = run_rnn(xs, np.zeros((1, 16)), np.eye(16), W_hh, np.zeros(16), activation=activation)
    slopes = get_activation(activation).derivative(xs[:, 0] + hs[:-1, 0] @ W_hh)
    product = np.eye(16)
    for slope in slopes:
        product = (slope[:, None] * W_hh.T) @ product
    gradient, found = np.linalg.svd(product)[0][:, 0], []
    for slope in slopes[::-1]:
        bent = slope * gradient
        back = W_hh @ bent
        sizes = [np.linalg.norm(each) for each in (gradient, bent, back)]
        found.append((sizes[1] / sizes[0], sizes[2] / sizes[1]))
        gradient = back
    return np.array(found[::-1]).T


def read_bars(artist):
    """Of each bar: its left and right, where it begins and where it ends; (N,) each."""
    corners = artist.get_path().vertices.reshape(-1, 5, 2)
    np.testing.assert_array_equal(corners[:, 0, 0], corners[:, 1, 0])
    np.testing.assert_array_equal(corners[:, 1, 1], corners[:, 2, 1])
    return corners[:, 0, 0], corners[:, 2, 0], corners[:, 0, 1], corners[:, 1, 1]


@pytest.mark.parametrize(("activation", "radius"), [
    ("tanh", 0.9), ("tanh", 1.6), ("relu", 1.6), ("sigmoid", 2.0), ("identity", 1.2),
])  # fmt: skip
def test_each_factor_is_read_back_from_the_picture(demo, activation, radius):
    set_to(demo, activation=activation, spectral_radius=radius)
    middle = int(np.argsort(demo.result.ends, kind="stable")[9])
    slope, weights = follow_back(activation, radius, middle)
    wanted = {"slope": slope, "W_hh": weights, "slope × W_hh": slope * weights}
    fives = {
        name: np.exp(np.log(each).reshape(10, 5).mean(axis=1)) for name, each in wanted.items()
    }
    left, half, one, end = read_bars(demo.artists["slope"])
    np.testing.assert_array_equal(one, 1)
    np.testing.assert_allclose(end, fives["slope"], rtol=1e-6)
    assert ((left > np.arange(0, 50, 5)) & (left < half)).all()
    start, right, before, after = read_bars(demo.artists["W_hh"])
    np.testing.assert_array_equal(start, half)  # the bars stand side by side, neither covers one
    assert ((half < right) & (right < np.arange(5, 55, 5))).all()
    np.testing.assert_allclose(before, end)  # and on the log axis their lengths add up
    np.testing.assert_allclose(after / before, fives["W_hh"], rtol=1e-6)
    dashes = demo.artists["slope × W_hh"].get_path().vertices.reshape(-1, 2, 2)
    np.testing.assert_array_equal(dashes[:, :, 0], np.c_[half, right])
    np.testing.assert_allclose(dashes[:, :, 1], np.c_[after, after])
    np.testing.assert_allclose(after, fives["slope × W_hh"], rtol=1e-6)
    for name, each in wanted.items():
        short = name if name in ("slope", "W_hh") else "both"
        mean = np.exp(np.log(each).mean())
        assert demo.artists[f"mean {name}"].get_text() == f"{short} {mean:.2f}"
        assert demo.artists[name].get_gid() == demo.artists[f"mean {name}"].get_gid() == name


def test_the_looks_are_of_layer_operation_and_gradient(demo):
    for name, fill in (("slope", "#FFFFFF"), ("W_hh", COLORS["shade"])):
        bars = demo.artists[name]
        assert (bars.get_label(), fill.lower()) == (name, to_hex(bars.get_facecolor()))
    assert to_hex(demo.artists["slope × W_hh"].get_edgecolor()) == COLORS["accent"].lower()
    lower = demo.figure.axes[1]
    entries = [text.get_text() for text in lower.get_legend().get_texts()]
    assert entries == list(FACTORS)
    assert set(FACTORS) <= {name for name, _ in demo.stage.parts}
    assert f"means of {EVERY}: slope, then W_hh" in lower.get_title(loc="left")


@pytest.mark.parametrize(("radius", "below"), [(0.1, True), (0.3, False), (0.9, False)])
def test_a_bar_can_be_read_and_a_product_below_the_axis_has_a_triangle(demo, radius, below):
    set_to(demo, spectral_radius=radius)
    lower = demo.figure.axes[1]
    _, _, before, after = read_bars(demo.artists["W_hh"])
    sizes = lower.transData.transform(np.c_[before, after])
    heights = np.abs(np.diff(sizes)).ravel() * 72 / demo.figure.dpi
    assert heights.mean() > 3.5  # points; the whole bars once were as thin as their edges
    marks = demo.artists["far"].get_xydata()
    assert len(marks) == (len(after) if below else 0)
    assert bool(demo.artists["beyond"].get_text()) == below  # which is said in words, too
    assert ((after < lower.get_ylim()[0]) == below).all()
    np.testing.assert_array_equal(marks[:, 1], lower.get_ylim()[0] if below else [])
    upper = [demo.artists[name].get_visible() for name in ("above", "below")]
    assert upper == [False, radius < 0.9]  # of the other panel, which has its own


def test_the_last_bars_are_of_the_steps_that_are_left():
    _, axes = new_figure()
    carried = compute_carried(length=7, networks=3)
    left, _, _, end = read_bars(draw_factors(carried, axes)["slope"])
    assert (len(left), left[1] > 5) == (2, True)
    slopes = carried.slopes[:, np.argsort(carried.ends, kind="stable")[1]]
    np.testing.assert_allclose(np.log10(end), [slopes[:5].mean(), slopes[5:].mean()])


def test_where_nothing_comes_through_nothing_is_drawn_before_and_the_mean_is_0():
    _, axes = new_figure()
    artists = draw_factors(compute_carried(length=15, networks=3), axes)
    dead = compute_carried(activation="relu", spectral_radius=0.0, length=15, networks=3)
    draw_factors(dead, axes, artists)
    left, _, _, end = read_bars(artists["slope"])
    assert (len(left), left[0] > 10) == (1, True)  # the others get nothing
    _, _, before, after = read_bars(artists["W_hh"])
    np.testing.assert_array_equal(before, end)
    assert after[0] < axes.get_ylim()[0]
    assert artists["mean slope × W_hh"].get_text() == "both 0.00"
