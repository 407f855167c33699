"""The demo of lecture 09."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from rnn_helpers.display.live import Live, choice, live, slider, text_box
from rnn_helpers.lectures.attention.alignments import prepare_alignments
from rnn_helpers.lectures.attention.plots import describe_scrubber, draw_scrubber
from rnn_helpers.validation import check_choice, check_integer

SAMPLES = (
    "2026년 11월 21일 토요일", "21. November 2026", "Saturday, November 21, 2026", "2026年11月21日",
    "السبت، 21 نوفمبر 2026", "21 ноября 2026 г.", "sábado, 21 de noviembre de 2026", "21.11.2026",
)  # fmt: skip


def alignment_demo(
    models: Mapping[str, Any], *, date: str = SAMPLES[0], typed: str = "",
    score: str | None = None, step: int = 1,
) -> Live:  # fmt: skip
    """Drag the step: where the decoder looks, what it sees there, and what it writes.

    A choice of the score stands beside it if there is more than one model.

    `models` are those of `prepare_alignments`, `score` is one of their names, the first if it is
    not given; `date` is one of `SAMPLES`, `typed` any other, read in its place.
    """
    compute: Any = prepare_alignments(models)
    step = check_integer("step", step)
    score = next(iter(models)) if score is None else score
    controls = {
        "step": slider("step", 1, 10, 1, step),
        "date": choice("date", SAMPLES, date),
        "typed": text_box("or type one", typed),
    }
    if len(models) == 1:
        compute = partial(compute, score=check_choice("score", score, models))
    else:
        controls["score"] = choice("score", list(models), score)
    return live(
        compute,
        draw_scrubber,
        controls,
        describe_scrubber,
        width=9.5,
        height=5.6,
        ncols=3,
    )
