"""The pictures of lecture 01: every line is the number that it is named after."""

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import live_plots, order
from rnn_helpers.lectures.sequence_models import plots as pictures
from rnn_helpers.lectures.sequence_models.forecasts import prepare_forecasts, scan_windows
from rnn_helpers.lectures.sequence_models.ngram_samples import COLUMNS, ROWS, NgramView
from tests.narrow_charts import check_narrow

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
    ({"order": 0, "smoothing": "shorter context"}, "1 pseudo-character shared out equally"),
    ({"order": 1}, "no order up to 3 does better."),
    ({"order": 2}, "order 1 does as well."),
    ({"order": 0}, "order 1 does better, at 1.41."),
])  # fmt: skip
def test_the_ngram_verdict_is_english_and_knows_a_tie(changes, words):
    assert words in live_plots.describe_ngram(view_of(**changes))


def test_what_a_figure_cannot_draw_is_replaced():
    assert live_plots.wrap_sample("a$\n\t한\x00 ~") == "a$↵···" + " ~"
    assert [len(line) for line in live_plots.wrap_sample("x" * 1000).split("\n")] == [
        COLUMNS
    ] * ROWS


@pytest.fixture
def shown(monkeypatch):
    """What was shown: a list of (figure, alternative text)."""
    kept = []

    def show(figure, *, alt, narrow=None):
        if narrow is not None:
            check_narrow(narrow, figure)
        kept.append((figure, alt))

    monkeypatch.setattr(pictures, "show", show)
    return kept


def read_title(figure):
    """The title of the figure or of its first panel, in one line and with plain spaces."""
    title = figure.get_suptitle() or figure.axes[0].get_title("left")
    return " ".join(title.split())


def lines_by_name(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_the_series_is_drawn_year_by_year_and_shares_in_percent(shown):
    pictures.draw_series(YEARS, COUNTS, last_train_year=1920)
    pictures.draw_share_once([1, 4, 8], [0.0, 0.25, 1.0])
    (series, said), (shares, share_said) = shown
    axes = series.axes[0]
    np.testing.assert_array_equal(axes.get_lines()[0].get_xydata(), np.c_[YEARS, COUNTS])
    assert axes.patches[0].get_x() == 1920.5
    assert axes.patches[0].get_x() + axes.patches[0].get_width() == YEARS[-1] + 1
    assert "the highest has 190 in 1957" in said
    later, before = COUNTS[HELD_OUT].mean(), COUNTS[TRAIN].mean()
    title = f"The held-out years have {later:.1f} sunspots on average, those before {before:.1f}"
    assert read_title(series) == title
    assert read_title(shares) == "Of histories of 8 characters, 100 % occur only once"
    points = shares.axes[0].get_lines()[0].get_xydata()
    np.testing.assert_array_equal(points, [[1, 0], [4, 25], [8, 100]])
    assert "0 at 1, 25 at 4, 100 at 8" in share_said


def test_the_two_errors_of_a_window_are_not_swapped(shown):
    scan = scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=12)
    pictures.draw_scan(scan)
    figure, said = shown[0]
    lines = lines_by_name(figure.axes[0])
    errors = {"training years": scan.train_rmse, "held-out years": scan.held_out_rmse}
    for name, expected in errors.items():
        np.testing.assert_array_equal(lines[name].get_xydata(), np.c_[scan.taus, expected])
    assert "down to 17.4 at 9 years" in said
    title = "The error is lowest at τ = 12 in training, at τ = 9 on held-out years"
    assert figure.axes[0].get_title("left") == title


def test_the_order_is_drawn_and_told_as_it_was_computed(shown):
    criteria = order.compute_information_criteria(COUNTS[TRAIN], max_order=12)
    correlations = order.compute_autocorrelations(COUNTS[TRAIN], max_lag=12)
    partial = order.compute_partial_autocorrelations(COUNTS[TRAIN], max_lag=12)
    rolling = {
        first: order.compute_rolling_errors(COUNTS[TRAIN], first=first - 1700, max_order=12)
        for first in (1780, 1800)
    }
    pictures.draw_order(correlations, partial, criteria, rolling, n=TRAIN.stop)
    figure, said = shown[0]
    lines = lines_by_name(figure.axes[2])
    for name in ("AIC", "AICc", "BIC"):
        values = getattr(criteria, name.lower())
        np.testing.assert_allclose(lines[name].get_ydata(), values - values.min())
        assert f"{name} at {values.argmin() + 1}" in said
    for first, errors in rolling.items():
        line = lines_by_name(figure.axes[3])[f"{first}"]
        np.testing.assert_array_equal(line.get_xydata(), np.c_[np.arange(1, 13), errors])
    figure.draw_without_rendering()
    legend = figure.axes[3].get_legend().get_window_extent()
    (title,) = figure.axes[3].findobj(lambda artist: "from" in getattr(artist, "get_text", str)())
    assert legend.x0 > title.get_window_extent().x1
    assert legend.y0 >= figure.axes[3].get_window_extent().y1  # above the curves
    for axes, values in zip(figure.axes, (correlations, partial), strict=False):
        (sticks,) = axes.collections[:1]
        np.testing.assert_allclose([stick[1, 1] for stick in sticks.get_segments()], values[1:])
        band = 1.96 / np.sqrt(TRAIN.stop)
        span = axes.patches[0]
        heights = [span.get_y(), span.get_y() + span.get_height()]
        np.testing.assert_allclose(heights, [-band, band])
        assert [text.get_text() for text in axes.get_legend().texts] == ["95 % of noise"]
    title = "Depending on the measure, the training years choose an order of 2 to 9"
    assert read_title(figure) == title
    assert "from 1780 8; from 1800 9" in said
    assert "at lags 1, 2, 6" in said


