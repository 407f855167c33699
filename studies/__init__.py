"""Studies: what takes longer than a lecture has, run once, every seed stored.

Each module holds one `STUDY`: its settings as data and what one run does. `python -m studies` runs
them and writes the tables that `rnn_helpers.data.studies.read_study` reads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

Row = dict[str, Any]


@dataclass(frozen=True)
class Study:
    """One study; its module's first sentence is what it asks.

    Attributes
    ----------
    run : callable
        `run(**setting) -> results`: a dict, or a list of them where a run is read several times.
    stages : tuple of callables
        Each `stage(rows) -> settings`, of what is to run next, given the rows so far: the first
        tunes, say, and the second runs what was best.
    cost : callable
        `cost(setting)`: about how many seconds the run takes.
    cheap : dict
        The setting that the tests run again.
    tolerance : float
        How far a number may then lie from the stored one, relative to it; other processors add in
        another order, and a training multiplies the difference.
    """

    run: Callable[..., Row | list[Row]]
    stages: tuple[Callable[[list[Row]], list[Row]], ...]
    cost: Callable[[Row], float]
    cheap: Row
    tolerance: float = 0.02


def make_grid(**values: Sequence[Any]) -> list[Row]:
    """Every combination, the last name changing fastest.

    Examples
    --------
    >>> make_grid(cell=["RNN", "GRU"], seed=[0])
    [{'cell': 'RNN', 'seed': 0}, {'cell': 'GRU', 'seed': 0}]
    """
    return [dict(zip(values, row, strict=True)) for row in product(*values.values())]


def choose(rows: list[Row], among: str, score: str, /, **wanted: Any) -> Any:
    """The value of a column whose rows, of those wanted, have the lowest mean score."""
    rows = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    values = dict.fromkeys(row[among] for row in rows)
    return min(values, key=lambda v: np.mean([row[score] for row in rows if row[among] == v]))
