"""The demos of lecture 06."""

from rnn_helpers.display.cell_diagrams import GRADIENT
from rnn_helpers.display.live import Live, choice, live, slider, stepper
from rnn_helpers.lectures.lstm.memory import compute_cell_run, compute_lstm_decay
from rnn_helpers.lectures.lstm.plots import DECAY_PARTS, describe_lstm_decay, draw_lstm_decay
from rnn_helpers.lectures.lstm.schedule_plots import describe_cell_run, draw_schedule
from rnn_helpers.lectures.lstm.step import COUNT, WAYS, compute_beat
from rnn_helpers.lectures.lstm.step_plots import PARTS, describe_beat, draw_beat


def gate_demo(
    *, closes_after: int = 10, opens_at: int = 1, forget: str = "0.5", step: int = 5
) -> Live:
    """Gates on a schedule: store, hold, show and erase with one LSTM unit, and solve three tasks.

    Parameters
    ----------
    closes_after : 0 to 40
        The last step at which the input gate is open.
    opens_at : 1 to 41
        The first step at which the output gate is open.
    forget : {"0.5", "0.9", "1", "1, erased at 15"}
        f at all steps; the last is 0 at step 15.
    step : 1 to 40
        The step at which the cell is drawn.
    """
    schedules = {"0.5": (0.5, 0), "0.9": (0.9, 0), "1": (1.0, 0), "1, erased at 15": (1.0, 15)}

    def compute(*, forget, **settings):
        f, erase_at = schedules[forget]
        return compute_cell_run(forget=f, erase_at=erase_at, **settings)

    return live(
        compute,
        draw_schedule,
        {
            "closes_after": slider("i closes after step", 0, 40, 1, closes_after),
            "opens_at": slider("o opens at step", 1, 41, 1, opens_at),
            "forget": choice("forget gate f", list(schedules), forget),
            "step": slider("draw the cell at step", 1, 40, 1, step),
        },
        describe_cell_run,
        height=4.8,
        ncols=2,
        parts={part: words for part, words in PARTS.items() if part != GRADIENT},
    )


def lstm_decay_demo(
    *, forget_bias: float = 0.0, input_bias: float = 0.0, output_bias: float = 0.0,
    weight_scale: float = 1.0,
) -> Live:  # fmt: skip
    """Gradient decay in twenty LSTMs beside twenty plain RNNs: find what keeps the gradient.

    Parameters
    ----------
    forget_bias, input_bias, output_bias : -3 to 6
    weight_scale : 0.1 to 4
        Of the recurrent weights.
    """
    return live(
        compute_lstm_decay,
        draw_lstm_decay,
        {
            "forget_bias": slider("forget bias", -3.0, 6.0, 0.1, forget_bias),
            "input_bias": slider("input bias", -3.0, 6.0, 0.1, input_bias),
            "output_bias": slider("output bias", -3.0, 6.0, 0.1, output_bias),
            "weight_scale": slider("size of W_hh", 0.1, 4.0, 0.05, weight_scale),
        },
        _describe_decay,
        parts=DECAY_PARTS,
    )


def _describe_decay(decay):
    hint = ""
    if not (decay.forget_bias or decay.input_bias or decay.output_bias):
        hint = " Raise the forget bias, then each of the others: which keeps more?"
    return f"{describe_lstm_decay(decay)}{hint}"


def lstm_step_demo(*, beat: int = 1, way: str = WAYS[0]) -> Live:
    """One unit through four steps, four beats each: drawing, equations and code light together.

    The beats go from 1 to 16, the way is forwards or backwards.
    """
    return live(
        compute_beat,
        draw_beat,
        {"beat": stepper("beat", COUNT, beat, first=1), "way": choice("way", WAYS, way)},
        describe_beat,
        height=2.7,
        ncols=2,
        parts=PARTS,
    )
