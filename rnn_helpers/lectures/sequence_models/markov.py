"""The Markov chain: the next state depends on this one alone."""

import numpy as np

from rnn_helpers.validation import check_array, check_integer, check_number


def fit_transition_matrix(states, *, n_states, pseudo_count=0.0):
    """Estimate p(next state | state) by counting.

    P[i, j] = (pseudo_count + number of i → j) / (n_states · pseudo_count + number of i → any)

    Parameters
    ----------
    states : int array, shape (T,), entries 0 to n_states − 1
    n_states : int ≥ 1
    pseudo_count : float ≥ 0
        Added to every count.

    Returns
    -------
    transition : float array, shape (n_states, n_states); each row sums to 1

    Raises
    ------
    ValueError
        A state out of range, fewer than two, or one that is never left while `pseudo_count` is 0.

    Examples
    --------
    >>> fit_transition_matrix([0, 0, 1, 0], n_states=2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    n_states = check_integer("n_states", n_states, minimum=1)
    states = _check_states("states", states, n_states)
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


def compute_stationary_distribution(transition):
    """The distribution that one more step leaves as it is: π = π P, Σ π = 1.

    Parameters
    ----------
    transition : float array, shape (K, K); each row sums to 1

    Returns
    -------
    stationary : float array, shape (K,)

    Raises
    ------
    ValueError
        Not a square matrix of probabilities, or more than one distribution is stationary.

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


def compute_sequence_probability(states, *, initial, transition):
    """Log-probability of a whole sequence under a Markov chain.

    ln P(x₁, …, x_T) = ln p(x₁) + Σ_t ln p(x_t | x_{t−1})

    Parameters
    ----------
    states : int array, shape (T,)
    initial : float array, shape (K,)
    transition : float array, shape (K, K)

    Returns
    -------
    log_probability : float, in nats; −inf if a step is impossible

    Examples
    --------
    >>> chain = dict(initial=[0.5, 0.5], transition=[[0.9, 0.1], [0.2, 0.8]])
    >>> round(float(np.exp(compute_sequence_probability([0, 0, 1], **chain))), 6)
    0.045
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    states = _check_states("states", states, len(transition))
    steps = np.concatenate([initial[states[:1]], transition[states[:-1], states[1:]]])
    with np.errstate(divide="ignore"):
        return float(np.log(steps).sum())


def sample_markov_chain(transition, *, length, initial, rng):
    """Draw a sequence: the first state from `initial`, each next one from its row.

    Parameters
    ----------
    transition : float array, shape (K, K); each row sums to 1
    length : int ≥ 1
    initial : float array, shape (K,)
    rng : numpy.random.Generator

    Returns
    -------
    states : int array, shape (length,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample_markov_chain([[0, 1], [1, 0]], length=4, initial=[1, 0], rng=rng).tolist()
    [0, 1, 0, 1]
    """
    transition = _check_transition(transition)
    initial = _check_distribution("initial", initial, len(transition))
    length = check_integer("length", length, minimum=1)
    draws = rng.random(length)
    rows = np.cumsum(np.vstack([initial, transition]), axis=1)
    rows[:, -1] = 1.0
    states, row = np.empty(length, dtype=int), 0
    for t in range(length):
        states[t] = np.searchsorted(rows[row], draws[t], side="right")
        row = states[t] + 1
    return states


def _check_states(name, states, n_states, *, length=None):
    given = np.asarray(states)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise TypeError(f"{name} must be an array of integers, got dtype {given.dtype}")
    states = check_array(name, states, shape=(length,), dtype=int)
    if states.min() < 0 or states.max() >= n_states:
        wrong = states.min() if states.min() < 0 else states.max()
        raise ValueError(f"{name} must lie from 0 to {n_states - 1}, got {wrong}")
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
