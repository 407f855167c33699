"""The demos of lecture 08."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.display.live import choice, live, slider
from rnn_helpers.lectures.bidirectional_and_deep.plots import (
    describe_reveal,
    describe_unrolled_grid,
    draw_reveal,
    draw_unrolled_grid,
)
from rnn_helpers.lectures.bidirectional_and_deep.teddy import (
    Sentence,
    compute_name_probability,
    parse_sentence,
)
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import (
    KINDS,
    LAYERS,
    STEPS,
    compute_unrolled_grid,
)

TEXTS = (
    "He said, Teddy bears are on sale.",
    "He said, Teddy Roosevelt was a great president.",
    "She said, Rose is still perhaps just so cheap today.",
    "She said, Rose is still perhaps just so brave today.",
    "We read that Pearl was quite very famous.",
)
_LONGEST = 13


@dataclass(frozen=True)
class RevealView:
    """What the demo shows at one setting.

    Attributes
    ----------
    sentence : Sentence
    revealed : int
        How many of its words are known.
    two_way, one_way : arrays (T,)
        P(name) of each word; NaN where it is hidden.
    exact : float or None
        P(name) of the ambiguous word by the grammar; None before it is read.
    cell : str
    """

    sentence: Sentence
    revealed: int
    two_way: np.ndarray
    one_way: np.ndarray
    exact: float | None
    cell: str


def prepare_reveal(taggers):
    """Let every network read the beginnings of every sentence once, and return the look-up.

    Parameters
    ----------
    taggers : dict of str to (Tagger, Tagger)
        By the name of the cell: one way without delay, and both ways.

    Returns
    -------
    compute : callable
        `compute(revealed, text, cell) -> RevealView`; more words than there are reveals all.

    Raises
    ------
    ValueError
        No network.
    """
    from rnn_helpers.lectures.bidirectional_and_deep.tagging import compute_name_probabilities

    if not taggers:
        raise ValueError("taggers must hold at least one pair of networks, got none")
    sentences = {text: parse_sentence(text) for text in TEXTS}
    shares = {
        (text, cell): [compute_name_probabilities(tagger, sentence) for tagger in pair]
        for text, sentence in sentences.items()
        for cell, pair in taggers.items()
    }

    def compute(revealed, text, cell):
        sentence = sentences[text]
        revealed = min(revealed, len(sentence))
        one_way, two_way = (table[revealed - 1] for table in shares[text, cell])
        known = revealed > sentence.place
        exact = compute_name_probability(sentence, revealed) if known else None
        return RevealView(sentence, revealed, two_way, one_way, exact, cell)

    return compute


def reveal_demo(taggers, *, revealed=4, text=TEXTS[1], cell="GRU"):
    """Reveal a sentence word by word, and watch P(name).

    Parameters
    ----------
    taggers : dict of str to (Tagger, Tagger)
        As in `prepare_reveal`.
    revealed : int, 1 to 13
    text : str
        One of `TEXTS`.
    cell : str
        One of the keys of `taggers`.

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range, or no network.
    """
    return live(
        prepare_reveal(taggers),
        draw_reveal,
        {
            "revealed": slider("words revealed", 1, _LONGEST, 1, revealed),
            "text": choice("sentence", TEXTS, text),
            "cell": choice("cell", list(taggers), cell),
        },
        describe_reveal,
        height=4.6,
    )


def depth_demo(*, step=6, layer=3, kind="one way"):
    """Choose a state of a deep network, and see what it needs and how long it waits.

    Parameters
    ----------
    step : int, 1 to 8
    layer : int, 1 to 4
    kind : {"one way", "both ways", "one way, plain above"}

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range.
    """
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
