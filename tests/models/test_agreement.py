"""Number agreement: the sentences, who learns them, and what is left of the subject."""

import numpy as np
import pytest
import torch

from rnn_helpers.models import agreement
from rnn_helpers.models.agreement import (
    AGREEMENT_WORDS,
    BLOCKS,
    AgreementNetwork,
    compute_agreement_gradients,
    compute_agreement_loss,
    compute_start_decay,
    make_agreement_batch,
    train_agreement,
)


def test_only_the_subject_decides_the_verb():
    batch = make_agreement_batch(9, 400, rng=np.random.default_rng(0))
    assert batch.tokens.shape == (11, 400)
    words = np.array(AGREEMENT_WORDS)[batch.tokens]
    assert (words[0] == "The").all()
    assert (words[2] == "which").all()
    plural = np.isin(words[1], ["cats", "dogs", "birds", "children"])
    np.testing.assert_array_equal(plural, batch.is_plural == 1)
    assert 0.4 < batch.is_plural.mean() < 0.6
    # the nouns of the clause say nothing about it
    for noun in (words[6], words[9]):
        misleading = np.isin(noun, ["mice", "trees", "friends"])
        assert abs(np.corrcoef(misleading, batch.is_plural)[0, 1]) < 0.15
    assert len(set(words[1])) == 8  # four pairs, each in both numbers
    sentence = batch.sentence(0)
    assert sentence.startswith(f"The {words[1, 0]}, which ")
    assert sentence.endswith(", were" if plural[0] else ", was")


def test_five_words_are_learned():
    trained = train_agreement(5, seed=3)
    assert trained.accuracy > 0.95
    assert trained.history.stopped == ""
    assert len(trained.history.losses) == 200
    assert trained.history.losses[-1] < 0.5 * trained.history.losses[0]


def test_what_is_trained_and_on_what_it_is_tested(monkeypatch):
    drawn = []  # every batch, with the state of its dice

    def draw(distance, batch_size, *, rng):
        dice = rng.bit_generator.state["state"]["state"]
        drawn.append((make_agreement_batch(distance, batch_size, rng=rng), dice))
        return drawn[-1][0]

    monkeypatch.setattr(agreement, "make_agreement_batch", draw)
    trained = train_agreement(4, seed=2, updates=3)
    assert trained.model.recurrence.weight_hh_l0.shape == (32, 32)
    assert [len(batch.is_plural) for batch, _ in drawn] == [32, 32, 32, 512]
    assert len({dice for _, dice in drawn}) == 4  # no batch is drawn with another's dice
    with torch.no_grad():
        guess = trained.model(drawn[-1][0].tokens).numpy() > 0
    assert trained.accuracy == (guess == drawn[-1][0].is_plural).mean()
    assert 0.2 < trained.accuracy < 0.9  # three updates do not teach it: chance and a bit


def test_every_setting_reaches_the_training():
    def losses(**settings):
        return train_agreement(4, **({"seed": 2, "updates": 2} | settings)).history.losses

    start = losses()
    assert losses(initialisation="orthogonal")[0] != start[0]
    assert losses(seed=3)[0] != start[0]
    slow, fast = losses(learning_rate=1e-9), losses(learning_rate=0.1)
    assert slow[0] == fast[0] == start[0]
    assert abs(fast[1] - slow[1]) > 1e-3
    rotated = train_agreement(4, seed=2, updates=1, learning_rate=1e-9, initialisation="orthogonal")
    W_hh = rotated.model.recurrence.weight_hh_l0.detach()
    torch.testing.assert_close(W_hh @ W_hh.T, torch.eye(32), atol=1e-4, rtol=0)


