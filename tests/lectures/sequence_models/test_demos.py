"""The demos of lecture 01: what each control changes, and the numbers behind the pictures."""

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.display.controls import list_settings
from rnn_helpers.lectures.sequence_models import demos
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
    run_autoregressive,
)
from rnn_helpers.lectures.sequence_models.ngram_samples import COLUMNS, ROWS
from rnn_helpers.models.ngrams import compute_ngram_probabilities, count_ngrams, fit_ngram

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


@pytest.fixture
def show():
    """Makes demos, and closes them."""
    shown = []

    def make(demo, **settings):
        shown.append(demo(**settings))
        return shown[-1]

    yield make
    for picture in shown:
        picture.close()


@pytest.mark.parametrize("make", [demos.forecast_demo, demos.ngram_demo])
def test_each_control_at_both_ends_and_in_the_middle_gives_its_own_picture(show, make):
    demo = show(make)
    assert len(demo.controls) <= 4
    for name, label in {"train": "training", "held out": "held-out"}.items():
        assert demo.artists[name].get_label().startswith(label)
    for control in demo.controls.values():
        pictures = set()
        settings = list_settings(control)
        settings = {settings[place] for place in (0, len(settings) // 2, -1)}
        for value in settings:
            control.value = value
            assert demo.error is None
            pictures.add(str(demo.stage.frame))
        assert len(pictures) == len(settings)
        demo.reset()


def test_the_forecast_is_the_model_of_the_lecture(show):
    picture = show(demos.forecast_demo, tau=2, start=1965, horizon=11)
    model = fit_autoregressive(COUNTS[TRAIN], tau=2)
    expected = run_autoregressive(model, COUNTS[YEARS < 1965], steps=11)
    drawn = picture.artists["forecast"].get_ydata()  # from the last known value on
    np.testing.assert_allclose(drawn, np.r_[COUNTS[YEARS == 1964], expected])
    np.testing.assert_allclose(picture.result.margins[0], 1.6449 * np.sqrt(model.noise_variance))
    truth = COUNTS[(YEARS >= 1965) & (YEARS <= 1975)]
    assert f"misses by {compute_rmse(expected, truth):.1f} sunspots" in picture.message
    held_out = compute_rmse(predict_autoregressive(model, COUNTS)[HELD_OUT], COUNTS[HELD_OUT])
    assert picture.artists["dots"].get_ydata()[1] == pytest.approx(held_out)
    assert f"{held_out:.1f} held out; a longer window, τ = 9, does better" in picture.message


def test_the_forecast_of_2008_has_one_year_to_be_judged_on(show):
    picture = show(demos.forecast_demo, tau=9, start=2008, horizon=20)
    assert len(picture.result.misses) == 1
    assert "over 2008 the forecast" in picture.message
    assert "of 1 year." in picture.message
    assert "no window does better" in picture.message


def test_shuffled_years_hold_nothing_to_learn(show):
    picture = show(demos.forecast_demo, order="shuffled")
    assert sorted(picture.result.counts) == sorted(COUNTS)
    assert picture.result.scan.held_out_rmse.min() > 2 * 17.44
    assert "so is the best window" in picture.message
    assert "does better" not in picture.message


def test_the_forecast_fills_its_half_and_names_its_start(show):
    picture = show(demos.forecast_demo, start=1957, horizon=20)
    axes, later = picture.figure.axes[0], picture.artists["later"]
    assert 20 / np.ptp(axes.get_xlim()) > 0.4
    assert later.get_xdata()[0] == 0
    assert later.get_ydata()[0] == pytest.approx(COUNTS[YEARS == 1957][0])
    assert picture.artists["title"].get_text() == "What the window says will come from 1957"
    picture.controls["start"].value = 1921
    assert picture.artists["title"].get_text() == "What the window says will come from 1921"


def test_the_losses_are_those_of_the_ngram_model(show):
    picture = show(demos.ngram_demo, order=4, strength=1.0)
    train, held_out = split_text(load_manual(drop_repeats=True))
    counts = count_ngrams(fit_ngram(train, max_order=8), held_out)
    expected = -np.log(compute_ngram_probabilities(counts, strength=1.0)).mean(axis=1)
    np.testing.assert_allclose(picture.result.held_out_nats, expected)
    assert f"{expected[4]:.2f} on the held-out text" in picture.message
    assert (np.diff(picture.result.train_nats) < 0).all()


@pytest.mark.parametrize("seed", [0, 7, 19])
def test_the_text_stays_on_its_half_of_the_figure(show, seed):
    picture = show(demos.ngram_demo, order=0, strength=100.0, smoothing="uniform", seed=seed)
    block = picture.artists["text"]
    lines = block.get_text().split("\n")
    assert len(lines) == ROWS
    assert {len(line) for line in lines} == {COLUMNS}
    box, neighbour = block.get_window_extent(), picture.figure.axes[1].get_tightbbox()
    assert 0 <= box.x0 < box.x1 < neighbour.x0
    assert 0 <= box.y0 < box.y1 < picture.figure.bbox.height
    font = get_font(findfont(FontProperties(family="monospace")))
    assert all(font.get_char_index(ord(letter)) for letter in "".join(lines))


def test_a_text_of_your_own_replaces_the_manual(show):
    picture = show(demos.ngram_demo, text="다람쥐 헌 쳇바퀴에 타고파. " * 40)
    assert picture.error is None
    assert picture.result.held_out_nats[8] < 0.5


@pytest.mark.parametrize(("demo", "setting", "words"), [
    (demos.forecast_demo, {"tau": 0}, "tau must be an integer from 1 to 60"),
    (demos.forecast_demo, {"tau": "9"}, "tau must be an integer"),
    (demos.forecast_demo, {"start": 1900}, "start must be an integer from 1921 to 2008"),
    (demos.forecast_demo, {"horizon": 23}, "horizon must be an integer from 1 to 22"),
    (demos.forecast_demo, {"order": "backwards"}, "order must be"),
    (demos.ngram_demo, {"order": 9}, "order must be an integer from 0 to 8"),
    (demos.ngram_demo, {"smoothing": "none"}, "smoothing must be"),
    (demos.ngram_demo, {"strength": 3}, "strength must be"),
    (demos.ngram_demo, {"seed": -1}, "seed must be an integer from 0 to 19"),
    (demos.ngram_demo, {"text": "too short a text, it is"}, "text must be .*characters, got 2"),
])  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_by_name(demo, setting, words):
    with pytest.raises((ValueError, TypeError), match=words):
        demo(**setting)
