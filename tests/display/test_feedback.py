"""What the helpers of the checks take for an answer, and what they say to anything else."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from rnn_helpers.display import feedback
from rnn_helpers.display.feedback import as_array, as_arrays, as_number, call, compare


def say(helper, *arguments, **keywords):
    """What a helper says of an answer in a check, or "right"."""

    @feedback.check
    def check(_):
        helper(*arguments, **keywords)
        return feedback.right("right")

    return check(None).message


def test_a_feedback_reads_as_text_and_as_html():
    assert repr(feedback.right("so.")) == "✓ Right: so."
    assert repr(feedback.missing()) == "… Still missing: replace the three dots with your answer."
    html = feedback.not_yet("a < b")._repr_html_()
    assert "#D55E00" in html
    assert "<b>✗ Not yet:</b> a &lt; b</div>" in html


@pytest.mark.parametrize(
    "answer",
    [57, 57.0, np.float64(57), np.int8(57), np.array(57.0), torch.tensor(57), torch.tensor(57.0),
     torch.tensor(57.0, requires_grad=True), Fraction(57)],
)  # fmt: skip
def test_one_number_may_come_in_many_forms(answer):
    assert (as_number(answer), type(as_number(answer))) == (57.0, float)
    assert (as_number(answer, whole=True), type(as_number(answer, whole=True))) == (57, int)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("answer", "name"),
    [("57", "str"), (True, "bool"), (np.True_, "bool"), (torch.tensor(True), "bool"),
     (57j, "complex"), (np.complex128(57), "complex"), (None, "NoneType"), ([57], "list"),
     (np.array([57.0]), "ndarray"), (torch.tensor([57.0]), "Tensor")],
)  # fmt: skip
def test_what_is_no_number_is_named(answer, name, whole):
    kind = "a whole number" if whole else "a number"
    assert say(as_number, answer, whole=whole) == f"{kind} is expected here, this is {name}."


@pytest.mark.parametrize("answer", [56.9999999, float("nan"), float("inf"), torch.tensor(0.5)])
def test_what_is_not_whole_is_a_number_all_the_same(answer):
    assert str(as_number(answer)) == str(float(answer))
    message = f"a whole number is expected here, not {float(answer)}."
    assert say(as_number, answer, whole=True) == message
    assert say(as_number, answer, whole="round it.") == "round it."


@pytest.mark.parametrize(
    "answer",
    [[[1, 2.5]], ((1, 2.5),), np.float32([[1, 2.5]]), np.array([[1, Fraction(5, 2)]]),
     torch.tensor([[1, 2.5]]), torch.tensor([[1, 2.5]], dtype=torch.float64, requires_grad=True),
     torch.tensor([[1, 2.5]]).bfloat16(), [torch.tensor([1, 2.5], requires_grad=True)],
     [[torch.tensor(1), torch.tensor(2.5, requires_grad=True)]]],
)  # fmt: skip
def test_one_array_may_come_in_many_forms(answer):
    array = as_array(answer, (1, 2))
    assert (array.dtype, array.tolist()) == (np.float64, [[1.0, 2.5]])


OTHER = ", which holds something else or rows of different lengths."


@pytest.mark.parametrize(("helper", "arguments", "message"), [
    (as_number, (10**400,), "that number is too large for a float."),
    (as_array, ("5",), "an array of numbers is expected, this is str."),
    (as_array, (None,), "an array of numbers is expected, this is NoneType."),
    (as_array, ((x for x in "ab"),), "an array of numbers is expected, this is generator."),
    (as_array, ([1.0, None],), "an array of numbers is expected, this is list" + OTHER),
    (as_array, ([[1.0], [1.0, 2.0]],), "an array of numbers is expected, this is list" + OTHER),
    (as_array, ([1j],), "an array of numbers is expected, this is list" + OTHER),
    (as_array, ([10**400],), "an array of numbers is expected, this is list" + OTHER),
    (as_array, (np.array(["5"]),), "an array of numbers is expected, this is ndarray" + OTHER),
    (as_array, (np.zeros(3), (1, 3), "dW"), "dW has shape (1, 3), yours has (3,)."),
    (as_array, ([0, np.nan], None, "dW"), "dW holds nan, which is not finite."),
    (as_array, ([-np.inf, 0],), "the result holds -inf, which is not finite."),
    (as_arrays, (3, {"h": (), "c": ()}), "two arrays are expected here: h, c."),
    (as_arrays, (iter(int, 1), {"h": (), "c": ()}), "two arrays are expected here: h, c."),
    (as_arrays, ("2", {"h": ()}), "an array of numbers is expected, this is str."),
    (as_arrays, ([1, [2]], {"h": (), "c": ()}), "c has shape (), yours has (1,)."),
    (call, (5,), "a function is expected here, this is int."),
    (call, (lambda: 1 / 0,), "your function raised ZeroDivisionError: division by zero"),
    (call, (lambda: [][0],), "your function raised IndexError: list index out of range"),
    (call, (lambda: None,), "replace the three dots with your answer."),
    (call, (lambda: ...,), "replace the three dots with your answer."),
    (compare, (3, 4, [(5, "five"), (3, "three")], "none"), "three"),
    (compare, (3.0, 4.0, [(False, "no"), (np.True_, "yes"), (3, "three")], "none"), "yes"),
    (compare, ([1.0, 2.0], 4.0, [(1.0, "all"), (2.0, 2.0, "a part")], "none"), "a part"),
    (compare, (3, 4, [(5, "five")], "none"), "none"),
    (compare, (np.nan, 4.0, [(np.inf, "inf")], "none"), "none"),
    (compare, ([np.inf, 5.0], [np.inf, 3.0], [], "none"), "none"),
    (compare, ([1.0], [1.0, 2.0, 3.0], [([1.0, 2.0], "two")], "none"), "none"),
])  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(helper, arguments, message):
    assert say(helper, *arguments) == message


def test_arrays_and_what_is_not_finite_may_be_allowed():
    assert np.isnan(as_array([np.nan], finite=False)).all()
    shapes = {"h": (1, 2), "c": ()}
    h, c = as_arrays(iter([[[1, 2]], np.inf]), shapes, finite=False)
    assert (h.tolist(), c) == ([[1.0, 2.0]], np.inf)
    assert say(as_arrays, [[[1, 2]], np.inf], shapes) == "c holds inf, which is not finite."


def test_a_function_works_on_copies_and_a_change_may_be_a_mistake():
    xs, weights = np.zeros(2), [np.zeros(3)]

    def change(xs, weights):
        xs[0], weights[0][0] = 1.0, 1.0
        return xs

    assert call(change, xs, weights).tolist() == [1.0, 0.0]
    assert (xs.any(), weights[0].any()) == (False, False)
    assert say(call, change, xs, weights, changed="changed.") == "changed."
    assert say(call, lambda xs, weights: 3, xs, weights, changed="changed.") == "right"


def test_a_known_exception_has_a_hint():
    hints = {LookupError: "look."}
    assert say(call, lambda: [][0], hints=hints) == "look."
    assert say(call, lambda: 1 / 0, hints=hints).startswith("your function raised ZeroDivision")


def test_what_float32_rounds_is_close_and_a_whole_number_is_exact():
    wanted = np.random.default_rng(0).normal(size=(40, 50))
    compare(np.tanh(wanted.astype(np.float32) @ wanted.T.astype(np.float32)),
            np.tanh(wanted @ wanted.T), [], "")  # fmt: skip
    compare(torch.tensor(1 / 3), 1 / 3, [], "")
    compare([1e6 + 1, 1e-8], [1e6, 0.0], [], "")
    compare(1e-8, 0.0, [], "")
    assert say(compare, 10**6 + 1, 10**6, [], "off") == "off"
    assert say(compare, 1.001, 1.0, [], "off") == "off"
    assert say(compare, 1.001, 1.0, [], "off", rtol=0.0, atol=0.01) == "right"
    assert say(compare, 0.001, 0.0, [], "off") == "off"
    assert say(compare, [1e-3, 100.0], [0.0, 100.0], [], "off") == "right"  # of the largest


def test_a_check_answers_whatever_happens_without_a_warning():
    @feedback.check
    def check_broken(answer):
        """Exercise 9."""
        return feedback.right(f"{np.float64(1) / np.float64(0)}, {answer.nothing}")

    assert repr(check_broken(3)) == (
        "✗ Not yet: this cannot be checked (AttributeError: 'int' object has no attribute "
        "'nothing')."
    )
    assert check_broken(...).status == "missing"
    assert check_broken.__doc__ == "Exercise 9."