def test_gradients_by_word_equal_those_of_nudged_states():
    torch.manual_seed(0)
    network = AgreementNetwork(hidden_size=4).double()
    batch = make_agreement_batch(3, 6, rng=np.random.default_rng(0))
    compute_agreement_loss(network, batch).backward()
    before = [parameter.grad.clone() for parameter in network.parameters()]
    norms = compute_agreement_gradients(network, batch)
    assert norms.shape == (5,)
    # ∂L/∂h_T from the read-out alone: L is the mean over the batch
    with torch.no_grad():
        log_odds = network(torch.from_numpy(batch.tokens))
        target = torch.from_numpy(batch.is_plural).double()
        expected = (torch.sigmoid(log_odds) - target)[:, None] * network.verb.weight / 6
    np.testing.assert_allclose(norms[-1], float(expected.norm()), rtol=1e-8)
    # ∂L/∂h_t for every t: each entry of the state is nudged, and the rest of the sentence read
    xs = torch.nn.functional.one_hot(torch.from_numpy(batch.tokens), len(AGREEMENT_WORDS)).double()
    with torch.no_grad():
        hs, _ = network.recurrence(xs)

        def loss_from(h, t):
            for x in xs[t + 1 :]:
                h = network.recurrence(x[None], h[None])[1][0]
            log_odds = network.verb(h)[:, 0]
            return float(torch.nn.functional.binary_cross_entropy_with_logits(log_odds, target))

        nudges = 1e-5 * torch.eye(24, dtype=float).reshape(24, 6, 4)
        for t, h in enumerate(hs):
            slopes = [(loss_from(h + n, t) - loss_from(h - n, t)) / 2e-5 for n in nudges]
            np.testing.assert_allclose(norms[t], np.linalg.norm(slopes), rtol=1e-6)
    for parameter, gradient in zip(network.parameters(), before, strict=True):
        assert torch.equal(parameter.grad, gradient)  # whose they are, they stay


def test_the_loss_of_a_batch_is_its_mean_cross_entropy():
    network = AgreementNetwork(4)
    batch = make_agreement_batch(2, 5, rng=np.random.default_rng(1))
    with torch.no_grad():
        p = torch.sigmoid(network(torch.from_numpy(batch.tokens))).numpy()
        loss = float(compute_agreement_loss(network, batch))
    expected = -np.log(np.where(batch.is_plural, p, 1 - p)).mean()
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


@pytest.mark.parametrize("cell", ["SimplifiedGRU", "GRU", "LSTM"])
def test_thirty_words_are_learned_where_the_gate_starts_by_keeping(cell):
    assert train_agreement(30, cell=cell, seed=0, keep_bias=1.0).accuracy > 0.95


@pytest.mark.parametrize(("cell", "seed"), [("GRU", 1), ("LSTM", 0), ("LSTM", 1)])
def test_thirty_words_are_not_learned_from_torchs_own_start(cell, seed):
    assert train_agreement(30, cell=cell, seed=seed).accuracy < 0.65


