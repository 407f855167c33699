"""The moving picture of the streams: what each window of the text begins with, and the losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from rnn_helpers.display.figures import COLORS, is_narrow
from rnn_helpers.display.handles import Handle
from rnn_helpers.lectures.language_models.streams import (
    LAST_UPDATE,
    N_STREAMS,
    N_WINDOWS,
    STATES,
    WINDOW,
    StreamsView,
    lay_out,
)

_GAP, _STEP = 2.4, 1.75  # between windows, and from stream to stream, in letters
_ROWS = -_STEP * np.arange(N_STREAMS)
PARTS = {  # which artists are one part of the picture
    "state": ("state", "heads"), "state of zeros": ("zeros", "rings"),
    "gradient": ("gradient", "backward"), "cut": ("scissors",),
}  # fmt: skip
_SEEN_THROUGH = 0.15  # the opacity of what lies on letters that do not move
_FROM, _TO = -0.04, 0.12  # of the losses, in nats
_OF_A_WAY = "seeds", "interval", "loss"


def draw_streams(
    view: StreamsView, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw the window that is read, its state and its gradient, above the losses; or move them."""
    if artists is None:
        artists = {**_prepare_text(axes[0]), **_prepare_losses(view, axes[1])}
    left = _place(view.column * WINDOW) - 0.5
    right, before, rows = left + WINDOW, left - _GAP, _ROWS
    artists["window"].set_x(left)
    widest = _place(N_WINDOWS * WINDOW - 1) - (3.4 if is_narrow(axes[0]) else 1.5)
    artists["update"].set_x(min(left + WINDOW / 2, widest))  # its words stay on the page
    artists["update"].set_text(f"{view.update - 1} updates done")
    carried = (view.sources >= 0).all()
    bend = before + 0.45 * _GAP
    _join(artists["state"], (before, bend, left - 0.25), (rows[view.sources], rows, rows), carried)
    artists["heads"].set_data([left - 0.2] * N_STREAMS, rows)
    artists["heads"].set_visible(carried)
    for name in ("zeros", "rings"):
        artists[name].set_data([left - 0.8] * N_STREAMS, rows)
        artists[name].set_visible(not carried)
    end = left - (_GAP + WINDOW if view.reach else 0)
    _join(artists["gradient"], (right, end + 0.2), (rows - 0.68, rows - 0.68), True)
    artists["backward"].set_data([end + 0.2] * N_STREAMS, rows - 0.68)
    cut = carried and view.column * WINDOW > view.reach
    artists["scissors"].set_data([end - 0.75] * N_STREAMS, rows - 0.68)
    artists["scissors"].set_visible(cut)
    _move_losses(view, artists)
    return artists


