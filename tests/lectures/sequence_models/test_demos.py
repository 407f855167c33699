"""The demos of lecture 01: every control at both ends, a thousand random moves, and the numbers."""

import gc
import random

import numpy as np
import psutil
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.display.figures import new_figure
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.sequence_models import demos
from rnn_helpers.lectures.sequence_models import plots as pictures
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
    run_autoregressive,
    scan_windows,
)
from rnn_helpers.lectures.sequence_models.plots import COLUMNS, ROWS, describe_ngram, wrap_sample
from rnn_helpers.models.ngrams import compute_ngram_probabilities, count_ngrams, fit_ngram

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


@pytest.fixture(params=[demos.forecast_demo, demos.ngram_demo], ids=["forecast", "ngram"])
def demo(request):
    picture = request.param()
    yield picture
    picture.close()


def settings_of(control):
    """First, middle and last value of a control."""
    if hasattr(control, "min"):
        middle = control.min + (control.max - control.min) // control.step // 2 * control.step
        return [control.min, middle, control.max]
    values = [option[1] if isinstance(option, tuple) else option for option in control.options]
    return [values[0], values[len(values) // 2], values[-1]]


def all_settings_of(control):
    if hasattr(control, "min"):
        return [*range(control.min, control.max + 1, control.step)]
    return [option[1] if isinstance(option, tuple) else option for option in control.options]


def test_each_control_at_both_ends_and_in_the_middle_gives_its_own_picture(demo):
    assert len(demo.controls) <= 4
    for control in demo.controls.values():
        pictures = set()
        settings = settings_of(control)
        for value in settings:
            control.value = value
            assert demo.error is None
            pictures.add(bytes(demo.png))
        assert len(pictures) == len(set(settings))
        demo.reset()


def test_a_thousand_random_moves_neither_fail_nor_grow(demo):
    moves = random.Random(0)
    process = psutil.Process()

    def move(times):
        for _ in range(times):
            control = moves.choice(list(demo.controls.values()))
            control.value = moves.choice(all_settings_of(control))
            assert demo.error is None
            assert demo.message

    move(100)
    gc.collect()
    before = process.memory_info().rss
    move(1000)
    gc.collect()
    assert process.memory_info().rss - before < 5e6


def test_the_forecast_is_the_model_of_the_lecture():
    picture = demos.forecast_demo(tau=2, start=1965, horizon=11)
    model = fit_autoregressive(COUNTS[TRAIN], tau=2)
    expected = run_autoregressive(model, COUNTS[YEARS < 1965], steps=11)
    np.testing.assert_allclose(picture.result.forecasts, expected)
    np.testing.assert_allclose(picture.artists["forecast"].get_ydata(), expected)
    np.testing.assert_allclose(picture.result.margins[0], 1.6449 * np.sqrt(model.noise_variance))
    truth = COUNTS[(YEARS >= 1965) & (YEARS <= 1975)]
    assert f"misses by {compute_rmse(expected, truth):.1f} sunspots" in picture.message
    held_out = compute_rmse(predict_autoregressive(model, COUNTS)[HELD_OUT], COUNTS[HELD_OUT])
    assert picture.artists["dots"].get_ydata()[1] == pytest.approx(held_out)
    assert f"{held_out:.1f} held out; a longer window, τ = 9, does better" in picture.message
    picture.close()


def test_the_forecast_of_2008_has_one_year_to_be_judged_on():
    picture = demos.forecast_demo(tau=9, start=2008, horizon=20)
    assert len(picture.result.misses) == 1
    assert "over 2008 the forecast" in picture.message
    assert "of 1 year." in picture.message
    assert "no window does better" in picture.message
    picture.close()


def test_shuffled_years_hold_nothing_to_learn():
    picture = demos.forecast_demo(order="shuffled")
    assert sorted(picture.result.counts) == sorted(COUNTS)
    assert picture.result.scan.held_out_rmse.min() > 2 * 17.44
    assert "so is the best window" in picture.message
    assert "does better" not in picture.message
    picture.close()


def test_the_forecast_fills_its_half_and_names_its_start():
    picture = demos.forecast_demo(start=1957, horizon=20)
    axes, later = picture.figure.axes[0], picture.artists["later"]
    assert 20 / np.ptp(axes.get_xlim()) > 0.4
    assert later.get_xdata()[0] == 0
    assert later.get_ydata()[0] == pytest.approx(COUNTS[YEARS == 1957][0])
    assert picture.artists["title"].get_text().endswith("1957")
    picture.controls["start"].value = 1921
    assert picture.artists["title"].get_text().endswith("1921")
    picture.close()


def test_the_losses_are_those_of_the_ngram_model():
    picture = demos.ngram_demo(order=4, strength=1.0)
    train, held_out = split_text(load_manual(drop_repeats=True))
    counts = count_ngrams(fit_ngram(train, max_order=8), held_out)
    expected = -np.log(compute_ngram_probabilities(counts, strength=1.0)).mean(axis=1)
    np.testing.assert_allclose(picture.result.held_out_nats, expected)
    assert f"{expected[4]:.2f} on the held-out text" in picture.message
    assert (np.diff(picture.result.train_nats) < 0).all()
    picture.close()


def view_of(**changes):
    nats = np.array([3.0, 1.406, 1.4141, 1.4102])
    view = {"order": 1, "smoothing": "uniform", "strength": 1.0, "sample": ""}
    curves = {"train_nats": nats, "held_out_nats": nats, "uniform_nats": 4.6}
    return demos.NgramView(**{**view, **curves, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"order": 0}, "1 pseudo-character shared out equally"),
        ({"strength": 10.0}, "10 pseudo-characters shared out equally"),
        ({"smoothing": "shorter context"}, "shared out as the shorter context would"),
        ({"order": 1}, "no order does better."),
        ({"order": 2}, "order 1 does as well."),
        ({"order": 0}, "order 1 does better, at 1.41."),
    ],
)
def test_the_ngram_verdict_is_english_and_knows_a_tie(changes, words):
    assert words in describe_ngram(view_of(**changes))


