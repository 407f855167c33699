"""The gates of a trained network over one sentence: a row for each gate, a column for each word."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.display.figures import COLORS, draw_both, is_narrow, show
from rnn_helpers.validation import check_array

_LOOKS = (("-", "o"), ("--", "s"), (":", "^"))
_COLORS = ("tanh", "accent", "negative")
_HALF_OPEN = 0.4  # an axis that no value needs below this starts here


def show_gates(
    sentence: str, gates: Mapping[str, ArrayLike], carriers: Sequence[int], *, cell: str
) -> None:
    """Show each gate at every word: the mean of all units, and of some units alone.

    Parameters
    ----------
    sentence : str
        T words, and the verb that is asked for.
    gates : arrays (T, H)
        0 to 1, by the letter of the gate.
    carriers : sequence of int
        At most three units.
    cell : str
        "LSTM" or "GRU".
    """
    words = sentence.split()[:-1]
    rows = {name: check_array(f"gates[{name!r}]", gate, ndim=2) for name, gate in gates.items()}
    least = min(min(g.mean(axis=1).min(), g[:, [*carriers]].min()) for g in rows.values())
    low = _HALF_OPEN if least >= _HALF_OPEN else 0
    widest = max(rows, key=lambda name: float(rows[name].mean()))
    cut = f"; axes from {low}" if low else ""
    title = f"Widest on average: {widest}{cut}"  # in one line of a phone
    height = 1.2 + 1.3 * len(gates)

    def draw(axes):
        _draw_rows(np.atleast_1d(axes), rows, carriers, words, low)
        np.atleast_1d(axes)[0].set_title(title, loc="left")

    figure, narrow = draw_both(draw, 9, height, narrow=height + 0.6, nrows=len(gates))
    show(
        figure,
        narrow=narrow,
        alt=f"The gates {', '.join(gates)} of a trained {cell}, from {low} to 1, at each word of “"
        f"{sentence}”: the mean of all units and the {len(carriers)} units with the largest "
        "parts in the answer; a dotted line marks the subject.",
    )


def _draw_rows(axes, rows, carriers, words, low):
    slim, figure = is_narrow(axes[0]), axes[0].figure
    for axis, (name, gate) in zip(axes, rows.items(), strict=True):
        for unit, (style, marker), color in zip(carriers, _LOOKS, _COLORS, strict=False):
            axis.plot(gate[:, unit], style, marker=marker, markersize=4, color=COLORS[color],
                      linewidth=1.2, label=f"unit {unit}")  # fmt: skip
        axis.plot(gate.mean(axis=1), color=COLORS["data"], linewidth=2.2, label="mean of all units")
        axis.axvline(1, color=COLORS["muted"], linestyle=":", linewidth=1)
        axis.set(ylim=(low, 1), yticks=(low, (low + 1) / 2, 1), ylabel=f"gate {name}")
        shown = words if axis is axes[-1] else [""] * len(words)
        axis.set_xticks(np.arange(len(words)), shown, rotation=90, fontsize=8 if slim else 9)
        axis.set_xlim(-0.5, len(words) - 0.5)
    axes[0].text(1.15, low, "subject", va="bottom", fontsize=9, color=COLORS["muted"])
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2 if slim else 4,
        fontsize=9,
    )  # fmt: skip
