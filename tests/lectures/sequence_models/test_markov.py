"""Markov chains: what they are fitted to, say and draw."""

import itertools
import math

import numpy as np
import pytest

from rnn_helpers.lectures.sequence_models import markov


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_the_transition_matrix_is_found_again_in_a_long_sample(rng):
    transition = rng.dirichlet(np.ones(3), size=3)
    initial = np.array([0.2, 0.3, 0.5])
    states = markov.sample_markov_chain(transition, length=20_000, initial=initial, rng=rng)
    np.testing.assert_allclose(
        markov.fit_transition_matrix(states, n_states=3), transition, atol=0.02
    )
    stationary = markov.compute_stationary_distribution(transition)
    np.testing.assert_allclose(stationary @ transition, stationary, atol=1e-12)
    np.testing.assert_allclose(np.bincount(states) / 20_000, stationary, atol=0.02)


def test_the_probabilities_of_all_sequences_of_one_length_sum_to_one(rng):
    chain = {"initial": rng.dirichlet(np.ones(3)), "transition": rng.dirichlet(np.ones(3), size=3)}
    total = sum(
        math.exp(markov.compute_sequence_probability(list(states), **chain))
        for states in itertools.product(range(3), repeat=4)
    )
    assert total == pytest.approx(1.0)
    never = markov.compute_sequence_probability([0, 1], initial=[1, 0], transition=[[1, 0], [0, 1]])
    assert never == -np.inf


def test_pseudo_counts_pull_towards_equal_shares():
    transition = markov.fit_transition_matrix([0, 0, 0], n_states=2, pseudo_count=1)
    assert transition.tolist() == [[0.75, 0.25], [0.5, 0.5]]


def test_the_stationary_distribution_can_be_sampled_from(rng):
    for K in range(2, 7):
        for _ in range(50):
            transition = np.zeros((K + 1, K + 1))
            transition[:K, :K] = rng.dirichlet(np.ones(K), size=K)
            transition[K, 0] = 1  # a state that is left for ever
            stationary = markov.compute_stationary_distribution(transition)
            assert stationary.min() >= 0
            markov.sample_markov_chain(transition, length=3, initial=stationary, rng=rng)


EVEN = {"initial": [0.5, 0.5], "transition": [[0.5, 0.5], [0.5, 0.5]]}


def fit(states, **options):
    return markov.fit_transition_matrix(states, n_states=2, **options)


def settle(transition):
    return markov.compute_stationary_distribution(transition)


def score(states, **changes):
    return markov.compute_sequence_probability(states, **EVEN | changes)


def draw(**changes):
    options = {"length": 2, "rng": np.random.default_rng(0)}
    return markov.sample_markov_chain(**EVEN | options | changes)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: fit([0, 0, 1]), "state 1 is never left"),
    (lambda: fit([0, 2]), "states must lie from 0 to 1, got 2"),
    (lambda: fit([0, -1]), "states must lie from 0 to 1, got -1"),
    (lambda: fit([0.0, 1.5]), r"states must be an array of numbers \(int64\)"),
    (lambda: fit([0]), "states must hold at least 2 states, got 1"),
    (lambda: fit([]), "states must not be empty"),
    (lambda: fit([0, 1, 0], pseudo_count=-1), "pseudo_count must be .* at least 0, got -1"),
    (lambda: settle([[0.5, 0.5]]), r"transition must be square, got shape \(1, 2\)"),
    (lambda: settle([[0.5, 0.5], [0.5, 0.4]]), r"transition\[1\] must be .* sum is 0.9"),
    (lambda: settle([[1.5, -0.5], [0.5, 0.5]]), r"transition\[0\] must be .*, got -0.5"),
    (lambda: settle(np.eye(2)), "transition must have one stationary distribution"),
    (lambda: score([0, 1], initial=[0.5, 0.1]), "initial must be probabilities that sum to 1"),
    (lambda: score([0, -1]), "states must lie from 0 to 1, got -1"),
    (lambda: draw(length=0), "length must be an integer of at least 1, got 0"),
    (lambda: draw(rng=0), "rng must be a numpy.random.Generator, got int"),
])  # fmt: skip
def test_chains_that_cannot_be_are_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
