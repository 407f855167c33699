"""The Markov chain: the next state depends on this one alone."""

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.validation import (
    check_array,
    check_indices,
    check_integer,
    check_number,
    check_rng,
)


def fit_transition_matrix(
    states: ArrayLike, *, n_states: int, pseudo_count: float = 0.0
) -> np.ndarray:
    """Estimate p(next state | state) by counting.

    P[i, j] = (pseudo_count + number of i → j) / (n_states · pseudo_count + number of i → any)

    Examples
    --------
    >>> fit_transition_matrix([0, 0, 1, 0], n_states=2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    n_states = check_integer("n_states", n_states, minimum=1)
    states = check_array("states", states, ndim=1, dtype=int)
    check_indices("states", states, n_states)
    pseudo_count = check_number("pseudo_count", pseudo_count, minimum=0)
    if len(states) < 2:
        raise ValueError(f"states must hold at least 2 states, got {len(states)}")
    counts = np.full((n_states, n_states), pseudo_count)
    np.add.at(counts, (states[:-1], states[1:]), 1.0)
    totals = counts.sum(axis=1, keepdims=True)
    if not totals.all():
        never = int(np.argmin(totals))
        raise ValueError(
            f"states must leave every state at least once when pseudo_count is 0, "
            f"state {never} is never left"
        )
    return counts / totals


def compute_stationary_distribution(transition: ArrayLike) -> np.ndarray:
    """The distribution (K,) that one more step leaves as it is: π = π P, Σ π = 1.

    A chain that has more than one is refused.

    Examples
    --------
    >>> compute_stationary_distribution([[0.9, 0.1], [0.3, 0.7]]).round(6).tolist()
    [0.75, 0.25]
    """
    transition = _check_transition(transition)
    K = len(transition)
    equations = np.vstack([transition.T - np.eye(K), np.ones(K)])
    stationary, _, rank, _ = np.linalg.lstsq(equations, np.eye(K + 1)[K])
    if rank < K:
        raise ValueError(
            "transition must have one stationary distribution: its states fall into groups that "
            "never reach each other"
        )
    stationary = np.maximum(stationary, 0)  # −1e-16 for a state that is never visited
    return stationary / stationary.sum()


def compute_sequence_probability(
    states: ArrayLike, *, initial: ArrayLike, transition: ArrayLike
) -> float:
    """Log-probability of a whole sequence, in nats; −inf if a step is impossible.

    ln P(x₁, …, x_T) = ln p(x₁) + Σ_t ln p(x_t | x_{t−1})

    Examples
    --------
    >>> chain = dict(initial=[0.5, 0.5], transition=[[0.9, 0.1], [0.2, 0.8]])
    >>> round(float(np.exp(compute_sequence_probability([0, 0, 1], **chain))), 6)
    0.045
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    states = check_array("states", states, ndim=1, dtype=int)
    check_indices("states", states, len(transition))
    steps = np.concatenate([initial[states[:1]], transition[states[:-1], states[1:]]])
    with np.errstate(divide="ignore"):
        return float(np.log(steps).sum())


def sample_markov_chain(
    transition: ArrayLike, *, length: int, initial: ArrayLike, rng: np.random.Generator
) -> np.ndarray:
    """Draw states (length,): the first from `initial` (K,), each next one from its row of (K, K).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_markov_chain([[0, 1], [1, 0]], length=4, initial=[1, 0], rng=rng).tolist()
    [0, 1, 0, 1]
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    length = check_integer("length", length, minimum=1)
    draws = check_rng(rng).random(length)
    rows = np.cumsum(np.vstack([initial, transition]), axis=1)
    rows[:, -1] = 1.0
    states, row = np.empty(length, dtype=int), 0
    for t in range(length):
        states[t] = np.searchsorted(rows[row], draws[t], side="right")
        row = states[t] + 1
    return states


def _check_distribution(name, value, size):
    value = check_array(name, value, shape=(size,))
    if (value < 0).any():
        raise ValueError(f"{name} must be probabilities, at least 0, got {value.min():g}")
    if abs(value.sum() - 1) > 1e-8:
        raise ValueError(
            f"{name} must be probabilities that sum to 1, their sum is {value.sum():g}"
        )
    return value


def _check_transition(transition):
    transition = check_array("transition", transition, ndim=2)
    if transition.shape[0] != transition.shape[1]:
        raise ValueError(f"transition must be square, got shape {transition.shape}")
    for row, probabilities in enumerate(transition):
        _check_distribution(f"transition[{row}]", probabilities, len(transition))
    return transition
