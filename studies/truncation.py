"""How far truncation moves the mean gradient of a task with a target, before and after training."""

from rnn_helpers.lectures.backpropagation_through_time.recall import compute_truncation_bias
from studies import Study, make_grid


def run(delay, updates, k, seed):
    """The bias of one cut, the noise in it, and the noise in the whole gradient's mean."""
    result = compute_truncation_bias(k=k, delay=delay, updates=updates, seed=seed)
    return {"bias": result.bias, "noise": result.noise, "whole_noise": result.whole_noise}


def list_settings(rows):
    """Two delays, before training and after, five cuts, ten seeds."""
    others = {"k": [2, 5, 10, 20, 40], "seed": range(10)}
    return make_grid(delay=[2, 5], updates=[0, 300], **others)


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: 1.5 + setting["updates"] / 300,
    cheap={"delay": 2, "updates": 0, "k": 5, "seed": 0},
)
