"""The demos of lecture 04."""

from rnn_helpers.display.live import Live, choice, live, slider, stepper
from rnn_helpers.lectures.backpropagation_through_time.plots import (
    TRUNCATION_PARTS,
    describe_truncation,
    draw_truncation,
)
from rnn_helpers.lectures.backpropagation_through_time.sweep import LOSSES, T, compute_sweep
from rnn_helpers.lectures.backpropagation_through_time.sweep_plots import (
    PARTS,
    describe_sweep,
    draw_sweep,
)
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation


def sweep_demo(*, done: int = 0, k: int = T, loss: str = LOSSES[1], w: float = 0.9) -> Live:
    """Backwards through six steps: go step by step and see what each adds to the gradient of w.

    The steps go from 0 to 6, k from 1 to 6 and w from -1.5 to 1.5.
    """
    return live(
        compute_sweep,
        draw_sweep,
        {
            "done": stepper("steps back", T, done),
            "loss": choice("loss", LOSSES, loss),
            "w": slider("w", -1.5, 1.5, 0.1, w),
            "k": slider("cut every k steps", 1, T, 1, k),
        },
        describe_sweep,
        height=4.35,
        parts=PARTS,
    )


def truncation_demo(*, k: int = 20, spectral_radius: float = 1.0, seed: int = 0) -> Live:
    """The truncation window: drag k and see which pairs of a loss and a state are lost.

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
        ncols=2,
        parts=TRUNCATION_PARTS,
    )
