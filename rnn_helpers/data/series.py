"""Yearly sunspot numbers 1700–2008, where their training years end, and the error on them."""

import math
import pathlib

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.validation import check_array, check_integer

SUNSPOTS = pathlib.Path(__file__).with_name("sunspots.csv")
LAST_TRAIN_YEAR = 1920
"""Every lecture fits on the years up to this one and is judged on the years after it."""


def compute_rmse(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Root mean squared error, in the units of the targets: √(mean (prediction − target)²).

    Examples
    --------
    >>> compute_rmse([1.0, 2.0], [4.0, 6.0])  # errors of 3 and 4
    3.5355339059327378
    """
    targets = check_array("targets", targets)
    predictions = check_array("predictions", predictions, shape=targets.shape)
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))


def load_sunspots(path: str | pathlib.Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Yearly mean sunspot numbers, 1700 to 2008 (NOAA NGDC, public domain).

    Parameters
    ----------
    path : str or path, optional
        Another file of the same form: a line `year,sunspots`, then one line per year without gaps.
        A malformed file is named with the line.

    Returns
    -------
    years : int array (T,)
    counts : float array (T,)

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
    years, counts = [], []  # by hand: np.loadtxt skips empty lines and counts rows, not lines
    for number, line in enumerate(lines[1:], 2):
        place, fields = f"{path}, line {number}", line.split(",")
        try:
            year, count = fields
            year, count = int(year), float(count)
        except ValueError:
            raise ValueError(
                f"{place}: expected a year, a comma and a number, got {line!r}"
            ) from None
        if not math.isfinite(count) or count < 0:
            raise ValueError(f"{place}: expected a finite number of at least 0, got {fields[1]!r}")
        if years and year != years[-1] + 1:
            raise ValueError(f"{place}: expected year {years[-1] + 1}, got {year}")
        years.append(year)
        counts.append(count)
    return np.array(years), np.array(counts)


def split_years(years: ArrayLike, *, last_train_year: int = LAST_TRAIN_YEAR) -> tuple[slice, slice]:
    """Where the training years end: two slices for anything that has one entry per year.

    Parameters
    ----------
    years : int array (T,), ascending
    last_train_year : int
        The last year to fit on; the years after it are held out.

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
