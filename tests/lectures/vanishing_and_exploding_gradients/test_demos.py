"""The demos of lecture 05: the numbers behind the pictures, against other ways to get them."""

import numpy as np
import pytest

from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_cliff_loss
from rnn_helpers.lectures.vanishing_and_exploding_gradients.demos import (
    clipping_cliff_demo,
    gradient_decay_demo,
)
from rnn_helpers.recurrences.cells import run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from tests.mistakes import expect_refusals, set_to


@pytest.fixture
def explorer():
    demo = gradient_decay_demo()
    yield demo
    demo.close()


@pytest.mark.parametrize(
    ("radius", "verdict"), [(0.5, "vanishes"), (1.0, "holds"), (1.5, "explodes")]
)
def test_a_linear_network_is_drawn_as_the_powers_of_its_matrix(explorer, radius, verdict):
    set_to(explorer, activation="identity", spectral_radius=radius, length=30, seed=2)
    W_hh = make_recurrent_weights(16, spectral_radius=radius, seed=2)
    expected = [np.linalg.norm(np.linalg.matrix_power(W_hh, k), 2) for k in range(31)]
    lags, drawn = explorer.artists["measured"].get_data()
    np.testing.assert_array_equal(lags, np.arange(31))
    np.testing.assert_allclose(drawn, expected, rtol=1e-9)
    np.testing.assert_allclose(
        explorer.artists["bound"].get_ydata(), np.linalg.norm(W_hh, 2) ** lags, rtol=1e-9
    )
    np.testing.assert_allclose(explorer.artists["radius"].get_ydata(), radius**lags, rtol=1e-9)
    np.testing.assert_array_equal(explorer.artists["end"].get_xydata(), [[30, drawn[-1]]])
    assert f"the gradient {verdict}. After 30 steps" in explorer.message


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_last_lag_is_the_slope_of_the_last_state_by_finite_differences(explorer, activation):
    set_to(explorer, activation=activation, spectral_radius=1.2, length=6, seed=3)
    W_hh = make_recurrent_weights(16, spectral_radius=1.2, seed=3)
    xs = 0.5 * np.random.default_rng([3, 1]).normal(size=(6, 1, 16))
    ends = [
        run_rnn(xs, h0[None], np.eye(16), W_hh, np.zeros(16), activation=activation)[-1, 0]
        for h0 in 1e-6 * np.concatenate([np.eye(16), -np.eye(16)])
    ]
    jacobian = (np.array(ends[:16]) - ends[16:]) / 2e-6
    drawn = explorer.artists["measured"].get_ydata()[-1]
    assert drawn == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-6)


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gradient_decay_demo, "spectral_radius", 3), (gradient_decay_demo, "activation", "swish"),
    (gradient_decay_demo, "length", 1), (gradient_decay_demo, "seed", -1),
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
