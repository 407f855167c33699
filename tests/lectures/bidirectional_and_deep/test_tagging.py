"""Taggers: what they read, what a delay and packing mean, and what they can learn."""

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.bidirectional_and_deep import tagging, teddy
from rnn_helpers.lectures.bidirectional_and_deep.tagging import (
    Tagger,
    compute_name_probabilities,
    compute_tagging_accuracy,
    compute_tagging_loss,
    cut_sentence,
    make_test_batch,
    train_tagger,
)
from rnn_helpers.models.training import CELLS


def make_tagger(seed=0, **options):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Tagger(5, **options).double()


def make_batch(count=6, seed=0):
    sentences = teddy.make_sentences(count, rng=np.random.default_rng(seed))
    return sentences, teddy.make_teddy_batch(sentences)


def read(tagger, batch, packed=True):
    lengths = torch.from_numpy(batch.lengths) if packed else None
    with torch.no_grad():
        return tagger(torch.from_numpy(batch.tokens), lengths)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("options", [{}, {"delay": 3}, {"bidirectional": True}])
def test_packed_each_sentence_is_read_as_if_alone(cell, options):
    tagger = make_tagger(cell=cell, **options)
    sentences, batch = make_batch()
    logits = read(tagger, teddy.pad_batch(batch, 4))
    assert logits.shape == (len(batch.tokens) + 4, 6, len(teddy.TAGS))
    for column, sentence in enumerate(sentences):
        alone = read(tagger, teddy.make_teddy_batch([sentence]), packed=False)[:, 0]
        torch.testing.assert_close(logits[: len(sentence), column], alone, atol=1e-12, rtol=0)


def test_not_packed_only_the_backward_pass_is_spoilt():
    for both in (False, True):
        tagger = make_tagger(bidirectional=both)
        _, batch = make_batch()
        mask = torch.from_numpy(batch.mask)
        gap = (read(tagger, batch)[mask] - read(tagger, batch, packed=False)[mask]).abs().max()
        assert gap < 1e-12 if not both else gap > 1e-2


@pytest.mark.parametrize(("options", "sees"), [
    *(({"delay": delay}, lambda t, place, delay=delay: t + delay >= place) for delay in (0, 1, 4)),
    ({"bidirectional": True}, lambda t, place: True),
])  # fmt: skip
def test_a_delay_sees_that_many_words_more_and_both_ways_all_of_them(options, sees):
    tagger, tokens = make_tagger(**options), torch.from_numpy(make_batch(1)[1].tokens)
    for place in (0, 6, len(tokens) - 1):
        changed = tokens.clone()
        changed[place] = (changed[place] + 1) % 80
        with torch.no_grad():
            moved = (tagger(changed) - tagger(tokens)).abs().amax((1, 2)) > 1e-12
        assert moved.tolist() == [sees(t, place) for t in range(len(tokens))]


def test_the_loss_leaves_padding_out_and_weighs_the_ambiguous_words():
    tagger = make_tagger(bidirectional=True)
    sentences, batch = make_batch()
    logs = read(tagger, batch).log_softmax(-1).numpy()
    nats = -np.take_along_axis(logs, batch.tags[..., None], -1)[..., 0]
    everything = nats[batch.mask].mean()
    ambiguous = np.mean([nats[s.place, column] for column, s in enumerate(sentences)])
    for share in (0.0, 0.3, 1.0):
        loss = compute_tagging_loss(tagger, batch, ambiguous_share=share).item()
        assert loss == pytest.approx((1 - share) * everything + share * ambiguous, abs=1e-12)
    assert compute_tagging_loss(tagger, batch).item() == pytest.approx((everything + ambiguous) / 2)
    longer = teddy.pad_batch(batch, 9)
    for masked in (True, False):
        losses = [compute_tagging_loss(tagger, b, masked=masked).item() for b in (batch, longer)]
        assert (abs(losses[0] - losses[1]) < 1e-12) == masked


def test_the_accuracies_are_counted():
    tagger = make_tagger()
    sentences, batch = make_batch(40)
    guess = read(tagger, batch).argmax(-1).numpy()
    ambiguous = np.mean([guess[s.place, k] == s.tags[s.place] for k, s in enumerate(sentences)])
    words = np.concatenate([guess[: len(s), k] == s.tags for k, s in enumerate(sentences)])
    assert compute_tagging_accuracy(tagger, batch) == pytest.approx((ambiguous, words.mean()))


