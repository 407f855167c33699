"""Closed-form Jacobians of LSTM and GRU, and the connectivity, against autograd."""

import numpy as np
import pytest
import torch

from rnn_helpers.recurrences import layers
from rnn_helpers.recurrences.cells import gru_step, lstm_step
from rnn_helpers.recurrences.jacobians import (
    compute_connectivity,
    compute_gru_jacobians,
    compute_log_norms_by_lag,
    compute_lstm_jacobians,
)

T, D, H = 6, 3, 4


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
    other = {"after": "before", "before": "after"}[reset]
    assert np.abs(compute_gru_jacobians(*arrays, reset=other).total - jacobians.total).max() > 1e-3


def test_the_direct_path_alone_is_left_when_the_weights_are_zero():
    xs, h0, c0, W_xh, W_hh, b_h = _draw((T, D), (H,), (H,), (D, 4 * H), (H, 4 * H), (4 * H,))
    jacobians = compute_lstm_jacobians(xs, h0, c0, W_xh, 0 * W_hh, b_h)
    np.testing.assert_allclose(jacobians.total[:, H:, H:], jacobians.direct[:, :, None] * np.eye(H))
    assert not jacobians.total[:, :, :H].any()


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
                up, down = (
                    torch.log_softmax(model(xs + sign * nudge), 1)[torch.arange(T), targets]
                    for sign in (1, -1)
                )
            sides.append((up - down).numpy() / 2e-6)
        np.testing.assert_allclose(connectivity[:, s], np.linalg.norm(sides, axis=0), atol=1e-8)


@pytest.mark.parametrize(("call", "message"), [
    (lambda a: compute_lstm_jacobians(a[0][0], *a[1:]), "xs must have 2 axes"),
    (lambda a: compute_lstm_jacobians(*a[:2], a[2][1:], *a[3:]), r"c0 must have shape \(4,\)"),
    (lambda a: compute_lstm_jacobians(*a, peepholes=np.zeros((2, H))),
     r"peepholes must have shape \(3, 4\)"),
    (lambda a: compute_gru_jacobians(a[0], a[1], *a[3:], a[5]), "W_xh must have shape"),
    (lambda a: compute_connectivity(lambda x: x, torch.zeros(3), torch.zeros(3)),
     r"xs must have shape \(T, D\), got \(3,\)"),
    (lambda a: compute_connectivity(lambda x: x, torch.zeros(3, 2), torch.zeros(2)),
     r"targets must have shape \(3,\), got \(2,\)"),
    (lambda a: compute_connectivity(lambda x: x[0], torch.zeros(3, 2), torch.zeros(3)),
     r"model must return shape \(3, V\), got \(2,\)"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, message):
    arrays = _draw((T, D), (H,), (H,), (D, 4 * H), (H, 4 * H), (4 * H,))
    with pytest.raises(ValueError, match=message):
        call(arrays)
