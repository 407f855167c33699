"""The pieces of a figure: each holds its panel, and says where its y axis is labelled."""

import numpy as np
import pytest
from matplotlib.text import Text

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.display.pieces import find_pieces


def find(figure):
    encode_png(figure, dpi=150)  # lays it out
    return find_pieces(figure, dpi=150)


def holds(piece, axes):
    """Whether a piece holds the whole frame of some axes, in a picture with 150 dpi."""
    left, top, right, bottom = piece["box"]
    frame = axes.get_position().extents * np.tile(axes.figure.get_size_inches() * 150, 2)
    height = axes.figure.get_figheight() * 150
    return (
        left <= frame[0] and frame[2] <= right
        and top <= height - frame[3] and height - frame[1] <= bottom
    )  # fmt: skip


@pytest.mark.parametrize("rows", [1, 2])
def test_a_figure_of_one_column_stays_whole(rows):
    figure, axes = new_figure(8, 4, nrows=rows)
    mesh = np.ravel(axes)[0].pcolormesh(np.eye(3))
    figure.colorbar(mesh, ax=np.ravel(axes)[0])
    assert find(figure) == []


def test_each_panel_is_a_piece_in_the_order_to_read_them():
    figure, axes = new_figure(9, 6, nrows=2, ncols=2)
    for panel in axes.flat:
        panel.set(xlabel="x", ylabel="y", title="title")
    pieces = find(figure)
    assert [[holds(piece, panel) for panel in axes.flat] for piece in pieces] == np.eye(4).tolist()
    assert all(set(piece) == {"box"} for piece in pieces)


def test_a_panel_without_labels_of_its_own_says_where_they_stand():
    figure, axes = new_figure(9, 6, nrows=2, ncols=3, sharey="row")
    for panel in axes.flat:
        panel.set(xlabel="x", aspect="equal")  # places that are equal but for rounding
    for panel in axes[:, 0]:
        panel.set(ylabel="y")
    pieces = find(figure)
    spines = [round(panel.get_position().x0 * 9 * 150) for panel in axes.flat]
    for number, piece in enumerate(pieces):
        if number in (0, 3):
            assert "axis" not in piece
            continue
        left, spine, own = piece["axis"]
        first = 3 * (number // 3)
        assert abs(spine - spines[first]) <= 1
        assert abs(own - spines[number]) <= 1
        assert pieces[first]["box"][0] <= left < spine - 30  # the label, and the numbers


def test_a_colour_bar_goes_with_its_panel_and_one_of_several_alone():
    figure, (left, right) = new_figure(9, 3, ncols=2)
    bar = figure.colorbar(left.pcolormesh(np.eye(3)), ax=left).ax
    pieces = find(figure)
    assert [[holds(piece, axes) for axes in (left, right, bar)] for piece in pieces] == [
        [True, False, True],
        [False, True, False],
    ]
    figure, axes = new_figure(9, 6, nrows=2, ncols=2)
    bar = figure.colorbar(axes[0, 0].pcolormesh(np.eye(3)), ax=axes, shrink=0.6).ax
    pieces = find(figure)
    assert [holds(piece, bar) for piece in pieces] == [False] * 4 + [True]
    assert not any(holds(pieces[-1], panel) for panel in axes.flat)


def test_the_title_is_the_first_piece_and_each_entry_of_the_legend_one_of_the_last():
    figure, (left, right) = new_figure(9, 4, ncols=2)
    left.plot([0, 1], label="first")
    left.plot([1, 0], label="the second of them")
    figure.suptitle("title")
    figure.legend(title="medians", loc="outside lower center", ncols=2)
    title, one, two, name, *entries = (piece["box"] for piece in find(figure))
    assert holds({"box": one}, left)
    assert holds({"box": two}, right)
    assert title[3] < one[1] + 10
    assert name[1] > one[3] - 10
    assert name[3] <= entries[0][1] + 10
    assert entries[0][2] < entries[1][0] + 10
    widths = [right - left for left, _, right, _ in entries]
    assert len(entries) == 2
    assert 60 < widths[0] < widths[1] < 300  # the line and its words


def test_a_long_title_is_cut_between_two_words():
    figure, axes = new_figure(9, 3, ncols=2)
    title = figure.suptitle(
        "one two three four five six seven eight nine ten eleven twelve thirteen"
    )
    boxes = [piece["box"] for piece in find(figure)]
    lines = boxes[: -len(axes)]
    figure.dpi = 150
    whole = title.get_window_extent()
    assert len(lines) == 2
    assert max(right - left for left, _, right, _ in lines) <= 4.2 * 150 + 8
    assert abs(lines[0][0] + 4 - whole.x0) <= 1
    assert abs(lines[1][2] - 4 - whole.x1) <= 1
    assert -8 <= lines[1][0] - lines[0][2] <= 4  # what is between them is a space


def test_a_drawing_is_cut_where_it_says_and_its_words_are_whole():
    figure, axes = new_figure(9, 3)
    diagram = Diagram(axes, 9, 3.5)
    for x in range(1, 9):
        diagram.text("number", x, 1, f"{x}")
    diagram.text("more", 8.95, 1, "more", ha="left")  # beyond the axes
    axes.set_title("A drawing", loc="left")
    encode_png(figure, dpi=150)
    title, *strips = (piece["box"] for piece in find_pieces(figure, dpi=150, breaks=[3.5, 6.5]))
    assert len(strips) == 3
    assert {top for _, top, _, _ in strips} == {strips[0][1]}
    assert title[3] - 8 <= strips[0][1]  # nothing of the title in them
    places = axes.transData.transform([(3.5, 0), (6.5, 0)])[:, 0] * 1.5
    np.testing.assert_allclose([strips[0][2], strips[1][2]], places + 4, atol=1)
    np.testing.assert_allclose([strips[1][0], strips[2][0]], places - 4, atol=1)
    (more,) = (text for text in axes.findobj(Text) if text.get_text() == "more")
    figure.dpi = 150
    assert strips[2][2] >= more.get_window_extent().x1
    assert find_pieces(figure, dpi=150) == []
