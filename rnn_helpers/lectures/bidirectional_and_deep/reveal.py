"""What networks and the grammar believe of a sentence that is revealed word by word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_helpers.lectures.bidirectional_and_deep.teddy import (
    Sentence,
    compute_name_probability,
    parse_sentence,
)
from rnn_helpers.validation import check_choice, check_integer

TEXTS = (
    "The old man said, Teddy bears are on sale today.",
    "The old man said, Teddy Roosevelt was a great president.",
    "She said, Rose is still perhaps just so cheap today.",
    "She said, Rose is still perhaps just so brave today.",
    "We read that Pearl was quite very famous in our town.",
)
LENGTH = 12  # words of each of them: the slider ends where the sentence does


@dataclass(frozen=True)
class RevealView:
    """What is believed at one setting; made by the function that `prepare_reveal` returns.

    Attributes
    ----------
    revealed : int
        How many of its words are known.
    two_way, one_way : arrays (T,)
        P(name) of each word; NaN where it is hidden.
    exact : float or None
        P(name) of the ambiguous word by the grammar; None before it is read.
    """

    sentence: Sentence
    revealed: int
    two_way: np.ndarray
    one_way: np.ndarray
    exact: float | None
    cell: str


def prepare_reveal(taggers: Mapping[str, Any]) -> Callable[[int, str, str], RevealView]:
    """Let every network read the beginnings of every sentence once, and return the look-up.

    By the name of its cell, `taggers` hold two: one way without delay, and both ways. The look-up
    is `compute(revealed, text, cell)`, from 1 to 12 words.
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

    def compute(revealed: int, text: str, cell: str) -> RevealView:
        sentence = sentences[check_choice("text", text, TEXTS)]
        check_choice("cell", cell, taggers)
        check_integer("revealed", revealed, minimum=1, maximum=LENGTH)
        one_way, two_way = (table[revealed - 1] for table in shares[text, cell])
        read = revealed > sentence.place
        exact = compute_name_probability(sentence, revealed) if read else None
        return RevealView(sentence, revealed, two_way, one_way, exact, cell)

    return compute
