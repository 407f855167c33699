"""Dates translated: training, greedy and beam decoding, disturbed weights, accuracy by length."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.attention import translation
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, encode_dates, encode_isos
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.lectures.attention.translation import (
    compare,
    compute_accuracy_by_length,
    make_pairs,
    train_translator,
    translate,
    translate_with_beam,
)

PAIRS = make_pairs(640, part="train", rng=np.random.default_rng(0))
TEXTS = PAIRS.texts[:24]


@pytest.fixture(scope="module")
def models():
    """A little trained, so that nothing is sure."""
    return {
        score: train_translator(PAIRS, score=score, seed=1, hidden_size=16, updates=12).model
        for score in ("dot", "general", "additive", None)
    }


def force(model, targets):
    """The probabilities of every step after the characters before it are given."""
    tokens, lengths = map(torch.from_numpy, encode_dates(TEXTS))
    with torch.no_grad():
        return model(tokens, lengths, torch.from_numpy(targets)).softmax(2).numpy()


def test_pairs_are_the_dates_with_their_numbers():
    assert PAIRS.tokens.shape == (PAIRS.lengths.max(), 640)
    tokens, lengths = encode_dates(PAIRS.texts)
    np.testing.assert_array_equal(PAIRS.tokens, tokens)
    np.testing.assert_array_equal(PAIRS.lengths, lengths)
    np.testing.assert_array_equal(PAIRS.targets, encode_isos(PAIRS.isos))


def test_an_epoch_is_every_text_once_in_batches_of_about_one_length():
    lengths = np.random.default_rng(0).integers(8, 39, size=1000)
    batches = translation._draw_batches(lengths, np.random.default_rng(1))
    first, second = ([next(batches) for _ in range(16)] for _ in range(2))
    for epoch in (first, second):
        assert sorted(np.concatenate(epoch)) == list(range(1000))
        assert np.mean([np.ptp(lengths[batch]) for batch in epoch]) < 4
    assert [set(b) for b in first] != [set(b) for b in second]
    starts = [lengths[batch].min() for batch in first]
    assert starts != sorted(starts)


def test_training_lowers_the_loss_and_the_seed_fixes_it():
    runs = [train_translator(PAIRS, score="dot", seed=seed, updates=40) for seed in (3, 3, 4)]
    losses = [run.history.losses for run in runs]
    assert losses[0] == losses[1] != losses[2]
    assert losses[0][0] == pytest.approx(np.log(11), abs=0.15)
    assert np.mean(losses[0][-5:]) < 1.5


def test_attention_reads_dates_in_the_budget_and_one_vector_does_not():
    pairs = make_pairs(20_000, part="train", rng=np.random.default_rng(0))
    test = make_pairs(500, part="test", rng=np.random.default_rng(1))
    shares = {}
    for score, updates in (("dot", 300), (None, 150)):
        model = train_translator(pairs, score=score, seed=0, updates=updates).model
        shares[score] = compare(translate(model, test.texts).isos, test.isos).mean()
    assert shares["dot"] > 0.95
    assert shares[None] < 0.5


@pytest.mark.parametrize("score", ["dot", "general", "additive", None])
def test_greedy_writes_the_likeliest_after_what_it_wrote(models, score):
    model, T = models[score], encode_dates(TEXTS)[0].shape[0]
    found = translate(model, TEXTS)
    assert found.probabilities.shape == (10, 24, 11)
    assert found.contexts.shape == (10, 24, 16)
    np.testing.assert_allclose(found.probabilities.sum(2), 1, atol=1e-5)
    letters = [[ISO_CHARACTERS[k] for k in row] for row in found.probabilities.argmax(2).T]
    assert found.isos == ["".join(row) for row in letters]
    np.testing.assert_array_equal(found.written, found.probabilities.argmax(2))
    if score is None:
        assert found.weights is None
        assert np.ptp(found.contexts, axis=0).max() == 0
    else:
        assert found.weights.shape == (10, 24, T)
        np.testing.assert_allclose(found.weights.sum(2), 1, atol=1e-5)
        for b, length in enumerate(encode_dates(TEXTS)[1]):
            assert (found.weights[:, b, length:] == 0).all()
    # teacher forcing with its own answer, where that is a sequence of the eleven characters
    forced = force(model, found.probabilities.argmax(2))
    np.testing.assert_allclose(forced, found.probabilities, atol=1e-5)


@pytest.mark.parametrize("score", ["dot", None])
def test_a_batch_is_its_texts_one_by_one(models, score):
    together = translate(models[score], TEXTS)
    for b in (0, 5, 17):
        alone = translate(models[score], [TEXTS[b]])
        wanted = together.probabilities[:, b]
        np.testing.assert_allclose(alone.probabilities[:, 0], wanted, atol=1e-5)


def test_given_characters_are_read_in_place_of_its_own(models):
    found = translate(models["dot"], TEXTS, given=PAIRS.isos[:24])
    forced = force(models["dot"], encode_isos(PAIRS.isos[:24]))
    np.testing.assert_allclose(forced, found.probabilities, atol=1e-5)


def test_unchanged_weights_in_either_precision_change_nothing_and_others_are_used(models):
    own, seen = translate(models["dot"], TEXTS), []
    for change in (torch.Tensor.float, torch.Tensor.double):
        same = translate(models["dot"], TEXTS, change=lambda weights, mask, c=change: c(weights))
        np.testing.assert_array_equal(own.probabilities, same.probabilities)

    def first_only(weights, mask):
        seen.append(mask)
        changed = torch.zeros_like(weights)
        changed[:, :, 0] = 1.0
        return changed

    other = translate(models["dot"], TEXTS, change=first_only)
    assert (other.weights[:, :, 0] == 1).all()
    np.testing.assert_array_equal(other.contexts[0], other.contexts[9])
    assert not np.allclose(own.contexts, other.contexts)
    assert len(seen) == 10
    assert seen[0].sum(1).tolist() == encode_dates(TEXTS)[1].tolist()


@pytest.mark.parametrize("score", ["dot", None])
def test_a_beam_of_one_is_greedy(models, score):
    isos, log_probabilities = translate_with_beam(models[score], TEXTS, width=1)
    greedy = translate(models[score], TEXTS)
    assert isos == greedy.isos
    best = np.log(greedy.probabilities.max(2)).sum(0)
    np.testing.assert_allclose(log_probabilities, best, atol=1e-4)


class Fixed:
    """A decoder whose probabilities are written down: its state is what was read."""

    start, score = 11, None

    def begin(self, encoded):
        return torch.zeros(1, len(encoded.summary), 2)

    def advance(self, tokens, state):
        step, code = state.unbind(2)
        new = torch.stack([step + 1, code * 12 + tokens], dim=2)
        return new, new

    def attend(self, states, encoded):
        return None

    def predict(self, states, encoded, weights):
        rows = [[choose(int(step), int(code)) for step, code in row] for row in states.tolist()]
        return torch.tensor(rows).log(), None


def choose(step, code):
    """Probabilities of three characters out of eleven, drawn by the step and the past."""
    chances = np.full(11, 1e-9)
    chances[:3] = np.random.default_rng([step, code]).dirichlet([0.7] * 3)
    return chances.tolist()


def test_a_wide_beam_finds_the_likeliest_of_all(monkeypatch):
    monkeypatch.setattr(translation, "LENGTH", 4)
    monkeypatch.setattr(translation, "_encode", lambda _, texts: SimpleNamespace(summary=texts))
    model = SimpleNamespace(decoder=Fixed())
    best, word = -np.inf, None
    for letters in itertools.product(range(3), repeat=4):
        code, total = 11, 0.0
        for step, letter in enumerate(letters, start=1):
            total += np.log(choose(step, code)[letter])
            code = code * 12 + letter
        if total > best:
            best, word = total, "".join(map(str, letters))
    found, log_probabilities = translate_with_beam(model, ["a", "b"], width=81)
    assert found == [word, word]
    np.testing.assert_allclose(log_probabilities, best, atol=1e-4)
    narrow = [translate_with_beam(model, ["a"], width=k)[1][0] for k in (1, 2, 81)]
    assert narrow[0] < narrow[2]  # greedy misses it here


def test_the_beams_probability_is_that_of_its_answer(models):
    isos, log_probabilities = translate_with_beam(models["dot"], TEXTS, width=4)
    answers = np.array([[ISO_CHARACTERS.index(c) for c in iso] for iso in isos]).T
    chosen = np.take_along_axis(force(models["dot"], answers), answers[:, :, None], 2)[:, :, 0]
    np.testing.assert_allclose(log_probabilities, np.log(chosen).sum(0), atol=1e-4)
    greedy = translate_with_beam(models["dot"], TEXTS, width=1)[1]
    assert (log_probabilities > greedy + 1e-4).any()


def test_an_answer_is_right_in_all_characters_or_wrong():
    isos = ["2026-11-21", "2026-11-21", "20261-1-21"]
    right = compare(isos, ["2026-11-21", "2026-11-22", "2026-11-21"])
    assert right.tolist() == [True, False, False]


def test_accuracy_by_length_counts_each_text_in_its_range():
    right = np.array([True, False, True, True])
    found = compute_accuracy_by_length(right, [8, 10, 11, 30], [8, 10, 12, 20, 31])
    assert found[:2].tolist() == [1.0, 0.5]
    assert np.isnan(found[2])
    assert found[3] == 1.0


def train(**options):
    return train_translator(**{"pairs": PAIRS, "score": "dot", "seed": 0, "updates": 1} | options)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda m: train(seed=-1), ValueError, "seed must be"),
    (lambda m: train(score="cosine"), ValueError, "score must be one of"),
    (lambda m: train(updates=0), ValueError, "updates must be"),
    (lambda m: train(learning_rate=0), ValueError, "learning_rate must be"),
    (lambda m: train(hidden_size=7), ValueError, "hidden_size must be even"),
    (lambda m: train(pairs=TEXTS), TypeError, "pairs must be DatePairs, as make_pairs makes"),
    (lambda m: compare(["2026-11-21"], []), ValueError, "as many, got 1 and 0"),
    (lambda m: compute_accuracy_by_length([True, False], [8], [8, 9]), ValueError,
     "lengths must have shape"),
    (lambda m: compute_accuracy_by_length([True], [8], [8]), ValueError, "edges must rise"),
    (lambda m: compute_accuracy_by_length([True], [8], [9, 9]), ValueError, "edges must rise"),
    (lambda m: translate(None, TEXTS), TypeError, "model must be an EncoderDecoder, got None"),
    (lambda m: translate_with_beam(None, TEXTS, width=2), TypeError, "model must be an Enc"),
    (lambda m: translate(EncoderDecoder(9, 4, 6, score="dot"), TEXTS), ValueError,
     r"model must read and write .*, got \(9, 4\)"),
    (lambda m: translate(m["dot"], None), TypeError, "texts must be a list of str.*, got None"),
    (lambda m: translate_with_beam(m["dot"], None, width=2), TypeError, "texts must be a list"),
    (lambda m: translate(m["dot"], ["21@11"]), ValueError, "no date .* is written with '@'"),
    (lambda m: translate_with_beam(m["dot"], ["21@11"], width=2), ValueError, "with '@'"),
    (lambda m: translate_with_beam(m["dot"], TEXTS, width=0), ValueError,
     "width must be an integer of at least 1, got 0"),
    (lambda m: translate(m[None], TEXTS, change=lambda w, mask: w), ValueError,
     "change needs a model with attention"),
    (lambda m: translate(m["dot"], TEXTS, given=["2026-11-21"]), ValueError,
     "given must hold an answer for each of 24 texts, got 1"),
    (lambda m: translate(m["dot"], TEXTS, given=7), ValueError, "given must hold .*, got int"),
    (lambda m: translate(m["dot"], TEXTS, given=["x"] * 24), ValueError,
     "given must hold 10 digits and dashes, got 'x'"),
    (lambda m: translate(m["dot"], TEXTS, given=[None] * 24), ValueError,
     "given must hold 10 digits and dashes, got None"),
])  # fmt: skip
def test_what_is_wrong_is_said(models, call, error, message):
    with pytest.raises(error, match=message):
        call(models)


@pytest.mark.parametrize(("returned", "got"), [
    (lambda w: w[:, :, :3], r"shape \(1, 24, 3\)"),
    (lambda w: w.numpy(), "ndarray"),
    (lambda w: None, "NoneType"),
    (lambda w: w * np.nan, "nan"),
    (lambda w: w + np.inf, "inf"),
])  # fmt: skip
def test_what_change_returns_is_checked(models, returned, got):
    with pytest.raises(ValueError, match=rf"change must return a tensor \(1, 24, .*, got {got}"):
        translate(models["dot"], TEXTS, change=lambda weights, mask: returned(weights))
