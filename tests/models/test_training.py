"""The one loop of training: what it does to a model, what it records, what it says."""

import math

import pytest
import torch

from rnn_helpers.models import training
from rnn_helpers.models.training import History, fit


def _line():
    model = torch.nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(0.5)
        model.bias.fill_(0.5)
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


def test_an_interrupt_after_an_update_leaves_it_recorded(monkeypatch):
    model, loss = _line()
    step = torch.optim.Adam.step

    def interrupted(optimizer):
        step(optimizer)
        raise KeyboardInterrupt

    monkeypatch.setattr(torch.optim.Adam, "step", interrupted)
    before, first_loss = model.weight.detach().clone(), float(loss().detach())
    history = fit(model, loss, updates=20, learning_rate=0.1)
    assert not torch.equal(model.weight, before)
    assert history.losses == [first_loss]
    assert len(history.gradient_norms) == 1
    assert history.stopped


def test_all_gradients_are_clipped_and_the_norm_before_is_recorded():
    model, loss = _line()
    with torch.no_grad():
        model.bias.fill_(2.0)
    gradients = torch.autograd.grad(loss(), list(model.parameters()))
    norm = math.hypot(*(float(g.norm()) for g in gradients))
    assert min(float(g.norm()) for g in gradients) > 0.25  # each of them alone is too long
    history = fit(model, loss, updates=1, learning_rate=0.1, max_norm=0.25)
    assert history.gradient_norms == [pytest.approx(norm)]
    clipped = [parameter.grad for parameter in model.parameters()]
    for after, before in zip(clipped, gradients, strict=True):
        torch.testing.assert_close(after, before * 0.25 / norm, rtol=1e-4, atol=0)


@pytest.mark.parametrize("learning_rate", [0.01, 0.1])
def test_the_first_step_of_adam_is_as_long_as_the_learning_rate(learning_rate):
    model, loss = _line()
    before = [parameter.detach().clone() for parameter in model.parameters()]
    fit(model, loss, updates=1, learning_rate=learning_rate)
    for parameter, old in zip(model.parameters(), before, strict=True):
        move = (parameter.detach() - old).abs()
        torch.testing.assert_close(move, torch.full_like(move, learning_rate), rtol=1e-3, atol=0)


def test_each_update_starts_from_its_own_gradient():
    model, loss = _line()
    history = fit(model, loss, updates=3, learning_rate=1e-9)
    assert history.gradient_norms == pytest.approx([history.gradient_norms[0]] * 3, rel=1e-3)


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


def test_held_out_scores_are_taken_on_time_without_gradients_and_in_evaluation_mode():
    model, loss = _line()
    states = []

    def evaluate():
        states.append((model.training, torch.is_grad_enabled()))
        return float(loss())

    history = fit(model, loss, updates=7, learning_rate=0.1, evaluate=evaluate, evaluate_every=3)
    assert [update for update, _ in history.evaluations] == [3, 6, 7]
    assert states == [(False, False)] * 3
    assert model.training
    # taken after the update, so the first is the loss that the fourth update finds
    assert history.evaluations[0][1] == pytest.approx(history.losses[3])


def test_a_held_out_score_is_taken_at_the_end_unless_told_otherwise():
    model, loss = _line()
    history = fit(model, loss, updates=4, learning_rate=0.1, evaluate=lambda: 2.5)
    assert history.evaluations == [(4, 2.5)]


def test_training_goes_on_with_an_earlier_history():
    model, loss = _line()
    first = fit(model, loss, updates=3, learning_rate=0.1, evaluate=lambda: 1.0)
    second = fit(model, loss, updates=2, learning_rate=0.1, evaluate=lambda: 2.0, history=first)
    assert second is first
    assert len(first.losses) == len(first.gradient_norms) == 5
    assert first.evaluations == [(3, 1.0), (5, 2.0)]
    stopped = fit(model, lambda: loss() * math.nan, updates=1, learning_rate=0.1, history=first)
    assert stopped.stopped == "The loss is nan at update 6."
    fit(model, loss, updates=1, learning_rate=0.1, history=first)
    assert first.stopped == ""


def test_an_interrupt_while_scoring_leaves_model_mode_and_history_whole():
    model, loss = _line()

    def evaluate():
        raise KeyboardInterrupt

    history = fit(model, loss, updates=9, learning_rate=0.1, evaluate=evaluate, evaluate_every=2)
    assert history.stopped == "Interrupted after 2 updates."
    assert (len(history.losses), history.evaluations, model.training) == (2, [], True)
    assert torch.is_grad_enabled()


def test_the_learning_rate_falls_along_half_a_cosine(monkeypatch):
    model, loss = _line()
    rates, step = [], torch.optim.Adam.step
    monkeypatch.setattr(
        torch.optim.Adam, "step",
        lambda optimizer: rates.append(optimizer.param_groups[0]["lr"]) or step(optimizer),
    )  # fmt: skip
    fit(model, loss, updates=4, learning_rate=0.1, anneal=True)
    assert rates == pytest.approx([0.1 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])
    rates.clear()
    fit(model, loss, updates=3, learning_rate=0.1)
    assert rates == [0.1] * 3


def test_the_bar_tells_loss_rate_and_score_and_leaves_nothing(capsys):
    model, loss = _line()
    fit(
        model, loss, updates=5, learning_rate=0.1, evaluate=lambda: 12.34, evaluate_every=1,
        progress="a line", tokens_per_update=8, score="held-out perplexity",
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("\ra line   0 %|")
    fit(model, loss, updates=1, learning_rate=0.1)
    assert capsys.readouterr() == ("", "")


def test_what_the_bar_says(monkeypatch, capsys):
    model, loss = _line()
    said = []
    monkeypatch.setattr(
        training.tqdm, "set_postfix_str", lambda bar, text, refresh: said.append(text)
    )
    fit(
        model, loss, updates=2, learning_rate=0.1, evaluate=lambda: 12.34, evaluate_every=1,
        progress="a line", tokens_per_update=8, score="held-out perplexity",
    )  # fmt: skip
    first, second = (dict(part.rsplit(" ", 1) for part in text.split(", ", 2)) for text in said)
    assert set(first) == {"loss", "tokens/s"}
    assert set(second) == {"loss", "tokens/s", "held-out perplexity"}
    assert second["held-out perplexity"] == "12.3"
    assert float(second["tokens/s"].replace(",", "")) > 8  # more than an update a second
    capsys.readouterr()


def test_bad_settings_of_the_record_are_named():
    model, loss = _line()
    for options, error, message in (
        ({"evaluate_every": 2}, ValueError, "evaluate_every needs evaluate"),
        ({"evaluate": float, "evaluate_every": 0}, ValueError, "evaluate_every must be an integer"),
        ({"tokens_per_update": 0}, ValueError, "tokens_per_update must be an integer of at least"),
        ({"history": []}, TypeError, "history must be a History, got list"),
    ):
        with pytest.raises(error, match=message):
            fit(model, loss, updates=1, learning_rate=0.1, **options)
    assert History() == History([], [], [], "")
