"""Jacobians and connectivity against autograd; norms of products against numbers by hand."""

import numpy as np
import pytest
import torch

from rnn_helpers.recurrences import layers
from rnn_helpers.recurrences.cells import ACTIVATIONS, gru_step, lstm_step, run_rnn
from rnn_helpers.recurrences.jacobians import (
    compute_connectivity,
    compute_gru_jacobians,
    compute_largest_singular_value,
    compute_log_direct_by_lag,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
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


def test_what_decays_below_the_floats_is_kept_as_a_logarithm():
    scaled = np.full((4000, 1, 1), 0.1)
    np.testing.assert_allclose(compute_log_norms_by_lag(scaled), -np.arange(4001.0))
    np.testing.assert_allclose(compute_log_norms_by_lag(1 / scaled), np.arange(4001.0))
    turns = np.array([np.diag([1.0, 1e-200]), np.diag([1e-200, 1.0])] * 8)
    np.testing.assert_allclose(compute_log_norms_by_lag(turns), -200 * (np.arange(17) // 2))


def test_the_direct_paths_of_a_batch_are_those_of_its_networks():
    gates = np.random.default_rng(1).uniform(size=(T, 2, H))
    wanted = np.stack([compute_log_direct_by_lag(gates[:, b]) for b in range(2)], axis=1)
    np.testing.assert_array_equal(compute_log_direct_by_lag(gates), wanted)


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


@pytest.mark.parametrize("kind", ["gaussian", "orthogonal", "identity"])
def test_weights_have_the_spectral_radius_asked_for(kind):
    W_hh = make_recurrent_weights(6, spectral_radius=0.8, seed=5, kind=kind)
    np.testing.assert_allclose(compute_spectral_radius(W_hh), 0.8)
    if kind != "gaussian":
        np.testing.assert_allclose(compute_largest_singular_value(W_hh), 0.8)
        np.testing.assert_allclose(W_hh @ W_hh.T, 0.64 * np.eye(6), atol=1e-12)
    halved = make_recurrent_weights(6, spectral_radius=0.4, seed=5, kind=kind)
    np.testing.assert_allclose(0.5 * W_hh, halved)


def _draw(*shapes):
    rng = np.random.default_rng(0)
    return [0.8 * rng.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize("peephole", [False, True])
def test_lstm_jacobians_equal_autograd(peephole):
    arrays = _draw((T, D), (H,), (H,), (D, 4 * H), (H, 4 * H), (4 * H,))
    p = _draw((3, H))[0] if peephole else None
    jacobians = compute_lstm_jacobians(*arrays, peepholes=p)
    xs, h, c, *weights = (torch.tensor(a) for a in arrays)
    tp = None if p is None else torch.tensor(p)

    def step(state, x):
        parts = lstm_step(x[None], state[None, :H], state[None, H:], *weights, peepholes=tp)
        return torch.cat(parts, 1)[0]

    state, product = torch.cat([h, c]), np.eye(2 * H)
    for t, x in enumerate(xs):
        wanted = torch.autograd.functional.jacobian(lambda s, x=x: step(s, x), state).numpy()
        np.testing.assert_allclose(jacobians.total[t], wanted, rtol=0, atol=1e-10)
        product, state = wanted @ product, step(state, x)
    log_norms = compute_log_norms_by_lag(jacobians.total)
    np.testing.assert_allclose(10 ** log_norms[T], np.linalg.norm(product, 2), rtol=1e-9)
    if not peephole:  # the direct path is what is left of ∂c/∂c₋₁ without W_hh
        blocks = jacobians.total[:, H:, H:]
        np.testing.assert_allclose(np.diagonal(blocks, axis1=1, axis2=2), jacobians.direct)


@pytest.mark.parametrize("update", ["keeps", "takes"])
@pytest.mark.parametrize("reset", ["after", "before"])
def test_gru_jacobians_equal_autograd(reset, update):
    arrays = _draw((T, D), (H,), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,))
    options = {"reset": reset, "update": update}
    jacobians = compute_gru_jacobians(*arrays, **options)
    xs, h, *weights = (torch.tensor(a) for a in arrays)
    for t, x in enumerate(xs):

        def step(h, x=x):
            return gru_step(x[None], h[None], *weights, **options)[0]

        wanted = torch.autograd.functional.jacobian(step, h).numpy()
        np.testing.assert_allclose(jacobians.total[t], wanted, rtol=0, atol=1e-10)
        h = step(h)
    alone = compute_gru_jacobians(*arrays[:3], 0 * arrays[3], *arrays[4:], **options)
    np.testing.assert_allclose(alone.total, alone.direct[:, :, None] * np.eye(H))
    other = {"after": "before", "before": "after"}[reset]
    assert np.abs(compute_gru_jacobians(*arrays, reset=other).total - jacobians.total).max() > 1e-3


def test_connectivity_equals_differences_and_sees_no_future():
    torch.manual_seed(0)
    network = layers.GRU(D, H, dtype=torch.float64)
    read_out = torch.nn.Linear(H, 5, dtype=torch.float64)
    xs, targets = torch.randn(T, D, dtype=torch.float64), torch.randint(5, (T,))

    def model(xs):
        return read_out(network(xs)[0])

    connectivity = compute_connectivity(model, xs, targets)
    assert connectivity.shape == (T, T)
    assert not connectivity[np.triu_indices(T, 1)].any()
    for s in range(T):
        sides = []
        for d in range(D):
            nudge = torch.zeros_like(xs)
            nudge[s, d] = 1e-6
            with torch.no_grad():
                up, down = (torch.log_softmax(model(moved), 1)[torch.arange(T), targets]
                            for moved in (xs + nudge, xs - nudge))  # fmt: skip
            sides.append((up - down).numpy() / 2e-6)
        np.testing.assert_allclose(connectivity[:, s], np.linalg.norm(sides, axis=0), atol=1e-8)


RNN = {"xs": np.zeros((T, D)), "hs": np.zeros((T + 1, H)), "W_xh": np.zeros((D, H)),
       "W_hh": np.eye(H), "b_h": np.zeros(H)}  # fmt: skip
LSTM = _draw((T, D), (H,), (H,), (D, 4 * H), (H, 4 * H), (4 * H,))
XS, IDS = torch.zeros(3, 2), torch.zeros(3).long()


@pytest.mark.parametrize(("call", "message"), [
    *((lambda name=name, wrong=wrong: compute_rnn_jacobians(**RNN | {name: wrong}),
       f"^{name} must have ") for name, wrong in
      (("xs", np.zeros(D)), ("hs", np.zeros((T, H))), ("W_xh", np.zeros((H, D))),
       ("W_hh", np.zeros((H - 1, H))), ("b_h", np.zeros(H - 1)))),
    (lambda: compute_log_norms_by_lag(np.eye(3)), "jacobians must have 3 axes"),
    (lambda: compute_log_norms_by_lag(np.zeros((2, 3, 4))), r"jacobians must .* \(2, 3, 3\)"),
    (lambda: compute_spectral_radius([[np.nan]]), "matrix must be finite, got nan"),
    (lambda: compute_largest_singular_value(np.zeros((2, 3))), r"matrix must .* \(2, 2\)"),
    (lambda: compute_lstm_jacobians(LSTM[0][0], *LSTM[1:]), "xs must have 2 axes"),
    (lambda: compute_lstm_jacobians(*LSTM[:2], LSTM[2][1:], *LSTM[3:]), r"c0 must .* \(5,\)"),
    (lambda: compute_lstm_jacobians(*LSTM, peepholes=np.eye(H)), r"peepholes must .* \(3, 5\)"),
    (lambda: compute_gru_jacobians(*LSTM[:2], *LSTM[3:], LSTM[5]), "W_xh must have shape"),
    (lambda: compute_connectivity(abs, XS[0], IDS), r"xs must have shape \(T, D\), got \(2,\)"),
    (lambda: compute_connectivity(abs, XS[:0], IDS[:0]), r"xs must .* \(T, D\), got \(0, 2\)"),
    (lambda: compute_connectivity(abs, XS, IDS[:2]), r"targets must have shape \(3,\), got \(2,"),
    (lambda: compute_connectivity(lambda x: x[0], XS, IDS), r"model must return shape \(3, V\)"),
    (lambda: compute_connectivity(list, XS, IDS), "model must return a tensor, got list"),
    (lambda: compute_connectivity(abs, XS, IDS.float()), "targets must be whole numbers"),
    (lambda: compute_connectivity(abs, XS, IDS + 2), r"targets must lie in 0 … 1"),
    (lambda: compute_connectivity(abs, XS, IDS - 1), r"targets must lie in 0 … 1"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, message):
    error = TypeError if "tensor" in message or "whole" in message else ValueError
    with pytest.raises(error, match=message):
        call()