def _place(letter):
    return letter + _GAP * (letter // WINDOW)


def _join(patch, xs, ys, visible):
    """One path of a piece for each stream, through the same xs."""
    points = np.column_stack([np.tile(xs, N_STREAMS), np.column_stack(ys).ravel()])
    codes = [Path.MOVETO, *[Path.LINETO] * (len(xs) - 1)] * N_STREAMS
    patch.set_path(Path(points, codes))
    patch.set_visible(visible)


def _make_scissors():
    """In one stroke, which is what a marker on a page has to be."""
    angles, points = np.linspace(0, 2 * np.pi, 17), []
    for side in (1, -1):
        start = np.arctan2(side * 0.22, 0.38)  # where the handle meets its ring
        ring = np.column_stack([np.cos(start + angles), np.sin(start + angles)])
        points += [(0.5, side * 0.22), (0.05, 0), *(0.16 * ring - (0.33, side * 0.22)), (0.05, 0)]
    return Path(points)


def _make_zero():
    angles = np.linspace(0, 2 * np.pi, 25)
    return Path(np.column_stack([0.3 * np.cos(angles), 0.5 * np.sin(angles)]))


def _prepare_text(axes):
    for row, stream in enumerate(lay_out()):
        for column in range(N_WINDOWS):
            corner = (_place(column * WINDOW) - 0.5, _ROWS[row] - 0.45)
            axes.add_patch(Rectangle(corner, WINDOW, 0.9, color=COLORS["band"], linewidth=0))
        for place, letter in enumerate(stream):
            axes.text(
                _place(place), _ROWS[row], "␣" if letter == " " else letter, fontsize=12,
                ha="center", va="center", zorder=3,
            )  # fmt: skip
        name = f"{row + 1}" if is_narrow(axes) else f"stream {row + 1}"
        axes.text(-2.1, _ROWS[row], name, fontsize=11, ha="right", va="center")
    end = _place(N_WINDOWS * WINDOW - 1)
    margin, below = (3.6, 3.2) if is_narrow(axes) else (6.4, 2.6)  # below: for the key
    axes.set(xlim=(-margin, end + 0.8), ylim=(_ROWS[-1] - below, 1.7))
    axes.axis("off")
    title = f"An update reads the framed window (T\u00a0=\u00a0{WINDOW}) of every stream"
    axes.set_title(title, loc="left", fontsize=12)
    frame = Rectangle(
        (0, _ROWS[-1] - 1), WINDOW, 1.62 - _ROWS[-1], edgecolor=COLORS["data"],
        facecolor=to_rgba(COLORS["accent"], _SEEN_THROUGH), linewidth=1.5, zorder=2,
    )  # fmt: skip
    axes.add_patch(frame)

    def add(marker: Any, size, color="data", **options):
        (line,) = axes.plot(
            [0], [0], linestyle="none", marker=marker, markersize=size, color=COLORS[color],
            zorder=4, **options,
        )  # fmt: skip
        return line

    def add_path(color, width):
        path = Path([(0, 0), (1, 0)])
        patch = PathPatch(path, fill=False, edgecolor=COLORS[color], linewidth=width, zorder=4)
        return axes.add_patch(patch)

    stroke = {"markerfacecolor": "none", "markeredgewidth": 1.3}
    ring, zero = (11, 5) if is_narrow(axes) else (15, 7)
    artists = {
        "window": frame,
        "update": axes.text(0, 1.1, "", fontsize=11, ha="center", va="center"),
        "state": add_path("data", 1.6),
        "heads": add(">", 7),
        "zeros": add(_make_zero(), zero, **stroke),
        "rings": add("o", ring, markerfacecolor="none", markeredgewidth=0.8),
        "gradient": add_path("accent", 3),
        "backward": add("<", 8, color="accent"),
        "scissors": add(_make_scissors(), 13, **stroke),
    }
    for part, names in PARTS.items():
        for name in names:
            artists[name].set_gid(part)
    _add_key(axes, artists)
    middles = [_place((column + 0.5) * WINDOW - 0.5) for column in range(N_WINDOWS)]
    Handle(axes, [{"done": column} for column in range(N_WINDOWS)], x=middles)
    return artists


def _add_key(axes, artists):
    """A key in which every part is always to be seen, so that pointing at it lights something."""
    said = {part: part for part in PARTS} | {"cut": "cut: numbers go on"}
    signs = {"state": "heads", "gradient": "backward", "cut": "scissors"}
    widths = {"state": 1.6, "gradient": 3}
    handles = []
    for part in said:
        line = artists[signs.get(part, "rings")]
        handles.append(Line2D(
            [], [], linestyle="-" if part in widths else "none", linewidth=widths.get(part),
            color=line.get_color(), marker=line.get_marker(),
            markersize=12 if part == "state of zeros" else 9,
            markeredgewidth=line.get_markeredgewidth(),
            markerfacecolor=line.get_markerfacecolor(),
        ))  # fmt: skip
    zero = Line2D([], [], linestyle="none", marker=_make_zero(), markersize=5,
                  color=COLORS["data"], markerfacecolor="none", markeredgewidth=1.3)  # fmt: skip
    place = list(said).index("state of zeros")
    handles[place] = (handles[place], zero)
    key = axes.legend(
        handles, said.values(), loc="lower left", bbox_to_anchor=(0, -0.02),
        ncols=2 if is_narrow(axes) else 4, frameon=False, fontsize=10, columnspacing=1.2,
        handletextpad=0.5,
    )  # fmt: skip
    for part, *entry in zip(said, key.legend_handles, key.get_texts(), strict=True):
        for artist in entry:
            artist.set_gid(part)


def _prepare_losses(view, axes):
    axes.set(xlim=(_FROM, _TO), ylim=(len(STATES) - 0.3, -0.75), yticks=[],
             xticks=(0, 0.04, 0.08, 0.12))  # fmt: skip
    axes.set_xlabel("nats per character above “carried, detached”, same seed")
    title = "What each way costs on the manual, with T = 8 or 32 in place of 4"
    axes.set_title(title, loc="left", fontsize=12)
    axes.grid(False)
    for row, name in enumerate(STATES.values()):
        axes.plot([0, 0], [row + 0.02, row + 0.4], color=COLORS["bound"], linewidth=1)
        axes.text(_FROM + 0.001, row - 0.3, name, fontsize=10, va="center")
    seeds = {"marker": "o", "linestyle": "none", "markersize": 4, "color": COLORS["rnn"]}
    interval = {"linewidth": 2, "color": COLORS["data"]}
    lines = {
        f"{name}{state}": axes.plot([], [], **style, zorder=zorder)[0]
        for state in STATES
        for name, style, zorder in (("seeds ", seeds, 2), ("interval ", interval, 3))
    }
    tint = to_rgba(COLORS["accent"], _SEEN_THROUGH)
    band = Rectangle((_FROM, -0.55), _TO - _FROM, 1, color=tint, linewidth=0, zorder=0)
    axes.add_patch(band)
    keys = [
        Line2D([], [], **seeds),
        Line2D([], [], **interval),
        Rectangle((0, 0), 1, 1, facecolor=tint, edgecolor=COLORS["muted"]),
    ]
    axes.legend(
        keys, ("a seed", "99 % interval", "chosen"), loc="center right", ncols=3,
        edgecolor=COLORS["shade"], bbox_to_anchor=(1, 1 - 0.95 / (len(STATES) + 0.45)),
        fontsize=9, columnspacing=1.0, handlelength=1.2, handletextpad=0.4, borderaxespad=0,
    )  # fmt: skip
    numbers = {
        f"loss {state}": axes.text(_TO, row - 0.3, "", fontsize=10, ha="right", va="center")
        for row, state in enumerate(STATES)
    }
    return {"band": band, **lines, **numbers}


def _move_losses(view, artists):
    """The chosen way stands out; the others stay to be compared with."""
    artists["band"].set_y(list(STATES).index(view.state) - 0.55)
    for row, (state, nats) in enumerate(view.nats.items()):
        gap, chosen = view.gaps.get(state), state == view.state
        seeds, interval, number = (artists[f"{name} {state}"] for name in _OF_A_WAY)
        seeds.set_data(nats - view.nats["detached"], np.full(len(nats), row + 0.2))
        interval.set_data((gap.low, gap.high) if gap else (0, 0), (row + 0.2, row + 0.2))
        seeds.set_alpha(0.6 if chosen else 0.35)
        interval.set_alpha(1 if chosen else 0.35)
        number.set_text(f"{nats.mean():.3f}{f' ({_say_gap(gap)})' if gap else ''}")
        number.set_color(COLORS["data" if chosen else "muted"])


def _say_gap(gap):
    return f"{gap.difference:+.3f}".replace("-", "−") if gap.differs else "no difference seen"


def describe_streams(view: StreamsView) -> str:
    """What enters the window, how far back the gradient goes, and what this way costs."""
    done = f"{view.update - 1} of {LAST_UPDATE} updates done"
    place = f"{done}; the next reads window {view.column + 1} of each stream."
    if view.column == 0:
        enters = "The text begins here, so the state is zeros, whatever the way"
    elif view.state == "zeros":
        enters = "The state is set to zeros"
    elif view.state == "another":
        enters = "The state comes from the window before of another stream"
    else:
        enters = "The state comes from the window before of the same stream"
    back = (
        f"{view.reach} characters before the window"
        if view.reach
        else "the window's first character"
    )
    mean, gap = view.nats[view.state].mean(), view.gaps.get(view.state)
    way = f"{STATES[view.state].capitalize()}, measured with {view.measured}"
    costs = f"{way}: {mean:.3f} nats per character"
    if gap is not None and gap.differs:
        costs += f", {abs(gap.difference):.3f} {'more' if gap.difference > 0 else 'less'}"
        costs += " than carried and detached"
    elif gap is not None:
        costs += ", no difference seen from carried and detached"
    return f"{place} {enters}; the gradient goes back to {back}. {costs}."
