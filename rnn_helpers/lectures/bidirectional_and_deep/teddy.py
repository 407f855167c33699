"""Sentences whose first quoted word is a thing or a name, as a later word decides, in NumPy."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from rnn_helpers.validation import check_choice, check_integer, check_rng

# ambiguous word: what follows it as a thing, what follows it as a name, and how often it is a name
AMBIGUOUS = {
    "Teddy": ("bears", "Roosevelt", 0.5),
    "Rose": ("petals", "Kennedy", 0.4),
    "Ruby": ("rings", "Bridges", 0.6),
    "Pearl": ("necklaces", "Buck", 0.3),
    "Ginger": ("biscuits", "Rogers", 0.35),
    "Daisy": ("chains", "Bates", 0.55),
}
TAGS = ("other", "thing", "name")
OTHER, THING, NAME = range(3)
# how often the deciding word stands so many words after the ambiguous one
DISTANCES = {1: 0.25, 2: 0.2, 3: 0.2, 4: 0.15, 5: 0.1, 6: 0.1}

_OPENINGS = ("He said ,", "She said ,", "Then he wrote ,", "The old man said ,", "We read that")
# after the deciding word, where it stands next to the ambiguous one
_PREDICATES = {
    THING: ("are on sale", "were on the table", "were a gift"),
    NAME: ("was a great president", "came to dinner", "wrote a letter"),
}
# or, further off: is, or was, then as many of the last slots as the distance wants, then it
_VERBS = ("is", "was")
_SLOTS = (
    ("still", "always", "now"),
    ("perhaps", "surely", "indeed"),
    ("just", "quite", "really"),
    ("so", "very", "rather"),
)
_DECIDING = {
    THING: ("cheap", "expensive", "fragile", "fashionable"),
    NAME: ("brave", "hungry", "honest", "famous"),
}
_TAILS = ("", "today", "this week", "in our town", "as all the papers say", "if you ask me")

WORDS = tuple(
    dict.fromkeys(
        word
        for phrase in (
            "<pad>", *_OPENINGS, *AMBIGUOUS,
            *(word for pair in AMBIGUOUS.values() for word in pair[:2]),
            *_PREDICATES[THING], *_PREDICATES[NAME], *_VERBS,
            *(word for slot in _SLOTS for word in slot),
            *_DECIDING[THING], *_DECIDING[NAME], *_TAILS, ".",
        )
        for word in phrase.split()
    )
)  # fmt: skip
PADDING = 0  # the index of "<pad>"
_INDEX = {word: number for number, word in enumerate(WORDS)}


@dataclass(frozen=True)
class Sentence:
    """One sentence with the tag of each of its words; made by `make_sentence`.

    Attributes
    ----------
    words : tuple of str
        Of `WORDS`.
    tags : tuple of int
        Indices into `TAGS`, as long as `words`.
    place : int
        Where the ambiguous word stands, from 0; beyond the end of a sentence that is cut short.
    distance : int
        How many words after it the deciding word stands.
    """

    words: tuple[str, ...]
    tags: tuple[int, ...]
    place: int
    distance: int

    def __post_init__(self):
        _check_words("words", self.words)
        if len(self.tags) != len(self.words) or not {*self.tags} <= {OTHER, THING, NAME}:
            raise ValueError(f"tags must be {len(self.words)} of 0, 1 and 2, got {self.tags}")
        check_integer("place", self.place, minimum=0)
        check_integer("distance", self.distance, minimum=1)
        if self.place < len(self.words):
            check_choice("the word at place", self.words[self.place], AMBIGUOUS)

    def __len__(self) -> int:
        return len(self.words)

    def __str__(self) -> str:
        return " ".join(self.words).replace(" ,", ",").replace(" .", ".")


@dataclass(frozen=True)
class TeddyBatch:
    """Sentences side by side, padded to the longest; made by `make_teddy_batch`.

    Attributes
    ----------
    tokens : int array (T, B)
        Indices into `WORDS`; `PADDING` after the end of a sentence.
    tags : int array (T, B)
        Indices into `TAGS`; `OTHER` in the padding.
    lengths : int array (B,)
    places, distances : int arrays (B,)
        As in `Sentence`.
    """

    tokens: np.ndarray
    tags: np.ndarray
    lengths: np.ndarray
    places: np.ndarray
    distances: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        """True at words, False at padding: bool array (T, B)."""
        return np.arange(len(self.tokens))[:, None] < self.lengths


def make_sentence(word: str, tag: int, distance: int, *, rng: np.random.Generator) -> Sentence:
    """One sentence around an ambiguous word, all that decides nothing drawn at random.

    `word` is one of `AMBIGUOUS`, `tag` is `THING` or `NAME`, `distance` is one of `DISTANCES`.

    Examples
    --------
    >>> print(make_sentence("Teddy", NAME, 1, rng=np.random.default_rng(34)))
    He said, Teddy Roosevelt was a great president.
    """
    check_choice("word", word, AMBIGUOUS)
    check_choice("tag", tag, (THING, NAME))
    check_choice("distance", distance, DISTANCES)
    check_rng(rng)

    def draw(phrases):
        return phrases[rng.integers(len(phrases))].split()

    opening = draw(_OPENINGS)
    if distance == 1:
        second = AMBIGUOUS[word][tag - THING]
        middle, tags = [second, *draw(_PREDICATES[tag])], [tag]
    else:
        slots = _SLOTS[len(_SLOTS) - (distance - 2) :]
        middle, tags = [*draw(_VERBS), *(w for s in slots for w in draw(s))], []
        middle += draw(_DECIDING[tag])
    words = (*opening, word, *middle, *draw(_TAILS), ".")
    before = [OTHER] * len(opening)
    after = [OTHER] * (len(words) - len(opening) - 1 - len(tags))
    return Sentence(words, (*before, tag, *tags, *after), len(opening), distance)


def make_sentences(count: int, *, rng: np.random.Generator) -> list[Sentence]:
    """Draw sentences from the grammar: the word, then thing or name, then the distance.

    All words of `AMBIGUOUS` are equally frequent; thing or name, and the distance, are drawn
    as `AMBIGUOUS` and `DISTANCES` say, independently of each other.

    Examples
    --------
    >>> [len(sentence) for sentence in make_sentences(3, rng=np.random.default_rng(0))]
    [11, 10, 12]
    """
    count = check_integer("count", count, minimum=1)
    check_rng(rng)
    names = list(AMBIGUOUS)
    distances = rng.choice(list(DISTANCES), p=list(DISTANCES.values()), size=count)
    sentences = []
    for distance in distances.tolist():
        word = names[rng.integers(len(names))]
        tag = NAME if rng.random() < AMBIGUOUS[word][2] else THING
        sentences.append(make_sentence(word, tag, distance, rng=rng))
    return sentences


def parse_sentence(text: str) -> Sentence:
    """Find the ambiguous and the deciding word of a sentence, and with them its tags.

    `text` is in the words of the grammar: one ambiguous word, and after it one that decides.

    Examples
    --------
    >>> sentence = parse_sentence("He said, Teddy bears are on sale.")
    >>> [TAGS[tag] for tag in sentence.tags[2:6]], sentence.distance
    (['other', 'thing', 'thing', 'other'], 1)
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    text = unicodedata.normalize("NFC", text)
    words = tuple(text.replace(",", " ,").replace(".", " .").split())
    _check_words("text", words)
    places = [place for place, word in enumerate(words) if word in AMBIGUOUS]
    if len(places) != 1:
        raise ValueError(
            f"text must hold one of {', '.join(AMBIGUOUS)}, and once; got {len(places)} in {text!r}"
        )
    place, tags = places[0], [OTHER] * len(words)
    for distance, word in enumerate(words[place + 1 :], start=1):
        next_to_it = AMBIGUOUS[words[place]][:2] if distance == 1 else ()
        for tag in (THING, NAME):
            if word in (*_DECIDING[tag], *next_to_it[tag - THING : tag]):
                tags[place] = tag
                if next_to_it and word in next_to_it:
                    tags[place + 1] = tag
                return Sentence(words, tuple(tags), place, distance)
    raise ValueError(f"text must hold a word that decides after {words[place]}, got {text!r}")


