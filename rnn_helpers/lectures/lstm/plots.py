"""Pictures of lecture 06: a cell state that keeps, and gradients of RNN and LSTM by lag."""

import numpy as np

from rnn_helpers.display.figures import COLORS, STYLES

_EDGE = 12


def describe_cell_run(run):
    """What the cell holds at the end, in words.

    Parameters
    ----------
    run : CellRun

    Returns
    -------
    sentence : str
    """
    take = run.input_gates[0] if run.closes_after else 0.0
    gates = f"f = {run.forget:.2f}, i = {take:.2f} up to step {run.closes_after}"
    held = f"after 40 steps the cell holds {run.cs[-1]:.3g}, and shows h = {run.hs[-1]:.3g}"
    return f"{gates}, o = {run.output:.2f}: {held}."


def draw_cell_run(run, axes, artists=None):
    """Draw candidate, cell state and hidden state over the steps, or move an earlier drawing.

    Parameters
    ----------
    run : CellRun
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        axes.set(xlim=(0, 41), ylim=(-4, 4), xlabel="step t", ylabel="value")
        (offered,) = axes.plot([], [], ":", color=COLORS["bound"], linewidth=2, label="candidate g")
        (cell,) = axes.plot([], [], "-", color=COLORS["lstm"], linewidth=2.6, label="cell state c")
        (shown,) = axes.plot([], [], "--", color=COLORS["data"], linewidth=2, label="shown: h")
        (gate,) = axes.plot(
            [], [], "-.", color=COLORS["identity"], linewidth=1.5, label="input gate i"
        )
        axes.legend(loc="lower left", fontsize=9, ncols=2)
        axes.set_title("One unit: what is offered, what is kept, what is shown", loc="left")
        artists = {"offered": offered, "cell": cell, "shown": shown, "gate": gate}
    steps = np.arange(41)
    artists["offered"].set_data(steps[1:], run.candidates)
    artists["gate"].set_data(steps[1:], run.input_gates)
    artists["cell"].set_data(steps, run.cs)
    artists["shown"].set_data(steps, run.hs)
    return artists


def describe_lstm_decay(decay):
    """What is left at the last lag, in words.

    Parameters
    ----------
    decay : LSTMDecay

    Returns
    -------
    sentence : str
    """
    values = (decay.rnn[-1], decay.direct[-1], decay.total[-1])
    rnn, direct, total = (f"10^{value:.1f}" for value in values)
    return (
        f"Forget bias {decay.forget_bias:.1f}, weights {decay.weight_scale:.2f}: after "
        f"{len(decay.lags) - 1} steps {rnn} is left in the RNN, {direct} on the LSTM's direct "
        f"path, {total} in all of the LSTM."
    )


def draw_lstm_decay(decay, axes, artists=None):
    """Draw what is left of a gradient by lag in an RNN and an LSTM, or move an earlier drawing.

    Parameters
    ----------
    decay : LSTMDecay
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        axes.set(
            yscale="log", xlim=(-1, len(decay.lags)), ylim=(10.0**-_EDGE, 10.0**_EDGE),
            xlabel="lag, in steps back", ylabel="left of the gradient, log scale",
            yticks=[10.0**power for power in range(-_EDGE, _EDGE + 1, 4)],
        )  # fmt: skip
        (rnn,) = axes.plot([], [], STYLES["rnn"], color=COLORS["rnn"], linewidth=2, label="RNN")
        (total,) = axes.plot(
            [], [], STYLES["lstm"], color=COLORS["lstm"], linewidth=2.6, label="LSTM, all paths"
        )
        (direct,) = axes.plot(
            [], [], ":", color=COLORS["data"], linewidth=2, label="LSTM, direct path ∏ f"
        )
        axes.legend(loc="upper left", fontsize=9)
        axes.set_title("What is left of a gradient k steps further back", loc="left")
        artists = {"rnn": rnn, "total": total, "direct": direct}
    for name in artists:
        values = np.clip(getattr(decay, name), -3 * _EDGE, 3 * _EDGE)
        artists[name].set_data(decay.lags, 10.0**values)
    return artists
