"""The demo of lecture 09."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.display.live import choice, live, slider, text_box
from rnn_helpers.lectures.attention.dates import LANGUAGES, list_characters, normalise
from rnn_helpers.lectures.attention.plots import WIDEST, describe_scrubber, draw_scrubber
from rnn_helpers.validation import check_choice, check_integer

SAMPLES = (
    "2026년 11월 21일 토요일", "21. November 2026", "Saturday, November 21, 2026", "2026年11月21日",
    "السبت، 21 نوفمبر 2026", "21 ноября 2026 г.", "sábado, 21 de noviembre de 2026", "21.11.2026",
)  # fmt: skip


@dataclass(frozen=True)
class AlignmentView:
    """What the alignment scrubber shows at one setting, for a text of T characters.

    Attributes
    ----------
    text : str
        As the encoder reads it.
    iso : str
        As the decoder writes it, all ten characters.
    score : str
    step : int, 1 to 10
    weights : float array (10, T)
        Of all steps.
    probabilities : float array (11,)
        Of the next character at this step.
    context : float array (H,)
        At this step.
    """

    text: str
    iso: str
    score: str
    step: int
    weights: np.ndarray
    probabilities: np.ndarray
    context: np.ndarray


def prepare_alignments(models):
    """Return what translates a date with one of several models, step by step.

    Parameters
    ----------
    models : dict of str to EncoderDecoder
        Trained on dates, with attention, by the names of their scores.

    Returns
    -------
    compute : callable
        `compute(date, typed, score, step) -> AlignmentView`; `typed`, if there is any, in place
        of `date`.

    Raises
    ------
    ValueError
        No model, or one without attention. From `compute`: a text that is no date's, or longer
        than 40 characters.
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

    def compute(date, typed, score, step):
        check_choice("score", score, models)
        check_integer("step", step, minimum=1, maximum=10)
        text = normalise(typed) or normalise(date)
        _check_text(text)
        written = write(text, score)
        return AlignmentView(
            text, written.isos[0], score, step, written.weights[:, 0],
            written.probabilities[step - 1, 0], written.contexts[step - 1, 0],
        )  # fmt: skip

    return compute


def _check_text(text):
    """The same as `encode_dates`, in signs that every font has."""
    unknown = dict.fromkeys(c for c in text if c not in list_characters())
    if unknown:
        names = ", ".join(
            c if c.isascii() and c.isprintable() else f"U+{ord(c):04X}" for c in list(unknown)[:5]
        )
        raise ValueError(f"no date in these {len(LANGUAGES)} languages is written with {names}")
    if len(text) > WIDEST:
        raise ValueError(f"the picture has room for {WIDEST} characters, got {len(text)}")


def alignment_demo(models, *, date=SAMPLES[0], typed="", score=None, step=1):
    """Drag the step: where the decoder looks, what it sees there, and what it writes.

    Parameters
    ----------
    models : dict of str to EncoderDecoder
        As in `prepare_alignments`.
    date : str
        One of `SAMPLES`.
    typed : str
        Any other date, read in place of `date`.
    score : str, optional
        A key of `models`; the first, if it is not given.
    step : int, 1 to 10

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range, a text that is no date's.
    """
    compute = prepare_alignments(models)
    score = next(iter(models)) if score is None else score
    check_integer("step", step)
    return live(
        compute,
        draw_scrubber,
        {
            "step": slider("step", 1, 10, 1, step),
            "date": choice("date", SAMPLES, date),
            "typed": text_box("or type one", typed),
            "score": choice("score", list(models), score),
        },
        describe_scrubber,
        width=9.5,
        height=5.6,
        ncols=3,
    )
