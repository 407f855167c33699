"""The gate that keeps, in every layer that has one, and what its bias does for agreement."""

import pytest
import torch

from rnn_helpers.models.agreement import train_agreement_cell
from rnn_helpers.recurrences import layers
from rnn_helpers.recurrences.layers import set_keep_bias


@pytest.mark.parametrize("cell", ["SimplifiedGRU", "GRU", "LSTM"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}])
def test_a_large_bias_keeps_the_state_and_a_small_one_lets_it_go(cell, options):
    torch.manual_seed(0)
    layer = getattr(layers, cell)(2, 3, **options)
    others = {n: p.detach().clone() for n, p in layer.named_parameters() if "weight" in n}
    shape = (len(list(layer.named_parameters())) // 4, 4, 3)
    h0, c0 = torch.rand(shape), torch.rand(shape)
    xs = torch.randn(6, 4, 2)

    def last_states():
        state = layer(xs, (h0, c0) if cell == "LSTM" else h0)[1]
        return state[1] if cell == "LSTM" else state

    set_keep_bias(layer, 60.0)
    kept = last_states()
    if cell == "LSTM":  # what comes in is added to what is kept
        assert (kept - c0).abs().max() > 0.01
        assert torch.equal(layer.bias_ih_l0[3:6], torch.full((3,), 60.0))
        assert torch.equal(layer.bias_hh_l0[3:6], torch.zeros(3))
    else:
        torch.testing.assert_close(kept, h0)
    set_keep_bias(layer, -60.0)
    assert (last_states() - (c0 if cell == "LSTM" else h0)).abs().max() > 0.1
    for name, weight in others.items():
        torch.testing.assert_close(dict(layer.named_parameters())[name], weight)


@pytest.mark.parametrize("cell", ["SimplifiedGRU", "GRU"])
def test_where_the_gate_takes_the_sign_turns(cell):
    layer = getattr(layers, cell)(2, 3, update="takes")
    set_keep_bias(layer, 60.0)
    h0 = torch.rand(1, 4, 3)
    torch.testing.assert_close(layer(torch.randn(6, 4, 2), h0)[1], h0)


def test_the_other_gates_keep_their_biases():
    torch.manual_seed(0)
    layer = layers.GRU(2, 3)
    before = layer.bias_ih_l0.detach().clone()
    set_keep_bias(layer, 1.5)
    torch.testing.assert_close(layer.bias_ih_l0[:3], before[:3])
    torch.testing.assert_close(layer.bias_ih_l0[6:], before[6:])


@pytest.mark.parametrize(
    ("layer", "bias", "error", "message"),
    [
        (layers.RNN(1, 1), 1.0, TypeError, "layer must be an LSTM, a GRU or a SimplifiedGRU"),
        (layers.GRU(1, 1, bias=False), 1.0, ValueError, "layer must have biases"),
        (layers.GRU(1, 1), float("nan"), ValueError, "bias must be a finite number"),
    ],
)
def test_bad_arguments_are_named(layer, bias, error, message):
    with pytest.raises(error, match=message):
        set_keep_bias(layer, bias)


@pytest.mark.parametrize("cell", ["SimplifiedGRU", "GRU", "LSTM"])
def test_thirty_words_are_learned_where_the_gate_starts_by_keeping(cell):
    assert train_agreement_cell(30, cell=cell, seed=0, keep_bias=1.0).accuracy > 0.95


@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_thirty_words_are_not_learned_from_torchs_own_start(cell):
    assert train_agreement_cell(30, cell=cell, seed=1).accuracy < 0.65


def test_the_seed_fixes_the_outcome_and_nobody_elses_dice_are_touched():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = train_agreement_cell(3, cell="GRU", seed=2, updates=5)
    torch.testing.assert_close(torch.random.get_rng_state(), before)
    assert train_agreement_cell(3, cell="GRU", seed=2, updates=5).history == first.history
    with pytest.raises(ValueError, match="cell must be one of 'SimplifiedGRU', 'GRU', 'LSTM'"):
        train_agreement_cell(3, cell="RNN", seed=0)
