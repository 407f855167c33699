"""The demo of lecture 09."""

from collections.abc import Mapping
from typing import Any

from rnn_helpers.display.live import Live, choice, live, slider, text_box
from rnn_helpers.lectures.attention.alignments import prepare_alignments
from rnn_helpers.lectures.attention.plots import describe_scrubber, draw_scrubber
from rnn_helpers.validation import check_integer

SAMPLES = (
    "2026년 11월 21일 토요일", "21. November 2026", "Saturday, November 21, 2026", "2026年11月21日",
    "السبت، 21 نوفمبر 2026", "21 ноября 2026 г.", "sábado, 21 de noviembre de 2026", "21.11.2026",
)  # fmt: skip


def alignment_demo(
    models: Mapping[str, Any], *, date: str = SAMPLES[0], typed: str = "",
    score: str | None = None, step: int = 1,
) -> Live:  # fmt: skip
    """Drag the step: where the decoder looks, what it sees there, and what it writes.

    `models` are those of `prepare_alignments`, `score` is one of their names, the first if it is
    not given; `date` is one of `SAMPLES`, `typed` any other, read in its place.
    """
    compute, step = prepare_alignments(models), check_integer("step", step)
    score = next(iter(models)) if score is None else score
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
