"""Pictures of lecture 07: one unit between its gates, and the gradients of GRU and LSTM by lag."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn_helpers.display.decay import draw_decay, format_power
from rnn_helpers.display.figures import COLORS, STYLES
from rnn_helpers.lectures.gru.gates import GatedDecay, GateRun
from rnn_helpers.recurrences.jacobians import name_verdict

_LOOKS = {
    f"{name}{path}": (STYLES[name], COLORS[name], width, f"{name.upper()}, {words}")
    for path, width, words in (("", 2.6, "total"), ("_direct", 1.1, "direct path alone"))
    for name in ("gru", "lstm")
}


def describe_gate_run(run: GateRun) -> str:
    """What each convention keeps, and where the unit ends, in words."""
    ends = [value if abs(value) >= 0.005 else 0.0 for value in (run.keeps[-1], run.takes[-1])]
    return (
        f"z = {run.z:.2f}, r = {run.r:.2f}, reset {run.reset} the product. Where z keeps, a step "
        f"holds on to {100 * run.z:.0f} % of the old state and h ends at {ends[0]:.2f}; where z "
        f"takes, to {100 * (1 - run.z):.0f} %, and h ends at {ends[1]:.2f}."
    )


def draw_gate_run(
    run: GateRun, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw the input, the candidate and the state of both conventions, or move a drawing."""
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


def describe_gated_decay(decay: GatedDecay) -> str:
    """What is left of both gradients at the last lag, in words."""
    T = int(decay.lags[-1])
    parts = [
        f"the {name}'s gradient {name_verdict(left)}, {format_power(left)} is left"
        for name, left in (("GRU", decay.gru[-1]), ("LSTM", decay.lstm[-1]))
    ]
    direct = f"{format_power(decay.gru_direct[-1])} and {format_power(decay.lstm_direct[-1])}"
    return (
        f"Keep bias {decay.keep_bias:.1f}, weight scale {decay.weight_scale:.2f}, {T} steps: "
        f"{' and '.join(parts)}. The direct paths alone would leave {direct}."
    )


def draw_gated_decay(
    decay: GatedDecay, axes: Axes, artists: dict[str, Line2D] | None = None
) -> dict[str, Line2D]:
    """Draw the gradients of a GRU and of an LSTM by lag with their direct paths, or move them."""
    curves = {name: getattr(decay, name) for name in _LOOKS}
    return draw_decay(
        decay.lags, curves, axes, artists, looks=_LOOKS, state="s", loc="upper left", ncols=2
    )
