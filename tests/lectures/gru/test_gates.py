"""One unit between its gates, and two gradients: against other ways to get the numbers."""

import numpy as np
import pytest

from rnn_helpers.lectures.gru.gates import (
    compute_gate_bias,
    compute_gate_run,
    compute_gated_decay,
    make_pulses,
)
from rnn_helpers.recurrences.cells import gru_step, lstm_step, sigmoid


@pytest.mark.parametrize("gate", [0.0, 1e-9, 0.25, 0.5, 0.9, 1 - 1e-12, 1.0])
def test_the_bias_of_a_gate_gives_that_gate(gate):
    assert sigmoid(np.array(compute_gate_bias(gate))) == pytest.approx(gate, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize(("z", "r"), [(0.8, 0.3), (0.5, 1.0), (0.0, 0.0), (1.0, 0.7)])
def test_the_unit_is_followed_by_hand(z, r, reset):
    run = compute_gate_run(z=z, r=r, reset=reset)
    h = other = 0.0
    assert run.keeps[0] == run.takes[0] == 0
    for t, x in enumerate(make_pulses()):
        n, m = (
            np.tanh(1.2 * x + (r * (1.5 * s + 0.2) if reset == "after" else r * s * 1.5 + 0.2))
            for s in (h, other)
        )
        h, other = z * h + (1 - z) * n, (1 - z) * other + z * m
        assert run.candidates[t] == pytest.approx(n)
        assert run.keeps[t + 1] == pytest.approx(h)
        assert run.takes[t + 1] == pytest.approx(other)


def test_both_gradients_are_those_by_finite_differences_and_direct_paths_start_at_the_last_gates():
    T, H, D, bias, scale, seed = 5, 3, 2, 1.5, 0.8, 4
    decay = compute_gated_decay(
        keep_bias=bias, reset_bias=0.7, weight_scale=scale, length=T, seed=seed, hidden_size=H,
        input_size=D,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    W_xh = rng.normal(size=(D, 4 * H)) / np.sqrt(D)
    W_hh = scale * rng.normal(size=(H, 4 * H)) / np.sqrt(H)
    xs, b = rng.normal(size=(T, 1, D)), np.zeros(4 * H)
    b[H : 2 * H] = bias
    b_gru = np.repeat([0.7, bias, 0.0], H)

    def run_gru(s, xs=xs):
        h = s[None]
        for x in xs:
            h = gru_step(x, h, W_xh[:, : 3 * H], W_hh[:, : 3 * H], b_gru, np.zeros(3 * H))
        return h[0]

    def run_lstm(s, xs=xs):
        h, c = s[None, :H], s[None, H:]
        for x in xs:
            h, c = lstm_step(x, h, c, W_xh, W_hh, b)
        return np.concatenate([h[0], c[0]])

    for run, size, log_norms, log_direct in (
        (run_gru, H, decay.gru, decay.gru_direct), (run_lstm, 2 * H, decay.lstm, decay.lstm_direct)
    ):  # fmt: skip
        nudges = 1e-6 * np.eye(size)
        jacobian = np.stack([(run(n) - run(-n)) / 2e-6 for n in nudges], axis=1)
        assert 10 ** log_norms[T] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-6)
        h = run(np.zeros(size), xs[:-1])[:H]
        keep = sigmoid(xs[-1, 0] @ W_xh[:, H : 2 * H] + h @ W_hh[:, H : 2 * H] + bias)
        assert 10 ** log_direct[1] == pytest.approx(keep.max())


def test_without_weights_the_direct_path_is_the_gate_to_the_power_of_the_lag():
    decay = compute_gated_decay(weight_scale=0.0, keep_bias=2.0, length=6, hidden_size=1, seed=3)
    assert decay.lags.tolist() == list(range(7))
    assert decay.gru_direct[0] == decay.lstm_direct[0] == 0
    np.testing.assert_allclose(decay.gru, decay.gru_direct, atol=1e-12)  # the only path there is
    assert (np.diff(decay.gru_direct) < 0).all()


@pytest.mark.parametrize(("compute", "settings", "error", "message"), [
    (compute_gate_run, {"z": 1.1}, ValueError, "z must be a finite number from 0 to 1, got"),
    (compute_gate_run, {"r": "open"}, TypeError, "r must be a finite number from 0 to 1"),
    (compute_gate_run, {"reset": "no"}, ValueError, "reset must be one of 'after', 'before'"),
    (compute_gated_decay, {"keep_bias": np.nan}, ValueError, "keep_bias must be a finite"),
    (compute_gated_decay, {"reset_bias": np.inf}, ValueError, "reset_bias must be a finite"),
    (compute_gated_decay, {"weight_scale": -1}, ValueError, "weight_scale must be a finite"),
    (compute_gated_decay, {"length": 0}, ValueError, "length must be an integer of at least"),
])  # fmt: skip
def test_bad_settings_are_named(compute, settings, error, message):
    with pytest.raises(error, match=f"^{message}"):
        compute(**settings)