def _check_words(name, words):
    for word in words:
        if word not in _INDEX or word == WORDS[PADDING]:
            raise ValueError(f"{name} must hold words of the grammar, got {word!r}")


def _check_sentence(name, sentence):
    if not isinstance(sentence, Sentence):
        raise TypeError(f"{name} must be a Sentence, got {type(sentence).__name__}")


def make_teddy_batch(sentences: Iterable[Sentence]) -> TeddyBatch:
    """Put sentences side by side and fill the shorter ones up.

    Examples
    --------
    >>> batch = make_teddy_batch(make_sentences(3, rng=np.random.default_rng(0)))
    >>> batch.tokens.shape, batch.lengths
    ((12, 3), array([11, 10, 12]))
    """
    sentences = list(sentences)
    if not sentences:
        raise ValueError("sentences must hold at least one sentence, got none")
    for number, sentence in enumerate(sentences):
        _check_sentence(f"sentences[{number}]", sentence)
    lengths = np.array([len(sentence) for sentence in sentences])
    tokens = np.full((lengths.max(), len(sentences)), PADDING)
    tags = np.full_like(tokens, OTHER)
    for column, sentence in enumerate(sentences):
        tokens[: len(sentence), column] = [_INDEX[word] for word in sentence.words]
        tags[: len(sentence), column] = sentence.tags
    places = np.array([sentence.place for sentence in sentences])
    distances = np.array([sentence.distance for sentence in sentences])
    return TeddyBatch(tokens, tags, lengths, places, distances)


