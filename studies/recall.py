"""Which cut of the gradient still lets a network learn to recall what it read d steps before."""

from rnn_helpers.lectures.backpropagation_through_time.recall import train_recall
from studies import Study, make_grid

UPDATES, EVERY = 1200, 50


def run(delay, learning_rate, k, seed):
    """Train one network; its mean error over every fifty batches, each of new sequences."""
    losses = train_recall(
        k=k, delay=delay, learning_rate=learning_rate, updates=UPDATES, seed=seed
    ).losses.reshape(-1, EVERY)
    return [
        {"updates": EVERY * number, "error": error}
        for number, error in enumerate(losses.mean(axis=1), start=1)
    ]


def list_settings(rows):
    """Five cuts at lag 5; as many steps as the lag, and one more, at lags 3 and 8; ten seeds."""
    cuts = {3: [3, 4], 5: [2, 5, 6, 10, 40], 8: [8, 9]}
    return [
        setting
        for delay, ks in cuts.items()
        for setting in make_grid(delay=[delay], learning_rate=[3e-3, 1e-2], k=ks, seed=range(10))
    ]


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: 2.5,
    cheap={"delay": 3, "learning_rate": 1e-2, "k": 4, "seed": 0},
)
