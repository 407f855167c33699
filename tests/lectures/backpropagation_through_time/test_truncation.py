"""The gradient by pairs against the backward pass of the package, whole and truncated."""

import numpy as np
import pytest

from rnn_helpers.lectures.backpropagation_through_time.truncation import (
    compute_truncation,
    split_gradient_by_pair,
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
    asked = split_gradient_by_pair(trace.hs[:, 0], trace.W_hh, douts[:, 0])
    assert asked.shape == (T, T, H)
    cut = split_gradient_by_pair(trace.hs[:, 0], trace.W_hh, douts[:, 0], truncate=k)
    pairs = [(t, s) for t in range(T) for s in range(t + 1) if k is None or t // k == s // k]
    for pair in np.ndindex(T, T):
        np.testing.assert_allclose(cut[pair], asked[pair] * (pair in pairs), rtol=0, atol=1e-14)
    kept = sum(np.outer(trace.hs[s, 0], asked[t, s]) for t, s in pairs)
    wanted = bptt.backward_rnn(trace, douts, truncate=k)["W_hh"]
    np.testing.assert_allclose(kept, wanted, rtol=0, atol=1e-12)


def test_one_pair_is_what_one_loss_asks_of_one_use():
    trace, douts = _draw()
    only = np.zeros_like(douts)
    only[4] = douts[4]
    asked = split_gradient_by_pair(trace.hs[:, 0], trace.W_hh, douts[:, 0])
    wanted = bptt.backward_rnn(trace, only)["W_hh"]
    np.testing.assert_allclose(trace.hs[:-1, 0].T @ asked[4], wanted, rtol=0, atol=1e-12)
    assert (asked[4, 5:] == 0).all()  # no later state acts on this loss


def _run(seed, length, spectral_radius=1.2):
    """The network of `compute_truncation`, as its docstring says."""
    W_hh = make_recurrent_weights(8, spectral_radius=spectral_radius, seed=seed)
    rng = np.random.default_rng([seed, 3])
    xs, douts = 0.5 * rng.normal(size=(length, 1, 8)), rng.normal(size=(length, 8))
    return bptt.trace_rnn(xs, np.zeros((1, 8)), np.eye(8), W_hh, np.zeros(8)), douts[:, None]


@pytest.mark.parametrize("k", [1, 3, 10, 40, 99])
def test_error_and_shares_are_those_of_the_two_gradients(k):
    result = compute_truncation(k=k, spectral_radius=1.2, seed=2)
    trace, douts = _run(2, 40)
    whole, cut = (bptt.backward_rnn(trace, douts, truncate=t)["W_hh"] for t in (None, k))
    wanted = np.linalg.norm(cut - whole) / np.linalg.norm(whole)
    assert result.error == pytest.approx(wanted, abs=1e-10)
    assert result.error == result.all_errors[min(k, 40) - 1]
    pairs = [t // k == s // k for t in range(40) for s in range(t + 1)]
    assert result.pairs_kept == pytest.approx(np.mean(pairs))
    np.testing.assert_array_equal(result.kept[np.tril_indices(40)], pairs)
    assert result.kept.sum() == sum(pairs)
    asked = split_gradient_by_pair(trace.hs[:, 0], trace.W_hh, douts[:, 0])
    lost = sum(np.linalg.norm(np.outer(trace.hs[s, 0], asked[t, s]))
               for t in range(40) for s in range(t + 1) if t // k != s // k)  # fmt: skip
    assert result.all_lost[min(k, 40) - 1] == pytest.approx(lost / np.linalg.norm(whole))
    assert result.error <= result.all_lost[min(k, 40) - 1] + 1e-12


def test_the_size_of_a_pair_is_the_gradient_of_one_loss_at_one_state():
    sizes = compute_truncation(spectral_radius=1.2, seed=2, length=6).sizes
    trace, douts = _run(2, 6)
    for t, s in np.ndindex(6, 6):
        if s > t:
            assert sizes[t, s] == 0
            continue
        only = np.zeros_like(douts)
        only[t] = douts[t]
        # run on from the state of step s (hs[s + 1]) alone: its gradient is that of the first state
        rest = bptt.trace_rnn(trace.xs[s + 1 :], trace.hs[s + 1], trace.W_xh, trace.W_hh,
                              np.zeros(8)) if s < 5 else None  # fmt: skip
        back = bptt.backward_rnn(rest, only[s + 1 :])["h0"] if s < t else douts[t]
        np.testing.assert_allclose(sizes[t, s], np.linalg.norm(back), rtol=1e-10)


def test_the_size_of_a_pair_leaves_out_what_uses_the_first_state():
    result = compute_truncation(spectral_radius=1.2, seed=2, length=6)
    trace, douts = _run(2, 6)
    hs = trace.hs[:, 0]
    asked = split_gradient_by_pair(hs, trace.W_hh, douts[:, 0])
    norms = np.linalg.norm(hs[:-1, :, None] * asked[:, :, None, :], axis=(2, 3))
    assert (norms[:, 0] == 0).all()  # the first step
    wanted = [np.sqrt(np.mean(norms.diagonal(-n)[1:] ** 2)) for n in range(5)]
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
    call = split_gradient_by_pair if settings.keys() <= arrays.keys() else compute_truncation
    with pytest.raises(error, match=message):
        call(**(arrays | settings if call is split_gradient_by_pair else settings))
