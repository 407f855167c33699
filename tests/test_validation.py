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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: check_integer("tau", -2, minimum=1, maximum=308),
         ValueError, "tau must be an integer from 1 to 308, got -2"),
        (lambda: check_integer("tau", 2.5, minimum=1),
         TypeError, "tau must be an integer of at least 1, got 2.5"),
        (lambda: check_integer("tau", True), TypeError, "tau must be an integer, got True"),
        (lambda: check_integer("tau", 9, maximum=3),
         ValueError, "tau must be an integer of at most 3, got 9"),
        (lambda: check_number("rate", 0, exclusive_minimum=0),
         ValueError, "rate must be a finite number greater than 0, got 0"),
        (lambda: check_number("rate", 2, exclusive_minimum=0, maximum=1),
         ValueError, "rate must be a finite number greater than 0 and at most 1, got 2"),
        (lambda: check_number("rate", float("nan"), minimum=0),
         ValueError, "rate must be a finite number of at least 0, got nan"),
        (lambda: check_number("rate", "fast"),
         TypeError, "rate must be a finite number, got 'fast'"),
        (lambda: check_number("rate", True),
         TypeError, "rate must be a finite number, got True"),
        (lambda: check_number("rate", 10**400),
         ValueError, "rate must be a finite number, got inf"),
        (lambda: check_number("rate", -(10**400)),
         ValueError, "rate must be a finite number, got -inf"),
        (lambda: check_array("xs", [10**20], dtype=np.int64),
         ValueError, "xs must hold numbers that fit int64, got [100000000000000000000]"),
        (lambda: check_array("xs", None),
         TypeError, "xs must be an array of numbers (float64), got None"),
        (lambda: check_array("xs", [1.0, None]),
         TypeError, "xs must be an array of numbers (float64), got [1.0, None]"),
        (lambda: check_choice("cell", "lsmt", ("rnn", "lstm")),
         ValueError, "cell must be one of 'rnn', 'lstm', got 'lsmt'"),
        (lambda: check_array("xs", [1.0, np.nan]),
         ValueError, "xs must be finite, got nan at index (1,)"),
        (lambda: check_array("xs", []), ValueError, "xs must not be empty, got shape (0,)"),
        (lambda: check_array("xs", "words"),
         TypeError, "xs must be an array of numbers (float64), got 'words'"),
        (lambda: check_array("xs", [[1.0]], shape=(None,)),
         ValueError, "xs must have shape (any,), got shape (1, 1)"),
        (lambda: check_array("xs", [1.0, 2.0], shape=(3,)),
         ValueError, "xs must have shape (3,), got shape (2,)"),
        (lambda: check_array("xs", 1.0, ndim=(1, 2)),
         ValueError, "xs must have 1 or 2 axes, got 0 (shape ())"),
        (lambda: check_rng(np.random), TypeError,
         "rng must be a numpy.random.Generator, got module"),
        (lambda: check_indices("ids", np.array([[0, 3], [1, -2]]), 3),
         ValueError, "ids must lie from 0 to 2, got -2"),
        (lambda: check_indices("ids", torch.tensor([0, 3]), 3),
         ValueError, "ids must lie from 0 to 2, got 3"),
        (lambda: check_tokens("ids", [0, 1], 3, 3),
         ValueError, "ids must hold at least 3 tokens, got 2"),
        (lambda: check_tokens("ids", [0, 3], 3), ValueError, "ids must lie from 0 to 2, got 3"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named_with_what_came_and_what_was_expected(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


def test_what_is_right_comes_back_in_plain_types():
    assert check_integer("tau", np.int64(3), minimum=1) == 3
    assert type(check_integer("tau", np.int64(3))) is int
    assert type(check_number("rate", np.float32(0.5))) is float
    assert check_choice("cell", "rnn", ("rnn", "lstm")) == "rnn"
    array = check_array("xs", [[1, 2, 3]], shape=(None, 3))
    assert array.dtype == float
    assert array.shape == (1, 3)
    assert np.isinf(check_array("xs", [np.inf], finite=False)[0])
    assert check_tokens("ids", [2.0, 0], 3).tolist() == [2, 0]
    assert check_indices("ids", torch.zeros(0, 2), 3).shape == (0, 2)


def test_a_long_value_is_shortened():
    with pytest.raises(
        ValueError, match=r"^xs must hold numbers that fit float64, got \[100.*\.{3}$"
    ):
        check_array("xs", [10**400])
    with pytest.raises(TypeError, match=r"\.\.\.$"):
        check_integer("tau", "x" * 500)
