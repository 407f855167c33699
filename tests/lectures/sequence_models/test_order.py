"""The order of an autoregression: each criterion against its definition and the sunspots."""

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import autoregressive, order

YEARS, COUNTS = load_sunspots()
TRAIN = COUNTS[split_years(YEARS)[0]]


def test_a_partial_autocorrelation_is_the_oldest_weight_of_yule_walker():
    partial = order.compute_partial_autocorrelations(TRAIN, max_lag=7)
    autocovariances = autoregressive.compute_autocovariances(TRAIN, max_lag=7)
    for k in range(1, 8):
        coefficients, _ = autoregressive.solve_yule_walker(autocovariances[: k + 1])
        assert partial[k] == pytest.approx(coefficients[-1], abs=1e-10)
    assert partial[0] == 1.0
    correlations = order.compute_autocorrelations(TRAIN, max_lag=7)
    np.testing.assert_allclose(correlations * autocovariances[0], autocovariances, rtol=1e-12)


def test_the_criteria_are_those_of_least_squares_on_the_same_years():
    found = order.compute_information_criteria(TRAIN, max_order=6)
    n = len(TRAIN) - 6
    for p in range(1, 7):
        windows, targets = autoregressive.build_windows(TRAIN, tau=p)
        design = np.column_stack([np.ones(n), windows[-n:]])
        _, rss, *_ = np.linalg.lstsq(design, targets[-n:])
        fit, m = n * np.log(rss[0] / n), p + 2
        assert found.aic[p - 1] == pytest.approx(fit + 2 * m, abs=1e-7)
        assert found.aicc[p - 1] == pytest.approx(fit + 2 * m * n / (n - m - 1), abs=1e-7)
        assert found.bic[p - 1] == pytest.approx(fit + m * np.log(n), abs=1e-7)
    assert found.orders.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_rolling_origin_fits_what_is_known_and_no_more():
    errors = order.compute_rolling_errors(TRAIN, first=150, max_order=4)
    for p in range(1, 5):
        misses = []
        for t in range(150, len(TRAIN)):
            model = autoregressive.fit_autoregressive(TRAIN[:t], tau=p)
            misses += [autoregressive.run_autoregressive(model, TRAIN[:t], steps=1)[0] - TRAIN[t]]
        assert errors[p - 1] == pytest.approx(np.sqrt(np.mean(np.square(misses))), rel=1e-9)


def test_the_training_years_choose_what_the_lecture_says():
    short = order.compute_information_criteria(TRAIN, max_order=12)
    long = order.compute_information_criteria(TRAIN, max_order=20)
    for criteria, expected in ((short, (9, 9, 2)), (long, (18, 8, 2))):
        lowest = [c.argmin() + 1 for c in (criteria.aic, criteria.aicc, criteria.bic)]
        assert tuple(lowest) == expected
    assert order.choose_order(TRAIN, first=1800 - 1700) == 9
    assert order.choose_order(TRAIN, first=1820 - 1700) == 9
    assert order.choose_order(TRAIN, first=1760 - 1700) == 8


def test_an_order_that_is_there_is_found():
    rng = np.random.default_rng(0)
    series = np.zeros(2000)
    for t in range(3, len(series)):
        series[t] = 0.5 * series[t - 1] - 0.6 * series[t - 3] + rng.normal()
    assert order.compute_information_criteria(series, max_order=8).bic.argmin() + 1 == 3
    partial = order.compute_partial_autocorrelations(series, max_lag=8)
    assert abs(partial[3]) > 0.3
    assert (np.abs(partial[4:]) < 3 / np.sqrt(len(series))).all()


@pytest.mark.parametrize(("function", "arguments", "words"), [
    (order.compute_autocorrelations, {"series": [2.0, 2.0], "max_lag": 1}, "series must vary"),
    (order.compute_partial_autocorrelations, {"series": TRAIN, "max_lag": 221}, "max_lag must be"),
    (order.compute_information_criteria, {"series": TRAIN, "max_order": 109}, "max_order must be"),
    (order.compute_information_criteria, {"series": [1.0] * 9, "max_order": 1}, "must vary"),
    (order.compute_rolling_errors, {"series": TRAIN, "first": 41, "max_order": 20}, "first must"),
    (order.compute_rolling_errors, {"series": [1.0] * 9, "first": 6, "max_order": 1}, "must vary"),
    (order.choose_order, {"series": [1.0, np.nan] * 5, "first": 6, "max_order": 1}, "finite"),
])  # fmt: skip
def test_what_has_no_order_is_refused(function, arguments, words):
    with pytest.raises(ValueError, match=words):
        function(**arguments)
