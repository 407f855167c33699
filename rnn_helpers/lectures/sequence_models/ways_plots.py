"""The drawing of lecture 01: three ways to see one past."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, new_figure, show
from rnn_helpers.lectures.sequence_models.ways import Ways

_STEP, _FLOOR, _TALLEST = 0.5, 0.55, 1.15  # of the bars, in drawing units
_LOW, _APART = 2.15, 0.27  # the first line into the box, and from line to line
_BOX, _END = 6.3, 7.1


def draw_ways(ways: Ways, *, next_year: int) -> None:
    """Show which past values enter a prediction: a window, the last value alone, a summary."""
    figure, axes = new_figure(9.5, 2.4, ncols=3)
    titles = (
        f"A window weighs {len(ways.window)} values", "The last value alone is weighed",
        "A summary takes in one each year",
    )  # fmt: skip
    diagrams = {}
    for name, panel, title in zip(ways.predictions, axes, titles, strict=True):
        diagrams[name] = _prepare(panel, ways, next_year)
        panel.set_title(title, loc="left", fontsize=11)
    _draw_weights(diagrams["window"], ways, ways.window)
    _draw_weights(diagrams["last"], ways, [ways.last])
    _draw_summary(diagrams["summary"], ways)
    for name, diagram in diagrams.items():
        diagram.move({"x̂": ways.predictions[name]})
    said = ", ".join(f"{weight:+.2f}" for weight in ways.window).replace("-", "−")
    numbers = ways.predictions
    show(
        figure,
        alt=f"Three panels with the same {len(ways.past)} past values as bars. Left, a line leads "
        f"from each of the last {len(ways.window)} into one box, as wide as its weight, from the "
        f"newest back: {said}. Middle, one line, from the last value, of weight {ways.last:+.2f}. "
        "Both boxes add an intercept c. Right, each value enters a box of its own, and from box to "
        "box goes a summary; the lines grow thinner with every year back, as less of that year "
        f"reaches the prediction. For {next_year} they say {numbers['window']:.1f}, "
        f"{numbers['last']:.1f} and {numbers['summary']:.1f} sunspots; {ways.came:.1f} came.",
    )


def _x(back):
    """Where the bar of the value so many steps back stands."""
    return _BOX - 0.55 - _STEP * back


def _prepare(axes: Axes, ways, next_year):
    diagram = Diagram(axes, 8.1, 4.9)
    heights = _TALLEST * ways.past / ways.past.max()
    for back, height in enumerate(heights[::-1], 1):
        corner = (_x(back) - 0.15, _FLOOR)
        axes.add_patch(Rectangle(corner, 0.3, height, color=COLORS["muted"], linewidth=0))
    for back in (1, len(heights)):
        diagram.text("past", _x(back), 0.25, f"{next_year - back}", fontsize=9)
    diagram.text("past", (_x(1) + _x(len(heights))) / 2, 0.25, "sunspots", fontsize=9)
    height = _TALLEST * ways.came / ways.past.max()
    came = Rectangle((_END + 0.25, _FLOOR), 0.3, height, edgecolor=COLORS["data"], fill=False)
    axes.add_patch(came)
    diagram.text("prediction", _END + 0.4, 0.25, f"{next_year}", fontsize=9)
    diagram.text(
        "prediction", _END + 0.4, _FLOOR + height + 0.45, f"{ways.came:.1f}\ncame", fontsize=9
    )
    return diagram


def _top(ways, back):
    return _FLOOR + _TALLEST * ways.past[-back] / ways.past.max() + 0.08


def _draw_weights(diagram, ways, weights):
    n = len(weights)
    middle = _LOW + _APART * (n - 1) / 2
    diagram.layer("weights", _BOX, middle, "φ", width=0.5, height=_APART * (n - 1) + 0.5)
    for back in range(1, n + 1):
        height = _LOW + _APART * (back - 1)
        points = [(_x(back), _top(ways, back)), (_x(back), height), (_BOX - 0.25, height)]
        diagram.line("weights", points, value=f"{back} back")
    diagram.text("weights", _BOX + 0.52, middle + 0.32, "+ c", fontsize=9)
    _finish(diagram, _BOX + 0.25, middle)
    diagram.move({f"{back} back": weight for back, weight in enumerate(weights, 1)})


def _draw_summary(diagram, ways):
    """Each line is as wide as the weight with which what it carries reaches the prediction."""
    height, n = 2.9, len(ways.past)
    for back in range(n, 0, -1):
        x = _x(back)
        diagram.layer("summary", x, height, "", width=0.18, height=0.5)
        diagram.line("summary", [(x, _top(ways, back)), (x, height - 0.25)], value=f"enters {back}")
        diagram.line(
            "summary", [(x - _STEP + 0.09, height), (x - 0.09, height)], value=f"kept {back}"
        )
    diagram.text("summary", _x(n) - _STEP - 0.05, height, "…")
    diagram.text("summary", _x(n // 2), height + 0.6, "h, from year to year")
    _finish(diagram, _x(1) + 0.09, height)
    for back in range(1, n + 1):
        kept = (1 - ways.rate) ** (back - 1)
        diagram.move({f"enters {back}": ways.rate * kept, f"kept {back}": (1 - ways.rate) * kept})


def _finish(diagram, start, height):
    diagram.line("prediction", [(start, height), (_END, height)])
    diagram.number("prediction", _END + 0.45, height, value="x̂", form="{:.1f}")
    diagram.text("prediction", _END + 0.45, height + 0.5, "x̂")
