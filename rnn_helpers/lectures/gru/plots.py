"""Pictures of lecture 07: one unit between its gates, and the gradients of GRU and LSTM by lag."""

import numpy as np

from rnn_helpers.display.decay import format_power
from rnn_helpers.display.figures import COLORS, STYLES
from rnn_helpers.recurrences.jacobians import EXPLODED, VANISHED

_EDGE = 12  # the axis of the decay shows 10⁻¹² to 10¹²; what lies beyond is said in words


def describe_gate_run(run):
    """What each convention keeps, and where the unit ends, in words.

    Parameters
    ----------
    run : GateRun

    Returns
    -------
    sentence : str
    """
    ends = [value if abs(value) >= 0.005 else 0.0 for value in (run.keeps[-1], run.takes[-1])]
    return (
        f"z = {run.z:.2f}, r = {run.r:.2f}, reset {run.reset} the product. Where z keeps, a step "
        f"holds on to {100 * run.z:.0f} % of the old state and h ends at {ends[0]:.2f}; where z "
        f"takes, to {100 * (1 - run.z):.0f} %, and h ends at {ends[1]:.2f}."
    )


def draw_gate_run(run, axes, artists=None):
    """Draw the input, the candidate and the state of both conventions, or move a drawing.

    Parameters
    ----------
    run : GateRun
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_gate_axes(run, axes)
    artists["candidate"].set_ydata(run.candidates)
    artists["keeps"].set_ydata(run.keeps)
    artists["takes"].set_ydata(run.takes)
    return artists


def _prepare_gate_axes(run, axes):
    T = len(run.xs)
    steps = np.arange(1, T + 1)
    axes.set(xlim=(-0.5, T + 0.5), ylim=(-2.3, 1.9), xlabel="step t", ylabel="value")
    pulses = axes.bar(steps, run.xs, width=0.9, color="#D9D9D9", label="input x", zorder=1)
    (candidate,) = axes.plot(
        steps, run.candidates, ".", color=COLORS["muted"], markersize=5, label="candidate n",
    )  # fmt: skip
    (keeps,) = axes.plot(
        np.arange(T + 1), run.keeps, "-", linewidth=2.6, color=COLORS["gru"], label="h, z keeps"
    )
    (takes,) = axes.plot(
        np.arange(T + 1), run.takes, "--", linewidth=1.8, color=COLORS["accent"],
        label="h, z takes",
    )  # fmt: skip
    axes.legend(handles=[keeps, takes, candidate, pulses], loc="lower left", ncols=2, fontsize=10)
    axes.set_title("One unit with both gates held still", loc="left")
    return {"candidate": candidate, "takes": takes, "keeps": keeps}


def describe_gated_decay(decay):
    """What is left of both gradients at the last lag, in words.

    Parameters
    ----------
    decay : GatedDecay

    Returns
    -------
    sentence : str
    """
    T = int(decay.lags[-1])
    parts = [
        f"the {name}'s gradient {_verdict(log_norms[-1])}, {format_power(log_norms[-1])} is left"
        for name, log_norms in (("GRU", decay.gru), ("LSTM", decay.lstm))
    ]
    direct = f"{format_power(decay.gru_direct[-1])} and {format_power(decay.lstm_direct[-1])}"
    return (
        f"Keep bias {decay.keep_bias:.1f}, weight scale {decay.weight_scale:.2f}, {T} steps: "
        f"{' and '.join(parts)}. The direct paths alone would leave {direct}."
    )


def _verdict(log_norm):
    return "vanishes" if log_norm < VANISHED else "explodes" if log_norm > EXPLODED else "holds"


def draw_gated_decay(decay, axes, artists=None):
    """Draw the gradients of a GRU and of an LSTM by lag with their direct paths, or move them.

    Parameters
    ----------
    decay : GatedDecay
    axes : matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_gated_axes(decay, axes)
    for name, artist in artists.items():
        shown = np.clip(getattr(decay, name), -3 * _EDGE, 3 * _EDGE)
        artist.set_data(decay.lags, 10.0**shown)
    return artists


def _prepare_gated_axes(decay, axes):
    T = int(decay.lags[-1])
    axes.set(
        yscale="log", xlim=(-1, T + 2), ylim=(10.0**-_EDGE, 10.0**_EDGE),
        xlabel="lag k, in steps back from T",
        ylabel=r"$\|\partial s_T / \partial s_{T-k}\|_2$, log scale",
        yticks=[10.0**power for power in range(-_EDGE, _EDGE + 1, 4)],
    )  # fmt: skip
    axes.axhspan(1e-2, 1e2, color="#F3F3F3", zorder=0)
    axes.text(
        T + 1, 1.6e-2, "holds: 1 % to 100-fold", ha="right", va="bottom", fontsize=9,
        color=COLORS["muted"],
    )  # fmt: skip
    artists = {}
    for name in ("gru", "lstm"):
        (artists[name],) = axes.plot(
            [], [], STYLES[name], linewidth=2.6, color=COLORS[name], label=f"{name.upper()}, total"
        )
    for name in ("gru", "lstm"):
        (artists[f"{name}_direct"],) = axes.plot(
            [], [], STYLES[name], linewidth=1.1, color=COLORS[name],
            label=f"{name.upper()}, direct path alone",
        )  # fmt: skip
    axes.legend(loc="upper left", ncols=2, fontsize=9)
    axes.set_title("What is left of a gradient k steps further back", loc="left")
    return artists
