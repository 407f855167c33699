"""Pictures of lecture 08: one way and both, what a word waits for, and what depth is worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from rnn_helpers.display.comparisons import draw_key, new_chart
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, STYLES, is_narrow, new_figure, show
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import AS_DRAWN
from rnn_helpers.lectures.bidirectional_and_deep.reach import Reach
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LENGTH, RevealView
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import LAYERS, STEPS
from rnn_helpers.validation import check_array

_HIDDEN = "· · ·"
_ROUNDS = {  # what the numbers of the cells are, one way and both
    "wide": ("Number in a cell: the earliest round in which it can be computed",
             "Lower half →, upper half ←; number: the earliest round of the later half"),
    "narrow": ("Number in a cell: its earliest round", "Lower →, upper ←; round of the later"),
}  # fmt: skip
_SHARES = LinearSegmentedColormap.from_list("shares", ["#FFFBF0", COLORS["accent"]])
_COLUMNS, _ROWS = 9, 10  # parts of a step and of a layer; five of nine and six of ten are a cell
_HALF_WIDTH, _HALF_HEIGHT = 2.5 / _COLUMNS, 3 / _ROWS
_NETWORKS = (("rnn", "o", "-"), ("accent", "s", "--"), ("muted", "^", "-."), ("third", "D", ":"))

ONE_WAY, BOTH_WAYS, KNOWN = REVEAL_PARTS = {
    "left to right": "P(name) by the network that reads one way: no later word has reached it",
    "both ways": "P(name) by the network that reads all revealed words, from both ends",
    "all that can be known": "P(name) of the bold word by the grammar that made the sentence, "
    "given the words revealed",
}


def draw_two_ways(inputs: ArrayLike, forward: ArrayLike, backward: ArrayLike) -> None:
    """Show two running sums (T,) over the same inputs, each state and what is answered from."""
    inputs = check_array("inputs", inputs, ndim=1)
    T = len(inputs)
    sums = {"→": check_array("forward", forward, shape=(T,))}
    sums["←"] = check_array("backward", backward, shape=(T,))
    figure, axes = new_figure(5.4, 2.9)  # a phone shows it whole
    diagram = Diagram(axes, 2.0 * T + 0.6, 4.1)
    numbers = {f"x{t}": number for t, number in enumerate(inputs)}
    for t in range(T):
        x = 1.3 + 2.0 * t
        diagram.number("input", x, 0.2, value=f"x{t}", form="{:.0f}", fontsize=11)
        diagram.line("input", [(x, 0.42), (x, 0.75), (x - 0.4, 0.75), (x - 0.4, 1.29)])
        diagram.line("input", [(x, 0.42), (x, 0.75), (x + 0.4, 0.75), (x + 0.4, 2.29)])
        diagram.fork("input", x, 0.75)
        for part, side, height in (("→", -1, 1.5), ("←", 1, 2.5)):
            place, name = x + 0.4 * side, f"{part}{t}"
            numbers |= {name: sums[part][t], f"{name} of all": sums[part][t] / sums[part].max()}
            diagram.operation(part, place, height, "+")
            diagram.line(part, [(place, height + 0.21), (place, 3.35)])
            ends = (place - side * 0.21, height), (place - side * 1.79, height)
            if 0 <= t - side < T:
                diagram.line(part, list(ends), value=f"{name} of all")
            diagram.number(part, place, 3.6, value=name, form=f"{part} {{:.0f}}", fontsize=11)
    diagram.move(numbers)
    axes.set_title("Each pass has read what lies on its own side", loc="left")
    said = "; ".join(
        f"{name} {', '.join(f'{number:g}' for number in row)}"
        for name, row in zip(("from the left", "from the right"), sums.values(), strict=True)
    )
    show(
        figure,
        alt=f"The numbers {', '.join(f'{number:g}' for number in inputs)} in a row. Above them a "
        "row of sums joined by arrows to the right, and above that one joined by arrows to the "
        f"left; both sums of a place stand above it: {said}.",
    )


def draw_taggers(
    shares: Mapping[tuple[str, str], ArrayLike], live: Mapping[tuple[str, str], float],
    bound: float,
) -> None:  # fmt: skip
    """Show the stored shares right of each cell and reading, the live one ringed, and a bound."""
    figure, axes, key = new_chart(
        "One way, every cell stops at the bound; both ways none is wrong", 3.2
    )
    cells, said = list(dict.fromkeys(cell for cell, _ in shares)), []
    n_seeds = len(np.asarray(next(iter(shares.values()))))
    for (cell, reading), values in shares.items():
        both = reading == "both ways"
        values, place = np.asarray(values), cells.index(cell) + (0.18 if both else -0.18)
        places = place + np.linspace(-0.12, 0.12, len(values))
        look = {"color": COLORS[cell.lower()], "markersize": 6}
        axes.plot(places, values, "^" if both else "o", alpha=0.7, **look)
        if (cell, reading) in live:
            axes.plot(place, live[cell, reading], "s", markersize=13, color=COLORS["data"],
                      markerfacecolor="none")  # fmt: skip
        said.append(f"{cell} {reading} {values.min():.2f} to {values.max():.2f}")
    (line,) = axes.plot([0, 1], [bound, bound], "--", color=COLORS["bound"], zorder=1.8,
                        transform=axes.get_yaxis_transform())  # fmt: skip
    line.set_label(f"the best from the left, {bound:.2f}")
    axes.set(ylim=(0.4, 1.05), ylabel="ambiguous words right, share")
    axes.set_xticks(range(len(cells)), cells)
    plain: dict[str, Any] = {"color": COLORS["data"], "linestyle": ""}
    marks = [
        Line2D([], [], marker="o", label="one way", **plain),
        Line2D([], [], marker="^", label="both ways", **plain),
        Line2D([], [], marker="s", label="trained here", markersize=13, markerfacecolor="none",
               **plain),
    ]  # fmt: skip
    draw_key(axes, key, title=f"{n_seeds} seeds each", handles=[*marks, line])
    show(figure, alt=f"Share of ambiguous words tagged right. {'; '.join(said)}.")


def draw_delays(
    delays: ArrayLike, shares: ArrayLike, rule: Sequence[float], live: tuple[int, float]
) -> None:
    """Show shares (S, N) against N delays, and the grammar's rule; the live one is ringed."""
    figure, axes, key = new_chart(
        "Each word waited for makes more tags right, as the grammar allows"
    )
    delays, shares = np.asarray(delays), np.asarray(shares)
    shifts = np.linspace(-0.12, 0.12, len(shares))
    look = {"color": COLORS["gru"], "alpha": 0.6}
    for number, (row, shift) in enumerate(zip(shares, shifts, strict=True)):
        label = None if number else f"GRU one way, {len(shares)} seeds"
        axes.plot(delays + shift, row, "o", markersize=5, label=label, **look)
    axes.plot(delays, shares.mean(axis=0), STYLES["gru"], color=COLORS["gru"], label="their mean")
    axes.plot(delays, rule, "--", color=COLORS["bound"], label="the grammar's rule")
    axes.plot(*live, "s", markersize=13, color=COLORS["data"], markerfacecolor="none",
              label="trained here")  # fmt: skip
    axes.set(xlabel="look-ahead k, in words", ylabel="ambiguous words right, share")
    axes.set(ylim=(0.55, 1.03))
    draw_key(axes, key)
    means = ", ".join(
        f"{mean:.2f} at {k}" for k, mean in zip(delays, shares.mean(axis=0), strict=True)
    )
    show(
        figure,
        alt=f"Mean share of ambiguous words tagged right by look-ahead in words: {means}. The "
        f"grammar's rule on the same sentences rises from {rule[0]:.2f} to {rule[-1]:.2f}.",
    )


