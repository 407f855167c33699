"""Yearly sunspot numbers 1700–2008, where their training years end, and the error on them."""

import math
import pathlib

import numpy as np

from rnn_helpers.validation import check_array, check_integer


def compute_rmse(predictions, targets):
    """Root mean squared error, in the units of the targets.

    √(mean (prediction − target)²)

    Parameters
    ----------
    predictions, targets : float arrays of one shape

    Returns
    -------
    rmse : float

    Raises
    ------
    ValueError
        Different shapes, empty, or not finite.

    Examples
    --------
    >>> compute_rmse([1.0, 2.0], [4.0, 6.0])  # errors of 3 and 4
    3.5355339059327378
    """
    targets = check_array("targets", targets)
    predictions = check_array("predictions", predictions, shape=targets.shape)
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))


SUNSPOTS = pathlib.Path(__file__).with_name("sunspots.csv")


LAST_TRAIN_YEAR = 1920


"""Every lecture fits on the years up to this one and is judged on the years after it."""


def load_sunspots(path=None):
    """Yearly mean sunspot numbers, 1700 to 2008 (NOAA NGDC, public domain).

    Parameters
    ----------
    path : str or path, optional
        Another file of the same form: a line `year,sunspots`, then one line per year without gaps.

    Returns
    -------
    years : int array, shape (T,)
    counts : float array, shape (T,)
        Mean number of sunspots in each year.

    Raises
    ------
    FileNotFoundError
        No such file; the message names it.
    ValueError
        Malformed; the message names the file and the line.

    Examples
    --------
    >>> years, counts = load_sunspots()
    >>> len(years), int(years[0]), float(counts[-1])
    (309, 1700, 2.9)
    """
    path = SUNSPOTS if path is None else pathlib.Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # with or without a mark
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is missing: expected a file of sunspot numbers with lines 'year,sunspots'"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text: expected lines 'year,sunspots'") from None
    if not lines or lines[0].strip() != "year,sunspots":
        found = lines[0] if lines else "an empty file"
        raise ValueError(f"{path}, line 1: expected the heading 'year,sunspots', got {found!r}")
    if len(lines) == 1:
        raise ValueError(f"{path}, line 2: expected a first year, the file ends after its heading")
    years, counts = [], []
    for number, line in enumerate(lines[1:], 2):
        year, count = _read_line(f"{path}, line {number}", line)
        if years and year != years[-1] + 1:
            raise ValueError(f"{path}, line {number}: expected year {years[-1] + 1}, got {year}")
        years.append(year)
        counts.append(count)
    return np.array(years), np.array(counts)


def _read_line(place, line):
    fields = line.split(",")
    try:
        year, count = int(fields[0]), float(fields[1])
        readable = len(fields) == 2
    except (ValueError, IndexError):
        readable = False
    if not readable:
        raise ValueError(f"{place}: expected a year, a comma and a number, got {line!r}")
    if not math.isfinite(count) or count < 0:
        raise ValueError(f"{place}: expected a finite number of at least 0, got {fields[1]!r}")
    return year, count


def split_years(years, *, last_train_year=LAST_TRAIN_YEAR):
    """Where the training years end: two slices for anything that has one entry per year.

    Parameters
    ----------
    years : int array, shape (T,), ascending
    last_train_year : int
        The last year to fit on; the years after it are held out.

    Returns
    -------
    train, held_out : slice

    Raises
    ------
    TypeError
        A year that is no whole number.
    ValueError
        No year, or none on one of the two sides.

    Examples
    --------
    >>> train, held_out = split_years(np.arange(1918, 1924), last_train_year=1920)
    >>> np.arange(1918, 1924)[held_out].tolist()
    [1921, 1922, 1923]
    """
    years = check_array("years", years, ndim=1, dtype=int)
    last_train_year = check_integer("last_train_year", last_train_year)
    n_train = int(np.searchsorted(years, last_train_year, side="right"))
    if not 0 < n_train < len(years):
        raise ValueError(
            f"last_train_year must leave years on both sides of it, from {years[0]} to "
            f"{years[-1] - 1}, got {last_train_year}"
        )
    return slice(0, n_train), slice(n_train, len(years))
