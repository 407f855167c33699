"""The naive model, which conditions on everything, and forecasts that no model has to learn."""

import collections
from dataclasses import dataclass

import numpy as np

from rnn_helpers.lectures.sequence_models.autoregressive import _check_series
from rnn_helpers.validation import check_array, check_integer


def compute_conditionals(joint):
    """Take a joint table apart by the chain rule.

    P(X₁, …, X_T) = ∏_t P(X_t | X₁, …, X_{t−1})

    Parameters
    ----------
    joint : float array with T axes
        Probabilities or counts of every combination; axis t − 1 runs over the values of X_t.

    Returns
    -------
    conditionals : list of T float arrays
        Entry t − 1 has the first t axes of `joint` and sums to 1 along its last one (to 0 where a
        history never happens).

    Raises
    ------
    ValueError
        A negative entry, or nothing but zeros.

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
    """How often the histories of one length repeat.

    Attributes
    ----------
    length : int
    total : int
        Positions with a history of that length before them.
    distinct : int
        Different histories among them.
    once : int
        Histories that occur a single time.
    """

    length: int
    total: int
    distinct: int
    once: int

    @property
    def share_once(self):
        """Share of the positions whose history occurs nowhere else."""
        return self.once / self.total


def count_histories(sequence, *, length):
    """How many different histories of one length there are, and how many occur only once.

    Parameters
    ----------
    sequence : str, or sequence of hashable tokens
    length : int ≥ 1

    Returns
    -------
    counts : HistoryCounts

    Raises
    ------
    ValueError
        `length` below 1, or a sequence that holds no history of that length and a next token.

    Examples
    --------
    >>> count_histories("banana", length=2)  # ba an na an
    HistoryCounts(length=2, total=4, distinct=3, once=2)
    """
    length = check_integer("length", length, minimum=1)
    total = len(sequence) - length
    if total < 1:
        raise ValueError(
            f"sequence must hold more than length = {length} tokens, got {len(sequence)}"
        )
    if not isinstance(sequence, str):
        sequence = tuple(sequence)
    counts = collections.Counter(sequence[t : t + length] for t in range(total))
    return HistoryCounts(length, total, len(counts), sum(n == 1 for n in counts.values()))


def predict_naive(series, *, n_train):
    """Condition on the whole past: the mean of what followed the very same history in training.

    A history that training never saw leaves only the training mean to say.

    Parameters
    ----------
    series : float array, shape (T,)
    n_train : int
        The first `n_train` values are the training values.

    Returns
    -------
    predictions : float array, shape (T,)
    """
    series = _check_series(series)
    n_train = check_integer("n_train", n_train, minimum=1, maximum=len(series))
    followers = collections.defaultdict(list)
    for t in range(n_train):
        followers[tuple(series[:t])].append(series[t])
    mean = series[:n_train].mean()
    return np.array([np.mean(followers.get(tuple(series[:t]), mean)) for t in range(len(series))])


def predict_persistence(series):
    """Say the last value again.

    x̂_t = x_{t−1}

    Parameters
    ----------
    series : float array, shape (T,)

    Returns
    -------
    predictions : float array, shape (T,)

    Examples
    --------
    >>> predict_persistence([5.0, 11.0, 16.0]).tolist()
    [nan, 5.0, 11.0]
    """
    return predict_seasonal(series, period=1)


def predict_seasonal(series, *, period=11):
    """Say the value of one period ago again.

    x̂_t = x_{t−period}

    Parameters
    ----------
    series : float array, shape (T,)
    period : int, 1 to T − 1, in steps

    Returns
    -------
    predictions : float array, shape (T,)

    Raises
    ------
    ValueError
        A period that the series is too short for.
    """
    series = _check_series(series, minimum=2)
    period = check_integer("period", period, minimum=1, maximum=len(series) - 1)
    return np.concatenate([np.full(period, np.nan), series[:-period]])
