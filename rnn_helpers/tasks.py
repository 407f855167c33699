"""Small generated tasks whose difficulty is one number, in NumPy."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.validation import check_integer

_SUBJECTS = (("cat", "cats"), ("dog", "dogs"), ("bird", "birds"), ("child", "children"))
_VERBS = ("chased", "saw", "liked", "followed")
_ADJECTIVES = ("small", "old", "brown", "quiet")
_OBJECTS = ("mouse", "mice", "tree", "trees", "friend", "friends")
_PREPOSITIONS = ("near", "behind", "under")
# one turn of the relative clause; it is repeated, and cut to the length that is asked for
_CLAUSE = (
    _VERBS, ("the",), _ADJECTIVES, _OBJECTS, _PREPOSITIONS, ("the",), _OBJECTS, ("and",)
)  # fmt: skip

AGREEMENT_WORDS = tuple(
    dict.fromkeys(
        ["The", *(word for pair in _SUBJECTS for word in pair), "which"]
        + [word for words in _CLAUSE for word in words]
    )
)


@dataclass(frozen=True)
class AgreementBatch:
    """Sentences cut just before their verb; made by `make_agreement_batch`.

    Attributes
    ----------
    tokens : int array (T, B)
        Indices into `AGREEMENT_WORDS`; T = distance + 2.
    is_plural : int array (B,)
        1 where the verb is "were", 0 where it is "was".
    """

    tokens: np.ndarray
    is_plural: np.ndarray

    def sentence(self, index):
        """The sentence in words, with its verb."""
        words = [AGREEMENT_WORDS[token] for token in self.tokens[:, index]]
        verb = "were" if self.is_plural[index] else "was"
        return f"{words[0]} {words[1]}, {' '.join(words[2:])}, {verb}"


def make_agreement_batch(distance, batch_size, *, rng):
    """Sentences such as “The cats, which chased the small mouse, were”, half of them plural.

    Only the subject decides the verb; the nouns of the clause are singular or plural at random.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    batch_size : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    batch : AgreementBatch

    Raises
    ------
    TypeError, ValueError
        `distance` or `batch_size` is not a positive whole number, or `rng` is no Generator.

    Source
    ------
    The task follows Linzen, Dupoux & Goldberg (2016), arXiv:1611.01368; the sentences are made.

    Examples
    --------
    >>> batch = make_agreement_batch(5, 2, rng=np.random.default_rng(1))
    >>> batch.tokens.shape
    (7, 2)
    """
    distance = check_integer("distance", distance, minimum=1)
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    index = {word: i for i, word in enumerate(AGREEMENT_WORDS)}
    is_plural = rng.integers(0, 2, size=batch_size)
    subject = rng.integers(0, len(_SUBJECTS), size=batch_size)
    tokens = np.empty((distance + 2, batch_size), dtype=np.int64)
    tokens[0] = index["The"]
    subjects = np.array([[index[word] for word in pair] for pair in _SUBJECTS])
    tokens[1] = subjects[subject, is_plural]
    tokens[2] = index["which"]
    for step in range(1, distance):
        words = np.array([index[word] for word in _CLAUSE[(step - 1) % len(_CLAUSE)]])
        tokens[step + 2] = words[rng.integers(len(words), size=batch_size)]
    return AgreementBatch(tokens, is_plural)
