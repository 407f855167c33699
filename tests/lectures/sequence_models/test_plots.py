"""The pictures of lecture 01: every line is the number that it is named after."""

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.sequence_models import plots as pictures
from rnn_helpers.lectures.sequence_models.forecasts import prepare_forecasts, scan_windows
from rnn_helpers.lectures.sequence_models.ngram_samples import COLUMNS, ROWS, NgramView

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


def view_of(**changes):
    nats = np.array([3.0, 1.406, 1.4141, 1.4102])
    view = {"order": 1, "smoothing": "uniform", "strength": 1.0, "sample": ""}
    curves = {"train_nats": nats, "held_out_nats": nats, "uniform_nats": 4.6}
    return NgramView(**{**view, **curves, **changes})


@pytest.mark.parametrize(("changes", "words"), [
    ({"order": 0}, "1 pseudo-character shared out equally"),
    ({"strength": 10.0}, "10 pseudo-characters shared out equally"),
    ({"smoothing": "shorter context"}, "shared out as the shorter context would"),
    ({"order": 1}, "no order does better."),
    ({"order": 2}, "order 1 does as well."),
    ({"order": 0}, "order 1 does better, at 1.41."),
])  # fmt: skip
def test_the_ngram_verdict_is_english_and_knows_a_tie(changes, words):
    assert words in pictures.describe_ngram(view_of(**changes))


def test_what_a_figure_cannot_draw_is_replaced():
    assert pictures.wrap_sample("a$\n\t한\x00 ~") == "a$↵···" + " ~"
    assert [len(line) for line in pictures.wrap_sample("x" * 1000).split("\n")] == [COLUMNS] * ROWS


def draw_on(draw, *arguments, ncols=1, nrows=1, **options):
    _, axes = new_figure(8, 4, ncols=ncols, nrows=nrows)
    draw(*arguments, axes, **options)
    return axes


def lines_by_name(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_the_series_is_drawn_year_by_year_and_shares_in_percent():
    axes = draw_on(pictures.draw_series, YEARS, COUNTS, last_train_year=1920)
    np.testing.assert_array_equal(axes.get_lines()[0].get_xydata(), np.c_[YEARS, COUNTS])
    assert axes.patches[0].get_x() == 1920.5
    axes = draw_on(pictures.draw_share_once, [1, 4, 8], [0.0, 0.25, 1.0])
    np.testing.assert_array_equal(axes.get_lines()[0].get_xydata(), [[1, 0], [4, 25], [8, 100]])


def test_the_two_errors_of_a_window_are_not_swapped():
    scan = scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=5)
    lines = lines_by_name(draw_on(pictures.draw_window_scan, scan))
    errors = {"training years": scan.train_rmse, "held-out years": scan.held_out_rmse}
    for name, expected in errors.items():
        np.testing.assert_array_equal(lines[name].get_xydata(), np.c_[scan.taus, expected])


def test_errors_correlations_and_weights_begin_at_their_own_lag():
    values = {"one": np.array([3.0, 5.0, 9.0]), "two": np.array([4.0, 2.0, 7.0])}
    for draw, first, ncols in (
        (pictures.draw_error_growth, 1, 1),
        (pictures.draw_autocorrelations, 0, 1),
        (pictures.draw_lag_weights, 1, 2),
    ):
        for axes in np.atleast_1d(draw_on(draw, values, ncols=ncols)):
            lines = lines_by_name(axes)
            for name, expected in values.items():
                np.testing.assert_array_equal(lines[name].get_xdata(), first + np.arange(3))
                np.testing.assert_array_equal(lines[name].get_ydata(), expected)


def test_years_that_rose_and_fell_are_told_apart():
    now, change, after = np.array([10.0, 20, 30]), np.array([5.0, -5, 0]), np.array([11.0, 12, 13])
    lines = lines_by_name(draw_on(pictures.draw_two_futures, now, change, after))
    np.testing.assert_array_equal(lines["had risen"].get_xydata(), [[10, 11]])
    np.testing.assert_array_equal(lines["had fallen"].get_xydata(), [[20, 12], [30, 13]])


def test_beliefs_are_stacked_in_the_order_of_their_names():
    beliefs = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    names = ["a", "b", "c", "d"]
    axes = draw_on(
        pictures.draw_beliefs, np.array([1700, 1701]), np.array([5.0, 9.0]), beliefs,
        nrows=2, names=names,
    )  # fmt: skip
    np.testing.assert_array_equal(axes[0].get_lines()[0].get_ydata(), [5, 9])
    bars = {group.get_label(): group.patches for group in axes[1].containers}
    for k, name in enumerate(names):
        np.testing.assert_allclose([bar.get_height() for bar in bars[name]], beliefs[:, k])
        below = beliefs[:, :k].sum(axis=1)
        np.testing.assert_allclose([bar.get_y() for bar in bars[name]], below, atol=1e-15)


def test_a_fan_is_the_forecast_of_its_setting():
    view = prepare_forecasts()(tau=9, start=1945, horizon=3, order="as observed")
    _, axes = new_figure(8, 4, ncols=2)
    pictures.draw_fans([view, view], axes)
    truth, forecast = axes[0].get_lines()[:2]
    np.testing.assert_array_equal(forecast.get_xydata(), np.c_[[1945, 1946, 1947], view.forecasts])
    assert truth.get_xdata()[-1] == 1947
    np.testing.assert_array_equal(truth.get_ydata()[-1:], COUNTS[YEARS == 1947])
