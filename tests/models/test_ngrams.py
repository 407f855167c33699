"""Counted models: against a dictionary, by hand, and by what they draw."""

import collections
import math
import unicodedata

import numpy as np
import pytest

from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.models.ngrams import (
    SMOOTHINGS,
    choose_strength,
    compute_ngram_nats,
    compute_ngram_probabilities,
    compute_perplexity,
    count_ngrams,
    fit_ngram,
    sample_ngram,
)

TEXT = load_manual(drop_repeats=True)[:20_000]
MODEL = fit_ngram("abracadabra abracadabra cab", max_order=2)


def make_ids(length, *, seed=0, n_tokens):
    return np.random.default_rng(seed).integers(0, n_tokens, length)


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("read", [str, lambda text: np.array([ord(c) for c in text])])
def test_counts_equal_a_dictionary(read, order):
    train, query = TEXT[:5000], TEXT[6000:6500] + "한"
    model = fit_ngram(read(train), max_order=3)
    counts = count_ngrams(model, read(query))
    contexts, grams = collections.Counter(), collections.Counter()
    for t in range(3, len(train)):
        contexts[train[t - order : t]] += 1
        grams[train[t - order : t + 1]] += 1
    expected = [(contexts[query[t - order : t]], grams[query[t - order : t + 1]])
                for t in range(3, len(query))]  # fmt: skip
    counted = np.transpose([counts.contexts[order], counts.grams[order]])
    np.testing.assert_array_equal(counted, expected)
    assert model.n_parameters[order] == len(grams)


@pytest.mark.parametrize(
    "text", ["Café déjà vu. ", "다람쥐 헌 쳇바퀴에 타고파. ", "zx\u0302 "], ids=["é", "한", "x̂"]
)
def test_a_text_stored_in_pieces_gives_the_same_counts(text):
    """x̂ has no form in one piece, and its accent would join z in the sorted alphabet."""
    whole, pieces = (unicodedata.normalize(form, 5 * text) for form in ("NFC", "NFD"))
    model = fit_ngram(whole, max_order=2)
    wanted = count_ngrams(model, whole)
    for again in (count_ngrams(fit_ngram(pieces, max_order=2), whole), count_ngrams(model, pieces)):
        np.testing.assert_array_equal(again.contexts, wanted.contexts)
        np.testing.assert_array_equal(again.grams, wanted.grams)
        assert again.size == wanted.size
    assert (wanted.grams > 0).all()  # every character is known


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize("strength", [0.3, 20.0])
def test_probabilities_sum_to_one_over_the_alphabet(smoothing, strength):
    model = fit_ngram(TEXT, max_order=3)
    for context in ["the", "xqz", "한국어"]:
        totals = np.zeros(4)
        for character in model.alphabet + "한":
            counts = count_ngrams(model, context + character)
            p = compute_ngram_probabilities(counts, smoothing=smoothing, strength=strength)
            totals += p[:, 0]
        np.testing.assert_allclose(totals, 1.0)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize("order", [0, 2])
def test_sampled_characters_have_the_probabilities_of_their_context(smoothing, order):
    options = {"smoothing": smoothing, "strength": 4.0}
    rng = np.random.default_rng(1)
    sample = sample_ngram(MODEL, length=60_000, order=order, **options, rng=rng)
    followers = collections.Counter(
        sample[t] for t in range(2, len(sample)) if order == 0 or sample[t - 2 : t] == "ab"
    )
    n = sum(followers.values())
    for character in "abr":
        counts = count_ngrams(MODEL, "ab" + character)
        p = compute_ngram_probabilities(counts, **options)[order, 0]
        assert followers[character] / n == pytest.approx(p, abs=4.5 * math.sqrt(p * (1 - p) / n))


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_tokens_are_sampled_as_characters_are(smoothing):
    text = TEXT[:3000]
    options = {"length": 600, "order": 4, "smoothing": smoothing, "strength": 3.0}
    letters, numbers, again = (
        sample_ngram(fit_ngram(read, max_order=4), **options, rng=np.random.default_rng(3))
        for read in (text, [ord(letter) for letter in text], text)
    )
    assert letters == again
    assert len(letters) == len(numbers) == 600
    assert letters == "".join("�" if n == -1 else chr(n) for n in numbers)
    assert "�" in letters or smoothing != "uniform"


def test_on_the_manual_order_helps_only_with_the_right_smoothing():
    train, held_out = split_text(load_manual(drop_repeats=True))
    counts = count_ngrams(fit_ngram(train, max_order=6), held_out)
    uniform, shorter = (-np.log(compute_ngram_probabilities(counts, smoothing=s)).mean(axis=1)
                        for s in ("uniform", "shorter context"))  # fmt: skip
    assert uniform.argmin() in (2, 3)
    assert uniform[6] > uniform[1] - 0.1
    assert shorter.argmin() in (4, 5, 6)
    assert shorter.min() < 1.6


