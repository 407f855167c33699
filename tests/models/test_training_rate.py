"""The rate that the bar of a training tells, on a clock that is moved by hand."""

import itertools

import torch

from rnn_helpers.models import training


def test_the_rate_is_all_tokens_over_all_seconds_of_training(monkeypatch):
    said, clock = [], itertools.count(0.0, 0.5)  # half a second from look to look
    monkeypatch.setattr(training.time, "perf_counter", clock.__next__)
    monkeypatch.setattr(training.tqdm, "set_postfix_str", lambda bar, text, _: said.append(text))
    model = torch.nn.Linear(1, 1)
    training.fit(
        model, lambda: model(torch.ones(4, 1)).square().mean(), updates=3, learning_rate=0.1,
        tokens_per_update=600, evaluate=lambda: next(clock), evaluate_every=1,
    )  # fmt: skip
    rates = [text.split("tokens/s ")[1].split(", held")[0] for text in said]
    assert rates == ["1,200"] * 3  # the time of scoring is not counted
