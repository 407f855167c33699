"""The cliff in the loss of one recurrent unit, and gradient descent that meets it."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.types import Array
from rnn_helpers.validation import check_array, check_integer, check_number

STEPS = 50
MAP = ((3.5, 6.5), (-3.4, -1.2))  # the ranges of w and b in which the wall is seen
_START, _TARGET = 0.5, 0.7


def compute_cliff_loss(w: ArrayLike, b: ArrayLike, *, steps: int = STEPS) -> tuple[Array, ...]:
    """Loss and gradient of one unit run for many steps: h_t = w σ(h_{t−1}) + b, h₀ = 0.5.

    L = (σ(h_T) − 0.7)². The derivatives travel forward beside the state:
    ∂h_t/∂w = σ(h_{t−1}) + w σ′(h_{t−1}) ∂h_{t−1}/∂w, and likewise for b with 1 in place of σ.

    Returns
    -------
    loss, dw, db : the shape of `w`, which is that of `b`
        L after T = `steps` steps, ∂L/∂w and ∂L/∂b.

    Source
    ------
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, figure 6.

    Examples
    --------
    >>> loss, dw, db = compute_cliff_loss(0.0, 0.0)
    >>> round(float(loss), 4)
    0.04
    """
    ws = check_array("w", w)
    bs = check_array("b", b, shape=ws.shape)
    return _run_unit(ws, bs, check_integer("steps", steps, minimum=1), np.tanh)


def _run_unit(w, b, steps, tanh):
    """The loss and its gradient, for arrays with np.tanh or for floats with math.tanh."""
    h, dh_dw, dh_db = _START, 0.0, 0.0
    for _ in range(steps):
        output = 0.5 + 0.5 * tanh(0.5 * h)  # σ(h), which cannot overflow in this form
        factor = w * output * (1 - output)
        h, dh_dw, dh_db = w * output + b, output + factor * dh_dw, 1 + factor * dh_db
    output = 0.5 + 0.5 * tanh(0.5 * h)
    dL_dh = 2 * (output - _TARGET) * output * (1 - output)
    return (output - _TARGET) ** 2, dL_dh * dh_dw, dL_dh * dh_db


def is_on_map(points: ArrayLike) -> np.ndarray:
    """Which of the points (w, b), an array (N, 2), lie on the map that the lecture draws: (N,)."""
    points = check_array("points", points, shape=(None, 2))
    low, high = np.array(MAP).T
    return ((points >= low) & (points <= high)).all(axis=1)


@dataclass(frozen=True)
class Descent:
    """Gradient descent on the cliff with and without clipping; made by `compute_descent`.

    Attributes
    ----------
    plain, clipped : (updates + 1, 2)
        The points (w, b), the start first.
    plain_losses, clipped_losses : (updates + 1,)
    largest_norm
        Of the gradients that the plain descent followed.
    """

    plain: np.ndarray
    clipped: np.ndarray
    plain_losses: np.ndarray
    clipped_losses: np.ndarray
    largest_norm: float
    max_norm: float


def compute_descent(
    *, max_norm: float, learning_rate: float = 0.05, start: ArrayLike = (6.5, -2.6),
    updates: int = 60,
) -> Descent:  # fmt: skip
    """Run gradient descent on the cliff twice from one point: without clipping, and with it.

    Parameters
    ----------
    max_norm, learning_rate : greater than 0
        The threshold θ of clipping by global norm, and the step per unit of gradient.
    start : (2,)
        The first (w, b).

    Examples
    --------
    >>> compute_descent(max_norm=1.0, updates=3).clipped.shape
    (4, 2)
    """
    max_norm = check_number("max_norm", max_norm, exclusive_minimum=0)
    learning_rate = check_number("learning_rate", learning_rate, exclusive_minimum=0)
    updates = check_integer("updates", updates, minimum=1)
    w, b = check_array("start", start, shape=(2,)).tolist()
    plain, plain_losses, largest_norm = _descend(w, b, learning_rate, updates, math.inf)
    clipped, clipped_losses = plain, plain_losses
    if largest_norm > max_norm:
        clipped, clipped_losses, _ = _descend(w, b, learning_rate, updates, max_norm)
    arrays = [np.array(values) for values in (plain, clipped, plain_losses, clipped_losses)]
    return Descent(*arrays, largest_norm=largest_norm, max_norm=max_norm)


def compute_descent_from(*, start_w: float, max_norm: float, learning_rate: float) -> Descent:
    """`compute_descent` from the point (start_w, −2)."""
    return compute_descent(max_norm=max_norm, learning_rate=learning_rate, start=(start_w, -2.0))


@lru_cache(maxsize=8)  # while θ is dragged, the descent without clipping stays
def _descend(w, b, learning_rate, updates, max_norm):
    """The points, their losses, and the largest norm of a gradient that was followed."""
    points, losses, largest_norm = [], [], 0.0
    for _ in range(updates + 1):
        loss, dw, db = _run_unit(w, b, STEPS, math.tanh)
        points.append((w, b))
        losses.append(loss)
        norm = math.hypot(dw, db)
        if len(points) <= updates:
            largest_norm = max(largest_norm, norm)
        scale = learning_rate * (min(1.0, max_norm / norm) if norm else 1.0)
        w, b = w - scale * dw, b - scale * db
    return points, losses, largest_norm
