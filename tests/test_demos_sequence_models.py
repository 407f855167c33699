"""The demos of lecture 01: every control at both ends, a thousand random moves, and the numbers."""

import gc
import random

import numpy as np
import psutil
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from rnn_helpers.data import load_manual, load_sunspots, split_text, split_years
from rnn_helpers.demos import sequence_models as demos
from rnn_helpers.plots.sequence_models import COLUMNS, ROWS, wrap_sample
from rnn_helpers.sequence_models import (
    compute_ngram_probabilities,
    compute_rmse,
    count_ngrams,
    fit_autoregressive,
    fit_ngram,
    predict_autoregressive,
    run_autoregressive,
)

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


@pytest.mark.parametrize("setting", [{"tau": 0}, {"start": 1900}, {"order": "backwards"}])
def test_a_forecast_setting_out_of_range_is_refused(setting):
    with pytest.raises(ValueError, match="must be"):
        demos.forecast_demo(**setting)


def test_what_a_figure_cannot_draw_is_replaced():
    assert wrap_sample("a$\n\t한\x00 ~") == "a$↵···" + " ~"
    assert [len(line) for line in wrap_sample("x" * 1000).split("\n")] == [COLUMNS] * ROWS
