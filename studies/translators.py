"""What translators of dates get wrong, what a beam mends, and what their weights tell."""

import functools

import numpy as np
import torch

from rnn_helpers.lectures.attention import dates
from rnn_helpers.lectures.attention.translation import (
    compare,
    compute_accuracy_by_length,
    make_pairs,
    train_translator,
    translate,
    translate_with_beam,
)
from studies import Study, make_grid

# at 300 updates the study of dates finds 2e-2 the best for all three that are trained here
RATE, OTHER_RATE, SEEDS, WIDTHS = 2e-2, 1e-2, range(5), [2, 5, 10]
EDGES = [8, 11, 14, 18, 23, 40]  # characters read
DELETED = 80  # texts of which each character is deleted in turn


@functools.cache
def load_pairs():
    """What is trained on and what is judged on, as in the study of dates."""
    train = make_pairs(20_000, part="train", rng=np.random.default_rng(0))
    return train, make_pairs(1000, part="test", rng=np.random.default_rng(1))


@functools.lru_cache(maxsize=4)
def train_model(score, updates, learning_rate, seed):
    """One translator; some are compared with several others."""
    return train_translator(
        load_pairs()[0], score=None if score == "one vector" else score, seed=seed,
        updates=updates, learning_rate=learning_rate,
    ).model  # fmt: skip


def use_equal_weights(weights, mask):
    """The same weight for every character read."""
    return (mask / mask.sum(dim=1, keepdim=True)).expand_as(weights)


def drop_largest(weights, mask):
    """0 for the largest weight; the others are scaled up to a sum of 1."""
    rest = weights.scatter(2, weights.argmax(dim=2, keepdim=True), 0.0)
    return rest / rest.sum(dim=2, keepdim=True)


def keep_largest(weights, mask):
    """1 for the largest weight, 0 for all others."""
    return torch.zeros_like(weights).scatter(2, weights.argmax(dim=2, keepdim=True), 1.0)


CHANGES = {
    "all weights equal": use_equal_weights,
    "without the largest": drop_largest,
    "the largest alone": keep_largest,
}


def _find_tops(translations):
    """The character with the largest weight at each step: (10, B)."""
    if translations.weights is None:
        raise ValueError("translations must be those of a model with attention")
    return translations.weights.argmax(axis=2)


def run(score, updates, learning_rate, seed):
    """Train one translator; shares by length, by place and by width of the beam, in long form."""
    _, test = load_pairs()
    model = train_model(score, updates, learning_rate, seed)
    own = translate(model, test.texts)
    right = compare(own.isos, test.isos)
    by_length = compute_accuracy_by_length(right, test.lengths, EDGES)
    found = [("right by length", EDGES[:-1], by_length)]
    found += [("right by place", range(1, 11), (own.written == test.targets).mean(axis=1))]
    counts = []
    for width in WIDTHS:
        beam = translate_with_beam(model, test.texts, width=width)[0]
        after = compare(beam, test.isos)
        changed = sum(a != b for a, b in zip(own.isos, beam, strict=True))
        counts.append((changed, int((after & ~right).sum()), int((right & ~after).sum())))
    names = ("changed by a beam", "mended by a beam", "spoilt by a beam")
    found += [
        (name, WIDTHS, row) for name, row in zip(names, zip(*counts, strict=True), strict=True)
    ]
    if score == "dot":
        found += list_looks(model, own, right, learning_rate, seed)
    return [
        {"what": what, "at": at, "value": float(value)}
        for what, places, values in found
        for at, value in zip(places, values, strict=True)
    ]


def list_looks(model, own, right, learning_rate, seed):
    """What the weights of a translator with the dot score tell, by place."""
    _, test = load_pairs()
    found = []
    for what, change in CHANGES.items():
        again = translate(model, test.texts, change=change, given=own.isos)
        found.append((what, (again.written != own.written).mean(axis=1)))
    tops = _find_tops(own)
    rivals = {
        "same place, another seed": ("dot", (seed + 1) % len(SEEDS)),
        "same place, additive": ("additive", seed),
    }
    for what, (score, other) in rivals.items():
        seen = translate(train_model(score, 300, learning_rate, other), test.texts)
        alike = right & compare(seen.isos, test.isos)
        same = _find_tops(seen) == tops
        found.append((what, same[:, alike].mean(axis=1) if alike.any() else np.full(10, np.nan)))
    agree = []
    for k, text in enumerate(map(dates.normalise, test.texts[:DELETED])):
        shorter = [text[:j] + text[j + 1 :] for j in range(len(text))]
        chances = translate(model, shorter, given=[own.isos[k]] * len(text)).probabilities
        kept = np.take_along_axis(chances, own.written[:, k, None, None], axis=2)[:, :, 0]
        agree.append(kept.argmin(axis=1) == tops[:, k])
    found.append(("its deletion hurts most", np.mean(agree, axis=0)))
    return [(what, range(1, 11), values) for what, values in found]


def list_settings(rows):
    """One vector, trained for longer, too; the dot score, at a second rate, too."""
    return [
        *make_grid(score=["one vector"], updates=[300, 1200], learning_rate=[RATE], seed=SEEDS),
        *make_grid(score=["dot"], updates=[300], learning_rate=[RATE, OTHER_RATE], seed=SEEDS),
    ]


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: setting["updates"] * (0.06 if setting["score"] == "dot" else 0.03),
    cheap={"score": "one vector", "updates": 300, "learning_rate": 2e-2, "seed": 0},
    tolerance=0.3,
)
