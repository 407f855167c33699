"""How windows are scored, and how far ahead."""

import numpy as np
import pytest

from rnn_helpers.data.series import compute_rmse, load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import autoregressive as ar
from rnn_helpers.lectures.sequence_models.forecasts import compute_rollout_errors, scan_windows

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


def test_the_scan_scores_every_window_as_one_by_one():
    scan = scan_windows(COUNTS, n_train=TRAIN.stop, max_tau=12)
    for tau in (1, 9, 12):
        predictions = ar.predict_autoregressive(
            ar.fit_autoregressive(COUNTS[TRAIN], tau=tau), COUNTS
        )
        expected = (
            compute_rmse(predictions[12 : TRAIN.stop], COUNTS[12 : TRAIN.stop]),
            compute_rmse(predictions[HELD_OUT], COUNTS[HELD_OUT]),
        )
        assert (scan.train_rmse[tau - 1], scan.held_out_rmse[tau - 1]) == pytest.approx(expected)
    assert scan.taus[scan.held_out_rmse.argmin()] == 9


def test_rollout_errors_one_step_ahead_are_the_one_step_errors():
    model = ar.fit_autoregressive(COUNTS[TRAIN], tau=3)
    errors = compute_rollout_errors(
        lambda history, steps: ar.run_autoregressive(model, history, steps=steps),
        COUNTS, start=TRAIN.stop, steps=4,
    )  # fmt: skip
    one_step = (ar.predict_autoregressive(model, COUNTS) - COUNTS)[HELD_OUT]
    np.testing.assert_allclose(errors[:, 0], one_step)
    assert np.isnan(errors).sum(axis=0).tolist() == [0, 1, 2, 3]


def roll(forecast, **options):
    return compute_rollout_errors(forecast, COUNTS, **options)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: scan_windows(COUNTS, n_train=221, max_tau=110), "max_tau .* from 1 to 109"),
    (lambda: scan_windows(COUNTS, n_train=309, max_tau=1), "n_train .* from 4 to 308"),
    (lambda: roll(max, start=309, steps=1), "start must be .* from 1 to 308, got 309"),
    (lambda: roll(lambda h, n: [0.0], start=300, steps=2), r"forecasts must .* \(2,\), got"),
])  # fmt: skip
def test_scores_that_cannot_be_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
