"""Numbers as a reader writes them."""

import numpy as np
import pytest

from rnn_helpers.display.writing import format_number, format_power


@pytest.mark.parametrize(("value", "digits", "text"), [
    (4.5e-8, 2, "4.5 × 10⁻⁸"), (5.01e-9, 2, "5 × 10⁻⁹"), (2.96e-7, 1, "3 × 10⁻⁷"),
    (3.84e-6, 2, "3.8 × 10⁻⁶"), (0.0039, 2, "0.0039"), (0.29, 2, "0.29"), (1.0, 2, "1"),
    (-2e-7, 1, "−2 × 10⁻⁷"), (1.02e20, 3, "1.02 × 10²⁰"), (0.0, 1, "0"), (9.96e-5, 2, "0.0001"),
])  # fmt: skip
def test_a_number_is_written_with_so_many_digits(value, digits, text):
    assert format_number(value, digits=digits) == text


@pytest.mark.parametrize(("log_value", "text"), [
    (1.98, "95"), (1.998, "100"), (2.0, "100"), (3.4, "2,512"), (-0.4, "0.4"), (-2.0, "0.01"),
    (-2.4, "0.004"), (-4.0, "0.0001"), (-4.1, "8 × 10⁻⁵"), (-7.2, "6 × 10⁻⁸"), (4.0, "1 × 10⁴"),
    (-11.3, "5 × 10⁻¹²"), (-19.01, "1 × 10⁻¹⁹"), (-19.7, "2 × 10⁻²⁰"), (-400.3, "5 × 10⁻⁴⁰¹"),
    (12.96, "9 × 10¹²"), (12.99, "1 × 10¹³"), (-1.999, "0.01"), (-np.inf, "exactly 0"),
])  # fmt: skip
def test_a_power_of_ten_has_one_digit_and_a_whole_exponent(log_value, text):
    assert format_power(log_value) == text
