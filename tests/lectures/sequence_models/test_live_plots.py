"""The moving pictures of lecture 01: what each artist and each number of a sentence stands for."""

import dataclasses

import numpy as np
import pytest

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.data.texts import split_text
from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.sequence_models import autoregressive, live_plots
from rnn_helpers.lectures.sequence_models.forecasts import prepare_forecasts
from rnn_helpers.lectures.sequence_models.ngram_samples import NgramView, prepare_ngrams
from rnn_helpers.models.ngrams import compute_ngram_probabilities, count_ngrams, fit_ngram

YEARS, COUNTS = load_sunspots()
TRAIN, _ = split_years(YEARS)


@pytest.fixture(scope="module")
def compute():
    return prepare_forecasts()


@pytest.fixture
def axes():
    figure, axes = new_figure(9.5, 3.5, ncols=2)
    yield axes
    figure.clear()


@pytest.mark.parametrize(("start", "horizon", "span"), [
    (1945, 20, "1945–1964"), (1999, 22, "1999–2008"), (1957, 1, "1957"), (2008, 5, "2008"),
])  # fmt: skip
def test_the_sentence_counts_in_the_years_that_it_names(compute, start, horizon, span):
    truth = COUNTS[(int(span[:4]) <= YEARS) & (int(span[-4:]) >= YEARS)]
    model = autoregressive.fit_autoregressive(COUNTS[TRAIN], tau=9)
    said = autoregressive.run_autoregressive(model, COUNTS[start > YEARS], steps=len(truth))
    deviations = autoregressive.compute_forecast_deviations(model, steps=len(truth))
    inside = (np.abs(said - truth) <= 1.6449 * deviations).sum()
    sentence = live_plots.describe_forecast(
        compute(tau=9, start=start, horizon=horizon, order="as observed")
    )
    assert f"over {span} the forecast misses by {compute_rmse(said, truth):.1f} " in sentence
    assert f"its 90 % band holds {inside} of {len(truth)} year" in sentence


def test_the_forecast_that_is_moved_is_that_of_its_view(compute, axes):
    artists = live_plots.draw_forecast(
        compute(tau=2, start=1930, horizon=22, order="shuffled"), axes
    )
    view = compute(tau=9, start=1945, horizon=20, order="as observed")
    live_plots.draw_forecast(view, axes, artists)
    since = YEARS - 1945
    for name, part in {"known": since < 0, "later": since >= 0}.items():
        drawn = np.asarray(artists[name].get_xydata())
        np.testing.assert_array_equal(drawn, np.c_[since, COUNTS][part])
    ahead = np.arange(-1, 20)  # from the last known value on
    middle = np.r_[COUNTS[YEARS == 1944], view.forecasts]
    np.testing.assert_array_equal(artists["forecast"].get_xydata(), np.c_[ahead, middle])
    margins = np.r_[0, view.margins]
    (outline,) = artists["band"].get_paths()
    corners = outline.vertices[:42]
    np.testing.assert_allclose(corners[:, 0], np.r_[ahead, ahead[::-1]])
    np.testing.assert_allclose(corners[:, 1], np.r_[middle - margins, (middle + margins)[::-1]])
    one = compute(tau=9, start=1945, horizon=1, order="as observed")
    live_plots.draw_forecast(one, axes, artists)
    assert np.ptp(artists["forecast"].get_xdata()) == 1  # one year ahead can be seen
    scan = view.scan
    np.testing.assert_array_equal(artists["train"].get_ydata(), scan.train_rmse)
    np.testing.assert_array_equal(artists["held out"].get_ydata(), scan.held_out_rmse)
    dots = [[9, scan.train_rmse[8]], [9, scan.held_out_rmse[8]]]
    np.testing.assert_array_equal(artists["dots"].get_xydata(), dots)


FIRST = NgramView(
    order=0, smoothing="uniform", strength=1.0, sample="ab", train_nats=np.array([3.0, 2.0, 1.0]),
    held_out_nats=np.array([3.5, 2.5, 2.75]), uniform_nats=4.5,
)  # fmt: skip


def test_the_losses_that_are_moved_are_those_of_their_view(axes):
    artists = live_plots.draw_ngram(FIRST, axes)
    level = next(line for line in axes[1].get_lines() if line.get_gid() == live_plots.UNIFORM)
    assert list(level.get_ydata()) == [4.5, 4.5]
    later = dataclasses.replace(
        FIRST, order=2, sample="ba", train_nats=FIRST.train_nats + 0.1,
        held_out_nats=FIRST.held_out_nats + 0.2,
    )  # fmt: skip
    live_plots.draw_ngram(later, axes, artists)
    for name, nats in {"train": later.train_nats, "held out": later.held_out_nats}.items():
        drawn = artists[name].get_xydata()
        np.testing.assert_array_equal(drawn, np.c_[[0, 1, 2], nats])
    dots = [[2, later.train_nats[2]], [2, later.held_out_nats[2]]]
    np.testing.assert_array_equal(artists["dots"].get_xydata(), dots)
    assert artists["text"].get_text() == "ba"


def test_the_sentence_is_as_unsure_as_the_held_out_text_makes_it():
    sentence = live_plots.describe_ngram(FIRST)
    assert "3.00 nats per character on the training text and 3.50 on the held-out text" in sentence
    assert f"as unsure as among {np.exp(3.5):.1f} characters" in sentence


def test_the_curves_are_those_of_the_end_of_the_training_text_and_of_the_held_out_text():
    text = "abcd" * 100 + "the cat sleeps and the dog eats. " * 20 + "a dog sleeps. " * 20
    train, held_out = split_text(text)
    model = fit_ngram(train, max_order=8)
    view = prepare_ngrams(text)(order=1, smoothing="uniform", strength=1.0, seed=0)
    for nats, part in ((view.train_nats, train[-len(held_out) :]), (view.held_out_nats, held_out)):
        counts = count_ngrams(model, part)
        p = compute_ngram_probabilities(counts, smoothing="uniform", strength=1.0)
        np.testing.assert_allclose(nats, -np.log(p).mean(axis=1))
    assert view.uniform_nats == pytest.approx(np.log(len(set(train)) + 1))  # and one unknown
