"""The gate that keeps, in every layer that has one."""

import pytest
import torch

from rnn_helpers.recurrences import layers

TWO_BY_TWO = {"num_layers": 2, "bidirectional": True}
CELLS = {  # name, options, argument, rows of the gate for H = 3, sign
    "LSTM": ("LSTM", {}, "keep_bias", slice(3, 6), 1),
    "LSTM, by its own name": ("LSTM", {}, "forget_bias", slice(3, 6), 1),
    "GRU": ("GRU", {}, "keep_bias", slice(3, 6), 1),
    "GRU takes": ("GRU", {"update": "takes"}, "keep_bias", slice(3, 6), -1),
    "SimplifiedGRU": ("SimplifiedGRU", {}, "keep_bias", slice(3), 1),
    "SimplifiedGRU takes": ("SimplifiedGRU", {"update": "takes"}, "keep_bias", slice(3), -1),
}


@pytest.mark.parametrize("size", [{}, TWO_BY_TWO], ids=["one", "two by two"])
@pytest.mark.parametrize("name", CELLS)
def test_only_the_gate_that_keeps_is_set_after_the_same_draw(name, size):
    cell, options, argument, gate, sign = CELLS[name]
    make = getattr(layers, cell)
    torch.manual_seed(0)
    drawn = make(2, 3, **options, **size)
    after = torch.rand(1)
    torch.manual_seed(0)
    layer = make(2, 3, **options, **size, **{argument: 1.5})
    assert torch.equal(torch.rand(1), after)
    assert layer.keep_bias == 1.5
    assert f"{'forget_bias' if cell == 'LSTM' else 'keep_bias'}=1.5" in repr(layer)
    wanted = {parameter: value.clone() for parameter, value in drawn.state_dict().items()}
    for parameter, value in wanted.items():
        if parameter.startswith("bias"):
            value[gate] = sign * 1.5 if parameter.startswith("bias_ih") else 0.0
        assert torch.equal(layer.state_dict()[parameter], value)
    layer.reset_parameters()
    assert (layer.bias_ih_l0[gate] == sign * 1.5).all()


@pytest.mark.parametrize("size", [{}, TWO_BY_TWO], ids=["one", "two by two"])
@pytest.mark.parametrize("name", CELLS)
def test_a_large_bias_keeps_the_state_and_a_small_one_lets_it_go(name, size):
    cell, options, argument, _, _ = CELLS[name]
    h0 = torch.rand(4 if size else 1, 4, 3)
    xs = torch.randn(6, 4, 2)

    def last_states(bias):
        torch.manual_seed(0)
        layer = getattr(layers, cell)(2, 3, **options, **size, **{argument: bias})
        if cell != "LSTM":
            return layer(xs, h0)[1]
        with torch.no_grad():  # nothing comes in, so that c is what is kept
            for parameter in layer.parameters():
                parameter[6:9] = 0
        return layer(xs, (h0, h0))[1][1]

    torch.testing.assert_close(last_states(60.0), h0)
    assert (last_states(-60.0) - h0).abs().max() > 0.1


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: layers.RNN(1, 1, keep_bias=1.0), ValueError, "needs .* a gate that keeps"),
    (lambda: layers.GRU(1, 1, bias=False, keep_bias=1.0), ValueError, "needs bias=True"),
    (lambda: layers.LSTM(1, 1, bias=False, forget_bias=1.0), ValueError, "needs bias=True"),
    (lambda: layers.LSTM(1, 1, keep_bias=1.0, forget_bias=1.0), ValueError, "got both"),
    (lambda: layers.LSTM(1, 1, forget_bias="1"), TypeError, "forget_bias must be a finite"),
    (lambda: layers.GRU(1, 1, keep_bias=float("nan")), ValueError, "keep_bias must be a fin"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
