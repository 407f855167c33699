"""One sweep backwards through six steps of one unit, number by number."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_helpers.lectures.backpropagation_through_time.truncation import (
    find_kept,
    split_gradient_by_pair,
)
from rnn_helpers.recurrences.bptt import backward_rnn, trace_rnn
from rnn_helpers.validation import check_choice, check_integer, check_number

T = 6
LOSSES = "h₁ + … + h₆", "h₆"
_KEPT = [find_kept(T, k) for k in range(1, T + 1)]  # which pairs each k leaves


@dataclass(frozen=True)
class Sweep:
    """How far the sweep is, and all that it finds; made by `compute_sweep`.

    Entry t of an array is of step t; the one at 0 is h_0's, and 0 where there is none.

    Attributes
    ----------
    done
        Of the steps T … 1, how many the sweep has been through.
    hs, xs : array (T+1,)
        The states and the inputs.
    asked : array (T+1,)
        ∂L_t/∂h_t, what the loss of step t alone asks of its state.
    handed : array (T+1,)
        What the step after hands back, da_{t+1} w; 0 for the last step and across a cut.
    dh, da : array (T+1,)
        ∂L/∂h_t = asked + handed, and ∂L/∂a_t = ∂L/∂h_t (1 − h_t²).
    added : array (T+1,)
        h_{t−1} da_t, what the use of w in step t adds to ∂L/∂w.
    total, whole : float
        ∂L/∂w with the cuts and without.
    lost : array (T, 2)
        What the cuts after every 1 … T steps take from ∂L/∂w: the sum of all terms above 0, and of
        all below. A term is what the loss of one step asks of one use of w.
    """

    done: int
    k: int
    loss: str
    w: float
    hs: np.ndarray
    xs: np.ndarray
    asked: np.ndarray
    handed: np.ndarray
    dh: np.ndarray
    da: np.ndarray
    added: np.ndarray
    total: float
    whole: float
    lost: np.ndarray

    @property
    def nearer(self) -> int | None:
        """The smaller k whose gradient is the nearest to the whole one, if this one's is not."""
        off = np.abs(self.lost.sum(axis=1)[: min(self.k, T)]).round(2)
        return int(off.argmin()) + 1 if off.min() < off[-1] else None

    @property
    def now(self) -> int:
        """The step at which the sweep stands; T + 1 before it has begun."""
        return T + 1 - self.done

    @property
    def so_far(self) -> np.ndarray:
        """The sum of what the steps t … T have added, array (T+1,)."""
        return np.cumsum(self.added[::-1])[::-1]

    def is_cut(self, t: int) -> bool:
        """Whether the gradient is cut between step t and step t + 1."""
        return 0 < t < T and t % self.k == 0


def compute_sweep(
    *, done: int = 0, k: int = T, loss: str = LOSSES[0], w: float = 0.9
) -> Sweep:  # fmt: skip
    """Run h_t = tanh(w h_{t−1} + x_t) over six steps, and backwards through `done` of them.

    The loss is the sum of all states or the last one, so that L_t is h_t or nothing. h_0 is 0.5;
    the inputs are normal, drawn once and rounded to a tenth. The numbers are those of
    `bptt.backward_rnn`, with `truncate=k`.

    Examples
    --------
    >>> sweep = compute_sweep(done=1)
    >>> sweep.now, round(float(sweep.added[6]), 3) == round(float(sweep.so_far[6]), 3)
    (6, True)
    """
    done = check_integer("done", done, minimum=0, maximum=T)
    k = check_integer("k", k, minimum=1)
    check_choice("loss", loss, LOSSES)
    numbers: Any = _run(k, loss, check_number("w", w))
    return Sweep(done, k, loss, w, *numbers)


@lru_cache(maxsize=256)
def _run(k, loss, w):
    """All that does not depend on how far the sweep is."""
    xs = np.round(np.random.default_rng(0).normal(size=T), 1)
    asked = np.ones(T)
    if loss == LOSSES[1]:
        asked[:-1] = 0
    weights = np.ones((1, 1)), np.full((1, 1), w), np.zeros(1)
    trace = trace_rnn(xs[:, None, None], np.full((1, 1), 0.5), *weights)
    douts = asked[:, None, None]
    cut, whole = (backward_rnn(trace, douts, truncate=each) for each in (k, None))
    hs, da = trace.hs.ravel(), cut["xs"].ravel()  # with W_xh = 1, dx_t is da_t
    dh = da / (1 - hs[1:] ** 2)
    added = hs[:-1] * da
    rows = (np.concatenate([[0.0], row]) for row in (xs, asked, dh - asked, dh, da, added))
    asks = split_gradient_by_pair(hs[:, None], weights[1], asked[:, None])[:, :, 0]
    terms = [np.where(kept, 0.0, asks * hs[:-1]) for kept in _KEPT]
    lost = np.array([(each[each > 0].sum(), each[each < 0].sum()) for each in terms])
    return hs, *rows, cut["W_hh"].item(), whole["W_hh"].item(), lost
