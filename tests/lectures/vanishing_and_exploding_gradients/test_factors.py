"""The factors of each step back: read from the picture, they are what the gradient goes through."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients.demos import STEPS, gradient_decay_demo
from rnn_helpers.lectures.vanishing_and_exploding_gradients.factors import FACTORS, draw_factors
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


def read_stairs(points):
    """The height of each step of stairs that begin and end at whole numbers."""
    xs, ys = np.asarray(points).reshape(-1, 2, 2).transpose(2, 0, 1)
    np.testing.assert_array_equal(xs[:, 1] - xs[:, 0], 1)
    np.testing.assert_array_equal(ys[:, 0], ys[:, 1])
    return xs[:, 1].astype(int), ys[:, 0]


@pytest.mark.parametrize(("activation", "radius"), [
    ("tanh", 0.9), ("tanh", 1.6), ("relu", 1.6), ("sigmoid", 2.0), ("identity", 1.2),
])  # fmt: skip
def test_each_factor_is_read_back_from_the_picture(demo, activation, radius):
    set_to(demo, activation=activation, spectral_radius=radius)
    middle = int(np.argsort(demo.result.ends, kind="stable")[9])
    slope, weights = follow_back(activation, radius, middle)
    drawn = {name: demo.artists[name].get_xy()[2 : 2 + 2 * STEPS] for name in ("slope", "W_hh")}
    drawn["slope × W_hh"] = demo.artists["slope × W_hh"].get_path().vertices
    for name, wanted in {"slope": slope, "W_hh": weights, "slope × W_hh": slope * weights}.items():
        steps, heights = read_stairs(drawn[name])
        np.testing.assert_array_equal(steps, np.arange(1, STEPS + 1))
        np.testing.assert_allclose(heights, wanted, rtol=1e-6)
        short = name if name in ("slope", "W_hh") else "both"
        mean = np.exp(np.log(wanted).mean())
        assert demo.artists[f"mean {name}"].get_text() == f"{short} {mean:.2f}"
        assert demo.artists[name].get_gid() == demo.artists[f"mean {name}"].get_gid() == name


def test_the_areas_begin_at_one_and_the_looks_are_of_layer_operation_and_gradient(demo):
    for name, fill in (("slope", "#FFFFFF"), ("W_hh", COLORS["shade"])):
        area = demo.artists[name]
        np.testing.assert_array_equal(area.get_xy()[:2], [(STEPS, 1), (0, 1)])
        assert (area.get_label(), fill.lower()) == (name, to_hex(area.get_facecolor()))
    assert to_hex(demo.artists["slope × W_hh"].get_edgecolor()) == COLORS["accent"].lower()
    lower = demo.figure.axes[1]
    entries = [text.get_text() for text in lower.get_legend().get_texts()]
    assert entries == list(FACTORS)
    assert set(FACTORS) <= {name for name, _ in demo.stage.parts}


def test_where_nothing_comes_through_nothing_is_drawn_before_and_the_mean_is_0():
    _, axes = new_figure()
    artists = draw_factors(compute_carried(length=5, networks=3), axes)
    dead = compute_carried(activation="relu", spectral_radius=0.0, length=5, networks=3)
    draw_factors(dead, axes, artists)
    for points in (artists["slope × W_hh"].get_path().vertices, artists["slope"].get_xy()[2:4]):
        steps, heights = read_stairs(points)
        assert steps.tolist() == [5]  # its units are off, and the other steps get nothing
        assert heights[0] < axes.get_ylim()[0]
    np.testing.assert_array_equal(np.unique(artists["W_hh"].get_xy(), axis=0), [[5, 1]])
    assert artists["mean slope × W_hh"].get_text() == "both 0.00"
