"""The plain RNN against torch; each equation gives NumPy's and torch's arrays the same numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_helpers.recurrences import cells

T, B, D, H = 7, 2, 3, 5


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    shapes = {"xs": (T, B, D), "h0": (B, H), "W_xh": (D, H), "W_hh": (H, H), "b_h": (H,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _torch_rnn(network, nonlinearity):
    theirs = torch.nn.RNN(D, H, nonlinearity=nonlinearity, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.from_numpy(network["W_xh"].T))
        theirs.weight_hh_l0.copy_(torch.from_numpy(network["W_hh"].T))
        theirs.bias_ih_l0.copy_(torch.from_numpy(network["b_h"]))
        theirs.bias_hh_l0.zero_()
        out, _ = theirs(torch.from_numpy(network["xs"]), torch.from_numpy(network["h0"])[None])
    return out.numpy()


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_run_equals_torch(network, activation):
    hs = cells.run_rnn(*network.values(), activation=activation)
    assert hs.shape == (T + 1, B, H)
    np.testing.assert_array_equal(hs[0], network["h0"])
    np.testing.assert_allclose(hs[1:], _torch_rnn(network, activation), rtol=0, atol=1e-10)


def test_numpy_and_torch_give_the_same_numbers_and_torch_keeps_its_graph(network):
    tensors = {name: torch.from_numpy(a).requires_grad_() for name, a in network.items()}
    hs = cells.run_rnn(*tensors.values())
    np.testing.assert_allclose(hs.detach().numpy(), cells.run_rnn(*network.values()), atol=1e-14)
    hs.sum().backward()
    assert all(tensor.grad is not None for tensor in tensors.values())


def test_a_batch_equals_a_loop_and_a_whole_equals_its_parts(network):
    hs = cells.run_rnn(*network.values())
    for b in range(B):
        one = network | {"xs": network["xs"][:, b : b + 1], "h0": network["h0"][b : b + 1]}
        np.testing.assert_allclose(cells.run_rnn(*one.values()), hs[:, b : b + 1], atol=1e-14)
    rest = network | {"xs": network["xs"][4:], "h0": hs[4]}
    np.testing.assert_allclose(cells.run_rnn(*rest.values()), hs[4:], atol=1e-14)


@pytest.mark.parametrize("name", cells.ACTIVATIONS)
def test_slopes_are_the_derivatives_and_gamma_is_their_largest(name):
    activation = cells.ACTIVATIONS[name]
    a = np.linspace(-6, 6, 2001) + 1e-4  # off the kink of ReLU
    differences = (activation.function(a + 1e-6) - activation.function(a - 1e-6)) / 2e-6
    np.testing.assert_allclose(activation.derivative(a), differences, atol=1e-8)
    assert np.abs(activation.derivative(a)).max() <= activation.largest_slope
    if name == "relu":
        assert activation.derivative(np.array([-1.0, 0.0])).tolist() == [0, 0]  # as torch has it
    zero = np.array([1e-9])
    np.testing.assert_allclose(activation.derivative(zero), activation.largest_slope)


def test_an_activation_of_ones_own(network):
    own = cells.Activation("half", lambda a: 0.5 * a, lambda a: 0 * a + 0.5, 0.5)
    args = (network["xs"][0], network["h0"], network["W_xh"], network["W_hh"], network["b_h"])
    expected = 0.5 * cells.rnn_step(*args, activation="identity")
    np.testing.assert_allclose(cells.rnn_step(*args, activation=own), expected)


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("name", cells.ACTIVATIONS)
def test_no_activation_multiplies_what_it_selects(name, convert):
    """At ±∞ values and slopes are numbers, as torch's are, and what ReLU shuts off is +0."""
    a = convert(np.array([-np.inf, -1.0, -0.0, np.inf]))
    values, slopes = cells.ACTIVATIONS[name].function(a), cells.ACTIVATIONS[name].derivative(a)
    theirs = {"identity": lambda a: a}.get(name) or getattr(torch, name)
    np.testing.assert_array_equal(values, theirs(torch.as_tensor(a)))
    assert np.isfinite(np.asarray(slopes)).all()
    if name == "relu":
        assert not np.signbit(np.asarray(values)).any()


# name: (step, blocks, states, biases, options)
STEPS = {
    "rnn": (cells.rnn_step, 1, 1, 1, {}),
    "rnn relu": (cells.rnn_step, 1, 1, 1, {"activation": "relu"}),
    "rnn sigmoid": (cells.rnn_step, 1, 1, 1, {"activation": "sigmoid"}),
    "lstm": (cells.lstm_step, 4, 2, 1, {}),
    "gru": (cells.gru_step, 3, 1, 2, {}),
    "gru before takes": (cells.gru_step, 3, 1, 2, {"reset": "before", "update": "takes"}),
    "simplified gru": (cells.simplified_gru_step, 2, 1, 1, {}),
    "min gru": (cells.min_gru_step, 2, 1, 1, {}),
}
NO_W_HH = ("min gru",)
SIZE = st.integers(1, 4)


