"""The hand-derived backward passes against autograd, in both namespaces.

Against finite differences they stand in `test_layers.test_gradcheck`.
"""

import subprocess
import sys
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_helpers.recurrences import bptt, kernels
from rnn_helpers.recurrences.cells import gru_step, lstm_step, rnn_step, simplified_gru_step

T, B, D, H = 7, 2, 3, 5


@dataclass
class Case:
    step: object
    trace: object
    backward: object
    blocks: int
    states: tuple = ("h0",)
    biases: tuple = ("b_h",)
    options: dict = field(default_factory=dict)
    step_options: dict = None
    peephole: bool = False


RELU = {"options": {"nonlinearity": "relu"}, "step_options": {"activation": "relu"}}
RNN = rnn_step, bptt.trace_rnn, bptt.backward_rnn, 1
LSTM = lstm_step, bptt.trace_lstm, bptt.backward_lstm, 4, ("h0", "c0")
GRU = gru_step, bptt.trace_gru, bptt.backward_gru, 3, ("h0",), ("b_xh", "b_hh")
SIMPLIFIED = simplified_gru_step, bptt.trace_simplified_gru, bptt.backward_simplified_gru, 2
CASES = {"rnn tanh": Case(*RNN), "rnn relu": Case(*RNN, **RELU), "lstm": Case(*LSTM)}
CASES |= {"lstm peephole": Case(*LSTM, peephole=True)}
for update in ("keeps", "takes"):
    for reset in ("after", "before"):
        options = {"reset": reset, "update": update}
        CASES[f"gru {reset} {update}"] = Case(*GRU, options=options)
    CASES[f"simplified gru {update}"] = Case(*SIMPLIFIED, options={"update": update})


def _draw(case):
    """Random arguments, and the gradients that arrive: none is zero, no two sizes are equal."""
    rng = np.random.default_rng(0)
    shapes = {"xs": (T, B, D), **dict.fromkeys(case.states, (B, H))}
    shapes |= {"W_xh": (D, case.blocks * H), "W_hh": (H, case.blocks * H)}
    shapes |= dict.fromkeys(case.biases, (case.blocks * H,))
    if case.peephole:
        shapes["peepholes"] = (3, H)
    arguments = {name: 0.7 * rng.normal(size=shape) for name, shape in shapes.items()}
    arriving = {"douts": rng.normal(size=(T, B, H)), "dh_T": rng.normal(size=(B, H))}
    if "c0" in case.states:
        arriving["dc_T"] = rng.normal(size=(B, H))
    return arguments, arriving


def _run_steps(case, arguments, truncate=None):
    """The plain loop over the cell's own step; every k-th state is detached if asked."""
    rest = dict(arguments)
    xs, states = rest.pop("xs"), [rest.pop(name) for name in case.states]
    options = dict(case.step_options or case.options)
    if case.peephole:
        options["peepholes"] = rest.pop("peepholes")
    hs = []
    for t, x in enumerate(xs):
        if truncate and t and t % truncate == 0:
            states = [state.detach() for state in states]
        result = case.step(x, *states, *rest.values(), **options)
        states = list(result) if isinstance(result, tuple) else [result]
        hs.append(states[0])
    return hs, states


def _loss(hs, states, arriving):
    total = sum((h * d).sum() for h, d in zip(hs, arriving["douts"], strict=True))
    last = [arriving[name] for name in ("dh_T", "dc_T") if name in arriving]
    return total + sum((s * d).sum() for s, d in zip(states, last, strict=True))


def _autograd(case, arguments, arriving, truncate=None):
    tensors = {name: torch.tensor(a, requires_grad=True) for name, a in arguments.items()}
    arriving = {name: torch.tensor(a) for name, a in arriving.items()}
    hs, states = _run_steps(case, tensors, truncate)
    _loss(hs, states, arriving).backward()
    return torch.stack(hs).detach().numpy(), {n: t.grad.numpy() for n, t in tensors.items()}


