"""Pictures of lecture 06: a cell state that keeps, and gradients of RNN and LSTM by lag."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from rnn_helpers.display.comparisons import show_learned_by_distance, show_learned_by_start
from rnn_helpers.display.decay import (
    describe_gated_decay,
    draw_gated_decay,
    name_decay_parts,
    show_gated_decays,
)
from rnn_helpers.display.diagrams import write_number
from rnn_helpers.display.figures import COLORS, draw_both, show
from rnn_helpers.lectures.lstm.memory import CellRun, LSTMDecay
from rnn_helpers.models.trained_gates import show_trained_gates
from rnn_helpers.recurrences.gated_decay import Decays

_NAMES: dict[str, Any] = {"name": "LSTM", "direct": "∏ f"}
DECAY_PARTS = name_decay_parts(**_NAMES)


def describe_lstm_decay(decay: LSTMDecay) -> str:
    """What is left at the last lag, in words."""
    f, i, o = (
        write_number(bias, "{:.1f}")
        for bias in (decay.forget_bias, decay.input_bias, decay.output_bias)
    )
    found = describe_gated_decay(Decays(decay.lstm, decay.rnn), name="LSTM")
    return (
        f"Forget, input and output bias {f}, {i} and {o}, recurrent weights × "
        f"{decay.weight_scale:.2f}. {found}"
    )


def draw_lstm_decay(
    decay: LSTMDecay, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw what is left of a gradient by lag in RNNs and LSTMs, or move an earlier drawing."""
    return draw_gated_decay(
        Decays(decay.lstm, decay.rnn), axes, artists,
        color="lstm", state="(h, c)", **_NAMES,
    )  # fmt: skip


def draw_lstm_decays(settings: Mapping[str, LSTMDecay]) -> None:
    """Show the gradients of LSTMs and plain RNNs at several settings, a panel for each."""
    show_gated_decays(settings, describe_lstm_decay, draw_lstm_decay)


def draw_kept_cells(runs: Sequence[CellRun]) -> None:
    """Show the cell state of one unit over time, a line for each forget gate."""

    def draw(axes):
        for run, style in zip(runs, ("-", "--", ":"), strict=True):
            label = f"f = {run.forget}"
            axes.plot(run.cs, style, color=COLORS["lstm"], linewidth=2, label=label)
        axes.set(xlabel="step t", ylabel="cell state c")
        axes.set_title("The larger f is, the longer a cell keeps what came in", loc="left")
        axes.legend()

    figure, narrow = draw_both(draw, 8, 3.4, narrow=3.2)
    ends = "; ".join(
        f"f = {run.forget}: {run.cs[6]:.2g} after step 6, {run.cs[-1]:.2g} at the end"
        for run in runs
    )
    alt = f"Cell state over 40 steps. All rise at steps 3 to 6. {ends}."
    show(figure, narrow=narrow, alt=alt)


def draw_learned_by_distance(
    distances: Sequence[int], counts: Mapping[str, Sequence[int]], *, total: int
) -> None:
    """Show how many networks learned agreement at each distance, a line for each cell and rate."""
    show_learned_by_distance(distances, counts, total=total)


def draw_learned_by_start(
    counts: Mapping[str, Sequence[int]], rates: Sequence[float], *, total: int
) -> None:
    """Show how many LSTMs learned agreement from each start, a mark for each learning rate."""
    show_learned_by_start(counts, rates, total=total, cell="LSTM")


def draw_trained_gates(network: Any, batch: Any) -> None:
    """Show the gates of a trained network at each word of a sentence."""
    show_trained_gates(network, batch)
