"""The one loop of training: what it does to a model, what it records, what it says."""

import itertools
import math
import re

import numpy as np
import pytest
import torch

from rnn_helpers.models import training
from rnn_helpers.models.training import count_parameters, fit, one_thread, train


def _line():
    model = torch.nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(0.5)
        model.bias.fill_(0.5)
    xs = torch.linspace(-1, 1, 8)[:, None]
    return model, lambda: ((model(xs) - 3 * xs) ** 2).mean()


def _at_call(loss, number, happen):
    """The loss, to which something happens at one of its calls."""
    calls = itertools.count(1)
    return lambda: happen(loss()) if next(calls) == number else loss()


def _interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("number", "happen", "stopped"), [
    (5, _interrupt, "Interrupted after 4 updates."),
    (3, lambda loss: loss * math.nan, "The loss is nan at update 3."),
])  # fmt: skip
def test_a_stop_before_an_update_keeps_the_model_and_the_history(number, happen, stopped):
    model, loss = _line()
    before = model.weight.detach().clone()
    history = fit(model, _at_call(loss, number, happen), updates=20, learning_rate=0.1)
    assert history.stopped == stopped
    assert len(history.losses) == number - 1
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


def test_a_gradient_that_is_not_finite_stops_before_the_model_is_hurt():
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.zero_()
    history = fit(model, lambda: model.weight.abs().sqrt().sum(), updates=5, learning_rate=0.1)
    assert re.fullmatch("The gradient's norm is (nan|inf) at update 1.", history.stopped)
    assert float(model.weight.detach()) == 0


def test_clipping_can_be_switched_off():
    model, loss = _line()
    history = fit(model, lambda: 1e3 * loss(), updates=1, learning_rate=1, max_norm=None)
    (norm,) = history.gradient_norms
    assert math.hypot(*(float(p.grad.norm()) for p in model.parameters())) == pytest.approx(norm)
    assert norm > 1e3


def test_held_out_scores_are_taken_on_time_without_gradients_and_in_evaluation_mode():
    model, loss = _line()
    states = []

    def evaluate():
        states.append((model.training, torch.is_grad_enabled()))
        return loss()

    history = fit(model, loss, updates=7, learning_rate=0.1, evaluate=evaluate, evaluate_every=3)
    assert [update for update, _ in history.evaluations] == [3, 6, 7]
    assert states == [(False, False)] * 3
    # taken after the update, so the first is the loss that the fourth update finds
    assert history.evaluations[0][1] == pytest.approx(history.losses[3])


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_every_module_gets_back_its_own_mode_of_those_a_score_changes(error):
    model, loss = _line()
    model = torch.nn.Sequential(model, torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Dropout()))
    model[1][0].eval()  # a part that is to stay as it is

    def evaluate():
        assert not any(module.training for module in model.modules())
        if error:
            raise error
        return 1.0

    fit(model, loss, updates=1, learning_rate=0.1, evaluate=evaluate)
    assert [module.training for module in model.modules()] == [True, True, True, False, True]
    assert torch.is_grad_enabled()


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


def test_an_interrupt_while_scoring_leaves_the_history_whole():
    options = {"updates": 9, "learning_rate": 0.1, "evaluate": _interrupt, "evaluate_every": 2}
    history = fit(*_line(), **options)
    assert history.stopped == "Interrupted after 2 updates."
    assert (len(history.losses), history.evaluations) == (2, [])


def test_the_learning_rate_falls_along_half_a_cosine(monkeypatch):
    model, loss = _line()
    rates, step = [], torch.optim.Adam.step
    monkeypatch.setattr(torch.optim.Adam, "step",
                        lambda a: rates.append(a.param_groups[0]["lr"]) or step(a))  # fmt: skip
    fit(model, loss, updates=4, learning_rate=0.1, anneal=True)
    assert rates == pytest.approx([0.1 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])
    rates.clear()
    fit(model, loss, updates=3, learning_rate=0.1)
    assert rates == [0.1] * 3


