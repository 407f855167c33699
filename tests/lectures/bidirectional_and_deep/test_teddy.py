"""The Teddy grammar: what it makes, and the bound, by counting every sentence it can make."""

import unicodedata
from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from rnn_helpers.lectures.bidirectional_and_deep import teddy
from rnn_helpers.lectures.bidirectional_and_deep.teddy import AMBIGUOUS, NAME, OTHER, THING

ROSE = teddy.Sentence(("Rose", "is", "cheap"), (THING, OTHER, OTHER), 0, 2)


def rng(seed=0):
    return np.random.default_rng(seed)


def list_middles():
    """(ambiguous word and what follows up to the deciding one, tag, probability), all of them."""
    for word, (thing, name, prior) in AMBIGUOUS.items():
        for tag, of_tag in ((THING, 1 - prior), (NAME, prior)):
            for distance, of_distance in teddy.DISTANCES.items():
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
    best = sum(map(max, known.values()))
    assert teddy.compute_best_accuracy(look_ahead) == pytest.approx(best)
    assert teddy.compute_best_accuracy() == pytest.approx(0.6)  # the prior
    assert teddy.compute_best_accuracy(1) == pytest.approx(0.25 + 0.75 * 0.6)


def test_the_rule_is_scored_on_the_sentences_themselves():
    texts = ("Teddy is so brave.", "Rose is cheap.", "Pearl Buck came to dinner.")  # 3, 2 and 1 on
    batch = teddy.make_teddy_batch([teddy.parse_sentence(text) for text in texts])
    wanted = [0.5, 1.0, 0.0], [0.5, 1.0, 1.0], [0.5, 1.0, 1.0], [1.0, 1.0, 1.0]
    for look_ahead, shares in enumerate(wanted):
        assert teddy.compute_rule_accuracy(batch, look_ahead) == pytest.approx(np.mean(shares))
    many = teddy.make_teddy_batch(teddy.make_sentences(4000, rng=rng(6)))
    for k in range(7):
        bound = teddy.compute_best_accuracy(k)
        assert teddy.compute_rule_accuracy(many, k) == pytest.approx(bound, abs=0.025)


def test_a_sentence_and_its_tags_fit_and_a_seed_decides():
    sentences = teddy.make_sentences(300, rng=rng(3))
    again, other = (teddy.make_sentences(300, rng=rng(seed)) for seed in (3, 4))
    assert sentences == again != other
    for sentence in sentences:
        assert len(sentence.words) == len(sentence.tags)
        word, tag = sentence.words[sentence.place], sentence.tags[sentence.place]
        tagged = {place: t for place, t in enumerate(sentence.tags) if t != OTHER}
        deciding = sentence.words[sentence.place + sentence.distance]
        if sentence.distance == 1:
            assert tagged == {sentence.place: tag, sentence.place + 1: tag}
            assert deciding == AMBIGUOUS[word][tag - THING]
        else:
            assert tagged == {sentence.place: tag}
            assert deciding in teddy._DECIDING[tag]
        assert set(sentence.words) <= set(teddy.WORDS)
        assert teddy.parse_sentence(str(sentence)) == sentence


def test_words_tags_and_distances_are_as_frequent_as_the_grammar_says():
    sentences = teddy.make_sentences(6000, rng=rng(1))
    distances = np.array([s.distance for s in sentences])
    for distance, share in teddy.DISTANCES.items():
        assert np.mean(distances == distance) == pytest.approx(share, abs=0.02)
    for word, (_, _, prior) in AMBIGUOUS.items():
        tags = [s.tags[s.place] for s in sentences if s.words[s.place] == word]
        assert len(tags) / 6000 == pytest.approx(1 / 6, abs=0.02)
        assert np.mean(np.array(tags) == NAME) == pytest.approx(prior, abs=0.06)
    names = np.array([s.tags[s.place] == NAME for s in sentences])
    far = distances > 2
    assert abs(names[far].mean() - names[~far].mean()) < 0.05  # the distance says nothing


def test_a_text_stored_in_pieces_is_read_as_one_put_together():
    whole = teddy.parse_sentence("We read that Rose Kennedy came to dinner.")
    assert teddy.parse_sentence("We read that Rose \u212aennedy came to dinner.") == whole
    for form in ("NFC", "NFD"):
        with pytest.raises(ValueError, match=r"words of the grammar, got 'Caf\u00e9'$"):
            teddy.parse_sentence(unicodedata.normalize(form, "Café Rose is cheap."))


