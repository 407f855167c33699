"""The naive model, the models without parameters, and Markov chains."""

import itertools
import math
import unicodedata

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import histories, markov
from rnn_helpers.lectures.sequence_models.histories import compute_conditionals, count_histories

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


def test_the_chain_rule_gives_back_the_joint_table():
    joint = np.random.default_rng(1).random((2, 3, 4))
    joint[1, 2] = 0.0  # a history that never happens
    conditionals = compute_conditionals(joint)
    product = conditionals[0][:, None, None] * conditionals[1][:, :, None] * conditionals[2]
    np.testing.assert_allclose(product, joint / joint.sum(), atol=1e-16)
    np.testing.assert_allclose(conditionals[1].sum(-1), 1.0)
    assert conditionals[2][1, 2].tolist() == [0, 0, 0, 0]


def test_histories_are_counted_alike_for_text_and_tokens_and_text_in_pieces():
    text = "the cat the cat the dog "
    by_letter = count_histories(text, length=3)
    assert by_letter == count_histories(list(text), length=3)
    assert count_histories(text.split(), length=2) == histories.HistoryCounts(2, 4, 2, 0)
    assert count_histories("abc", length=2).share_once == 1.0
    text = "Café, 다람쥐 헌 쳇바퀴에 타고파. " * 3
    for length in (1, 4):
        pieces = count_histories(unicodedata.normalize("NFD", text), length=length)
        assert pieces == count_histories(text, length=length)


def test_the_naive_model_knows_its_training_years_by_heart_and_nothing_else():
    predictions = histories.predict_naive(COUNTS, n_train=TRAIN.stop)
    np.testing.assert_array_equal(predictions[TRAIN], COUNTS[TRAIN])
    np.testing.assert_allclose(predictions[HELD_OUT], COUNTS[TRAIN].mean())


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_the_transition_matrix_is_found_again_in_a_long_sample(rng):
    transition = rng.dirichlet(np.ones(3), size=3)
    initial = np.array([0.2, 0.3, 0.5])
    states = markov.sample_markov_chain(transition, length=20_000, initial=initial, rng=rng)
    found = markov.fit_transition_matrix(states, n_states=3)
    np.testing.assert_allclose(found, transition, atol=0.02)
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
    (lambda: compute_conditionals([[1.0, -1.0]]), "joint must be a table of numbers of at"),
    (lambda: compute_conditionals([[0.0, 0.0]]), "joint must be a table of numbers of at"),
    (lambda: compute_conditionals(3.0), "joint must be a table of numbers of at"),
    (lambda: count_histories("abcde", length=5), "more than length = 5 tokens, got 5"),
    (lambda: count_histories("abcde", length=0), "length must be an integer of at least 1"),
    (lambda: histories.predict_naive(COUNTS, n_train=0), "n_train must .* from 1 to 309"),
    (lambda: histories.predict_seasonal(COUNTS, period=0), "period must .* from 1 to 308"),
    (lambda: histories.predict_seasonal(COUNTS, period=309), "period must .* from 1 to 308"),
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
def test_histories_and_chains_that_cannot_be_are_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
