"""What is written beside the drawings of lecture 02: letters, numbers, titles, the choices."""

import numpy as np
import pytest

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.recurrent_networks import networks, plots
from rnn_helpers.lectures.recurrent_networks.boxes import Box, draw_shapes, find_boxes
from rnn_helpers.lectures.recurrent_networks.demos import shape_demo
from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes


@pytest.mark.parametrize("batch_first", [False, True])
def test_each_side_of_a_box_has_the_letter_of_its_axis(batch_first):
    figure, axes = new_figure(8, 4.2, ncols=2)
    shapes = compute_shapes(T=7, B=2, D=3, H=5, layers=2, directions=2, batch_first=batch_first)
    artists = draw_shapes(shapes, axes)
    first, second = ("B", "T") if batch_first else ("T", "B")
    stacked = "layers·directions"
    letters = {
        "input": (first, second, "D"), "output": (first, second, "2·H"),
        "h_0": (stacked, "B", "H"), "h_n": (stacked, "B", "H"),
    }  # fmt: skip
    for name, box in find_boxes(shapes).items():
        _, right, back, down = artists[f"{name} words"].get_words()
        assert (right[2], back[2], down[2]) == letters[name]
        x, y = box.corner
        assert right[1] > y + box.lengths[2]  # below the front
        assert back[0] > x + box.lengths[0]  # beside the side that goes back
        assert down[0] < x
        assert y < down[1] < y + box.lengths[2] + 4
    figure.clear()


def test_the_lines_between_numbers_are_as_far_apart_as_the_numbers():
    box = Box(np.array([10.0, 20.0]), (30.0, 40.0, 50.0), (3, 4, 5))
    starts = np.array([start for start, _ in box.find_cell_lines()])
    np.testing.assert_allclose(starts[:4:2], [[20, 20], [30, 20]])  # to the right
    back = 40 * np.array([0.8, -0.6])
    np.testing.assert_allclose(starts[4:10:2], [[10, 20] + k / 4 * back for k in (1, 2, 3)])
    np.testing.assert_allclose(starts[10::2, 1], [30, 40, 50, 60])  # down


def test_each_choice_of_layers_is_what_it_is_called():
    demo = shape_demo()
    called = dict(demo.controls["stack"].options)
    assert called == {
        f"{layers}, {ways}": (layers, directions)
        for directions, ways in ((1, "one way"), (2, "both ways")) for layers in (1, 2, 3)
    }  # fmt: skip
    demo.close()


def test_two_shapes_are_titled_by_their_own_settings(monkeypatch):
    kept = {}
    monkeypatch.setattr(plots, "show", lambda figure, *, alt: kept.update(figure=figure))
    settings = [{"layers": 2, "directions": 1}, {"layers": 1, "directions": 2, "batch_first": True}]
    plots.draw_two_shapes([compute_shapes(T=7, B=2, D=3, H=5, **each) for each in settings])
    assert [axes.get_title(loc="left") for axes in kept["figure"].axes] == [
        "layers 2, directions 1, batch_first=False", "layers 1, directions 2, batch_first=True"
    ]  # fmt: skip


def test_what_is_written_is_counted_from_the_first_that_is_written(monkeypatch):
    kept = {}
    monkeypatch.setattr(networks, "show", lambda figure, **said: kept.update(figure=figure))
    networks.draw_task_shapes()
    (diagram,) = (
        each for each in kept["figure"].axes[0].get_children() if isinstance(each, Diagram)
    )
    texts = sorted(
        (text.get_position()[0], text.get_text()) for text in diagram.get_children()
        if hasattr(text, "get_text")
    )  # fmt: skip
    for letter, last in {"x": ["x₁", "x₂"], "y": ["y₁", "y₂", "y₃"]}.items():
        assert [text for _, text in texts if text.startswith(letter)][-len(last) :] == last
    many_to_one = [text for _, text in texts if text.startswith("y")][1]
    assert many_to_one == "y"  # one number needs no index
