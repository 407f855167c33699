"""The pictures of lecture 08 that do not move: what they say of the numbers that they draw."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, encode_png
from rnn_helpers.lectures.bidirectional_and_deep import plots


@pytest.fixture
def shown(monkeypatch):
    """What the lecture shows: figures with their alternative texts."""
    found = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt: found.append((figure, alt)))
    yield found
    for figure, _ in found:
        encode_png(figure)


def read_line(line):
    """What a line shows: its label, its points, colour, marker and style."""
    points = np.column_stack([np.broadcast_to(data, np.shape(line.get_ydata()))
                              for data in line.get_data()])  # fmt: skip
    looks = to_hex(line.get_color()).upper(), line.get_marker(), line.get_linestyle()
    return line.get_label(), points.astype(float).round(6).tolist(), *looks


def test_the_lines_of_the_two_passes_lead_on_in_their_direction(shown, monkeypatch):
    lines, draw = [], Diagram.line

    def spy(diagram, part, points, **options):
        lines.append((part, points, options.get("value")))
        draw(diagram, part, points, **options)

    monkeypatch.setattr(Diagram, "line", spy)
    plots.draw_two_ways([1, 2, 5], [1, 3, 8], [8, 7, 5])
    for part, side in (("→", 1), ("←", -1)):
        leads = [points for name, points, value in lines if name == part and value]
        assert len(leads) == 2
        for (start, height), (end, as_high) in leads:
            assert height == as_high
            assert (end - start) * side > 0
        ups = [points for name, points, value in lines if name == part and not value]
        assert len(ups) == 3
        assert all(y < above and x == still for (x, y), (still, above) in ups)


def test_the_two_passes_run_opposite_ways_and_carry_what_they_have_read(shown):
    plots.draw_two_ways([1, 2, 5], [1, 3, 8], [8, 7, 5])
    (figure, alt) = shown[0]
    (diagram,) = (c for c in figure.axes[0].get_children() if isinstance(c, Diagram))
    numbers = diagram.read()
    sums = {"→": [1, 3, 8], "←": [8, 7, 5]}
    for part, row in sums.items():
        assert [numbers[f"{part}{t}"] for t in range(3)] == [[number] for number in row]
        widths = {
            t: numbers[f"{part}{t} of all"] for t in range(3) if f"{part}{t} of all" in numbers
        }
        assert list(widths) == ([0, 1] if part == "→" else [1, 2])  # nothing leaves the last
        for t, (width,) in widths.items():
            assert width == pytest.approx(row[t] / 8)
    assert [numbers[f"x{t}"] for t in range(3)] == [[1], [2], [5]]
    assert "from the left 1, 3, 8; from the right 8, 7, 5" in alt


def test_a_cell_has_its_colour_and_the_live_run_a_ring(shown):
    shares = {("GRU", "one way"): [0.59, 0.61], ("GRU", "both ways"): [0.98, 1.0]}
    plots.draw_taggers(shares, {("GRU", "one way"): 0.6}, 0.6)
    (figure, alt) = shown[0]
    one_way, ring, both, bound = (read_line(line)[1:] for line in figure.axes[0].lines)
    assert one_way == ([[-0.3, 0.59], [-0.06, 0.61]], COLORS["gru"], "o", "None")
    assert ring == ([[-0.18, 0.6]], COLORS["data"], "s", "None")
    assert both == ([[0.06, 0.98], [0.3, 1.0]], COLORS["gru"], "^", "None")
    assert read_line(figure.axes[0].lines[3])[0] == "the best from the left, 0.60"
    assert bound == ([[0, 0.6], [1, 0.6]], COLORS["bound"], "None", "--")
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["GRU"]
    key = figure.axes[1].get_legend()
    labels = [text.get_text() for text in key.get_texts()]
    assert labels == ["one way", "both ways", "trained here", "the best from the left, 0.60"]
    markers = [handle.get_marker() for handle in key.legend_handles]
    assert markers == ["o", "^", "s", "None"]
    assert key.get_title().get_text() == "2 seeds each"
    assert "GRU one way 0.59 to 0.61; GRU both ways 0.98 to 1.00" in alt


def test_the_delays_are_drawn_in_the_colour_of_the_gru(shown):
    shares = np.array([[0.6, 0.7], [0.62, 0.68]])
    plots.draw_delays([0, 1], shares, [0.6, 0.72], (1, 0.7))
    (figure, alt) = shown[0]
    first, second, mean, rule, live = map(read_line, figure.axes[0].lines)
    assert first[1:] == ([[-0.12, 0.6], [0.88, 0.7]], COLORS["gru"], "o", "None")
    assert second[1:] == ([[0.12, 0.62], [1.12, 0.68]], COLORS["gru"], "o", "None")
    assert first[0] == "GRU one way, 2 seeds"
    assert mean[:3] == ("their mean", [[0, 0.61], [1, 0.69]], COLORS["gru"])
    wanted = [[0, 0.6], [1, 0.72]], COLORS["bound"], "None", "--"
    assert rule == ("the grammar's rule", *wanted)
    assert live[:4] == ("trained here", [[1, 0.7]], COLORS["data"], "s")
    assert "0.61 at 0, 0.69 at 1" in alt
    assert "rises from 0.60 to 0.72" in alt


def test_the_curves_of_the_rule_say_where_they_are_and_end(shown):
    updates, rows = np.array([200, 400, 800]), np.array([[0.4, 0.8, 0.96], [0.6, 0.94, 1.0]])
    plots.draw_rule_curves(updates, {"1 layer": rows, "2 layers": rows / 2}, chance=1 / 6)
    (figure, alt) = shown[0]
    one, two, chance = map(read_line, figure.axes[0].lines)
    assert one == ("1 layer", [[200, 0.5], [400, 0.87], [800, 0.98]], COLORS["rnn"], "o", "-")
    wanted = [[200, 0.25], [400, 0.435], [800, 0.49]]
    assert two == ("2 layers", wanted, COLORS["accent"], "s", "--")
    assert chance[1:3] == ([[0, 0.166667], [1, 0.166667]], COLORS["bound"])
    bands = [band.get_datalim(figure.axes[0].transData) for band in figure.axes[0].collections]
    assert [(band.y0, band.y1) for band in bands] == [(0.4, 1.0), (0.2, 0.5)]
    assert figure.axes[0].get_xscale() == "log"  # what sets them apart comes early
    assert "log scale" in figure.axes[0].get_xlabel()
    assert "1 layer 0.50, 0.87 and 0.98; 2 layers 0.25, 0.43 and 0.49" in alt
    assert "2 seeds" in figure.axes[1].get_legend().get_title().get_text()
