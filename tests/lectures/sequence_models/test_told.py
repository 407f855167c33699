"""What the figures of lecture 01 tell in words, and what the table of models counts."""

import dataclasses

import numpy as np
import pytest
from matplotlib.text import Text

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import autoregressive, plots, ways_plots
from rnn_helpers.lectures.sequence_models.forecasts import prepare_forecasts
from rnn_helpers.lectures.sequence_models.latent import fit_hidden_markov, fit_linear_recurrence
from rnn_helpers.lectures.sequence_models.model_table import compute_model_table, label_phases
from rnn_helpers.lectures.sequence_models.ways import compute_ways

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


@pytest.fixture
def shown(monkeypatch):
    """What was shown last: its figure and its alternative text."""
    kept = {}
    for module in (plots, ways_plots):
        monkeypatch.setattr(
            module, "show", lambda figure, *, alt, **_: kept.update(figure=figure, alt=alt)
        )
    return kept


def test_the_two_means_are_told_of_their_own_years(shown):
    plots.draw_series(YEARS, COUNTS, last_train_year=1920)
    later, earlier = COUNTS[HELD_OUT].mean(), COUNTS[TRAIN].mean()
    assert (
        f"held out; their mean is {later:.0f}, that of the years before {earlier:.0f}."
        in (shown["alt"])
    )


def test_the_years_that_are_tinted_are_those_that_are_told(shown):
    values = np.array([10.0, 45.0, 80.0])
    plots.draw_two_futures(values, np.array([1.0, -1.0, 1.0]), values[::-1])
    (band,) = shown["figure"].axes[0].patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (30, 60)
    assert "with 30 to 60 are tinted" in shown["alt"]


def test_nine_in_ten_are_counted_as_more_than_nine_in_ten(shown):
    beliefs = np.array([[0.85, 0.05, 0.05, 0.05], [0.02, 0.02, 0.01, 0.95], [0.25] * 4])
    years = np.array([1700, 1701, 1702])
    plots.draw_beliefs(years, np.array([1.0, 2.0, 3.0]), beliefs, names=list("abcd"))
    assert "in 33 % of the years one of them has more than 90 %" in shown["alt"]


@pytest.mark.parametrize(("draw", "told"), [
    (plots.draw_error_growth, {1: "{:.0f} at 1", 5: "{:.0f} at 5", 10: "{:.0f} at 10"}),
    (plots.draw_autocorrelations,
     {1: "{:.2f} at lag 1", 5: "{:.2f} at 5", 11: "{:.2f} at 11"}),
    (plots.draw_lag_weights,
     {1: "{:.2f} at 1", 2: "{:.2f} at 2", 3: "{:.2f} at 3", 9: "{:.2f} at 9"}),
])  # fmt: skip
def test_each_number_told_is_drawn_at_its_place(shown, draw, told):
    draw({"one": np.arange(2.0, 20.0), "two": np.arange(30.0, 48.0)})
    lines = {line.get_label(): line for line in shown["figure"].axes[0].get_lines()}
    for name in ("one", "two"):
        drawn = dict(lines[name].get_xydata().tolist())
        said = ", ".join(words.format(drawn[x]) for x, words in told.items())
        assert f"{name}: {said}" in shown["alt"]


def test_each_fan_is_titled_with_its_own_window(shown):
    compute = prepare_forecasts()
    settings = {"start": 1945, "horizon": 5, "order": "as observed"}
    plots.draw_fans([compute(tau=tau, **settings) for tau in (1, 9)])
    titles = [axes.get_title(loc="left") for axes in shown["figure"].axes]
    assert titles == ["τ = 1", "τ = 9"]


def test_the_bars_are_dated_and_what_came_is_told(shown):
    ways = compute_ways(COUNTS, n_train=TRAIN.stop)
    ways = dataclasses.replace(ways, came=ways.past[-1] + 11.0)  # another than the year before
    ways_plots.draw_ways(ways, next_year=1921)
    assert f"{ways.came:.1f} came." in shown["alt"]
    for axes in shown["figure"].axes:
        bars = [patch.get_x() + patch.get_width() / 2 for patch in axes.patches]
        dates = {
            text.get_text(): text.get_position()[0] for text in axes.findobj(Text)
            if len(text.get_text()) == 4 and text.get_text().isdigit()
        }  # fmt: skip
        assert dates.keys() == {"1920", "1911", "1921"}
        assert dates["1920"] == pytest.approx(bars[0])
        assert dates["1911"] == pytest.approx(bars[9])
        assert dates["1921"] == pytest.approx(bars[10])


def test_the_noise_is_the_residual_sum_over_the_windows_less_the_parameters():
    series, tau = COUNTS[:40], 3
    model = autoregressive.fit_autoregressive(series, tau=tau)
    misses = (autoregressive.predict_autoregressive(model, series) - series)[tau:]
    assert model.noise_variance == pytest.approx(misses @ misses / (37 - (tau + 1)))


def test_the_table_counts_what_the_models_hold():
    train = COUNTS[TRAIN]
    recurrence = fit_linear_recurrence(train, n_poles=2)
    hidden = fit_hidden_markov(train, labels=label_phases(train), n_states=4, steps=1)
    hands, K = len(recurrence.poles), len(hidden.means)
    # of a complex number two parts; its product with another takes four multiplications
    counted = {
        "latent: linear recurrence": (
            2 * hands, 2 * hands + len(recurrence.weights) + 1, 4 * hands + len(recurrence.weights)
        ),
        # K numbers that sum to 1 are K − 1; the belief by A, by the likelihood, by the means
        "latent: hidden Markov, 4 states": (
            K - 1, (K - 1) * (1 + K) + 2 * K, hidden.transition.size + 2 * K
        ),
        "latent: smoothing, rate 1.5": (1, 1, 1),
        "persistence": (1, 0, 0),
        "seasonal, 11 years": (11, 0, 0),
        **{f"AR({tau})": (tau, tau + 1, tau) for tau in (2, 4, 9)},
        "Markov: AR(1)": (1, 2, 1),
    }  # fmt: skip
    rows = compute_model_table(COUNTS, n_train=TRAIN.stop)
    found = {row.name: (row.memory, row.parameters, row.cost) for row in rows}
    assert found == counted | {"naive: the whole past": ("all", "one per history", "all")}
