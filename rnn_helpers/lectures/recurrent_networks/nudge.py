"""How long networks remember: nudge the first input, follow the change of the state forward."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.carried import NETWORKS, make_networks, run_networks
from rnn_helpers.recurrences.cells import Activation, get_activation
from rnn_helpers.validation import check_integer, check_number

VISIBLE = 0.01
"""A change is called visible while it is at least this share of what it was at first."""

_SIZE = 1e-3  # of the nudge: small beside the inputs, large beside the rounding


@dataclass(frozen=True)
class Nudges:
    """What is left of a nudge in S networks, step by step; made by `compute_nudges`.

    Attributes
    ----------
    steps : int array (T,)
        1 … T; the first input is nudged.
    shares : array (T, S)
        ‖h_t − h_t′‖₂ / ‖h_1 − h_1′‖₂.
    last_visible : int array (S,)
        The last step at which the share is at least `VISIBLE`; 0 where none is. T stands for T or
        later: no step after it is run.
    activation : str
    spectral_radius, input_size : float
    """

    steps: np.ndarray
    shares: np.ndarray
    last_visible: np.ndarray
    activation: str
    spectral_radius: float
    input_size: float


def compute_nudges(
    *, spectral_radius: float = 0.9, activation: str | Activation = "tanh",
    input_size: float = 0.5, length: int = 60, hidden_size: int = 16, networks: int = NETWORKS,
) -> Nudges:  # fmt: skip
    """Run random plain RNNs twice, the second time with their first input nudged.

    Both runs read the same normal inputs of standard deviation `input_size` from the state 0; the
    nudge has length 0.001 and a random direction. The networks, their inputs and directions are
    those of the seeds 0 … `networks` − 1; a direction is drawn after the inputs, so that another
    `length` also means another direction.

    Examples
    --------
    >>> compute_nudges(spectral_radius=0.5, activation="identity").last_visible[:3]
    array([5, 7, 7])
    """
    activation = get_activation(activation)
    T, H = check_integer("length", length, minimum=1), check_integer("hidden_size", hidden_size)
    size = check_number("input_size", input_size, minimum=0)
    W_hh = make_networks(spectral_radius=spectral_radius, hidden_size=H, networks=networks)
    inputs, directions = _draw(len(W_hh), T, H)
    both = np.repeat(size * inputs[:, :, None], 2, axis=2)  # (T, S, 2, H): two runs side by side
    both[0, :, 1] += _SIZE * directions
    hs = run_networks(both, W_hh, activation=activation)
    changes = np.linalg.norm(hs[1:, :, 0] - hs[1:, :, 1], axis=2)
    shares = changes / np.where(changes[0], changes[0], 1.0)  # a ReLU may hide it at once
    visible = shares >= VISIBLE
    last = np.where(visible.any(axis=0), T - visible[::-1].argmax(axis=0), 0)
    return Nudges(np.arange(1, T + 1), shares, last, activation.name, float(spectral_radius), size)


@lru_cache(maxsize=8)
def _draw(networks, length, hidden_size):
    """Normal inputs (T, S, H), and the directions (S, H) of the nudges."""
    generators = [np.random.default_rng([seed, 2]) for seed in range(networks)]
    inputs = np.stack([rng.normal(size=(length, hidden_size)) for rng in generators], axis=1)
    directions = np.stack([rng.normal(size=hidden_size) for rng in generators])
    return inputs, directions / np.linalg.norm(directions, axis=1, keepdims=True)
