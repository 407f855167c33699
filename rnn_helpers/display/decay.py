"""What is left of a gradient, lag by lag: the picture that the lectures on it share."""

import numpy as np


def format_power(log_value):
    """A power of ten as a reader writes it: 0.39, 45, 10⁻⁷."""
    if log_value == -np.inf:
        return "exactly 0"  # every ReLU on the way was off
    if -2 < log_value < 4:
        return f"{10**log_value:.2g}" if log_value < 1.99 else f"{10**log_value:,.0f}"
    digits = str(round(log_value)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"
