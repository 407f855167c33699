"""Windows, their forecasts and scores: against closed forms, published numbers, simulation."""

import numpy as np
import pytest

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import autoregressive as ar
from rnn_helpers.lectures.sequence_models.forecasts import compute_rollout_errors, scan_windows

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)
AR9 = ar.fit_autoregressive(COUNTS[TRAIN], tau=9)


def test_windows_put_the_newest_value_first():
    windows, targets = ar.build_windows(np.arange(6.0), tau=3)
    assert windows.tolist() == [[2, 1, 0], [3, 2, 1], [4, 3, 2]]
    assert targets.tolist() == [3, 4, 5]


def test_least_squares_finds_the_coefficients_of_a_noiseless_series():
    x = [1.0, 2.0, 0.5]
    for _ in range(20):
        x.append(4.0 + 0.5 * x[-1] - 0.3 * x[-2] + 0.2 * x[-3])
    model = ar.fit_autoregressive(x, tau=3)
    np.testing.assert_allclose(model.coefficients, [0.5, -0.3, 0.2], atol=1e-9)
    assert model.intercept == pytest.approx(4.0)
    assert model.noise_variance == pytest.approx(0.0, abs=1e-18)


def test_the_noise_variance_is_unbiased():
    """Mean over 300 series of an AR(2) with noise variance 9."""
    estimates, rng = [], np.random.default_rng(1)
    for _ in range(300):
        x = np.zeros(60)
        for t, noise in enumerate(3 * rng.standard_normal(58), 2):
            x[t] = 0.5 * x[t - 1] - 0.2 * x[t - 2] + noise
        estimates.append(ar.fit_autoregressive(x, tau=2).noise_variance)
    assert np.mean(estimates) == pytest.approx(9.0, rel=0.05)


def test_yule_walker_gives_brockwell_and_davis():
    """From the autocovariances that they print, and from those of our file."""
    hundred = COUNTS[(YEARS >= 1770) & (YEARS <= 1869)]
    ours = ar.compute_autocovariances(hundred, max_lag=2)
    published = [1382.2, 1114.4, 591.73], [1.318, -0.634], 289.2
    for gamma, expected, variance in (published, (ours, [1.317, -0.634], 290.0)):
        coefficients, noise_variance = ar.solve_yule_walker(gamma)
        assert coefficients.round(3).tolist() == expected
        assert round(noise_variance, 1) == variance


def test_the_rollout_feeds_its_predictions_back():
    model = ar.fit_autoregressive(COUNTS[TRAIN], tau=4)
    forecasts = ar.run_autoregressive(model, COUNTS[TRAIN], steps=5)
    extended = np.concatenate([COUNTS[TRAIN], forecasts, [0.0]])
    one_step = ar.predict_autoregressive(model, extended)
    np.testing.assert_allclose(forecasts, one_step[TRAIN.stop : TRAIN.stop + 5], rtol=1e-12)


def test_the_companion_chain_rolls_out_the_same_numbers():
    companion, state = ar.build_companion(AR9), COUNTS[TRAIN][: -9 - 1 : -1]
    chain = []
    for _ in range(50):
        state = companion @ state
        state[0] += AR9.intercept
        chain.append(state[0])
    rollout = ar.run_autoregressive(AR9, COUNTS[TRAIN], steps=50)
    np.testing.assert_allclose(chain, rollout, rtol=1e-12)


def test_psi_weights_of_ar1_and_of_the_textbook_recursion():
    ar1 = ar.AutoregressiveModel(3.0, np.array([0.8]), 4.0)
    np.testing.assert_allclose(ar.compute_psi_weights(ar1, steps=6), 0.8 ** np.arange(6))
    variance = 4.0 * (1 - 0.8 ** (2 * np.arange(1, 7))) / (1 - 0.8**2)
    np.testing.assert_allclose(ar.compute_forecast_deviations(ar1, steps=6) ** 2, variance)
    ar3 = ar.AutoregressiveModel(0.0, np.array([0.5, -0.3, 0.2]), 1.0)
    psi = [1.0]
    for k in range(1, 8):
        psi.append(sum(ar3.coefficients[j - 1] * psi[k - j] for j in range(1, min(k, 3) + 1)))
    np.testing.assert_allclose(ar.compute_psi_weights(ar3, steps=8), psi)
    assert ar.compute_psi_weights(ar3, steps=1).tolist() == [1.0]


