"""The demos of lecture 08: the numbers behind the pictures, and the words above them."""

import numpy as np
import pytest
import torch

from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.lectures.bidirectional_and_deep.demos import depth_demo, reveal_demo
from rnn_helpers.lectures.bidirectional_and_deep.plots import draw_reveal, draw_unrolled_grid
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LONGEST, TEXTS, prepare_reveal
from rnn_helpers.lectures.bidirectional_and_deep.tagging import Tagger, compute_name_probabilities
from rnn_helpers.lectures.bidirectional_and_deep.teddy import parse_sentence
from rnn_helpers.lectures.bidirectional_and_deep.unrolled import KINDS, compute_unrolled_grid
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
    sentences = [parse_sentence(text) for text in TEXTS]
    assert tuple(map(str, sentences)) == TEXTS
    assert len(set(TEXTS)) == len(TEXTS)
    assert max(map(len, sentences)) <= LONGEST
    assert len({sentence.tags[sentence.place] for sentence in sentences}) == 2


def test_the_bars_are_what_the_network_says_of_the_words_so_far(taggers):
    demo = set_to(reveal_demo(taggers), revealed=7, text=TEXTS[2], cell="RNN")
    sentence = parse_sentence(TEXTS[2])
    one_way, two_way = (compute_name_probabilities(t, sentence)[6] for t in taggers["RNN"])
    widths = demo.artists["bars"].get_data().values
    np.testing.assert_array_equal(widths[:13:2], two_way[:7])
    assert np.isnan(widths[1::2]).all()
    assert np.isnan(widths[13:]).all()  # nothing is drawn of what is hidden
    shares, rows = demo.artists["one way"].get_data()
    np.testing.assert_array_equal(shares, one_way[:7])
    np.testing.assert_array_equal(rows, np.arange(7))
    words = [demo.artists[f"word {row}"].get_text() for row in range(LONGEST)]
    T = len(sentence)
    assert words == [*sentence.words[:7], *["· · ·"] * (T - 7), *[""] * (LONGEST - T)]
    (share,), (row,) = demo.artists["exact"].get_data()
    assert (share, row) == (0.4, sentence.place)
    demo.close()


def test_what_can_be_known_is_said(taggers):
    demo = reveal_demo(taggers)
    for revealed, words in (
        (3, "3 of 10 words revealed: “Teddy” has not been read yet."),
        (4, "all that the words so far can say is 0.50."),
        (5, "all that the words so far can say is 1.00."),
        (13, "10 of 10 words revealed, “Teddy”: both ways, the GRU gives a name 0."),
    ):
        assert words in set_to(demo, revealed=revealed).message
        assert "nan" not in demo.message
    demo.close()


@pytest.mark.parametrize(
    ("kind", "arrows"), list(zip(KINDS, (10 + 8, 2 * 8 + 2 * 14, 5 + 4 + 1), strict=True))
)
def test_the_grid_on_screen_is_the_grid_computed(kind, arrows):
    demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
    grid = compute_unrolled_grid(2, 5, kind)
    for (layer, step), needed in np.ndenumerate(grid.needed):
        number = demo.artists[f"round {layer} {step}"]
        assert number.get_visible() == needed
        if needed:
            assert number.get_text() == str(grid.rounds[layer, step])
            assert number.get_position() == (step + 1, layer + 1)
    colors = demo.artists["cells"].get_facecolor().reshape(5, 8, 4)
    gray = np.isclose(colors[..., 0], 0xEF / 255) & np.isclose(colors[..., 2], 0xEF / 255)
    shown = np.vstack([grid.inputs, grid.needed])
    np.testing.assert_array_equal(~gray, shown)
    assert colors[2, 4, 0] == int(COLORS["lstm"][1:3], 16) / 255
    ends = np.array(demo.artists["arrows"].get_segments()).astype(int)
    assert len(ends) == arrows
    assert shown[ends[..., 1], ends[..., 0] - 1].all()  # they lead from what is needed
    demo.close()


def test_the_wait_is_said():
    demo = depth_demo()
    for settings, words in (
        ({}, "sees 6 inputs of 8, needs 18 cells, and comes in round 8"),
        ({"kind": KINDS[1]}, "sees 8 inputs of 8, needs 24 cells, and comes in round 22"),
        ({"kind": KINDS[2]}, "sees 6 inputs of 8, needs 8 cells, and comes in round 8"),
        ({"step": 1, "layer": 1}, "sees 1 input of 8, needs 1 cell, and comes in round 1"),
    ):
        assert words in set_to(demo, **settings).message
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


@pytest.mark.parametrize(("call", "message"), [
    *((lambda both, setting=setting: prepare_reveal(both)(*setting), message)
      for setting, message in (
          ((0, TEXTS[0], "GRU"), "revealed must be an integer of at least 1, got 0"),
          ((-1, TEXTS[0], "GRU"), "revealed must be an integer of at least 1, got -1"),
          ((3, "He said, Teddy.", "GRU"), "text must be one of"),
          ((3, TEXTS[0], "LSTM"), "cell must be one of 'RNN', 'GRU', got 'LSTM'"))),
    (lambda _: depth_demo(step=9), "^step must be .*, got 9$"),
    (lambda _: depth_demo(layer=0), "^layer must be .*, got 0$"),
    (lambda _: depth_demo(kind="upwards"), "^kind must be .*, got 'upwards'$"),
    (lambda both: reveal_demo(both, revealed=14), "^revealed must be .*, got 14$"),
    (lambda both: reveal_demo(both, text="Hello."), "^text must be .*, got 'Hello.'$"),
    (lambda both: reveal_demo(both, cell="MLP"), "^cell must be .*, got 'MLP'$"),
    (lambda _: reveal_demo({}), "taggers must hold at least one pair"),
    (lambda _: draw_unrolled_grid(compute_unrolled_grid(2, 3, layers=2), new_figure()[1]),
     r"grid must have 4 layers of 8, got \(2, 8\)"),
])  # fmt: skip
def test_what_is_wrong_is_said(taggers, call, message):
    with pytest.raises(ValueError, match=message):
        call(taggers)
