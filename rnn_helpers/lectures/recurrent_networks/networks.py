"""The recurrent network, drawn: as a loop and unrolled, and the five shapes of task."""

import numpy as np
from matplotlib.axes import Axes

from rnn_helpers.display.cell_family import KEY, draw_line_key
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import new_figure, show
from rnn_helpers.recurrences.cells import run_rnn

INPUTS = (1.0, 0.0, 0.0)
"""What the drawn unit reads: 1 once, then 0."""
WEIGHTS = {"W_xh": 0.5, "W_hh": 0.8, "b_h": 0.0, "W_hy": 1.0, "b_y": 0.0}

_LOOP, _STEP = 3.1, 2.15  # the width of the loop, and of one copy
_KEY = 1.05  # the height of the signs of the series, below
_UP = {"x": 0.0, "W_xh": 0.62, "state": 1.3, "W_hy": 1.98, "y": 2.62}


def compute_states() -> np.ndarray:
    """h_0 … h_3 of the unit of the lecture, h_t = tanh(0.5 x_t + 0.8 h_{t−1})."""
    W_xh, W_hh, b_h = (np.full(shape, WEIGHTS[name]) for name, shape in _SHAPES.items())
    return run_rnn(np.reshape(INPUTS, (-1, 1, 1)), np.zeros((1, 1)), W_xh, W_hh, b_h)[:, 0, 0]


_SHAPES = {"W_xh": (1, 1), "W_hh": (1, 1), "b_h": (1,)}


def draw_unrolled(axes: Axes) -> Diagram:
    """Draw the network as a loop, and three steps of it with the numbers of one unit."""
    steps = len(INPUTS)
    diagram = Diagram(axes, _LOOP + steps * _STEP + 0.65, 3.2, fontsize=10)
    _draw_copy(diagram, 0.35, "t", loop=True)
    diagram.text("=", 2.78, _UP["state"] + 0.3, "=", fontsize=18)
    for t in range(1, steps + 1):
        _draw_copy(diagram, _LOOP + (t - 1) * _STEP + 0.35, str(t))
    end = _LOOP + steps * _STEP + 0.35
    diagram.text("more", end + 0.02, _UP["state"] + 0.3, "…", ha="left", fontsize=14)
    states = compute_states()
    diagram.move({f"h{t}": float(h) for t, h in enumerate(states)})
    W_xh, W_hh, b_h, W_hy, b_y = WEIGHTS.values()
    for t, x in enumerate(INPUTS, start=1):
        from_x, from_h = W_xh * x, W_hh * float(states[t - 1])
        diagram.move({f"x{t}": x, f"W_xh x{t}": from_x, f"W_hh h{t - 1}": from_h, "b_h": b_h})
        diagram.move({f"a{t}": from_x + from_h + b_h, f"y{t}": float(states[t]) * W_hy + b_y})
    _draw_signs(diagram, axes)
    return diagram


def _draw_signs(diagram, axes):
    """The signs of all drawings of the series, below the network that has the first of them."""
    axes.set_ylim(-_KEY, 3.2)
    high, low, small = -0.3, -0.8, {"fontsize": 8.5}
    loop, copy, rest = 0.2, _LOOP - 0.33, _LOOP + _STEP + 0.42  # as `draw_network` breaks it
    pale = "pale"
    diagram.layer(KEY, loop, high, "", width=0.34, height=0.24)
    diagram.operation(KEY, loop, low, "", radius=0.12)
    diagram.fork(KEY, copy + 0.2, high)
    for ends in ((0.0, 0.0), (0.4, 0.0)), ((0.2, 0.0), (0.2, 0.2)):
        diagram.line(KEY, [(copy + x, high + y) for x, y in ends], head=False)
    diagram.valve(KEY, copy + 0.2, low, value="open")
    draw_line_key(diagram, rest, high, **small)
    diagram.sample(KEY, [(rest + 0.45, low), (rest, low)], 0.6, back=True)
    diagram.layer(pale, rest + 2.2, low, "", width=0.34, height=0.24)
    for x, y, words in (
        (loop + 0.3, high, "learned"), (loop + 0.3, low, "number by number"),
        (copy + 0.53, high, "forks: copied"),
        (copy + 0.53, low, "valve: clear is open, filled is shut"),
        (rest + 0.53, low, "gradient"), (rest + 2.5, low, "pale: not spoken of"),
    ):  # fmt: skip
        diagram.text(KEY, x, y, words, ha="left", **small)
    parts = {artist.get_gid() for artist in diagram.get_children()}
    diagram.move({"open": 0.6}, lit=parts - {pale})


