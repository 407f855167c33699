"""One unit between its gates, and two gradients: against other ways to get the numbers."""

import numpy as np
import pytest

from rnn_helpers.lectures.gru.gates import (
    compute_gate_bias,
    compute_gate_interval,
    compute_gate_run,
    compute_gru_decay,
    make_pulses,
)
from rnn_helpers.recurrences.cells import gru_step, lstm_step, run_rnn, sigmoid


@pytest.mark.parametrize("gate", [0.0, 1e-9, 0.25, 0.5, 0.9, 1 - 1e-12, 1.0])
def test_the_bias_of_a_gate_gives_that_gate(gate):
    assert sigmoid(np.array(compute_gate_bias(gate))) == pytest.approx(gate, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize(("z", "r"), [(0.8, 0.3), (0.5, 1.0), (0.0, 0.0), (1.0, 0.7)])
def test_the_unit_is_followed_by_hand(z, r):
    run = compute_gate_run(z=z, r=r)
    h = other = 0.0
    assert run.keeps[0] == run.takes[0] == 0
    for t, x in enumerate(make_pulses()):
        n, m = (np.tanh(1.2 * x + r * (1.5 * s + 0.2)) for s in (h, other))
        h, other = z * h + (1 - z) * n, (1 - z) * other + z * m
        assert run.keeps[t + 1] == pytest.approx(h)
        assert run.takes[t + 1] == pytest.approx(other)


@pytest.mark.parametrize(("first", "last", "z_inside", "z_outside"), [
    (1, 40, 0.5, 0.95), (5, 7, 0.0, 1.0), (23, 24, 0.25, 0.9), (9, 8, 0.3, 0.6), (40, 40, 1.0, 0.0),
])  # fmt: skip
def test_the_gate_is_open_in_its_interval_and_the_states_are_the_cells(
    first, last, z_inside, z_outside
):
    run = compute_gate_interval(first=first, last=last, z_inside=z_inside, z_outside=z_outside)
    assert run.hs[0] == 0
    h, zero = np.zeros((1, 1)), np.zeros((1, 3))
    for t, x in enumerate(make_pulses()):
        z = z_inside if first <= t + 1 <= last else z_outside
        assert run.zs[t] == pytest.approx(z, abs=1e-12)
        bias = np.array([-800.0, compute_gate_bias(z), 0.0])
        h = gru_step(np.array([[x]]), h, np.array([[0.0, 0.0, 1.2]]), zero, bias, np.zeros(3))
        assert run.candidates[t] == pytest.approx(np.tanh(1.2 * x))
        assert run.hs[t + 1] == pytest.approx(h[0, 0], abs=1e-12)


def test_gradients_are_those_by_finite_differences_and_direct_paths_start_at_the_last_gates():
    T, H, D, bias, scale, seed = 5, 3, 2, 1.5, 0.8, 4
    sizes = {"length": T, "hidden_size": H, "input_size": D, "every": 1}
    weights = {"weight_scale": scale, "candidate_scale": 1.7, "input_scale": 1.3}
    gru, lstm = (
        compute_gru_decay(cell=cell, keep_bias=bias, reset_bias=0.7, **weights, **sizes)
        for cell in ("GRU", "LSTM")
    )
    rng = np.random.default_rng(seed)
    W_xh = rng.normal(size=(D, 4 * H)) / np.sqrt(D)
    W_hh = scale * rng.normal(size=(H, 4 * H)) / np.sqrt(H)
    xs, b = 1.3 * rng.normal(size=(T, 1, D)), np.zeros(4 * H)
    b[H : 2 * H] = bias
    b_gru = np.repeat([0.7, bias, 0.0], H)
    W_gru = W_hh[:, : 3 * H] * np.repeat([1, 1, 1.7], H)

    def run_gru(s, xs=xs):
        h = s[None]
        for x in xs:
            h = gru_step(x, h, W_xh[:, : 3 * H], W_gru, b_gru, np.zeros(3 * H))
        return h[0]

    def run_lstm(s, xs=xs):
        h, c = s[None, :H], s[None, H:]
        for x in xs:
            h, c = lstm_step(x, h, c, W_xh, W_hh, b)
        return np.concatenate([h[0], c[0]])

    def run_plain(s):
        return run_rnn(xs, s[None], W_xh[:, n], W_gru[:, n], np.zeros(H))[-1, 0]

    n = slice(2 * H, 3 * H)
    for run, size, decay in (
        (run_gru, H, gru.gated), (run_lstm, 2 * H, lstm.gated), (run_plain, H, gru.rnn)
    ):  # fmt: skip
        nudges = 1e-6 * np.eye(size)
        jacobian = np.stack([(run(n) - run(-n)) / 2e-6 for n in nudges], axis=1)
        assert 10 ** decay.total[T, seed] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-6)
    for run, size, decay in ((run_gru, H, gru.gated), (run_lstm, 2 * H, lstm.gated)):
        h = run(np.zeros(size), xs[:-1])[:H]
        keep = sigmoid(xs[-1, 0] @ W_xh[:, H : 2 * H] + h @ W_hh[:, H : 2 * H] + bias)
        assert 10 ** decay.direct[1, seed] == pytest.approx(keep.max())


