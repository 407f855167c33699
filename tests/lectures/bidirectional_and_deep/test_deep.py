"""Depth: the nested rule, networks of equal size, the unrolled grid, and a loss that leaks."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.bidirectional_and_deep.deep import (
    DeepNetwork,
    choose_hidden_size,
    train_deep,
)
from rnn_helpers.lectures.bidirectional_and_deep.nested_rule import (
    FIRST,
    SYMBOLS,
    make_nested_rule_batch,
    make_rules,
)
from rnn_helpers.lectures.bidirectional_and_deep.next_token import train_next_token
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import KINDS, compute_unrolled_grid
from rnn_helpers.models.training import CELLS, count_parameters


def test_the_targets_are_the_rule_of_the_rule():
    f, g = make_rules()
    assert not np.array_equal(f, g)
    for table in (f, g):
        assert (np.sort(table, axis=1) == np.arange(SYMBOLS)).all()
    batch = make_nested_rule_batch(7, 4, rng=np.random.default_rng(0))
    for t in range(FIRST, 7):
        for b in range(4):
            x = batch.inputs[:, b]
            assert batch.targets[t, b] == g[f[x[t], x[t - 1]], f[x[t - 1], x[t - 2]]]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("shape", [(1, 0), (3, 0), (1, 2), (2, 1)])
def test_the_size_is_the_nearest_to_the_budget(cell, shape):
    options = {"num_layers": shape[0], "plain_layers": shape[1], "cell": cell}
    size = choose_hidden_size(1500, **options)
    sizes = size, size - 1, size + 1
    gaps = [abs(count_parameters(DeepNetwork(s, **options)) - 1500) for s in sizes]
    assert gaps[0] == min(gaps)


def test_a_plain_layer_sees_its_step_alone():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = DeepNetwork(5, num_layers=2, plain_layers=2)
    inputs = torch.from_numpy(make_nested_rule_batch(6, 3, rng=np.random.default_rng(0)).inputs)
    with torch.no_grad():
        xs = torch.nn.functional.one_hot(inputs, SYMBOLS).float()
        states = network.recurrence(xs)[0]
        one, two = network.plain[0], network.plain[2]
        wanted = network.readout(torch.tanh(two(torch.tanh(one(states)))))
        torch.testing.assert_close(network(inputs), wanted)
    assert network.recurrence.num_layers == 2


def test_depth_is_seen_where_the_rule_is_nested():
    shallow, deep, plain = (
        train_deep(seed=0, num_layers=n, plain_layers=m) for n, m in ((1, 0), (2, 0), (1, 2))
    )
    assert 0.3 < shallow.accuracy < deep.accuracy - 0.05
    assert shallow.accuracy < plain.accuracy - 0.1
    for run in (shallow, deep, plain):
        assert abs(run.n_parameters - 2000) < 60
    short = [train_deep(seed=seed, updates=2).history for seed in (0, 0, 1)]
    assert short[0] == short[1] != short[2]


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_the_rounds_are_those_of_a_simulation(layers, steps, kind):
    """Every half of a cell is computed as soon as what it needs is there."""
    done = {}  # (layer, step, direction): round

    def ready(layer, t):
        return max(done[layer, t, d] for d in ("→", "←") if (layer, t, d) in done) if layer else 0

    for layer in range(1, layers + 1):
        recurrent = layer == 1 or kind != KINDS[2]
        for t in range(1, steps + 1):
            left = done[layer, t - 1, "→"] if t > 1 and recurrent else 0
            done[layer, t, "→"] = 1 + max(left, ready(layer - 1, t))
        if kind == "both ways":
            for t in range(steps, 0, -1):
                after = done[layer, t + 1, "←"] if t < steps else 0
                below = max((done[layer - 1, t, d] for d in "→←"), default=0) if layer > 1 else 0
                done[layer, t, "←"] = 1 + max(after, below)
    for step in range(1, steps + 1):
        grid = compute_unrolled_grid(layers, step, kind, layers=layers, steps=steps)
        assert grid.rounds.max() == grid.rounds[layers - 1, step - 1] == ready(layers, step)
        np.testing.assert_array_equal(grid.rounds > 0, grid.needed)


def test_what_a_state_needs_is_what_moves_it():
    """Against gradients: a random deep network's state at (3, 4) of (3, 6)."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for kind in KINDS[:2]:
            module = torch.nn.RNN(2, 3, 3, bidirectional=kind == "both ways")
            xs = torch.randn(6, 1, 2, requires_grad=True)
            module(xs)[0][3].sum().backward()
            seen = xs.grad.abs().amax((1, 2)).numpy() > 0
            grid = compute_unrolled_grid(3, 4, kind, layers=3, steps=6)
            np.testing.assert_array_equal(grid.inputs, seen)
            xs.grad = None


