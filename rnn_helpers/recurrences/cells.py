"""One tick of each recurrence, once for NumPy arrays and torch tensors: the Array API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace, is_array_api_obj

from rnn_helpers.types import Array
from rnn_helpers.validation import check_choice


@dataclass(frozen=True)
class Activation:
    """An element-wise non-linearity φ(a) with its slope φ′(a), and γ = sup |φ′|."""

    name: str
    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    largest_slope: float


def sigmoid(a: Array) -> Array:
    """σ(a) = 1 / (1 + e^−a), computed as (1 + tanh(a/2)) / 2, which cannot overflow.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    return 0.5 + 0.5 * array_namespace(a).tanh(0.5 * a)


def _rectify(a):
    xp = array_namespace(a)
    return xp.where(a <= 0, xp.zeros_like(a), a)  # a selection: 0 · ∞ is no number


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
        Activation("relu", _rectify, _positive, 1.0),
        Activation("identity", lambda a: a, lambda a: array_namespace(a).ones_like(a), 1.0),
    )
}


def get_activation(activation: str | Activation) -> Activation:
    """The `Activation` of that name, or the one given."""
    if isinstance(activation, Activation):
        return activation
    return ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]


def rnn_step(
    x: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array,
    *, activation: str | Activation = "tanh",
) -> Array:  # fmt: skip
    """One tick of the plain recurrent network: h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h).

    Parameters
    ----------
    x, h : (B, D), (B, H)
        The input at this step, and the state after the step before.
    W_xh, W_hh, b_h : (D, H), (H, H), (H,)
    activation
        "tanh", "sigmoid", "relu", "identity", or one of your own.

    Source
    ------
    Elman (1990), Finding structure in time, Cognitive Science 14.

    Examples
    --------
    >>> import numpy as np
    >>> rnn_step(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    array([[0.76159416]])
    """
    check_step_arrays(x, {"h": h}, W_xh, W_hh, {"b_h": b_h})
    return tick_rnn(x, h, W_xh, W_hh, b_h, get_activation(activation).function)


def tick_rnn(
    x: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array, function: Callable[[Array], Array]
) -> Array:
    """`rnn_step` with φ as a function and without its checks, for loops that have checked once."""
    return function(x @ W_xh + h @ W_hh + b_h)


def run_rnn(
    xs: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array,
    *, activation: str | Activation = "tanh",
) -> Array:  # fmt: skip
    """The plain recurrent network over a sequence.

    Parameters
    ----------
    xs, h0 : (T, B, D), (B, H)

    Returns
    -------
    hs : (T+1, B, H)
        `hs[0]` is `h0`, `hs[t]` the state after step t.
    """
    check_array_kind("xs", xs)
    if xs.ndim != 3 or xs.shape[0] == 0:
        raise ValueError(
            f"xs must have shape (T, B, D) with at least one step, got {tuple(xs.shape)}"
        )
    check_step_arrays(xs[0], {"h0": h0}, W_xh, W_hh, {"b_h": b_h})
    function = get_activation(activation).function
    hs = [h0]
    for x in xs:
        hs.append(tick_rnn(x, hs[-1], W_xh, W_hh, b_h, function))
    return array_namespace(h0).stack(hs)


