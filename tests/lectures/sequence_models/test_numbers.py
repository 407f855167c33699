"""The models of lecture 01: against closed forms, brute force, published numbers and bad input."""

import collections
import itertools
import math

import numpy as np
import pytest

from rnn_helpers import data
from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.lectures.sequence_models import (
    autoregressive,
    histories,
    latent,
    markov,
    model_table,
)
from rnn_helpers.models import ngrams

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def text():
    return load_manual(drop_repeats=True)[:20_000]


def make_hidden(rng, K=3):
    return latent.HiddenMarkovModel(
        rng.dirichlet(np.ones(K)), rng.dirichlet(np.ones(K), size=K), 40 * rng.random(K),
        5 + 10 * rng.random(K),
    )  # fmt: skip


# --- the metric, and no looking ahead -------------------------------------------------------------


def test_rmse_by_hand():
    assert data.compute_rmse([1.0, 5.0], [1.0, 2.0]) == pytest.approx(3 / math.sqrt(2))


def all_predictors(train):
    ar, yule_walker = (
        autoregressive.fit_autoregressive(train, tau=3),
        autoregressive.fit_yule_walker(train, tau=3),
    )
    recurrence = latent.fit_linear_recurrence(train, n_poles=1)
    hidden = latent.fit_hidden_markov(
        train, labels=model_table.label_phases(train), n_states=4, steps=2
    )
    return {
        "naive": lambda x: histories.predict_naive(x, n_train=len(train)),
        "persistence": histories.predict_persistence,
        "seasonal": histories.predict_seasonal,
        "autoregressive": lambda x: autoregressive.predict_autoregressive(ar, x),
        "yule-walker": lambda x: autoregressive.predict_autoregressive(yule_walker, x),
        "exponential": lambda x: latent.predict_exponential(x, rate=0.4),
        "recurrence": lambda x: latent.predict_linear_recurrence(recurrence, x),
        "hidden Markov": lambda x: latent.predict_hidden_markov(hidden, x),
    }


@pytest.mark.parametrize("name", all_predictors(COUNTS[:100]))
def test_no_prediction_looks_at_its_own_year_or_later(name):
    predict = all_predictors(COUNTS[:100])[name]
    other = COUNTS.copy()
    other[200:] = COUNTS[200:][::-1] + 7.0
    before, after = predict(COUNTS), predict(other)
    assert before.shape == COUNTS.shape
    np.testing.assert_array_equal(before[:201], after[:201])
    assert name == "naive" or (before[201:] != after[201:]).any()
    assert np.isfinite(before[11:]).all()


# --- condition on everything ----------------------------------------------------------------------


def test_the_chain_rule_gives_back_the_joint_table(rng):
    joint = rng.random((2, 3, 4))
    joint[1, 2] = 0.0  # a history that never happens
    conditionals = histories.compute_conditionals(joint)
    product = conditionals[0][:, None, None] * conditionals[1][:, :, None] * conditionals[2]
    np.testing.assert_allclose(product, joint / joint.sum(), atol=1e-16)
    np.testing.assert_allclose(conditionals[1].sum(-1), 1.0)
    assert conditionals[2][1, 2].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("joint", [[[1.0, -1.0]], [[0.0, 0.0]], 3.0])
def test_a_table_that_is_no_joint_is_refused(joint):
    with pytest.raises(ValueError, match="joint must be a table of numbers of at least 0"):
        histories.compute_conditionals(joint)


def test_histories_are_counted_alike_for_text_and_tokens():
    text = "the cat the cat the dog "
    by_letter = histories.count_histories(text, length=3)
    assert by_letter == histories.count_histories(list(text), length=3)
    assert histories.count_histories(text.split(), length=2) == histories.HistoryCounts(2, 4, 2, 0)
    assert histories.count_histories("abc", length=2).share_once == 1.0


def test_a_history_longer_than_the_text_is_refused():
    with pytest.raises(ValueError, match="sequence must hold more than length = 5 tokens, got 5"):
        histories.count_histories("abcde", length=5)
    with pytest.raises(ValueError, match="length must be an integer of at least 1, got 0"):
        histories.count_histories("abcde", length=0)