def test_simulated_futures_spread_as_the_intervals_say():
    model = ar.fit_autoregressive(COUNTS[TRAIN], tau=2)
    noise = np.sqrt(model.noise_variance) * np.random.default_rng(1).standard_normal((20_000, 8))
    past = np.tile(COUNTS[TRAIN][-2:], (20_000, 1))
    for step in range(8):
        ahead = model.intercept + past[:, -1:-3:-1] @ model.coefficients + noise[:, step]
        past = np.column_stack([past, ahead])
    spread = past[:, 2:].std(axis=0)
    np.testing.assert_allclose(spread, ar.compute_forecast_deviations(model, steps=8), rtol=0.04)


def test_the_scan_scores_every_window_as_one_by_one():
    scan = scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=12)
    for tau in (1, 9, 12):
        model = ar.fit_autoregressive(COUNTS[TRAIN], tau=tau)
        predictions, later = ar.predict_autoregressive(model, COUNTS), slice(12, TRAIN.stop)
        for rmse, years in ((scan.train_rmse, later), (scan.held_out_rmse, HELD_OUT)):
            expected = compute_rmse(predictions[years], COUNTS[years])
            assert rmse[tau - 1] == pytest.approx(expected)
    assert scan.taus[scan.held_out_rmse.argmin()] == 9


def test_rollout_errors_one_step_ahead_are_the_one_step_errors():
    model = ar.fit_autoregressive(COUNTS[TRAIN], tau=3)
    errors = compute_rollout_errors(
        lambda history, steps: ar.run_autoregressive(model, history, steps=steps),
        COUNTS, start=TRAIN.stop, steps=4,
    )  # fmt: skip
    one_step = (ar.predict_autoregressive(model, COUNTS) - COUNTS)[HELD_OUT]
    np.testing.assert_allclose(errors[:, 0], one_step)
    assert np.isnan(errors).sum(axis=0).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("fit", [ar.fit_autoregressive, ar.build_windows])
@pytest.mark.parametrize(("series", "tau", "error", "message"), [
    (COUNTS, 0, ValueError, r"tau must be an integer from 1 to (153|308), got 0"),
    (COUNTS, 309, ValueError, r"tau must be an integer from 1 to (153|308), got 309"),
    (COUNTS, 2.5, TypeError, r"tau must be an integer .*, got 2.5"),
    (COUNTS, True, TypeError, r"tau must be an integer .*, got True"),
    ([], 1, ValueError, "series must not be empty"),
    ([1.0, np.nan, 2.0, 4.0], 1, ValueError, r"series must be finite, got nan at index \(1,\)"),
    ([1.0, np.inf, 2.0, 4.0], 1, ValueError, "series must be finite, got inf"),
    ([[1.0, 2.0], [3.0, 4.0]], 1, ValueError, "series must have 1 axes, got 2"),
    (["a", "b"], 1, TypeError, "series must be an array of numbers"),
    ([1.0], 1, ValueError, "series must hold at least"),
])  # fmt: skip
def test_what_a_learner_can_get_wrong_about_a_series_is_said(fit, series, tau, error, message):
    with pytest.raises(error, match=message):
        fit(series, tau=tau)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: ar.fit_autoregressive(COUNTS, tau=154), "tau must be an integer from 1 to 153"),
    (lambda: ar.run_autoregressive(AR9, COUNTS[:4], steps=2), "history must hold at least 9"),
    (lambda: ar.run_autoregressive(AR9, COUNTS, steps=0), "steps must be .* at least 1, got 0"),
    (lambda: ar.compute_psi_weights(AR9, steps=-3), "steps must be .* at least 1, got -3"),
    (lambda: ar.predict_autoregressive(AR9, COUNTS[:5]), "tau must be .* from 1 to 4, got 9"),
    (lambda: ar.compute_autocovariances(COUNTS, max_lag=309), "max_lag .* 0 to 308, got 309"),
    (lambda: ar.solve_yule_walker([1.0]), "autocovariances must hold at least 2 .*, got 1"),
    (lambda: ar.solve_yule_walker([0.0, 0.0]), "must begin with a variance above 0, got 0"),
    (lambda: ar.solve_yule_walker([1.0, 1.0, 1.0]), "must make a positive definite matrix"),
    (lambda: ar.solve_yule_walker([1.0, 2.0]), "must make a positive definite matrix"),
    (lambda: scan_windows(COUNTS, n_train=221, max_tau=110), "max_tau .* from 1 to 109"),
    (lambda: scan_windows(COUNTS, n_train=309, max_tau=1), "n_train .* from 4 to 308"),
    (lambda: compute_rollout_errors(max, COUNTS, start=309, steps=1),
     "start must be .* from 1 to 308, got 309"),
    (lambda: compute_rollout_errors(lambda h, n: [0.0], COUNTS, start=300, steps=2),
     r"forecasts must .* \(2,\), got"),
])  # fmt: skip
def test_more_that_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
