"""What n-gram models of a text write, and how well they predict it: the numbers of the demo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.models.ngrams import (
    SMOOTHINGS,
    compute_ngram_probabilities,
    count_ngrams,
    fit_ngram,
    sample_ngram,
)

MAX_ORDER = 8
STRENGTHS = (0.1, 1.0, 10.0, 100.0)
COLUMNS, ROWS = 48, 10  # of the text that is shown


@dataclass(frozen=True)
class NgramView:
    """What the n-gram demo shows at one setting: a sample, and the loss by order.

    In nats per character; `uniform_nats` is the loss when all are held equally likely.
    """

    order: int
    smoothing: str
    strength: float
    sample: str
    train_nats: np.ndarray
    held_out_nats: np.ndarray
    uniform_nats: float


def prepare_ngrams(text: str | None = None) -> Callable[..., NgramView]:
    """Count the n-grams of a text, or of Python's manual, once, and score every smoothing on it.

    Returns `compute(order, smoothing, strength, seed) -> NgramView`.
    """
    train, held_out = split_text(load_manual(drop_repeats=True) if text is None else text)
    model = fit_ngram(train, max_order=MAX_ORDER)
    curves = {}
    for name, sample in {"train": train[-len(held_out) :], "held out": held_out}.items():
        counts = count_ngrams(model, sample)
        for smoothing in SMOOTHINGS:
            for strength in STRENGTHS:
                p = compute_ngram_probabilities(counts, smoothing=smoothing, strength=strength)
                curves[name, smoothing, strength] = -np.log(p).mean(axis=1)

    def compute(order, smoothing, strength, seed):
        sample = sample_ngram(
            model, length=COLUMNS * ROWS, order=order, smoothing=smoothing, strength=strength,
            rng=np.random.default_rng(seed),
        )  # fmt: skip
        return NgramView(
            order, smoothing, strength, str(sample), curves["train", smoothing, strength],
            curves["held out", smoothing, strength], float(np.log(model.size)),
        )  # fmt: skip

    return compute
