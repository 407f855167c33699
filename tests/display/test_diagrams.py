"""Drawings of networks: the numbers in them can be read back, their parts have names."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.textpath import TextPath

from rnn_helpers.display import recording
from rnn_helpers.display.cell_diagrams import GRADIENT_KEY, draw_lstm_cell
from rnn_helpers.display.cell_family import KEY, draw_cell
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.display.recording import record
from rnn_helpers.recurrences import cells


@pytest.fixture
def diagram():
    _, axes = new_figure(4, 2)
    diagram = Diagram(axes, 4, 2)
    diagram.layer("gate", 1, 1, "σ")
    diagram.operation("sum", 3, 1, "+")
    diagram.line("state", [(0, 0.5), (2, 0.5), (2, 1)], value="s")
    diagram.back("gradient", [(2, 1.5), (1, 1.5)], value="d")
    diagram.valve("gate", 1, 0.5, value="g")
    diagram.number("state", 3, 0.5, value="s", form="s = {:.3f} m")
    return diagram


@pytest.mark.parametrize("s", [-3.5, -1e-3, 0.0, 0.02, 0.7, 40.0])
def test_what_is_drawn_can_be_read_back(diagram, s):
    diagram.move({"s": s, "d": abs(s), "g": 0.25})
    read = diagram.read()
    np.testing.assert_allclose(read["s"], [s, round(s, 3)], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(read["d"], [abs(s)], rtol=1e-9)
    assert read["g"] == pytest.approx([0.25])


def test_what_rounds_to_zero_has_no_sign(diagram):
    (number,) = [child for child in diagram.get_children() if child.get_gid() == "state"][-1:]
    for s in (0.0, -0.0, -4e-4, 3e-4):
        diagram.move({"s": s})
        assert number.get_text() == "s = 0.000 m"
    diagram.move({"s": -6e-4})
    assert number.get_text() == "s = −0.001 m"


def test_a_sign_is_seen_without_colour_and_zero_is_dotted(diagram):
    marks = {}
    for s in (1.0, -1.0, 0.0):
        diagram.move({"s": s})
        marks[s] = next(
            style for style, _ in record(diagram.figure, [diagram])
            if style.get("part") == "state" and "stroke" in style
        )  # fmt: skip
    assert len({style.get("stroke-dasharray") for style in marks.values()}) == 3
    assert [marks[s]["stroke"] for s in (1.0, -1.0)] == ["ink", "violet"]
    assert marks[0.0]["stroke-width"] < marks[1.0]["stroke-width"] / 3


def test_a_thin_negative_line_has_dashes_and_no_dots(diagram):
    diagram.move({"s": -0.05})
    lines = (child for child in diagram.get_children() if child.get_gid() == "state")
    stroke = next(line for line in lines if hasattr(line, "get_path") and not line.get_fill())
    width, (_, (on, off)) = stroke.get_linewidth(), stroke.get_linestyle()
    assert on * width >= 5 > off * width >= 2  # points


def test_what_is_not_lit_is_dimmed_and_comes_back(diagram):
    def list_dimmed():
        marks = record(diagram.figure, [diagram])
        return {style["part"] for style, _ in marks if style.get("dimmed")}

    diagram.move({"s": 1.0, "d": 1.0, "g": 1.0}, lit={"gate"})
    assert list_dimmed() == {"state", "gradient", "sum"}
    diagram.move({})
    assert list_dimmed() == set()


def test_what_is_recorded_again_is_what_is_drawn_anew(diagram):
    def make(values):
        diagram.move(values)
        again = record(diagram.figure, [diagram])
        recording._recorders.clear()
        assert record(diagram.figure, [diagram]) == again
        return again

    first = make({"s": 0.3, "d": 0.2, "g": 0.9})
    assert make({"s": 0.4}) != first
    assert make({"s": 0.3}) == first
    diagram._axes.set_xlim(0, 5)
    assert make({}) != first


def test_a_number_is_recorded_where_it_is_drawn(diagram, monkeypatch):
    def find():
        recording._recorders.clear()
        texts = [data for style, data in record(diagram.figure, [diagram])
                 if style["kind"] == "text"]  # fmt: skip
        return next(data for data in texts if data[2] == "s = 0.300 m")

    diagram.move({"s": 0.3})
    quick = find()
    monkeypatch.setattr(recording, "is_upright", lambda _: False)  # Matplotlib lays it out
    np.testing.assert_allclose(quick[:2], find()[:2], atol=4)  # a pixel


def test_backward_has_a_colour_and_arrowheads_of_its_own(diagram):
    diagram.move({"s": 1.0, "d": 1.0})
    heads = [
        style["fill"] for style, _ in record(diagram.figure, [diagram])
        if style.get("part") in ("state", "gradient") and style["kind"] == "path"
        and style["fill"] != "none"
    ]  # fmt: skip
    assert heads == ["ink", "orange"]
    assert COLORS["accent"] != COLORS["data"]


@pytest.mark.parametrize("fontsize", [8.0, 10.4])
def test_the_pieces_of_code_stand_as_letters_of_one_width_do(fontsize):
    figure, axes = new_figure(6, 2, dpi=100)
    diagram = Diagram(axes, 9, 3)
    pieces = [("c", "n = np.tanh(x_n + "), ("r", "r"), ("c", " * h_n)")]
    diagram.terms(0.5, 1, pieces, fontsize=fontsize, family="monospace")
    starts = [a.get_transform().transform(a.get_position())[0] for a in diagram.get_children()]
    letter = FontProperties(family="DejaVu Sans Mono")
    advance = TextPath((0, 0), "x" * 101, size=fontsize, prop=letter).get_extents().width
    advance -= TextPath((0, 0), "x", size=fontsize, prop=letter).get_extents().width
    wanted = np.array([0, 18, 19]) * advance / 100 / 72 * figure.dpi
    np.testing.assert_allclose(np.sort(starts) - min(starts), wanted, atol=0.05)


def test_the_terms_of_an_equation_stand_side_by_side():
    figure, axes = new_figure(6, 2)
    diagram = Diagram(axes, 6, 2)
    diagram.terms(0.5, 1, [("c", "$c_t = $"), ("f", "$f_t c_{t-1}$"), ("i", "$ + i_t g_t$")])
    renderer = figure.canvas.get_renderer()
    boxes = [term.get_window_extent(renderer) for term in diagram.get_children()]
    for left, right in itertools.pairwise(boxes):
        assert right.x0 == pytest.approx(left.x1, abs=2)


def test_the_drawn_lstm_is_the_packages():
    rng = np.random.default_rng(0)
    x, h, c = rng.normal(size=(3, 1, 1))
    W_xh, W_hh, b_h = rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), rng.normal(size=4)
    i, f, g, o = np.split(x @ W_xh + h @ W_hh + b_h, 4, axis=1)
    h_next, c_next = cells.lstm_step(x, h, c, W_xh, W_hh, b_h)
    values = {"x": x, "h_before": h, "c_before": c, "c": c_next, "h": h_next, "g": np.tanh(g)}
    values |= {"i": cells.sigmoid(i), "f": cells.sigmoid(f), "o": cells.sigmoid(o)}
    values |= {"kept": values["f"] * c, "added": values["i"] * values["g"]}
    values |= {"shown": np.tanh(c_next), "read": np.hypot(x, h)}
    cell = draw_lstm_cell(new_figure(4, 3)[1])
    cell.move({name: value.item() for name, value in values.items()})
    read = cell.read()
    assert set(read) == set(values)
    for name, found in read.items():
        np.testing.assert_allclose(found, values[name].item(), atol=0.006)
        assert np.ptp(found) < 0.006


@pytest.mark.parametrize(("draw", "wanted"), [
    (draw_lstm_cell, {"f": ("c_before", "kept"), "i": ("g", "added"), "o": ("shown", "h")}),
    (lambda axes: draw_cell(axes, "GRU"),
     {"r": ("past", "reset"), "open": ("n", "taken"), "z": ("h_before", "kept")}),
    (lambda axes: draw_cell(axes, "LSTM"),
     {"f": ("c_before", "kept"), "i": ("n", "taken"), "o": ("shown", "h")}),
    (lambda axes: draw_cell(axes, "minGRU", before="GRU"),
     {"open": ("n", "taken"), "z": ("h_before", "kept")}),
])  # fmt: skip
def test_a_valve_stands_between_what_comes_and_what_it_lets_through(draw, wanted):
    cell = draw(new_figure(4, 3)[1])
    lines, valves = [], {}
    for name, shown in cell._shown:
        if hasattr(shown, "_shutter"):
            box = shown._shutter.get_bbox()
            valves[name] = (box.x0, (box.y0 + box.y1) / 2), (box.x1, (box.y0 + box.y1) / 2)
        elif hasattr(shown, "_artists"):
            ends = shown._artists[0].get_path().vertices[[0, -1]]
            lines.append((name, *ends))
    found = {
        gate: (
            [name for name, _, end in lines if np.hypot(*(end - left)) < 0.2],
            [name for name, start, _ in lines if np.hypot(*(start - right)) < 0.05],
        )
        for gate, (left, right) in valves.items()
    }
    assert found == {gate: ([before], [after]) for gate, (before, after) in wanted.items()}


def _find_key_words(cell):
    children = (child for child in cell.get_children() if child.get_gid() == KEY)
    return [child.get_text() for child in children if hasattr(child, "get_text")]


@pytest.mark.parametrize("draw", [
    draw_lstm_cell,
    *(lambda axes, c=cell: draw_cell(axes, c) for cell in ("RNN", "LSTM", "GRU", "minGRU")),
])  # fmt: skip
def test_how_a_line_is_read_stands_beside_it(draw, diagram):
    cell = draw(new_figure(4, 3)[1])
    assert {"wider: larger", "negative", "0"} <= {*_find_key_words(cell)}
    samples = [c for c in cell.get_children() if c.get_gid() == KEY and isinstance(c, PathPatch)]
    looks = [[c.get_linewidth(), c.get_linestyle(), c.get_edgecolor()] for c in samples]
    assert sorted(looks[:3]) == looks[:3]  # wider and wider
    (line,) = (c for c in diagram.get_children() if c.get_gid() == "state"
               and isinstance(c, PathPatch))  # fmt: skip
    for number, (_, style, color) in zip((0.05, 0.6, 2.0, -0.5, 0.0), looks, strict=True):
        diagram.move({"s": number})
        assert (line.get_linestyle(), line.get_edgecolor()) == (style, color)
    starts = sorted(c.get_path().vertices[:, 0].min() for c in samples)
    assert np.diff(starts).min() > 0.1


def test_gradients_have_a_key_where_there_are_gradients():
    plain, back = (draw_lstm_cell(new_figure(4, 3)[1], backward=way) for way in (False, True))
    words = [[c.get_text() for c in cell.get_children() if c.get_gid() == GRADIENT_KEY
              and hasattr(c, "get_text")] for cell in (plain, back)]  # fmt: skip
    assert words == [[], ["gradient"]]
    (line,) = (c for c in back.get_children() if c.get_gid() == GRADIENT_KEY
               and isinstance(c, PathPatch))  # fmt: skip
    assert to_rgb(line.get_edgecolor()) == to_rgb(COLORS["accent"])


def test_what_is_taken_away_is_dashed_and_empty(diagram):
    def find():
        return {part: [c for c in diagram.get_children() if c.get_gid() == part
                       and isinstance(c, Patch) and c.get_linewidth()]
                for part in ("gate", "state")}  # fmt: skip

    diagram.dash("gate")
    found = find()
    assert {c.get_linestyle() for c in found["gate"]} == {(0, (3, 2))}
    assert {to_rgb(c.get_facecolor()) for c in found["gate"] if c.get_fill()} == {(1, 1, 1)}
    assert (0, (3, 2)) not in {c.get_linestyle() for c in found["state"]}


def test_a_piece_of_an_equation_is_struck_out():
    figure, axes = new_figure(6, 2)
    diagram = Diagram(axes, 6, 2)
    diagram.terms(0.5, 1, [("c", "$c_t = $"), ("gone", "$f_t c_{t-1}$")], struck="gone")
    figure.canvas.draw()
    (line,) = (child for child in diagram.get_children() if isinstance(child, PathPatch))
    box = next(
        c for c in diagram.get_children() if getattr(c, "get_text", str)() == "$f_t c_{t-1}$"
    )
    text, struck = box.get_window_extent(), line.get_window_extent()
    assert line.get_gid() == "gone"
    np.testing.assert_allclose([struck.x0, struck.x1], [text.x0, text.x1], atol=2)
    assert text.y0 < struck.y0 <= struck.y1 < text.y1


@pytest.mark.parametrize("draw", [
    draw_lstm_cell, *(lambda axes, c=cell: draw_cell(axes, c) for cell in ("LSTM", "GRU", "minGRU"))
])  # fmt: skip
def test_how_a_valve_is_read_stands_beside_it(draw, diagram):
    cell = draw(new_figure(4, 3)[1])
    assert "valve: clear is open, filled is shut" in _find_key_words(cell)
    diagram.move({"g": 0.25})  # a quarter open: three quarters are dark, from above
    pipe, shutter = (c for c in diagram.get_children() if isinstance(c, Rectangle))
    assert shutter.get_height() / pipe.get_height() == pytest.approx(0.75)
    dark, light = (sum(to_rgb(box.get_facecolor())) for box in (shutter, pipe))
    assert dark < 1.5 < light
