"""Array operations for recurrences: in place, on NumPy's arrays and torch's tensors alike.

NumPy's small element-wise operations are faster than torch's. Products go to torch wherever it is
loaded, because two libraries with threads of their own would wait for each other; it multiplies
on the same memory. Where torch is not loaded, nothing here loads it.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from rnn_helpers.recurrences.cells import check_array_kind, check_step_arrays
from rnn_helpers.types import Array
from rnn_helpers.validation import check_integer


def get_namespace(array: Array) -> ModuleType:
    """NumPy or torch themselves: both know `out=`, which the Array API does not."""
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]


def make_empty(shape: tuple[int, ...], *, like: Array) -> Array:
    """An array without content, of the kind, precision and place of `like`."""
    xp = array_namespace(like)
    return xp.empty(shape, dtype=like.dtype, device=device(like))


def copy_of(values: Array | float, *, like: Array) -> Array:
    """`values` in an array of their own, of the shape of `like`."""
    copy = make_empty(like.shape, like=like)
    copy[...] = values
    return copy


def in_torch(array: Array) -> Array:
    """The array as a tensor on the same memory where torch is loaded, else as it is."""
    torch = sys.modules.get("torch")
    return array if torch is None else torch.as_tensor(array)


def rows(array: Array) -> list[Array]:
    """The array step by step, as products take it."""
    return list(in_torch(array))


def make_adder(matrix: Array) -> Callable[..., None]:
    """A function `add(base, row, out=…)` that writes base + row @ matrix, also into base itself."""
    matrix = _lay_out(matrix)
    if isinstance(matrix, np.ndarray):
        return lambda base, row, *, out: _add_product(base, row, matrix, out=out)
    addmm = sys.modules["torch"].addmm
    return lambda base, row, *, out: addmm(base, row, matrix, out=out)


def _add_product(base, row, matrix, *, out):
    np.add(base, multiply_matrices(row, matrix), out=out)


def _lay_out(matrix):
    matrix = in_torch(matrix)
    return np.ascontiguousarray(matrix) if isinstance(matrix, np.ndarray) else matrix.contiguous()


def multiply_matrices(a: Array, b: Array) -> Array:
    """The product a @ b, of the kind of `a` and `b`."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is ∞, as in torch
        product = in_torch(a) @ in_torch(b)
    return product if type(product) is type(a) else product.numpy()


def project(xs: Array, W_xh: Array, b: Array, *, out: Array = None) -> Array:
    """x_t W_xh + b for all steps in one product: (T, B, D) to (T, B, K)."""
    T, B, D = xs.shape
    K = W_xh.shape[1]
    out = make_empty((T, B, K), like=xs) if out is None else out
    base, flat, matrix, into = map(in_torch, (b, xs.reshape(T * B, D), W_xh, out.reshape(T * B, K)))
    if isinstance(into, np.ndarray):
        _add_product(base, flat, matrix, out=into)
    else:
        sys.modules["torch"].addmm(base, flat, matrix, out=into)
    return out


def get_sigmoid() -> Callable[..., None]:
    """A function that writes σ(a) into `out`, both as `in_torch` gives them."""
    torch = sys.modules.get("torch")
    return _write_sigmoid if torch is None else torch.sigmoid


def _write_sigmoid(a, *, out):
    np.tanh(0.5 * a, out=out)  # σ(a) = ½ + ½ tanh(a/2), as in `cells.sigmoid`
    out *= 0.5
    out += 0.5


def rectify(a: Array) -> None:
    """max(a, 0) in place: what is not positive becomes 0, by selection, so that −∞ does too."""
    if isinstance(a, np.ndarray):
        np.maximum(a, 0, out=a)
    else:
        a.relu_()


def times_rectifier_slope(x: Array, on: Array, *, out: Array) -> None:
    """The slope of max(a, 0) times x: x where the unit is on, else 0, whatever x is."""
    if isinstance(x, np.ndarray):
        out[...] = 0
        np.copyto(out, x, where=on)
    else:
        out.copy_(x.where(on, x.new_zeros(())))


