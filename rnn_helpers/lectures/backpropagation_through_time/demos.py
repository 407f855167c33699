"""The demo of lecture 04."""

from rnn_helpers.display.live import Live, live, slider
from rnn_helpers.lectures.backpropagation_through_time.plots import (
    describe_truncation,
    draw_truncation,
)
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation


def truncation_demo(*, k: int = 10, spectral_radius: float = 1.0, seed: int = 0) -> Live:
    """The truncation window: drag k and see what every lag keeps of its part of the gradient.

    k goes from 1 to 40 steps, the radius from 0.3 to 1.5, the seed from 0 to 19.
    """
    return live(
        compute_truncation,
        draw_truncation,
        {
            "k": slider("cut every k steps", 1, 40, 1, k),
            "spectral_radius": slider("spectral radius ρ", 0.3, 1.5, 0.01, spectral_radius),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_truncation,
    )
