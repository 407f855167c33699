"""What is left of a gradient, lag by lag: the picture that the lectures on it share."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn_helpers.display.figures import COLORS
from rnn_helpers.recurrences.jacobians import EXPLODED, VANISHED

_EDGE = 12  # the axis shows 10⁻¹² to 10¹²; what lies beyond is said in words


def format_power(log_value: float) -> str:
    """A power of ten as a reader writes it: 0.39, 45, 10⁻⁷."""
    if log_value == -np.inf:
        return "exactly 0"  # every ReLU on the way was off
    if -2 < log_value < 4:
        return f"{10**log_value:.2g}" if log_value < 1.99 else f"{10**log_value:,.0f}"
    digits = str(round(log_value)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"


def draw_decay(
    lags: np.ndarray, curves: dict[str, np.ndarray], axes: Axes,
    artists: dict[str, Line2D] | None = None, *, looks: dict[str, tuple[str, str, float, str]],
    state: str, longest: int | None = None, end: str | None = None, top: int = _EDGE, **legend: Any,
) -> dict[str, Line2D]:  # fmt: skip
    """Draw what is left of a gradient by lag on a log axis, or move an earlier drawing.

    Parameters
    ----------
    lags : (T+1,), in steps
    curves : arrays (T+1,) by name
        In powers of ten; −inf is drawn far below the axis.
    axes, artists
        As `live` hands them to a drawing.
    looks : by name, in the order of the legend
        Line style, colour, width and label of each curve.
    state : str
        What the norm is of, in TeX: "h".
    longest : int, optional
        The longest lag that will be drawn, if it is not that of the first drawing.
    end : str, optional
        The curve that lies on top, its last value marked: "v" and "^" where it left the axis.
    top : int
        The axis ends at 10^top; less than 12 where nothing grows so far.
    **legend
        Passed to `Axes.legend`.

    Returns
    -------
    artists : by the names of `curves`, and "end"
    """
    if artists is None:
        _prepare_axes(axes, int(longest or lags[-1]), state, top)
        artists = {
            name: axes.plot([], [], style, color=color, linewidth=width, label=label)[0]
            for name, (style, color, width, label) in looks.items()
        }
        axes.legend(fontsize=9, **legend)
        if end is not None:
            artists[end].set_zorder(2.1)
            (artists["end"],) = axes.plot(
                [], [], markersize=8, color=looks[end][1], clip_on=False, zorder=2.1
            )
    for name, log_values in curves.items():
        # leaves the axes, not the float range
        artists[name].set_data(lags, 10.0 ** np.clip(log_values, -3 * _EDGE, 3 * _EDGE))
    if end is not None:
        last = curves[end][-1]
        artists["end"].set_data(lags[-1:], [10.0 ** np.clip(last, -_EDGE, top)])
        artists["end"].set_marker("v" if last < -_EDGE else "^" if last > top else "o")
    return artists


def _prepare_axes(axes, longest, state, top):
    axes.set(
        yscale="log", xlim=(-0.01 * longest, 1.025 * longest), ylim=(10.0**-_EDGE, 10.0**top),
        xlabel="lag k, in steps back from T",
        ylabel=rf"$\|\partial {state}_T / \partial {state}_{{T-k}}\|_2$, log scale",
        yticks=[10.0**power for power in range(-_EDGE, top + 1, 4)],
    )  # fmt: skip
    axes.axhspan(10.0**VANISHED, 10.0**EXPLODED, color="#F3F3F3", zorder=0)
    axes.text(
        1.015 * longest, 1.6 * 10.0**VANISHED, "holds: 1 % to 100-fold", ha="right", va="bottom",
        fontsize=9, color=COLORS["muted"],
    )  # fmt: skip
    axes.set_title("What is left of a gradient k steps further back", loc="left")
