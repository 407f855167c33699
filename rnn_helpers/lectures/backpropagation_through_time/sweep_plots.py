"""The drawing of lecture 04: forward through six steps, and backwards, a step at a time."""

from itertools import pairwise, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from rnn_helpers.display.diagrams import Diagram, write_number
from rnn_helpers.display.figures import COLORS, is_narrow
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import Moved
from rnn_helpers.lectures.backpropagation_through_time.sweep import LOSSES, Sweep, T

_LOSS, _STATE, _INPUT, _ADDED = 5.35, 3.8, 2.7, 2.35  # heights, in drawing units
_LOW, _HIGH = 0.15, 1.95  # of the sum's bars
_ASIDE = 0.14  # from the middle of a state to the lines forward and backward
_RADIUS = 0.28  # of a state
_EDGE = (_RADIUS**2 - _ASIDE**2) ** 0.5  # where these lines leave its circle
_SUMS = dict(zip(LOSSES, ((-1.0, 4.8), (-1.1, 1.2)), strict=True))  # what the bars have room for
_NAME, _GAP = 0.26, 0.03  # how high the name of a line is, and its distance from lines
_SUBSCRIPTS = "₀₁₂₃₄₅₆"


PARTS = {
    "state": "hₜ = tanh(w hₜ₋₁ + xₜ): each goes to its own loss and, by w, to the next step",
    "w": "× w (1 − hₜ²): by this what is handed back from a step shrinks or grows",
    "asked": "∂Lₜ/∂hₜ, what the loss of a step asks of its own state",
    "handed back": "what a step asks of the state before it; at a cut it is 0",
    "cut": "hₜ goes on into the next step, only the gradient ends here",
    "added": "what the use of w in one step adds to the gradient of w",
}


def describe_sweep(sweep: Sweep) -> str:
    """What the step where the sweep stands gets, and what it adds."""
    t, end = sweep.now, ""
    if not sweep.done:
        w = _sign(f"{sweep.w:g}")
        return (
            f"Forward from h₀ to h₆ with w = {w}. No gradient has been computed yet; the numbers "
            "with × are what it will be multiplied by on its way back."
        )
    if t == T:
        hands = "no later step hands anything back"
    elif sweep.is_cut(t):
        hands = f"the cut stops what step {t + 1} would hand back"
        end = f". h{_SUBSCRIPTS[t]} goes on into step {t + 1} all the same"
    else:
        before = f"{write_number(sweep.dh[t + 1])} × w (1 − h{_SUBSCRIPTS[t + 1]}²)"
        hands = f"step {t + 1} hands back {before} = {write_number(sweep.handed[t])}"
    if t == 1:
        total = ", which is the gradient of w"
        if sweep.k < T:
            whole, same = write_number(sweep.whole), write_number(sweep.so_far[t])
            without = (
                f"{whole}, with the same states" if whole != same else "the same to two digits"
            )
            total += f" with its cuts; without them it is {without}"
        end = total + end
    near = _compare(sweep) if t == 1 and sweep.nearer else ""
    return (
        f"{sweep.done} step{'s' if sweep.done > 1 else ''} back, at step {t}: its own loss asks "
        f"for {sweep.asked[t]:.0f}, {hands}: dh = "
        f"{write_number(sweep.dh[t])}. This use of w adds dh (1 − h{_SUBSCRIPTS[t]}²) "
        f"h{_SUBSCRIPTS[t - 1]} = {write_number(sweep.added[t])}, and the sum is "
        f"{write_number(sweep.so_far[t])}{end}.{near}"
    )


def _compare(sweep):
    """Why a smaller k leaves more of the gradient: less is lost, or terms of both signs cancel."""
    rows = sweep.lost[[sweep.nearer - 1, sweep.k - 1]]
    said = [" and ".join(write_number(part, "{:+.2f}") for part in row if part) for row in rows]
    left = write_number(sweep.whole - rows[0].sum())
    there, here = np.abs(rows).sum(axis=1)
    why = ": more is lost there, but terms of both signs cancel" if there > here else ""
    return (
        f" The smaller k = {sweep.nearer} leaves {left}, which is nearer{why}. Lost there: "
        f"{said[0]}; here: {said[1]}."
    )


