"""Markov chains: what they are fitted to, say and draw."""

import itertools
import math

import numpy as np
import pytest

from rnn_helpers.lectures.sequence_models.markov import (
    compute_sequence_probability,
    compute_stationary_distribution,
    fit_transition_matrix,
    sample_markov_chain,
)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_the_transition_matrix_is_found_again_in_a_long_sample(rng):
    transition = rng.dirichlet(np.ones(3), size=3)
    initial = np.array([0.2, 0.3, 0.5])
    states = sample_markov_chain(transition, length=20_000, initial=initial, rng=rng)
    np.testing.assert_allclose(fit_transition_matrix(states, n_states=3), transition, atol=0.02)
    stationary = compute_stationary_distribution(transition)
    np.testing.assert_allclose(stationary @ transition, stationary, atol=1e-12)
    np.testing.assert_allclose(np.bincount(states) / 20_000, stationary, atol=0.02)


def test_the_probabilities_of_all_sequences_of_one_length_sum_to_one(rng):
    chain = {"initial": rng.dirichlet(np.ones(3)), "transition": rng.dirichlet(np.ones(3), size=3)}
    total = sum(
        math.exp(compute_sequence_probability(list(states), **chain))
        for states in itertools.product(range(3), repeat=4)
    )
    assert total == pytest.approx(1.0)
    never = compute_sequence_probability([0, 1], initial=[1, 0], transition=[[1, 0], [0, 1]])
    assert never == -np.inf


def test_pseudo_counts_pull_towards_equal_shares():
    transition = fit_transition_matrix([0, 0, 0], n_states=2, pseudo_count=1)
    assert transition.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def test_the_stationary_distribution_can_be_sampled_from(rng):
    for K in range(2, 7):
        for _ in range(50):
            transition = np.zeros((K + 1, K + 1))
            transition[:K, :K] = rng.dirichlet(np.ones(K), size=K)
            transition[K, 0] = 1  # a state that is left for ever
            stationary = compute_stationary_distribution(transition)
            assert stationary.min() >= 0
            sample_markov_chain(transition, length=3, initial=stationary, rng=rng)


EVEN = [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("states", "error", "message"),
    [
        ([0, 0, 1], ValueError, "state 1 is never left"),
        ([0, 2], ValueError, "states must lie from 0 to 1, got 2"),
        ([0, -1], ValueError, "states must lie from 0 to 1, got -1"),
        ([0.0, 1.5], TypeError, r"states must be an array of numbers \(int64\)"),
        ([0], ValueError, "states must hold at least 2 states, got 1"),
        ([], ValueError, "states must not be empty"),
    ],
)
def test_states_that_cannot_be_counted_are_refused(states, error, message):
    with pytest.raises(error, match=message):
        fit_transition_matrix(states, n_states=2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: fit_transition_matrix([0, 1, 0], n_states=2, pseudo_count=-1),
            ValueError, "pseudo_count must be a finite number of at least 0, got -1",
        ),
        (
            lambda: compute_stationary_distribution([[0.5, 0.5]]),
            ValueError, r"transition must be square, got shape \(1, 2\)",
        ),
        (
            lambda: compute_stationary_distribution([[0.5, 0.5], [0.5, 0.4]]),
            ValueError, r"transition\[1\] must be probabilities .* sum is 0.9",
        ),
        (
            lambda: compute_stationary_distribution([[1.5, -0.5], [0.5, 0.5]]),
            ValueError, r"transition\[0\] must be probabilities, at least 0, got -0.5",
        ),
        (
            lambda: compute_stationary_distribution(np.eye(2)),
            ValueError, "transition must have one stationary distribution",
        ),
        (
            lambda: compute_sequence_probability([0, 1], initial=[0.5, 0.1], transition=EVEN),
            ValueError, "initial must be probabilities that sum to 1",
        ),
        (
            lambda: compute_sequence_probability([0, -1], initial=[0.5, 0.5], transition=EVEN),
            ValueError, "states must lie from 0 to 1, got -1",
        ),
        (
            lambda: sample_markov_chain(
                EVEN, length=0, initial=[0.5, 0.5], rng=np.random.default_rng(0)
            ),
            ValueError, "length must be an integer of at least 1, got 0",
        ),
        (
            lambda: sample_markov_chain(EVEN, length=1, initial=[0.5, 0.5], rng=0),
            TypeError, "rng must be a numpy.random.Generator, got int",
        ),
    ],
)  # fmt: skip
def test_chains_that_cannot_be_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
