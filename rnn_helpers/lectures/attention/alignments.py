"""Where a trained model looks while it translates one date, step by step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_helpers.lectures.attention.dates import normalise
from rnn_helpers.validation import check_choice, check_integer

WIDEST = 40  # characters of a text that the live picture has room for


@dataclass(frozen=True)
class AlignmentView:
    """What the alignment scrubber shows at one setting, for a text of T characters.

    Attributes
    ----------
    text, iso : str
        As the encoder reads it, as the decoder writes it, all ten characters.
    weights : float array (10, T)
        Of all steps.
    probabilities, context : float arrays (11,) and (H,)
        Of the next character, and what is seen, at this step, from 1.
    """

    text: str
    iso: str
    score: str
    step: int
    weights: np.ndarray
    probabilities: np.ndarray
    context: np.ndarray


def prepare_alignments(models: Mapping[str, Any]) -> Callable[[str, str, str, int], AlignmentView]:
    """Return what translates a date with one of several models, step by step.

    Parameters
    ----------
    models : dict of str to EncoderDecoder
        Trained on dates, with attention, by the names of their scores.

    Returns
    -------
    compute : callable
        `compute(date, typed, score, step)`; `typed`, if there is any, in place of `date`. It
        raises a ValueError for a text that is no date's, or longer than 40 characters.
    """
    from rnn_helpers.lectures.attention.translation import translate

    if not models:
        raise ValueError("models must hold at least one model, got none")
    for name, model in models.items():
        if model.decoder.score is None:
            raise ValueError(f"models must have attention, got {name!r} without")

    @lru_cache(maxsize=64)  # while the step is dragged, nothing is translated
    def write(text, score):
        return translate(models[score], [text])

    def compute(date: str, typed: str, score: str, step: int) -> AlignmentView:
        check_choice("score", score, models)
        check_integer("step", step, minimum=1, maximum=10)
        text = normalise(typed) or normalise(date)
        if len(text) > WIDEST:
            raise ValueError(f"the picture has room for {WIDEST} characters, got {len(text)}")
        written = write(text, score)
        return AlignmentView(
            text, written.isos[0], score, step, np.asarray(written.weights)[:, 0],
            written.probabilities[step - 1, 0], written.contexts[step - 1, 0],
        )  # fmt: skip

    return compute