def test_the_naive_model_knows_its_training_years_by_heart_and_nothing_else():
    predictions = histories.predict_naive(COUNTS, n_train=TRAIN.stop)
    np.testing.assert_array_equal(predictions[TRAIN], COUNTS[TRAIN])
    np.testing.assert_allclose(predictions[HELD_OUT], COUNTS[TRAIN].mean())


# --- autoregression -------------------------------------------------------------------------------


def test_windows_put_the_newest_value_first():
    windows, targets = autoregressive.build_windows(np.arange(6.0), tau=3)
    assert windows.tolist() == [[2, 1, 0], [3, 2, 1], [4, 3, 2]]
    assert targets.tolist() == [3, 4, 5]


def test_least_squares_finds_the_coefficients_of_a_noiseless_series():
    x = [1.0, 2.0, 0.5]
    for _ in range(20):
        x.append(4.0 + 0.5 * x[-1] - 0.3 * x[-2] + 0.2 * x[-3])
    model = autoregressive.fit_autoregressive(x, tau=3)
    np.testing.assert_allclose(model.coefficients, [0.5, -0.3, 0.2], atol=1e-9)
    assert model.intercept == pytest.approx(4.0)
    assert model.noise_variance == pytest.approx(0.0, abs=1e-18)


def test_the_noise_variance_is_unbiased(rng):
    """Mean over 300 series of an AR(2) with noise variance 9."""
    estimates = []
    for _ in range(300):
        x = np.zeros(60)
        for t, noise in enumerate(3 * rng.standard_normal(58), 2):
            x[t] = 0.5 * x[t - 1] - 0.2 * x[t - 2] + noise
        estimates.append(autoregressive.fit_autoregressive(x, tau=2).noise_variance)
    assert np.mean(estimates) == pytest.approx(9.0, rel=0.05)


def test_yule_walker_gives_brockwell_and_davis_from_their_autocovariances():
    coefficients, noise_variance = autoregressive.solve_yule_walker([1382.2, 1114.4, 591.73])
    assert [round(c, 3) for c in coefficients.tolist()] == [1.318, -0.634]
    assert round(noise_variance, 1) == 289.2


def test_yule_walker_on_the_years_1770_to_1869_of_this_file():
    hundred = COUNTS[(YEARS >= 1770) & (YEARS <= 1869)]
    assert len(hundred) == 100
    model = autoregressive.fit_yule_walker(hundred, tau=2)
    assert [round(c, 3) for c in model.coefficients.tolist()] == [1.317, -0.634]
    assert round(model.noise_variance, 1) == 290.0
    long_run = model.intercept / (1 - model.coefficients.sum())
    assert long_run == pytest.approx(hundred.mean())


def test_the_rollout_feeds_its_predictions_back():
    model = autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=4)
    forecasts = autoregressive.run_autoregressive(model, COUNTS[TRAIN], steps=5)
    extended = np.concatenate([COUNTS[TRAIN], forecasts, [0.0]])
    one_step = autoregressive.predict_autoregressive(model, extended)
    np.testing.assert_allclose(forecasts, one_step[TRAIN.stop : TRAIN.stop + 5], rtol=1e-12)


def test_the_companion_chain_rolls_out_the_same_numbers():
    model = autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=9)
    companion, state = autoregressive.build_companion(model), COUNTS[TRAIN][: -9 - 1 : -1]
    chain = []
    for _ in range(50):
        state = companion @ state
        state[0] += model.intercept
        chain.append(state[0])
    np.testing.assert_allclose(
        chain, autoregressive.run_autoregressive(model, COUNTS[TRAIN], steps=50), rtol=1e-12
    )


def test_psi_weights_of_ar1_and_of_the_textbook_recursion():
    ar1 = autoregressive.AutoregressiveModel(3.0, np.array([0.8]), 4.0)
    np.testing.assert_allclose(
        autoregressive.compute_psi_weights(ar1, steps=6), 0.8 ** np.arange(6)
    )
    variance = 4.0 * (1 - 0.8 ** (2 * np.arange(1, 7))) / (1 - 0.8**2)
    np.testing.assert_allclose(
        autoregressive.compute_forecast_deviations(ar1, steps=6) ** 2, variance
    )
    ar3 = autoregressive.AutoregressiveModel(0.0, np.array([0.5, -0.3, 0.2]), 1.0)
    psi = [1.0]
    for k in range(1, 8):
        psi.append(sum(ar3.coefficients[j - 1] * psi[k - j] for j in range(1, min(k, 3) + 1)))
    np.testing.assert_allclose(autoregressive.compute_psi_weights(ar3, steps=8), psi)
    assert autoregressive.compute_psi_weights(ar3, steps=1).tolist() == [1.0]