def test_the_probabilities_of_a_name_are_those_of_each_beginning():
    tagger = make_tagger(bidirectional=True)
    sentence = teddy.make_sentence("Teddy", teddy.NAME, 3, rng=np.random.default_rng(0))
    table = compute_name_probabilities(tagger, sentence)
    T = len(sentence)
    assert table.shape == (T, T)
    for n in (1, 4, T):
        part = teddy.make_teddy_batch([cut_sentence(sentence, n)])
        alone = read(tagger, part).softmax(-1)[:, 0, teddy.NAME].numpy()
        np.testing.assert_allclose(table[n - 1, :n], alone, atol=1e-12)
        assert np.isnan(table[n - 1, n:]).all()
    one_way = compute_name_probabilities(make_tagger(), sentence)
    for t in range(T):  # never moves once it is there
        assert np.ptp(one_way[t:, t]) < 1e-12


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_one_way_stays_at_the_bound_and_both_ways_passes_it(cell):
    one_way = train_tagger(cell=cell, seed=0)
    assert one_way.accuracy < teddy.compute_best_accuracy() + 0.03
    assert one_way.accuracy > 0.55
    both_ways = train_tagger(cell=cell, bidirectional=True, seed=0)
    assert both_ways.accuracy > 0.95
    assert both_ways.n_parameters == sum(p.numel() for p in both_ways.model.parameters())
    assert len(both_ways.history.losses) == 100


def test_a_delay_follows_its_bound():
    run = train_tagger(delay=2, seed=0)
    assert -0.06 < run.accuracy - teddy.compute_best_accuracy(2) < 0.03


def test_trained_on_beginnings_a_network_is_unsure_until_it_can_know():
    run = train_tagger(bidirectional=True, cut=True, updates=150, seed=0)
    assert run.accuracy > 0.95
    sentence = teddy.make_sentence("Teddy", teddy.NAME, 2, rng=np.random.default_rng(2))
    share = compute_name_probabilities(run.model, sentence)[:, sentence.place]
    assert 0.2 < share[sentence.place] < 0.8
    assert share[-1] > 0.9


def test_the_seed_reaches_weights_and_sentences():
    first, again, other = (train_tagger(seed=seed, updates=3) for seed in (3, 3, 4))
    assert first.history == again.history != other.history
    assert first.accuracy_of_all == again.accuracy_of_all
    assert make_test_batch() is make_test_batch()


def test_batches_hold_every_sentence_of_the_pool_once_an_epoch():
    for cut in (False, True):
        batches = tagging._make_batches(np.random.default_rng(0), cut)
        epoch = [next(batches) for _ in range(tagging.POOL_SIZE // tagging.BATCH_SIZE)]
        assert sum(len(batch.lengths) for batch in epoch) == tagging.POOL_SIZE
        assert np.mean([batch.mask.mean() for batch in epoch]) > 0.95
        assert all((batch.places < batch.lengths).all() for batch in epoch)


SENTENCES, BATCH = make_batch()
CUT = teddy.make_teddy_batch([cut_sentence(SENTENCES[0], SENTENCES[0].place), *SENTENCES[1:]])


@pytest.mark.parametrize(("call", "message"), [
    (lambda: Tagger(cell="MLP"), "cell must be one of 'RNN', 'SimplifiedGRU', 'GRU', 'LSTM'"),
    (lambda: Tagger(delay=-1), "delay must be an integer of at least 0"),
    (lambda: Tagger(delay=2, bidirectional=True), "delay must be 0 for a two-way .*, got 2"),
    (lambda: train_tagger(seed=-1), "seed must be an integer of at least 0"),
    (lambda: train_tagger(seed=0, updates=0), "updates must be an integer of at least 1"),
    (lambda: compute_tagging_loss(make_tagger(), BATCH, ambiguous_share=2),
     "ambiguous_share must be a finite number from 0 to 1"),
    (lambda: compute_tagging_loss(make_tagger(), CUT), "batch must hold each sentence up to its"),
    (lambda: compute_tagging_accuracy(make_tagger(), CUT), "batch must hold each sentence up to"),
    (lambda: cut_sentence(SENTENCES[0], 99), "length must be an integer from 1 to"),
    (lambda: make_tagger()(torch.tensor([[-1]])), "tokens must lie from 0 to .*, got -1"),
    (lambda: make_tagger()(torch.tensor([[999]])), "tokens must lie from 0 to .*, got 999"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
