"""The demos of lecture 08."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.bidirectional_and_deep.plots import (
    REVEAL_PARTS,
    describe_depth,
    describe_reveal,
    draw_depth,
    draw_reveal,
)
from rnn_helpers.lectures.bidirectional_and_deep.reach import compute_reach
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LENGTH, TEXTS, prepare_reveal
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import (
    KINDS,
    LAYERS,
    STEPS,
)

PARTS = {
    "state": "the one whose needs are shown, that of layer l at step t",
    "waits for": "each cell waits for those that an arrow comes from",
    "gradient": "goes back from the state along the same lines, as wide as what is left of it",
}
LABELS = "Teddy bears", "Teddy Roosevelt", "Rose … cheap", "Rose … brave", "Pearl … famous"


def reveal_demo(
    taggers: Mapping[str, Any], *, revealed: int = LENGTH, text: str = TEXTS[1], cell: str = "GRU"
) -> Live:
    """Reveal a sentence word by word, and watch P(name); `taggers` as in `prepare_reveal`."""
    return live(
        prepare_reveal(taggers),
        draw_reveal,
        {
            "revealed": slider("words revealed", 1, LENGTH, 1, revealed),
            "text": choice("sentence", list(zip(LABELS, TEXTS, strict=True)), text),
            "cell": choice("cell", list(taggers), cell),
        },
        describe_reveal,
        height=4.6,
        parts=REVEAL_PARTS,
    )


def depth_demo(*, step: int = 6, layer: int = 3, kind: str = "one way") -> Live:
    """Choose a state of a deep network: what it needs, how long it waits, and its gradient."""
    for t, number, each in product(range(1, STEPS + 1), range(1, LAYERS + 1), KINDS):
        compute_reach(step=t, layer=number, kind=each)  # is kept: a drag only draws
    return live(
        compute_reach,
        draw_depth,
        {
            "step": slider("step t", 1, STEPS, 1, step),
            "layer": slider("layer l", 1, LAYERS, 1, layer),
            "kind": choice("kind", KINDS, kind),
        },
        describe_depth,
        height=4.8,
        parts=PARTS,
    )
