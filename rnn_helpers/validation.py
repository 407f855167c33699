"""One sentence for each thing an argument can get wrong: its name, what came, what was expected."""

import math
import numbers

import numpy as np


def _shorten(value):
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def check_integer(name, value, *, minimum=None, maximum=None):
    """Return `value` as an int if it is a whole number from `minimum` to `maximum`.

    Raises
    ------
    TypeError
        Not a whole number (booleans do not count as numbers).
    ValueError
        Outside the range.
    """
    expected = f"{name} must be an integer{_describe_range(minimum, maximum)}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{expected}, got {_shorten(value)}")
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise ValueError(f"{expected}, got {value}")
    return int(value)


def check_number(name, value, *, minimum=None, maximum=None, exclusive_minimum=None):
    """Return `value` as a float if it is finite and inside the range.

    Raises
    ------
    TypeError
        Not a real number.
    ValueError
        NaN, infinite, or outside the range.
    """
    expected = (
        f"{name} must be a finite number{_describe_range(minimum, maximum, exclusive_minimum)}"
    )
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{expected}, got {_shorten(value)}")
    try:
        value = float(value)
    except OverflowError:  # a whole number beyond the floats
        value = math.inf if value > 0 else -math.inf
    too_small = (minimum is not None and value < minimum) or (
        exclusive_minimum is not None and value <= exclusive_minimum
    )
    if not math.isfinite(value) or too_small or (maximum is not None and value > maximum):
        raise ValueError(f"{expected}, got {value:g}")
    return value


def check_boolean(name: str, value: object) -> bool:
    """Return `value` as a bool if it is True or False; otherwise raise a TypeError."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {_shorten(value)}")
    return bool(value)


def check_rng(rng):
    """Return `rng` if it is a `numpy.random.Generator`."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    return rng


def check_choice(name, value, choices):
    """Return `value` if it is one of `choices`; otherwise raise a ValueError that lists them."""
    choices = list(choices)
    if value not in choices:
        allowed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {allowed}, got {_shorten(value)}")
    return value


def check_array(name, value, *, ndim=None, shape=None, finite=True, dtype=float):
    """Return `value` as a NumPy array of `dtype` with the expected number of axes and sizes.

    Parameters
    ----------
    name : str
        How the caller calls the argument.
    value : array_like
    ndim : int or tuple of int, optional
        The numbers of axes that are accepted.
    shape : tuple of int or None, optional
        The sizes expected; None accepts any size along that axis.
    finite : bool
        Refuse NaN and infinity.
    dtype : numpy dtype

    Raises
    ------
    TypeError
        Not convertible to numbers of that dtype.
    ValueError
        Empty, the wrong shape, not finite, or too large for that dtype.
    """
    dtype = np.dtype(dtype)
    try:
        array = np.asarray(value)
        if array.dtype == object and any(entry is None for entry in array.flat):
            raise TypeError  # NumPy would take None for NaN
        if dtype.kind in "iu" and array.dtype.kind == "f" and (array % 1 != 0).any():
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
        matches = array.ndim == len(shape) and all(
            expected is None or expected == actual
            for expected, actual in zip(shape, array.shape, strict=True)
        )
        if not matches:
            wanted = tuple("any" if size is None else size for size in shape)
            wanted = "(" + ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "") + ")"
            raise ValueError(f"{name} must have shape {wanted}, got shape {array.shape}")
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


def _describe_range(minimum, maximum, exclusive_minimum=None):
    if exclusive_minimum is not None:
        low = f" greater than {exclusive_minimum:g}"
        return low if maximum is None else f"{low} and at most {maximum:g}"
    if minimum is not None and maximum is not None:
        return f" from {minimum:g} to {maximum:g}"
    if minimum is not None:
        return f" of at least {minimum:g}"
    return "" if maximum is None else f" of at most {maximum:g}"