def _sign(text):
    return text.replace("-", "−")


def draw_sweep(
    sweep: Sweep, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:  # fmt: skip
    """Draw the network with all its losses, the way back as far as it is, and the sum; or move."""
    spread = 1.22 if is_narrow(axes) else 1.75
    if artists is None:
        artists = _prepare(axes, spread)
    forward = {f"h{t}": sweep.hs[t] for t in range(T + 1)}
    forward |= {f"x{t}": sweep.xs[t] for t in range(1, T + 1)}
    forward |= {f"factor{t}": sweep.w * (1 - sweep.hs[t + 1] ** 2) for t in range(1, T)}
    asking = {f"loss {t}" for t in range(1, T + 1) if sweep.asked[t]}  # the others are no loss
    artists["forward"].move(forward, lit={"state", "input", "w"} | asking)
    for t in range(1, T + 1):
        artists[f"back {t}"].set_visible(t >= sweep.now)
        numbers = {"asked": sweep.asked[t], "handed": sweep.handed[t], "added": sweep.added[t]}
        artists[f"back {t}"].move({name: float(n) + 0.0 for name, n in numbers.items()})
        if t < T:
            artists[f"cut {t}"].set_visible(sweep.is_cut(t))
    artists["now"].set_visible(sweep.done > 0)
    artists["now"].set_x(_place(min(sweep.now, T), spread) - 0.5 * spread)
    _move_sum(sweep, artists, spread)
    return artists


def _place(t, spread):
    return 0.6 + spread * t


def _set_aside(spread):
    """From the middle of a state to the lines up and down: a phone needs room for numbers."""
    return 0.1 if spread < 1.5 else _ASIDE


def _prepare(axes, spread):
    narrow = spread < 1.5
    width, size = _place(T, spread) + 1.05, 9 if narrow else 11
    forward = Diagram(axes, width, 5.8, fontsize=size)
    _draw_forward(forward, spread)
    artists: dict[str, Any] = {"forward": forward}
    for t in range(1, T + 1):
        artists[f"back {t}"] = back = Diagram(axes, width, 5.8, fontsize=size)
        _draw_back(back, t, spread)
        if t < T:
            x = _place(t + 0.5, spread)
            artists[f"cut {t}"] = axes.text(
                x, _STATE - 0.68, "✂", fontsize=16, ha="center", va="center", rotation=90,
                color=COLORS["relu"], gid="cut",
            )  # fmt: skip
    band = {"facecolor": COLORS["band"], "edgecolor": "none", "zorder": -1}
    artists["now"] = axes.add_patch(Rectangle((0, 0), spread, 5.8, **band))
    for name, fill in (("more", COLORS["accent"]), ("less", "#FFFFFF")):
        patch = PathPatch(
            Path([(0, 0)]),
            facecolor=fill,
            edgecolor=COLORS["accent"],
            linewidth=1.2,
            zorder=2,
            gid="added",
        )
        artists[name] = axes.add_patch(patch)
    for name, style, color in (("zero", "-", "muted"), ("whole", ":", "data"),
                               ("sum", "-", "data")):  # fmt: skip
        (artists[name],) = axes.plot([], [], style, color=COLORS[color], linewidth=1, zorder=2)
    for name in ("sum now", "whole now"):
        artists[name] = axes.text(0.0, 0, "", fontsize=size - 1, va="bottom", zorder=5)
    axes.set_title("The gradient, orange, adds up to dw", loc="left")
    _add_key(axes, columns=2 if narrow else 5)
    steps = range(1, T + 1)
    Handle(axes, [{"done": T + 1 - t} for t in steps], x=[_place(t, spread) for t in steps])
    return artists


class _Stack(HandlerTuple):
    """Two lines of a key, one above the other."""

    def create_artists(
        self, legend, orig_handle, xdescent, ydescent, width, height, fontsize, trans
    ):  # fmt: skip
        lines: Any = orig_handle
        artists = []
        for line, down in zip(lines, (-height / 2, height / 2), strict=True):
            one: Any = (line,)
            artists += super().create_artists(
                legend, one, xdescent, ydescent + down, width, height, fontsize, trans
            )
        return artists


def _add_key(axes, *, columns):
    """What widths, dashes, bars and scissors say."""
    ink, edge, scissors = COLORS["data"], COLORS["accent"], TextPath((0, 0), "✂")
    middle = scissors.get_extents().get_points().mean(axis=0)
    cut = {"marker": Path(scissors.vertices - middle, scissors.codes), "markersize": 12}
    handles = {
        "wider: larger": Line2D([], [], color=ink, linewidth=4),
        "dashed: negative": tuple(  # forward, and back
            Line2D([], [], color=color, linewidth=1.8, linestyle="--")
            for color in (COLORS["negative"], edge)
        ),
        "adds to dw": Patch(facecolor=edge, edgecolor=edge),
        "takes from dw": Patch(facecolor="#FFFFFF", edgecolor=edge, linewidth=1.2),
        "hₜ goes on, the gradient ends": Line2D(
            [], [], linestyle="none", color=COLORS["relu"], markeredgewidth=0, **cut
        ),
    }
    key = axes.legend(
        handles.values(), handles, loc="upper left", bbox_to_anchor=(-0.01, 0.02), ncols=columns,
        frameon=False, fontsize=9, columnspacing=0.8, handletextpad=0.4, handlelength=1.3,
        handler_map={tuple: _Stack()},
    )  # fmt: skip
    for artist in (key.legend_handles[-1], key.get_texts()[-1]):
        artist.set_gid("cut")


def _draw_forward(diagram, spread):
    for t, below in enumerate(_SUBSCRIPTS):
        x, y, aside = _place(t, spread), _STATE + _ASIDE, _set_aside(spread)
        if t == 0:
            diagram.text("state", x - 0.15, _STATE, "h₀")
        else:
            diagram.operation("state", x, _STATE, f"h{below}", radius=_RADIUS)
            read = Moved("input", ["state"])
            diagram.text(read, x - aside, _INPUT, f"x{below}")
            up = [(x - aside, _INPUT + 0.2), (x - aside, _STATE - _EDGE)]
            diagram.line(read, up, value=f"x{t}")
            up = [(x - aside, _STATE + _EDGE), (x - aside, _LOSS - 0.27)]
            diagram.line(Moved(f"loss {t}", ["state"]), up, value=f"h{t}")
            loss = Moved(f"loss {t}", ["asked"])
            diagram.operation(loss, x, _LOSS, f"L{below}", radius=0.3)
        if t < T:
            way = [(x + (_EDGE if t else 0.1), y), (_place(t + 1, spread) - _EDGE, y)]
            diagram.line("state", way, value=f"h{t}")
            x = _place(t + 0.5, spread) - 0.06
            diagram.layer("w", x, y, "w", width=0.27, height=0.27)
        if 0 < t < T:
            small = {"fontsize": 7} if spread < 1.5 else {}
            diagram.number(
                "w",
                _place(t + 0.5, spread),
                y + (0.38 if small else 0.3),
                value=f"factor{t}",
                form="×{:.2f}",
                **small,
            )


def _draw_back(diagram, t, spread):
    x, aside = _place(t, spread), _set_aside(spread)
    down = [(x + aside, _LOSS - 0.27), (x + aside, _STATE + _EDGE)]
    diagram.back("asked", down, value="asked")
    if t < T:
        y = _STATE - _ASIDE
        way = [(_place(t + 1, spread) - _EDGE, y), (x + _EDGE, y)]
        diagram.back("handed back", way, value="handed")
        small = {"fontsize": 7.5} if spread < 1.5 else {}
        diagram.number("handed back", _place(t + 0.5, spread), y - 0.27, value="handed", **small)
    down = [(x + aside, _STATE - _EDGE), (x + aside, _ADDED - 0.2)]
    diagram.back("added", down, value="added")
    place = x + aside + 0.12, _ADDED - 0.08
    diagram.number("added", *place, value="added", form="{:+.2f}", ha="left")


def _move_sum(sweep, artists, spread):
    """The bars of the steps that the sweep has been through, each on top of the sum so far."""
    low, high = _SUMS[sweep.loss]
    scale = (_HIGH - _LOW) / (high - low)
    zero, end = _LOW - low * scale, _place(T, spread) + 0.5
    sums = np.append(sweep.so_far, 0.0)  # that of step t, and 0 after the last
    bars: dict[str, list] = {"more": [], "less": []}
    line = [(end, zero)]
    for t in range(T, sweep.now - 1, -1):
        x, before, after = _place(t, spread), zero + scale * sums[t + 1], zero + scale * sums[t]
        bars["more" if after >= before else "less"].append((x, before, after))
        line += [(x + 0.3, before), (x + 0.3, after), (x - 0.3, after)]
    line.append((0.05, line[-1][1]))
    for name, found in bars.items():
        corners = [
            [(x - 0.3, low), (x + 0.3, low), (x + 0.3, high), (x - 0.3, high), (x - 0.3, low)]
            for x, low, high in found
        ]
        if found:
            paths = (Path(corner, closed=True) for corner in corners)
            artists[name].set_path(Path.make_compound_path(*paths))
        artists[name].set_visible(bool(found))
    artists["sum"].set_data(*np.transpose(line))
    artists["zero"].set_data([0.05, end], [zero, zero])
    whole = zero + scale * sweep.whole
    artists["whole"].set_data([0.05, end], [whole, whole])
    cut = sweep.done > 0 and sweep.k < T
    artists["whole"].set_visible(cut)
    _write_sums(sweep, artists, float(sums[sweep.now]), {"zero": zero, "sum": line[-1][1]}
                | ({"whole": whole} if cut else {}), narrow=spread < 1.5)  # fmt: skip


def _write_sums(sweep, artists, total, lines, *, narrow):
    """Name the lines of the sum so far and of the whole, each at its own height in `lines`."""
    shown = [name for name in ("sum", "whole") if name in lines]
    texts = {
        "sum": f"dw {'so far ' if 0 < sweep.done < T else ''}= {write_number(total)}",
        "whole": f"uncut {'' if narrow else 'dw = '}{write_number(sweep.whole)}",
    }
    for name, text in texts.items():
        artists[f"{name} now"].set(text=text, visible=name in lines)
    bottoms = _find_bottoms(list(lines.values()), [lines[name] for name in shown])
    for name, bottom in zip(shown, bottoms, strict=True):
        artists[f"{name} now"].set_y(bottom)


def _find_bottoms(lines, named):
    """Where the names of the heights `named` begin: near them, in their order, and in the clear.

    No name lies on another, and none of the `lines` runs through one.
    """
    spots = [y + _GAP for y in lines] + [y - _GAP - _NAME for y in lines]
    clear = [low for low in spots if not any(low < y < low + _NAME for y in lines)]

    def is_in_order(lows):
        ranked = sorted(zip(named, lows, strict=True), key=lambda pair: pair[0])
        return all(above[1] - below[1] >= _NAME for below, above in pairwise(ranked))

    def find_distance(lows):
        return sum(abs(low + _NAME / 2 - y) for low, y in zip(lows, named, strict=True))

    return min(filter(is_in_order, product(clear, repeat=len(named))), key=find_distance)
