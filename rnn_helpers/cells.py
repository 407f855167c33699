"""One tick of each recurrence, once for NumPy arrays and torch tensors: the Array API."""

from collections.abc import Callable
from dataclasses import dataclass

from array_api_compat import array_namespace, is_array_api_obj

from rnn_helpers.validation import check_choice


@dataclass(frozen=True)
class Activation:
    """An element-wise non-linearity with its slope.

    Attributes
    ----------
    name : str
    function : callable
        φ(a), any shape.
    derivative : callable
        φ′(a), any shape.
    largest_slope : float
        γ = sup |φ′|.
    """

    name: str
    function: Callable
    derivative: Callable
    largest_slope: float


def sigmoid(a):
    """σ(a) = 1 / (1 + e^−a), computed as (1 + tanh(a/2)) / 2, which cannot overflow.

    Parameters
    ----------
    a : array, any shape

    Returns
    -------
    array, the shape of `a`, in [0, 1]

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    return 0.5 + 0.5 * array_namespace(a).tanh(0.5 * a)


def _positive(a):
    xp = array_namespace(a)
    return xp.astype(a > 0, a.dtype)


def _tanh(a):
    return array_namespace(a).tanh(a)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, lambda a: sigmoid(a) * sigmoid(-a), 0.25),
        Activation("tanh", _tanh, lambda a: 1 - _tanh(a) ** 2, 1.0),
        Activation("relu", lambda a: a * _positive(a), _positive, 1.0),
        Activation("identity", lambda a: a, lambda a: 0 * a + 1, 1.0),
    )
}


def get_activation(activation):
    """The `Activation` of that name, or the one given.

    Raises
    ------
    ValueError
        No activation has that name.
    """
    if isinstance(activation, Activation):
        return activation
    return ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]


def rnn_step(x, h, W_xh, W_hh, b_h, *, activation="tanh"):
    """One tick of the plain recurrent network: h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h).

    Parameters
    ----------
    x : array (B, D)
        The input at this step.
    h : array (B, H)
        The state after the step before.
    W_xh : array (D, H)
    W_hh : array (H, H)
    b_h : array (H,)
    activation : str or Activation
        "tanh", "sigmoid", "relu", "identity", or one of your own.

    Returns
    -------
    h : array (B, H)

    Raises
    ------
    TypeError
        No array: a list, for example.
    ValueError
        Unknown activation, or shapes that do not fit together.

    Source
    ------
    Elman (1990), Finding structure in time, Cognitive Science 14.

    Examples
    --------
    >>> import numpy as np
    >>> rnn_step(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    array([[0.76159416]])
    """
    _check_recurrent_arrays(W_xh, W_hh, b_h, x=x, h=h)
    return get_activation(activation).function(x @ W_xh + h @ W_hh + b_h)


def run_rnn(xs, h0, W_xh, W_hh, b_h, *, activation="tanh"):
    """The plain recurrent network over a sequence.

    Parameters
    ----------
    xs : array (T, B, D)
        T at least 1.
    h0 : array (B, H)
    W_xh, W_hh, b_h, activation
        As in `rnn_step`.

    Returns
    -------
    hs : array (T+1, B, H)
        `hs[0]` is `h0`, `hs[t]` the state after step t.

    Raises
    ------
    TypeError, ValueError
        As `rnn_step`; no step.
    """
    _check_array_type("xs", xs)
    if xs.ndim != 3 or xs.shape[0] == 0:
        raise ValueError(
            f"xs must have shape (T, B, D) with at least one step, got {tuple(xs.shape)}"
        )
    _check_recurrent_arrays(W_xh, W_hh, b_h, x=xs[0], h0=h0)
    function = get_activation(activation).function
    hs = [h0]
    for x in xs:
        hs.append(function(x @ W_xh + hs[-1] @ W_hh + b_h))
    return array_namespace(h0).stack(hs)


def _check_array_type(name, value):
    if not is_array_api_obj(value):
        raise TypeError(f"{name} must be an array or a tensor, got {type(value).__name__}")


def _check_recurrent_arrays(W_xh, W_hh, b_h, *, x, **state):
    ((h_name, h),) = state.items()  # h or h0, as the caller calls it
    for name, array in (("x", x), (h_name, h), ("W_xh", W_xh), ("W_hh", W_hh), ("b_h", b_h)):
        _check_array_type(name, array)
    if x.ndim != 2 or h.ndim != 2:
        raise ValueError(
            f"x and {h_name} must have shapes (B, D) and (B, H), got {tuple(x.shape)} and "
            f"{tuple(h.shape)}"
        )
    D, H = x.shape[1], h.shape[1]
    for name, array, wanted in (
        (h_name, h, (x.shape[0], H)),
        ("W_xh", W_xh, (D, H)),
        ("W_hh", W_hh, (H, H)),
        ("b_h", b_h, (H,)),
    ):
        if tuple(array.shape) != wanted:
            raise ValueError(
                f"{name} must have shape {wanted} to fit x {tuple(x.shape)} and {h_name} "
                f"{tuple(h.shape)}, got {tuple(array.shape)}"
            )
