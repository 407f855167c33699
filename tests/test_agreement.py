import numpy as np
import pytest
import torch

from rnn_helpers import training
from rnn_helpers.agreement import (
    AgreementNetwork,
    compute_agreement_gradients,
    compute_agreement_loss,
    train_agreement,
)
from rnn_helpers.tasks import AGREEMENT_WORDS, make_agreement_batch
from rnn_helpers.training import fit


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
    misleading = np.isin(words[6], ["mice", "trees", "friends"])
    assert abs(np.corrcoef(misleading, batch.is_plural)[0, 1]) < 0.15
    sentence = batch.sentence(0)
    assert sentence.startswith(f"The {words[1, 0]}, which ")
    assert sentence.endswith(", were" if plural[0] else ", was")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1, np.random.default_rng()), ValueError, "distance must be an integer of at least 1"),
        ((1, 0, np.random.default_rng()), ValueError, "batch_size must be an integer"),
        ((1, 1, 7), TypeError, "rng must be a numpy.random.Generator, got int"),
    ],
)
def test_bad_settings_of_the_task_are_named(arguments, error, message):
    distance, batch_size, rng = arguments
    with pytest.raises(error, match=message):
        make_agreement_batch(distance, batch_size, rng=rng)


def test_five_words_are_learned_and_the_seed_fixes_the_outcome():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    trained = train_agreement(5, seed=3)
    assert trained.accuracy > 0.95
    assert trained.history.stopped == ""
    assert len(trained.history.losses) == len(trained.history.gradient_norms) == 200
    assert trained.history.losses[-1] < 0.5 * trained.history.losses[0]
    torch.testing.assert_close(torch.random.get_rng_state(), before)  # nobody else's dice
    assert train_agreement(5, seed=3).history.losses == trained.history.losses


def test_gradients_by_word_equal_those_of_nudged_states():
    torch.manual_seed(0)
    network = AgreementNetwork(hidden_size=4).double()
    batch = make_agreement_batch(3, 6, rng=np.random.default_rng(0))
    norms = compute_agreement_gradients(network, batch)
    assert norms.shape == (5,)
    # ∂L/∂h_T from the read-out alone: L is the mean over the batch
    with torch.no_grad():
        log_odds = network(torch.from_numpy(batch.tokens))
        target = torch.from_numpy(batch.is_plural).double()
        expected = (torch.sigmoid(log_odds) - target)[:, None] * network.verb.weight / 6
    np.testing.assert_allclose(norms[-1], float(expected.norm()), rtol=1e-8)
    assert all(parameter.grad is None for parameter in network.parameters())


def test_orthogonal_start_is_orthogonal():
    W_hh = AgreementNetwork(8, initialisation="orthogonal").recurrence.weight_hh_l0.detach()
    torch.testing.assert_close(W_hh @ W_hh.T, torch.eye(8), atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="initialisation must be one of 'default'"):
        AgreementNetwork(initialisation="zero")


def _line():
    model = torch.nn.Linear(1, 1)
    xs = torch.linspace(-1, 1, 8)[:, None]
    return model, lambda: ((model(xs) - 3 * xs) ** 2).mean()


def test_an_interrupt_keeps_the_model_and_the_history():
    model, loss = _line()
    calls = []

    def interrupted():
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return loss()

    before = model.weight.detach().clone()
    history = fit(model, interrupted, updates=20, learning_rate=0.1)
    assert len(history.losses) == 4
    assert history.stopped == "Interrupted after 4 updates."
    assert not torch.equal(model.weight, before)
    assert torch.isfinite(model.weight).all()


def test_a_loss_that_is_not_finite_stops_before_the_model_is_hurt():
    model, loss = _line()
    calls = []

    def spoiled():
        calls.append(1)
        return loss() * (float("nan") if len(calls) == 3 else 1)

    history = fit(model, spoiled, updates=20, learning_rate=0.1)
    assert history.stopped == "The loss is nan at update 3."
    assert len(history.losses) == 2
    assert torch.isfinite(model.weight).all()


def test_a_gradient_that_is_not_finite_stops_before_the_model_is_hurt():
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.zero_()
    history = fit(model, lambda: model.weight.abs().sqrt().sum(), updates=5, learning_rate=0.1)
    assert history.stopped.startswith("The gradient's norm is ")
    assert history.stopped.endswith("at update 1.")
    assert float(model.weight.detach()) == 0


def test_clipping_can_be_switched_off_and_settings_are_checked(monkeypatch):
    limits = []
    original = torch.nn.utils.clip_grad_norm_
    monkeypatch.setattr(
        training.torch.nn.utils, "clip_grad_norm_",
        lambda parameters, limit: limits.append(limit) or original(parameters, limit),
    )  # fmt: skip
    model, loss = _line()
    fit(model, loss, updates=1, learning_rate=0.1, max_norm=None)
    fit(model, loss, updates=1, learning_rate=0.1, max_norm=0.25)
    assert limits == [float("inf"), 0.25]
    with pytest.raises(ValueError, match="updates must be an integer of at least 1, got 0"):
        fit(model, loss, updates=0, learning_rate=0.1)
    with pytest.raises(ValueError, match="learning_rate must be a finite number greater than 0"):
        fit(model, loss, updates=1, learning_rate=0)
    with pytest.raises(ValueError, match="max_norm must be a finite number greater than 0"):
        fit(model, loss, updates=1, learning_rate=1, max_norm=-1)


def test_the_loss_of_a_batch_is_its_mean_cross_entropy():
    network = AgreementNetwork(4)
    batch = make_agreement_batch(2, 5, rng=np.random.default_rng(1))
    with torch.no_grad():
        p = torch.sigmoid(network(torch.from_numpy(batch.tokens))).numpy()
        loss = float(compute_agreement_loss(network, batch))
    expected = -np.log(np.where(batch.is_plural, p, 1 - p)).mean()
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
