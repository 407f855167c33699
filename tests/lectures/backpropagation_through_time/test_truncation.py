"""The gradient by lag against the backward pass of the package, whole and truncated."""

import numpy as np
import pytest

from rnn_helpers.lectures.backpropagation_through_time.truncation import (
    compute_truncation,
    split_gradient_by_lag,
)
from rnn_helpers.recurrences import bptt
from rnn_helpers.recurrences.jacobians import make_recurrent_weights

T, H = 7, 5


def _draw():
    rng = np.random.default_rng(0)
    xs, h0, W_xh, W_hh, b_h, douts = (
        0.7 * rng.normal(size=s) for s in ((T, 1, 3), (1, H), (3, H), (H, H), (H,), (T, 1, H))
    )
    return bptt.trace_rnn(xs, h0, W_xh, W_hh, b_h), douts


@pytest.mark.parametrize("k", [1, 2, 3, T, None])
def test_pairs_that_no_cut_separates_are_the_truncated_gradient(k):
    trace, douts = _draw()
    shares = split_gradient_by_lag(trace.hs[:, 0], trace.W_hh, douts[:, 0])
    assert shares.shape == (T, T, H, H)
    pairs = (shares[t - s, t] for t in range(T) for s in range(t + 1) if k and t // k == s // k)
    kept = sum(pairs) if k else shares.sum(axis=(0, 1))  # all lags together are the gradient
    wanted = bptt.backward_rnn(trace, douts, truncate=k)["W_hh"]
    np.testing.assert_allclose(kept, wanted, rtol=0, atol=1e-12)


def test_one_pair_is_what_one_loss_asks_of_one_use():
    trace, douts = _draw()
    only = np.zeros_like(douts)
    only[4] = douts[4]
    shares = split_gradient_by_lag(trace.hs[:, 0], trace.W_hh, douts[:, 0])
    wanted = bptt.backward_rnn(trace, only)["W_hh"]
    np.testing.assert_allclose(shares[:, 4].sum(axis=0), wanted, rtol=0, atol=1e-12)
    assert (shares[5:, 4] == 0).all()  # there is no step before the first


@pytest.mark.parametrize("k", [1, 3, 10, 40, 99])
def test_error_and_shares_are_those_of_the_two_gradients(k):
    result = compute_truncation(k=k, spectral_radius=1.2, seed=2)
    W_hh = make_recurrent_weights(8, spectral_radius=1.2, seed=2)
    rng = np.random.default_rng([2, 3])
    xs, douts = 0.5 * rng.normal(size=(40, 1, 8)), rng.normal(size=(40, 8))
    trace = bptt.trace_rnn(xs, np.zeros((1, 8)), np.eye(8), W_hh, np.zeros(8))
    whole, cut = (bptt.backward_rnn(trace, douts[:, None], truncate=t)["W_hh"] for t in (None, k))
    wanted = np.linalg.norm(cut - whole) / np.linalg.norm(whole)
    assert result.error == pytest.approx(wanted, abs=1e-10)
    assert (result.kept[k:] == 0).all()
    pairs = [t // k == s // k for t in range(40) for s in range(t + 1)]
    assert result.pairs_kept == pytest.approx(np.mean(pairs))


def test_the_size_of_a_pair_leaves_out_what_uses_the_first_state():
    result = compute_truncation(spectral_radius=1.2, seed=2, length=6)
    W_hh = make_recurrent_weights(8, spectral_radius=1.2, seed=2)
    rng = np.random.default_rng([2, 3])
    xs, douts = 0.5 * rng.normal(size=(6, 1, 8)), rng.normal(size=(6, 8))
    hs = bptt.trace_rnn(xs, np.zeros((1, 8)), np.eye(8), W_hh, np.zeros(8)).hs[:, 0]
    norms = np.linalg.norm(split_gradient_by_lag(hs, W_hh, douts), axis=(2, 3))
    assert (norms.diagonal() == 0).all()  # lag t at step t: the first step
    wanted = [np.sqrt(np.mean(norms[n, n + 1 :] ** 2)) for n in range(5)]
    np.testing.assert_allclose(result.pair, wanted)


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"k": 0}, ValueError, "k must be an integer of at least 1, got 0"),
    ({"k": 2.5}, TypeError, "k must be an integer"),
    ({"length": 1}, ValueError, "length must be an integer of at least 2, got 1"),
    ({"seed": -1}, ValueError, "seed must be an integer"),
    ({"W_hh": np.ones((3, 3))}, ValueError, "W_hh must have shape"),
    ({"douts": np.ones((4, 2))}, ValueError, "douts must have shape"),
])  # fmt: skip
def test_what_is_wrong_is_named(settings, error, message):
    arrays = {"hs": np.ones((4, 2)), "W_hh": np.ones((2, 2)), "douts": np.ones((3, 2))}
    call = split_gradient_by_lag if settings.keys() <= arrays.keys() else compute_truncation
    with pytest.raises(error, match=message):
        call(**(arrays | settings if call is split_gradient_by_lag else settings))
