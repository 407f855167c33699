"""A circle of nudges, pushed through one Jacobian after the other: an ellipse each."""

import textwrap
from collections.abc import Mapping

import numpy as np

from rnn_helpers.display.figures import COLORS, NARROW, STYLES, is_narrow, new_figure, show

_POINTS = 97  # of the circle


def find_ellipses(jacobians: np.ndarray) -> np.ndarray:
    """The unit circle, and J_t ⋯ J_1 of it for t = 1 … T: from (T, 2, 2) to (T+1, points, 2)."""
    angles = np.linspace(0, 2 * np.pi, _POINTS)
    ellipses = [np.column_stack([np.cos(angles), np.sin(angles)])]
    for jacobian in jacobians:
        ellipses.append(ellipses[-1] @ jacobian.T)
    return np.array(ellipses)


def draw_ellipses(
    chains: Mapping[str, np.ndarray], slopes: Mapping[str, np.ndarray] | None = None
) -> None:
    """Show the ellipses of each network of two units in a row, all on one scale.

    `chains` holds the Jacobians (T, 2, 2) by the name of the activation, and `slopes` those (T, 2)
    of the activation at each step, where they are to be written below.
    """
    rows = [find_ellipses(jacobians) for jacobians in chains.values()]
    slopes, said = slopes or {}, []
    for name, ellipses in zip(chains, rows, strict=True):
        lengths = np.linalg.norm(ellipses, axis=2).max(axis=1)
        said.append(f"{name}: {', '.join(f'{length:.2g}' for length in lengths)}")
        if name in slopes:
            pairs = "; ".join("{:.2f}, {:.2f}".format(*pair) for pair in slopes[name])
            said[-1] += f" (slopes of the two units: {pairs})"
    figures = []
    for width, height in ((9, 1.5 * len(rows) + 0.7), (NARROW, 1.15 * len(rows) + 0.9)):
        figure, axes = new_figure(width, height, nrows=len(rows), squeeze=False)
        title = "A circle of nudges after 1, 2, … steps; the number is the longest half axis"
        figure.suptitle(textwrap.fill(title, 42 if width <= NARROW else 99), x=0.01, ha="left",
                        fontsize=12)  # fmt: skip
        _draw_rows(axes[:, 0], dict(zip(chains, rows, strict=True)), slopes)
        figures.append(figure)
    show(
        figures[0],
        alt=f"A circle and the ellipses that it becomes after each of {len(rows[0]) - 1} steps, "
        f"in a row for each activation. The longest half axis, {'; '.join(said)}.",
        narrow=figures[1],
    )


def _draw_rows(axes, rows, slopes):
    far = 1.08 * max(np.abs(row).max() for row in rows.values())
    low = 1.1 * max(np.abs(row[:, :, 1]).max() for row in rows.values())
    narrow = is_narrow(axes[0])
    size, line = (8, 1.15) if narrow else (11, 0.75)  # points; of two lines of words, in `far`
    for axis, (name, ellipses) in zip(axes, rows.items(), strict=True):
        lengths = np.linalg.norm(ellipses, axis=2).max(axis=1)
        for t, (ellipse, length) in enumerate(zip(ellipses, lengths, strict=True)):
            center = np.array([2 * far * t, 0.0])
            longest = ellipse[np.linalg.norm(ellipse, axis=1).argmax()]
            axis.plot(*(center + ellipses[0]).T, "-", color=COLORS["shade"], linewidth=1)
            axis.plot(*(center + ellipse).T, STYLES[name], color=COLORS[name], linewidth=2)
            axis.plot(*np.array([center, center + longest]).T, color=COLORS["data"], linewidth=1.2)
            product = "" if t == 0 else "J₁" if t == 1 else f"J{chr(0x2080 + t)} ⋯ J₁"
            place = center - [0, low]
            axis.text(*place, f"{product}\n{length:.2g}", ha="center", va="top", fontsize=size)
            if name in slopes:
                form = "{:.2f}\n{:.2f}" if narrow else "{:.2f}, {:.2f}"
                pair = "slopes" if t == 0 else form.format(*slopes[name][t - 1])
                place -= [0, line * far]
                look = {"fontsize": size - 1, "color": COLORS[name]}
                axis.text(*place, pair, ha="center", va="top", **look)
        below = (2.2 if narrow else 1.1) if name in slopes else line
        axis.set(xlim=(-far, (2 * len(ellipses) - 1) * far), ylim=(-low - below * far, low))
        axis.set(aspect="equal", anchor="W")
        axis.axis("off")
        axis.set_title(name, loc="left", fontsize=11)
