"""One equation, two libraries: NumPy arrays and torch tensors give the same numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_helpers.recurrences.cells import gru_step, lstm_step, rnn_step, simplified_gru_step

# name: (step, blocks, states, biases, options)
STEPS = {
    "rnn": (rnn_step, 1, 1, 1, {}),
    "rnn relu": (rnn_step, 1, 1, 1, {"activation": "relu"}),
    "rnn sigmoid": (rnn_step, 1, 1, 1, {"activation": "sigmoid"}),
    "lstm": (lstm_step, 4, 2, 1, {}),
    "gru": (gru_step, 3, 1, 2, {}),
    "gru before takes": (gru_step, 3, 1, 2, {"reset": "before", "update": "takes"}),
    "simplified gru": (simplified_gru_step, 2, 1, 1, {}),
}
SIZE = st.integers(1, 4)


@pytest.mark.parametrize("name", STEPS)
@settings(max_examples=30, deadline=None)
@given(B=SIZE, D=SIZE, H=SIZE, exponent=st.integers(-8, 150), seed=st.integers(0, 2**16))
def test_numpy_and_torch_agree_for_any_finite_input(name, B, D, H, exponent, seed):
    step, blocks, states, biases, options = STEPS[name]
    rng = np.random.default_rng(seed)
    shapes = [(B, D), *[(B, H)] * states, (D, blocks * H), (H, blocks * H)]
    shapes += [(blocks * H,)] * biases
    arrays = [rng.normal(size=shape) for shape in shapes]
    arrays[0] *= 10.0**exponent
    with np.errstate(all="raise", under="ignore"):  # no overflow, however large the input
        ours = step(*arrays, **options)
    theirs = step(*(torch.from_numpy(array) for array in arrays), **options)
    for a, b in zip(np.atleast_3d(ours), np.atleast_3d(np.asarray(theirs)), strict=True):
        assert np.isfinite(a).all()
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", STEPS)
def test_what_is_wrong_is_named(name):
    step, blocks, states, biases, options = STEPS[name]
    B, D, H = 2, 3, 4
    x, weights = np.zeros((B, D)), [np.zeros((D, blocks * H)), np.zeros((H, blocks * H))]
    rest = [np.zeros(blocks * H)] * biases
    given_states = [np.zeros((B, H))] * states
    step(x, *given_states, *weights, *rest, **options)
    with pytest.raises(ValueError, match=r"^W_hh must have shape .*, got "):
        step(x, *given_states, weights[0], weights[1][1:], *rest, **options)
    with pytest.raises(ValueError, match=r"^b_\w*h must have shape .*, got "):
        step(x, *given_states, *weights, *[bias[1:] for bias in rest], **options)
    with pytest.raises(TypeError, match=r"^x must be an array or a tensor, got list"):
        step([[0.0] * D] * B, *given_states, *weights, *rest, **options)
    if states == 2:
        with pytest.raises(ValueError, match=r"^c must have shape"):
            step(x, given_states[0], np.zeros((B + 1, H)), *weights, *rest)
        with pytest.raises(ValueError, match=r"^peepholes must have shape \(3, 4\)"):
            step(x, *given_states, *weights, *rest, peepholes=np.zeros((2, H)))
    if "gru" in name:
        with pytest.raises(ValueError, match="update must be one of 'keeps', 'takes'"):
            step(x, *given_states, *weights, *rest, update="mixes")
