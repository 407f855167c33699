"""How well counting predicts the next character: shorter contexts mixed in, and Kneser–Ney."""

import numpy as np

from rnn_helpers import data
from rnn_helpers.models.ngrams import (
    choose_strength,
    compute_kneser_ney,
    compute_ngram_nats,
    fit_ngram,
)
from studies import Study, make_grid


def run(model, order):
    """Count the training text and score the held-out one."""
    train, held_out = (
        np.array([ord(c) for c in part])
        for part in data.split_text(data.load_manual(drop_repeats=True))
    )
    counts = fit_ngram(train, max_order=order)
    if model == "Kneser–Ney":
        nats = float(-np.log(compute_kneser_ney(counts, held_out)).mean())
    else:
        strength = choose_strength(train, order=order, strengths=(1, 3, 10, 30, 100))
        nats = compute_ngram_nats(train, held_out, order=order, strength=strength)
    return {"nats": nats, "parameters": counts.n_parameters[-1]}


STUDY = Study(
    run=run,
    stages=(
        lambda rows: make_grid(model=["shorter context", "Kneser–Ney"], order=list(range(1, 9))),
    ),
    cost=lambda setting: 2.0,
    cheap={"model": "Kneser–Ney", "order": 2},
)
