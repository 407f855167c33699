"""The naive model, which conditions on the whole past, and forecasts that nothing is learnt for."""

import collections
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.texts import normalise
from rnn_helpers.validation import check_array, check_integer, check_series


def compute_conditionals(joint: ArrayLike) -> list[np.ndarray]:
    """Take a joint table, of probabilities or counts, apart by the chain rule.

    P(X₁, …, X_T) = ∏_t P(X_t | X₁, …, X_{t−1}), where axis t − 1 of the table runs over the values
    of X_t. Conditional t − 1 has the first t axes and sums to 1 along its last one (to 0 where a
    history never happens).

    Examples
    --------
    >>> first, second = compute_conditionals([[1, 1], [0, 2]])
    >>> first.tolist(), second.tolist()
    ([0.5, 0.5], [[0.5, 0.5], [0.0, 1.0]])
    """
    joint = check_array("joint", joint)
    if joint.ndim == 0 or (joint < 0).any() or not joint.any():
        raise ValueError("joint must be a table of numbers of at least 0 that are not all 0")
    conditionals = []
    for t in range(1, joint.ndim + 1):
        marginal = joint.sum(axis=tuple(range(t, joint.ndim)))
        history = marginal.sum(axis=-1, keepdims=True)
        conditionals.append(
            np.divide(marginal, history, out=np.zeros_like(marginal), where=history > 0)
        )
    return conditionals


@dataclass(frozen=True)
class HistoryCounts:
    """Of the histories of one length: how many there are, how many differ, how many occur once."""

    length: int
    total: int
    distinct: int
    once: int

    @property
    def share_once(self) -> float:
        """Share of the positions whose history occurs nowhere else."""
        return self.once / self.total


def count_histories(sequence: str | Sequence[Hashable], *, length: int) -> HistoryCounts:
    """How many different histories of one length there are, and how many occur only once.

    Examples
    --------
    >>> count_histories("banana", length=2)  # ba an na an
    HistoryCounts(length=2, total=4, distinct=3, once=2)
    """
    length = check_integer("length", length, minimum=1)
    sequence = normalise(sequence) if isinstance(sequence, str) else tuple(sequence)
    total = len(sequence) - length
    if total < 1:
        raise ValueError(
            f"sequence must hold more than length = {length} tokens, got {len(sequence)}"
        )
    counts = collections.Counter(sequence[t : t + length] for t in range(total))
    return HistoryCounts(length, total, len(counts), sum(n == 1 for n in counts.values()))


def predict_naive(series: ArrayLike, *, n_train: int) -> np.ndarray:
    """Condition on the whole past: the mean of what followed the very same history in training.

    A history that the first `n_train` values never showed leaves only their mean to say.
    """
    series = check_series("series", series)
    n_train = check_integer("n_train", n_train, minimum=1, maximum=len(series))
    followers = collections.defaultdict(list)
    for t in range(n_train):
        followers[tuple(series[:t])].append(series[t])
    mean = series[:n_train].mean()
    return np.array([np.mean(followers.get(tuple(series[:t]), [mean])) for t in range(len(series))])


def predict_persistence(series: ArrayLike) -> np.ndarray:
    """Say the last value again: x̂_t = x_{t−1}, NaN for the first."""
    return predict_seasonal(series, period=1)


def predict_seasonal(series: ArrayLike, *, period: int = 11) -> np.ndarray:
    """Say the value of one period ago again: x̂_t = x_{t−period}, NaN before there is one.

    Examples
    --------
    >>> predict_seasonal([5.0, 11.0, 16.0], period=2).tolist()
    [nan, nan, 5.0]
    """
    series = check_series("series", series, 2)
    period = check_integer("period", period, minimum=1, maximum=len(series) - 1)
    return np.concatenate([np.full(period, np.nan), series[:-period]])
