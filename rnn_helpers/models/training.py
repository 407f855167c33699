"""The loop that trains the torch models of the series: clipped, recorded, safe to interrupt."""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from rnn_helpers.recurrences import layers
from rnn_helpers.validation import check_boolean, check_choice, check_integer, check_number

CELLS = ("RNN", "SimplifiedGRU", "GRU", "LSTM")


@dataclass
class History:
    """What happened during `fit`."""

    losses: list[float] = field(default_factory=list)  # one per update, before the update
    gradient_norms: list[float] = field(default_factory=list)  # joint, before clipping
    evaluations: list[tuple[int, float]] = field(default_factory=list)  # after so many updates
    stopped: str = ""  # why the loop ended early, as a sentence


class Trained(SimpleNamespace):
    """What every `train_…` returns: a model, its history, and each score under its name."""

    model: Any
    history: History

    @property
    def n_parameters(self) -> int:
        """How many numbers were trained."""
        return count_parameters(self.model)


def count_parameters(model: torch.nn.Module) -> int:
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in model.parameters())


def make_layer(cell: str, *sizes: int, **options: Any) -> Any:
    """The layer of `recurrences.layers` with that name, one of `CELLS`."""
    return getattr(layers, check_choice("cell", cell, CELLS))(*sizes, **options)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: for matrices this small, a second one only waits for the first."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Without gradients and in evaluation mode; then each part in the mode it had."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:  # each its own: a part may have been left in eval()
            module.training = training


def train(
    make_model: Callable[[], torch.nn.Module],
    make_loss: Callable[[Any, np.random.Generator], Callable[[], torch.Tensor]],
    scores: dict[str, Callable[[Any], Any]] | None = None, *, seed: int, evaluate: Any = None,
    **options: Any,
) -> Trained:  # fmt: skip
    """Make a model, `fit` it and score it, on one thread and with nobody else's dice.

    Parameters
    ----------
    make_model, seed
        The weights are drawn from torch's generator, seeded with `seed`.
    make_loss : callable
        `make_loss(model, rng) -> compute_loss`, as in `fit`; the generator has the same seed.
    scores : dict of callables, optional
        `score(model)` under its name in the result, as `evaluate` is called; NaN if interrupted.
    evaluate, **options
        Of `fit`; `evaluate` is given the model.
    """
    rng = np.random.default_rng(check_integer("seed", seed, minimum=0))
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.default_generator.manual_seed(seed)  # torch.manual_seed reseeds every device
        model = make_model()
        if evaluate is not None:
            options["evaluate"] = lambda: evaluate(model)
        history = fit(model, make_loss(model, rng), **options)
        trained = Trained(model=model, history=history)
        for name, score in (scores or {}).items():
            try:
                with evaluating(model):
                    setattr(trained, name, score(model))
            except KeyboardInterrupt:
                setattr(trained, name, math.nan)
                history.stopped = f"{history.stopped} Interrupted before the last score.".strip()
    return trained


def fit(
    model: torch.nn.Module, compute_loss: Callable[[], torch.Tensor], *, updates: int,
    learning_rate: float, max_norm: float | None = 1.0, anneal: bool = False,
    evaluate: Callable[[], float] | None = None, evaluate_every: int | None = None,
    history: History | None = None, progress: str | None = None,
    tokens_per_update: int | None = None, score: str = "held-out score",
) -> History:  # fmt: skip
    """Train `model` with Adam; the gradients are clipped by their global norm.

    Interrupting the kernel ends the loop: the model keeps its last parameters, and the history
    every update, the last of which the interrupt may have cut short. A loss or a gradient that
    is not finite ends it too, before it reaches the parameters.

    Parameters
    ----------
    compute_loss : callable
        Draws a batch and returns its mean loss, a scalar tensor.
    max_norm : float > 0, or None
        The threshold θ of clipping by global norm; None leaves the gradients alone.
    anneal : bool
        Let the learning rate fall to 0 along a half cosine.
    evaluate, evaluate_every
        A score on data held out: called without gradients, and with the model in evaluation mode,
        after every `evaluate_every` updates, if that is given, and after the last.
    history : History, optional
        An earlier one, to go on with: it is extended in place. The optimizer begins anew.
    progress, tokens_per_update, score
        The label of a progress bar, gone when the loop ends; how many tokens a batch holds, if it
        is to tell their rate; and what it calls the value of `evaluate`.

    Source
    ------
    Adam: Kingma & Ba (2015), arXiv:1412.6980. Clipping: Pascanu, Mikolov & Bengio (2013),
    arXiv:1211.5063. The half cosine: Loshchilov & Hutter (2017), arXiv:1608.03983.
    """
    updates = check_integer("updates", updates, minimum=1)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    check_boolean("anneal", anneal)
    limit = math.inf
    if max_norm is not None:
        limit = check_number("max_norm", max_norm, exclusive_minimum=0)
    if evaluate_every is not None:
        check_integer("evaluate_every", evaluate_every, minimum=1)
        if evaluate is None:
            raise ValueError("evaluate_every needs evaluate, the function to call; got none")
    if tokens_per_update is not None:
        check_integer("tokens_per_update", tokens_per_update, minimum=1)
    if not isinstance(history, History | None):
        raise TypeError(f"history must be a History, got {type(history).__name__}")
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    history = History() if history is None else history
    history.stopped, before = "", len(history.losses)
    said, seconds = {}, 0.0  # of the bar, and of training alone
    bar = tqdm(
        total=updates, desc=progress, disable=progress is None, file=sys.stdout, leave=False,
        ncols=100, bar_format="{desc} {percentage:3.0f} %|{bar}| {remaining} left{postfix}",
    )  # fmt: skip
    try:
        for update in range(1, updates + 1):
            start = time.perf_counter()
            if anneal:
                done = (update - 1) / updates
                optimizer.param_groups[0]["lr"] = learning_rate * (1 + math.cos(math.pi * done)) / 2
            loss = _check_loss(compute_loss())
            value = float(loss.detach())
            if not math.isfinite(value):
                history.stopped = f"The loss is {value} at update {before + update}."
                break
            optimizer.zero_grad()
            loss.backward()
            norm = float(torch.nn.utils.clip_grad_norm_(parameters, limit))
            if not math.isfinite(norm):
                history.stopped = f"The gradient's norm is {norm} at update {before + update}."
                break
            history.losses.append(value)  # first, so that no update is unrecorded
            history.gradient_norms.append(norm)
            optimizer.step()
            seconds += time.perf_counter() - start
            said["loss"] = f"{value:.2f}"
            if tokens_per_update is not None:
                said["tokens/s"] = f"{tokens_per_update * update / seconds:,.0f}"
            bar.set_postfix_str(", ".join(f"{k} {v}" for k, v in said.items()), False)
            bar.update()
            if evaluate and (update == updates or update % (evaluate_every or updates) == 0):
                history.evaluations.append((before + update, _evaluate(model, evaluate)))
                said[score] = f"{history.evaluations[-1][1]:.3g}"
    except KeyboardInterrupt:
        history.stopped = f"Interrupted after {len(history.losses)} updates."
    finally:
        bar.close()
    return history


def _check_loss(loss):
    if not (isinstance(loss, torch.Tensor) and loss.numel() == 1 and loss.requires_grad):
        raise TypeError(
            f"compute_loss must return a tensor of one number with a gradient, got {loss!r:.60}"
        )
    return loss


def _evaluate(model, evaluate):
    with evaluating(model):
        value = evaluate()
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"evaluate must return a number, got {value!r:.60}") from None
