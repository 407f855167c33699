"""How far back the predictions of an RNN, a GRU and an LSTM hang that have read the manual.

`python -m studies.connectivity` trains the three of seed 0 again and stores their weights.
"""

import functools
from typing import Any

import numpy as np

from rnn_helpers import data
from rnn_helpers.data.networks import NETWORKS
from rnn_helpers.data.studies import read_study
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.lectures.gru.connectivity import CELLS, KINDS, TextNetwork, measure_reach
from rnn_helpers.models.language_model import compute_nats, train_language_model
from studies import Study, make_grid

SHORT, LONG = 150, 3000
SEEDS = 5


@functools.cache
def load_parts():
    """The text to train on, the text held out, and the characters of the former."""
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    return train, held_out, Vocabulary.build(train)


def train_network(cell, budget, learning_rate, seed):
    """One model of 64 units, trained as those of the study `characters`."""
    train, held_out, vocabulary = load_parts()
    return train_language_model(
        vocabulary.encode(train), vocabulary.encode(held_out), n_tokens=len(vocabulary), cell=cell,
        seed=seed, hidden_size=64, n_streams=32, window=16, updates=budget,
        learning_rate=learning_rate, evaluations=1,
    )  # fmt: skip


def run(cell, budget, rate, learning_rate, seed):
    """Train one model and measure, on the text held out, what each kind of place hangs on."""
    del rate  # it says whose the learning rate is
    _, held_out, vocabulary = load_parts()
    trained = train_network(cell, budget, learning_rate, seed)
    network = TextNetwork.from_state(cell, vocabulary, trained.model.state_dict())
    return [
        {"kind": kind, "nats": trained.nats, **measure_reach(network, held_out, kind)}
        for kind in KINDS
    ]


def judge(rows):
    """Each cell with its own rate, the best for it in the study `characters`, five seeds."""
    tuned = read_study("characters").select(num_layers=1, hidden_size=64, part="validation")
    settings: list[dict[str, Any]] = []
    for cell in CELLS:
        for budget in (SHORT, LONG):
            rate = tuned.select(cell=cell, budget=budget).choose("learning_rate", "nats")
            settings += make_grid(
                cell=[cell], budget=[budget], rate=["own"], learning_rate=[rate], seed=range(SEEDS)
            )
    return settings


def swap(rows):
    """Each cell with the other of the two rates: is it the rate that makes the difference?"""
    found = {row["cell"]: row["learning_rate"] for row in rows if row["budget"] == LONG}
    low, high = min(found.values()), max(found.values())
    settings = []
    for cell in CELLS:
        rate = low if found[cell] == high else high
        settings += make_grid(
            cell=[cell], budget=[LONG], rate=["other"], learning_rate=[rate], seed=range(SEEDS)
        )
    return settings


def store():
    """Train the three networks of seed 0 and store their weights, rounded to half precision."""
    _, held_out, vocabulary = load_parts()
    arrays: dict[str, Any] = {"characters": np.array("".join(vocabulary.tokens[1:]))}
    for setting in judge([]):
        if setting["budget"] == LONG and setting["seed"] == 0:
            del setting["rate"]
            trained = train_network(**setting)
            state = trained.model.state_dict()
            halves = {name: values.numpy().astype(np.float16) for name, values in state.items()}
            arrays |= {f"{setting['cell']} {name}": values for name, values in halves.items()}
            for name, values in halves.items():
                state[name].copy_(state[name].new_tensor(values.astype(np.float32)))
            rounded = compute_nats(trained.model, vocabulary.encode(held_out))
            print(f"{setting}: {trained.nats:.4f} nats, rounded {rounded:.4f}")
    np.savez_compressed(NETWORKS, **arrays)
    print(f"{NETWORKS.stat().st_size:,} bytes")


def estimate(setting):
    """About how many seconds a run takes."""
    return 2 + setting["budget"] / 1000 * {"RNN": 3, "GRU": 6, "LSTM": 8}[setting["cell"]]


STUDY = Study(
    run=run,
    stages=(judge, swap),
    cost=estimate,
    cheap={"cell": "RNN", "budget": SHORT, "rate": "own", "learning_rate": 3e-2, "seed": 0},
    tolerance=0.05,
)

if __name__ == "__main__":
    store()
