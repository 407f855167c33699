import numpy as np
import pytest
import torch

from rnn_helpers.recurrences.cells import (
    ACTIVATIONS,
    Activation,
    get_activation,
    rnn_step,
    run_rnn,
    sigmoid,
)

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
    hs = run_rnn(*network.values(), activation=activation)
    assert hs.shape == (T + 1, B, H)
    np.testing.assert_array_equal(hs[0], network["h0"])
    np.testing.assert_allclose(hs[1:], _torch_rnn(network, activation), rtol=0, atol=1e-10)


@pytest.mark.parametrize("mutant", [
    lambda n: n | {"b_h": 0 * n["b_h"]},
    lambda n: n | {"W_hh": n["W_hh"].T.copy()},
    lambda n: n | {"xs": n["xs"][::-1].copy()},
    lambda n: n | {"h0": 0 * n["h0"]},
], ids=["no bias", "transposed", "time reversed", "no initial state"])  # fmt: skip
def test_the_comparison_with_torch_can_fail(network, mutant):
    ours = run_rnn(*mutant(network).values())[1:]
    assert np.abs(ours - _torch_rnn(network, "tanh")).max() > 1e-3


def test_numpy_and_torch_give_the_same_numbers_and_torch_keeps_its_graph(network):
    tensors = {name: torch.from_numpy(a).requires_grad_() for name, a in network.items()}
    hs = run_rnn(*tensors.values())
    np.testing.assert_allclose(hs.detach().numpy(), run_rnn(*network.values()), atol=1e-14)
    hs.sum().backward()
    assert all(tensor.grad is not None for tensor in tensors.values())


def test_a_batch_equals_a_loop_and_a_whole_equals_its_parts(network):
    hs = run_rnn(*network.values())
    for b in range(B):
        one = network | {"xs": network["xs"][:, b : b + 1], "h0": network["h0"][b : b + 1]}
        np.testing.assert_allclose(run_rnn(*one.values()), hs[:, b : b + 1], atol=1e-14)
    rest = network | {"xs": network["xs"][4:], "h0": hs[4]}
    np.testing.assert_allclose(run_rnn(*rest.values()), hs[4:], atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_the_derivatives_and_gamma_is_their_largest(name):
    activation = ACTIVATIONS[name]
    a = np.linspace(-6, 6, 2001) + 1e-4  # off the kink of ReLU
    differences = (activation.function(a + 1e-6) - activation.function(a - 1e-6)) / 2e-6
    np.testing.assert_allclose(activation.derivative(a), differences, atol=1e-8)
    assert np.abs(activation.derivative(a)).max() <= activation.largest_slope
    if name == "relu":
        assert activation.derivative(np.array([-1.0, 0.0])).tolist() == [0, 0]  # as torch has it
    zero = np.array([1e-9])
    np.testing.assert_allclose(activation.derivative(zero), activation.largest_slope)


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1e308, 0.0, 1e308])).tolist() == [0.0, 0.5, 1.0]


def test_an_activation_of_ones_own(network):
    own = Activation("half", lambda a: 0.5 * a, lambda a: 0 * a + 0.5, 0.5)
    args = (network["xs"][0], network["h0"], network["W_xh"], network["W_hh"], network["b_h"])
    expected = 0.5 * rnn_step(*args, activation="identity")
    np.testing.assert_allclose(rnn_step(*args, activation=own), expected)


def test_bad_input_is_named(network):
    good = [network["xs"][0], *(network[name] for name in ("h0", "W_xh", "W_hh", "b_h"))]
    for index, name, wrong in (
        (1, "h", np.zeros((B + 1, H))),
        (2, "W_xh", np.zeros((D + 1, H))),
        (3, "W_hh", np.zeros((H, H + 1))),
        (4, "b_h", np.zeros(H + 1)),
    ):
        args = [*good[:index], wrong, *good[index + 1 :]]
        with pytest.raises(ValueError, match=rf"^{name} must have shape .*, got "):
            rnn_step(*args)
    with pytest.raises(ValueError, match=r"x and h must have shapes \(B, D\)"):
        rnn_step(np.zeros(D), *good[1:])
    with pytest.raises(ValueError, match="activation must be one of 'sigmoid', 'tanh'"):
        get_activation("swish")


def test_a_list_and_a_run_without_steps_are_refused(network):
    good = [network["xs"][0], *(network[name] for name in ("h0", "W_xh", "W_hh", "b_h"))]
    for index, name in enumerate(("x", "h", "W_xh", "W_hh", "b_h")):
        args = [*good[:index], good[index].tolist(), *good[index + 1 :]]
        with pytest.raises(TypeError, match=rf"^{name} must be an array or a tensor, got list$"):
            rnn_step(*args)
    with pytest.raises(TypeError, match=r"^xs must be an array or a tensor, got list$"):
        run_rnn(**(network | {"xs": network["xs"].tolist()}))
    with pytest.raises(TypeError, match=r"^h0 must be an array or a tensor, got list$"):
        run_rnn(**(network | {"h0": network["h0"].tolist()}))
    with pytest.raises(ValueError, match=r"^h0 must have shape \(2, 5\) to fit x \(2, 3\)"):
        run_rnn(**(network | {"h0": network["h0"][:1]}))
    for xs in (network["xs"][:0], network["xs"][0]):
        with pytest.raises(ValueError, match=r"^xs must have shape \(T, B, D\) with at least one"):
            run_rnn(**(network | {"xs": xs}))


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_multiplies_what_it_selects(name, convert):
    """At ±∞ values and slopes are numbers, as torch's are, and what ReLU shuts off is +0."""
    a = convert(np.array([-np.inf, -1.0, -0.0, np.inf]))
    values, slopes = ACTIVATIONS[name].function(a), ACTIVATIONS[name].derivative(a)
    theirs = {"identity": lambda a: a}.get(name) or getattr(torch, name)
    np.testing.assert_array_equal(values, theirs(torch.as_tensor(a)))
    assert np.isfinite(np.asarray(slopes)).all()
    if name == "relu":
        assert not np.signbit(np.asarray(values)).any()