def _draw_copy(diagram, x, t, *, loop=False):
    """One copy of the network; its state comes from the left and leaves to the right."""
    y = {name: up + 0.3 for name, up in _UP.items()}
    plus, tanh, fork, right = x + 0.87, x + 1.35, x + 1.68, x + _STEP - 0.35
    numbers = {}
    if not loop:
        numbers = {name: f"{name}{t}" for name in ("x", "a", "h", "y")} | {"b_h": "b_h"}
        numbers |= {"before": f"h{int(t) - 1}", "W_xh": f"W_xh x{t}", "W_hh": f"W_hh h{int(t) - 1}"}
    before = numbers.get("before")
    state, hidden = y["state"], f"h_{t}"
    diagram.line("h before", [(x - 0.35, state), (x + 0.06, state)], value=before)
    diagram.layer("W_hh", x + 0.32, state, "W_hh", width=0.52, height=0.36)
    diagram.line("W_hh", [(x + 0.58, state), (plus - 0.14, state)], value=numbers.get("W_hh"))
    diagram.line(
        f"x_{t}", [(plus, y["x"] + 0.15), (plus, y["W_xh"] - 0.18)], value=numbers.get("x")
    )
    diagram.layer("W_xh", plus, y["W_xh"], "W_xh", width=0.52, height=0.36)
    above = [(plus, y["W_xh"] + 0.18), (plus, state - 0.14)]
    diagram.line("W_xh", above, value=numbers.get("W_xh"))
    diagram.text("b_h", plus, state + 0.52, "b_h")
    diagram.line("b_h", [(plus, state + 0.4), (plus, state + 0.14)], value=numbers.get("b_h"))
    diagram.operation("+", plus, state, "+", radius=0.14)
    diagram.line("a", [(plus + 0.14, state), (tanh - 0.2, state)], value=numbers.get("a"))
    diagram.operation("tanh", tanh, state, "tanh", radius=0.2)
    diagram.fork(hidden, fork, state)
    diagram.line(hidden, [(tanh + 0.2, state), (fork, state)], value=numbers.get("h"), head=False)
    diagram.line(hidden, [(fork, state), (fork, y["W_hy"] - 0.18)], value=numbers.get("h"))
    diagram.layer("W_hy", fork, y["W_hy"], "W_hy, b_y", width=0.84, height=0.36)
    out = [(fork, y["W_hy"] + 0.18), (fork, y["y"] - 0.13)]
    diagram.line(f"y_{t}", out, value=numbers.get("y"))
    diagram.text(f"y_{t}", fork, y["y"], f"$y_{{{t}}}$", fontsize=12)
    below = state - 0.27
    if loop:
        diagram.text("x_t", plus, y["x"], "$x_{t}$", fontsize=12)
        diagram.text(hidden, fork + 0.02, below, f"$h_{{{t}}}$", fontsize=12)
        under, left, around = 0.0, x - 0.35, fork + 0.3
        way = [(fork, state), (around, state), (around, under), (left, under), (left, state)]
        diagram.line("loop", way, head=False)
        return
    low = chr(0x2080 + int(t))
    diagram.line(hidden, [(fork, state), (right, state)], value=numbers["h"], head=False)
    diagram.number(hidden, fork + 0.08, below, value=f"h{t}", form=f"h{low} = {{:.3f}}")
    diagram.number(f"x_{t}", plus, y["x"], value=f"x{t}", form=f"x{low} = {{:.0f}}")
    if t == "1":
        diagram.number("h_0", x - 0.2, below, value="h0", form="h₀ = {:.0f}")


