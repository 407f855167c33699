"""The demos of lecture 05."""

from rnn_helpers.display.live import Live, choice, live, log_slider, slider
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_descent_from
from rnn_helpers.lectures.vanishing_and_exploding_gradients.gradient_decay import (
    compute_gradient_decay,
)
from rnn_helpers.lectures.vanishing_and_exploding_gradients.plots import (
    describe_descent,
    describe_gradient_decay,
    draw_descent,
    draw_gradient_decay,
)


def gradient_decay_demo(
    *, activation: str = "tanh", spectral_radius: float = 0.9, length: int = 100, seed: int = 4
) -> Live:
    """The gradient-decay explorer: drag the spectral radius and watch the gradient vanish.

    Parameters
    ----------
    activation : {"tanh", "sigmoid", "relu", "identity"}
    spectral_radius : 0.1 to 2
    length : 2 to 200, in steps
    seed : 0 to 19
    """
    names = ["tanh", "sigmoid", "relu", "identity"]
    return live(
        compute_gradient_decay,
        draw_gradient_decay,
        {
            "spectral_radius": slider("spectral radius ρ", 0.1, 2.0, 0.01, spectral_radius),
            "activation": choice("activation", names, activation),
            "length": slider("length T", 2, 200, 1, length),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_gradient_decay,
    )


def clipping_cliff_demo(*, max_norm: float = 0.1, learning_rate: float = 0.5) -> Live:
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
            "max_norm": log_slider("threshold θ", 0.01, 1000, max_norm),
            "learning_rate": log_slider("learning rate", 0.05, 1, learning_rate),
            "start_w": slider("first weight w", 4.5, 6.5, 0.05, 5.5),
        },
        describe_descent,
        width=9.6,
        ncols=2,
    )
