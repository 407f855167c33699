"""The demos of lecture 02: the numbers behind the pictures."""

import numpy as np

from rnn_helpers.lectures.recurrent_networks.demos import nudge_demo, shape_demo
from rnn_helpers.lectures.recurrent_networks.nudge import VISIBLE, compute_nudges
from tests.mistakes import expect_refusals


def test_the_band_is_the_twenty_nudges():
    demo = nudge_demo(spectral_radius=0.7, activation="sigmoid", input_size=2.0)
    wanted = compute_nudges(spectral_radius=0.7, activation="sigmoid", input_size=2.0)
    steps, drawn = demo.artists["forward"].get_data()
    np.testing.assert_array_equal(steps, wanted.steps)
    middle = 10 ** np.median(np.log10(np.maximum(wanted.shares, 1e-99)), axis=1)
    np.testing.assert_allclose(drawn, np.maximum(middle, 1e-36))
    corners = demo.artists["forward band"].get_xy()[: 2 * len(steps), 1]
    np.testing.assert_allclose(corners[:60], np.maximum(wanted.shares.min(axis=1), 1e-36))
    np.testing.assert_allclose(corners[60:], np.maximum(wanted.shares.max(axis=1), 1e-36)[::-1])
    bars = demo.artists["last"].get_path().vertices.reshape(-1, 2, 2)
    np.testing.assert_array_equal(bars[:, 0, 0], np.unique(wanted.last_visible))
    np.testing.assert_allclose(bars[:, 0, 1], VISIBLE)
    assert not demo.artists["still"].get_visible()
    low, high = wanted.last_visible.min(), wanted.last_visible.max()
    assert f"at step {np.median(wanted.last_visible):g}, the median of 20 networks" in demo.message
    assert f"({low} to {high})." in demo.message
    demo.controls["activation"].value = "identity"
    demo.controls["spectral_radius"].value = 1.5
    assert "in all 20 networks the nudge of x₁ is above 1 % at step 60" in demo.message
    assert demo.artists["still"].get_visible()
    demo.close()


def test_the_band_is_one_part_with_its_median_and_the_bars_with_the_sign_at_the_end():
    demo = nudge_demo()
    parts = {name: artist.get_gid() for name, artist in demo.artists.items()}
    demo.close()
    assert parts["forward"] == parts["forward band"] == "median of 20"
    assert parts["last"] == parts["still"] == "last above 1 %"


def test_the_boxes_are_named_with_the_shapes_of_torch():
    demo = shape_demo(T=7)
    assert "input (7, 2, 3)" in [text for *_, text in demo.artists["input words"].get_words()]
    demo.controls["batch_first"].value = True
    demo.controls["stack"].value = (3, 2)
    words = [
        text for name in ("output", "h_n", "same")
        for *_, text in demo.artists[f"{name} words"].get_words()
    ]  # fmt: skip
    assert {"output (2, 7, 10)", "h_n (6, 2, 5)", "output[:, -1, :5]", "= h_n[4]"} <= set(words)
    assert "an output of (2, 7, 10) and a last state h_n of (6, 2, 5)" in demo.message
    assert demo.message.endswith("output[:, -1, :5] is h_n[4] and output[:, 0, 5:] is h_n[5].")
    demo.close()


def test_what_moves_is_not_in_what_stays():
    demo = shape_demo()
    stays = str(demo.get_still("wide")["marks"])
    demo.close()
    assert "What comes out" in stays
    assert "output" not in stays


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (nudge_demo, "spectral_radius", 3), (nudge_demo, "activation", "swish"),
    (nudge_demo, "input_size", 20), (shape_demo, "T", 0), (shape_demo, "batch_first", 3),
])  # fmt: skip
