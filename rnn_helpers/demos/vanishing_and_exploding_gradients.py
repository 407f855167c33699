"""The demos of lecture 05."""

from rnn_helpers.gradient_flow import compute_gradient_decay
from rnn_helpers.live import choice, live, slider
from rnn_helpers.plots.gradient_flow import describe_gradient_decay, draw_gradient_decay


def gradient_decay_demo(*, activation="tanh", spectral_radius=0.9, length=100, seed=0):
    """The gradient-decay explorer: drag the spectral radius and watch the gradient vanish.

    Parameters
    ----------
    activation : {"tanh", "sigmoid", "relu", "identity"}
    spectral_radius : float, 0.1 to 2
    length : int, 2 to 200, in steps
    seed : int, 0 to 19

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range.
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
