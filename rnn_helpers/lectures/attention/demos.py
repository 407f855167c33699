"""The demo of lecture 09."""

from collections.abc import Mapping
from typing import Any

from rnn_helpers.display.live import Live, choice, live, slider, text_box
from rnn_helpers.lectures.attention.alignments import (
    AS_COMPUTED,
    CHANGES,
    SAMPLES,
    prepare_alignments,
)
from rnn_helpers.lectures.attention.scrubber_plots import describe_scrubber, draw_scrubber
from rnn_helpers.validation import check_integer

PARTS = {
    "scores": "how well the decoder's state fits each annotation hⱼ, the encoder's state at "
    "character j",
    "mask": "shuts the padding, places after the end of the text: whatever they score, they get no "
    "weight",
    "weights": "the softmax of the scores that are left, or as set by hand",
    "context": "c, the mean of the annotations as the weights weigh them: what is looked at",
    "next character": "the probability of each, from the context and the state",
    "written": "all ten characters, as computed and with the weights changed at every step; each "
    "step reads what was written as computed, so that no change carries on",
}

NETWORKS = {
    "networks": "each has bars of its own, filled or hollow; a seed is the random start that one "
    "was trained from"
}


def alignment_demo(
    models: Mapping[str, Any], *, step: int = 1, date: str = SAMPLES[0], typed: str = "",
    change: str = AS_COMPUTED,
) -> Live:  # fmt: skip
    """Drag the step, and change the weights: from the scores to the character written.

    `models`, one or two side by side, are those of `prepare_alignments`; `date` is one of
    `SAMPLES`, `typed` any other, read in its place; `change` is one of `CHANGES`.
    """
    return live(
        prepare_alignments(models),
        draw_scrubber,
        {
            "step": slider("step", 1, 10, 1, check_integer("step", step)),
            "date": choice("date", SAMPLES, date),
            "typed": text_box("or type one", typed),
            "change": choice("weights", list(CHANGES), change),
        },
        describe_scrubber,
        width=9.5,
        height=6.2,
        nrows=3,
        parts=(NETWORKS if len(models) > 1 else {}) | PARTS,
    )
