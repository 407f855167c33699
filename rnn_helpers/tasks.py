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


@dataclass(frozen=True)
class AddingBatch:
    """Sequences of numbers of which two are marked; made by `make_adding_batch`.

    Attributes
    ----------
    inputs : float array (T, B, 2)
        Column 0 holds the values, column 1 the marks: 1 at two steps, 0 elsewhere.
    targets : float array (B,)
        The sum of the two marked values, between 0 and 2.
    """

    inputs: np.ndarray
    targets: np.ndarray


def make_adding_batch(steps, batch_size, *, rng):
    """The adding problem: read `steps` numbers, two of them marked, and give the sum of those two.

    The values are uniform between 0 and 1. One mark falls in the first half of the sequence, one
    in the second, each step of a half being equally likely. Always to answer 1, the mean of the
    sum, has a mean squared error of 1/6, the sum's variance.

    Parameters
    ----------
    steps : int
        T, at least 2. The first half has T // 2 steps.
    batch_size : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    batch : AddingBatch

    Raises
    ------
    TypeError, ValueError
        `steps` or `batch_size` is no whole number or too small, or `rng` is no Generator.

    Source
    ------
    Hochreiter & Schmidhuber (1997), Neural Computation 9, experiment 4; a mark in each half and
    values between 0 and 1 as in Arjovsky, Shah & Bengio (2016), arXiv:1511.06464.

    Examples
    --------
    >>> batch = make_adding_batch(6, 2, rng=np.random.default_rng(1))
    >>> batch.inputs.shape, batch.inputs[..., 1].sum(axis=0)
    ((6, 2, 2), array([2., 2.]))
    """
    steps = check_integer("steps", steps, minimum=2)
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    half, columns = steps // 2, np.arange(batch_size)
    inputs = np.zeros((steps, batch_size, 2))
    inputs[..., 0] = rng.random((steps, batch_size))
    first, second = rng.integers(half, size=batch_size), rng.integers(half, steps, size=batch_size)
    inputs[first, columns, 1] = inputs[second, columns, 1] = 1.0
    targets = inputs[first, columns, 0] + inputs[second, columns, 0]
    return AddingBatch(inputs, targets)
