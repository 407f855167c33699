"""Pictures of lecture 06: a cell state that keeps, and gradients of RNN and LSTM by lag."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn_helpers.display.comparisons import show_learned_by_distance, show_learned_by_start
from rnn_helpers.display.decay import draw_decay
from rnn_helpers.display.figures import COLORS, STYLES, new_figure, show
from rnn_helpers.lectures.lstm.memory import CellRun, LSTMDecay

_TOP = 4  # of the axis, in powers of ten: none of these gradients grows much further
_LOOKS = {
    "rnn": (STYLES["rnn"], COLORS["rnn"], 2, "RNN"),
    "total": (STYLES["lstm"], COLORS["lstm"], 2.6, "LSTM, all paths"),
    "direct": (":", COLORS["data"], 2, "LSTM, direct path ∏ f"),
}


def describe_cell_run(run: CellRun) -> str:
    """What the cell holds at the end, in words."""
    take = run.input_gates[0] if run.closes_after else 0.0
    gates = f"f = {run.forget:.2f}, i = {take:.2f} up to step {run.closes_after}"
    held = f"after 40 steps the cell holds {run.cs[-1]:.3g}, and shows h = {run.hs[-1]:.3g}"
    return f"{gates}, o = {run.output:.2f}: {held}."


def draw_cell_run(
    run: CellRun, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw candidate, cell state and hidden state over the steps, or move an earlier drawing."""
    if artists is None:
        axes.set(xlim=(0, 41), ylim=(-4, 4), xlabel="step t", ylabel="value")
        artists = {
            name: axes.plot([], [], style, color=COLORS[color], linewidth=width, label=label)[0]
            for name, style, color, width, label in (
                ("offered", ":", "bound", 2, "candidate g"),
                ("cell", "-", "lstm", 2.6, "cell state c"),
                ("shown", "--", "data", 2, "shown: h"),
                ("gate", "-.", "accent", 1.8, "input gate i"),
            )
        }
        axes.legend(loc="lower left", fontsize=9, ncols=2)
        axes.set_title("One unit: what is offered, what is kept, what is shown", loc="left")
    steps = np.arange(41)
    artists["offered"].set_data(steps[1:], run.candidates)
    artists["gate"].set_data(steps[1:], run.input_gates)
    artists["cell"].set_data(steps, run.cs)
    artists["shown"].set_data(steps, run.hs)
    return artists


def describe_lstm_decay(decay: LSTMDecay) -> str:
    """What is left at the last lag, in words."""
    values = (decay.rnn[-1], decay.direct[-1], decay.total[-1])
    rnn, direct, total = (f"10^{value:.1f}" for value in values)
    biases = f"{decay.forget_bias:.1f}, {decay.input_bias:.1f} and {decay.output_bias:.1f}"
    return (
        f"Forget, input and output bias {biases}, weights {decay.weight_scale:.2f}: after "
        f"{len(decay.lags) - 1} steps {rnn} is left in the RNN, {direct} on the LSTM's direct "
        f"path, {total} in all of the LSTM."
    )


def draw_lstm_decay(
    decay: LSTMDecay, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw what is left of a gradient by lag in an RNN and an LSTM, or move an earlier drawing."""
    curves = {name: getattr(decay, name) for name in _LOOKS}
    return draw_decay(
        decay.lags, curves, axes, artists, looks=_LOOKS, state="(h, c)", top=_TOP, loc="lower left"
    )


def draw_kept_cells(runs: Sequence[CellRun]) -> None:
    """Show the cell state of one unit over time, a line for each forget gate."""
    figure, axes = new_figure(8, 3.4)
    for run, style in zip(runs, ("-", "--", ":"), strict=True):
        label = f"f = {run.forget}"
        axes.plot(run.cs, style, color=COLORS["lstm"], linewidth=2, label=label)
    axes.set(xlabel="step t", ylabel="cell state c")
    axes.set_title(
        "One unit, its input gate open up to step 10, for three forget gates", loc="left"
    )
    axes.legend()
    ends = "; ".join(
        f"f = {run.forget}: {run.cs[6]:.2g} after step 6, {run.cs[-1]:.2g} at the end"
        for run in runs
    )
    show(figure, alt=f"Cell state over 40 steps. All rise at steps 3 to 6. {ends}.")


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
