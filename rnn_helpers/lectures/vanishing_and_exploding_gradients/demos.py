"""The demos of lecture 05."""

from rnn_helpers.display.live import Live, choice, live, log_slider, slider
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_descent_from
from rnn_helpers.lectures.vanishing_and_exploding_gradients.plots import (
    DESCENT_PARTS,
    PARTS,
    describe_carried,
    describe_descent,
    draw_carried,
    draw_descent,
)
from rnn_helpers.recurrences.carried import compute_carried

STEPS = 50
"""What the explorer's networks run."""


def gradient_decay_demo(
    *, activation: str = "tanh", spectral_radius: float = 0.9, kind: str = "gaussian",
    input_scale: float = 0.5,
) -> Live:  # fmt: skip
    """The gradient-decay explorer: a nudge forward and a gradient back through twenty networks.

    Parameters
    ----------
    activation : {"tanh", "sigmoid", "relu", "identity"}
    spectral_radius : 0.1 to 2.5
    kind : {"gaussian", "orthogonal", "identity"}
        Of the recurrent weights.
    input_scale : 0.1, 0.5 or 2
    """
    names = ["tanh", "sigmoid", "relu", "identity"]
    kinds = ["gaussian", "orthogonal", "identity"]
    scales = [(f"{scale:g}", scale) for scale in (0.1, 0.5, 2.0)]

    def compute(spectral_radius, activation, kind, input_scale):
        return compute_carried(
            spectral_radius=spectral_radius, activation=activation, kind=kind,
            input_scale=input_scale, length=STEPS,
        )  # fmt: skip

    return live(
        compute,
        draw_carried,
        {
            "spectral_radius": slider("spectral radius ρ", 0.1, 2.5, 0.02, spectral_radius),
            "activation": choice("activation", names, activation),
            "kind": choice("W_hh", kinds, kind),
            "input_scale": choice("size of the inputs", scales, input_scale),
        },
        describe_carried,
        height=6.2,
        nrows=2,
        parts=PARTS,
    )


def clipping_cliff_demo(*, max_norm: float = 1.0, learning_rate: float = 0.5) -> Live:
    """The clipping cliff: drag the threshold θ and watch gradient descent survive the wall.

    Parameters
    ----------
    max_norm : 0.01 to 1000
        The threshold θ.
    learning_rate : 0.05 to 1
    """
    return live(
        compute_descent_from,
        draw_descent,
        {
            "max_norm": log_slider("threshold θ", 0.01, 1000, max_norm, readout_format=".4"),
            "learning_rate": log_slider("learning rate", 0.05, 1, learning_rate),
            "start_w": slider("first weight w", 4.5, 6.4, 0.05, 5.5),
        },
        describe_descent,
        width=9.6,
        ncols=2,
        parts=DESCENT_PARTS,
    )
