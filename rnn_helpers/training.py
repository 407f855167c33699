"""One loop that trains every model of the series: clipped, recorded, safe to interrupt."""

import contextlib
import math
from dataclasses import dataclass, field

import torch

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
    stopped : str
        Why the loop ended early, as a sentence; empty if it ran to its end.
    """

    losses: list = field(default_factory=list)
    gradient_norms: list = field(default_factory=list)
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


def fit(model, compute_loss, *, updates, learning_rate, max_norm=1.0):
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

    Returns
    -------
    history : History

    Raises
    ------
    TypeError, ValueError
        A number out of range.

    Source
    ------
    Adam: Kingma & Ba (2015), arXiv:1412.6980. Clipping: Pascanu, Mikolov & Bengio (2013),
    arXiv:1211.5063.
    """
    updates = check_integer("updates", updates, minimum=1)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    limit = (
        math.inf if max_norm is None else check_number("max_norm", max_norm, exclusive_minimum=0)
    )
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    history = History()
    try:
        for update in range(1, updates + 1):
            loss = compute_loss()
            if not math.isfinite(float(loss.detach())):
                history.stopped = f"The loss is {float(loss.detach())} at update {update}."
                break
            optimizer.zero_grad()
            loss.backward()
            norm = float(torch.nn.utils.clip_grad_norm_(parameters, limit))
            if not math.isfinite(norm):
                history.stopped = f"The gradient's norm is {norm} at update {update}."
                break
            history.losses.append(float(loss.detach()))  # first, so that no update is unrecorded
            history.gradient_norms.append(norm)
            optimizer.step()
    except KeyboardInterrupt:
        history.stopped = f"Interrupted after {len(history.losses)} updates."
    return history
