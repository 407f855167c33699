"""Handles: the places of a picture that stand for settings, as a page counts them."""

import re

import numpy as np
import pytest

from rnn_helpers.display.figures import new_figure
from rnn_helpers.display.handles import Handle, find_handles
from rnn_helpers.display.live import live, slider
from rnn_helpers.display.recording import UNITS, record


def test_a_point_is_where_the_picture_draws_what_is_there():
    figure, (left, right) = new_figure(8, 4, ncols=2, dpi=100)
    right.set(xlim=(0, 10), ylim=(1, 100), yscale="log")
    x, y = [1, 4, 7], [3, 30, 50]
    (line,) = right.plot(x, y)
    Handle(right, [{"k": k} for k in x], x=x, y=y)
    figure.get_layout_engine().execute(figure)
    (handle,) = find_handles(figure, {"k": list(range(10))})
    ((_, (path,)),) = record(figure, [line])
    moves = re.findall(r"-?\d+", path)  # the first point, then from each to the next
    drawn = np.cumsum(np.array(moves, dtype=int).reshape(-1, 2), axis=0)
    assert np.abs(drawn - handle["points"]).max() <= 1
    start, top, width, height = np.array(handle["region"]) / UNITS
    assert left.bbox.x1 < start < start + width < 800
    assert 0 < top < top + height < 400
    assert handle["sets"] == [[[0, 1]], [[0, 4]], [[0, 7]]]


def test_along_one_axis_the_other_does_not_count():
    figure, axes = new_figure(4, 4, dpi=100)
    Handle(axes, [{"row": 0}, {"row": 1}], y=[0.25, 0.75])
    Handle(axes, [{"column": 0}], x=[0.5])
    rows, columns = (h["points"] for h in find_handles(figure, {"row": [0, 1], "column": [0]}))
    assert [x for x, _ in rows] == [None, None]
    assert rows[0][1] > rows[1][1]  # a page counts downwards
    assert columns[0][1] is None


def test_a_press_counts_within_what_is_given():
    figure, axes = new_figure(4, 4, dpi=100)
    axes.set(xlim=(0, 10), ylim=(10, 0))  # downwards
    Handle(axes, [{"k": 0}, {"k": 1}], x=[3, 7], within=((2, 8), (1, 5)))
    (handle,) = find_handles(figure, {"k": [0, 1]})
    left, top, width, height = np.array(handle["region"]) / UNITS
    corners = axes.transData.transform([(2, 1), (8, 5)])
    np.testing.assert_allclose([left, left + width], corners[:, 0], atol=0.2)
    np.testing.assert_allclose([top, top + height], 400 - corners[:, 1], atol=0.2)


def test_a_number_that_the_page_lacks_is_the_nearest_that_it_has():
    figure, axes = new_figure(4, 4, dpi=100)
    Handle(axes, [{"w": w, "kind": "b"} for w in (-9.0, 0.26, 9.0)], x=[0, 1, 2])
    (handle,) = find_handles(figure, {"kind": ["a", "b"], "w": [0.0, 0.25, 0.5]})
    assert handle["sets"] == [[[1, place], [0, 1]] for place in (0, 1, 2)]


@pytest.mark.parametrize("places", [{}, {"x": [1]}, {"x": [1, 2], "y": [1]}])
def test_every_setting_has_a_place(places):
    _, axes = new_figure(4, 4)
    with pytest.raises(ValueError, match="x or y must place each of 2 settings"):
        Handle(axes, [{"k": 1}, {"k": 2}], **places)


def test_a_handle_of_no_control_is_told_by_its_name():
    def draw(value, axes, artists=None):
        Handle(axes, [{"speed": 1}], x=[0])
        return {}

    with pytest.raises(ValueError, match=r"the handle's argument must be one of.*speed"):
        live(lambda k: k, draw, {"k": slider("k", 0, 5, 1, 2)}, str)
