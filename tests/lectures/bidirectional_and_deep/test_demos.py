"""The demos of lecture 08: the numbers behind the pictures, and the words above them."""

import numpy as np
import pytest
import torch

from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.lectures.bidirectional_and_deep.demos import (
    TEXTS,
    depth_demo,
    prepare_reveal,
    reveal_demo,
)
from rnn_helpers.lectures.bidirectional_and_deep.plots import _ROWS, draw_reveal, draw_unrolled_grid
from rnn_helpers.lectures.bidirectional_and_deep.tagging import Tagger, compute_name_probabilities
from rnn_helpers.lectures.bidirectional_and_deep.teddy import parse_sentence
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import (
    KINDS,
    LAYERS,
    STEPS,
    compute_unrolled_grid,
)
from tests.demo_bar import exercise_demo


@pytest.fixture(scope="module")
def taggers():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return {
            cell: (Tagger(cell=cell), Tagger(cell=cell, bidirectional=True))
            for cell in ("RNN", "GRU")
        }


def set_to(demo, **values):
    with demo.hold_repaint():
        for name, value in values.items():
            demo.controls[name].value = value
    assert demo.error is None
    return demo


def test_the_sentence_demo_stands_a_rough_hand(taggers):
    exercise_demo(lambda: reveal_demo(taggers), moves=150).close()


def test_every_sentence_fits_the_picture():
    assert len(set(TEXTS)) == len(TEXTS)
    for text in TEXTS:
        sentence = parse_sentence(text)
        assert str(sentence) == text
        assert len(sentence) <= _ROWS
    tags = {parse_sentence(text).tags[parse_sentence(text).place] for text in TEXTS}
    assert len(tags) == 2


def test_the_bars_are_what_the_network_says_of_the_words_so_far(taggers):
    demo = set_to(reveal_demo(taggers), revealed=7, text=TEXTS[2], cell="RNN")
    sentence = parse_sentence(TEXTS[2])
    one_way, two_way = (compute_name_probabilities(t, sentence)[6] for t in taggers["RNN"])
    widths = [demo.artists[f"bar {row}"].get_width() for row in range(_ROWS)]
    np.testing.assert_allclose(widths[:7], two_way[:7])
    assert widths[7:] == [0.0] * (_ROWS - 7)
    shares, rows = demo.artists["one way"].get_data()
    np.testing.assert_array_equal(shares, one_way[:7])
    np.testing.assert_array_equal(rows, np.arange(7))
    words = [demo.artists[f"word {row}"].get_text() for row in range(_ROWS)]
    assert words[:7] == list(sentence.words[:7])
    assert words[7 : len(sentence)] == ["· · ·"] * (len(sentence) - 7)
    assert words[len(sentence) :] == [""] * (_ROWS - len(sentence))
    (share,), (row,) = demo.artists["exact"].get_data()
    assert (share, row) == (0.4, sentence.place)
    demo.close()


@pytest.mark.parametrize(
    ("revealed", "words"),
    [
        (3, "3 of 10 words revealed: “Teddy” has not been read yet."),
        (4, "all that the words so far can say is 0.50."),
        (5, "all that the words so far can say is 1.00."),
        (13, "10 of 10 words revealed, “Teddy”: both ways, the GRU gives a name 0."),
    ],
)
def test_what_can_be_known_is_said(taggers, revealed, words):
    demo = set_to(reveal_demo(taggers), revealed=revealed)
    assert words in demo.message
    assert "nan" not in demo.message
    demo.close()


def test_the_grid_on_screen_is_the_grid_computed():
    for kind in KINDS:
        demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
        grid = compute_unrolled_grid(2, 5, kind)
        for (layer, step), needed in np.ndenumerate(grid.needed):
            number = demo.artists[f"round {layer} {step}"]
            assert number.get_visible() == needed
            if needed:
                assert number.get_text() == str(grid.rounds[layer, step])
                assert number.get_position() == (step + 1, layer + 1)
        colors = demo.artists["cells"].get_facecolor().reshape(LAYERS + 1, STEPS, 4)
        gray = np.isclose(colors[..., 0], 0xEF / 255) & np.isclose(colors[..., 2], 0xEF / 255)
        np.testing.assert_array_equal(~gray[0], grid.inputs)
        np.testing.assert_array_equal(~gray[1:], grid.needed)
        assert colors[2, 4, 0] == int(COLORS["lstm"][1:3], 16) / 255
        demo.close()


def test_the_arrows_lead_from_what_is_needed():
    for kind, count in zip(KINDS, (10 + 8, 2 * 8 + 2 * 14, 5 + 4 + 1), strict=True):
        demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
        segments = demo.artists["arrows"].get_segments()
        assert len(segments) == count, kind
        grid = compute_unrolled_grid(2, 5, kind)
        shown = np.vstack([grid.inputs, grid.needed])
        for start, end in segments:
            for column, row in (start, end):
                assert shown[int(row), int(column) - 1]
        demo.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "sees 6 inputs of 8, needs 18 cells, and comes in round 8"),
        ({"kind": KINDS[1]}, "sees 8 inputs of 8, needs 24 cells, and comes in round 22"),
        ({"kind": KINDS[2]}, "sees 6 inputs of 8, needs 8 cells, and comes in round 8"),
        ({"step": 1, "layer": 1}, "sees 1 input of 8, needs 1 cell, and comes in round 1"),
    ],
)
def test_the_wait_is_said(settings, words):
    demo = set_to(depth_demo(), **settings)
    assert words in demo.message
    demo.close()


def test_moving_a_drawing_equals_drawing_anew(taggers):
    compute = prepare_reveal(taggers)
    cases = (
        (draw_reveal, compute(9, TEXTS[0], "GRU"), compute(3, TEXTS[3], "RNN")),
        (draw_unrolled_grid, compute_unrolled_grid(4, 8), compute_unrolled_grid(2, 3, KINDS[1])),
    )
    for draw, first, second in cases:
        pictures = []
        for start in (first, second):
            figure, axes = new_figure(8, 4.6)
            artists = draw(start, axes)
            assert draw(second, axes, artists) is artists
            pictures.append(encode_png(figure))
        assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("step", 9), ("layer", 0), ("kind", "upwards")],
)
def test_a_wrong_setting_of_the_depth_is_called_what_the_caller_calls_it(name, wrong):
    with pytest.raises(ValueError, match=f"^{name} must be .*, got {wrong!r}$"):
        depth_demo(**{name: wrong})


@pytest.mark.parametrize(("name", "wrong"), [("revealed", 14), ("text", "Hello."), ("cell", "MLP")])
def test_a_wrong_setting_of_the_sentence_is_called_what_the_caller_calls_it(taggers, name, wrong):
    with pytest.raises(ValueError, match=f"^{name} must be .*, got {wrong!r}$"):
        reveal_demo(taggers, **{name: wrong})


def test_no_network_is_refused():
    with pytest.raises(ValueError, match="taggers must hold at least one pair"):
        reveal_demo({})