def times_sigmoid_slope(x: Array, y: Array, *, out: Array) -> None:
    """The slope of σ at y = σ(a), times x: x y (1 − y), in one pass where torch makes it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * y * (1 - y)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.sigmoid_backward.grad_input(x, y, grad_input=out)


def times_tanh_slope(x: Array, y: Array, *, out: Array) -> None:
    """The slope of tanh at y = tanh(a), times x: x (1 − y²), in one pass where torch makes it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * (1 - y**2)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.tanh_backward.grad_input(x, y, grad_input=out)


def mix(
    xp: ModuleType, z: Array, h: Array, n: Array, update: str, *, spare: Array, out: Array
) -> None:
    """The state z h + (1 − z) n if z keeps, z n + (1 − z) h if it takes, with one product."""
    old, new = (h, n) if update == "keeps" else (n, h)
    xp.subtract(old, new, out=spare)
    spare *= z
    xp.add(new, spare, out=out)


def find_cuts(truncate: int | None, T: int) -> list[bool]:
    """For each step t, whether the gradient is cut on its way from t to t − 1."""
    if truncate is None:
        return [False] * T
    check_integer("truncate", truncate, minimum=1)
    return [t > 0 and t % truncate == 0 for t in range(T)]


def take_sequence(
    xs: Array, states: dict, W_xh: Array, W_hh: Array, biases: dict, **options: Any
) -> list[Array]:
    """The arrays of a recurrence as products can take them, in the order of the arguments.

    Shapes must fit as in one tick, and kind, place and precision must be the same for all.
    """
    check_array_kind("xs", xs)
    if xs.ndim != 3 or xs.shape[0] == 0:
        raise ValueError(
            f"xs must have shape (T, B, D) with at least one step, got {tuple(xs.shape)}"
        )
    check_step_arrays(xs[0], states, W_xh, W_hh, biases, **options)
    others = {name: array for name, (array, _) in options.get("others", {}).items()}
    named = {"xs": xs, **states, "W_xh": W_xh, "W_hh": W_hh, **biases, **others}
    taken = {name: _take(name, array) for name, array in named.items()}
    _check_alike("xs", taken["xs"], taken)
    return list(taken.values())


def take_gradients(hs: Array, **arriving: Array | None) -> list[Array | None]:
    """The gradients that arrive at `hs`, shaped like its outputs or like its last state."""
    shape = tuple(hs[1:].shape)
    given = {name: gradient for name, gradient in arriving.items() if gradient is not None}
    for name, gradient in given.items():
        check_array_kind(name, gradient)
        wanted = shape if name == "douts" else shape[1:]
        if tuple(gradient.shape) != wanted:
            raise ValueError(f"{name} must have shape {wanted}, got {tuple(gradient.shape)}")
    taken = {name: _take(name, array) for name, array in given.items()}
    _check_alike("the trace", hs, taken)
    return [taken.get(name) for name in arriving]


def _take(name, array):
    """The array itself if torch can work on its memory, a copy if not."""
    if not isinstance(array, np.ndarray):
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(array, torch.Tensor):
            raise TypeError(f"{name} must be NumPy's or torch's, got {type(array).__name__}")
        if array.requires_grad and torch.is_grad_enabled():
            raise ValueError(
                f"{name} must not require a gradient, which is computed by hand here: "
                f"pass {name}.detach()"
            )
        if not array.is_floating_point():
            raise TypeError(f"{name} must hold real floating-point numbers, got {array.dtype}")
        return array.resolve_neg()
    if array.dtype.newbyteorder("=") not in (np.float16, np.float32, np.float64):
        raise TypeError(f"{name} must hold floating-point numbers of 2, 4 or 8 bytes, "
                        f"got {array.dtype}")  # fmt: skip
    size = array.itemsize
    if (
        array.dtype.isnative
        and array.flags.writeable
        and all(stride >= 0 and stride % size == 0 for stride in array.strides)
    ):
        return array
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C", subok=False)


def _check_alike(name, like, others):
    for other, array in others.items():
        if isinstance(array, np.ndarray) != isinstance(like, np.ndarray):
            pair = type(array).__name__, type(like).__name__
        elif array.dtype != like.dtype:
            pair = str(array.dtype), str(like.dtype)
        elif device(array) != device(like):
            pair = str(device(array)), str(device(like))
        else:
            continue
        raise TypeError(f"{other} is {pair[0]} and {name} is {pair[1]}: convert one of them first")
