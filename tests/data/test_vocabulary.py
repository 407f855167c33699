"""From text to numbers and back: what becomes a token, which tokens are known, and round trips."""

import itertools
import random
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.data.texts import normalise
from rnn_helpers.data.vocabulary import END, UNKNOWN, Vocabulary, join_words, split_words


@pytest.mark.parametrize(("text", "tokens"), [
    ("", []),
    (" \n\n\t ", []),
    ("The Cat", ["the", "cat", END]),
    ("Wait... what?", ["wait", ".", ".", ".", END, "what", "?", END]),
    ("Pi is 3.14, or so", ["pi", "is", "3", ".", "14", ",", "or", "so", END]),
    ("Title\n \nText\nruns on", ["title", END, "text", "runs", "on", END]),
    ("Ends here.\n\n\nBegins.", ["ends", "here", ".", END, "begins", ".", END]),
    ("a_b x-y", ["a_b", "x", "-", "y", END]),
    ("<eos>", ["<", "eos", ">", END]),  # typed by a reader, it is no mark
    ("비가 온다. 우산을 챙겨라!", ["비가", "온다", ".", END, "우산을", "챙겨라", "!", END]),
    ("ÉTÉ naïve", ["été", "naïve", END]),
])  # fmt: skip
def test_words_are_cut_by_hand(text, tokens):
    assert split_words(text) == tokens


@given(st.text())
def test_no_letter_of_a_text_is_lost(text):
    tokens = split_words(text)
    joined = "".join(token for token in tokens if token != END)
    assert joined == "".join(letter.lower() for letter in normalise(text) if not letter.isspace())
    assert tokens[-1:] == ([END] if joined else [])
    assert (END, END) not in itertools.pairwise(tokens)


@pytest.mark.parametrize(("tokens", "text"), [
    ([], ""),
    (["it", "rains", ",", "again", ".", END, "go", "!", END], "it rains, again.\ngo!\n"),
    (["f", "(", "x", ")", "[", "0", "]", ";"], "f (x) [0];"),
    (["온다", ".", END, "챙겨라", "!"], "온다.\n챙겨라!"),
    (["a", UNKNOWN, END], "a <unk>\n"),
    (["a", END, END, "b"], "a\n\nb"),
    ([END, "the", "cat"], "\nthe cat"),  # what a model may write after "sleeps ."
    ([END], "\n"),
])  # fmt: skip
def test_tokens_are_joined_by_hand(tokens, text):
    assert join_words(tokens) == text


def test_a_plain_text_comes_back_in_small_letters():
    text = "The cat (a cat), sleeps; the dog: no!\n비가 온다.\n"
    assert join_words(split_words(text)) == text.lower()


def test_frequent_tokens_come_first_and_equals_as_they_came():
    assert Vocabulary.build("xyyzzw").tokens == (UNKNOWN, "y", "z", "x", "w")
    assert Vocabulary.build("xyyzzw", max_size=4).tokens == (UNKNOWN, "y", "z", "x")
    assert Vocabulary.build("xyyzzw", max_size=2).tokens == (UNKNOWN, "y")
    assert Vocabulary.build("xyyzzw", max_size=99) == Vocabulary.build("xyyzzw")
    words = ["나", "너", "너", "가"]
    assert Vocabulary.build(words).tokens == (UNKNOWN, "너", "나", "가")


def test_a_cut_vocabulary_is_the_beginning_of_the_whole():
    sequence = random.Random(0).choices("abcdefghij", k=60)  # with many equal counts
    whole = Vocabulary.build(sequence).tokens
    counts = Counter(sequence)
    expected = sorted(counts, key=lambda token: (-counts[token], sequence.index(token)))
    assert whole == (UNKNOWN, *expected)
    for size in range(2, 12):
        assert Vocabulary.build(sequence, max_size=size).tokens == whole[:size]


def test_unknown_is_number_0_once_even_if_the_text_holds_it():
    vocabulary = Vocabulary.build(["a", UNKNOWN, UNKNOWN, "b"])
    assert vocabulary.tokens == (UNKNOWN, "a", "b")
    assert vocabulary.encode(["b", UNKNOWN, "c"]).tolist() == [2, 0, 0]