def test_simulated_futures_spread_as_the_intervals_say(rng):
    model = autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=2)
    noise = np.sqrt(model.noise_variance) * rng.standard_normal((20_000, 8))
    past = np.tile(COUNTS[TRAIN][-2:], (20_000, 1))
    for step in range(8):
        ahead = model.intercept + past[:, -1:-3:-1] @ model.coefficients + noise[:, step]
        past = np.column_stack([past, ahead])
    spread = past[:, 2:].std(axis=0)
    np.testing.assert_allclose(
        spread, autoregressive.compute_forecast_deviations(model, steps=8), rtol=0.04
    )


def test_the_scan_scores_every_window_as_one_by_one():
    scan = autoregressive.scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=12)
    for tau in (1, 9, 12):
        predictions = autoregressive.predict_autoregressive(
            autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=tau), COUNTS
        )
        expected = (
            data.compute_rmse(predictions[12 : TRAIN.stop], COUNTS[12 : TRAIN.stop]),
            data.compute_rmse(predictions[HELD_OUT], COUNTS[HELD_OUT]),
        )
        assert (scan.train_rmse[tau - 1], scan.held_out_rmse[tau - 1]) == pytest.approx(expected)
    assert scan.taus[scan.held_out_rmse.argmin()] == 9


def test_rollout_errors_one_step_ahead_are_the_one_step_errors():
    model = autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=3)
    errors = autoregressive.compute_rollout_errors(
        lambda history, steps: autoregressive.run_autoregressive(model, history, steps=steps),
        COUNTS,
        start=TRAIN.stop,
        steps=4,
    )
    one_step = (autoregressive.predict_autoregressive(model, COUNTS) - COUNTS)[HELD_OUT]
    np.testing.assert_allclose(errors[:, 0], one_step)
    assert np.isnan(errors).sum(axis=0).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("tau", [-2, 0, 309, 5000])
def test_a_window_that_does_not_fit_the_series_is_refused(tau):
    with pytest.raises(ValueError, match=rf"tau must be an integer from 1 to 308, got {tau}"):
        autoregressive.build_windows(COUNTS, tau=tau)


@pytest.mark.parametrize("tau", [-1, 0, 154])
def test_a_window_with_more_parameters_than_equations_is_refused(tau):
    with pytest.raises(ValueError, match=rf"tau must be an integer from 1 to 153, got {tau}"):
        autoregressive.fit_autoregressive(COUNTS, tau=tau)


@pytest.mark.parametrize(
    "fit",
    [
        autoregressive.fit_autoregressive,
        autoregressive.fit_yule_walker,
        autoregressive.build_windows,
    ],
)
@pytest.mark.parametrize(
    ("series", "tau", "error", "message"),
    [
        (COUNTS, 2.5, TypeError, r"tau must be an integer .*, got 2.5"),
        (COUNTS, True, TypeError, r"tau must be an integer .*, got True"),
        ([], 1, ValueError, "series must not be empty"),
        ([1.0, np.nan, 2.0, 4.0], 1, ValueError, r"series must be finite, got nan at index \(1,\)"),
        ([1.0, np.inf, 2.0, 4.0], 1, ValueError, "series must be finite, got inf"),
        ([[1.0, 2.0], [3.0, 4.0]], 1, ValueError, "series must have 1 axes, got 2"),
        (["a", "b"], 1, TypeError, "series must be an array of numbers"),
        ([1.0], 1, ValueError, "series must hold at least"),
    ],
)
def test_what_a_learner_can_get_wrong_about_a_series_is_said(fit, series, tau, error, message):
    with pytest.raises(error, match=message):
        fit(series, tau=tau)


