"""The gradient by depth and time: equal to autograd's, and nothing where there is no path."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.bidirectional_and_deep import reach as module
from rnn_helpers.lectures.bidirectional_and_deep.reach import SEEDS, SIZE, compute_reach
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import KINDS, LAYERS, STEPS


def run_torch(kind, seed, nudges):
    """The states of one network, each with a nudge added: (L + 1, T) lists of what is nudged."""
    networks, states = module._run(kind)
    ways = 2 if kind == "both ways" else 1
    below = [torch.from_numpy(states[0, 0, t, seed]) + nudges[0, 0][t] for t in range(STEPS)]
    found = {}
    for layer in range(1, LAYERS + 1):
        for way in range(ways):
            W_xh, W_hh, b = networks[way][layer - 1]
            h = torch.zeros(SIZE, dtype=torch.float64)
            for t in range(STEPS)[:: 1 - 2 * way]:
                a = below[t] @ torch.from_numpy(W_xh[seed]) + torch.from_numpy(b[seed])
                if W_hh is not None:
                    a = a + h @ torch.from_numpy(W_hh[seed])
                h = found[way, layer, t] = torch.tanh(a) + nudges[way, layer][t]
        below = [torch.cat([found[way, layer, t] for way in range(ways)]) for t in range(STEPS)]
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("step", "layer"), [(5, 3), (1, 2), (8, 1)])
def test_the_shares_are_those_of_autograd(kind, step, layer):
    reach, ways = compute_reach(step, layer, kind), 2 if kind == "both ways" else 1
    logs = np.zeros((2, LAYERS + 1, STEPS))
    for seed in range(SEEDS):
        keys = [(0, 0), *((way, k) for way in range(ways) for k in range(1, LAYERS + 1))]
        zeros = {
            key: torch.zeros(STEPS, SIZE, dtype=torch.float64, requires_grad=True) for key in keys
        }
        found = run_torch(kind, seed, zeros)
        chosen = torch.cat([found[way, layer, step - 1] for way in range(ways)])
        squares = np.zeros((2, LAYERS + 1, STEPS))
        for number in chosen:
            rows = torch.autograd.grad(number, list(zeros.values()), retain_graph=True,
                                       allow_unused=True)  # fmt: skip
            for key, row in zip(keys, rows, strict=True):
                if row is not None:
                    squares[key] += (row**2).sum(dim=1).numpy() / SIZE
        with np.errstate(divide="ignore"):
            logs += 0.5 * np.log(squares) / SEEDS
    shares = np.where(np.isfinite(logs), np.exp(logs), np.nan)
    np.testing.assert_allclose(reach.cells, shares[:, 1:], rtol=1e-9)
    np.testing.assert_allclose(reach.inputs, shares[0, 0], rtol=1e-9)


def test_what_goes_along_the_arrows_is_what_arrives():
    reach = compute_reach(6, 3)  # the top row has one way only: along the arrows to the left
    np.testing.assert_allclose(reach.sideways[0, 2, 1:6], reach.cells[0, 2, :5])
    np.testing.assert_allclose(reach.down[0], reach.inputs)
    assert np.isnan(reach.sideways[0, :, 0]).all()
    assert np.isnan(reach.sideways[1]).all()


def test_plain_layers_add_no_path_through_time():
    plain, deep = compute_reach(8, 4, KINDS[2]), compute_reach(8, 4)
    assert np.isnan(plain.sideways[0, 1:]).all()
    assert plain.inputs[0] < 0.2 * deep.inputs[0]
    for kind in (KINDS[0], KINDS[1]):
        shares = compute_reach(8, 4, kind).cells[0, 3]
        assert (np.diff(shares) > 0).all()  # each step back leaves less


def test_a_wrong_kind_is_said():
    with pytest.raises(ValueError, match="kind must be one of"):
        compute_reach(1, 1, "upwards")
