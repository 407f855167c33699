"""The demos of lecture 07."""

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.gru.gates import compute_gate_run, compute_gated_decay
from rnn_helpers.lectures.gru.plots import (
    describe_gate_run,
    describe_gated_decay,
    draw_gate_run,
    draw_gated_decay,
)


def gates_demo(*, z: float = 0.9, r: float = 1.0, reset: str = "after") -> Live:
    """Hold the gates of one GRU unit by hand and watch its state, in both update conventions.

    Parameters
    ----------
    z, r : 0 to 1
    reset : {"after", "before"}
    """
    return live(
        compute_gate_run,
        draw_gate_run,
        {
            "z": slider("update gate z", 0.0, 1.0, 0.01, z),
            "r": slider("reset gate r", 0.0, 1.0, 0.01, r),
            "reset": choice("reset", ["after", "before"], reset),
        },
        describe_gate_run,
    )


def gated_decay_demo(
    *, keep_bias: float = 0.0, reset_bias: float = 0.0, weight_scale: float = 1.0, seed: int = 0
) -> Live:
    """Drag the bias of the gates that keep and watch the gradients of a GRU and of an LSTM.

    Parameters
    ----------
    keep_bias : −2 to 6
        Of the GRU's update gate and of the LSTM's forget gate.
    reset_bias : −2 to 6
        Of the GRU's reset gate.
    weight_scale : 0 to 4
    seed : 0 to 19
    """
    return live(
        compute_gated_decay,
        draw_gated_decay,
        {
            "keep_bias": slider("keep bias", -2.0, 6.0, 0.05, keep_bias),
            "reset_bias": slider("reset bias", -2.0, 6.0, 0.05, reset_bias),
            "weight_scale": slider("weight scale", 0.0, 4.0, 0.05, weight_scale),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_gated_decay,
    )