def test_more_refusals_of_the_autoregressive_functions():
    model = autoregressive.fit_autoregressive(COUNTS, tau=9)
    with pytest.raises(ValueError, match="history must hold at least 9 values, got 4"):
        autoregressive.run_autoregressive(model, COUNTS[:4], steps=2)
    with pytest.raises(ValueError, match="steps must be an integer of at least 1, got 0"):
        autoregressive.run_autoregressive(model, COUNTS, steps=0)
    with pytest.raises(ValueError, match="steps must be an integer of at least 1, got -3"):
        autoregressive.compute_psi_weights(model, steps=-3)
    with pytest.raises(ValueError, match="tau must be an integer from 1 to 4, got 9"):
        autoregressive.predict_autoregressive(model, COUNTS[:5])
    with pytest.raises(ValueError, match="autocovariances must hold at least 2 numbers, got 1"):
        autoregressive.solve_yule_walker([1.0])
    with pytest.raises(
        ValueError, match="autocovariances must begin with a variance above 0, got 0"
    ):
        autoregressive.fit_yule_walker([3.0, 3.0, 3.0], tau=1)
    with pytest.raises(ValueError, match="max_lag must be an integer from 0 to 308, got 309"):
        autoregressive.compute_autocovariances(COUNTS, max_lag=309)
    with pytest.raises(ValueError, match="period must be an integer from 1 to 308, got 0"):
        histories.predict_seasonal(COUNTS, period=0)
    with pytest.raises(ValueError, match=r"predictions must have shape \(3,\), got shape \(2,\)"):
        data.compute_rmse([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="predictions must be finite, got nan"):
        data.compute_rmse([np.nan], [1.0])
    with pytest.raises(ValueError, match="max_tau must be an integer from 1 to 109, got 110"):
        autoregressive.scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=110)
    with pytest.raises(ValueError, match="start must be an integer from 1 to 308, got 309"):
        autoregressive.compute_rollout_errors(
            lambda history, steps: history, COUNTS, start=309, steps=1
        )
    with pytest.raises(ValueError, match=r"forecasts must have shape \(2,\), got shape \(1,\)"):
        autoregressive.compute_rollout_errors(
            lambda history, steps: [0.0], COUNTS, start=300, steps=2
        )
    with pytest.raises(ValueError, match="n_train must be an integer from 1 to 309, got 0"):
        histories.predict_naive(COUNTS, n_train=0)


# --- Markov chains --------------------------------------------------------------------------------


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
    assert (
        markov.compute_sequence_probability([0, 1], initial=[1, 0], transition=[[1, 0], [0, 1]])
        == -np.inf
    )


def test_pseudo_counts_pull_towards_equal_shares():
    assert markov.fit_transition_matrix([0, 0, 0], n_states=2, pseudo_count=1)[0].tolist() == [
        0.75,
        0.25,
    ]
    assert markov.fit_transition_matrix([0, 0, 0], n_states=2, pseudo_count=1)[1].tolist() == [
        0.5,
        0.5,
    ]


