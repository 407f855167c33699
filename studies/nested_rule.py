"""Whether a second or third layer is needed for a rule of a rule, or only learns it sooner."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.lectures.bidirectional_and_deep.deep import (
    BATCH_SIZE,
    STEPS,
    TEST_SIZE,
    DeepNetwork,
    choose_hidden_size,
)
from rnn_helpers.lectures.bidirectional_and_deep.nested_rule import FIRST, make_nested_rule_batch
from rnn_helpers.models.training import train
from studies import Study, make_grid

UPDATES, EVERY, BUDGET = 1600, 50, 2000


def run(num_layers, plain_layers, learning_rate, seed):
    """Train one network of about 2,000 parameters; the share of right symbols on the way.

    `validation` is the share on a second batch, by which a rate is chosen.
    """
    options = {"num_layers": num_layers, "plain_layers": plain_layers}
    size = choose_hidden_size(BUDGET, **options)
    test, held_back = (
        make_nested_rule_batch(STEPS, TEST_SIZE, rng=np.random.default_rng([seed, key]))
        for key in (1, 2)
    )
    validation = []

    def make_loss(network, rng):
        def compute_loss():
            batch = make_nested_rule_batch(STEPS, BATCH_SIZE, rng=rng)
            logits = network(torch.from_numpy(batch.inputs))[FIRST:]
            return cross_entropy(
                logits.flatten(0, 1), torch.from_numpy(batch.targets)[FIRST:].flatten()
            )

        return compute_loss

    def compute_accuracy(network, batch):
        guess = network(torch.from_numpy(batch.inputs)).argmax(-1).numpy()
        return (guess == batch.targets)[FIRST:].mean()

    def score(network):
        validation.append(compute_accuracy(network, held_back))
        return compute_accuracy(network, test)

    trained = train(
        lambda: DeepNetwork(size, **options), make_loss, seed=seed, updates=UPDATES,
        learning_rate=learning_rate, evaluate=score, evaluate_every=EVERY,
    )  # fmt: skip
    return [
        {"updates": updates, "validation": share, "accuracy": accuracy}
        for share, (updates, accuracy) in zip(validation, trained.history.evaluations, strict=True)
    ]


def list_settings(rows):
    """One to three recurrent layers, and one with two plain layers above it; ten seeds."""
    return [
        shape | rest
        for shape in [
            {"num_layers": 1, "plain_layers": 0}, {"num_layers": 2, "plain_layers": 0},
            {"num_layers": 3, "plain_layers": 0}, {"num_layers": 1, "plain_layers": 2},
        ]
        for rest in make_grid(learning_rate=[5e-3, 1e-2, 2e-2, 4e-2, 8e-2], seed=range(10))
    ]  # fmt: skip


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: 2.0 + 1.5 * setting["num_layers"],
    cheap={"num_layers": 1, "plain_layers": 0, "learning_rate": 1e-2, "seed": 0},
    tolerance=0.05,
)
