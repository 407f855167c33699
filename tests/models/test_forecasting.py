"""Forecasts by a recurrent network: who sees what, and that it learns."""

import numpy as np
import pytest
import torch

from rnn_helpers import data
from rnn_helpers.data.series import compute_rmse
from rnn_helpers.lectures.sequence_models.histories import predict_persistence
from rnn_helpers.models.forecasting import VALIDATION, Forecaster, train_forecaster

YEARS, COUNTS = data.load_sunspots()
N_TRAIN = data.split_years(YEARS)[0].stop


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_it_beats_persistence_with_every_seed(cell):
    baseline = predict_persistence(COUNTS)
    held_out = compute_rmse(baseline[N_TRAIN:], COUNTS[N_TRAIN:])
    for seed in range(2):
        trained = train_forecaster(COUNTS, n_train=N_TRAIN, seed=seed, cell=cell, updates=100)
        assert trained.rmse < 0.9 * held_out
        errors = trained.predictions[N_TRAIN:] - COUNTS[N_TRAIN:]
        assert trained.rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-12)
        assert trained.n_parameters == sum(p.numel() for p in trained.model.parameters())


def test_a_forecast_reads_nothing_of_the_future_and_training_nothing_held_out():
    given = train_forecaster(COUNTS, n_train=N_TRAIN, seed=0, updates=100)
    changed = COUNTS.copy()
    changed[N_TRAIN:] = 0.0
    again = train_forecaster(changed, n_train=N_TRAIN, seed=0, updates=100)
    assert len(given.history.losses) == len(again.history.losses)
    for a, b in zip(given.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(a, b)
    # the forecast of year t is made from the years before it, t − 1 being the last
    assert np.isnan(given.predictions[0])
    same = given.predictions[1:] == again.predictions[1:]
    assert same.tolist() == [t <= N_TRAIN for t in range(1, len(COUNTS))]
    assert np.isfinite(given.predictions[1:]).all()


@pytest.mark.parametrize(("learning_rate", "chosen"), [(3e-3, 50), (1.0, 10)])
def test_training_lasts_as_long_as_the_last_training_years_say(learning_rate, chosen):
    trained = train_forecaster(
        COUNTS, n_train=N_TRAIN, seed=0, updates=60, learning_rate=learning_rate
    )
    assert len(trained.history.losses) == chosen


def test_the_least_error_on_the_validation_years_is_told_in_units_of_the_series():
    one = train_forecaster(COUNTS, n_train=N_TRAIN, seed=0, updates=10)
    more = train_forecaster(COUNTS, n_train=N_TRAIN, seed=0, updates=60)
    assert more.validation_rmse < one.validation_rmse
    start, stop = N_TRAIN - VALIDATION, N_TRAIN
    persistence = compute_rmse(COUNTS[start - 1 : stop - 1], COUNTS[start:stop])
    assert one.validation_rmse == pytest.approx(persistence, rel=0.3)


def test_it_trains_in_the_precision_that_torch_is_set_to():
    torch.set_default_dtype(torch.float64)
    try:
        trained = train_forecaster(COUNTS, n_train=N_TRAIN, seed=0, updates=10)
    finally:
        torch.set_default_dtype(torch.float32)
    assert trained.model.change.weight.dtype == torch.float64
    assert np.isfinite(trained.rmse)


@pytest.mark.parametrize(("forecast", "done"), [(1, 0), (2, 0), (9, 7)])
def test_an_interrupt_returns_the_network_of_that_moment(monkeypatch, forecast, done):
    forward, forecasts = Forecaster.forward, []

    def interrupted(self, xs):  # the first forecast is judged, then comes the first update
        forecasts.append(1)
        if len(forecasts) == forecast:
            raise KeyboardInterrupt
        return forward(self, xs)

    monkeypatch.setattr(Forecaster, "forward", interrupted)
    trained = train_forecaster(COUNTS, n_train=N_TRAIN, seed=0, updates=20)
    assert trained.history.stopped == f"Interrupted after {done} updates."
    assert len(trained.history.losses) == done
    assert len(forecasts) == forecast + 1  # the last is what it returns
    assert np.isfinite(trained.predictions[1:]).all()


def test_an_untrained_network_corrects_persistence():
    network = Forecaster("GRU", 4)
    with torch.no_grad():
        network.change.weight.zero_()
        network.change.bias.fill_(2.0)
        xs = torch.arange(5.0)
        assert torch.equal(network(xs), xs + 2)


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"n_train": 100}, ValueError, "n_train must be an integer from 101 to 308"),
    ({"n_train": 309}, ValueError, "n_train must be an integer from 101 to 308"),
    ({"seed": -1}, ValueError, "seed must be an integer"),
    ({"cell": "MLP"}, ValueError, "cell must be one of"),
    ({"learning_rate": 0.0}, ValueError, "learning_rate must be"),
    ({"updates": 5}, ValueError, "updates must be an integer of at least 10"),
    ({"series": COUNTS[:50]}, ValueError, "series must hold at least 102 values, got 50"),
    ({"series": np.full(200, 0.1), "n_train": 150}, ValueError,
     "series must vary among its first 150 values, got 0.1 throughout"),
])  # fmt: skip
def test_what_is_wrong_is_named(settings, error, message):
    with pytest.raises(error, match=message):
        train_forecaster(**{"series": COUNTS, "n_train": N_TRAIN, "seed": 0} | settings)