def test_the_bar_tells_loss_rate_and_score_and_leaves_nothing(monkeypatch, capsys):
    model, loss = _line()
    said, show = [], training.tqdm.set_postfix_str
    monkeypatch.setattr(training.tqdm, "set_postfix_str",
                        lambda bar, text, _: said.append(text) or show(bar, text, _))  # fmt: skip
    options = {"updates": 2, "learning_rate": 0.1, "evaluate": lambda: 12.34, "evaluate_every": 1}
    fit(model, loss, progress="a line", tokens_per_update=8, score="held-out perplexity", **options)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("\ra line   0 %|")
    assert out.rstrip(" ").endswith("\r")
    first, second = (dict(part.rsplit(" ", 1) for part in text.split(", ", 2)) for text in said)
    assert set(first) == {"loss", "tokens/s"}
    assert set(second) == {"loss", "tokens/s", "held-out perplexity"}
    assert second["held-out perplexity"] == "12.3"
    assert float(second["tokens/s"].replace(",", "")) > 8  # more than an update a second
    fit(model, loss, **options)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"updates": 0}, ValueError, "updates must be an integer of at least 1, got 0"),
    ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number greater than 0"),
    ({"max_norm": -1}, ValueError, "max_norm must be a finite number greater than 0"),
    ({"evaluate_every": 2}, ValueError, "evaluate_every needs evaluate"),
    ({"evaluate": float, "evaluate_every": 0}, ValueError, "evaluate_every must be an integer"),
    ({"tokens_per_update": 0}, ValueError, "tokens_per_update must be an integer of at least"),
    ({"history": []}, TypeError, "history must be a History, got list"),
    ({"model": None}, TypeError, "model must be a torch.nn.Module, got NoneType"),
    *(({name: lambda value=value: value}, TypeError, f"{name} must return .*{got}")
      for name, value, got in (
          ("compute_loss", None, "a tensor of one number with a gradient, got None"),
          ("compute_loss", 0.5, "got 0.5"),
          ("compute_loss", torch.ones(2, requires_grad=True), r"got tensor\(\[1., 1.\], req"),
          ("compute_loss", torch.tensor(0.5), r"got tensor\(0.5000\)"),
          ("evaluate", None, "a number, got None"),
          ("evaluate", "low", "a number, got 'low'"),
          ("evaluate", torch.zeros(2), r"a number, got tensor\(\[0., 0.\]\)"),
      )),
])  # fmt: skip
def test_a_wrong_setting_is_named(options, error, message):
    model, loss = _line()
    settings = {"model": model, "compute_loss": loss, "updates": 1, "learning_rate": 0.1}
    with pytest.raises(error, match=message):
        fit(**settings | options)


def test_one_thread_is_for_the_time_being():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        with pytest.raises(KeyError), one_thread():
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def _train(seed=3, **options):
    def make_loss(model, rng):
        assert torch.get_num_threads() == 1
        return lambda: ((model(torch.ones(1)) - float(rng.normal())) ** 2).sum()

    return train(
        lambda: torch.nn.Linear(1, 1), make_loss,
        options.pop("scores", {"score": lambda model: model(torch.ones(1))}),
        seed=seed, updates=4, learning_rate=0.1, **options,
    )  # fmt: skip


def test_the_seed_fixes_weights_and_batches_and_nobody_elses_dice_are_touched(monkeypatch):
    monkeypatch.setattr(torch, "manual_seed", pytest.fail)  # it would reseed every device's dice
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    first, again, other = _train(3), _train(3), _train(4)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert first.history == again.history != other.history
    assert torch.equal(first.model.weight, again.model.weight)
    assert first.history.losses[0] != other.history.losses[0]
    torch.rand(1)
    assert _train(3).history == first.history
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(3)
        wanted, draw = torch.nn.Linear(1, 1), np.random.default_rng(3).normal()
    assert first.history.losses[0] == pytest.approx((wanted(torch.ones(1)).item() - draw) ** 2)


def test_what_was_trained_is_scored_without_gradients_and_counted():
    trained = _train()
    assert torch.equal(trained.score, trained.model(torch.ones(1)))
    assert not trained.score.requires_grad
    assert trained.n_parameters == count_parameters(trained.model) == 2
    seen = []
    evaluated = _train(evaluate=lambda model: seen.append(model) or 1.5)
    assert seen == [evaluated.model]
    assert evaluated.history.evaluations == [(4, 1.5)]
    modes = _train(scores={"mode": lambda model: model.training})
    assert not modes.mode
    assert modes.model.training


def test_an_interrupt_of_the_last_score_keeps_the_model():
    trained = _train(scores={"score": _interrupt})
    assert math.isnan(trained.score)
    assert trained.history.stopped == "Interrupted before the last score."
    assert len(trained.history.losses) == 4
