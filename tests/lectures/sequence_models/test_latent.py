"""Models with a latent state: against sums over the whole past, and over all paths."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import latent
from rnn_helpers.lectures.sequence_models.histories import predict_persistence
from rnn_helpers.lectures.sequence_models.markov import sample_markov_chain
from rnn_helpers.lectures.sequence_models.model_table import label_phases

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)
LABELS = label_phases(COUNTS)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def make_hidden(rng, K=3):
    return latent.HiddenMarkovModel(
        rng.dirichlet(np.ones(K)), rng.dirichlet(np.ones(K), size=K),
        40 * rng.random(K), 5 + 10 * rng.random(K),
    )  # fmt: skip


def fit(series=COUNTS, labels=LABELS, **options):
    return latent.fit_hidden_markov(series, labels=labels, **options)


@pytest.mark.parametrize("rate", [0.3, 1.5])
def test_exponential_smoothing_weighs_the_past_geometrically(rng, rate):
    x = rng.random(40)
    weights = rate * (1 - rate) ** np.arange(39)
    expected = weights @ x[38::-1] + (1 - rate) ** 39 * x[0]
    assert latent.predict_exponential(x, rate=rate)[39] == pytest.approx(expected)
    np.testing.assert_array_equal(latent.predict_exponential(x, rate=1.0), predict_persistence(x))


def test_the_linear_recurrence_is_a_sum_over_the_whole_past(rng):
    x, poles = rng.random(30), np.array([0.9 * np.exp(0.7j), 0.5 * np.exp(2j)])
    states = latent.run_linear_recurrence(x, poles=poles)
    for t in (0, 1, 7, 29):
        expected = [sum(pole ** (t - 1 - s) * x[s] for s in range(t)) for pole in poles]
        np.testing.assert_allclose(states[t], expected, atol=1e-12)


def test_the_linear_recurrence_learns_a_series_it_can_express():
    pole = 0.95 * np.exp(2j * np.pi / 11)  # on the grid
    shocks = np.random.default_rng(0).standard_normal(300)
    x, h = np.zeros(300), 0j
    for t in range(300):
        x[t] = 0.2 * h.imag - 0.3 * h.real + shocks[t]
        h = pole * h + x[t]
    model = latent.fit_linear_recurrence(x[:250], n_poles=1)
    predictions = latent.predict_linear_recurrence(model, x)
    assert compute_rmse(predictions[250:], x[250:]) < 1.1 * shocks[250:].std()
    assert compute_rmse(predictions[20:250], x[20:250]) <= 1.01 * shocks[20:250].std()


def test_each_pole_more_fits_the_training_years_better():
    errors = []
    for n_poles in (1, 2, 3):
        model = latent.fit_linear_recurrence(COUNTS[TRAIN], n_poles=n_poles)
        predictions = latent.predict_linear_recurrence(model, COUNTS)
        errors.append(compute_rmse(predictions[11 : TRAIN.stop], COUNTS[11 : TRAIN.stop]))
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
    handed_over = replace(model, initial=first.filtered[-1] @ model.transition)
    second = latent.run_forward_filter(handed_over, x[8:])
    np.testing.assert_allclose(whole.filtered[8:], second.filtered, atol=1e-12)
    assert whole.log_likelihood == pytest.approx(first.log_likelihood + second.log_likelihood)


def test_the_filter_survives_a_value_far_from_every_state(rng):
    result = latent.run_forward_filter(make_hidden(rng), [10.0, 1e6, 10.0])
    assert np.isfinite(result.filtered).all()
    assert np.isfinite(result.log_likelihood)


def test_the_filter_survives_a_state_that_cannot_be_and_fits_best():
    means, deviations = np.array([0.0, 100.0]), np.array([1.0, 1.0])
    model = latent.HiddenMarkovModel(np.array([1.0, 0.0]), np.eye(2), means, deviations)
    result = latent.run_forward_filter(model, [0.0, 100.0])
    np.testing.assert_array_equal(result.filtered, [[1, 0], [1, 0]])
    assert result.log_likelihood == pytest.approx(-np.log(2 * np.pi) - 5000)


def test_every_round_of_em_raises_the_likelihood():
    models = [fit(COUNTS[TRAIN], LABELS[TRAIN], n_states=4, steps=steps) for steps in range(1, 6)]
    filtered = [latent.run_forward_filter(model, COUNTS[TRAIN]) for model in models]
    assert (np.diff([result.log_likelihood for result in filtered]) > 0).all()


def test_without_em_the_model_is_what_the_labels_say():
    model = fit([1.0, 3.0, 8.0, 2.0], [0, 0, 1, 0], n_states=2, steps=0)
    assert model.initial.tolist() == [0.75, 0.25]
    assert model.means.tolist() == [2.0, 8.0]
    assert model.transition.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_em_finds_the_states_that_made_a_series(rng):
    transition = np.array([[0.9, 0.1], [0.2, 0.8]])
    states = sample_markov_chain(transition, length=3000, initial=[1, 0], rng=rng)
    x = np.array([0.0, 10.0])[states] + np.array([1.0, 3.0])[states] * rng.standard_normal(3000)
    model = fit(x, x > 3, n_states=2, steps=20)
    np.testing.assert_allclose(model.means, [0, 10], atol=0.3)
    np.testing.assert_allclose(model.deviations, [1, 3], atol=0.3)
    np.testing.assert_allclose(model.transition, transition, atol=0.04)


def test_the_hidden_states_of_the_sunspots_go_round_in_a_cycle():
    """Rising and falling have one mean and two futures."""
    model = fit(COUNTS[TRAIN], label_phases(COUNTS[TRAIN]), n_states=4)
    quiet, rising, falling, peak = range(4)
    assert model.initial[quiet] > 0.99  # 1700 had 5 spots
    assert abs(model.means[rising] - model.means[falling]) < 2
    assert model.transition[rising, peak] > 0.9
    assert model.transition[falling, [rising, peak]].max() < 0.01
    assert model.transition[quiet, falling] < 0.01


@pytest.mark.parametrize(("call", "message"), [
    (lambda: latent.predict_exponential(COUNTS, rate=2.0), "rate must be above 0 and below 2"),
    (lambda: latent.fit_linear_recurrence(COUNTS, n_poles=0), "n_poles .* from 1 to 4, got 0"),
    (lambda: latent.fit_linear_recurrence(COUNTS[:20]), "series must hold at least 21 val"),
    (lambda: latent.run_linear_recurrence(COUNTS, poles=[np.nan]), "poles must be finite"),
    (lambda: fit(labels=LABELS[:5], n_states=4), r"labels must have shape \(309,\), got"),
    (lambda: fit(n_states=2), "labels must lie from 0 to 1, got 3"),
    (lambda: fit(n_states=5), "state 4 is never left"),
    (lambda: fit([3.0] * 4, [0, 0, 0, 0], n_states=1), "series must vary, .* values are 3"),
    (lambda: latent.enumerate_paths(fit(n_states=4, steps=0), COUNTS), r"paths .*got 4\^309"),
])  # fmt: skip
def test_summaries_that_cannot_be_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
