"""One sentence for each thing an argument can get wrong: its name, what came, what was expected."""

import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnn_helpers.types import Array


def _shorten(value):
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def check_integer(
    name: str, value: Any, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Return `value` as an int if it is a whole number in the range; a boolean is none."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        whole = int(value)
        if (minimum is None or whole >= minimum) and (maximum is None or whole <= maximum):
            return whole
        raise ValueError(
            f"{name} must be an integer{_describe_range(minimum, maximum)}, got {whole}"
        )
    raise TypeError(
        f"{name} must be an integer{_describe_range(minimum, maximum)}, got {_shorten(value)}"
    )


def check_number(
    name: str,
    value: Any,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive_minimum: float | None = None,
) -> float:
    """Return `value` as a float if it is a real number, finite and in the range."""
    expected = (
        f"{name} must be a finite number{_describe_range(minimum, maximum, exclusive_minimum)}"
    )
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{expected}, got {_shorten(value)}")
    try:
        value = float(value)
    except OverflowError:  # a whole number beyond the floats
        value = math.inf if abs(value) == value else -math.inf
    too_small = (minimum is not None and value < minimum) or (
        exclusive_minimum is not None and value <= exclusive_minimum
    )
    if not math.isfinite(value) or too_small or (maximum is not None and value > maximum):
        raise ValueError(f"{expected}, got {value:g}")
    return value


def check_rng(rng: Any) -> np.random.Generator:
    """Return `rng` if it is a `numpy.random.Generator`."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    return rng


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> Any:
    """Return `value` if it is one of `choices`; the message lists them."""
    choices = list(choices)
    if value not in choices:
        allowed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {allowed}, got {_shorten(value)}")
    return value


def check_array(
    name: str,
    value: ArrayLike,
    *,
    ndim: int | tuple[int, ...] | None = None,
    shape: tuple[int | None, ...] | None = None,
    finite: bool = True,
    dtype: DTypeLike = float,
) -> np.ndarray:
    """Return `value` as a NumPy array of `dtype` with the expected number of axes and sizes.

    Parameters
    ----------
    ndim : int or tuple of int, optional
        The numbers of axes that are accepted.
    shape : tuple of int or None, optional
        The sizes expected; None accepts any size along that axis.
    value, dtype
        What `dtype` cannot hold without loss is refused, an empty array, masked entries, and NaN
        where `finite`. Of a tensor the numbers are taken, without its gradient.
    """
    dtype = np.dtype(dtype)
    if getattr(value, "requires_grad", False):
        value = value.detach()  # type: ignore[union-attr]
    if np.ma.is_masked(value):
        raise ValueError(f"{name} must not hold masked entries: fill them, as with filled(0)")
    try:
        array = np.asarray(value)
        if array.dtype == object and any(entry is None for entry in array.flat):
            raise TypeError  # NumPy would take None for NaN
        if array.dtype.kind == "c" and dtype.kind != "c":
            raise TypeError  # NumPy would drop the imaginary part
        if dtype.kind in "iub" and array.dtype.kind != dtype.kind:
            with np.errstate(invalid="ignore"):
                if (array.astype(dtype) != array).any():
                    raise TypeError  # NumPy would cut 0.5 down to 0, and NaN to anything
        array = array.astype(dtype, copy=False)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be an array of numbers ({dtype.name}), got {_shorten(value)}"
        ) from None
    except OverflowError:
        raise ValueError(
            f"{name} must hold numbers that fit {dtype.name}, got {_shorten(value)}"
        ) from None
    if shape is not None:
        check_shape(name, array, shape)
    if ndim is not None:
        allowed = (ndim,) if isinstance(ndim, int) else tuple(ndim)
        if array.ndim not in allowed:
            wanted = " or ".join(map(str, allowed))
            raise ValueError(
                f"{name} must have {wanted} axes, got {array.ndim} (shape {array.shape})"
            )
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if finite and np.issubdtype(array.dtype, np.inexact) and not np.isfinite(array).all():
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[first]} at index {first}")
    return array


def check_shape(name: str, array: Array, shape: tuple[int | None, ...]) -> Array:
    """Return `array`, or a tensor, if its sizes are those of `shape`, where None is any."""
    actual = tuple(array.shape)
    fits = len(actual) == len(shape)
    if not fits or any(n not in (None, m) for n, m in zip(shape, actual, strict=True)):
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(
            f"{name} must have shape ({wanted}{',' * (len(shape) == 1)}), got shape {actual}"
        )
    return array


def check_indices(name: str, indices: Array, size: int) -> Array:
    """Return `indices`, an array or a tensor, if each is the place of one of `size` entries.

    NumPy would read a negative one from the end. An array comes back as torch can take it: int64,
    and forwards in memory.
    """
    if isinstance(indices, np.ndarray):
        if indices.dtype.kind not in "iu":
            raise TypeError(f"{name} must be integers, got an array of {indices.dtype}")
        indices = np.ascontiguousarray(indices, dtype=np.int64)
    if 0 not in indices.shape:
        low, high = int(indices.min()), int(indices.max())
        if low < 0 or high >= size:
            wrong = low if low < 0 else high
            raise ValueError(f"{name} must lie from 0 to {size - 1}, got {wrong}")
    return indices


def check_series(name: str, series: ArrayLike, minimum: int = 1) -> np.ndarray:
    """Return `series` as a float array (T,) of at least `minimum` finite values."""
    series = check_array(name, series, ndim=1)
    if len(series) < minimum:
        raise ValueError(f"{name} must hold at least {minimum} values, got {len(series)}")
    return series


def check_tokens(name: str, ids: ArrayLike, n_tokens: int, minimum: int = 1) -> np.ndarray:
    """Return `ids` as an int array (T,), at least `minimum` of them, from 0 to n_tokens − 1."""
    n_tokens = check_integer("n_tokens", n_tokens, minimum=2)
    ids = check_array(name, ids, ndim=1, dtype=np.int64)
    if len(ids) < minimum:
        raise ValueError(f"{name} must hold at least {minimum} tokens, got {len(ids)}")
    return check_indices(name, ids, n_tokens)


def _describe_range(minimum, maximum, exclusive_minimum=None):
    if exclusive_minimum is not None:
        low = f" greater than {exclusive_minimum:g}"
        return low if maximum is None else f"{low} and at most {maximum:g}"
    if minimum is not None and maximum is not None:
        return f" from {minimum:g} to {maximum:g}"
    if minimum is not None:
        return f" of at least {minimum:g}"
    return "" if maximum is None else f" of at most {maximum:g}"


def check_boolean(name: str, value: object) -> bool:
    """Return `value` as a bool if it is True or False; otherwise raise a TypeError."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {_shorten(value)}")
    return bool(value)
