"""The demos of lecture 06."""

from rnn_helpers.display.live import Live, live, slider
from rnn_helpers.lectures.lstm.memory import compute_cell_run, compute_lstm_decay
from rnn_helpers.lectures.lstm.plots import (
    describe_cell_run,
    describe_lstm_decay,
    draw_cell_run,
    draw_lstm_decay,
)


def gate_demo(
    *, forget: float = 0.9, take: float = 1.0, output: float = 1.0, closes_after: int = 10
) -> Live:
    """The gate playground: hold the gates of one LSTM unit by hand and watch c and h.

    Parameters
    ----------
    forget, take, output : 0 to 1
        f, i and o.
    closes_after : 0 to 40
        The last step at which the input gate is open.
    """
    return live(
        compute_cell_run,
        draw_cell_run,
        {
            "forget": slider("forget gate f", 0.0, 1.0, 0.01, forget),
            "take": slider("input gate i", 0.0, 1.0, 0.01, take),
            "closes_after": slider("i closes after step", 0, 40, 1, closes_after),
            "output": slider("output gate o", 0.0, 1.0, 0.01, output),
        },
        describe_cell_run,
    )


def lstm_decay_demo(
    *, forget_bias: float = 1.0, input_output_bias: float = 0.0, weight_scale: float = 1.0,
    seed: int = 0,
) -> Live:  # fmt: skip
    """Gradient decay, RNN against LSTM: open one gate or the others, and watch all paths.

    Parameters
    ----------
    forget_bias : -3 to 6
    input_output_bias : -3 to 6
        Of the input gate and of the output gate.
    weight_scale : 0.1 to 4
    seed : 0 to 19
    """

    def compute(*, forget_bias, input_output_bias, weight_scale, seed):
        return compute_lstm_decay(
            forget_bias=forget_bias, input_bias=input_output_bias, output_bias=input_output_bias,
            weight_scale=weight_scale, seed=seed,
        )  # fmt: skip

    return live(
        compute,
        draw_lstm_decay,
        {
            "forget_bias": slider("forget bias", -3.0, 6.0, 0.1, forget_bias),
            "input_output_bias": slider("input and output bias", -3.0, 6.0, 0.1, input_output_bias),
            "weight_scale": slider("size of the weights", 0.1, 4.0, 0.05, weight_scale),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_lstm_decay,
    )