@pytest.mark.parametrize("name", STEPS)
@settings(max_examples=30, deadline=None)
@given(B=SIZE, D=SIZE, H=SIZE, exponent=st.integers(-8, 150), seed=st.integers(0, 2**16))
def test_numpy_and_torch_agree_for_any_finite_input(name, B, D, H, exponent, seed):
    step, blocks, states, biases, options = STEPS[name]
    rng = np.random.default_rng(seed)
    shapes = [(B, D), *[(B, H)] * states, (D, blocks * H)]
    shapes += [(H, blocks * H)] * (name not in NO_W_HH) + [(blocks * H,)] * biases
    arrays = [rng.normal(size=shape) for shape in shapes]
    arrays[0] *= 10.0**exponent
    with np.errstate(all="raise", under="ignore"):  # no overflow, however large the input
        ours = step(*arrays, **options)
    theirs = step(*(torch.from_numpy(array) for array in arrays), **options)
    for a, b in zip(np.atleast_3d(ours), np.atleast_3d(np.asarray(theirs)), strict=True):
        assert np.isfinite(a).all()
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def _arguments(name, **changes):
    """A step's arguments by name, all zeros, some changed."""
    _, blocks, states, biases, _ = STEPS[name]
    shapes = {"x": (B, D), **dict.fromkeys("hc"[:states], (B, H))}
    shapes |= {"W_xh": (D, blocks * H)}
    shapes |= {} if name in NO_W_HH else {"W_hh": (H, blocks * H)}
    shapes |= dict.fromkeys(("b_xh", "b_hh") if biases == 2 else ("b_h",), (blocks * H,))
    return {key: np.zeros(shape) for key, shape in shapes.items()} | changes


@pytest.mark.parametrize("name", STEPS)
def test_each_argument_of_a_step_is_checked(name):
    step, good = STEPS[name][0], _arguments(name)
    for key, array in good.items():
        with pytest.raises(TypeError, match=rf"^{key} must be an array or a tensor, got list$"):
            step(*(good | {key: array.tolist()}).values())
        wrong = np.zeros([n + 1 for n in array.shape])
        named = "h" if key == "x" else key  # of two that do not fit, the one that depends
        with pytest.raises(ValueError, match=rf"^{named} must have shape .*, got "):
            step(*(good | {key: wrong}).values())


@pytest.mark.parametrize(("name", "changes", "message"), [
    ("rnn", {"x": np.zeros(D)}, r"^x and h must have shapes \(B, D\)"),
    ("rnn", {"activation": "swish"}, "^activation must be one of 'sigmoid', 'tanh'"),
    ("lstm", {"peepholes": np.zeros((2, H))}, r"^peepholes must have shape \(3, 5\)"),
    ("gru", {"update": "mixes"}, "^update must be one of 'keeps', 'takes'"),
    ("simplified gru", {"update": "mixes"}, "^update must be one of 'keeps', 'takes'"),
    ("min gru", {"update": "mixes"}, "^update must be one of 'keeps', 'takes'"),
])  # fmt: skip
def test_what_a_step_cannot_do_is_named(name, changes, message):
    with pytest.raises(ValueError, match=message):
        STEPS[name][0](**_arguments(name, **changes))


def test_the_min_gru_is_its_equation():
    """A mean of the state and of what the input offers, unit by unit; z takes in the paper."""
    rng = np.random.default_rng(0)
    x, h, W, b = (rng.normal(size=s) for s in ((B, D), (B, H), (D, 2 * H), 2 * H))
    for unit in range(H):
        z = 1 / (1 + np.exp(-(x @ W[:, unit] + b[unit])))
        n = x @ W[:, H + unit] + b[H + unit]
        for update, old in (("keeps", z), ("takes", 1 - z)):
            ours = cells.min_gru_step(x, h, W, b, update=update)[:, unit]
            np.testing.assert_allclose(ours, old * h[:, unit] + (1 - old) * n, atol=1e-12)


@pytest.mark.parametrize(("key", "change", "error", "message"), [
    ("xs", np.ndarray.tolist, TypeError, "^xs must be an array or a tensor, got list$"),
    ("h0", np.ndarray.tolist, TypeError, "^h0 must be an array or a tensor, got list$"),
    ("h0", lambda h: h[:1], ValueError, r"^h0 must have shape \(2, 5\) to fit x \(2, 3\)"),
    ("xs", lambda xs: xs[:0], ValueError, r"^xs must have shape \(T, B, D\) with at least one"),
    ("xs", lambda xs: xs[0], ValueError, r"^xs must have shape \(T, B, D\) with at least one"),
])  # fmt: skip
def test_a_list_and_a_run_without_steps_are_refused(network, key, change, error, message):
    with pytest.raises(error, match=message):
        cells.run_rnn(**network | {key: change(network[key])})
