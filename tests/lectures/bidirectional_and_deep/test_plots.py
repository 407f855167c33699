"""The pictures of lecture 08 that do not move: what they say of the numbers that they draw."""

import numpy as np
import pytest

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


def test_the_two_passes_run_opposite_ways(shown):
    plots.draw_two_ways(("a", "b", "c"))
    (figure, alt) = shown[0]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"a", "b", "c", "tag 1", "tag 3", "→h$_1$", "←h$_3$"} <= {*texts}
    assert "read one word" in alt


def test_a_cell_has_its_colour_and_the_live_run_a_ring(shown):
    shares = {("GRU", "one way"): [0.59, 0.61], ("GRU", "both ways"): [0.98, 1.0]}
    plots.draw_taggers(shares, {("GRU", "one way"): 0.6}, 0.6)
    (figure, alt) = shown[0]
    one_way, ring, both, bound = figure.axes[0].lines
    assert one_way.get_color() == both.get_color() == COLORS["gru"]
    assert (one_way.get_marker(), both.get_marker()) == ("o", "^")
    assert list(ring.get_ydata()) == [0.6]
    assert set(bound.get_ydata()) == {0.6}
    assert "GRU one way 0.59 to 0.61; GRU both ways 0.98 to 1.00" in alt


def test_the_delays_are_drawn_in_the_colour_of_the_gru(shown):
    shares = np.array([[0.6, 0.7], [0.62, 0.68]])
    plots.draw_delays([0, 1], shares, [0.6, 0.7], (1, 0.69))
    (figure, alt) = shown[0]
    lines = figure.axes[0].lines
    assert {line.get_color() for line in lines[:3]} == {COLORS["gru"]}
    np.testing.assert_allclose(lines[2].get_ydata(), [0.61, 0.69])
    assert list(lines[-1].get_ydata()) == [0.69]
    assert "0.61 at 0, 0.69 at 1" in alt


def test_the_curves_of_the_rule_say_where_they_are_and_end(shown):
    updates, rows = np.array([200, 400, 800]), np.array([[0.4, 0.8, 1.0], [0.6, 0.9, 1.0]])
    plots.draw_rule_curves(updates, {"1 layer": rows, "2 layers": rows / 2}, chance=1 / 6)
    (figure, alt) = shown[0]
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), [0.5, 0.85, 1.0])
    assert "1 layer 0.50, 0.85 and 1.00; 2 layers 0.25, 0.42 and 0.50" in alt
    assert "2 seeds" in figure.axes[0].get_title(loc="left")
