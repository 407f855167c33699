"""Many networks side by side: each is the one that is computed alone."""

import numpy as np
import pytest

from rnn_helpers.recurrences.cells import run_rnn, simplified_gru_step
from rnn_helpers.recurrences.gated_decay import CELLS, compute_gated_decay
from rnn_helpers.recurrences.jacobians import (
    compute_gru_jacobians,
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
    compute_rnn_jacobians,
)

T, B, D, H = 7, 3, 2, 5
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3, "GRU, reset before": 3, "SimplifiedGRU": 3}


def _draw(cell):
    rng, k = np.random.default_rng(0), BLOCKS[cell]
    sizes = ((T, B, D), (B, D, k * H), (B, H, k * H), (k * H,))
    return [rng.normal(size=size) for size in sizes]


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "GRU, reset before"])
def test_each_network_is_the_one_computed_alone(cell):
    xs, W_xh, W_hh, bias = _draw(cell)
    decay = compute_gated_decay(cell, xs, W_xh, W_hh, bias)
    zero = np.zeros(H)
    for b in range(B):
        if cell == "LSTM":
            alone = compute_lstm_jacobians(xs[:, b], zero, zero, W_xh[b], W_hh[b], bias)
        else:
            reset = "before" if "before" in cell else "after"
            weights = W_xh[b], W_hh[b], bias, np.zeros(3 * H)
            alone = compute_gru_jacobians(xs[:, b], zero, *weights, reset=reset)
        wanted = compute_log_norms_by_lag(alone.total)
        np.testing.assert_allclose(decay.total[:, b], wanted, atol=1e-10)
        wanted = compute_log_direct_by_lag(alone.direct)
        np.testing.assert_allclose(decay.direct[:, b], wanted, atol=1e-10)


def test_the_plain_network_has_no_direct_path():
    xs, W_xh, W_hh, bias = _draw("RNN")
    decay = compute_gated_decay("RNN", xs, W_xh, W_hh, bias)
    for b in range(B):
        weights = W_xh[b], W_hh[b], bias
        hs = run_rnn(xs[:, b, None], np.zeros((1, H)), *weights)[:, 0]
        wanted = compute_log_norms_by_lag(compute_rnn_jacobians(xs[:, b], hs, *weights))
        np.testing.assert_allclose(decay.total[:, b], wanted, atol=1e-10)
    assert (decay.direct[0] == 0).all()
    assert np.isneginf(decay.direct[1:]).all()


def test_the_simplified_cell_has_no_reset_gate():
    xs, W_xh, W_hh, bias = _draw("SimplifiedGRU")
    decay = compute_gated_decay("SimplifiedGRU", xs, W_xh, W_hh, bias)

    def run(h, b):
        h = h[None]
        for x in xs[:, b, None]:
            h = simplified_gru_step(x, h, W_xh[b, :, H:], W_hh[b, :, H:], bias[H:])
        return h[0]

    for b in range(B):
        nudges = 1e-6 * np.eye(H)
        jacobian = np.stack([(run(n, b) - run(-n, b)) / 2e-6 for n in nudges], axis=1)
        wanted = np.log10(np.linalg.norm(jacobian, 2))
        assert decay.total[-1, b] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_fewer_lags_are_some_of_all(cell):
    arrays = _draw(cell)
    every, third = (compute_gated_decay(cell, *arrays, every=k) for k in (1, 3))
    assert third.lags.tolist() == [0, 3, 6]
    np.testing.assert_allclose(third.total, every.total[::3], atol=1e-12)
    np.testing.assert_array_equal(third.direct, every.direct[::3])


@pytest.mark.parametrize(("change", "message"), [
    ({"cell": "CNN"}, "cell must be one of"), ({"every": 0}, "every must be an integer"),
    ({"xs": np.zeros((T, D))}, "xs must have 3 axes"),
    ({"W_xh": np.zeros((B, D, 2))}, "W_xh must have shape"),
    ({"W_hh": np.zeros((B, H, 2))}, "W_hh must have shape"),
    ({"bias": np.zeros(H)}, "bias must have shape"),
])  # fmt: skip
def test_what_does_not_fit_is_named(change, message):
    names = ("cell", "xs", "W_xh", "W_hh", "bias")
    settings = dict(zip(names, ("GRU", *_draw("GRU")), strict=True)) | change
    with pytest.raises(ValueError, match=message):
        compute_gated_decay(**settings)