@pytest.mark.parametrize(("draw", "first"), [
    (pictures.draw_error_growth, 1), (pictures.draw_autocorrelations, 0),
    (pictures.draw_lag_weights, 1),
])  # fmt: skip
def test_errors_correlations_and_weights_begin_at_their_own_lag(shown, draw, first):
    values = {"one": np.arange(3.0, 18.0), "two": np.arange(20.0, 35.0)}
    draw(values)
    figure, said = shown[0]
    for axes in figure.axes:
        lines = lines_by_name(axes)
        for name, expected in values.items():
            np.testing.assert_array_equal(lines[name].get_xdata(), first + np.arange(15))
            np.testing.assert_array_equal(lines[name].get_ydata(), expected)
    assert f"one: {values['one'][1 - first]:.0f}" in said
    assert read_title(figure) == {
        pictures.draw_error_growth:
            "one errs least at 15 of 15 distances, one year to 15 ahead",
        pictures.draw_autocorrelations:
            "Years eleven apart correlate by 14.00 in one, by 31.00 in two",
        pictures.draw_lag_weights:
            "Beyond nine years back no past year has a weight of more than 34.00",
    }[draw]  # fmt: skip


def test_years_that_rose_and_fell_are_told_apart(shown):
    now, change, after = np.array([10.0, 20, 30]), np.array([5.0, -5, 0]), np.array([11.0, 12, 13])
    pictures.draw_two_futures(now, change, after)
    figure, said = shown[0]
    lines = lines_by_name(figure.axes[0])
    np.testing.assert_array_equal(lines["had risen"].get_xydata(), [[10, 11]])
    np.testing.assert_array_equal(lines["had fallen"].get_xydata(), [[20, 12], [30, 13]])
    assert "100 % of the years that had risen and 0 % of those that had fallen" in said
    now, change = np.array([30.0, 60, 40, 61]), np.array([5.0, 5, -5, 5])
    pictures.draw_two_futures(now, change, np.array([50.0, 70, 20, 99]))
    title = "After 30 to 60 sunspots come 60 if they had risen, 20 if not"
    assert shown[1][0].axes[0].get_title("left") == title


def test_beliefs_are_stacked_in_the_order_of_their_names(shown):
    beliefs = np.array([[0.1, 0.2, 0.3, 0.4], [0.03, 0.01, 0.01, 0.95]])
    names = ["a", "b", "c", "d"]
    pictures.draw_beliefs(np.array([1700, 1701]), np.array([5.0, 9.0]), beliefs, names=names)
    figure, said = shown[0]
    np.testing.assert_array_equal(figure.axes[0].get_lines()[0].get_ydata(), [5, 9])
    bars = {group.get_label(): group.patches for group in figure.axes[1].containers}
    for k, name in enumerate(names):
        np.testing.assert_allclose([bar.get_height() for bar in bars[name]], beliefs[:, k])
        below = beliefs[:, :k].sum(axis=1)
        np.testing.assert_allclose([bar.get_y() for bar in bars[name]], below, atol=1e-15)
    assert "at most 9 in 1701" in said
    assert "in 50 % of the years" in said
    title = "From 1700 on one state has over 90 % of the belief in 50 % of the years"
    assert read_title(figure) == title


def test_a_fan_is_the_forecast_of_its_setting(shown):
    view = prepare_forecasts()(tau=9, start=1945, horizon=3, order="as observed")
    pictures.draw_fans([view, view])
    figure, said = shown[0]
    truth, forecast = figure.axes[0].get_lines()[:2]
    np.testing.assert_array_equal(forecast.get_xydata(), np.c_[[1945, 1946, 1947], view.forecasts])
    (band,) = figure.axes[0].collections[0].get_paths()
    edges = [view.forecasts - view.margins, view.forecasts + view.margins]
    for year, *ends in zip((1945, 1946, 1947), *edges, strict=True):
        found = band.vertices[band.vertices[:, 0] == year, 1]
        np.testing.assert_allclose([found.min(), found.max()], ends)
    came = COUNTS[(YEARS >= 1945) & (YEARS <= 1947)].max()
    top = f"{view.forecasts.max():.0f}"
    title = f"The forecasts rise to {top} and {top} sunspots, the sun to {came:.0f}"
    assert read_title(figure) == title
    assert truth.get_xdata()[-1] == 1947
    np.testing.assert_array_equal(truth.get_ydata()[-1:], COUNTS[YEARS == 1947])
    assert f"window 9: at most {view.forecasts.max():.0f}" in said
    assert f"came has {COUNTS[YEARS == 1947][0]:.0f} at its peak" in said


def test_samples_are_written_two_lines_each(shown):
    pictures.draw_samples({"order 1": "x" * 70 + "\n" + "y" * 99})
    figure, said = shown[0]
    assert figure.axes[0].texts[1].get_text() == f"{'x' * 70}↵{'y' * 9}\n{'y' * 80}"
    assert "order 1: xxx" in said
