import numpy as np
import pytest
import torch

from rnn_helpers.recurrences.cells import ACTIVATIONS, run_rnn
from rnn_helpers.recurrences.jacobians import (
    compute_largest_singular_value,
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_rnn_jacobians,
    compute_spectral_radius,
    make_recurrent_weights,
)

T, D, H = 7, 3, 5


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    xs, h0 = rng.normal(size=(T, 1, D)), rng.normal(size=(1, H))
    W_xh, W_hh, b_h = rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=H)
    return xs, h0, W_xh, W_hh, b_h


def _autograd_jacobian(network, activation, start):
    """∂h_T/∂h_start, by torch, from the states themselves."""
    xs, h0, *weights = (torch.from_numpy(array) for array in network)
    hs = run_rnn(xs, h0, *weights, activation=activation)

    def last(h):
        return run_rnn(xs[start:], h[None], *weights, activation=activation)[-1, 0]

    return torch.autograd.functional.jacobian(last, hs[start, 0]).numpy()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_products_of_jacobians_equal_autograd(network, activation):
    xs, _, *weights = network
    hs = run_rnn(*network, activation=activation)
    jacobians = compute_rnn_jacobians(xs[:, 0], hs[:, 0], *weights, activation=activation)
    log_norms = compute_log_norms_by_lag(jacobians)
    product = np.eye(H)
    for lag in range(1, T + 1):
        product = product @ jacobians[T - lag]
        expected = _autograd_jacobian(network, activation, T - lag)
        np.testing.assert_allclose(product, expected, rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            10 ** log_norms[lag], np.linalg.norm(expected, 2), rtol=1e-10, atol=1e-10
        )


@pytest.mark.parametrize("mutate", [
    lambda jacobians: jacobians[::-1],
    lambda jacobians: jacobians.transpose(0, 2, 1)[::-1] * 1.001,
    lambda jacobians: jacobians[1:],
], ids=["time reversed", "scaled", "one step short"])  # fmt: skip
def test_the_comparison_with_autograd_can_fail(network, mutate):
    xs, _, *weights = network
    hs = run_rnn(*network)
    jacobians = compute_rnn_jacobians(xs[:, 0], hs[:, 0], *weights)
    wrong = 10 ** compute_log_norms_by_lag(mutate(jacobians))[-1]
    right = np.linalg.norm(_autograd_jacobian(network, "tanh", 0), 2)
    assert abs(wrong - right) > 1e-6 * right


def test_what_decays_below_the_floats_is_kept_as_a_logarithm():
    scaled = np.full((4000, 1, 1), 0.1)
    np.testing.assert_allclose(compute_log_norms_by_lag(scaled), -np.arange(4001.0))
    np.testing.assert_allclose(compute_log_norms_by_lag(1 / scaled), np.arange(4001.0))
    turns = np.array([np.diag([1.0, 1e-200]), np.diag([1e-200, 1.0])] * 8)
    np.testing.assert_allclose(compute_log_norms_by_lag(turns), -200 * (np.arange(17) // 2))


def test_jacobians_near_the_largest_float_do_not_overflow():
    log_norms = compute_log_norms_by_lag(np.full((3, 2, 2), 1e308))
    np.testing.assert_allclose(log_norms, np.arange(4) * (308 + np.log10(2)))
    log_norms = compute_log_norms_by_lag(np.full((3, 2, 2), 1e-308))
    np.testing.assert_allclose(log_norms, np.arange(4) * (-308 + np.log10(2)))


def test_an_exact_zero_is_minus_infinity_from_there_on():
    for t in range(5):
        jacobians = np.ones((5, 2, 2))
        jacobians[t] = 0.0
        log_norms = compute_log_norms_by_lag(jacobians)
        np.testing.assert_allclose(log_norms[: 5 - t], np.arange(5 - t) * np.log10(2))
        assert np.isneginf(log_norms[5 - t :]).all()


def test_the_direct_path_is_that_of_the_unit_that_keeps_most_over_all_steps():
    gates = np.array([[0.5, 1.0, 0.0], [1.0, 0.1, 0.0], [0.9, 0.2, 1.0]])
    np.testing.assert_allclose(10 ** compute_log_direct_by_lag(gates), [1, 1, 0.9, 0.45])
    assert np.isneginf(compute_log_direct_by_lag(gates[:, 2:])).tolist() == [False] * 2 + [True] * 2


@pytest.mark.parametrize(("radius", "expected"), [(0.9, 0.01478), (1.0, 1.0), (1.1, 45.26)])
def test_the_published_powers_of_a_symmetric_matrix(radius, expected):
    noise = np.random.default_rng(3).normal(size=(6, 6))
    symmetric = (noise + noise.T) / compute_spectral_radius(noise + noise.T)
    log_norms = compute_log_norms_by_lag(np.tile(radius * symmetric, (40, 1, 1)))
    np.testing.assert_allclose(10 ** log_norms[40], expected, rtol=1e-3)


@pytest.mark.parametrize("kind", ["gaussian", "orthogonal", "identity"])
def test_weights_have_the_spectral_radius_asked_for(kind):
    W_hh = make_recurrent_weights(6, spectral_radius=0.8, seed=5, kind=kind)
    np.testing.assert_allclose(compute_spectral_radius(W_hh), 0.8)
    if kind != "gaussian":
        np.testing.assert_allclose(compute_largest_singular_value(W_hh), 0.8)
        np.testing.assert_allclose(W_hh @ W_hh.T, 0.64 * np.eye(6), atol=1e-12)
    halved = make_recurrent_weights(6, spectral_radius=0.4, seed=5, kind=kind)
    np.testing.assert_allclose(0.5 * W_hh, halved)


def test_bad_arrays_are_named(network):
    xs, _, W_xh, W_hh, b_h = network
    hs = run_rnn(*network)[:, 0]
    good = {"xs": xs[:, 0], "hs": hs, "W_xh": W_xh, "W_hh": W_hh, "b_h": b_h}
    for name, wrong in (
        ("xs", np.zeros(D)), ("hs", hs[1:]), ("W_xh", W_xh.T), ("W_hh", W_hh[1:]), ("b_h", b_h[1:])
    ):  # fmt: skip
        with pytest.raises(ValueError, match=rf"^{name} must have "):
            compute_rnn_jacobians(**(good | {name: wrong}))
    with pytest.raises(ValueError, match="jacobians must have 3 axes"):
        compute_log_norms_by_lag(np.eye(3))
    with pytest.raises(ValueError, match=r"jacobians must have shape \(2, 3, 3\)"):
        compute_log_norms_by_lag(np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match="matrix must be finite, got nan"):
        compute_spectral_radius([[np.nan]])
    with pytest.raises(ValueError, match=r"matrix must have shape \(2, 2\)"):
        compute_largest_singular_value(np.zeros((2, 3)))
