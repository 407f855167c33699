"""From text to numbers and back: words, characters, and the numbers that stand for them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.texts import normalise
from rnn_helpers.validation import check_array, check_indices, check_integer

UNKNOWN, END = "<unk>", "<eos>"

# words and numbers; every other sign by itself; a paragraph's end
_TOKEN = re.compile(r"\n\s*\n|\w+|[^\w\s]")


def split_words(text: str) -> list[str]:
    """The words of a text in small letters, each sign of punctuation as a token of its own.

    `<eos>` ends a sentence: after ".", "!" or "?" before a space, and at an empty line.

    Examples
    --------
    >>> split_words("It rains, again. Go!")
    ['it', 'rains', ',', 'again', '.', '<eos>', 'go', '!', '<eos>']
    """
    text, tokens = normalise(text).strip() + "\n\n", []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.isspace():
            ends = True
        else:
            tokens.append(token.lower())
            ends = token in ".!?" and text[match.end()].isspace()
        if ends and tokens and tokens[-1] != END:
            tokens.append(END)
    return tokens


def join_words(tokens: Iterable[str]) -> str:
    r"""Tokens as a line of text, a new line after each `<eos>`.

    Examples
    --------
    >>> join_words(["it", "rains", ",", "again", ".", "<eos>"])
    'it rains, again.\n'
    """
    line = (
        " ".join(["", *map(normalise, tokens)])
        .replace(f" {END}", "\n")
        .replace("\n ", "\n")
        .removeprefix(" ")
    )
    return re.sub(r" ([.,:;!?)\]}])", r"\1", re.sub(r"([(\[{]) ", r"\1", line))


def list_tokens(sequence: str | Iterable[str], *, name: str = "sequence") -> list[str]:
    """The tokens of a sequence, normalised: of a string its characters."""
    if isinstance(sequence, str):
        return list(normalise(sequence))
    if not isinstance(sequence, Iterable):
        raise TypeError(
            f"{name} must be a string or a list of tokens, got {type(sequence).__name__}"
        )
    return [normalise(token, name=f"a token of {name}") for token in sequence]


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a model knows, by number; number 0 is `<unk>`, all the others."""

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        """In NFC, as every text that is read."""
        object.__setattr__(self, "tokens", tuple(list_tokens(self.tokens, name="tokens")))

    @classmethod
    def build(cls, sequence: str | Iterable[str], *, max_size: int | None = None) -> "Vocabulary":
        """The most frequent tokens of a training sequence; equally frequent ones as they came.

        Parameters
        ----------
        sequence : str or iterable of str
            A string gives characters.
        max_size : int ≥ 2, optional
            Counting `<unk>`.

        Examples
        --------
        >>> Vocabulary.build("banana", max_size=3).tokens
        ('<unk>', 'a', 'n')
        """
        tokens = list_tokens(sequence)
        if not tokens:
            raise ValueError("sequence must hold at least one token, got none")
        if max_size is not None:
            max_size = check_integer("max_size", max_size, minimum=2) - 1
        counts = Counter(token for token in tokens if token != UNKNOWN)
        return cls((UNKNOWN, *(token for token, _ in counts.most_common(max_size))))

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.tokens)}

    @cached_property
    def _holds_words(self):
        return any(len(token) > 1 for token in self.tokens if token not in (UNKNOWN, END))

    def encode(self, sequence: str | Iterable[str]) -> np.ndarray:
        """The number of each token, 0 for those not known: int array (T,)."""
        if isinstance(sequence, str) and self._holds_words:
            raise TypeError(
                "sequence must be a list of words, got a string: split it, as with split_words"
            )
        tokens = list_tokens(sequence)
        return np.array([self.numbers.get(token, 0) for token in tokens], dtype=np.int64)

    def decode(self, ids: ArrayLike) -> list[str]:
        """The token of each number."""
        ids = check_array("ids", ids, ndim=1, dtype=int)
        return [self.tokens[number] for number in check_indices("ids", ids, len(self))]
