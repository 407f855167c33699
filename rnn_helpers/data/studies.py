"""Stored studies: every seed's result of what takes too long for a lecture.

`make studies` runs them anew; their settings stand in `studies/`.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, stdtr, stdtrit

from rnn_helpers.validation import check_array, check_choice

TABLES = Path(__file__).with_name("study_tables")


@dataclass(frozen=True)
class StudyTable:
    """What one study measured, a row for each run, or for each evaluation of a run.

    Attributes
    ----------
    about : str
        When and on which versions it ran.
    columns : dict of str to array (N,)
        Settings and results by name: strings, integers or floats; a missing one is NaN or "".
    """

    about: str
    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        """A column, in the order of the rows: seeds rise."""
        return self.columns[check_choice("column", name, self.columns)]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))

    def select(self, **wanted: Any) -> "StudyTable":
        """The rows in which each named column has the wanted value, at least one.

        Examples
        --------
        >>> table = StudyTable("", {"cell": np.array(["RNN", "GRU"]), "seed": np.array([0, 0])})
        >>> len(table.select(cell="GRU", seed=0))
        1
        """
        kept = np.ones(len(self), dtype=bool)
        for name, value in wanted.items():
            column = self[name]
            kept &= np.isclose(column, value) if column.dtype.kind == "f" else column == value
        if not kept.any():
            raise ValueError(f"no row of the study has {wanted}")
        return StudyTable(self.about, {name: column[kept] for name, column in self.columns.items()})

    def choose(self, among: str, score: str, *, largest: bool = False) -> Any:
        """The value of a column whose rows have the lowest mean score, or the `largest`.

        Examples
        --------
        >>> columns = {"rate": np.array([0.1, 0.1, 0.2]), "loss": np.array([2.0, 3.0, 1.0])}
        >>> StudyTable("", columns).choose("rate", "loss")
        0.2
        """
        values = np.unique(self[among])
        means = [self[score][self[among] == value].mean() for value in values]
        return values[int(np.argmax(means) if largest else np.argmin(means))].item()


def list_studies() -> list[str]:
    """The names that `read_study` knows."""
    return sorted(path.stem for path in TABLES.glob("*.csv"))


def read_study(name: str) -> StudyTable:
    """The stored table of one study, by the name of its module in `studies/`."""
    path = TABLES / f"{check_choice('name', name, list_studies())}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        about = file.readline().removeprefix("#").strip()
        header, *rows = csv.reader(file)
    columns = zip(*rows, strict=True)
    return StudyTable(about, {n: _convert(c) for n, c in zip(header, columns, strict=True)})


def _convert(texts):
    for kind in (int, float):
        try:
            return np.array([kind(text or "nan") for text in texts])
        except ValueError:
            pass
    return np.array(texts)


@dataclass(frozen=True)
class PairedComparison:
    """How far two rows differ over the same seeds; made by `compare_paired`."""

    difference: float  # the mean of a − b
    low: float  # its 99 % interval
    high: float
    p: float  # of a difference at least as large if there were none

    @property
    def differs(self) -> bool:
        """Whether p < 0.01: only then are the two rows called different."""
        return self.p < 0.01


def compare_paired(a: ArrayLike, b: ArrayLike) -> PairedComparison:
    """The paired t test of two rows of results over the same seeds, (N,) each, at least 3.

    Source
    ------
    Student (1908), The probable error of a mean, Biometrika 6.

    Examples
    --------
    >>> compare_paired([1.0, 2.0, 3.0], [0.9, 1.8, 3.1]).differs
    False
    """
    a = check_array("a", a, ndim=1)
    differences = a - check_array("b", b, shape=a.shape)
    n = len(differences)
    if n < 3:
        raise ValueError(f"a must hold at least 3 results, got {n}")
    mean, error = float(differences.mean()), float(differences.std(ddof=1) / math.sqrt(n))
    if error == 0:
        return PairedComparison(mean, mean, mean, float(mean == 0))
    reach = float(stdtrit(n - 1, 0.995)) * error
    p = 2 * float(stdtr(n - 1, -abs(mean) / error))
    return PairedComparison(mean, mean - reach, mean + reach, p)


def compare_counts(a: ArrayLike, b: ArrayLike) -> float:
    """The p of two rows of successes over the same seeds, (N,) each: McNemar's test, exact.

    Only the seeds with which one succeeded and the other failed count; without a difference each
    of the two is as likely.

    Source
    ------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions.

    Examples
    --------
    >>> compare_counts([True] * 10, [False] * 10)
    0.001953125
    """
    a = check_array("a", a, ndim=1, dtype=bool)
    b = check_array("b", b, shape=a.shape, dtype=bool)
    only = int((a & ~b).sum()), int((b & ~a).sum())
    return min(1.0, 2 * float(bdtr(min(only), sum(only), 0.5))) if sum(only) else 1.0