BATCH = make_agreement_batch(2, 3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda rng: make_agreement_batch(0, 1, rng=rng), ValueError, "distance must be an int"),
    (lambda rng: make_agreement_batch(1, 0, rng=rng), ValueError, "batch_size must be an int"),
    (lambda rng: make_agreement_batch(1, 1, rng=7), TypeError, "rng must be a .*, got int"),
    (lambda rng: BATCH.sentence(-1), ValueError, "index must be .* from 0 to 2, got -1"),
    (lambda rng: AgreementNetwork()(BATCH.tokens - 1), ValueError, "tokens must lie .* -1"),
    (lambda rng: AgreementNetwork()(BATCH.tokens + 99), ValueError, "tokens must lie from 0"),
    (lambda rng: AgreementNetwork(initialisation="zero"), ValueError,
     "initialisation must be one of 'default'"),
    (lambda rng: AgreementNetwork(cell="MLP"), ValueError,
     "cell must be one of 'RNN', 'SimplifiedGRU', 'GRU', 'LSTM'"),
    (lambda rng: AgreementNetwork(cell="GRU", spectral_radius=1.0), ValueError,
     "are set for cell='RNN' only, got cell='GRU'"),
    (lambda rng: AgreementNetwork(keep_bias=1.0), (TypeError, ValueError), "keep_bias"),
    (lambda rng: train_agreement(3, seed=-1), ValueError, "seed must be an integer of at"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call(np.random.default_rng(0))


@pytest.mark.parametrize(("cell", "start", "rows", "bias"), [
    ("LSTM", "input 3", [0], 3.0), ("LSTM", "forget 1", [1], 1.0), ("LSTM", "output 3", [3], 3.0),
    ("LSTM", "input and output 3", [0, 3], 3.0), ("GRU", "reset 3", [0], 3.0),
    ("GRU", "keep 1", [1], 1.0), ("SimplifiedGRU", "keep 3", [0], 3.0),
])  # fmt: skip
def test_a_start_changes_the_bias_of_its_gates_and_nothing_else(cell, start, rows, bias):
    layers = []
    for name in ("torch", start):
        torch.manual_seed(3)
        layers.append(AgreementNetwork(5, cell=cell, start=name).recurrence)
    changed = np.zeros(len(BLOCKS[cell]), dtype=bool)
    changed[rows] = True
    changed = np.repeat(changed, 5)
    old, new = (dict(layer.named_parameters()) for layer in layers)
    for name in old:
        before, after = old[name].detach().numpy(), new[name].detach().numpy()
        wanted = {"bias_ih_l0": bias, "bias_hh_l0": 0.0}.get(name)
        np.testing.assert_array_equal(after[~changed], before[~changed])
        np.testing.assert_array_equal(after[changed], before[changed] if wanted is None else wanted)


@pytest.mark.parametrize(("cell", "start", "part"), [
    ("LSTM", "W_hh × 2", slice(0, 20)), ("RNN", "W_hh × 2", slice(0, 5)),
    ("GRU", "W_hn × 2", slice(10, 15)),
])  # fmt: skip
def test_a_start_doubles_its_recurrent_weights(cell, start, part):
    weights = []
    for name in ("torch", start):
        torch.manual_seed(3)
        layer = AgreementNetwork(5, cell=cell, start=name).recurrence
        weights.append(layer.weight_hh_l0.detach().numpy())
    wanted = weights[0].copy()
    wanted[part] *= 2
    np.testing.assert_array_equal(weights[1], wanted)


@pytest.mark.parametrize(("start", "radius"), [("ρ = 1", 1.0), ("orthogonal, ρ = 0.6", 0.6)])
def test_a_start_sets_the_spectral_radius(start, radius):
    torch.manual_seed(3)
    W_hh = AgreementNetwork(5, start=start).recurrence.weight_hh_l0.detach().numpy()
    assert np.abs(np.linalg.eigvals(W_hh)).max() == pytest.approx(radius, rel=1e-5)


@pytest.mark.parametrize("cell", ["RNN", "SimplifiedGRU", "GRU", "LSTM"])
def test_what_is_left_at_the_start_is_that_by_autograd(cell):
    distance, seed = 6, 4
    total, direct = compute_start_decay(distance, cell=cell, seed=seed)
    torch.manual_seed(seed)
    network = AgreementNetwork(cell=cell).double()
    batch = make_agreement_batch(distance, 1, rng=np.random.default_rng([seed, 2]))
    xs, layer = network.encode(batch.tokens), network.recurrence
    states = layer(xs[:2])[1]
    states = states if cell == "LSTM" else (states,)

    def run(joined):
        parts = joined.split(32)
        given = tuple(part[None, None] for part in parts)
        after = layer(xs[2:], given if cell == "LSTM" else given[0])[1]
        return torch.cat([s.flatten() for s in (after if cell == "LSTM" else (after,))])

    joined = torch.cat([s.flatten() for s in states]).detach()
    jacobian = torch.autograd.functional.jacobian(run, joined)
    assert total == pytest.approx(float(torch.linalg.matrix_norm(jacobian, 2).log10()), abs=1e-6)
    assert (direct == -np.inf) == (cell == "RNN")
    assert direct < 0


@pytest.mark.parametrize(("cell", "start", "message"), [
    ("RNN", "forget 1", "start 'forget 1' changes what a RNN has not"),
    ("LSTM", "orthogonal", "start 'orthogonal' changes what a LSTM has not"),
    ("LSTM", "wide", "start must be one of"),
])  # fmt: skip
def test_a_start_that_does_not_fit_is_refused(cell, start, message):
    with pytest.raises(ValueError, match=message):
        AgreementNetwork(cell=cell, start=start)
