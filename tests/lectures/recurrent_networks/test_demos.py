"""The demos of lecture 02: the numbers behind the pictures."""

import numpy as np

from rnn_helpers.lectures.recurrent_networks.demos import nudge_demo, shape_demo
from rnn_helpers.lectures.recurrent_networks.nudge import compute_nudge
from tests.mistakes import expect_refusals


def test_the_line_is_the_nudge():
    demo = nudge_demo(spectral_radius=0.7, activation="sigmoid", seed=2)
    wanted = compute_nudge(spectral_radius=0.7, activation="sigmoid", seed=2)
    steps, drawn = demo.artists["line"].get_data()
    np.testing.assert_array_equal(steps, wanted.steps)
    np.testing.assert_allclose(drawn, np.maximum(wanted.shares, 1e-15))
    assert demo.artists["last"].get_xdata() == [wanted.last_visible]
    assert f"last above 1 % at step {wanted.last_visible} of 60" in demo.message
    demo.controls["activation"].value = "identity"
    demo.controls["spectral_radius"].value = 1.5
    assert "still above 1 % at the last step, 60" in demo.message
    demo.close()


def test_the_table_says_what_torch_says():
    demo = shape_demo(T=7)
    assert "input         (T, B, D)                  (7, 2, 3)" in demo.artists["table"].get_text()
    demo.controls["batch_first"].value = True
    demo.controls["stack"].value = (3, 2)
    text = demo.artists["table"].get_text()
    assert "(2, 7, 3)" in text
    assert "h_n           (layers·directions, B, H)  (6, 2, 5)" in text
    assert demo.message.endswith("an output of (2, 7, 10) and a last state h_n of (6, 2, 5).")
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (nudge_demo, "spectral_radius", 2), (nudge_demo, "activation", "swish"),
    (nudge_demo, "seed", 20), (shape_demo, "T", 0), (shape_demo, "batch_first", 3),
])  # fmt: skip
