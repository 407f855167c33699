"""The demos of lecture 06: the numbers behind the pictures."""

import numpy as np

from rnn_helpers.lectures.lstm.demos import gate_demo, lstm_decay_demo
from rnn_helpers.lectures.lstm.memory import compute_cell_run, compute_lstm_decay
from tests.mistakes import expect_refusals


def test_the_lines_are_the_cell():
    demo = gate_demo(forget=0.8, take=0.5, output=0.4, closes_after=5)
    wanted = compute_cell_run(forget=0.8, take=0.5, output=0.4, closes_after=5)
    np.testing.assert_array_equal(demo.artists["cell"].get_ydata(), wanted.cs)
    np.testing.assert_array_equal(demo.artists["shown"].get_ydata(), wanted.hs)
    np.testing.assert_array_equal(demo.artists["gate"].get_ydata(), wanted.input_gates)
    demo.controls["forget"].value = 1.0
    assert "the cell holds 1.35" in demo.message  # 3 · 0.5 · 0.9 are let in
    demo.close()


def test_the_lines_are_the_gradients():
    demo = lstm_decay_demo(forget_bias=2.0, input_output_bias=1.0, weight_scale=1.5, seed=3)
    wanted = compute_lstm_decay(
        forget_bias=2.0, input_bias=1.0, output_bias=1.0, weight_scale=1.5, seed=3
    )
    for name in ("rnn", "total", "direct"):
        drawn = demo.artists[name].get_ydata()
        np.testing.assert_allclose(np.log10(drawn), getattr(wanted, name), atol=1e-9)
    assert f"{10}^{wanted.direct[-1]:.1f} on the LSTM's direct path" in demo.message
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gate_demo, "forget", 2), (gate_demo, "closes_after", 41), (lstm_decay_demo, "forget_bias", 7),
    (lstm_decay_demo, "input_output_bias", -4), (lstm_decay_demo, "seed", -1),
])  # fmt: skip