def test_a_unigram_and_a_bigram_counted_by_hand():
    # 0 1 0 0: after 0 come 1 and 0, after 1 comes 0. One pseudo-token, three kinds (0, 1, else).
    # One context back: n(0) = 2, n(1) = 1 of 3, so q = 7/12, 1/3, 1/12.
    # p(1|0) = (1 + 1/3)/3, p(0|1) = (1 + 7/12)/2, p(else|0) = (0 + 1/12)/3.
    nats = compute_ngram_nats([0, 1, 0, 0], [0, 1, 0, 2], order=1, strength=1.0)
    assert nats == pytest.approx(-np.log([4 / 9, 19 / 24, 1 / 36]).mean())
    # n(0) = 3, n(1) = 1 of 4 and one pseudo-token: 2/3, 4/15, and 1/15 for all else
    nats = compute_ngram_nats([0, 1, 0, 0], np.array([0, 1, 0, 2]), order=0, strength=1.0)
    assert nats == pytest.approx(-np.log([2 / 3, 4 / 15, 2 / 3, 1 / 15]).mean())
    # ten of them are 10/3 for each kind
    nats = compute_ngram_nats([0, 1, 0, 0], [1], order=0)
    assert nats == pytest.approx(-np.log((1 + 10 / 3) / 14))
    assert compute_perplexity(nats) == pytest.approx(14 / (1 + 10 / 3))


def test_tokens_are_names_and_any_number_will_do():
    ids, held_out = make_ids(300, n_tokens=3), make_ids(40, seed=1, n_tokens=3)
    names = np.array([0, 55_296, 2_000_000])  # half of a pair in UTF-16, and beyond Unicode
    for order in (0, 1, 2):
        nats = compute_ngram_nats(ids, held_out, order=order)
        assert compute_ngram_nats(names[ids], names[held_out], order=order) == nats


def test_the_strength_is_chosen_on_the_last_tenth():
    cycle, noise = np.tile([0, 1, 2, 3], 100), make_ids(400, n_tokens=4)
    assert choose_strength(cycle, order=1) == 3.0  # the counts deserve all trust
    assert choose_strength(np.concatenate([cycle[:360], noise[:40]]), order=1) == 300.0
    ids = np.concatenate([noise[:350], cycle[:50]])
    strengths = (0.5, 5.0, 50.0, 500.0)
    nats = [compute_ngram_nats(ids[:360], ids[360:], order=1, strength=s) for s in strengths]
    best = strengths[int(np.argmin(nats))]
    assert choose_strength(ids, order=1, strengths=strengths) == best


def score(**options):
    return compute_ngram_probabilities(count_ngrams(MODEL, "cab"), **options)


def draw(**options):
    return sample_ngram(
        MODEL, **{"length": 5, "order": 1, "rng": np.random.default_rng(0), **options}
    )


def measure(ids=(0, 1, 0, 0), held_out_ids=(0, 1, 0, 2), **options):
    return compute_ngram_nats(ids, held_out_ids, **{"order": 1, **options})


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: fit_ngram(b"abc", max_order=1), TypeError, "text must be an array of numbers"),
    (lambda: fit_ngram("abc", max_order=3), ValueError, "max_order = 3 char.*got 3"),
    (lambda: fit_ngram("abc", max_order=-1), ValueError, "max_order must be .* to 12, got -1"),
    (lambda: fit_ngram([[1, 2]], max_order=0), ValueError, "text must have 1 axes, got 2"),
    (lambda: count_ngrams(MODEL, ""), ValueError, "max_order = 2 characters, got 0"),
    (lambda: count_ngrams(MODEL, [1, 2, 3]), TypeError, "must be a string, .* got token numb"),
    (lambda: count_ngrams(fit_ngram([1, 2], max_order=0), "a"), TypeError,
     "text must be token numbers, as the model has counted, got a string"),
    (lambda: score(smoothing="none"), ValueError, "smoothing must be one of 'uniform', "),
    (lambda: score(strength=0), ValueError, "strength must be a finite number greater than 0"),
    (lambda: draw(smoothing="none"), ValueError, "smoothing must be one of 'uniform', "),
    (lambda: draw(order=3), ValueError, "order must be an integer from 0 to 2, got 3"),
    (lambda: draw(length=0), ValueError, "length must be an integer of at least 1, got 0"),
    (lambda: draw(rng=0), TypeError, "rng must be a numpy.random.Generator, got int"),
    (lambda: compute_perplexity(-1.0), ValueError, "nats must be a finite number of at"),
    (lambda: measure(order=13), ValueError, "^order must be an integer from 0 to 12, got 13"),
    (lambda: measure(order=5), ValueError, "^ids must be .*max_order = 5 tokens, got 4"),
    (lambda: measure(strength=0.0), ValueError, "strength must be a finite number greater"),
    (lambda: measure([0, -1, 0]), ValueError, "^ids must be token numbers .*got -1"),
    (lambda: measure(held_out_ids=[0, -7]), ValueError, "^held_out_ids must be token .*got -7"),
    (lambda: measure([0, 0.5]), TypeError, "^ids must be an array of numbers"),
    (lambda: measure("text"), TypeError, "^ids must be an array of numbers"),
    (lambda: choose_strength([0, 1] * 20, order=1, strengths=(1.0, 0.0)), ValueError,
     "strengths must be a finite number greater than 0"),
])  # fmt: skip
def test_what_cannot_be_counted_scored_or_drawn_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