def test_a_batch_holds_each_sentence_and_padding_after_it():
    sentences = teddy.make_sentences(7, rng=rng(5))
    batch = teddy.make_teddy_batch(sentences)
    longer = teddy.pad_batch(batch, 3)
    assert len(set(batch.lengths)) > 2
    T = max(map(len, sentences))
    for made, steps in ((batch, T), (longer, T + 3)):
        assert made.tokens.shape == made.tags.shape == made.mask.shape == (steps, 7)
        for column, sentence in enumerate(sentences):
            n = len(sentence)
            words = [teddy.WORDS[token] for token in made.tokens[:n, column]]
            assert words == list(sentence.words)
            assert tuple(made.tags[:n, column]) == sentence.tags
            assert (made.tokens[n:, column] == teddy.PADDING).all()
            assert (made.tags[n:, column] == OTHER).all()
            assert made.mask[:, column].tolist() == [True] * n + [False] * (steps - n)
            assert made.places[column] == sentence.place
            assert made.distances[column] == sentence.distance


def test_the_probability_of_a_name_jumps_at_the_deciding_word():
    for distance, tag in product(teddy.DISTANCES, (THING, NAME)):
        sentence = teddy.make_sentence("Ginger", tag, distance, rng=rng(distance))
        lengths = range(sentence.place + 1, len(sentence) + 1)
        shares = [teddy.compute_name_probability(sentence, n) for n in lengths]
        assert shares[:distance] == [0.35] * distance
        assert set(shares[distance:]) == {float(tag == NAME)}


@pytest.mark.parametrize(("part", "message"), [
    ({"words": ("Rose", "is", "hot")}, "words must hold words of the grammar, got 'hot'"),
    ({"words": ("Rose", "is", "<pad>")}, "words must hold words of the grammar, got '<pad>'"),
    ({"tags": (1, 0, 3)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0, 3\)"),
    ({"tags": (1, 0, -1)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0, -1\)"),
    ({"tags": (1, 0)}, r"tags must be 3 of 0, 1 and 2, got \(1, 0\)"),
    ({"place": -3}, "place must be an integer of at least 0, got -3"),
    ({"place": 1}, "the word at place must be one of 'Teddy', .*, got 'is'"),
    ({"distance": 0}, "distance must be an integer of at least 1, got 0"),
])  # fmt: skip
def test_an_index_into_a_table_does_not_go_unchecked(part, message):
    with pytest.raises(ValueError, match=message):
        replace(ROSE, **part)


@pytest.mark.parametrize(("name", "arguments", "options", "message"), [
    ("make_sentence", ("Bob", NAME, 1), {"rng": rng()}, "word must be one of"),
    ("make_sentence", ("Rose", OTHER, 1), {"rng": rng()}, "tag must be one of 1, 2"),
    ("make_sentence", ("Rose", NAME, 7), {"rng": rng()}, "distance must be one of"),
    ("make_sentence", ("Rose", NAME, 1), {"rng": 0}, "rng must be a numpy.random.G"),
    ("make_sentences", (0,), {"rng": rng()}, "count must be an integer of at least"),
    ("make_sentences", (2,), {"rng": None}, "rng must be a numpy.random.Generator"),
    ("make_teddy_batch", ([],), {}, "sentences must hold at least one"),
    ("make_teddy_batch", (["Rose"],), {}, r"sentences\[0\] must be a Sentence, got str"),
    ("pad_batch", (None, -1), {}, "steps must be an integer of at least 0, got -1"),
    ("compute_best_accuracy", (-1,), {}, "look_ahead must be an integer of at"),
    ("compute_rule_accuracy", (None, -1), {}, "look_ahead must be an integer of at"),
    ("compute_name_probability", (ROSE, 0), {}, "revealed must be an integer from 1 to 3"),
    ("compute_name_probability", (ROSE, 4), {}, "revealed must be an integer from 1 to 3"),
    ("compute_name_probability", ("Rose", 1), {}, "sentence must be a Sentence, got str"),
    ("parse_sentence", (3,), {}, "text must be a string, got int"),
    ("parse_sentence", ("He said, Bob is cheap.",), {}, "got 'Bob'"),
    ("parse_sentence", ("He said, today.",), {}, "and once; got 0"),
    ("parse_sentence", ("Rose Rose is cheap.",), {}, "and once; got 2"),
    ("parse_sentence", ("Rose is today.",), {}, "decides after Rose"),
])  # fmt: skip
def test_what_is_wrong_is_said(name, arguments, options, message):
    kind = TypeError if "must be a " in message else ValueError
    with pytest.raises(kind, match=message):
        getattr(teddy, name)(*arguments, **options)
