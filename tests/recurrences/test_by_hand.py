"""The bridge to torch's autograd: when it is crossed, what it keeps, and what torch.nn does."""

import copy
import io
import warnings

import pytest
import torch
from onnx import load_from_string
from onnx.reference import ReferenceEvaluator
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.autograd import forward_ad
from torch.func import functional_call, grad, jacrev, jvp, vmap
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils.rnn import pack_sequence

from rnn_helpers.recurrences import layers

KINDS = ("RNN", "LSTM", "GRU")
ENGINES = ("by_hand", "autograd")
T, B, D, H = 5, 2, 3, 4


def _three(kind, **settings):
    """torch.nn's layer and ours by either engine, with the same weights."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, kind)(D, H, **settings)
    ours = [getattr(layers, kind)(D, H, engine=engine, **settings) for engine in ENGINES]
    for module in ours:
        module.load_state_dict(theirs.state_dict())
    return theirs, *ours


def _pair(kind, h):
    return (h, h) if kind == "LSTM" else h


def _states(last):
    return last if isinstance(last, tuple) else (last,)


def _negative(like):
    """Random numbers whose minus sign torch has noted but not yet computed."""
    numbers = torch.complex(torch.zeros_like(like), torch.randn_like(like)).conj().imag
    assert numbers.is_neg()
    return numbers


def _close(got, wanted):
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-5)


MEMORY = {
    "input with a lazy sign": lambda: {"x": _negative(torch.empty(T, B, D))},
    "state with a lazy sign": lambda: {"h": _negative(torch.empty(1, B, H))},
    "weight with a lazy sign": lambda: {"weight_hh_l0": "negative"},
    "gradient with a lazy sign": lambda: {"gradient": _negative(torch.empty(T, B, H))},
    "expanded input": lambda: {"x": torch.randn(1, 1, D).expand(T, B, D)},
    "expanded state": lambda: {"h": torch.randn(1, 1, 1).expand(1, B, H)},
    "expanded gradient": lambda: {"gradient": torch.randn(()).expand(T, B, H)},
    "input with strides": lambda: {"x": torch.randn(D, B, 2 * T)[:, :, ::2].transpose(0, 2)},
    "weight with strides": lambda: {"weight_hh_l0": "strided"},
}


@pytest.mark.parametrize("what", MEMORY)
@pytest.mark.parametrize("kind", KINDS)
def test_fast_path_reads_numbers_however_they_lie_in_memory(kind, what):
    results = []
    for module in _three(kind):
        torch.manual_seed(1)
        given = MEMORY[what]()
        if "weight_hh_l0" in given:
            wide = torch.randn(4 * H, 2 * H)[: len(module.weight_hh_l0), ::2]
            weight = _negative(wide) if given["weight_hh_l0"] == "negative" else wide
            module.weight_hh_l0 = torch.nn.Parameter(weight)
        x = given.get("x", torch.randn(T, B, D)).requires_grad_()
        output, last = module(x, _pair(kind, given.get("h", torch.randn(1, B, H))))
        gradient = given.get("gradient", torch.ones(T, B, H))
        grads = torch.autograd.grad(output, [x, *module.parameters()], gradient)
        results.append([output, *_states(last), *grads])
    for ours in results[1:]:
        for got, wanted in zip(ours, results[0], strict=True):
            _close(got, wanted)


class _Tagged(torch.Tensor):
    pass


def _weight_gradient(module, x):
    weights = {name: weight.detach() for name, weight in module.named_parameters()}
    return grad(lambda w: functional_call(module, w, (x,))[0].sum())(weights)["weight_hh_l0"]


def _forward_mode(module, x):
    with forward_ad.dual_level():
        return forward_ad.unpack_dual(module(_dual(x))[0]).tangent


def _forward_mode_weights(module, x):
    with forward_ad.dual_level():
        weights = {name: _dual(weight.detach()) for name, weight in module.named_parameters()}
        return forward_ad.unpack_dual(functional_call(module, weights, (x,))[0]).tangent


def _dual(tensor):
    return forward_ad.make_dual(tensor, torch.ones_like(tensor))


def _tagged(module, x):
    output = module(x.as_subclass(_Tagged))[0]
    assert type(output) is _Tagged
    return output.as_subclass(torch.Tensor)


def _meta(module, x):
    module = copy.deepcopy(module).to("meta")
    output = module(x.to("meta"))[0]
    output.sum().backward()
    assert output.is_meta
    assert module.weight_hh_l0.grad.is_meta
    return torch.zeros(output.shape)


def _fake(module, x):
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        output = module(mode.from_tensor(x))[0]
    assert isinstance(output, FakeTensor)
    return torch.zeros(output.shape)


def _trace(module, x):
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(module, (torch.zeros_like(x),)), buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)(x)[0]


def _onnx(module, x):
    buffer = io.BytesIO()
    torch.onnx.export(module, (torch.zeros_like(x),), buffer, dynamo=False)
    model = load_from_string(buffer.getvalue())
    feeds = {model.graph.input[0].name: x.numpy()}
    return torch.from_numpy(ReferenceEvaluator(model).run(None, feeds)[0])


WATCHED = {
    "gradient of weights by torch.func": _weight_gradient,
    "vmap of that gradient":
        lambda m, x: vmap(lambda y: _weight_gradient(m, y))(torch.stack([x, 2 * x, 3 * x])),
    "vmap": lambda m, x: vmap(lambda y: m(y)[0])(torch.stack([x, 2 * x])),
    "vmap over what does not enter": lambda m, x: vmap(lambda y: y * m(x)[0])(torch.ones(2)),
    "jvp": lambda m, x: jvp(lambda y: m(y)[0], (x,), (torch.ones_like(x),))[1],
    "jacrev": lambda m, x: jacrev(lambda y: m(y)[0])(x),
    "forward mode": _forward_mode, "forward mode, weights": _forward_mode_weights,
    "subclass": _tagged, "meta": _meta, "fake": _fake, "trace": _trace, "ONNX": _onnx,
    "export": lambda m, x: torch.export.export(m, (0 * x,)).module()(x)[0],
    "strict export": lambda m, x: torch.export.export(m, (0 * x,), strict=True).module()(x)[0],
    "make_fx": lambda m, x: make_fx(lambda y: m(y)[0])(0 * x)(x),
}  # fmt: skip


@pytest.mark.parametrize("situation", WATCHED)
@pytest.mark.parametrize("kind", KINDS)
def test_fast_path_gives_way_where_torch_must_see_every_step(kind, situation):
    theirs, by_hand, by_autograd = _three(kind)
    x, call = torch.randn(T, B, D), WATCHED[situation]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of loops, and that it grows old
        got, wanted = (call(module, x) for module in (by_hand, by_autograd))
        _close(got, wanted)
        try:
            wanted = call(theirs, x)
        except (RuntimeError, NotImplementedError) as refusal:  # torch.nn's LSTM, mostly
            assert kind == "LSTM" or "vmap" in situation, refusal  # noqa: PT017
        else:
            _close(got, wanted)


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # that torch itself looks at
def test_fast_path_is_left_out_of_compiled_graphs_as_in_torch():
    theirs, ours, _ = _three("LSTM")
    first, x, graphs = torch.nn.Linear(D, D), torch.randn(T, B, D), []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    for module in (theirs, ours):
        torch.compiler.reset()
        compiled = torch.compile(torch.nn.Sequential(first, module), backend=backend)
        compiled(x)[0].square().sum().backward()
        _close(compiled(x[1:])[0], theirs(first(x[1:]))[0])
    _close(ours.weight_hh_l0.grad, theirs.weight_hh_l0.grad)
    assert len(graphs) <= 4  # the linear layer's, at two lengths
    assert all(len(graph.graph.nodes) < 10 for graph in graphs)


def _once_more(module, x):
    (g,) = torch.autograd.grad(module(x)[0].sum(), x, create_graph=True)
    return torch.autograd.grad(g.square().sum(), x)[0]


def _batched(module, x):
    several = torch.eye(T * B * H).reshape(-1, T, B, H)[:3]
    return torch.autograd.grad(module(x)[0], x, several, is_grads_batched=True)[0]


def _mapped(module, x):
    output, several = module(x)[0], torch.eye(T * B * H).reshape(-1, T, B, H)[:3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's LSTM is slow at this
        return vmap(lambda g: torch.autograd.grad(output, x, g, retain_graph=True)[0])(several)


@pytest.mark.parametrize("call", [_once_more, _batched, _mapped])
@pytest.mark.parametrize("kind", KINDS)
def test_fast_path_refuses_gradients_beyond_the_first_in_one_sentence(kind, call):
    theirs, by_hand, by_autograd = _three(kind)
    x = torch.randn(T, B, D, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"first derivatives only: use engine='autograd'"):
        call(by_hand, x)
    wanted = call(theirs, x)
    assert wanted.abs().max() > 1e-3
    _close(call(by_autograd, x), wanted)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64])
@pytest.mark.parametrize("kind", KINDS)
def test_fast_path_runs_in_torch_where_numpy_has_not_the_numbers(kind, dtype):
    theirs, ours, _ = _three(kind, dtype=dtype)
    results = []
    for module in (theirs, ours):
        torch.manual_seed(1)
        x = torch.randn(T, B, D, dtype=dtype)
        module.weight_ih_l0.requires_grad_(False)
        output, last = module(x)
        loss = output.real.sum()
        results.append([output.detach().clone(), *_states(last)])
        if module is ours:  # torch.nn's LSTM needs them
            output += 1
            x += 1
        loss.backward()
        results[-1].append(module.weight_hh_l0.grad)
    for wanted, got in zip(*results, strict=True):
        atol = 1e-5 if dtype.is_complex else 0.1
        torch.testing.assert_close(got, wanted, rtol=0.05, atol=atol)


@pytest.mark.parametrize("frozen", [("weight_ih_l0",), ("weight_hh_l0", "bias_ih_l0"), "all"])
@pytest.mark.parametrize("kind", KINDS)
def test_fast_path_gives_frozen_weights_no_gradient(kind, frozen):
    results = []
    for module in _three(kind):
        for name, weight in module.named_parameters():
            weight.requires_grad_(frozen != "all" and name not in frozen)
        x = torch.ones(T, B, D, requires_grad=True)
        module(x)[0].square().sum().backward()
        results.append({"x": x.grad, **{n: p.grad for n, p in module.named_parameters()}})
    for ours in results[1:]:
        for name, wanted in results[0].items():
            assert (wanted is None) == (ours[name] is None)
            if wanted is not None:
                _close(ours[name], wanted)


def test_scripting_is_refused_by_name():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for engine in ENGINES:
            with pytest.raises(RuntimeError, match=r"torch\.jit\.script cannot read this layer"):
                torch.jit.script(torch.nn.Sequential(layers.GRU(D, H, engine=engine)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
def test_second_entrance_under_autocast_takes_and_refuses_the_same(kind, engine):
    module = getattr(layers, kind)(D, H, engine=engine)
    x, h = torch.randn(T, B, D), torch.randn(1, B, H)
    wrap = (lambda h: [h, h]) if kind == "LSTM" else (lambda h: h)
    packed = pack_sequence([x[:, 0], x[:3, 1]])
    rounded = x.bfloat16().float(), wrap(h.bfloat16().float())
    wanted, whole, parts = module(*rounded), module(x, wrap(h)), module(packed, wrap(h))
    wrong = (
        (x.double(), None), (x.long(), None), (x, wrap(h.double())), (x, wrap(h[:, :1])),
        (x, [None]), (x[:0], None), (x.numpy(), None),
    )  # fmt: skip
    refusals = []
    for enabled in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            for arguments in wrong:
                with pytest.raises((TypeError, ValueError, RuntimeError)) as refusal:
                    module(*arguments)
                refusals.append((refusal.type, str(refusal.value)))
            again = module(x, wrap(h))
            torch.testing.assert_close(again, whole, rtol=0, atol=0)
            torch.testing.assert_close(module(packed, wrap(h))[0].data, parts[0].data)
    assert refusals[: len(wrong)] == refusals[len(wrong) :]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lowered = module(x.bfloat16(), wrap(h.bfloat16()))
        lowered[0].sum().backward()
    assert lowered[0].dtype == torch.float32  # the precision of the weights
    torch.testing.assert_close(lowered, wanted, rtol=0, atol=0)


@pytest.mark.parametrize("engine", [0, 1], ids=ENGINES)
@pytest.mark.parametrize("settings", [{}, {"num_layers": 2, "bidirectional": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_results_do_not_alias_what_the_gradient_needs(kind, settings, engine):
    """Written over behind torch's back, outputs and last states leave the gradient as it is."""
    gradients, x = [], torch.randn(T, B, D)
    theirs, *ours = _three(kind, **settings)
    for module in (theirs, ours[engine]):
        output, last = module(x)
        loss = output.sum() + sum(state.sum() for state in _states(last))
        if module is not theirs:  # torch.nn's LSTM itself keeps its output
            states = [state.detach().clone() for state in _states(last)]
            output.detach().numpy()[...] = 0
            for state, before in zip(_states(last), states, strict=True):
                assert torch.equal(state, before)  # nor do results share memory
                state.detach().numpy()[...] = 0
        loss.backward()
        gradients.append([p.grad for p in module.parameters()])
    for wanted, got in zip(*gradients, strict=True):
        assert wanted.abs().max() > 1e-3
        _close(got, wanted)


