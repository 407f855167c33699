"""Our modules against torch.nn, and what torch.nn has not against ONNX's reference operators."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from rnn_helpers.recurrences import layers

KINDS = ("RNN", "RNN relu", "LSTM", "GRU")
ENGINES = ("by_hand", "autograd")
SETTINGS = {
    "one layer": {}, "three layers": {"num_layers": 3},
    "two layers, two ways": {"num_layers": 2, "bidirectional": True},
    "batch first": {"batch_first": True, "bidirectional": True},
    "no bias": {"bias": False, "bidirectional": True},
}  # fmt: skip
SIZES = {
    "all differ": (7, 5, 3, 4), "T = 1": (1, 5, 3, 4), "B = 1": (7, 1, 3, 4),
    "H = 1": (7, 5, 3, 1), "T = B = 1": (1, 1, 3, 4),
}  # fmt: skip
LENGTHS = (3, 7, 1, 7, 4)
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}


def _pair(kind, D, H, dtype=torch.float64, engine="by_hand", **settings):
    torch.manual_seed(0)
    kind, *relu = kind.split()
    settings |= {"nonlinearity": "relu"} if relu else {}
    theirs = getattr(torch.nn, kind)(D, H, dtype=dtype, **settings)
    ours = getattr(layers, kind)(D, H, dtype=dtype, engine=engine, **settings)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def _initial(module, B, batched=True):
    ways = 2 if module.bidirectional else 1
    shape = (module.num_layers * ways, *((B,) if batched else ()), module.hidden_size)
    dtype = next(module.parameters()).dtype
    return [torch.randn(shape, dtype=dtype) for _ in range(2 if "LSTM" in repr(module) else 1)]


def _results(module, xs, states, make_input=lambda xs: xs[0]):
    """Every value and every gradient of one random linear loss."""
    module = copy.deepcopy(module)
    xs = [x.clone().requires_grad_() for x in xs]
    states = [s.clone().requires_grad_() for s in states]
    output, last = module(make_input(xs), states[0] if len(states) == 1 else tuple(states))
    last = [last] if len(states) == 1 else list(last)
    values = {"output": output.data if isinstance(output, PackedSequence) else output}
    values |= {f"last {k}": state for k, state in enumerate(last)}
    generator = torch.Generator().manual_seed(1)
    sum((value * torch.randn(value.shape, generator=generator, dtype=value.dtype)).sum()
        for value in values.values()).backward()  # fmt: skip
    values |= {f"dx {k}": x.grad for k, x in enumerate(xs)}
    values |= {f"ds {k}": s.grad for k, s in enumerate(states)}
    return values | {f"d{name}": p.grad for name, p in module.named_parameters()}, output


def _assert_equal(theirs, ours, tolerance):
    assert theirs.keys() == ours.keys()
    for name, wanted in theirs.items():
        torch.testing.assert_close(
            ours[name], wanted, rtol=0, atol=tolerance, msg=lambda m, n=name: f"{n}: {m}"
        )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])
def test_values_and_gradients_equal_torch(kind, setting, size, engine, dtype):
    T, B, D, H = SIZES[size]
    theirs, ours = _pair(kind, D, H, dtype, engine, **SETTINGS[setting])
    shape = (B, T, D) if theirs.batch_first else (T, B, D)
    xs, states = [torch.randn(shape, dtype=dtype)], _initial(theirs, B)
    pair = [_results(module, xs, states)[0] for module in (theirs, ours)]
    _assert_equal(*pair, TOLERANCE[dtype])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("enforce_sorted", [False, True])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])
def test_packed_sequences_of_unequal_lengths_equal_torch(
    kind, setting, enforce_sorted, engine, dtype
):
    theirs, ours = _pair(kind, 3, 4, dtype, engine, **SETTINGS[setting])
    lengths = sorted(LENGTHS, reverse=True) if enforce_sorted else LENGTHS
    xs = [torch.randn(length, 3, dtype=dtype) for length in lengths]
    states = _initial(theirs, len(lengths))

    def pack(xs):
        return pack_sequence(xs, enforce_sorted=enforce_sorted)

    (wanted, their_output), (got, our_output) = (
        _results(module, xs, states, pack) for module in (theirs, ours)
    )
    _assert_equal(wanted, got, TOLERANCE[dtype])
    for part in ("batch_sizes", "sorted_indices", "unsorted_indices"):
        a, b = getattr(their_output, part), getattr(our_output, part)
        assert (a is None and b is None) or torch.equal(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_unbatched_input_and_no_initial_states_equal_torch(kind):
    theirs, ours = _pair(kind, 3, 4, num_layers=2, bidirectional=True)
    xs, states = [torch.randn(7, 3, dtype=torch.float64)], _initial(theirs, 1, batched=False)
    pair = [_results(module, xs, states)[0] for module in (theirs, ours)]
    _assert_equal(*pair, 1e-10)
    x = torch.randn(7, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch_passes_through_as_in_torch(kind):
    theirs, ours = _pair(kind, 3, 4, num_layers=2, bidirectional=True)
    x = torch.zeros(7, 0, 3, dtype=torch.float64, requires_grad=True)
    (wanted, _), (output, last) = theirs(x), ours(x)
    assert output.shape == wanted.shape
    assert (last[0] if kind == "LSTM" else last).shape == (4, 0, 4)
    output.sum().backward()
    assert all((p.grad == 0).all() for p in ours.parameters())


MAKERS = {
    "RNN": layers.RNN, "RNN relu": partial(layers.RNN, nonlinearity="relu"),
    "LSTM": layers.LSTM, "LSTM peephole": partial(layers.LSTM, peephole=True),
    "GRU": layers.GRU, "GRU before takes": partial(layers.GRU, reset="before", update="takes"),
    "SimplifiedGRU": layers.SimplifiedGRU,
    "SimplifiedGRU takes": partial(layers.SimplifiedGRU, update="takes"),
}  # fmt: skip


@pytest.mark.parametrize("truncate", [None, 1, 3])
@pytest.mark.parametrize("name", MAKERS)
def test_the_two_engines_agree(name, truncate):
    torch.manual_seed(8)
    options = {"num_layers": 2, "bidirectional": True, "dtype": torch.float64, "truncate": truncate}
    modules = [MAKERS[name](3, 4, engine=engine, **options) for engine in ENGINES]
    modules[1].load_state_dict(modules[0].state_dict())
    xs, states = [torch.randn(7, 2, 3, dtype=torch.float64)], _initial(modules[0], 2)
    pair = [_results(module, xs, states)[0] for module in modules]
    _assert_equal(*pair, 1e-10)
    whole = copy.deepcopy(modules[0])
    whole.truncate = None
    full, _ = _results(whole, xs, states)
    torch.testing.assert_close(full["output"], pair[0]["output"], rtol=0, atol=0)
    differs = (full["dweight_hh_l0"] - pair[0]["dweight_hh_l0"]).abs().max() > 1e-3
    assert differs == (truncate is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_dict_goes_both_ways_and_the_module_pickles(kind):
    theirs, ours = _pair(kind, 3, 4, num_layers=2, bidirectional=True)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(0.1)
    theirs.load_state_dict(ours.state_dict())
    for a, b in zip(theirs.all_weights, ours.all_weights, strict=True):
        assert all(torch.equal(p, q) for p, q in zip(a, b, strict=True))
    assert ours.flatten_parameters() is None
    x = torch.randn(7, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(theirs(x)[0], ours(x)[0], rtol=0, atol=1e-10)
    again = pickle.loads(pickle.dumps(ours))
    torch.testing.assert_close(again(x)[0], ours(x)[0])


def test_dropout_falls_between_the_layers_and_only_in_training():
    x = torch.randn(7, 5, 3)
    with pytest.warns(UserWarning, match="with num_layers=1 it changes nothing"):
        one = layers.GRU(3, 4, dropout=0.5)
    two = layers.GRU(3, 4, num_layers=2, dropout=1.0)
    torch.testing.assert_close(one(x)[0], one.eval()(x)[0])  # the last layer is never dropped
    blind = two(x)[0]
    torch.testing.assert_close(blind, two(torch.randn(7, 5, 3))[0])  # nothing gets through
    assert (two.eval()(x)[0] - blind).abs().max() > 1e-3


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("engine", ENGINES)
def test_gradcheck(name, engine):
    torch.manual_seed(3)
    settings = {"bidirectional": "peephole" in name, "bias": name != "SimplifiedGRU"}
    module = MAKERS[name](3, 4, engine=engine, dtype=torch.float64, **settings)
    x = torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True)
    states = [s.requires_grad_() for s in _initial(module, 2)]

    def run(x, *rest):
        output, last = module(x, tuple(states) if len(states) == 2 else states[0])
        return (output, *last) if len(states) == 2 else (output, last)

    assert torch.autograd.gradcheck(run, (x, *states, *module.parameters()))


def _run_onnx(kind, module, x, attributes, order):
    """The same weights in ONNX's own operator, whose gates stand in another order."""
    H = module.hidden_size

    def gates(name):
        blocks = getattr(module, name).detach().split(H)
        return torch.cat([blocks[k] for k in order])

    feeds = {
        "X": x, "W": gates("weight_ih_l0")[None], "R": gates("weight_hh_l0")[None],
        "B": torch.cat([gates("bias_ih_l0"), gates("bias_hh_l0")])[None],
    }  # fmt: skip
    names = ["X", "W", "R", "B"]
    if kind == "LSTM":
        p = module.weight_peephole_l0.detach()
        names += ["", "", "", "P"]
        feeds["P"] = torch.cat([p[0], p[2], p[1]])[None]  # i, o, f
    node = helper.make_node(kind, names, ["Y", "Y_h"], hidden_size=H, **attributes)
    graph = helper.make_graph(
        [node], "one",
        [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in feeds],
        [helper.make_tensor_value_info("Y", TensorProto.DOUBLE, None)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    (Y,) = ReferenceEvaluator(model).run(["Y"], {n: t.numpy() for n, t in feeds.items()})
    return Y[:, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_peepholes_equal_onnx(engine):
    torch.manual_seed(4)
    ours = layers.LSTM(3, 4, peephole=True, dtype=torch.float64, engine=engine)
    x = torch.randn(7, 5, 3, dtype=torch.float64)
    wanted = _run_onnx("LSTM", ours, x, {}, order=(0, 3, 1, 2))
    np.testing.assert_allclose(ours(x)[0].detach().numpy(), wanted, rtol=0, atol=1e-10)
    with torch.no_grad():
        ours.weight_peephole_l0[1] = 0.0
    assert np.abs(ours(x)[0].detach().numpy() - wanted).max() > 1e-3


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("reset", "linear_before_reset"), [("after", 1), ("before", 0)])
def test_both_places_of_the_reset_gate_equal_onnx(reset, linear_before_reset, engine):
    torch.manual_seed(5)
    ours = layers.GRU(3, 4, reset=reset, dtype=torch.float64, engine=engine)
    x = torch.randn(7, 5, 3, dtype=torch.float64)
    attributes = {"linear_before_reset": linear_before_reset}
    wanted = _run_onnx("GRU", ours, x, attributes, order=(1, 0, 2))
    np.testing.assert_allclose(ours(x)[0].detach().numpy(), wanted, rtol=0, atol=1e-10)
    ours.reset = "before" if reset == "after" else "after"
    assert np.abs(ours(x)[0].detach().numpy() - wanted).max() > 1e-3


def test_a_z_that_takes_is_a_z_that_keeps_with_its_weights_turned():
    torch.manual_seed(6)
    keeps = layers.GRU(3, 4, dtype=torch.float64)
    takes = layers.GRU(3, 4, dtype=torch.float64, update="takes")
    takes.load_state_dict(keeps.state_dict())
    x = torch.randn(7, 5, 3, dtype=torch.float64)
    assert (takes(x)[0] - keeps(x)[0]).abs().max() > 1e-3
    with torch.no_grad():
        for parameter in takes.parameters():
            parameter[4:8] *= -1
    torch.testing.assert_close(takes(x)[0], keeps(x)[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_torchs_weights(kind):
    theirs, _ = _pair(kind, 3, 4)
    torch.manual_seed(0)
    ours = MAKERS[kind](3, 4, dtype=torch.float64)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("wrong", [0, 1, 0.2, "no", None])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_coercion_what_is_no_boolean_is_refused_as_in_torch(kind, wrong):
    for library in (torch.nn, layers):
        for name in ("bias", "batch_first"):
            with pytest.raises(TypeError, match=name):
                getattr(library, kind)(3, 4, 2, **{name: wrong})
        if kind != "RNN":
            with pytest.raises(TypeError, match="bias"):
                getattr(library, kind)(3, 4, 2, wrong)  # in the place of the bias
    ours = {"bidirectional": getattr(layers, kind), "peephole": layers.LSTM}
    for name, make in ours.items():
        with pytest.raises(TypeError, match=f"{name} must be True or False, got"):
            make(3, 4, 2, **{name: wrong})
    assert getattr(layers, kind)(3, 4, bias=np.True_).bias is True


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", MAKERS)
def test_weights_of_mixed_precision_are_named_by_both_engines(name, engine):
    odd = [n for n, _ in MAKERS[name](3, 4).named_parameters() if n != "weight_ih_l0"]
    assert len(odd) == (4 if "peephole" in name else 3)
    for weight in odd:
        module = MAKERS[name](3, 4, engine=engine)
        setattr(module, weight, torch.nn.Parameter(getattr(module, weight).double()))
        with pytest.raises(ValueError, match=f"{weight} must be torch.float32 on cpu like the we"):
            module(torch.zeros(5, 2, 3))


X, H0 = torch.zeros(5, 2, 3), torch.zeros(1, 2, 4)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: layers.RNN(0, 4), ValueError, "input_size must be an integer of at least 1, got"),
    (lambda: layers.GRU(3, 4.0), TypeError, "hidden_size must be an integer of at least 1"),
    (lambda: layers.LSTM(3, 4, num_layers=0), ValueError, "num_layers must be an integer"),
    (lambda: layers.LSTM(3, 4, dropout=1.5), ValueError, "dropout must be a finite number"),
    (lambda: layers.RNN(3, 4, nonlinearity="gelu"), ValueError, "nonlinearity must be one of"),
    (lambda: layers.GRU(3, 4, reset="never"), ValueError, "reset must be one of 'after'"),
    (lambda: layers.GRU(3, 4, update="mixes"), ValueError, "update must be one of 'keeps'"),
    (lambda: layers.RNN(3, 4, engine="magic"), ValueError, "engine must be one of 'by_hand'"),
    (lambda: layers.GRU(3, 4, truncate=0), ValueError, "truncate must be an integer of at"),
    (lambda: layers.GRU(3, 4, truncate=2)(pack_sequence([X[:, 0], X[:2, 1]])), ValueError,
     "truncate=2 needs sequences of one length"),
    (lambda: layers.RNN(3, 4)(X[:0]), RuntimeError, "at least one step"),
    (lambda: layers.RNN(3, 4)(X.double()), ValueError,
     "input must be torch.float32 on cpu like the weights, got torch.float64 on cpu"),
    (lambda: layers.RNN(3, 4)(X.numpy()), TypeError, "input must be a tensor or Pack.* got ndarra"),
    (lambda: layers.RNN(3, 4)(X[0, 0]), ValueError, "2 or 3 axes, got shape"),
    (lambda: layers.RNN(3, 7)(H0), ValueError, "input_size = 3 features, got 4"),
    (lambda: layers.RNN(3, 4)(X, [H0]), TypeError, "hx must hold tensors, got list"),
    (lambda: layers.RNN(3, 4)(X, H0[:, :1]), ValueError,
     r"h in hx must have shape \(1, 2, 4\), got \(1, 1, 4\)"),
    (lambda: layers.LSTM(3, 4)(X, H0), TypeError, r"hx must be a pair \(h, c\)"),
    (lambda: layers.LSTM(3, 4)(X, (H0, H0.double())), ValueError,
     "c in hx must be torch.float32 on cpu like the weights"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_module_says_what_it_is():
    text = repr(layers.LSTM(3, 4, num_layers=2, engine="autograd", peephole=True))
    assert text == "LSTM(3, 4, num_layers=2, engine=autograd, peephole=True)"
    assert repr(layers.GRU(3, 4, reset="before")) == "GRU(3, 4, reset=before)"
