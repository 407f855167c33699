"""How long a network remembers: nudge the first input, follow the change of the state forward."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.cells import Activation, get_activation, run_rnn
from rnn_helpers.recurrences.jacobians import make_recurrent_weights
from rnn_helpers.validation import check_integer, check_number

VISIBLE = 0.01
"""A change is called visible while it is at least this share of what it was at first."""

_SIZE = 1e-3  # of the nudge: small beside the inputs, large beside the rounding


@dataclass(frozen=True)
class Nudge:
    """What is left of a nudge, step by step; made by `compute_nudge`.

    Attributes
    ----------
    steps : int array (T,)
        1 … T; the first input is nudged.
    shares : array (T,)
        ‖h_t − h_t′‖₂ / ‖h_1 − h_1′‖₂.
    last_visible : int
        The last step at which the share is at least `VISIBLE`.
    activation : str
    spectral_radius : float
    """

    steps: np.ndarray
    shares: np.ndarray
    last_visible: int
    activation: str
    spectral_radius: float


def compute_nudge(
    *, spectral_radius: float = 0.9, activation: str | Activation = "tanh", seed: int = 0,
    length: int = 60, hidden_size: int = 16, input_size: float = 0.5,
) -> Nudge:  # fmt: skip
    """Run a random plain RNN twice, the second time with its first input nudged.

    Both runs read the same normal inputs of standard deviation `input_size` from the state 0; the
    nudge has length 0.001 and a random direction. The seed fixes weights, inputs and direction.

    Examples
    --------
    >>> compute_nudge(spectral_radius=0.5, activation="identity").last_visible
    5
    """
    activation = get_activation(activation)
    T, H = check_integer("length", length, minimum=1), check_integer("hidden_size", hidden_size)
    input_size = check_number("input_size", input_size, minimum=0)
    W_hh = make_recurrent_weights(H, spectral_radius=spectral_radius, seed=seed)
    rng = np.random.default_rng([seed, 2])
    xs = input_size * rng.normal(size=(T, 1, H))
    direction = rng.normal(size=H)
    nudged = xs.copy()
    nudged[0] += _SIZE * direction / np.linalg.norm(direction)
    both = np.concatenate([xs, nudged], axis=1)  # (T, 2, H): two sequences side by side
    hs = run_rnn(both, np.zeros((2, H)), np.eye(H), W_hh, np.zeros(H), activation=activation)
    changes = np.linalg.norm(hs[1:, 0] - hs[1:, 1], axis=1)
    shares = changes / changes[0] if changes[0] else changes  # a ReLU may hide it at once
    visible = np.flatnonzero(shares >= VISIBLE)
    last = int(visible[-1]) + 1 if len(visible) else 0
    return Nudge(np.arange(1, T + 1), shares, last, activation.name, float(spectral_radius))
