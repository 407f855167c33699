"""The gradient taken apart by pairs, the loss of step t and the state of step s, and then cut."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.recurrences.bptt import backward_rnn, trace_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from rnn_helpers.validation import check_array, check_integer


def split_gradient_by_pair(
    hs: ArrayLike, W_hh: ArrayLike, douts: ArrayLike, *, truncate: int | None = None
) -> np.ndarray:
    """What the loss of each step asks of each pre-activation, ∂L_t/∂a_s, of a tanh network.

    One backward pass of the package over T copies of the sequence; copy t has the loss of step t
    alone. The share of the pair (t, s) in ∂L/∂W_hh is h_{s−1}ᵀ ∂L_t/∂a_s; all pairs together are
    the gradient.

    Parameters
    ----------
    hs : array (T+1, H)
        The states of one sequence, `hs[0]` the first.
    W_hh : array (H, H)
    douts : array (T, H)
        ∂L_t/∂h_t, of each step's own loss alone.
    truncate
        The gradient is cut after every so many steps.

    Returns
    -------
    asked : array (T, T, H)
        Entry [t, s], both counted from 0; zero where s > t or where a cut lies between the two.
    """
    states = check_array("hs", hs, ndim=2)
    T, H = len(states) - 1, states.shape[1]
    W_hh = check_array("W_hh", W_hh, shape=(H, H))
    alone = np.zeros((T, T, H))
    alone[np.arange(T), np.arange(T)] = check_array("douts", douts, shape=(T, H))
    copies = np.repeat(states[:, None], T, axis=1)
    # with W_xh = 1 the gradient of an input is that of its pre-activation
    trace = SimpleNamespace(
        xs=np.zeros((T, T, H)), hs=copies, W_xh=np.eye(H), W_hh=W_hh, nonlinearity="tanh"
    )
    return backward_rnn(trace, alone, truncate=truncate)["xs"].swapaxes(0, 1)


@dataclass(frozen=True)
class Truncation:
    """What is left of a gradient when it is cut at every k-th step; made by `compute_truncation`.

    Attributes
    ----------
    sizes : array (T, T)
        ‖∂L_t/∂h_s‖ of the whole backward pass, entry [t, s] counted from 0; 0 where s > t.
    kept : bool array (T, T)
        Whether the pair (t, s) is left: s ≤ t and no cut lies between the two.
    pair : array (T − 1,)
        The size of one pair's share in ∂L/∂W_hh, by lag t − s: the root mean square of the norms
        over all pairs of this lag but that with the first step, whose share is 0 because h_0 is.
    error : float
        ‖g_k − g‖ / ‖g‖ for this one sequence, with g = ∂L/∂W_hh.
    pairs_kept : float
        The share of the pairs that no cut separates.
    all_errors, all_kept : array (T,)
        The two numbers before for k = 1 … T.
    all_lost : array (T,)
        The lengths of the shares in g of all lost pairs, added up, over ‖g‖, for k = 1 … T. By as
        much as the error is below that, the shares cancel.
    """

    k: int
    sizes: np.ndarray
    kept: np.ndarray
    pair: np.ndarray
    error: float
    pairs_kept: float
    all_errors: np.ndarray
    all_kept: np.ndarray
    all_lost: np.ndarray

    @property
    def nearer(self) -> int | None:
        """The smaller k with the smallest error, if that is below this one's by a hundredth."""
        smaller = self.all_errors[: min(self.k, len(self.sizes)) - 1]
        if not len(smaller) or round(100 * smaller.min()) >= round(100 * self.error):
            return None
        return int(smaller.argmin()) + 1


def compute_truncation(
    *, k: int = 10, spectral_radius: float = 1.0, seed: int = 0, length: int = 40,
    hidden_size: int = 8,
) -> Truncation:  # fmt: skip
    """Truncate the gradient of a random tanh network at every k-th step, and compare.

    Inputs are normal with standard deviation 0.5; the loss of every step is a fixed random
    direction of its state. The gradient is that of the sum over steps. The seed fixes weights,
    inputs and losses; `length` is at least 2, for a single step uses no recurrent weight.

    Examples
    --------
    >>> compute_truncation(k=40).error
    0.0
    """
    k, T = check_integer("k", k, minimum=1), check_integer("length", length, minimum=2)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    sizes, pair, all_errors, all_kept, all_lost = _take_apart(T, H, spectral_radius, seed)
    place = min(k, T) - 1
    return Truncation(
        k, sizes, find_kept(T, k), pair, float(all_errors[place]), float(all_kept[place]),
        all_errors, all_kept, all_lost,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _take_apart(T, H, spectral_radius, seed):
    """All that does not depend on k, which is the value that is dragged."""
    W_hh = make_recurrent_weights(H, spectral_radius=spectral_radius, seed=seed)
    rng = np.random.default_rng([seed, 3])
    xs, douts = 0.5 * rng.normal(size=(T, 1, H)), rng.normal(size=(T, H))
    hs = trace_rnn(xs, np.zeros((1, H)), np.eye(H), W_hh, np.zeros(H)).hs[:, 0]
    asked = split_gradient_by_pair(hs, W_hh, douts)
    sizes = np.linalg.norm(asked / (1 - hs[1:] ** 2), axis=2)  # ∂L/∂a = ∂L/∂h ⊙ (1 − h²)
    shares = np.linalg.norm(hs[:-1], axis=1) * np.linalg.norm(asked, axis=2)
    pair = np.sqrt([(shares**2).diagonal(-lag)[1:].mean() for lag in range(T - 1)])
    masks = np.array([find_kept(T, k) for k in range(1, T + 1)])
    gradients = hs[:-1].T @ np.einsum("kts,tsh->ksh", masks, asked, optimize=True)
    errors = np.linalg.norm(gradients - gradients[-1], axis=(1, 2))
    whole, lost = np.linalg.norm(gradients[-1]), (shares * ~masks).sum(axis=(1, 2))
    return (
        sizes, pair, errors / whole, masks.sum(axis=(1, 2)) / masks[-1].sum(), lost / whole,
    )  # fmt: skip


def find_kept(T: int, k: int) -> np.ndarray:
    """Whether the pair [t, s] is kept by a cut after every k steps, bool (T, T)."""
    piece = np.arange(T) // k
    return (piece[:, None] == piece) & np.tri(T, dtype=bool)