def draw_rule_curves(updates: ArrayLike, curves: Mapping[str, ArrayLike], chance: float) -> None:
    """Show the share of right symbols (S, N) of several networks against N numbers of updates."""
    figure, axes, key = new_chart(
        "Two layers learn the rule of a rule sooner; after 400 updates one has it, too", 3.6
    )
    updates, said = np.asarray(updates), []
    n_seeds = len(np.asarray(next(iter(curves.values()))))
    for (name, rows), (color, marker, line) in zip(curves.items(), _NETWORKS, strict=False):
        rows = np.asarray(rows)
        axes.fill_between(updates, rows.min(0), rows.max(0), color=COLORS[color], alpha=0.15)
        axes.plot(updates, rows.mean(0), line, marker=marker, markersize=4, markevery=4,
                  color=COLORS[color], label=name)  # fmt: skip
        first, middle = (rows.mean(0)[np.searchsorted(updates, u)] for u in (200, 400))
        said.append(f"{name} {first:.2f}, {middle:.2f} and {rows.mean(0)[-1]:.2f}")
    axes.axhline(chance, color=COLORS["bound"], linestyle="--", label="chance")
    axes.set_xscale("log")  # what sets the four apart comes early
    axes.set_xticks([50, 100, 200, 400, 800, 1600], ["50", "100", "200", "400", "800", "1600"])
    axes.set_xticks([], minor=True)
    axes.set(ylim=(0, 1.03), xlabel="updates, log scale", ylabel="symbols right, share")
    draw_key(axes, key, title=f"mean and range of {n_seeds} seeds")
    show(
        figure,
        alt=f"Share of right symbols after 200, 400 and {updates[-1]} updates, mean of the seeds: "
        f"{'; '.join(said)}.",
    )