IN_PLACE = {
    "output +=": lambda o, *_: o.add_(1),
    "relu_(output)": lambda o, *_: torch.relu_(o),
    "output[0] =": lambda o, *_: o.__setitem__(0, 0.0),
    "h_n *=": lambda o, last, x, m: _states(last)[0].mul_(2),
    "c_n *=": lambda o, last, x, m: _states(last)[-1].mul_(2),
    "input": lambda o, last, x, m: x.mul_(2),
    "nothing": lambda *_: None,
    "h_0": lambda o, last, x, m: m.first.mul_(2),
    **{name: lambda o, last, x, m, n=name: getattr(m, n).mul_(2)
       for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")},
}  # fmt: skip


def _changes_results(what):
    return "output" in what or "_n" in what


def _change_in_place(module, kind, what, settings, x):
    x = x.clone()
    if settings["of the input"]:
        x = x.requires_grad_() * 1
    module.weight_ih_l0.requires_grad_(settings["of weight_ih"])
    module.first = torch.full((1, B, H), 0.5)
    hx = _pair(kind, module.first)
    output, last = module(x, hx)
    if _changes_results(what):
        IN_PLACE[what](output, last, x, module)
    loss = output.square().sum() + sum(state.square().sum() for state in _states(last))
    if not _changes_results(what):
        with torch.no_grad():
            IN_PLACE[what](output, last, x, module)
    try:
        loss.backward()
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)  # noqa: PT017
        return None
    return {name: p.grad for name, p in module.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("of_weight", [True, False], ids=["", "frozen"])
@pytest.mark.parametrize("of_input", [True, False], ids=["dx", ""])
@pytest.mark.parametrize("what", IN_PLACE)
@pytest.mark.parametrize("kind", KINDS)
def test_results_do_not_alias_so_in_place_is_allowed_where_torch_allows_it(
    kind, what, of_input, of_weight
):
    """Where torch.nn refuses, ours refuses too or gives the gradient of what was computed."""
    settings = {"of the input": of_input, "of weight_ih": of_weight}
    torch.manual_seed(3)
    x = torch.randn(T, B, D)
    wanted, got, _ = (_change_in_place(m, kind, what, settings, x) for m in _three(kind))
    if wanted is None and ("weight" in what or (what == "input" and of_weight)):
        assert got is None
        return
    if wanted is None:  # autograd takes less to heart
        same = what if _changes_results(what) else "nothing"
        wanted = _change_in_place(_three(kind)[2], kind, same, settings, x)
    assert wanted is not None
    for name, gradient in wanted.items():
        _close(got[name], gradient)


def test_a_peephole_changed_in_place_is_refused_and_an_inference_changes_freely():
    module, x = layers.LSTM(D, H, peephole=True), torch.randn(T, B, D)
    loss = module(x)[0].square().sum()
    with torch.no_grad():
        module.weight_peephole_l0.mul_(2)
        output = module(x)[0]
        assert torch.equal(output.clone().mul_(2), output.mul_(2))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_is_saved_is_let_go_after_the_backward_pass():
    module, x = layers.LSTM(D, H), torch.randn(T, B, D)
    output, _ = module(x)
    output.sum().backward(retain_graph=True)
    output.sum().backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        output.sum().backward()