@pytest.mark.parametrize("cell", ["GRU", "GRU, reset before", "SimplifiedGRU"])
def test_without_weights_the_direct_path_is_the_only_one(cell):
    sizes = {"length": 6, "hidden_size": 1, "every": 1, "seeds": 3}
    decay = compute_gru_decay(cell=cell, weight_scale=0.0, keep_bias=2.0, **sizes).gated
    assert decay.lags.tolist() == list(range(7))
    np.testing.assert_allclose(decay.total, decay.direct, atol=1e-12)
    assert (np.diff(decay.direct, axis=0) < 0).all()


def test_an_open_reset_gate_makes_the_simplified_cell():
    settings = {"length": 9, "candidate_scale": 2.0, "keep_bias": 1.0}
    open_gate = compute_gru_decay(reset_bias=800.0, **settings).gated
    simplified = compute_gru_decay(cell="SimplifiedGRU", reset_bias=-3.0, **settings).gated
    np.testing.assert_array_equal(open_gate.total, simplified.total)


@pytest.mark.parametrize(("compute", "settings", "error", "message"), [
    (compute_gate_run, {"z": 1.1}, ValueError, "z must be a finite number from 0 to 1, got"),
    (compute_gate_run, {"r": "open"}, TypeError, "r must be a finite number from 0 to 1"),
    (compute_gate_interval, {"first": 0}, ValueError, "first must be an integer from 1 to 40"),
    (compute_gate_interval, {"last": 41}, ValueError, "last must be an integer from 1 to 40"),
    (compute_gate_interval, {"z_inside": 2}, ValueError, "z_inside must be a finite number from 0"),
    (compute_gate_interval, {"z_outside": -1}, ValueError, "z_outside must be a finite number"),
    (compute_gru_decay, {"keep_bias": np.nan}, ValueError, "keep_bias must be a finite"),
    (compute_gru_decay, {"reset_bias": np.inf}, ValueError, "reset_bias must be a finite"),
    (compute_gru_decay, {"input_scale": -1}, ValueError, "input_scale must be a finite"),
    (compute_gru_decay, {"weight_scale": -1}, ValueError, "weight_scale must be a finite"),
    (compute_gru_decay, {"candidate_scale": -1}, ValueError, "candidate_scale must be a finite"),
    (compute_gru_decay, {"length": 0}, ValueError, "length must be an integer of at least"),
    (compute_gru_decay, {"cell": "RNN"}, ValueError, "cell must be one of 'GRU'"),
])  # fmt: skip
def test_bad_settings_are_named(compute, settings, error, message):
    with pytest.raises(error, match=f"^{message}"):
        compute(**settings)