def describe_reveal(view: RevealView) -> str:
    """What the networks and the grammar say of the ambiguous word, in words."""
    sentence, place = view.sentence, view.sentence.place
    word, words = sentence.words[place], f"{view.revealed} of {len(sentence)} words revealed"
    if view.revealed == len(sentence):
        words = f"All {view.revealed} words revealed"
    if view.exact is None:
        return f"{words}: “{word}” has not been read yet."
    return (
        f"{words}, “{word}”: both ways, the {view.cell} gives a name {view.two_way[place]:.2f}; "
        f"left to right, {view.one_way[place]:.2f}; all that the words so far can say is "
        f"{view.exact:.2f}."
    )


def draw_reveal(
    view: RevealView, axes: Axes, artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw P(name) of every word revealed, or move the artists of an earlier drawing."""
    if artists is None:
        artists = _prepare_reveal(axes)
    sentence, rows = view.sentence, np.arange(len(view.sentence))
    widths = np.full(2 * LENGTH - 1, np.nan)  # every second stair is a gap
    widths[: 2 * view.revealed : 2] = view.two_way[: view.revealed]
    artists["bars"].set_data(widths)
    for name in ("bars", "sample"):
        artists[name].set_color(COLORS[view.cell.lower()])
    for row in range(LENGTH):
        word, weight = artists[f"word {row}"], "bold" if row == sentence.place else "normal"
        word.set_text(sentence.words[row] if row < view.revealed else _HIDDEN)
        if word.get_fontweight() != weight:  # to set it has the word painted anew
            word.set_fontweight(weight)
    artists["one way"].set_data(view.one_way[: view.revealed], rows[: view.revealed])
    known = view.exact is not None
    artists["exact"].set_data([view.exact] * known, [sentence.place] * known)
    return artists


def _prepare_reveal(axes):
    narrow = is_narrow(axes)
    axes.set(
        xlim=(-0.36 if narrow else -0.28, 1.02), ylim=(LENGTH - 0.4, -0.6), xlabel="P(name)",
        yticks=[], xticks=[0, 0.25, 0.5, 0.75, 1],
    )  # fmt: skip
    axes.set_title("A bar uses every revealed word, a circle only those up to its own",
                   loc="left")  # fmt: skip
    edges = (np.arange(LENGTH)[:, None] + [-0.3, 0.3]).ravel()
    bars = axes.stairs(
        np.zeros(len(edges) - 1), edges, orientation="horizontal", fill=True,
        color=COLORS["gru"], label=BOTH_WAYS, gid=BOTH_WAYS, zorder=2,
    )  # fmt: skip
    (one_way,) = axes.plot(
        [],
        [],
        "o",
        color=COLORS["data"],
        markerfacecolor="none",
        label=ONE_WAY,
        gid=ONE_WAY,
        zorder=3,
    )
    (exact,) = axes.plot(
        [], [], "|", color=COLORS["bound"], markersize=22, markeredgewidth=3, label=KNOWN,
        gid=KNOWN, zorder=3,
    )  # fmt: skip
    (sample,) = axes.legend(  # below the axes: a bar or a circle may come to stand anywhere
        handles=[bars, one_way, exact], loc="upper left", ncols=3, frameon=False, borderaxespad=0,
        bbox_to_anchor=(0, -0.23 if narrow else -0.13), fontsize=10, markerscale=0.6,
        **({"columnspacing": 0.8, "handletextpad": 0.3, "handlelength": 1} if narrow else {}),
    ).get_patches()  # fmt: skip
    words = {
        f"word {row}": axes.text(
            -0.05 if narrow else -0.02, row, "", ha="right", va="center", fontsize=10
        )
        for row in range(LENGTH)
    }
    rows = range(LENGTH)
    Handle(axes, [{"revealed": row + 1} for row in rows], y=rows)
    return {"one way": one_way, "exact": exact, "bars": bars, "sample": sample, **words}


def describe_depth(reach: Reach) -> str:
    """What the chosen state waits for, how much of a nudge reaches it, and the layer below."""
    grid, own = reach.grid, reach.grid.step - 1
    counts = (grid.inputs.sum(), "input"), (grid.needed.sum(), "cell")
    inputs, cells = (f"{n} {noun}" + "s" * int(n != 1) for n, noun in counts)
    first = f" and {_write_share(reach.inputs[0])} from step 1" if own else ""
    said = (
        f"Layer {grid.layer}, step {grid.step}, {grid.kind}: the state sees {inputs} of "
        f"{len(grid.inputs)}, needs {cells}, and comes in round {grid.rounds.max()} at the "
        f"earliest. Of a nudge to the input {_write_share(reach.inputs[own])} arrives from its own "
        f"step{first}."
    )
    if reach.below is None:
        return said
    shares = [_write_share(reach.below.inputs[t]) for t in ((own, 0) if own else (own,))]
    arrive = f"{' and '.join(shares)} arrive" + "s" * (len(shares) == 1)
    return (
        f"{said} Layer {grid.layer - 1} at this step, one tanh less on the way, comes in round "
        f"{reach.below.grid.rounds.max()}; there, {arrive}."
    )


def _write_share(share):
    return f"{100 * share:.2g}\u00a0%"  # in one line


def draw_depth(reach: Reach, axes: Axes, artists: dict[str, Any] | None = None) -> dict[str, Any]:
    """Draw what a state waits for and how its gradient flows back, or change the drawing."""
    if artists is None:
        artists = _prepare_depth(axes)
    grid, both = reach.grid, reach.grid.kind == "both ways"
    shares = np.full((LAYERS + 1, _ROWS, STEPS, _COLUMNS), np.nan)
    halves = (slice(2, 5), slice(5, 8))  # forward below, backward above
    for half, cells in zip(halves, reach.cells if both else reach.cells[[0, 0]], strict=True):
        shares[1:, half, :, 2:7] = cells[:, None, :, None]
        shares[0, half, :, 2:7] = reach.inputs[:, None]
    artists["shares"].set_array(shares.reshape((LAYERS + 1) * _ROWS, -1))
    artists["chosen"].set_xy((grid.step - _HALF_WIDTH, grid.layer - _HALF_HEIGHT))
    for (layer, step), needed in np.ndenumerate(grid.needed):
        there = np.isfinite(reach.cells[:, layer, step])  # the halves of a pair that are needed
        height = layer + 1 + 0.15 * both * (float(there[1]) - float(there[0]))
        number = artists[f"round {layer} {step}"]
        number.set_visible(bool(needed))
        number.set_text(str(grid.rounds[layer, step]))
        if number.get_position()[1] != height:  # to set it has the number painted anew
            number.set_y(height)
    artists["key"].set_text(_ROUNDS["narrow" if is_narrow(axes) else "wide"][both])
    for step, share in enumerate(reach.inputs):
        arrives = artists[f"share {step}"]
        arrives.set_visible(bool(np.isfinite(share)))
        arrives.set_text(_write_share(share)[: -2 if is_narrow(axes) else None])
    starts, ends, widths = _find_arrows(reach)
    unit = (34, 32) if is_narrow(axes) else (50, 52)  # points of a column, of a row
    artists["forward"].set_path(_make_arrows(starts, ends, np.full(len(ends), 0.5), unit))
    artists["backward"].set_path(_make_arrows(ends, starts, 0.3 + 3 * widths, unit))
    return artists


def _find_arrows(reach):
    """Where the arrows of the forward pass start and end, (column, row), and their gradients."""
    arrows = []
    for (way, row, column), share in np.ndenumerate(reach.sideways):
        if np.isfinite(share):
            height = row + 1 + (2 * way - 1) * (reach.grid.kind == "both ways") * 0.15
            end, side = column + 1, 1 - 2 * way  # from the left, or from the right
            start = end - side
            arrows.append(
                ((start + side * _HALF_WIDTH, height), (end - side * _HALF_WIDTH, height), share)
            )
    for (row, column), share in np.ndenumerate(reach.down):
        if np.isfinite(share):
            x = column + 1
            arrows.append(((x, row + _HALF_HEIGHT), (x, row + 1 - _HALF_HEIGHT), share))
    starts, ends, shares = zip(*arrows, strict=True)
    return np.array(starts), np.array(ends), np.array(shares)


def _make_arrows(starts, ends, widths, unit):
    """Arrows as one path, each shifted to its own right, so that two that meet stand apart.

    `widths` are half those of the shafts, in points; `unit` the points of a column and a row.
    """
    starts, ends = starts * unit, ends * unit
    ahead = ends - starts
    length = np.hypot(*ahead.T)[:, None]
    ahead = ahead / length
    right = ahead[:, ::-1] * (1, -1)
    w = widths[:, None]
    head = np.minimum(5.0, 0.6 * length)
    starts, ends = (points + (1.5 + w) * right for points in (starts + ahead, ends - ahead))
    neck = ends - head * ahead
    corners = [
        starts + w * right, neck + w * right, neck + (w + 1.8) * right, ends,
        neck - (w + 1.8) * right, neck - w * right, starts - w * right, starts + w * right,
    ]  # fmt: skip
    points = np.stack(corners, axis=1).reshape(-1, 2) / unit
    codes = [Path.MOVETO, *[Path.LINETO] * 6, Path.CLOSEPOLY] * len(starts)
    return Path(points, codes)


def _prepare_depth(axes):
    narrow = is_narrow(axes)
    axes.set(
        xlim=(0.4, STEPS + 0.6), ylim=(-0.35, LAYERS + (0.85 if narrow else 0.6)),
        xlabel="step t; in x: % that arrives" if narrow else
        "step t; in an input: how much of a nudge to it reaches the framed cell",
        xticks=range(1, STEPS + 1), yticks=range(LAYERS + 1),
        yticklabels=["x", *range(1, LAYERS + 1)] if narrow else
        ["input x", *(f"layer {layer}" for layer in range(1, LAYERS + 1))],
    )  # fmt: skip
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(
        "Orange: gradient; other: forward" if narrow else  # one line: the arrows need the room
        "Orange arrows are the gradient; the others build the state, round by round", loc="left",
    )  # fmt: skip
    size = 2 * _HALF_WIDTH, 2 * _HALF_HEIGHT
    for row, column in np.ndindex(LAYERS + 1, STEPS):
        corner = column + 1 - _HALF_WIDTH, row - _HALF_HEIGHT
        axes.add_patch(Rectangle(corner, *size, color=COLORS["band"], linewidth=0))
    xs = np.linspace(0.5, STEPS + 0.5, STEPS * _COLUMNS + 1)
    ys = np.linspace(-0.5, LAYERS + 0.5, (LAYERS + 1) * _ROWS + 1)
    blank = np.full((len(ys) - 1, len(xs) - 1), np.nan)
    shares = axes.pcolormesh(xs, ys, blank, cmap=_SHARES, norm=LogNorm(1e-3, 1), zorder=2)
    bar = axes.figure.colorbar(
        shares, ax=axes, extend="min", location="bottom" if narrow else "right", shrink=0.9,
        **({"aspect": 40, "pad": 0.01} if narrow else {}),
    )  # fmt: skip
    bar.set_label(
        "share of a nudge that arrives" if narrow else
        "share of a nudge to a cell that reaches the framed one"
    )  # fmt: skip
    bar.formatter = FuncFormatter(lambda share, _: f"{100 * share:g} %")
    bar.update_ticks()
    chosen = Rectangle((0, 0), *size, fill=False, edgecolor=COLORS["data"], linewidth=2.5, zorder=3,
                       gid="state")  # fmt: skip
    arrows = {
        name: axes.add_patch(
            PathPatch(Path([(0, 0)]), color=COLORS[color], linewidth=0, zorder=4, gid=part)
        )
        for name, color, part in (
            ("forward", "data", "waits for"), ("backward", "accent", "gradient")
        )
    }  # fmt: skip
    numbers = {
        f"round {layer} {step}": axes.text(
            step + 1, layer + 1, "", ha="center", va="center", fontsize=8 if narrow else 10,
            zorder=5, gid=AS_DRAWN,
        )
        for layer, step in np.ndindex(LAYERS, STEPS)
    }  # fmt: skip
    numbers |= {
        f"share {step}": axes.text(
            step + 1, 0, "", ha="center", va="center", fontsize=7 if narrow else 9, zorder=5,
            gid=AS_DRAWN,
        )
        for step in range(STEPS)
    }  # fmt: skip
    numbers["key"] = axes.text(0.72, LAYERS + 0.38, "", fontsize=9, va="bottom")
    cells = [(step, layer) for layer in range(1, LAYERS + 1) for step in range(1, STEPS + 1)]
    steps, layers = zip(*cells, strict=True)
    Handle(axes, [{"step": step, "layer": layer} for step, layer in cells], x=steps, y=layers)
    return {"shares": shares, "chosen": axes.add_patch(chosen), **arrows, **numbers}
