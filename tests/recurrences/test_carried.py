"""A nudge carried forward and a gradient carried back, against products of matrices."""

import numpy as np
import pytest

from rnn_helpers.recurrences.carried import (
    carry,
    compute_carried,
    make_networks,
    run_networks,
)
from rnn_helpers.recurrences.cells import ACTIVATIONS, run_rnn
from rnn_helpers.recurrences.jacobians import compute_log_norms_by_lag, compute_rnn_jacobians

T, S, H = 7, 3, 5


def find_jacobians(activation, radius, seed, scale=0.5):
    """Those of one network, by the functions for one network."""
    W_hh = make_networks(spectral_radius=radius, hidden_size=H, networks=S)[seed]
    xs = scale * np.random.default_rng([seed, 1]).normal(size=(T, H))
    hs = run_rnn(xs[:, None], np.zeros((1, H)), np.eye(H), W_hh, np.zeros(H), activation=activation)
    return compute_rnn_jacobians(xs, hs[:, 0], np.eye(H), W_hh, np.zeros(H), activation=activation)


def compute(activation="tanh", radius=1.3, **options):
    options = {"length": T, "hidden_size": H, "networks": S} | options
    return compute_carried(activation=activation, spectral_radius=radius, **options)


def test_networks_side_by_side_are_each_as_if_alone():
    rng = np.random.default_rng(1)
    W_hh, xs = (
        make_networks(spectral_radius=1.2, hidden_size=H, networks=S),
        rng.normal(size=(T, S, 2, H)),
    )
    hs = run_networks(xs, W_hh, activation="tanh")
    for seed in range(S):
        alone = run_rnn(xs[:, seed], np.zeros((2, H)), np.eye(H), W_hh[seed], np.zeros(H))
        np.testing.assert_allclose(hs[:, seed], alone, rtol=0, atol=1e-14)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_ends_are_the_norm_of_the_whole_product(activation):
    carried = compute(activation)
    for seed in range(S):
        wanted = compute_log_norms_by_lag(find_jacobians(activation, 1.3, seed))[-1]
        for found in (carried.ends, carried.forward[-1], carried.back[0]):
            assert found[seed] == pytest.approx(wanted, abs=1e-9)
    np.testing.assert_allclose(carried.forward[0], 0, atol=1e-12)
    np.testing.assert_allclose(carried.back[-1], 0, atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nudge_times_gradient_is_one_number_at_every_step(activation):
    carried = compute(activation, length=40)
    np.testing.assert_allclose(carried.meeting, carried.ends[None].repeat(41, axis=0), atol=1e-9)


def test_the_lengths_on_the_way_are_those_of_the_vectors():
    carried, jacobians = compute(), find_jacobians("tanh", 1.3, 1)
    product = np.linalg.multi_dot(jacobians[::-1])
    v, _, u = np.linalg.svd(product)
    forward, back = [u[0]], [v[:, 0]]
    for step in range(T):
        forward.append(jacobians[step] @ forward[-1])
        back.append(jacobians[-1 - step].T @ back[-1])
    np.testing.assert_allclose(10 ** carried.forward[:, 1], np.linalg.norm(forward, axis=1))
    np.testing.assert_allclose(10 ** carried.back[::-1, 1], np.linalg.norm(back, axis=1))


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
def test_the_slopes_factor_is_that_along_the_gradient(activation):
    carried, radius = compute(activation), 1.3
    W_hh = make_networks(spectral_radius=radius, hidden_size=H, networks=S)[1]
    jacobians = find_jacobians(activation, radius, 1)
    slopes = (jacobians / W_hh.T)[:, :, 0]  # (T, H)
    gradient, logs = np.linalg.svd(np.linalg.multi_dot(jacobians[::-1]))[0][:, 0], []
    for slope in slopes[::-1]:
        bent = slope * gradient
        logs.append(np.log10(np.linalg.norm(bent) / np.linalg.norm(gradient)))
        gradient = W_hh @ bent
    np.testing.assert_allclose(carried.slopes[::-1, 1], logs, atol=1e-9)
    assert np.log10(np.linalg.norm(gradient)) == pytest.approx(carried.ends[1], abs=1e-9)


def test_no_length_is_too_small_or_too_large():
    tiny = np.broadcast_to(1e-15 * np.eye(2), (100, 1, 2, 2))
    directions, sizes = carry(tiny, np.array([[3.0, 4.0]]))
    np.testing.assert_allclose(directions[-1], [[0.6, 0.8]])
    assert sizes[-1, 0] == pytest.approx(-1500 + np.log10(5))
    for radius, word in ((1e-3, "vanishes"), (1e3, "explodes")):
        carried = compute("identity", radius, length=90)
        assert carried.counts[word] == S
        np.testing.assert_allclose(carried.ends, 90 * np.log10(radius), atol=5)


def test_what_is_switched_off_is_exactly_nothing_and_the_counts_are_of_all():
    carried = compute("relu", 0.0)
    assert (carried.forward[1:] == -np.inf).all()
    assert (carried.meeting == -np.inf).all()
    assert carried.counts == {"vanishes": S, "holds": 0, "explodes": 0}
    assert compute_carried(spectral_radius=1.6, activation="relu", length=50).counts == {
        "vanishes": 3, "holds": 11, "explodes": 6,
    }  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), [
    ({"length": 0}, "length must be an integer of at least 1"),
    ({"hidden_size": 0}, "hidden_size must be"), ({"networks": 0}, "networks must be"),
    ({"input_scale": -1.0}, "input_scale must be"), ({"spectral_radius": -1}, "spectral_radius"),
    ({"activation": "swish"}, "activation must be one of"), ({"kind": "sparse"}, "kind must be"),
])  # fmt: skip
def test_what_is_wrong_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        compute_carried(**settings)
