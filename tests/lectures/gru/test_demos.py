"""The demos of lecture 07: the numbers behind the pictures, and the words above them."""

import numpy as np
import pytest

from rnn_helpers.lectures.gru.demos import gated_decay_demo, gates_demo
from rnn_helpers.lectures.gru.gates import compute_gate_run, compute_gated_decay
from tests.mistakes import expect_refusals, set_to


def test_the_unit_on_screen_is_the_unit_computed():
    demo = set_to(gates_demo(), z=0.7, r=0.4, reset="before")
    run = compute_gate_run(z=0.7, r=0.4, reset="before")
    np.testing.assert_array_equal(demo.artists["keeps"].get_ydata(), run.keeps)
    np.testing.assert_array_equal(demo.artists["takes"].get_ydata(), run.takes)
    np.testing.assert_array_equal(demo.artists["candidate"].get_ydata(), run.candidates)
    assert demo.artists["keeps"].get_xdata()[0] == 0  # the state before the first step
    assert demo.artists["candidate"].get_xdata()[0] == 1
    assert not np.allclose(run.keeps, run.takes)
    demo.close()


def test_both_gradients_on_screen_are_those_computed():
    demo = set_to(gated_decay_demo(), keep_bias=2.0, reset_bias=1.0, weight_scale=0.5, seed=3)
    decay = compute_gated_decay(keep_bias=2.0, reset_bias=1.0, weight_scale=0.5, seed=3)
    for name in ("gru", "lstm", "gru_direct", "lstm_direct"):
        lags, drawn = demo.artists[name].get_data()
        np.testing.assert_array_equal(lags, np.arange(101))
        np.testing.assert_allclose(np.log10(drawn), getattr(decay, name), atol=1e-9)
    demo.close()


@pytest.mark.parametrize(("make", "settings", "words"), [
    (gates_demo, {"z": 0.9}, "Where z keeps, a step holds on to 90 % of the old state"),
    (gates_demo, {"z": 0.9}, "where z takes, to 10 %"),
    (gates_demo, {"z": 1.0}, "holds on to 100 % of the old state and h ends at 0.00"),
    (gates_demo, {"z": 0.0}, "where z takes, to 100 %, and h ends at 0.00"),
    (gates_demo, {"reset": "before"}, "reset before the product"),
    (gated_decay_demo, {"keep_bias": 0, "weight_scale": 0.5}, "the GRU's gradient vanishes"),
    (gated_decay_demo, {"keep_bias": 6, "weight_scale": 0.5}, "the GRU's gradient holds"),
    (gated_decay_demo, {"keep_bias": 4, "weight_scale": 4}, "the LSTM's gradient explodes"),
])  # fmt: skip
def test_what_is_shown_is_said(make, settings, words):
    demo = set_to(make(), **settings)
    assert words in demo.message
    assert "-0.00" not in demo.message
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gates_demo, "z", 2), (gates_demo, "r", -1), (gates_demo, "reset", "never"),
    (gated_decay_demo, "keep_bias", 7), (gated_decay_demo, "weight_scale", 5),
    (gated_decay_demo, "seed", -1),
])  # fmt: skip
