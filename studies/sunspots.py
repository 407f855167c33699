"""How well each cell forecasts the sunspots, and how far its seeds lie apart."""

from rnn_helpers import data
from rnn_helpers.models.forecasting import train_forecaster
from studies import Study, make_grid

CELLS, RATES, SEEDS = (
    ["RNN", "SimplifiedGRU", "GRU", "LSTM"],
    [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1],
    range(10),
)


def run(cell, learning_rate, seed):
    """Train one network as the lectures do; its error on the years held out."""
    years, counts = data.load_sunspots()
    n_train = data.split_years(years)[0].stop
    trained = train_forecaster(
        counts, n_train=n_train, seed=seed, cell=cell, learning_rate=learning_rate
    )
    return {
        "validation_rmse": trained.validation_rmse,
        "rmse": trained.rmse,
        "updates": len(trained.history.losses),
        "parameters": trained.n_parameters,
    }


STUDY = Study(
    run=run,
    stages=(lambda rows: make_grid(cell=CELLS, learning_rate=RATES, seed=SEEDS),),
    cost=lambda setting: {"RNN": 3.0, "LSTM": 6.0}.get(setting["cell"], 5.0),
    cheap={"cell": "RNN", "learning_rate": 1e-2, "seed": 0},
)