def test_the_needed_cells_of_each_kind():
    counts = [int(compute_unrolled_grid(3, 6, kind).needed.sum()) for kind in KINDS]
    assert counts == [18, 24, 8]
    plain = compute_unrolled_grid(3, 6, KINDS[2])
    assert plain.needed[0].sum() == 6
    assert plain.needed[1:, 5].tolist() == [True, True, False]


def test_with_the_future_in_view_the_loss_says_nothing():
    ids = np.random.default_rng(0).integers(0, 8, 32 * 16 * 40)  # nothing to learn but copying
    held_out = np.random.default_rng(1).integers(0, 8, 17 * 50)
    one, two = (
        train_next_token(ids, held_out, n_tokens=8, bidirectional=both, seed=0)
        for both in (False, True)
    )
    chance = np.log(8)
    assert one.nats_by_place.shape == (16,)
    assert one.nats_by_place == pytest.approx(chance, abs=0.2)
    assert two.nats_by_place[:-1].max() < 0.1
    assert two.nats_by_place[-1] > chance - 0.1
    assert two.loss < 0.3 < chance - 0.2 < one.loss
    options = {"n_tokens": 8, "bidirectional": False, "updates": 2}
    short = [train_next_token(ids, held_out, seed=seed, **options).loss for seed in (0, 0, 1)]
    assert short[0] == short[1] != short[2]


def train_next(ids=(0,) * 999, held_out=(0,) * 99):
    return train_next_token(ids, held_out, n_tokens=3, bidirectional=True, seed=0)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: make_rules(seed=-1), ValueError, "seed must be"),
    (lambda: make_nested_rule_batch(2, 1, rng=np.random.default_rng()), ValueError,
     "steps must be an integer of at least 3"),
    (lambda: make_nested_rule_batch(3, 0, rng=np.random.default_rng()), ValueError,
     "batch_size must be"),
    (lambda: make_nested_rule_batch(3, 1, rng=1), TypeError, "rng must be"),
    (lambda: choose_hidden_size(99), ValueError, "budget must be an integer of at least 100"),
    (lambda: choose_hidden_size(500, num_layers=0), ValueError, "num_layers must be"),
    (lambda: DeepNetwork(3, plain_layers=-1), ValueError, "plain_layers must be"),
    (lambda: DeepNetwork(3, cell="MLP"), ValueError, "cell must be one of"),
    (lambda: train_deep(seed=0.5), TypeError, "seed must be"),
    (lambda: compute_unrolled_grid(5, 1), ValueError, "layer must be an integer from 1 to 4"),
    (lambda: compute_unrolled_grid(1, 9), ValueError, "step must be an integer from 1 to 8"),
    (lambda: compute_unrolled_grid(1, 1, "up"), ValueError, "kind must be one of"),
    (lambda: compute_unrolled_grid(1, 1, layers=0), ValueError, "layers must be"),
    (lambda: DeepNetwork(3)(torch.tensor([[6]])), ValueError, "inputs must lie from 0 to 5"),
    (lambda: train_next(np.zeros(9)), ValueError, "^ids must hold at least 544 tokens, got 9"),
    (lambda: train_next(held_out=np.zeros(9)), ValueError, "held_out_ids must hold at least 1"),
    (lambda: train_next(np.full(999, 3)), ValueError, "^ids must lie from 0 to 2, got 3"),
    (lambda: train_next(held_out=np.full(99, -1)), ValueError, "held_out_ids must .* -1"),
])  # fmt: skip
def test_what_is_wrong_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()
