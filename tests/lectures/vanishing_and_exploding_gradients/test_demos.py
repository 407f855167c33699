"""The demos of lecture 05: the numbers behind the pictures, against other ways to get them."""

import numpy as np
import pytest

from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_cliff_loss
from rnn_helpers.lectures.vanishing_and_exploding_gradients.demos import (
    STEPS,
    clipping_cliff_demo,
    gradient_decay_demo,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import (
    compute_gradient_decay,
)
from rnn_helpers.recurrences.carried import compute_carried
from rnn_helpers.recurrences.cells import run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from tests.mistakes import expect_refusals, set_to


@pytest.fixture
def explorer():
    demo = gradient_decay_demo()
    yield demo
    demo.close()


@pytest.mark.parametrize(("radius", "said"), [
    (0.8, "the gradient vanishes in 20 of 20 networks."),
    (1.0, "the gradient holds in 20 of 20 networks."),
    (1.5, "the gradient explodes in 20 of 20 networks."),
])  # fmt: skip
def test_a_linear_network_is_drawn_as_the_powers_of_its_matrix(explorer, radius, said):
    set_to(explorer, activation="identity", spectral_radius=radius)
    powers = [
        np.linalg.matrix_power(make_recurrent_weights(16, spectral_radius=radius, seed=seed), STEPS)
        for seed in range(20)
    ]
    norms = [np.linalg.norm(power, 2) for power in powers]
    middle = np.sort(norms)[9]
    np.testing.assert_allclose(explorer.artists["ends"].get_ydata(), middle, rtol=1e-8)
    np.testing.assert_allclose(explorer.artists["middle"].get_ydata(), middle, rtol=1e-8)
    level = explorer.artists["meeting"].get_path().vertices.reshape(20, STEPS + 1, 2)
    np.testing.assert_allclose(level[:, :, 1], np.repeat(np.c_[norms], STEPS + 1, 1), rtol=1e-8)
    np.testing.assert_array_equal(level[:, :, 0], np.tile(np.arange(STEPS + 1), (20, 1)))
    assert explorer.artists["forward"].get_ydata()[-1] == pytest.approx(middle, rel=1e-8)
    assert explorer.artists["back"].get_ydata()[0] == pytest.approx(middle, rel=1e-8)
    wanted = radius ** np.arange(STEPS + 1)
    np.testing.assert_allclose(explorer.artists["radius"].get_ydata(), wanted, rtol=1e-9)
    assert said in explorer.message


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_each_end_is_the_slope_of_the_last_state_by_finite_differences(activation):
    carried = compute_carried(activation=activation, spectral_radius=1.2, length=6)
    W_hh = make_recurrent_weights(16, spectral_radius=1.2, seed=3)
    xs = 0.5 * np.random.default_rng([3, 1]).normal(size=(6, 1, 16))
    ends = [
        run_rnn(xs, h0[None], np.eye(16), W_hh, np.zeros(16), activation=activation)[-1, 0]
        for h0 in 1e-6 * np.concatenate([np.eye(16), -np.eye(16)])
    ]
    jacobian = (np.array(ends[:16]) - ends[16:]) / 2e-6
    assert 10 ** carried.ends[3] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-6)


def test_the_ends_are_those_of_the_gradients_by_lag(explorer):
    set_to(explorer, activation="relu", spectral_radius=1.6)
    options = {"activation": "relu", "spectral_radius": 1.6, "length": STEPS}
    for seed in (0, 7, 19):
        decay = compute_gradient_decay(**options, seed=seed)
        assert explorer.result.ends[seed] == pytest.approx(decay.log_norms[-1], abs=1e-9)
    assert "vanishes in 3 of 20 networks, holds in 11, explodes in 6." in explorer.message


def test_the_readouts_of_the_cliff_have_no_zeros_at_their_ends():
    demo = clipping_cliff_demo()
    formats = {name: demo.controls[name].readout_format for name in ("max_norm", "learning_rate")}
    demo.close()
    assert formats == {"max_norm": ".4", "learning_rate": ".3"}  # ".4g" is 0.01000 on a page


def test_the_cliff_begins_where_clipping_makes_the_difference():
    demo = clipping_cliff_demo()
    assert demo.controls["max_norm"].value == pytest.approx(1)
    assert "the descent is off the map after the last update" in demo.message
    assert demo.message.endswith("Clipped, the longest move is 0.5, and it stays on the map.")
    demo.close()


def test_the_start_lies_whole_within_the_map():
    demo = clipping_cliff_demo()
    canvas, axes, diamond = demo.figure.canvas, demo.figure.axes[0], demo.artists["start"]
    for end in (demo.controls["start_w"].min, demo.controls["start_w"].max):
        demo.controls["start_w"].value = end
        canvas.draw()
        x, _ = axes.transData.transform((end, -2.0))
        half = (diamond.get_markersize() / np.sqrt(2) + 1) * demo.figure.dpi / 72
        assert axes.bbox.x0 <= x - half < x + half <= axes.bbox.x1
    demo.close()


def test_a_descent_on_the_map_and_its_loss_are_one_part():
    demo = clipping_cliff_demo()
    for name, part in (("plain", "without clipping"), ("clipped", "clipped at θ")):
        assert {demo.artists[f"{name} {what}"].get_gid() for what in ("path", "loss")} == {part}
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gradient_decay_demo, "spectral_radius", 3), (gradient_decay_demo, "activation", "swish"),
    (gradient_decay_demo, "kind", "sparse"), (gradient_decay_demo, "input_scale", 3.0),
    (clipping_cliff_demo, "max_norm", 0), (clipping_cliff_demo, "learning_rate", 2),
])  # fmt: skip


def test_the_cliff_clips_the_first_step_to_the_threshold():
    demo = set_to(clipping_cliff_demo(max_norm=0.01, learning_rate=0.5), start_w=5.4)
    slope = [
        (compute_cliff_loss(5.4 + dw, -2 + db)[0] - compute_cliff_loss(5.4 - dw, -2 - db)[0]) / 2e-6
        for dw, db in ((1e-6, 0), (0, 1e-6))
    ]
    norm = np.hypot(*slope)
    assert norm > 0.01  # or there is nothing to clip
    for name, scale in (("plain", 0.5), ("clipped", 0.5 * 0.01 / norm)):
        path = demo.artists[f"{name} path"].get_xydata()
        np.testing.assert_array_equal(path[0], [5.4, -2.0])
        np.testing.assert_allclose(path[1] - path[0], -scale * np.array(slope), rtol=1e-6)
    demo.close()