def test_a_text_that_enters_in_pieces_is_normalised():
    text = "Café 기억"
    pieces = unicodedata.normalize("NFD", text)
    assert split_words(pieces) == split_words(text) == ["café", "기억", END]
    for whole, parts in ((text, pieces), (text.split(), pieces.split())):
        vocabulary = Vocabulary.build(whole)
        assert Vocabulary.build(parts) == vocabulary
        assert vocabulary.encode(parts).tolist() == vocabulary.encode(whole).tolist()
        assert vocabulary.encode(parts).min() > 0
    assert Vocabulary((UNKNOWN, *pieces.split())) == Vocabulary((UNKNOWN, *text.split()))
    assert join_words(pieces.split()) == text


def test_tokens_may_come_one_by_one_and_a_string_is_letters_where_all_tokens_are():
    vocabulary = Vocabulary.build(word for word in ["a", "cat", "a"])
    assert vocabulary.tokens == (UNKNOWN, "a", "cat")
    assert vocabulary.encode(iter(["cat", "a"])).tolist() == [2, 1]
    assert Vocabulary.build(["a", "b", END]).encode("ab").tolist() == [1, 2]


def test_numbers_are_the_places_of_the_tokens():
    vocabulary = Vocabulary.build("기억과 기억")
    assert len(vocabulary) == 5
    assert vocabulary.numbers == {UNKNOWN: 0, "기": 1, "억": 2, "과": 3, " ": 4}
    ids = vocabulary.encode("억기망")
    assert (ids.dtype, ids.tolist()) == (np.int64, [2, 1, 0])
    assert vocabulary.decode(ids) == ["억", "기", UNKNOWN]
    nothing = vocabulary.encode("")
    assert (nothing.dtype, nothing.shape) == (np.int64, (0,))


@given(st.lists(st.text(max_size=3), min_size=1), st.integers(2, 8))
def test_what_is_known_comes_back_and_the_rest_is_unknown(sequence, size):
    vocabulary = Vocabulary.build(sequence, max_size=size)
    assert len(vocabulary) <= size
    sequence = [normalise(token) for token in sequence]
    back = vocabulary.decode(vocabulary.encode(sequence))
    assert back == [token if token in vocabulary.tokens else UNKNOWN for token in sequence]
    whole = Vocabulary.build(sequence)
    assert whole.decode(whole.encode(sequence)) == sequence


LETTERS, WORDS = Vocabulary.build("ab"), Vocabulary.build(["the", "cat"])


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: split_words(b"bytes"), TypeError, "text must be a string, got bytes"),
    (lambda: split_words(["a", "list"]), TypeError, "text must be a string, got list"),
    (lambda: Vocabulary.build(""), ValueError, "sequence must hold at least one token, got no"),
    (lambda: Vocabulary.build(iter([])), ValueError, "sequence must hold at least one token"),
    (lambda: Vocabulary.build(7), TypeError, "sequence must be a string or a list .*, got int"),
    (lambda: Vocabulary.build(["a", 7]), TypeError, "token of sequence must be .*, got int"),
    (lambda: Vocabulary.build("ab", max_size=1), ValueError, "max_size must be .* 2, got 1"),
    (lambda: Vocabulary.build("ab", max_size=2.5), TypeError, "max_size must be .*, got 2.5"),
    (lambda: WORDS.encode("The cat"), TypeError,
     "sequence must be a list of words, got a string: split it"),
    (lambda: WORDS.encode(3), TypeError, "sequence must be a string or a list of tokens, got"),
    (lambda: WORDS.encode(["the", None]), TypeError, "token of sequence .*, got NoneType"),
    (lambda: LETTERS.decode([0, 3]), ValueError, "ids must lie from 0 to 2, got 3"),
    (lambda: LETTERS.decode([0, -1, 5]), ValueError, "ids must lie from 0 to 2, got -1"),
    (lambda: LETTERS.decode([]), ValueError, "ids must not be empty"),
    (lambda: LETTERS.decode([[0, 1]]), ValueError, "ids must have 1 axes, got 2"),
    (lambda: LETTERS.decode(["a"]), TypeError, "ids must be an array of numbers"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
