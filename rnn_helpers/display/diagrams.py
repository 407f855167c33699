"""Networks, drawn."""

from matplotlib.axes import Axes

from rnn_helpers.display.figures import COLORS


def draw_unrolled(axes: Axes, *, steps: int = 4) -> None:
    """Draw the network as a loop, and unrolled: one copy per step, the same weights in each."""
    box = {"boxstyle": "round,pad=0.5", "edgecolor": COLORS["rnn"], "facecolor": "#E8F1F8"}
    plain = {"ha": "center", "va": "center", "fontsize": 12}
    arrow = {"arrowstyle": "-|>", "color": COLORS["bound"], "shrinkA": 16, "shrinkB": 16}
    loop = {**arrow, "connectionstyle": "arc3,rad=-2.2", "shrinkA": 0, "shrinkB": 0}

    def draw_column(x, t):
        axes.text(x, 1, f"$h_{{{t}}}$", bbox=box, **plain)
        axes.text(x, 0, f"$x_{{{t}}}$", **plain)
        axes.text(x, 2, f"$y_{{{t}}}$", **plain)
        for low, high, label in ((0, 1, "W_xh"), (1, 2, "W_hy")):
            axes.annotate("", (x, high), (x, low), arrowprops=arrow)
            axes.text(x + 0.07, (low + high) / 2, label, fontsize=9, va="center")

    draw_column(0, "t")
    axes.annotate("", (0.13, 0.84), (0.13, 1.16), arrowprops=loop)
    axes.text(0.72, 1.0, "W_hh", fontsize=9, ha="center", va="center")
    axes.text(1.15, 1, "=", fontsize=22, ha="center", va="center")
    for t in range(1, steps + 1):
        x = 1.2 + t
        draw_column(x, t)
        if t < steps:
            axes.annotate("", (x + 1, 1), (x, 1), arrowprops={**arrow, "shrinkA": 20})
            axes.text(x + 0.5, 1.1, "W_hh", fontsize=9, ha="center")
    axes.set(xlim=(-0.5, steps + 1.7), ylim=(-0.3, 2.3))
    axes.axis("off")