def draw_network() -> None:
    """Show the network as a loop, and unrolled, with the numbers of one unit."""
    figure, axes = new_figure(9.6, 4.4)
    draw_unrolled(axes)
    axes.set_title("One loop, and the same loop drawn over time", loc="left")
    said = ", ".join(f"h_{t} = {h:.3f}" for t, h in enumerate(compute_states()))
    show(
        figure,
        alt="Left: x_t goes up through W_xh and meets, at a plus, h before times W_hh and the bias "
        "b_h; tanh of the sum is h_t, which goes up through W_hy, where b_y is added, to "
        "y_t and round again to W_hh. Right: the same three times in a row, each state handed on "
        f"to the next copy. The unit of the example: {said}. "
        "Below, the signs of all drawings: a filled box is learned, a circle works number by "
        "number, a line that forks is copied, a gate is a valve, a wider line has a larger number, "
        "a dashed one a negative number, a dotted one 0, the gradient is orange with diamonds.",
        breaks=[_LOOP - 0.5, _LOOP + 0.36 + _STEP],
    )


SHAPES = {
    "one to one": ((1,), (1,)),
    "many to one": ((1, 2, 3), (3,)),
    "many to many, equal": ((1, 2, 3), (1, 2, 3)),
    "one to many": ((1,), (1, 2, 3)),
    "many to many, unequal": ((1, 2), (3, 4, 5)),
}
"""At which steps each shape of task reads, and at which it writes."""


def draw_task_shapes() -> None:
    """Show the five shapes of task: at which steps something is read, and something written."""
    figure, axes = new_figure(9.6, 2.2)
    gap, apart = 0.75, 0.95
    steps = {name: max(*reads, *writes) for name, (reads, writes) in SHAPES.items()}
    widths = {name: max(gap * (count - 1), 1.0) for name, count in steps.items()}
    diagram = Diagram(axes, sum(widths.values()) + apart * len(SHAPES), 2.35, fontsize=10)
    left, edges = apart / 2, []
    for name, (reads, writes) in SHAPES.items():
        first = left + (widths[name] - gap * (steps[name] - 1)) / 2
        for t in range(1, steps[name] + 1):
            x, low = first + gap * (t - 1), chr(0x2080 + t)
            diagram.layer(f"h_{t}", x, 0.9, "", width=0.4, height=0.4)
            if t > 1:
                diagram.line(f"h_{t - 1}", [(x - gap + 0.2, 0.9), (x - 0.2, 0.9)])
            if t in reads:
                diagram.line(f"x_{t}", [(x, 0.3), (x, 0.7)])
                diagram.text(f"x_{t}", x, 0.14, f"x{low}" if steps[name] > 1 else "x")
            if t in writes:
                number = chr(0x2080 + writes.index(t) + 1) if len(writes) > 1 else ""
                diagram.line(f"y_{t}", [(x, 1.1), (x, 1.5)])
                diagram.text(f"y_{t}", x, 1.66, f"y{number}")
        diagram.text(name, left + widths[name] / 2, 2.18, name)
        left += widths[name] + apart
        edges.append(left - apart / 2)
    axes.set_title("Five shapes of task: x is read, y is written", loc="left")
    said = "; ".join(
        f"{name}: reads at {_list(reads)}, writes at {_list(writes)}"
        for name, (reads, writes) in SHAPES.items()
    )
    show(figure, alt=f"Chains of boxes, one box a step. {said}.", breaks=edges[1::2])


def _list(steps):
    return f"step {steps[0]}" if len(steps) == 1 else f"steps {', '.join(map(str, steps))}"
