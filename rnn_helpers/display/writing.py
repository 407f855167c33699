"""Numbers as a reader writes them."""

import math


def format_number(value: float, *, digits: int = 3) -> str:
    """A number to three digits, as one would write it: 0.27, 1,230, 4.5 × 10⁻⁶.

    Examples
    --------
    >>> [format_number(value) for value in (27.0, 0.12345, 1234.5, 4.5e-6)]
    ['27', '0.123', '1,230', '4.5 × 10⁻⁶']
    >>> format_number(0.12345, digits=1)
    '0.1'
    """
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else str(value)
    short = float(f"{value:.{digits}g}")
    if not 1e-4 <= abs(short) < 1e6:
        figures, _, power = f"{value:.{digits - 1}e}".partition("e")
        if "." in figures:
            figures = figures.rstrip("0").rstrip(".")
        return f"{figures} × 10{str(int(power)).translate(_SUPERSCRIPTS)}".replace("-", "−")
    places = max(0, digits - 1 - math.floor(math.log10(abs(short))))
    text = f"{short:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def format_power(log_value: float) -> str:
    """10^`log_value` as one would write it, however small: 0.39, 45, 2 × 10⁻²⁰.

    Two digits from a hundredth on, one below; −∞ is exactly 0.

    Examples
    --------
    >>> [format_power(log_value) for log_value in (-0.4, 3.4, -2.4, -19.7, -400.0)]
    ['0.4', '2,512', '0.004', '2 × 10⁻²⁰', '1 × 10⁻⁴⁰⁰']
    """
    if log_value == -math.inf:
        return "exactly 0"  # every ReLU on the way was off
    if -2 < log_value < 4:
        return f"{10**log_value:.2g}" if log_value < 1.99 else f"{10**log_value:,.0f}"
    power = math.floor(log_value)
    figure = round(10 ** (log_value - power))
    if figure == 10:
        figure, power = 1, power + 1
    if -4 <= power < 0:
        return f"{figure * 10.0**power:.{-power}f}"
    return f"{figure} × 10{str(power).translate(_SUPERSCRIPTS)}"


_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
