"""What is left of a gradient, lag by lag: the picture that the lectures on it share."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from rnn_helpers.display.figures import COLORS, STYLES, is_narrow, new_figure, show
from rnn_helpers.display.writing import format_power
from rnn_helpers.recurrences.gated_decay import Decays
from rnn_helpers.recurrences.jacobians import EXPLODED, VANISHED, name_verdict

_EDGE = 12  # the axis shows 10⁻¹² to 10¹² if nobody asks; what lies beyond is said in words
_FAR = 36
_HOLDS = ("holds:", "1 % to", "100-fold")  # a narrow figure fills lines anew


def draw_decay(
    lags: np.ndarray, curves: dict[str, np.ndarray], axes: Axes,
    artists: dict[str, Any] | None = None, *, looks: dict[str, tuple[str, str, float, str]],
    state: str, longest: int | None = None, end: str | None = None,
    bottom: int = -_EDGE, top: int = _EDGE, **legend: Any,
) -> dict[str, Any]:  # fmt: skip
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
    bottom, top : int
        The axis shows 10^bottom to 10^top.
    **legend
        Passed to `Axes.legend`.

    Returns
    -------
    artists : by the names of `curves`, and "end"
    """
    if artists is None:
        _prepare_axes(axes, int(longest or lags[-1]), state, bottom, top)
        artists = {
            name: axes.plot([], [], style, color=color, linewidth=width, label=label, gid=label)[0]
            for name, (style, color, width, label) in looks.items()
        }
        axes.legend(fontsize=9, **legend)
        if end is not None:
            artists[end].set_zorder(2.1)
            (artists["end"],) = axes.plot(
                [], [], markersize=8, color=looks[end][1], clip_on=False, zorder=2.1,
                gid=looks[end][3],
            )  # fmt: skip
    for name, log_values in curves.items():
        # leaves the axes, not the float range
        artists[name].set_data(lags, 10.0 ** np.clip(log_values, -_FAR, _FAR))
    if end is not None:
        last = curves[end][-1]
        artists["end"].set_data(lags[-1:], [10.0 ** np.clip(last, bottom, top)])
        artists["end"].set_marker("v" if last < bottom else "^" if last > top else "o")
    return artists


def _prepare_axes(axes, longest, state, bottom, top):
    axes.set(
        yscale="log", xlim=(-0.01 * longest, 1.025 * longest), ylim=(10.0**bottom, 10.0**top),
        xlabel="lag k, in steps back from T",
        ylabel=rf"$\|\partial {state}_T / \partial {state}_{{T-k}}\|_2$, log scale",
        yticks=[10.0**power for power in range(bottom, top + 1, 4)],
    )  # fmt: skip
    draw_held(axes)
    axes.set_title("What is left of a gradient k steps further back", loc="left")


def draw_held(axes: Axes) -> None:
    """Draw the band of what holds, between vanished and exploded, and name it at the margin."""
    axes.axhspan(10.0**VANISHED, 10.0**EXPLODED, color=COLORS["band"], zorder=0, gid=HOLDS)
    for line, words in enumerate(_HOLDS):  # outside, where no curve comes
        axes.annotate(
            words, (1.01, 1.0), xycoords=axes.get_yaxis_transform(), xytext=(0, 11 * (1 - line)),
            textcoords="offset points", va="center", fontsize=9, color=COLORS["muted"], gid=HOLDS,
        )  # fmt: skip


_BOTTOM, _TOP = -20, 4  # of the axis: no gated cell of these lectures grows much further
HOLDS = "holds"  # the part of a picture that is the band between vanished and exploded
HELD = "from a hundredth to a hundred times what it was: neither vanished nor exploded"
_PLAIN = "plain RNN"


def name_decay_parts(name: str, direct: str, *, weights: str = "W_hh") -> dict[str, str]:
    """The parts of what `draw_gated_decay` draws, `name` and `direct` as there.

    `weights` are those that the other paths go through.
    """
    cell, path = _name_curves(name, direct)
    gate = direct[-1]
    return {
        cell: "what training gets; the line is the median network, the band holds all but the "
        "tenth at either end",
        path: f"what the gate {gate} alone would hand back, in the unit that keeps most; the other "
        f"paths go through {weights}",
        _PLAIN: "networks without gates, to compare with: again their median and their band",
        HOLDS: HELD,
    }


def _name_curves(name, direct):
    return f"{name}, all paths", f"its direct path {direct}"


