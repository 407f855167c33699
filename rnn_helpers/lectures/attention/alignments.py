"""What trained models compute while they translate one date: from the scores to the letter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_helpers.lectures.attention.dates import normalise
from rnn_helpers.validation import check_choice, check_integer

WIDEST = 40  # characters of a text that the live picture has room for
PADDING = 2  # places after the text, as if a longer one were in the batch
SAMPLES = (
    "2026년 11월 21일 토요일", "21. November 2026", "Saturday, November 21, 2026", "2026年11月21日",
    "السبت، 21 نوفمبر 2026", "21 ноября 2026 г.", "sábado, 21 de noviembre de 2026", "21.11.2026",
    "31 Feb 2026", "2026-11-21",
)  # fmt: skip
AS_COMPUTED = "as computed"


def _spread(weights, mask):
    return np.broadcast_to(mask / mask.sum(axis=-1, keepdims=True), weights.shape)


def _silence(weights, mask):
    """The only character of a text keeps its weight."""
    rest = np.where(_take_largest(weights, mask) > 0, 0.0, weights)
    total = rest.sum(axis=-1, keepdims=True)
    return np.divide(rest, total, out=weights.copy(), where=total > 0)


def _take_largest(weights, mask):
    return _put_all_on(weights, mask, weights.argmax(axis=-1))


def _move_largest(weights, mask):
    """The largest weight and that of its right neighbour are exchanged; the last has the first."""
    top = weights.argmax(axis=-1)[..., None]
    after = (top + 1) % mask.sum(axis=-1)[:, None]
    moved = weights.copy()
    np.put_along_axis(moved, top, np.take_along_axis(weights, after, axis=-1), axis=-1)
    np.put_along_axis(moved, after, np.take_along_axis(weights, top, axis=-1), axis=-1)
    return moved


def _put_all_on(weights, mask, places):
    places = np.broadcast_to(places, weights.shape[:-1])[..., None]
    return (np.arange(weights.shape[-1]) == places).astype(weights.dtype)


# what weights (S, B, T) become; the mask (B, T) is true where there is a character
CHANGES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    AS_COMPUTED: lambda weights, mask: weights,
    "without the largest": _silence,
    "the largest moved right": _move_largest,
    "the largest alone": _take_largest,
    "all weights equal": _spread,
    "all on the first character": lambda weights, mask: _put_all_on(weights, mask, 0),
    "all on the last character": lambda w, mask: _put_all_on(w, mask, mask.sum(axis=-1) - 1),
}


@dataclass(frozen=True)
class Look:
    """How one model translates a text of T characters, read with P places of padding.

    Attributes
    ----------
    scores, weights, used : float arrays (10, T + P)
        Of all steps; `used` is what the weights became by the change.
    own, changed : float arrays (10, 11)
        Probabilities of each next character with its own weights, and with those used. Both
        times the model reads the characters before it that it wrote with its own.
    """

    scores: np.ndarray
    weights: np.ndarray
    used: np.ndarray
    own: np.ndarray
    changed: np.ndarray


@dataclass(frozen=True)
class AlignmentView:
    """What the demo of attention shows at one setting.

    Attributes
    ----------
    text : str
        As the encoder reads it.
    looks : dict of str to Look
        By the names of the models.
    step : int
        From 1.
    largest : float
        The largest score, in size, of all samples: what the picture has room for.
    """

    text: str
    looks: dict[str, Look]
    step: int
    change: str
    largest: float


def prepare_alignments(models: Mapping[str, Any]) -> Callable[[int, str, str, str], AlignmentView]:
    """Return what translates a date with one or two models, with its weights changed at will.

    Parameters
    ----------
    models : dict of str to EncoderDecoder
        Trained on dates, with attention, by their names.

    Returns
    -------
    compute : callable
        `compute(step, date, typed, change)`; `typed`, if there is any, in place of `date`, and
        `change` is one of `CHANGES`. It raises a ValueError for a text that is no date's, or
        longer than 40 characters.
    """
    from rnn_helpers.lectures.attention.translation import translate

    if not 1 <= len(models) <= 2:
        raise ValueError(f"models must hold one model or two, got {len(models)}")
    for name, model in models.items():
        if model.decoder.score is None:
            raise ValueError(f"models must have attention, got {name!r} without")

    @lru_cache(maxsize=64)
    def write(texts, name):
        return translate(models[name], _add_padding(texts))

    @lru_cache(maxsize=64)  # while the step is dragged, nothing is translated
    def look(texts, name, change):
        own = found = write(texts, name)
        if change != AS_COMPUTED:
            found = translate(
                models[name],
                _add_padding(texts),
                given=own.isos,
                change=_for_torch(CHANGES[change]),
            )
        return {text: _take(k, len(text) + PADDING, own, found) for k, text in enumerate(texts)}

    # all dates that can be picked, together and beforehand: moving to one translates nothing
    samples = tuple(map(normalise, SAMPLES))
    ready = {(name, change): look(samples, name, change) for name in models for change in CHANGES}
    looks = [seen for of_texts in ready.values() for seen in of_texts.values()]
    largest = max(float(np.abs(seen.scores).max()) for seen in looks)

    def compute(step: int, date: str, typed: str, change: str) -> AlignmentView:
        check_integer("step", step, minimum=1, maximum=10)
        check_choice("change", change, CHANGES)
        text = normalise(typed) or normalise(date)
        if len(text) > WIDEST:
            raise ValueError(f"the picture has room for {WIDEST} characters, got {len(text)}")
        looks = {
            name: (ready[name, change] if text in samples else look((text,), name, change))[text]
            for name in models
        }
        return AlignmentView(text, looks, step, change, largest)

    return compute


def _add_padding(texts):
    """A batch in which each text is followed by padding, because another is longer."""
    return [*texts, max(texts, key=len) + "0" * PADDING] if all(texts) else list(texts)


def _take(k, places, own, found):
    """What is seen of text `k` of two translations, its padding cut to what the picture shows."""
    scores, weights, used = (
        part[:, k, :places] for part in (own.scores, own.weights, found.weights)
    )
    return Look(scores, weights, used, own.probabilities[:, k], found.probabilities[:, k])


def _for_torch(change):
    import torch

    def call(weights, mask):
        return torch.from_numpy(np.array(change(weights.numpy(), mask.numpy())))

    return call