def lstm_step(
    x: Array, h: Array, c: Array, W_xh: Array, W_hh: Array, b_h: Array,
    *, peepholes: Array | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """One tick of the LSTM: three gates decide what the cell state forgets, takes in and shows.

    i = σ(x W_xi + h₋₁ W_hi + p_i ⊙ c₋₁ + b_i)
    f = σ(x W_xf + h₋₁ W_hf + p_f ⊙ c₋₁ + b_f)
    g = tanh(x W_xg + h₋₁ W_hg + b_g)
    c = f ⊙ c₋₁ + i ⊙ g
    o = σ(x W_xo + h₋₁ W_ho + p_o ⊙ c + b_o)
    h = o ⊙ tanh(c)

    Parameters
    ----------
    x, h, c : (B, D), (B, H), (B, H)
        Input, and hidden state and cell state after the step before.
    W_xh, W_hh, b_h : (D, 4H), (H, 4H), (4H,)
        The columns of the gates i, f, g, o side by side, torch's order.
    peepholes : (3, H), optional
        p_i, p_f, p_o: the gates see the cell state too. Without it, p = 0.

    Source
    ------
    Hochreiter & Schmidhuber (1997), Neural Computation 9; the forget gate: Gers, Schmidhuber &
    Cummins (2000), Neural Computation 12; peepholes: Gers & Schmidhuber (2000), IJCNN.

    Examples
    --------
    >>> import numpy as np
    >>> keep = np.array([-99.0, 99.0, 0.0, 99.0])  # i = 0, f = 1, o = 1
    >>> zeros = np.zeros((1, 1)), np.zeros((1, 1)), np.array([[0.5]])
    >>> lstm_step(*zeros, np.zeros((1, 4)), np.zeros((1, 4)), keep)[1]
    array([[0.5]])
    """
    others = {} if peepholes is None else {"peepholes": (peepholes, 3)}
    check_step_arrays(x, {"h": h, "c": c}, W_xh, W_hh, {"b_h": b_h}, blocks=4, others=others)
    H = h.shape[1]
    a = x @ W_xh + h @ W_hh + b_h  # (B, 4H)
    a_i, a_f, a_g, a_o = (a[:, k * H : (k + 1) * H] for k in range(4))
    if peepholes is not None:
        a_i, a_f = a_i + peepholes[0] * c, a_f + peepholes[1] * c
    c = sigmoid(a_f) * c + sigmoid(a_i) * _tanh(a_g)
    if peepholes is not None:
        a_o = a_o + peepholes[2] * c
    return sigmoid(a_o) * _tanh(c), c


def gru_step(
    x: Array, h: Array, W_xh: Array, W_hh: Array, b_xh: Array, b_hh: Array,
    *, reset: str = "after", update: str = "keeps",
) -> Array:  # fmt: skip
    """One tick of the GRU: one gate resets the past for the candidate, one mixes the two.

    r = σ(x W_xr + h₋₁ W_hr + b_xr + b_hr)
    z = σ(x W_xz + h₋₁ W_hz + b_xz + b_hz)
    n = tanh(x W_xn + b_xn + r ⊙ (h₋₁ W_hn + b_hn))      reset "after" the product
    n = tanh(x W_xn + b_xn + (r ⊙ h₋₁) W_hn + b_hn)      reset "before" it
    h = (1 − z) ⊙ n + z ⊙ h₋₁                              update "keeps"
    h = z ⊙ n + (1 − z) ⊙ h₋₁                              update "takes"

    Parameters
    ----------
    x, h : (B, D), (B, H)
    W_xh, W_hh : (D, 3H), (H, 3H)
        The columns of r, z, n side by side, torch's order.
    b_xh, b_hh : (3H,)
        Two biases, for with reset "after" b_hn stands inside r ⊙ (…) and is not redundant.
    reset : {"after", "before"}
        "after": torch, cuDNN, Keras. "before": Cho et al.
    update : {"keeps", "takes"}
        z keeps the old state (torch, Cho et al.) or takes the new one (Chung et al.).

    Source
    ------
    Cho et al. (2014), arXiv:1406.1078; Chung et al. (2014), arXiv:1412.3555.

    Examples
    --------
    >>> import numpy as np
    >>> keep = np.array([0.0, 99.0, 0.0])  # z = 1
    >>> h = np.array([[0.5]])
    >>> gru_step(np.zeros((1, 1)), h, np.zeros((1, 3)), np.zeros((1, 3)), keep, np.zeros(3))
    array([[0.5]])
    """
    check_step_arrays(x, {"h": h}, W_xh, W_hh, {"b_xh": b_xh, "b_hh": b_hh}, blocks=3)
    check_choice("reset", reset, ("after", "before"))
    check_choice("update", update, ("keeps", "takes"))
    H = h.shape[1]
    from_x = x @ W_xh + b_xh  # (B, 3H)
    gates = sigmoid(from_x[:, : 2 * H] + h @ W_hh[:, : 2 * H] + b_hh[: 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    W_hn, b_hn = W_hh[:, 2 * H :], b_hh[2 * H :]
    past = r * (h @ W_hn + b_hn) if reset == "after" else (r * h) @ W_hn + b_hn
    n = _tanh(from_x[:, 2 * H :] + past)
    return (1 - z) * n + z * h if update == "keeps" else z * n + (1 - z) * h


def simplified_gru_step(
    x: Array, h: Array, W_xh: Array, W_hh: Array, b_h: Array, *, update: str = "keeps"
) -> Array:
    """One tick of the simplified GRU, which has the update gate only.

    z = σ(x W_xz + h₋₁ W_hz + b_z)
    n = tanh(x W_xn + h₋₁ W_hn + b_n)
    h = (1 − z) ⊙ n + z ⊙ h₋₁     update "keeps";   z and 1 − z change places for "takes"

    Parameters
    ----------
    x, h : (B, D), (B, H)
    W_xh, W_hh, b_h : (D, 2H), (H, 2H), (2H,)
        The columns of z and n side by side.

    Source
    ------
    The GRU of Cho et al. (2014), arXiv:1406.1078, with r = 1.

    Examples
    --------
    >>> import numpy as np
    >>> take = np.array([-99.0, 99.0])  # z = 0, n = 1
    >>> simplified_gru_step(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 2)),
    ...                     np.zeros((1, 2)), take)
    array([[1.]])
    """
    check_step_arrays(x, {"h": h}, W_xh, W_hh, {"b_h": b_h}, blocks=2)
    check_choice("update", update, ("keeps", "takes"))
    a, H = x @ W_xh + h @ W_hh + b_h, h.shape[1]
    z, n = sigmoid(a[:, :H]), _tanh(a[:, H:])
    return (1 - z) * n + z * h if update == "keeps" else z * n + (1 - z) * h


def min_gru_step(x: Array, h: Array, W_xh: Array, b_h: Array, *, update: str = "keeps") -> Array:
    """One tick of the minGRU, whose gate and candidate do not read the state.

    z = σ(x W_xz + b_z)
    n = x W_xn + b_n
    h = (1 − z) ⊙ n + z ⊙ h₋₁     update "keeps";   z and 1 − z change places for "takes"

    Parameters
    ----------
    x, h : (B, D), (B, H)
    W_xh, b_h : (D, 2H), (2H,)
        The columns of z and n side by side.

    Source
    ------
    Feng et al. (2024), arXiv:2410.01201, where z takes; the form before the one in log space.

    Examples
    --------
    >>> import numpy as np
    >>> take = np.array([-99.0, 2.0])  # z = 0, n = 2: no tanh holds it
    >>> min_gru_step(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 2)), take)
    array([[2.]])
    """
    check_step_arrays(x, {"h": h}, W_xh, None, {"b_h": b_h}, blocks=2)
    check_choice("update", update, ("keeps", "takes"))
    a, H = x @ W_xh + b_h, h.shape[1]
    z, n = sigmoid(a[:, :H]), a[:, H:]
    return (1 - z) * n + z * h if update == "keeps" else z * n + (1 - z) * h


def check_array_kind(name: str, value: Any) -> None:
    """Refuse what is neither an array nor a tensor."""
    if not is_array_api_obj(value):
        raise TypeError(f"{name} must be an array or a tensor, got {type(value).__name__}")


def check_step_arrays(
    x: Array, states: dict, W_xh: Array, W_hh: Array | None, biases: dict,
    *, blocks: int = 1, others: dict | None = None,
) -> None:  # fmt: skip
    """Refuse what does not fit together in one tick.

    Parameters
    ----------
    x, W_xh, W_hh : (B, D), (D, blocks · H), (H, blocks · H)
        W_hh is None where nothing reads the state.
    states, biases : dict of arrays by name, (B, H) and (blocks · H,)
    others : dict, optional
        By name: an array (rows, H) and its number of rows.

    """
    others = others or {}
    weights = {"W_xh": W_xh, **({} if W_hh is None else {"W_hh": W_hh}), **biases}
    named = {"x": x, **states, **weights, **{name: array for name, (array, _) in others.items()}}
    for name, array in named.items():
        check_array_kind(name, array)
    h_name, h = next(iter(states.items()))  # h or h0, as the caller calls it
    if x.ndim != 2 or h.ndim != 2:
        raise ValueError(
            f"x and {h_name} must have shapes (B, D) and (B, H), got {tuple(x.shape)} and "
            f"{tuple(h.shape)}"
        )
    (B, D), H = x.shape, h.shape[1]
    shapes = {
        **dict.fromkeys(states, (B, H)),
        "W_xh": (D, blocks * H),
        "W_hh": (H, blocks * H),
        **dict.fromkeys(biases, (blocks * H,)),
        **{name: (rows, H) for name, (_, rows) in others.items()},
    }
    for name, wanted in shapes.items():
        if name in named and tuple(named[name].shape) != wanted:
            raise ValueError(
                f"{name} must have shape {wanted} to fit x {tuple(x.shape)} and {h_name} "
                f"{tuple(h.shape)}, got {tuple(named[name].shape)}"
            )