def _by_hand(case, arguments, arriving, truncate=None):
    rest = dict(arguments)
    peepholes = {"peepholes": rest.pop("peepholes")} if case.peephole else {}
    trace = case.trace(*rest.values(), **peepholes, **case.options)
    arriving = dict(arriving)
    return trace, case.backward(trace, arriving.pop("douts"), **arriving, truncate=truncate)


@pytest.mark.parametrize("truncate", [None, 1, 3, T, 99])
@pytest.mark.parametrize("name", CASES)
def test_values_and_all_gradients_equal_autograd(name, truncate):
    case = CASES[name]
    arguments, arriving = _draw(case)
    hs, wanted = _autograd(case, arguments, arriving, truncate)
    trace, ours = _by_hand(case, arguments, arriving, truncate)
    np.testing.assert_allclose(trace.hs[1:], hs, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(trace.hs[0], arguments["h0"])
    assert set(ours) == set(wanted)
    for key, gradient in wanted.items():
        np.testing.assert_allclose(ours[key], gradient, rtol=0, atol=1e-10, err_msg=key)


@pytest.mark.parametrize("name", CASES)
def test_torch_tensors_give_the_same_numbers(name):
    case = CASES[name]
    arguments, arriving = _draw(case)
    _, expected = _by_hand(case, arguments, arriving)
    tensors = [{k: torch.tensor(a) for k, a in group.items()} for group in (arguments, arriving)]
    _, ours = _by_hand(case, *tensors)
    for key, gradient in expected.items():
        assert isinstance(ours[key], torch.Tensor)
        np.testing.assert_allclose(ours[key].numpy(), gradient, rtol=0, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_a_second_backward_agrees_with_and_without_the_inputs_and_changes_no_argument(name, inputs):
    case = CASES[name]
    arguments, arriving = _draw(case)
    before = {k: a.copy() for k, a in (arguments | arriving).items()}
    trace, first = _by_hand(case, arguments, arriving)
    rest = dict(arriving)
    second = case.backward(trace, rest.pop("douts"), **rest, inputs=inputs)
    for key, array in (arguments | arriving).items():
        np.testing.assert_array_equal(array, before[key], err_msg=key)
    assert set(second) == set(first) - (set() if inputs else {"xs"})
    for key in second:
        np.testing.assert_array_equal(first[key], second[key], err_msg=key)


@pytest.mark.parametrize("name", CASES)
def test_large_finite_input_overflows_nowhere(name):
    case = CASES[name]
    if name == "rnn relu":
        return  # ReLU states have no bound: growing is what they do
    arguments, arriving = _draw(case)
    arguments["xs"] = 1e200 * arguments["xs"]
    with np.errstate(all="raise", under="ignore"):
        trace, gradients = _by_hand(case, arguments, arriving)
    assert np.isfinite(trace.hs).all()
    assert np.isfinite(gradients["h0"]).all()


def test_forget_one_take_nothing_keeps_the_cell_state_and_its_gradient():
    arguments, _ = _draw(CASES["lstm"])
    arguments["W_xh"], arguments["W_hh"] = 0 * arguments["W_xh"], 0 * arguments["W_hh"]
    arguments["b_h"] = np.repeat([-1e3, 1e3, 0.0, 0.0], H)
    trace = bptt.trace_lstm(*arguments.values())
    np.testing.assert_array_equal(trace.cs, np.tile(arguments["c0"], (T + 1, 1, 1)))
    dc_T = np.random.default_rng(2).normal(size=(B, H))
    gradients = bptt.backward_lstm(trace, np.zeros((T, B, H)), dc_T=dc_T)
    np.testing.assert_array_equal(gradients["c0"], dc_T)


@pytest.mark.parametrize(("name", "options", "error", "message"), [
    ("rnn tanh", {"truncate": 0}, ValueError, "truncate must be an integer of at least 1, got 0"),
    ("rnn tanh", {"truncate": 1.5}, TypeError, "truncate must be an integer of .*, got 1.5"),
    ("rnn tanh", {"nonlinearity": "sigmoid"}, ValueError, "nonlinearity must be one of 'tanh', '"),
    ("gru after keeps", {"reset": "between"}, ValueError, "reset must be one of 'after', 'before'"),
    ("gru after keeps", {"update": "mixes"}, ValueError, "update must be one of 'keeps', 'takes'"),
])  # fmt: skip
def test_what_is_wrong_is_named(name, options, error, message):
    case = replace(CASES[name], options={k: v for k, v in options.items() if k != "truncate"})
    with pytest.raises(error, match=message):
        _by_hand(case, *_draw(case), options.get("truncate"))


@pytest.mark.parametrize(("key", "change", "error", "message"), [
    ("xs", lambda a: a[0], ValueError, r"xs must have shape \(T, B, D\)"),
    ("xs", lambda a: a.tolist(), TypeError, "xs must be an array or a tensor, got list"),
    ("h0", lambda a: a[:1], ValueError, r"h0 must have shape"),
    ("W_hh", lambda a: a[:, 1:], ValueError, r"W_hh must have shape \(5, 5\)"),
    ("W_hh", lambda a: a.astype("float32"), TypeError, "W_hh is float32 and xs is float64"),
    ("b_h", lambda a: torch.tensor(a), TypeError, "b_h is Tensor and xs is ndarray"),
])  # fmt: skip
def test_arrays_that_do_not_fit_are_named(key, change, error, message):
    arguments, _ = _draw(CASES["rnn tanh"])
    with pytest.raises(error, match=message):
        bptt.trace_rnn(**arguments | {key: change(arguments[key])})


@pytest.mark.parametrize("name", CASES)
def test_gradients_that_do_not_fit_are_named(name):
    case = CASES[name]
    arguments, arriving = _draw(case)
    wrong = {
        "douts": (lambda a: a[1:], ValueError, r"douts must have shape \(7, 2, 5\)"),
        "dh_T": (lambda a: a[:1], ValueError, r"dh_T must have shape \(2, 5\), got \(1, 5\)"),
        "dc_T": (lambda a: a.astype("float32"), TypeError, "dc_T is float32 and the trace is"),
    }
    for key in arriving:
        mutate, error, message = wrong[key]
        with pytest.raises(error, match=message):
            _by_hand(case, arguments, arriving | {key: mutate(arriving[key])})


@pytest.mark.parametrize(
    ("kind", "alone"),
    [(np.asarray, False), (np.asarray, True), (torch.as_tensor, False)],
    ids=["numpy", "numpy without torch", "torch"],
)
def test_a_selection_is_no_multiplication(kind, alone, monkeypatch):
    """What ReLU shuts off is 0, also where it was infinite: values and gradients as torch.nn's."""
    reference = torch.nn.RNN(1, 1, nonlinearity="relu")
    with torch.no_grad():
        for parameter in reference.parameters():
            parameter.fill_(10.0)
    xs = torch.tensor([-3e38, 1.0, -1.0]).reshape(3, 1, 1)
    wanted, _ = reference(xs)
    wanted.backward(torch.full((3, 1, 1), np.inf))
    if alone:
        monkeypatch.setattr(kernels, "sys", SimpleNamespace(modules={}))
    ten = kind(np.full((1, 1), 10.0, np.float32))
    trace = bptt.trace_rnn(kind(xs.numpy()), 0 * ten, ten, ten, 2 * ten[0], nonlinearity="relu")
    hs = np.asarray(trace.hs[1:])
    np.testing.assert_array_equal(hs, wanted.detach().numpy())
    assert not np.signbit(hs).any()
    gradients = bptt.backward_rnn(trace, kind(np.full((3, 1, 1), np.inf, np.float32)))
    for ours, theirs in (("W_hh", "weight_hh_l0"), ("b_h", "bias_ih_l0")):
        wanted = getattr(reference, theirs).grad.numpy().T
        np.testing.assert_array_equal(np.asarray(gradients[ours]), wanted)


def _views(array):
    """The same numbers as torch cannot take them from NumPy, or only with a warning."""
    order = (slice(None, None, -1),) * array.ndim
    yield array[order].copy()[order]
    yield array.view(np.memmap)
    yield np.broadcast_to(array, array.shape)  # may not be written to
    yield array.astype(array.dtype.newbyteorder("S"))
    yield np.array([(a, 0) for a in array.flat], dtype=[("a", "f8"), ("b", "i4")])["a"].reshape(
        array.shape
    )


@pytest.mark.parametrize("name", CASES)
def test_views_that_torch_cannot_take_are_copied(name):
    case = CASES[name]
    wanted_trace, wanted = _by_hand(case, *(drawn := _draw(case)))
    forms = {key: list(_views(value)) for key, value in drawn[0].items()}
    for k in range(5):
        arguments = {key: views[k] for key, views in forms.items()}
        arriving = {key: list(_views(value))[k] for key, value in drawn[1].items()}
        trace, ours = _by_hand(case, arguments, arriving)
        np.testing.assert_array_equal(trace.hs, wanted_trace.hs)
        for key, gradient in wanted.items():
            np.testing.assert_allclose(ours[key], gradient, rtol=0, atol=1e-13, err_msg=key)


@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda x: x.requires_grad_(), ValueError, r"pass W_hh.detach\(\)"),
    (lambda x: x.long(), TypeError, "W_hh must hold real floating-point numbers"),
    (lambda x: x.numpy().astype(int), TypeError, "W_hh must hold floating-point numbers of 2"),
    (lambda x: x.numpy().astype(complex), TypeError, "W_hh must hold floating-point numbers"),
    (lambda x: x.float(), TypeError, "W_hh is torch.float32 and xs is torch.float64"),
], ids=["requires a gradient", "long", "int", "complex", "another precision"])  # fmt: skip
def test_a_tensor_that_cannot_be_worked_on_is_named(change, error, message):
    xs, h0, W_xh, W_hh, b_h = (
        torch.ones(s).double() for s in ((3, 2, 4), (2, 5), (4, 5), (5, 5), (5,))
    )
    with pytest.raises(error, match=message):
        bptt.trace_rnn(xs, h0, W_xh, change(W_hh), b_h)


