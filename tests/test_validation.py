import re

import numpy as np
import pytest
import torch

from rnn_helpers.validation import (
    check_array,
    check_choice,
    check_indices,
    check_integer,
    check_number,
    check_rng,
    check_tokens,
)


@pytest.mark.parametrize(("check", "value", "options", "error", "expected"), [
    (check_integer, -2, {"minimum": 1, "maximum": 308}, ValueError, "be an integer from 1 to 308"),
    (check_integer, 2.5, {"minimum": 1}, TypeError, "be an integer of at least 1"),
    (check_integer, True, {}, TypeError, "be an integer"),
    (check_integer, 9, {"maximum": 3}, ValueError, "be an integer of at most 3"),
    (check_number, 0, {"exclusive_minimum": 0}, ValueError, "be a finite number greater than 0"),
    (check_number, 2, {"exclusive_minimum": 0, "maximum": 1}, ValueError,
     "be a finite number greater than 0 and at most 1"),
    (check_number, np.nan, {"minimum": 0}, ValueError, "be a finite number of at least 0"),
    (check_number, "fast", {}, TypeError, "be a finite number"),
    (check_number, True, {}, TypeError, "be a finite number"),
    (check_number, 10**400, {}, ValueError, "be a finite number, got inf"),
    (check_number, -(10**400), {}, ValueError, "be a finite number, got -inf"),
    (check_choice, "lsmt", {"choices": ("rnn", "lstm")}, ValueError, "be one of 'rnn', 'lstm'"),
    (check_array, [10**20], {"dtype": np.int64}, ValueError, "hold numbers that fit int64"),
    (check_array, None, {}, TypeError, "be an array of numbers (float64)"),
    (check_array, "words", {}, TypeError, "be an array of numbers (float64)"),
    (check_array, [1j], {}, TypeError, "be an array of numbers (float64)"),
    (check_array, [1e30], {"dtype": np.int64}, TypeError, "be an array of numbers (int64)"),
    (check_array, [2], {"dtype": bool}, TypeError, "be an array of numbers (bool)"),
    (check_array, [1.0, None], {}, TypeError, "be an array of numbers (float64)"),
    (check_array, [1.0, np.nan], {}, ValueError, "be finite, got nan at index (1,)"),
    (check_array, [], {}, ValueError, "not be empty, got shape (0,)"),
    (check_array, [[1.0]], {"shape": (None,)}, ValueError, "have shape (any,), got shape (1, 1)"),
    (check_array, [1.0, 2.0], {"shape": (3,)}, ValueError, "have shape (3,), got shape (2,)"),
    (check_array, 1.0, {"ndim": (1, 2)}, ValueError, "have 1 or 2 axes, got 0 (shape ())"),
    (check_array, np.ma.masked_equal([1.0, 2.0], 2.0), {}, ValueError,
     "not hold masked entries: fill them, as with filled(0)"),
    (check_indices, np.array([[3], [-2]]), {"size": 3}, ValueError, "lie from 0 to 2, got -2"),
    (check_indices, torch.tensor([0, 3]), {"size": 3}, ValueError, "lie from 0 to 2, got 3"),
    (check_indices, np.array([0.0]), {"size": 3}, TypeError,
     "be integers, got an array of float64"),
    (check_tokens, [0, 1], {"n_tokens": 3, "minimum": 3}, ValueError,
     "hold at least 3 tokens, got 2"),
    (check_tokens, [0, 3], {"n_tokens": 3}, ValueError, "lie from 0 to 2, got 3"),
])  # fmt: skip
def test_a_wrong_argument_is_named_with_what_came_and_what_was_expected(
    check, value, options, error, expected
):
    got = "" if ", got" in expected or "masked" in expected else f", got {value!r}"
    with pytest.raises(error, match=f"^{re.escape(f'xs must {expected}{got}')}$"):
        check("xs", value, **options)


def test_what_draws_is_a_generator():
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator, got module$"):
        check_rng(np.random)


def test_what_is_right_comes_back_in_plain_types():
    assert check_integer("tau", np.int64(3), minimum=1) == 3
    assert type(check_integer("tau", np.int64(3))) is int
    assert type(check_number("rate", np.float32(0.5))) is float
    assert check_choice("cell", "rnn", ("rnn", "lstm")) == "rnn"
    array = check_array("xs", [[1, 2, 3]], shape=(None, 3))
    assert check_array("xs", torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]
    assert array.dtype == float
    assert array.shape == (1, 3)
    assert np.isinf(check_array("xs", [np.inf], finite=False)[0])
    assert check_tokens("ids", [2.0, 0], 3).tolist() == [2, 0]
    assert check_indices("ids", torch.zeros(0, 2), 3).shape == (0, 2)
    backwards = check_indices("ids", np.arange(3, dtype=np.int32)[::-1], 3)
    assert torch.from_numpy(backwards).tolist() == [2, 1, 0]
    assert backwards.dtype == np.int64


def test_a_long_value_is_shortened():
    with pytest.raises(
        ValueError, match=r"^xs must hold numbers that fit float64, got \[100.*\.{3}$"
    ):
        check_array("xs", [10**400])
    with pytest.raises(TypeError, match=r"\.\.\.$"):
        check_integer("tau", "x" * 500)
