"""Numbers as a reader writes them."""

import pytest

from rnn_helpers.display.writing import format_number


@pytest.mark.parametrize(("value", "digits", "text"), [
    (4.5e-8, 2, "4.5 × 10⁻⁸"), (5.01e-9, 2, "5 × 10⁻⁹"), (2.96e-7, 1, "3 × 10⁻⁷"),
    (3.84e-6, 2, "3.8 × 10⁻⁶"), (0.0039, 2, "0.0039"), (0.29, 2, "0.29"), (1.0, 2, "1"),
    (-2e-7, 1, "−2 × 10⁻⁷"), (1.02e20, 3, "1.02 × 10²⁰"), (0.0, 1, "0"), (9.96e-5, 2, "0.0001"),
])  # fmt: skip
def test_a_number_is_written_with_so_many_digits(value, digits, text):
    assert format_number(value, digits=digits) == text
