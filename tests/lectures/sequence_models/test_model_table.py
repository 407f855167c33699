"""The table of models, and what all of them have in common."""

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import autoregressive, histories, latent
from rnn_helpers.lectures.sequence_models.model_table import (
    compute_model_table,
    format_model_table,
    label_phases,
)

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


def all_predictors(train):
    ar = autoregressive.fit_autoregressive(train, tau=3)
    recurrence = latent.fit_linear_recurrence(train, n_poles=1)
    hidden = latent.fit_hidden_markov(train, labels=label_phases(train), n_states=4, steps=2)
    return {
        "naive": lambda x: histories.predict_naive(x, n_train=len(train)),
        "persistence": histories.predict_persistence,
        "seasonal": histories.predict_seasonal,
        "autoregressive": lambda x: autoregressive.predict_autoregressive(ar, x),
        "exponential": lambda x: latent.predict_exponential(x, rate=0.4),
        "recurrence": lambda x: latent.predict_linear_recurrence(recurrence, x),
        "hidden Markov": lambda x: latent.predict_hidden_markov(hidden, x),
    }


@pytest.mark.parametrize(("name", "predict"), all_predictors(COUNTS[:100]).items())
def test_no_prediction_looks_at_its_own_year_or_later(name, predict):
    other = COUNTS.copy()
    other[200:] = COUNTS[200:][::-1] + 7.0
    before, after = predict(COUNTS), predict(other)
    assert before.shape == COUNTS.shape
    np.testing.assert_array_equal(before[:201], after[:201])
    assert name == "naive" or (before[201:] != after[201:]).any()
    assert np.isfinite(before[11:]).all()


def test_the_table_holds_the_numbers_that_the_lecture_prints():
    rows = compute_model_table(COUNTS, n_train=TRAIN.stop)
    errors = {row.name: round(row.rmse, 1) for row in rows}
    assert errors["persistence"] == 30.4
    assert errors["seasonal, 11 years"] == 34.2
    assert errors["AR(9)"] == 17.4
    assert errors["latent: smoothing, rate 1.5"] == 25.5  # the rate is chosen in training
    assert errors["latent: linear recurrence"] == 17.9
    lines = format_model_table(rows).splitlines()
    assert len(lines) == len(rows) + 1
    assert len({len(line) for line in lines}) == 1


def test_nothing_in_the_table_is_chosen_on_the_years_it_is_judged_on():
    changed = COUNTS.copy()
    changed[TRAIN.stop :] = 50.0 + 10.0 * np.sin(np.arange(len(COUNTS) - TRAIN.stop))
    names, others = (
        [row.name for row in compute_model_table(series, n_train=TRAIN.stop)]
        for series in (COUNTS, changed)
    )
    assert names == others
    assert "AR(9)" in names  # as rolling origin says, from 1800 on


def test_phases_are_told_by_level_and_change():
    assert label_phases([1.0, 9.0, 8.0, 2.0, 3.0]).tolist() == [1, 3, 2, 0, 1]


def test_a_series_without_a_table_is_refused():
    with pytest.raises(ValueError, match=r"n_train must be .* from 40 to 308"):
        compute_model_table(COUNTS, n_train=10)
    with pytest.raises(ValueError, match="series must be finite"):
        label_phases([1.0, np.nan])