def pad_batch(batch: TeddyBatch, steps: int) -> TeddyBatch:
    """The same sentences in a rectangle that is so many steps of padding longer."""
    longer = (0, check_integer("steps", steps, minimum=0)), (0, 0)
    tokens = np.pad(batch.tokens, longer, constant_values=PADDING)
    return replace(batch, tokens=tokens, tags=np.pad(batch.tags, longer, constant_values=OTHER))


def compute_best_accuracy(look_ahead: int = 0) -> float:
    """The share of ambiguous words that can be tagged right by who sees only so far ahead.

    P(D ≤ k) + P(D > k) · mean max(p, 1 − p): where the deciding word, D words on, is seen, the
    tag is certain; where it is not, the best is the likelier tag of that word, and nothing else
    in the sentence says more.

    Parameters
    ----------
    look_ahead : int ≥ 0
        k, the words seen after the ambiguous one.

    Examples
    --------
    >>> compute_best_accuracy(6)
    1.0
    """
    look_ahead = check_integer("look_ahead", look_ahead, minimum=0)
    likelier = np.mean([max(p, 1 - p) for _, _, p in AMBIGUOUS.values()])
    seen = sum(share for distance, share in DISTANCES.items() if distance <= look_ahead)
    return float(min(1.0, seen + (1 - seen) * likelier))


def compute_rule_accuracy(batch: TeddyBatch, look_ahead: int = 0) -> float:
    """The share of the ambiguous words of these sentences that the best rule tags right.

    Where the deciding word is not seen, that is the likelier tag; of a prior of one half, half.

    Examples
    --------
    >>> compute_rule_accuracy(make_teddy_batch([parse_sentence("Rose is cheap.")]))
    1.0
    """
    look_ahead = check_integer("look_ahead", look_ahead, minimum=0)
    places = batch.places, np.arange(len(batch.places))
    priors = np.array([AMBIGUOUS[WORDS[token]][2] for token in batch.tokens[places]])
    of_tag = np.where(batch.tags[places] == NAME, priors, 1 - priors)
    guess = (np.sign(of_tag - 0.5) + 1) / 2  # 1 for the likelier tag, ½ where none is
    return float(np.where(batch.distances <= look_ahead, 1.0, guess).mean())


def compute_name_probability(sentence: Sentence, revealed: int) -> float:
    """P(name) of the ambiguous word, given the first words of a sentence, exactly.

    It is the word's prior until the deciding word is known, then 0 or 1. `revealed` counts the
    words known, the ambiguous one among them.

    Examples
    --------
    >>> sentence = make_sentence("Pearl", NAME, 2, rng=np.random.default_rng(0))
    >>> [compute_name_probability(sentence, n) for n in (sentence.place + 1, len(sentence))]
    [0.3, 1.0]
    """
    _check_sentence("sentence", sentence)
    place = sentence.place
    revealed = check_integer("revealed", revealed, minimum=place + 1, maximum=len(sentence))
    if revealed > place + sentence.distance:
        return float(sentence.tags[place] == NAME)
    return AMBIGUOUS[sentence.words[place]][2]
