"""The boxes of the shape explorer: their sides, and the blocks that are lit, read back."""

import numpy as np
import pytest
import torch

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.lectures.recurrent_networks.boxes import (
    PARTS,
    Box,
    draw_shapes,
    find_blocks,
    find_boxes,
    measure,
    name_block,
)
from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes

SIZES = {"T": 7, "B": 2, "D": 3, "H": 5, "layers": 3, "directions": 2}


def test_a_doubling_adds_a_notch_and_a_slice_is_a_slice():
    assert [measure(size, 10.0) for size in (1, 2, 4, 8)] == [10, 20, 30, 40]
    boxes = find_boxes(compute_shapes(**SIZES))
    assert boxes["input"].lengths[0] / 7 == boxes["h_n"].lengths[0] / 6  # a step, a layer
    assert boxes["output"].lengths[2] == 2 * boxes["h_n"].lengths[2]  # two directions
    assert {box.lengths[1] for box in boxes.values()} == {measure(2, 13.0)}


def test_batch_first_swaps_two_sides_of_input_and_output_only():
    plain, swapped = (find_boxes(compute_shapes(**SIZES, batch_first=b)) for b in (False, True))
    for name in ("input", "output"):
        assert plain[name].cells == tuple(np.array(swapped[name].cells)[[1, 0, 2]])
    for name in ("h_0", "h_n"):
        np.testing.assert_array_equal(plain[name].lengths, swapped[name].lengths)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("directions", [1, 2])
def test_what_is_lit_holds_the_same_numbers_by_its_name(batch_first, directions):
    settings = SIZES | {"directions": directions, "batch_first": batch_first}
    shapes = compute_shapes(**settings)
    module = torch.nn.RNN(3, 5, 3, batch_first=batch_first, bidirectional=directions == 2)
    with torch.no_grad():
        results = module(torch.randn((2, 7, 3) if batch_first else (7, 2, 3)))
    tensors = dict(zip(("output", "h_n"), results, strict=True))
    assert len(shapes.same) == directions
    boxes = find_boxes(shapes)
    for same in shapes.same:
        first, second = (eval(name, {}, tensors) for name in name_block(shapes, same))
        assert torch.equal(first, second)
        block, state = find_blocks(shapes, same, boxes)
        time = int(batch_first)
        assert block.cells[time] == state.cells[0] == 1
        assert block.cells[2] == state.cells[2] == 5
        np.testing.assert_allclose(block.lengths[2], state.lengths[2])  # as high as each other
        offset = block.corner - boxes["output"].corner
        step = (offset / [(1, 1), (0.8, 1)][time])[0] / block.lengths[time]
        assert round(step, 9) == same.step


def test_a_block_of_a_box_is_where_its_share_is():
    box = Box(np.array([10.0, 20.0]), (30.0, 40.0, 50.0), (3, 4, 5))
    block = box.cut(0, 2 / 3, 1).cut(2, 0, 0.2)
    np.testing.assert_allclose(block.corner, [30, 20])
    assert block.cells == (1, 4, 1)
    np.testing.assert_allclose(block.lengths, (10, 40, 10))
    front, top, side = block.find_faces()
    np.testing.assert_allclose(front, [[30, 20], [40, 20], [40, 30], [30, 30]])
    np.testing.assert_allclose(top[2], [72, -4])
    np.testing.assert_allclose(side[2], [72, 6])
    assert len(box.find_cell_lines()) == 2 * (2 + 3 + 4)


def test_what_is_drawn_are_the_faces_of_the_boxes():
    figure, axes = new_figure(8, 4.2, ncols=2)
    artists = draw_shapes(compute_shapes(T=1, B=1, D=1, H=1), axes)
    shapes = compute_shapes(**SIZES)
    draw_shapes(shapes, axes, artists)
    boxes = find_boxes(shapes)
    for name, box in boxes.items():
        for kind in ("faces", "edges"):
            drawn = artists[f"{name} {kind}"].get_path().vertices.reshape(3, 5, 2)
            np.testing.assert_allclose(drawn[:, :4], box.find_faces())
        lines = np.reshape(box.find_cell_lines(), (-1, 2, 2))
        drawn = artists[f"{name} cells"].get_path().vertices.reshape(len(lines), -1, 2)
        np.testing.assert_allclose(drawn[:, :2], lines)
        assert artists[f"{name} words"].get_words()[0][2] == f"{name} {box.cells}"
    words = [text for _, _, text in artists["weights words"].get_words()]
    assert {"weight_ih_l0", "weight_hh_l1, l2", "two biases (5,)", "a layer, each way"} <= {*words}
    assert "gray: learned," in words
    key = [text for _, _, text in artists["same words"].get_words()]
    assert key[:2] == ["lit: the same numbers", "forward"]  # what orange is, and what blue
    assert key[4] == "backward"
    weights = artists["weights"].get_path().vertices.reshape(4, 5, 2)
    right, down = np.ptp(weights, axis=1).T
    np.testing.assert_allclose(down, measure(5, 6.0))
    np.testing.assert_allclose(right, [measure(3, 6.0), *[measure(5, 6.0)] * 3] * np.r_[1, 1, 2, 1])
    lit = artists["backward"].get_path().vertices[:30].reshape(2, 3, 5, 2)
    for found, block in zip(lit, find_blocks(shapes, shapes.same[1], boxes), strict=True):
        np.testing.assert_allclose(found[:, :4], block.find_faces())
    assert {artist.get_gid() for artist in artists.values()} == set(PARTS)
    draw_shapes(compute_shapes(T=7, B=2, D=3, H=5), axes, artists)
    assert not artists["backward"].get_visible()
    key = [text for _, _, text in artists["same words"].get_words()]
    assert key == ["lit: the same numbers", "output[-1]", "= h_n[0]"]
    encode_png(figure)