def draw_gated_decay(
    decays: Decays, axes: Axes, artists: dict[str, Any] | None = None,
    *, color: str, name: str, direct: str, state: str, bottom: int = _BOTTOM,
) -> dict[str, Any]:  # fmt: skip
    """Draw the gradients of many networks of a gated cell beside those of plain RNNs, or move them.

    Medians are lines; a band holds all networks but the tenth at either end.

    Parameters
    ----------
    decays
        The networks of the cell, and the plain ones.
    color
        The cell's, of `COLORS` and `STYLES`.
    name, direct
        What the legend calls the cell, and its direct path: "∏ f".
    state, bottom
        As in `draw_decay`.

    Returns
    -------
    artists
        Lines "total", "direct" and "rnn", the bands "total band" and "rnn band", and "end".
    """
    cell, rnn = decays.gated, decays.rnn
    whole, path = _name_curves(name, direct)
    looks = {
        "total": (STYLES[color], COLORS[color], 2.6, whole),
        "direct": (":", COLORS["data"], 2, path),
        "rnn": (STYLES["rnn"], COLORS["rnn"], 2, _PLAIN),
    }
    bands = {"total band": (cell.total, "total"), "rnn band": (rnn.total, "rnn")}
    curves = {"total": cell.total, "direct": cell.direct, "rnn": rnn.total}
    count = cell.total.shape[1]
    first, beyond = artists is None, count // 10
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (-0.02, -0.14), "ncols": 3}
    if is_narrow(axes):
        place |= {"bbox_to_anchor": (-0.02, -0.2), "ncols": 2, "frameon": False}  # no room for one
    artists = draw_decay(
        cell.lags, {part: np.median(logs, axis=1) for part, logs in curves.items()}, axes, artists,
        looks=looks, state=state, end="total", bottom=bottom, top=_TOP, alignment="left",
        title=f"medians, and the middle {count - 2 * beyond} of {count}", title_fontsize=9,
        **place,
    )  # fmt: skip
    if first:
        for part, (_, line) in bands.items():
            style, shade, _, label = looks[line]
            band = Polygon([[0, 1]], linestyle=style, linewidth=0.7, zorder=1.5, gid=label)
            band.set(facecolor=(shade, 0.16), edgecolor=(shade, 0.7))
            artists[part] = axes.add_patch(band)
    for part, (logs, _) in bands.items():
        ranked = np.clip(np.sort(logs, axis=1), bottom - 1, _TOP + 1)
        around = np.concatenate([ranked[:, beyond], ranked[::-1, count - 1 - beyond]])
        artists[part].set_xy(np.column_stack([[*cell.lags, *cell.lags[::-1]], 10.0**around]))
    return artists


def describe_gated_decay(decays: Decays, *, name: str) -> str:
    """What is left at the last lag, and in how many networks the gradient holds, in words."""
    cell, plain = decays.gated.total[-1], decays.rnn.total[-1]
    left = format_power(float(np.median(cell)))
    whole = f"{left} of the {name}'s gradient is left"
    if left == "1":
        whole = f"about all of the {name}'s gradient is left"
    elif np.median(cell) > 0:
        whole = f"the {name}'s gradient is {left} times as large"
    direct, rnn = (_say_share(float(np.median(e))) for e in (decays.gated.direct[-1], plain))
    verdicts = [name_verdict(float(log)) for log in cell]
    counts = ", ".join(
        f"{verdict} in {verdicts.count(verdict)}"
        for verdict in ("vanishes", "holds", "explodes") if verdict in verdicts
    )  # fmt: skip
    return (
        f"After {decays.gated.lags[-1]} steps {whole} by all paths, by the median; of "
        f"{len(cell)} networks it {counts}. Its direct path alone leaves {direct}, a plain RNN "
        f"{rnn}."
    )


def _say_share(log_value):
    power = format_power(log_value)
    if power == "1":
        return "about all"
    return f"{power} times as much" if log_value > 0 else power


def show_gated_decays(
    settings: Mapping[str, Any], describe: Callable[[Any], str], draw: Callable[[Any, Axes], Any]
) -> None:
    """Show a demo's picture of gradients at several settings, a panel for each.

    `settings` holds results by the panel's title; `describe` and `draw` are the demo's.
    """
    figure, axes = new_figure(9.6, 3.8, ncols=len(settings), sharey=True)
    left = {}
    for axis, (title, result) in zip(axes, settings.items(), strict=True):
        left[title] = draw(result, axis)["total"].get_ydata()[-1]
        axis.set_title(title, loc="left", fontsize=11)
        axis.label_outer()
    best = max(left, key=lambda title: left[title])
    title = f"More of the gradient is left with {best} than with the others"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    handles, labels = axes[0].get_legend_handles_labels()
    title = axes[0].get_legend().get_title().get_text()
    figure.legend(handles, labels, title=title, loc="outside lower center", ncols=3, fontsize=9)
    for axis in axes:
        axis.get_legend().remove()
    for axis in axes[:-1]:
        for text in list(axis.texts):  # what the band is, said once
            text.remove()
    show(figure, alt=" ".join(map(describe, settings.values())))