def test_refusals_of_the_markov_chain():
    chain = {"initial": [0.5, 0.5], "transition": [[0.5, 0.5], [0.5, 0.5]]}
    with pytest.raises(ValueError, match="state 1 is never left"):
        markov.fit_transition_matrix([0, 0, 1], n_states=2)
    with pytest.raises(ValueError, match="states must lie from 0 to 1, got 2"):
        markov.fit_transition_matrix([0, 2], n_states=2)
    with pytest.raises(ValueError, match="states must lie from 0 to 1, got -1"):
        markov.fit_transition_matrix([0, -1], n_states=2)
    with pytest.raises(TypeError, match="states must be an array of integers, got dtype float64"):
        markov.fit_transition_matrix([0.0, 1.5], n_states=2)
    with pytest.raises(ValueError, match="states must hold at least 2 states, got 1"):
        markov.fit_transition_matrix([0], n_states=2)
    with pytest.raises(ValueError, match="states must not be empty"):
        markov.fit_transition_matrix([], n_states=2)
    with pytest.raises(
        ValueError, match="pseudo_count must be a finite number of at least 0, got -1"
    ):
        markov.fit_transition_matrix([0, 1, 0], n_states=2, pseudo_count=-1)
    with pytest.raises(ValueError, match=r"transition must be square, got shape \(1, 2\)"):
        markov.compute_stationary_distribution([[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"transition\[1\] must be probabilities .* sum is 0.9"):
        markov.compute_stationary_distribution([[0.5, 0.5], [0.5, 0.4]])
    with pytest.raises(ValueError, match="transition must have one stationary distribution"):
        markov.compute_stationary_distribution(np.eye(2))
    with pytest.raises(ValueError, match="initial must be probabilities that sum to 1"):
        markov.compute_sequence_probability([0, 1], **{**chain, "initial": [0.5, 0.1]})
    with pytest.raises(ValueError, match="length must be an integer of at least 1, got 0"):
        markov.sample_markov_chain(**chain, length=0, rng=np.random.default_rng(0))


# --- n-grams --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1, 3])
def test_ngram_counts_equal_a_dictionary(text, order):
    train, query = text[:5000], text[6000:6500] + "한"
    model = ngrams.fit_ngram(train, max_order=3)
    counts = ngrams.count_ngrams(model, query)
    contexts, grams = collections.Counter(), collections.Counter()
    for t in range(3, len(train)):
        contexts[train[t - order : t]] += 1
        grams[train[t - order : t + 1]] += 1
    expected = [
        (contexts[query[t - order : t]], grams[query[t - order : t + 1]])
        for t in range(3, len(query))
    ]
    np.testing.assert_array_equal(
        np.transpose([counts.contexts[order], counts.grams[order]]), expected
    )
    assert model.n_parameters[order] == len(grams)


@pytest.mark.parametrize("smoothing", ngrams.SMOOTHINGS)
@pytest.mark.parametrize("strength", [0.3, 20.0])
def test_ngram_probabilities_sum_to_one_over_the_alphabet(text, smoothing, strength):
    model = ngrams.fit_ngram(text, max_order=3)
    for context in ["the", "xqz", "한국어"]:
        totals = np.zeros(4)
        for character in model.alphabet + "한":
            counts = ngrams.count_ngrams(model, context + character)
            totals += ngrams.compute_ngram_probabilities(
                counts, smoothing=smoothing, strength=strength
            )[:, 0]
        np.testing.assert_allclose(totals, 1.0)


def test_order_zero_with_next_to_no_smoothing_is_the_entropy_of_the_letters(text):
    model = ngrams.fit_ngram(text, max_order=0)
    p = ngrams.compute_ngram_probabilities(ngrams.count_ngrams(model, text), strength=1e-9)
    shares = np.array(list(collections.Counter(text).values())) / len(text)
    assert -np.log(p).mean() == pytest.approx(-(shares * np.log(shares)).sum())


@pytest.mark.parametrize("smoothing", ngrams.SMOOTHINGS)
@pytest.mark.parametrize("order", [0, 2])
def test_sampled_characters_have_the_probabilities_of_their_context(rng, smoothing, order):
    model = ngrams.fit_ngram("abracadabra abracadabra cab", max_order=2)
    sample = ngrams.sample_ngram(
        model, length=60_000, order=order, smoothing=smoothing, strength=4.0, rng=rng
    )
    followers = collections.Counter(
        sample[t] for t in range(2, len(sample)) if order == 0 or sample[t - 2 : t] == "ab"
    )
    n = sum(followers.values())
    for character in "abr":
        counts = ngrams.count_ngrams(model, "ab" + character)
        p = ngrams.compute_ngram_probabilities(counts, smoothing=smoothing, strength=4.0)[order, 0]
        assert followers[character] / n == pytest.approx(p, abs=4.5 * math.sqrt(p * (1 - p) / n))


def test_the_same_seed_gives_the_same_text_of_the_length_asked(text):
    model = ngrams.fit_ngram(text, max_order=4)
    first, again = (
        ngrams.sample_ngram(model, length=120, order=4, rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert first == again
    assert len(first) == 120


def test_on_the_manual_order_helps_only_with_the_right_smoothing():
    train, held_out = split_text(load_manual(drop_repeats=True))
    counts = ngrams.count_ngrams(ngrams.fit_ngram(train, max_order=6), held_out)
    nats = {
        smoothing: -np.log(ngrams.compute_ngram_probabilities(counts, smoothing=smoothing)).mean(
            axis=1
        )
        for smoothing in ngrams.SMOOTHINGS
    }
    assert nats["uniform"].argmin() in (2, 3)
    assert nats["uniform"][6] > nats["uniform"][1] - 0.1
    assert nats["shorter context"].argmin() in (4, 5, 6)
    assert nats["shorter context"].min() < 1.6


def test_perplexity_of_a_fair_die():
    assert ngrams.compute_perplexity(math.log(6)) == pytest.approx(6.0)


def test_refusals_of_the_ngram_model(text):
    model = ngrams.fit_ngram(text, max_order=2)
    counts = ngrams.count_ngrams(model, "the")
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="text must be a string, got bytes"):
        ngrams.fit_ngram(b"abc", max_order=1)
    with pytest.raises(
        ValueError, match="text must be longer than max_order = 3 characters, got 3"
    ):
        ngrams.fit_ngram("abc", max_order=3)
    with pytest.raises(
        ValueError, match="text must be longer than max_order = 2 characters, got 0"
    ):
        ngrams.count_ngrams(model, "")
    with pytest.raises(ValueError, match="max_order must be an integer from 0 to 12, got -1"):
        ngrams.fit_ngram("abc", max_order=-1)
    with pytest.raises(
        ValueError, match="smoothing must be one of 'uniform', 'shorter context', got"
    ):
        ngrams.compute_ngram_probabilities(counts, smoothing="none")
    with pytest.raises(ValueError, match="strength must be a finite number greater than 0, got 0"):
        ngrams.compute_ngram_probabilities(counts, strength=0)
    with pytest.raises(ValueError, match="order must be an integer from 0 to 2, got 3"):
        ngrams.sample_ngram(model, length=5, order=3, rng=rng)
    with pytest.raises(ValueError, match="length must be an integer of at least 1, got 0"):
        ngrams.sample_ngram(model, length=0, order=1, rng=rng)
    with pytest.raises(ValueError, match="nats must be a finite number of at least 0, got -1"):
        ngrams.compute_perplexity(-1.0)


# --- latent states --------------------------------------------------------------------------------


def test_exponential_smoothing_weighs_the_past_geometrically(rng):
    x, rate = rng.random(40), 0.3
    weights = rate * (1 - rate) ** np.arange(39)
    expected = weights @ x[38::-1] + (1 - rate) ** 39 * x[0]
    assert latent.predict_exponential(x, rate=rate)[39] == pytest.approx(expected)
    np.testing.assert_array_equal(
        latent.predict_exponential(x, rate=1.0)[1:], histories.predict_persistence(x)[1:]
    )


def test_the_linear_recurrence_is_a_sum_over_the_whole_past(rng):
    x, poles = rng.random(30), np.array([0.9 * np.exp(0.7j), 0.5 * np.exp(2j)])
    states = latent.run_linear_recurrence(x, poles=poles)
    for t in (0, 1, 7, 29):
        expected = [sum(pole ** (t - 1 - s) * x[s] for s in range(t)) for pole in poles]
        np.testing.assert_allclose(states[t], expected, atol=1e-12)


def test_the_linear_recurrence_learns_a_series_it_can_express():
    pole = 0.95 * np.exp(2j * np.pi / 11)  # on the grid
    shocks = np.random.default_rng(0).standard_normal(300)
    x = np.zeros(300)
    h = 0j
    for t in range(300):
        x[t] = 0.2 * h.imag - 0.3 * h.real + shocks[t]
        h = pole * h + x[t]
    model = latent.fit_linear_recurrence(x[:250], n_poles=1)
    predictions = latent.predict_linear_recurrence(model, x)
    assert data.compute_rmse(predictions[250:], x[250:]) < 1.1 * shocks[250:].std()
    assert data.compute_rmse(predictions[20:250], x[20:250]) <= 1.01 * shocks[20:250].std()


def test_each_pole_more_fits_the_training_years_better():
    errors = []
    for n_poles in (1, 2, 3):
        predictions = latent.predict_linear_recurrence(
            latent.fit_linear_recurrence(COUNTS[TRAIN], n_poles=n_poles), COUNTS
        )
        errors.append(data.compute_rmse(predictions[11 : TRAIN.stop], COUNTS[11 : TRAIN.stop]))
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("T", [1, 2, 6])
def test_the_forward_filter_equals_the_sum_over_all_paths(rng, T):
    model, x = make_hidden(rng), 50 * rng.random(T)
    result = latent.run_forward_filter(model, x)
    filtered, log_likelihood = latent.enumerate_paths(model, x)
    np.testing.assert_allclose(result.filtered[-1], filtered, atol=1e-12)
    assert result.log_likelihood == pytest.approx(log_likelihood, abs=1e-10)
    np.testing.assert_allclose(result.predicted.sum(1), 1.0)


def test_the_filter_in_two_parts_equals_the_whole(rng):
    model, x = make_hidden(rng), 50 * rng.random(20)
    whole, first = latent.run_forward_filter(model, x), latent.run_forward_filter(model, x[:8])
    handed_over = latent.HiddenMarkovModel(
        first.filtered[-1] @ model.transition, model.transition, model.means, model.deviations
    )
    second = latent.run_forward_filter(handed_over, x[8:])
    np.testing.assert_allclose(whole.filtered[8:], second.filtered, atol=1e-12)
    assert whole.log_likelihood == pytest.approx(first.log_likelihood + second.log_likelihood)


def test_the_filter_survives_a_value_far_from_every_state(rng):
    result = latent.run_forward_filter(make_hidden(rng), [10.0, 1e6, 10.0])
    assert np.isfinite(result.filtered).all()
    assert np.isfinite(result.log_likelihood)


def test_every_round_of_em_raises_the_likelihood():
    labels = model_table.label_phases(COUNTS[TRAIN])
    likelihoods = []
    for steps in range(6):
        model = latent.fit_hidden_markov(COUNTS[TRAIN], labels=labels, n_states=4, steps=steps)
        likelihoods.append(latent.run_forward_filter(model, COUNTS[TRAIN]).log_likelihood)
    assert (np.diff(likelihoods[1:]) > 0).all()


def test_without_em_the_model_is_what_the_labels_say():
    model = latent.fit_hidden_markov([1.0, 3.0, 8.0, 2.0], labels=[0, 0, 1, 0], n_states=2, steps=0)
    assert model.initial.tolist() == [0.75, 0.25]
    assert model.means.tolist() == [2.0, 8.0]
    assert model.transition.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_em_finds_the_states_that_made_a_series(rng):
    transition = np.array([[0.9, 0.1], [0.2, 0.8]])
    states = markov.sample_markov_chain(transition, length=3000, initial=[1, 0], rng=rng)
    x = np.array([0.0, 10.0])[states] + np.array([1.0, 3.0])[states] * rng.standard_normal(3000)
    model = latent.fit_hidden_markov(x, labels=(x > 3).astype(int), n_states=2, steps=20)
    np.testing.assert_allclose(model.means, [0, 10], atol=0.3)
    np.testing.assert_allclose(model.deviations, [1, 3], atol=0.3)
    np.testing.assert_allclose(model.transition, transition, atol=0.04)


def test_the_hidden_states_of_the_sunspots_go_round_in_a_cycle():
    """Rising and falling have one mean and two futures."""
    model = latent.fit_hidden_markov(
        COUNTS[TRAIN], labels=model_table.label_phases(COUNTS[TRAIN]), n_states=4
    )
    quiet, rising, falling, peak = range(4)
    assert model.initial[quiet] > 0.99  # 1700 had 5 spots
    assert abs(model.means[rising] - model.means[falling]) < 2
    assert model.transition[rising, peak] > 0.9
    assert model.transition[falling, [rising, peak]].max() < 0.01
    assert model.transition[quiet, falling] < 0.01


def test_refusals_of_the_latent_models():
    labels = model_table.label_phases(COUNTS)
    with pytest.raises(
        ValueError, match="rate must be a finite number greater than 0 and at most 1"
    ):
        latent.predict_exponential(COUNTS, rate=1.2)
    with pytest.raises(ValueError, match="n_poles must be an integer from 1 to 4, got 0"):
        latent.fit_linear_recurrence(COUNTS, n_poles=0)
    with pytest.raises(ValueError, match="series must hold at least 21 values, got 20"):
        latent.fit_linear_recurrence(COUNTS[:20], n_poles=2)
    with pytest.raises(ValueError, match="poles must be finite"):
        latent.run_linear_recurrence(COUNTS, poles=[np.nan])
    with pytest.raises(ValueError, match=r"labels must have shape \(309,\), got shape \(5,\)"):
        latent.fit_hidden_markov(COUNTS, labels=labels[:5], n_states=4)
    with pytest.raises(ValueError, match="labels must lie from 0 to 1, got 3"):
        latent.fit_hidden_markov(COUNTS, labels=labels, n_states=2)
    with pytest.raises(ValueError, match="state 4 is never left"):
        latent.fit_hidden_markov(COUNTS, labels=labels, n_states=5)
    with pytest.raises(ValueError, match="series must vary, all its values are 3"):
        latent.fit_hidden_markov([3.0] * 4, labels=[0, 0, 0, 0], n_states=1)
    with pytest.raises(ValueError, match="series must have at most 100,000 paths of states, got 4"):
        latent.enumerate_paths(
            latent.fit_hidden_markov(COUNTS, labels=labels, n_states=4, steps=0), COUNTS
        )
    with pytest.raises(ValueError, match="series must be finite"):
        model_table.label_phases([1.0, np.nan])


# --- the table ------------------------------------------------------------------------------------


def test_the_table_holds_the_numbers_that_the_lecture_prints():
    rows = model_table.compute_model_table(COUNTS, n_train=TRAIN.stop)
    errors = {row.name: round(row.rmse, 1) for row in rows}
    assert errors["persistence"] == 30.4
    assert errors["seasonal, 11 years"] == 34.2
    assert errors["AR(9)"] == 17.4
    assert errors["latent: linear recurrence"] == 17.9
    lines = model_table.format_model_table(rows).splitlines()
    assert len(lines) == len(rows) + 1
    assert len({len(line) for line in lines}) == 1


def test_too_few_training_values_for_the_table_are_refused():
    with pytest.raises(ValueError, match="n_train must be an integer from 40 to 308, got 10"):
        model_table.compute_model_table(COUNTS, n_train=10)


# --- what used to go wrong ------------------------------------------------------------------------


def test_the_filter_survives_a_state_that_cannot_be_and_fits_best():
    model = latent.HiddenMarkovModel(
        np.array([1.0, 0.0]), np.eye(2), np.array([0.0, 100.0]), np.array([1.0, 1.0])
    )
    result = latent.run_forward_filter(model, [0.0, 100.0])
    np.testing.assert_array_equal(result.filtered, [[1, 0], [1, 0]])
    assert result.log_likelihood == pytest.approx(-np.log(2 * np.pi) - 5000)


def test_the_stationary_distribution_can_be_sampled_from(rng):
    for K in range(2, 7):
        for _ in range(50):
            transition = np.zeros((K + 1, K + 1))
            transition[:K, :K] = rng.dirichlet(np.ones(K), size=K)
            transition[K, 0] = 1  # a state that is left for ever
            stationary = markov.compute_stationary_distribution(transition)
            assert stationary.min() >= 0
            markov.sample_markov_chain(transition, length=3, initial=stationary, rng=rng)


def test_negative_probabilities_are_named():
    with pytest.raises(ValueError, match=r"transition\[0\] must be probabilities, at least 0, got"):
        markov.compute_stationary_distribution([[1.5, -0.5], [0.5, 0.5]])


def test_the_table_fits_the_rate_of_smoothing_in_training():
    rows = {row.name: row for row in model_table.compute_model_table(COUNTS, n_train=TRAIN.stop)}
    assert round(rows["latent: smoothing, rate 1.0"].rmse, 1) == 30.4


@pytest.mark.parametrize("gamma", [[1.0, 1.0, 1.0], [1.0, 2.0]])
def test_numbers_that_are_no_autocovariances_are_refused(gamma):
    with pytest.raises(ValueError, match="autocovariances must make a positive definite matrix"):
        autoregressive.solve_yule_walker(gamma)
