"""Three ways to see one past: their numbers, and the numbers that their drawing shows."""

import numpy as np
import pytest
from matplotlib.text import Text

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import encode_png
from rnn_helpers.lectures.sequence_models import ways_plots
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    run_autoregressive,
)
from rnn_helpers.lectures.sequence_models.model_table import compute_model_table
from rnn_helpers.lectures.sequence_models.ways import compute_ways

YEARS, COUNTS = load_sunspots()
N_TRAIN = split_years(YEARS)[0].stop


@pytest.fixture(scope="module")
def ways():
    return compute_ways(COUNTS, n_train=N_TRAIN)


def test_the_predictions_are_those_of_the_models_from_the_past_alone(ways):
    train = COUNTS[:N_TRAIN]
    for name, tau in (("window", 9), ("last", 1)):
        model = fit_autoregressive(train, tau=tau)
        expected = run_autoregressive(model, train, steps=1)[0]
        assert ways.predictions[name] == pytest.approx(expected)
    h = train[0]
    for x in train:
        h = ways.rate * x + (1 - ways.rate) * h
    assert ways.predictions["summary"] == pytest.approx(h)
    later = COUNTS.copy()
    later[N_TRAIN:] = 0.0  # of the years to come nothing is used
    again = compute_ways(later, n_train=N_TRAIN)
    assert again.predictions == pytest.approx(ways.predictions)


def test_the_rate_is_that_of_the_table(ways):
    names = [row.name for row in compute_model_table(COUNTS, n_train=N_TRAIN)]
    assert f"latent: smoothing, rate {ways.rate:.1f}" in names


def test_the_drawing_shows_the_weights_and_the_predictions(ways, monkeypatch):
    shown = {}
    monkeypatch.setattr(ways_plots, "show", lambda figure, *, alt: shown.update(f=figure, alt=alt))
    ways_plots.draw_ways(ways, next_year=1921)
    assert encode_png(shown["f"])
    read = [axes.findobj(Diagram)[0].read() for axes in shown["f"].axes]
    for weights, found in zip((ways.window, [ways.last]), read[:2], strict=True):
        drawn = [found[f"{back} back"] for back in range(1, len(weights) + 1)]
        np.testing.assert_allclose(np.ravel(drawn), weights, rtol=1e-9)
        assert len(found) == len(weights) + 1
    n = len(ways.past)
    drawn = np.ravel([read[2][f"enters {back}"] for back in range(1, n + 1)])
    np.testing.assert_allclose(drawn, ways.rate * (1 - ways.rate) ** np.arange(n))
    kept = np.ravel([read[2][f"kept {back}"] for back in range(1, n + 1)])
    np.testing.assert_allclose(kept, (1 - ways.rate) ** np.arange(1, n + 1))
    h = COUNTS[0]
    for x in COUNTS[: N_TRAIN - n]:
        h = ways.rate * x + (1 - ways.rate) * h
    said = drawn @ ways.past[::-1] + read[2][f"kept {n}"][0] * h
    assert said == pytest.approx(ways.predictions["summary"])
    for name, found in zip(("window", "last", "summary"), read, strict=True):
        assert found["x̂"] == [pytest.approx(ways.predictions[name], abs=0.05)]
        assert f"{ways.predictions[name]:.1f}" in shown["alt"]
    shown["f"].draw_without_rendering()
    for axes in shown["f"].axes[:2]:  # the constant's name hides no other
        words = {text.get_text(): text.get_window_extent() for text in axes.findobj(Text)}
        c = words.pop("+ c")
        assert not any(c.overlaps(other) for name, other in words.items() if name)
    for axes in shown["f"].axes:
        assert f"{ways.came:.1f}\ncame" in {text.get_text() for text in axes.findobj(Text)}
        bars = [patch.get_height() for patch in axes.patches]
        values = [*ways.past[::-1], COUNTS[N_TRAIN]]
        np.testing.assert_allclose(np.divide(bars, max(bars)), values / ways.past.max())
    assert "−0.5" not in shown["alt"].split("Right")[1]  # a question that comes later asks for it
    assert f"{ways.rate:g} of" not in shown["alt"]


def test_the_weights_and_the_intercept_make_the_prediction(ways):
    for name, weights, c in zip(
        ("window", "last"), (ways.window, [ways.last]), ways.intercepts, strict=True
    ):
        said = c + np.dot(weights, ways.past[::-1][: len(weights)])
        assert said == pytest.approx(ways.predictions[name])


def test_a_past_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"^n_train must be an integer from 10"):
        compute_ways(COUNTS, n_train=9)
