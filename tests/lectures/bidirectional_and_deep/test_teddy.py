"""The Teddy grammar: what it makes, and the bound, by counting every sentence it can make."""

import unicodedata
from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from rnn_helpers.lectures.bidirectional_and_deep import teddy
from rnn_helpers.lectures.bidirectional_and_deep.teddy import (
    AMBIGUOUS,
    DISTANCES,
    NAME,
    OTHER,
    PADDING,
    THING,
    WORDS,
    compute_best_accuracy,
    compute_name_probability,
    make_sentence,
    make_sentences,
    make_teddy_batch,
    pad_batch,
    parse_sentence,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def list_middles():
    """(ambiguous word and what follows up to the deciding one, tag, probability), all of them."""
    for word, (thing, name, prior) in AMBIGUOUS.items():
        for tag, of_tag in ((THING, 1 - prior), (NAME, prior)):
            for distance, of_distance in DISTANCES.items():
                if distance == 1:
                    rests = [((thing if tag == THING else name),)]
                else:
                    slots = teddy._SLOTS[len(teddy._SLOTS) - (distance - 2) :]
                    rests = list(product(teddy._VERBS, *slots, teddy._DECIDING[tag]))
                for rest in rests:
                    share = of_tag * of_distance / len(AMBIGUOUS) / len(rests)
                    yield (word, *rest), tag, share


@pytest.mark.parametrize("look_ahead", [0, 1, 2, 3, 5, 6, 9])
def test_the_bound_is_that_of_counting_all_sentences(look_ahead):
    known = defaultdict(lambda: [0.0, 0.0])
    for words, tag, share in list_middles():
        known[words[: look_ahead + 1]][tag == NAME] += share
    assert sum(map(sum, known.values())) == pytest.approx(1)
    assert compute_best_accuracy(look_ahead) == pytest.approx(sum(map(max, known.values())))
    assert compute_best_accuracy() == pytest.approx(0.6)  # the prior
    assert compute_best_accuracy(1) == pytest.approx(0.25 + 0.75 * 0.6)


def test_a_sentence_and_its_tags_fit():
    for sentence in make_sentences(300, rng=rng()):
        assert len(sentence.words) == len(sentence.tags)
        assert sentence.words[sentence.place] in AMBIGUOUS
        tag = sentence.tags[sentence.place]
        tagged = [place for place, t in enumerate(sentence.tags) if t != OTHER]
        both = sentence.distance == 1
        assert tagged == [sentence.place, sentence.place + 1][: 2 if both else 1]
        assert {sentence.tags[place] for place in tagged} == {tag}
        deciding = sentence.words[sentence.place + sentence.distance]
        if both:
            assert deciding == AMBIGUOUS[sentence.words[sentence.place]][tag - THING]
        else:
            assert deciding in teddy._DECIDING[tag]
        assert set(sentence.words) <= set(WORDS)
        assert parse_sentence(str(sentence)) == sentence


def test_words_tags_and_distances_are_as_frequent_as_the_grammar_says():
    sentences = make_sentences(6000, rng=rng(1))
    for distance, share in DISTANCES.items():
        assert np.mean([s.distance == distance for s in sentences]) == pytest.approx(
            share, abs=0.02
        )
    for word, (_, _, prior) in AMBIGUOUS.items():
        tags = [s.tags[s.place] for s in sentences if s.words[s.place] == word]
        assert len(tags) / 6000 == pytest.approx(1 / 6, abs=0.02)
        assert np.mean(np.array(tags) == NAME) == pytest.approx(prior, abs=0.06)
    far = np.array([s.distance > 2 for s in sentences])
    names = np.array([s.tags[s.place] == NAME for s in sentences])
    assert abs(names[far].mean() - names[~far].mean()) < 0.05  # the distance says nothing


def test_the_same_seed_makes_the_same_sentences():
    assert make_sentences(5, rng=rng(3)) == make_sentences(5, rng=rng(3))
    assert make_sentences(5, rng=rng(3)) != make_sentences(5, rng=rng(4))


def test_a_text_stored_in_pieces_is_read_as_one_put_together():
    whole = parse_sentence("We read that Rose Kennedy came to dinner.")
    assert parse_sentence("We read that Rose \u212aennedy came to dinner.") == whole
    café = "Café Rose is cheap."
    for form in ("NFC", "NFD"):
        with pytest.raises(ValueError, match=r"words of the grammar, got 'Caf\u00e9'$"):
            parse_sentence(unicodedata.normalize(form, café))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"words": ("Rose", "is", "hot")}, "words must hold words of the grammar, got 'hot'"),
        ({"words": ("Rose", "is", "<pad>")}, "words must hold words of the grammar, got '<pad>'"),
        ({"tags": (1, 0, 3)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0, 3\)"),
        ({"tags": (1, 0, -1)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0, -1\)"),
        ({"tags": (1, 0)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0\)"),
        ({"place": -3}, "place must be an integer of at least 0, got -3"),
        ({"place": 1}, "the word at place must be one of 'Teddy', .*, got 'is'"),
        ({"distance": 0}, "distance must be an integer of at least 1, got 0"),
    ],
)
def test_an_index_into_the_tables_of_a_sentence_is_checked(part, message):
    sentence = teddy.Sentence(("Rose", "is", "cheap"), (1, 0, 0), 0, 2)
    with pytest.raises(ValueError, match=message):
        replace(sentence, **part)


def test_a_batch_holds_each_sentence_and_padding_after_it():
    sentences = make_sentences(7, rng=rng(5))
    batch = make_teddy_batch(sentences)
    assert len(set(batch.lengths)) > 2
    assert batch.tokens.shape == (max(map(len, sentences)), 7)
    for column, sentence in enumerate(sentences):
        n = len(sentence)
        assert [WORDS[token] for token in batch.tokens[:n, column]] == list(sentence.words)
        assert tuple(batch.tags[:n, column]) == sentence.tags
        assert (batch.tokens[n:, column] == PADDING).all()
        assert (batch.tags[n:, column] == OTHER).all()
        assert batch.mask[:, column].tolist() == [True] * n + [False] * (len(batch.tokens) - n)
        assert (batch.places[column], batch.distances[column]) == (
            sentence.place, sentence.distance,
        )  # fmt: skip
    longer = pad_batch(batch, 3)
    assert (longer.tokens[len(batch.tokens) :] == PADDING).all()
    np.testing.assert_array_equal(longer.tokens[: len(batch.tokens)], batch.tokens)
    np.testing.assert_array_equal(longer.tags[: len(batch.tokens)], batch.tags)
    assert longer.mask.sum() == batch.mask.sum()
    assert longer.mask.shape == longer.tokens.shape == longer.tags.shape


def test_the_probability_of_a_name_jumps_at_the_deciding_word():
    for distance, tag in product(DISTANCES, (THING, NAME)):
        sentence = make_sentence("Ginger", tag, distance, rng=rng(distance))
        shares = [
            compute_name_probability(sentence, n)
            for n in range(sentence.place + 1, len(sentence) + 1)
        ]
        assert shares[:distance] == [0.35] * distance
        assert set(shares[distance:]) == {float(tag == NAME)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: make_sentence("Bob", NAME, 1, rng=rng()), ValueError, "word must be one of"),
        (lambda: make_sentence("Rose", OTHER, 1, rng=rng()), ValueError, "tag must be one of 1, 2"),
        (lambda: make_sentence("Rose", NAME, 7, rng=rng()), ValueError, "distance must be one of"),
        (lambda: make_sentence("Rose", NAME, 1, rng=0), TypeError, "rng must be a numpy.random.G"),
        (lambda: make_sentences(0, rng=rng()), ValueError, "count must be an integer of at least"),
        (lambda: make_sentences(2, rng=None), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: make_teddy_batch([]), ValueError, "sentences must hold at least one"),
        (lambda: make_teddy_batch(["He said"]), TypeError, r"sentences\[0\] must be a Sentence"),
        (lambda: pad_batch(make_teddy_batch(make_sentences(1, rng=rng())), -1), ValueError,
         "steps must be an integer of at least 0, got -1"),
        (lambda: compute_best_accuracy(-1), ValueError, "look_ahead must be an integer of at"),
        (lambda: compute_name_probability(make_sentences(1, rng=rng())[0], 3), ValueError,
         "revealed must be an integer from"),
        (lambda: compute_name_probability("Rose", 1), TypeError, "sentence must be a Sentence"),
        (lambda: parse_sentence(3), TypeError, "text must be a string, got int"),
        (lambda: parse_sentence("He said, Bob is cheap."), ValueError, "got 'Bob'"),
        (lambda: parse_sentence("He said, today."), ValueError, "and once; got 0"),
        (lambda: parse_sentence("Rose Rose is cheap."), ValueError, "and once; got 2"),
        (lambda: parse_sentence("Rose is today."), ValueError, "decides after Rose"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()
