"""The drawn networks: their numbers read back, and what is read and written where."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.text import Text

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.lectures.recurrent_networks import networks


@pytest.fixture
def shown(monkeypatch):
    """What was shown: a list of (figure, alternative text, places where it may be cut)."""
    kept = []

    def show(figure, *, alt, breaks):
        kept.append((figure, alt, breaks))

    monkeypatch.setattr(networks, "show", show)
    return kept


def find_cut(figure, places):
    """The parts of a drawing, other than lines, that a cut at these places goes through."""
    encode_png(figure)
    axes = figure.axes[0]
    (diagram,) = axes.findobj(Diagram)
    for artist in diagram.get_children():
        if isinstance(artist, Text | FancyBboxPatch | Circle | Rectangle):
            box = artist.get_window_extent().transformed(axes.transData.inverted())
            if any(box.x0 - 0.03 < place < box.x1 + 0.03 for place in places):
                yield artist.get_gid()


def test_the_unrolled_network_shows_the_numbers_of_the_unit():
    states = [0.0]
    for x in (1.0, 0.0, 0.0):
        states.append(np.tanh(0.5 * x + 0.8 * states[-1]))
    np.testing.assert_allclose(networks.compute_states(), states)
    _, axes = new_figure(9.6, 3.2)
    drawn = networks.draw_unrolled(axes).read()
    assert set(drawn) == {
        *(f"{name}{t}" for name in ("x", "W_xh x", "a", "h", "y") for t in (1, 2, 3)),
        *(f"W_hh h{t}" for t in (0, 1, 2)), "h0", "b_h", "open",
    }  # fmt: skip
    assert drawn["b_h"] == [0.0] * 3
    for t, h in enumerate(states):
        np.testing.assert_allclose(drawn[f"h{t}"], h, atol=5e-4)  # each line, and the number
    for t, x in enumerate((1.0, 0.0, 0.0), start=1):
        np.testing.assert_allclose(drawn[f"x{t}"], x, rtol=1e-9)
        np.testing.assert_allclose(drawn[f"W_xh x{t}"], 0.5 * x, rtol=1e-9)
        np.testing.assert_allclose(drawn[f"W_hh h{t - 1}"], 0.8 * states[t - 1], rtol=1e-9)
        np.testing.assert_allclose(np.tanh(drawn[f"a{t}"]), states[t], rtol=1e-9)
        np.testing.assert_allclose(drawn[f"y{t}"], states[t], rtol=1e-9)
    assert len(drawn["h1"]) == 5  # three lines, the number, and what the next copy takes in


def test_the_network_has_the_names_of_the_lecture(shown):
    networks.draw_network()
    figure, said, breaks = shown[0]
    assert list(find_cut(figure, breaks)) == []
    assert "tanh" in find_cut(figure, [breaks[1] - 0.8])
    (diagram,) = (each for each in figure.axes[0].get_children() if isinstance(each, Diagram))
    parts = {artist.get_gid() for artist in diagram.get_children()}
    assert {"W_xh", "W_hh", "W_hy", "b_h", "tanh", "h_0", "h_3", "x_1", "y_3", "loop"} <= parts
    assert "h_1 = 0.462, h_2 = 0.354" in said


def test_each_task_reads_and_writes_where_it_says(shown):
    networks.draw_task_shapes()
    figure, said, breaks = shown[0]
    assert list(find_cut(figure, breaks)) == []
    (diagram,) = (each for each in figure.axes[0].get_children() if isinstance(each, Diagram))
    texts = [each for each in diagram.get_children() if hasattr(each, "get_text")]
    places = {
        kind: sorted(text.get_position()[0] for text in texts if text.get_text()[:1] == kind)
        for kind in "xy"
    }
    boxes = [each for each in diagram.get_children() if isinstance(each, FancyBboxPatch)]
    steps = iter(sorted(box.get_x() + box.get_width() / 2 for box in boxes))
    for name, (reads, writes) in networks.SHAPES.items():  # from left to right
        chain = [next(steps) for _ in range(max(*reads, *writes))]
        for kind, wanted in zip("xy", (reads, writes), strict=True):
            found = [places[kind].pop(0) for _ in wanted]
            np.testing.assert_allclose(found, [chain[t - 1] for t in wanted], err_msg=name)
    reads = sum(len(reads) for reads, _ in networks.SHAPES.values())
    writes = sum(len(writes) for _, writes in networks.SHAPES.values())
    assert sum(text.get_text().startswith("x") for text in texts) == reads == 10
    assert sum(text.get_text().startswith("y") for text in texts) == writes == 11
    assert "many to many, unequal: reads at steps 1, 2, writes at steps 3, 4, 5." in said


def test_the_signs_of_all_drawings_stand_below_the_network(shown):
    networks.draw_network()
    figure, said, _ = shown[0]
    (diagram,) = figure.axes[0].findobj(Diagram)
    signs = [each for each in diagram.get_children() if each.get_gid() == "key"]
    words = {each.get_text() for each in signs if isinstance(each, Text)} - {""}
    assert words == {
        "learned", "number by number", "forks: copied", "valve: clear is open, filled is shut",
        "wider: larger", "negative", "0", "gradient", "pale: not spoken of",
    }  # fmt: skip
    filled = [each for each in signs if isinstance(each, FancyBboxPatch)]
    assert [each.get_facecolor() for each in filled] == [to_rgba(COLORS["shade"])]
    edges = [to_rgba(COLORS[name]) for name in ("negative", "accent")]
    for edge in edges:  # as the drawings of the later lectures have them
        assert any(each.get_edgecolor() == edge for each in signs if isinstance(each, PathPatch))
    assert "a dashed one a negative number" in said