@pytest.mark.parametrize("seed", [0, 7, 19])
def test_the_text_stays_on_its_half_of_the_figure(seed):
    picture = demos.ngram_demo(order=0, strength=100.0, smoothing="uniform", seed=seed)
    block = picture.artists["text"]
    lines = block.get_text().split("\n")
    assert len(lines) == ROWS
    assert {len(line) for line in lines} == {COLUMNS}
    box, neighbour = block.get_window_extent(), picture.figure.axes[1].get_tightbbox()
    assert 0 <= box.x0 < box.x1 < neighbour.x0
    assert 0 <= box.y0 < box.y1 < picture.figure.bbox.height
    font = get_font(findfont(FontProperties(family="monospace")))
    assert all(font.get_char_index(ord(letter)) for letter in "".join(lines))
    picture.close()


def test_a_text_of_your_own_replaces_the_manual():
    picture = demos.ngram_demo(text="다람쥐 헌 쳇바퀴에 타고파. " * 40)
    assert picture.error is None
    assert picture.result.held_out_nats[8] < 0.5
    picture.close()


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(
        ValueError, match="text must be longer than max_order = 8 characters, got 2"
    ):
        demos.ngram_demo(text="too short a text, it is")


@pytest.mark.parametrize(
    ("demo", "setting", "words"),
    [
        (demos.forecast_demo, {"tau": 0}, "tau must be an integer from 1 to 60"),
        (demos.forecast_demo, {"tau": 2.5}, "tau must be an integer"),
        (demos.forecast_demo, {"tau": "9"}, "tau must be an integer"),
        (demos.forecast_demo, {"start": 1900}, "start must be an integer from 1921 to 2008"),
        (demos.forecast_demo, {"horizon": 23}, "horizon must be an integer from 1 to 22"),
        (demos.forecast_demo, {"order": "backwards"}, "order must be"),
        (demos.ngram_demo, {"order": 9}, "order must be an integer from 0 to 8"),
        (demos.ngram_demo, {"smoothing": "none"}, "smoothing must be"),
        (demos.ngram_demo, {"strength": 3}, "strength must be"),
        (demos.ngram_demo, {"seed": -1}, "seed must be an integer from 0 to 19"),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(demo, setting, words):
    with pytest.raises((ValueError, TypeError), match=words):
        demo(**setting)


def test_what_a_figure_cannot_draw_is_replaced():
    assert wrap_sample("a$\n\t한\x00 ~") == "a$↵···" + " ~"
    assert [len(line) for line in wrap_sample("x" * 1000).split("\n")] == [COLUMNS] * ROWS


# --- the still pictures: every line is the number that it is named after --------------------------


def draw_on(draw, *arguments, ncols=1, nrows=1, **options):
    _, axes = new_figure(8, 4, ncols=ncols, nrows=nrows)
    draw(*arguments, axes, **options)
    return axes


def lines_by_name(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_the_series_is_drawn_year_by_year():
    axes = draw_on(pictures.draw_series, YEARS, COUNTS, last_train_year=1920)
    np.testing.assert_array_equal(axes.get_lines()[0].get_xydata(), np.c_[YEARS, COUNTS])
    assert axes.patches[0].get_x() == 1920.5


def test_shares_are_drawn_in_percent():
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
    view = demos.prepare_forecasts()(tau=9, start=1945, horizon=3, order="as observed")
    _, axes = new_figure(8, 4, ncols=2)
    pictures.draw_fans([view, view], axes)
    truth, forecast = axes[0].get_lines()[:2]
    np.testing.assert_array_equal(forecast.get_xydata(), np.c_[[1945, 1946, 1947], view.forecasts])
    assert truth.get_xdata()[-1] == 1947
    np.testing.assert_array_equal(truth.get_ydata()[-1:], COUNTS[YEARS == 1947])


def test_a_block_of_text_stands_upright_and_reads_from_the_left():
    """An F has its ink above and to the left; mirrored or upside down it has not."""
    figure, axes = new_figure(4, 4)
    axes.set_axis_off()
    block = TextBlock(axes, 0.3, 0.7, fontsize=40)
    block.set_text("F")
    figure.canvas.draw()
    ink = 255 - np.asarray(figure.canvas.buffer_rgba())[..., 0].astype(float)
    rows, columns = np.nonzero(ink)
    letter = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = letter.shape
    assert letter[: height // 2].sum() > 1.3 * letter[-(height // 2) :].sum()
    assert letter[:, : width // 2].sum() > 1.3 * letter[:, -(width // 2) :].sum()
