"""How long a window of the sunspots each criterion chooses, and from which training years."""

from rnn_helpers import data
from rnn_helpers.data.series import compute_rmse
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)
from rnn_helpers.lectures.sequence_models.order import (
    compute_information_criteria,
    compute_rolling_errors,
)
from studies import Study, make_grid

CRITERIA = ["AIC", "AICc", "BIC", "rolling 1780", "rolling 1800", "rolling 1820", "held out"]
LAST_YEARS = [1880, 1890, 1900, 1910, 1920]
MAX_ORDERS = [12, 20]


def run(criterion, last_year, max_order):
    """The value of one criterion for each order, all from the years up to `last_year`."""
    years, counts = data.load_sunspots()
    known = counts[years <= last_year]
    if criterion.startswith("rolling"):
        first = int(criterion.split()[1]) - int(years[0])
        values = compute_rolling_errors(known, first=first, max_order=max_order)
    elif criterion == "held out":  # what nobody could have looked at
        _, held_out = data.split_years(years)
        models = [fit_autoregressive(known, tau=tau) for tau in range(1, max_order + 1)]
        predictions = [predict_autoregressive(model, counts)[held_out] for model in models]
        values = [compute_rmse(row, counts[held_out]) for row in predictions]
    else:
        criteria = compute_information_criteria(known, max_order=max_order)
        values = getattr(criteria, criterion.lower())
    return [{"tau": tau, "value": float(value)} for tau, value in enumerate(values, 1)]


STUDY = Study(
    run=run,
    stages=(
        lambda rows: make_grid(criterion=CRITERIA, last_year=LAST_YEARS, max_order=MAX_ORDERS),
    ),
    cost=lambda setting: 0.05,
    cheap={"criterion": "AIC", "last_year": 1920, "max_order": 12},
    tolerance=1e-4,
)
