"""Which cut of the gradient still lets a network learn to recall what it read d steps before."""

from rnn_helpers.lectures.backpropagation_through_time.recall import train_recall
from studies import Study, make_grid

UPDATES, EVERY = 1200, 50


def run(delay, learning_rate, k, hidden_size, seed):
    """Train one network; its mean error over every fifty batches, each of new sequences."""
    losses = train_recall(
        k=k, delay=delay, learning_rate=learning_rate, hidden_size=hidden_size, updates=UPDATES,
        seed=seed,
    ).losses.reshape(-1, EVERY)  # fmt: skip
    return [
        {"updates": EVERY * number, "error": error}
        for number, error in enumerate(losses.mean(axis=1), start=1)
    ]


def list_settings(rows):
    """Six cuts at lag 5; as many steps as the lag, and one more, at lags 3 and 8; ten seeds each.

    Five seeds of networks four times as wide, cut at each step, at the lag and one step later.
    """
    cuts = {3: [3, 4], 5: [1, 2, 5, 6, 10, 40], 8: [8, 9]}
    narrow = {"hidden_size": [16], "seed": range(10)}
    wide = {"learning_rate": [3e-3], "k": [1, 5, 6], "hidden_size": [64], "seed": range(5)}
    grids = [
        make_grid(delay=[delay], learning_rate=[3e-3, 1e-2], k=ks, **narrow)
        for delay, ks in cuts.items()
    ]
    return [setting for grid in (*grids, make_grid(delay=[5], **wide)) for setting in grid]


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: 2.5 if setting["hidden_size"] == 16 else 12.0,
    cheap={"delay": 3, "learning_rate": 1e-2, "k": 4, "hidden_size": 16, "seed": 0},
)
