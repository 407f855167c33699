"""One loop that trains every model of the series: clipped, recorded, safe to interrupt."""

import contextlib
import math
import sys
import time
from dataclasses import dataclass, field

import torch
from tqdm import tqdm

from rnn_helpers.validation import check_integer, check_number


@dataclass
class History:
    """What happened during `fit`.

    Attributes
    ----------
    losses : list of float
        One per update, before the update, in the units of the loss.
    gradient_norms : list of float
        The joint norm of all gradients, before clipping.
    evaluations : list of (int, float)
        After how many updates, and what `evaluate` said then.
    stopped : str
        Why the loop ended early, as a sentence; empty if it ran to its end.
    """

    losses: list = field(default_factory=list)
    gradient_norms: list = field(default_factory=list)
    evaluations: list = field(default_factory=list)
    stopped: str = ""


@contextlib.contextmanager
def one_thread():
    """Run torch on one thread: for matrices this small, a second one only waits for the first."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def fit(
    model,
    compute_loss,
    *,
    updates,
    learning_rate,
    max_norm=1.0,
    anneal=False,
    evaluate=None,
    evaluate_every=None,
    history=None,
    progress=None,
    tokens_per_update=None,
    score="held-out score",
):
    """Train `model` with Adam; the gradients are clipped by their global norm.

    Interrupting the kernel ends the loop: the model keeps its last parameters, and the history
    every update, the last of which the interrupt may have cut short. A loss or a gradient that
    is not finite ends it too, before it reaches the parameters.

    Parameters
    ----------
    model : torch.nn.Module
    compute_loss : callable
        `compute_loss() -> scalar tensor`: draws a batch and returns its mean loss.
    updates : int
    learning_rate : float > 0
    max_norm : float > 0, or None
        The threshold θ of clipping by global norm; None leaves the gradients alone.
    anneal : bool
        Let the learning rate fall to 0 along a half cosine.
    evaluate : callable, optional
        `evaluate() -> float`, on data held out: called without gradients, and with the model in
        evaluation mode, after every `evaluate_every` updates and after the last.
    evaluate_every : int, optional
        Only at the end, if it is not given.
    history : History, optional
        An earlier one, to go on with: it is extended in place. The optimizer begins anew.
    progress : str, optional
        The label of a progress bar on the standard output, gone when the loop ends.
    tokens_per_update : int, optional
        What one batch holds; the bar then tells tokens per second of training.
    score : str
        What the bar calls the value of `evaluate`.

    Returns
    -------
    history : History

    Raises
    ------
    TypeError, ValueError
        A number out of range, `evaluate_every` without `evaluate`.

    Source
    ------
    Adam: Kingma & Ba (2015), arXiv:1412.6980. Clipping: Pascanu, Mikolov & Bengio (2013),
    arXiv:1211.5063. The half cosine: Loshchilov & Hutter (2017), arXiv:1608.03983.
    """
    updates = check_integer("updates", updates, minimum=1)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    limit = (
        math.inf if max_norm is None else check_number("max_norm", max_norm, exclusive_minimum=0)
    )
    if evaluate_every is not None:
        check_integer("evaluate_every", evaluate_every, minimum=1)
        if evaluate is None:
            raise ValueError("evaluate_every needs evaluate, the function to call; got none")
    if tokens_per_update is not None:
        check_integer("tokens_per_update", tokens_per_update, minimum=1)
    if history is not None and not isinstance(history, History):
        raise TypeError(f"history must be a History, got {type(history).__name__}")
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    history = History() if history is None else history
    history.stopped, before = "", len(history.losses)
    bar = _Progress(progress, updates, tokens_per_update, score)
    try:
        for update in range(1, updates + 1):
            if anneal:
                done = (update - 1) / updates
                optimizer.param_groups[0]["lr"] = learning_rate * (1 + math.cos(math.pi * done)) / 2
            loss = compute_loss()
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
            bar.advance(value)
            if evaluate and (update == updates or update % (evaluate_every or updates) == 0):
                with bar.paused():
                    history.evaluations.append((before + update, _evaluate(model, evaluate)))
                bar.tell(history.evaluations[-1][1])
    except KeyboardInterrupt:
        history.stopped = f"Interrupted after {len(history.losses)} updates."
    finally:
        bar.close()
    return history


def _evaluate(model, evaluate):
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return float(evaluate())
    finally:
        model.train(training)


class _Progress:
    """A bar with the loss, the rate and the last held-out score; nothing at all without a label."""

    def __init__(self, label, updates, tokens_per_update, score):
        self._tokens, self._score, self._parts = tokens_per_update, score, {}
        self._start, self._updates = time.perf_counter(), 0
        self._bar = None
        if label is not None:
            self._bar = tqdm(
                total=updates, desc=label, file=sys.stdout, leave=False, ncols=100,
                bar_format="{desc} {percentage:3.0f} %|{bar}| {remaining} left{postfix}",
            )  # fmt: skip

    def advance(self, loss):
        if self._bar is None:
            return
        self._updates += 1
        self._parts["loss"] = f"{loss:.2f}"
        if self._tokens:
            rate = self._tokens * self._updates / (time.perf_counter() - self._start)
            self._parts["tokens/s"] = f"{rate:,.0f}"
        self._bar.set_postfix_str(", ".join(f"{k} {v}" for k, v in self._parts.items()), False)
        self._bar.update()

    @contextlib.contextmanager
    def paused(self):
        """Do not count what is done here as time of training."""
        start = time.perf_counter()
        yield
        self._start += time.perf_counter() - start

    def tell(self, value):
        self._parts[self._score] = f"{value:.3g}"

    def close(self):
        if self._bar is not None:
            self._bar.close()