def test_weights_that_train_are_taken_where_no_gradient_is_recorded():
    weights = [torch.ones(s, requires_grad=True) for s in ((4, 5), (5, 5), (5,))]
    with torch.no_grad():
        trace = bptt.trace_rnn(torch.ones(3, 2, 4), torch.ones(2, 5), *weights)
    assert not trace.hs.requires_grad


def test_numpy_alone_gives_the_same_numbers(monkeypatch):
    """Without torch in the process, products and slopes are NumPy's."""
    wanted = {}
    for name, case in CASES.items():
        wanted[name] = _by_hand(case, *_draw(case), truncate=3)[1]
    monkeypatch.setattr(kernels, "sys", SimpleNamespace(modules={}))
    for name, case in CASES.items():
        _, ours = _by_hand(case, *_draw(case), truncate=3)
        for key, gradient in wanted[name].items():
            np.testing.assert_allclose(ours[key], gradient, rtol=0, atol=1e-12, err_msg=name)


def test_numpy_alone_needs_no_torch():
    code = """
import sys
import numpy as np
from rnn_helpers.recurrences import bptt, kernels
shapes = ((7, 2, 3), (2, 5), (2, 5), (3, 20), (5, 20), (20,))
trace = bptt.trace_lstm(*(np.ones(shape) for shape in shapes))
bptt.backward_lstm(trace, np.ones((7, 2, 5)))
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
