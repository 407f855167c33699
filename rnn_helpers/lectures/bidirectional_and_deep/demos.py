"""The demos of lecture 08."""

from collections.abc import Mapping
from typing import Any

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.bidirectional_and_deep.plots import (
    describe_reveal,
    describe_unrolled_grid,
    draw_reveal,
    draw_unrolled_grid,
)
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LONGEST, TEXTS, prepare_reveal
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import (
    KINDS,
    LAYERS,
    STEPS,
    compute_unrolled_grid,
)


def reveal_demo(
    taggers: Mapping[str, Any], *, revealed: int = 4, text: str = TEXTS[1], cell: str = "GRU"
) -> Live:
    """Reveal a sentence word by word, and watch P(name); `taggers` as in `prepare_reveal`."""
    return live(
        prepare_reveal(taggers),
        draw_reveal,
        {
            "revealed": slider("words revealed", 1, LONGEST, 1, revealed),
            "text": choice("sentence", TEXTS, text),
            "cell": choice("cell", list(taggers), cell),
        },
        describe_reveal,
        height=4.6,
    )


def depth_demo(*, step: int = 6, layer: int = 3, kind: str = "one way") -> Live:
    """Choose a state of a deep network, and see what it needs and how long it waits."""
    return live(
        compute_unrolled_grid,
        draw_unrolled_grid,
        {
            "step": slider("step t", 1, STEPS, 1, step),
            "layer": slider("layer l", 1, LAYERS, 1, layer),
            "kind": choice("kind", KINDS, kind),
        },
        describe_unrolled_grid,
    )
