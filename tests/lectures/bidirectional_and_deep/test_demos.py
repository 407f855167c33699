"""The demos of lecture 08: the numbers behind the pictures, and the words above them."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.text import Text

from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.lectures.bidirectional_and_deep import plots
from rnn_helpers.lectures.bidirectional_and_deep.demos import LABELS, depth_demo, reveal_demo
from rnn_helpers.lectures.bidirectional_and_deep.plots import draw_depth, draw_reveal
from rnn_helpers.lectures.bidirectional_and_deep.reach import compute_reach
from rnn_helpers.lectures.bidirectional_and_deep.reveal import LENGTH, TEXTS, prepare_reveal
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
    assert len(set(TEXTS)) == len(TEXTS) == len(set(LABELS))
    for label, text in zip(LABELS, TEXTS, strict=True):
        assert all(word in text for word in label.split() if word != "…")
    assert {*map(len, sentences)} == {LENGTH}  # the slider ends where each of them does
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
    words = [demo.artists[f"word {row}"].get_text() for row in range(LENGTH)]
    assert words == [*sentence.words[:7], *["· · ·"] * (LENGTH - 7)]
    (share,), (row,) = demo.artists["exact"].get_data()
    assert (share, row) == (0.4, sentence.place)
    demo.close()


@pytest.mark.parametrize("width", [8, 4.2])
def test_the_key_lies_below_all_that_is_drawn(taggers, width):
    figure, axes = new_figure(width, 4.6 if width == 8 else 3.6)
    draw_reveal(prepare_reveal(taggers)(12, TEXTS[0], "GRU"), axes)
    encode_png(figure)
    key, label = axes.get_legend().get_window_extent(), axes.xaxis.label.get_window_extent()
    assert key.y1 <= label.y0 < axes.bbox.y0
    assert figure.bbox.x0 <= key.x0
    assert key.x1 <= figure.bbox.x1
    assert figure.bbox.y0 <= key.y0


def test_the_word_in_question_alone_is_bold(taggers):
    demo = reveal_demo(taggers)
    for text in TEXTS:
        sentence = parse_sentence(set_to(demo, text=text).controls["text"].value)
        weights = [demo.artists[f"word {row}"].get_fontweight() for row in range(LENGTH)]
        assert [row for row, weight in enumerate(weights) if weight == "bold"] == [sentence.place]
    demo.close()


def test_each_number_is_said_of_the_network_that_gives_it(taggers):
    demo = set_to(reveal_demo(taggers), revealed=7, text=TEXTS[2], cell="RNN")
    sentence = parse_sentence(TEXTS[2])
    one, two = (compute_name_probabilities(t, sentence)[6, sentence.place] for t in taggers["RNN"])
    assert f"{one:.2f}" != f"{two:.2f}"
    assert f"both ways, the RNN gives a name {two:.2f}; left to right, {one:.2f}; " in demo.message
    demo.close()


def test_a_part_of_the_sentence_demo_is_the_curve_that_its_name_says(taggers):
    demo = reveal_demo(taggers)
    drawn = {"bars": "both ways", "one way": "left to right", "exact": "all that can be known"}
    assert list(plots.REVEAL_PARTS) == [drawn[name] for name in ("one way", "bars", "exact")]
    for name, part in drawn.items():
        assert demo.artists[name].get_gid() == demo.artists[name].get_label() == part
    assert "reads one way" in plots.REVEAL_PARTS["left to right"]
    assert "from both ends" in plots.REVEAL_PARTS["both ways"]
    assert "by the grammar" in plots.REVEAL_PARTS["all that can be known"]
    demo.close()


def test_what_can_be_known_is_said(taggers):
    demo = reveal_demo(taggers)
    for revealed, words in (
        (5, "5 of 12 words revealed: “Teddy” has not been read yet."),
        (6, "all that the words so far can say is 0.50."),
        (7, "all that the words so far can say is 1.00."),
        (LENGTH, "All 12 words revealed, “Teddy”: both ways, the GRU gives"),
    ):
        assert words in set_to(demo, revealed=revealed).message
        assert "nan" not in demo.message
    demo.close()


@pytest.mark.parametrize(
    ("kind", "arrows"), list(zip(KINDS, (10 + 8, 2 * 7 + 7 + 8 + 8, 5 + 4 + 1), strict=True))
)
def test_the_grid_on_screen_is_the_grid_computed(kind, arrows):
    demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
    reach, grid = compute_reach(5, 2, kind), compute_unrolled_grid(2, 5, kind)
    for (layer, step), needed in np.ndenumerate(grid.needed):
        number = demo.artists[f"round {layer} {step}"]
        assert number.get_visible() == needed
        if needed:
            assert number.get_text() == str(grid.rounds[layer, step])
            x, y = number.get_position()
            assert (x, round(y)) == (step + 1, layer + 1)
    mesh = demo.artists["shares"].get_array().filled(np.nan).reshape(5, 10, 8, 9)
    both = kind == "both ways"
    np.testing.assert_array_equal(mesh[1:, 3, :, 4], reach.cells[0])
    np.testing.assert_array_equal(mesh[1:, 6, :, 4], reach.cells[int(both)])
    np.testing.assert_array_equal(mesh[0, 3, :, 4], reach.inputs)
    assert np.isnan(mesh[:, :, :, [0, 1, 7, 8]]).all()  # cells stand apart
    np.testing.assert_array_equal(np.isfinite(reach.cells).any(axis=0), grid.needed)
    assert demo.artists["chosen"].get_xy() == pytest.approx((5 - 2.5 / 9, 2 - 0.3))
    for name in ("forward", "backward"):
        assert len(demo.artists[name].get_path().vertices) == 8 * arrows
    demo.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_arrows_lead_to_what_waits_and_the_gradient_back(kind):
    demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
    reach, found = compute_reach(5, 2, kind), {}
    for name in ("forward", "backward"):
        corners = demo.artists[name].get_path().vertices.reshape(-1, 8, 2)
        found[name] = [(c[[0, 5]].mean(axis=0), c[3]) for c in corners]  # tail, tip
        for tail, tip in found[name]:
            ahead = (tip - tail) * (1 if name == "forward" else -1)
            if abs(ahead[1]) > abs(ahead[0]):
                assert ahead[1] > 0  # up to the layer above
                continue
            row, column = round(tail[1]) - 1, (round(tail[0]), round(tip[0]))
            # of the halves of a pair, the upper one is read from the right
            upper = kind == "both ways" and (tail[1] + tip[1]) / 2 > row + 1
            assert (ahead[0] < 0) == upper
            end = column[1] if name == "forward" else column[0]  # where the gradient begins
            assert np.isfinite(reach.sideways[int(upper), row, end - 1])
    assert len(found["forward"]) == len(found["backward"])
    demo.close()


def test_the_parts_of_the_grid_have_their_own_colours():
    demo = depth_demo()
    looks = {
        name: (demo.artists[name].get_gid(), to_hex(demo.artists[name].get_facecolor()).upper())
        for name in ("forward", "backward")
    }
    assert looks == {
        "forward": ("waits for", COLORS["data"]), "backward": ("gradient", COLORS["accent"])
    }  # fmt: skip
    assert demo.artists["chosen"].get_gid() == "state"
    title = demo.figure.axes[0].get_title(loc="left")
    assert title == "Orange arrows are the gradient; the others build the state, round by round"
    forward, backward = (
        np.ptp(demo.artists[name].get_path().vertices.reshape(-1, 8, 2)[:, [0, 6]], axis=1).max()
        for name in ("forward", "backward")
    )
    assert forward < backward
    demo.close()


def test_an_arrow_points_ahead_and_is_as_wide_as_its_number():
    starts, ends = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    path = plots._make_arrows(starts, ends, np.array([1.0, 2.0]), (40, 40))
    across, down = 40 * path.vertices.reshape(2, 8, 2)
    assert across[:, 0].max() == across[3, 0] < 40  # the tip
    assert down[:, 1].min() == down[3, 1] > 0
    assert abs(across[0, 1] - across[6, 1]) == pytest.approx(2.0)  # the shafts
    assert abs(down[0, 0] - down[6, 0]) == pytest.approx(4.0)
    assert (across[:, 1] < 0.5).all()  # to its own right
    assert (down[:, 0] < 40.5).all()


def test_the_rounds_on_screen_stand_in_the_half_that_is_needed():
    demo = set_to(depth_demo(), step=5, layer=2, kind="both ways")
    heights = [demo.artists[f"round 1 {step}"].get_position()[1] for step in range(8)]
    np.testing.assert_allclose(heights, [1.85] * 4 + [2.0] + [2.15] * 3)
    demo.close()


def test_the_wait_is_said():
    demo = depth_demo()
    for settings, words in (
        ({}, "sees 6 inputs of 8, needs 18 cells, and comes in round 8 at the earliest."),
        ({"kind": KINDS[1]}, "sees 8 inputs of 8, needs 24 cells, and comes in round 22"),
        ({"kind": KINDS[2]}, "sees 6 inputs of 8, needs 8 cells, and comes in round 8"),
        ({"step": 1, "layer": 1}, "sees 1 input of 8, needs 1 cell, and comes in round 1"),
    ):
        assert words in set_to(demo, **settings).message
    assert "from step 1" not in demo.message  # the nudge at its own step is that at step 1
    shares = 100 * compute_reach(5, 2).inputs
    wanted = (
        f"{shares[4]:.2g}\u00a0% arrives from its own step and {shares[0]:.2g}\u00a0% from step 1."
    )
    assert wanted in set_to(demo, step=5, layer=2, kind=KINDS[0]).message
    assert len({f"{share:.2g}" for share in shares[:5]}) == 5
    demo.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_layer_below_is_said_beside_the_chosen_one(kind):
    demo = depth_demo(kind=kind)
    assert "less on the way" not in set_to(demo, layer=1).message
    for layer in (2, 3, 4):
        here, below = (compute_reach(6, number, kind) for number in (layer, layer - 1))
        assert here.grid.rounds.max() > below.grid.rounds.max()
        near, far = (f"{100 * share:.2g}\u00a0%" for share in below.inputs[[5, 0]])
        assert set_to(demo, layer=layer).message.endswith(
            f" Layer {layer - 1} at this step, one tanh less on the way, comes in round "
            f"{below.grid.rounds.max()}; there, {near} and {far} arrive."
        )
        said = set_to(demo, layer=layer - 1).message  # its own sentence says the same
        assert f"round {below.grid.rounds.max()} at the earliest" in said
        assert f"{near} arrives from its own step and {far} from step 1." in said
    only = f"{100 * compute_reach(1, 3, kind).inputs[0]:.2g}\u00a0%"
    assert set_to(demo, step=1, layer=4).message.endswith(f"; there, {only} arrives.")
    demo.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_of_each_input_stands_in_it(kind):
    demo = set_to(depth_demo(), step=5, layer=2, kind=kind)
    for step, share in enumerate(compute_reach(5, 2, kind).inputs):
        number = demo.artists[f"share {step}"]
        assert number.get_visible() == np.isfinite(share)
        assert number.get_position() == (step + 1, 0)
        if number.get_visible():
            assert number.get_text() == f"{100 * share:.2g}\u00a0%"
    demo.close()


def test_what_the_numbers_are_is_said_in_the_picture():
    demo = depth_demo()
    for kind in KINDS:
        key = set_to(demo, kind=kind).artists["key"].get_text()
        assert "earliest round" in key
        assert ("upper half ←" in key) == (kind == "both ways")
    axes, scale = demo.figure.axes
    assert "in an input: how much of a nudge to it reaches the framed cell" in axes.get_xlabel()
    labels = [label.get_text() for label in scale.get_yticklabels()]
    assert labels[1:-1] == ["0.1 %", "1 %", "10 %", "100 %"]  # those outside are not drawn
    demo.close()


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_the_words_of_the_grid_stand_clear_of_its_title_and_cells(layout):
    demo = depth_demo()
    for kind in KINDS:
        set_to(demo, kind=kind)
        demo.record([layout], [{name: c.value for name, c in demo.controls.items()}])
        drawn = demo._layouts[layout]
        encode_png(drawn.figure)
        axes = drawn.figure.axes[0]
        title = next(t for t in axes.findobj(Text) if t.get_text() == axes.get_title(loc="left"))
        key = drawn.artists["key"].get_window_extent()
        top = axes.transData.transform((0, 4.3))[1]
        assert top <= key.y0
        assert key.y1 <= title.get_window_extent().y0
        assert key.x1 <= drawn.figure.bbox.x1
    demo.close()


def test_the_arrows_have_room_for_a_shaft_on_a_phone():
    demo = depth_demo()
    demo.record(["narrow"], [{name: c.value for name, c in demo.controls.items()}])
    drawn = demo._layouts["narrow"]
    encode_png(drawn.figure)
    to_points = drawn.figure.axes[0].transData.transform
    for name in ("forward", "backward"):
        corners = drawn.artists[name].get_path().vertices.reshape(-1, 8, 2)
        for tail, neck, tip in corners[:, [0, 1, 3]]:
            tail, neck, tip = to_points([tail, neck, tip]) * 72 / drawn.figure.dpi
            shaft, head = np.abs(neck - tail).max(), np.abs(tip - neck).max()
            assert head > 4
            assert shaft > 4
    demo.close()


def test_dragging_computes_nothing():
    compute_reach.cache_clear()
    demo = depth_demo()
    misses = compute_reach.cache_info().misses
    for step in range(1, 9):
        for kind in KINDS:
            set_to(demo, step=step, kind=kind, layer=1 + step % 4)
    assert compute_reach.cache_info().misses == misses
    demo.close()


def test_the_legend_has_the_color_of_the_bars(taggers):
    demo = reveal_demo(taggers)
    for cell in taggers:
        bars, sample = (set_to(demo, cell=cell).artists[name] for name in ("bars", "sample"))
        assert bars.get_facecolor() == sample.get_facecolor()
    demo.close()


def test_moving_a_drawing_equals_drawing_anew(taggers):
    compute = prepare_reveal(taggers)
    cases = (
        (draw_reveal, compute(9, TEXTS[0], "GRU"), compute(3, TEXTS[3], "RNN")),
        (draw_depth, compute_reach(8, 4), compute_reach(3, 2, KINDS[1])),
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
          ((0, TEXTS[0], "GRU"), "revealed must be an integer from 1 to 12, got 0"),
          ((-1, TEXTS[0], "GRU"), "revealed must be an integer from 1 to 12, got -1"),
          ((3, "He said, Teddy.", "GRU"), "text must be one of"),
          ((3, TEXTS[0], "LSTM"), "cell must be one of 'RNN', 'GRU', got 'LSTM'"))),
    (lambda _: depth_demo(step=9), "^step must be .*, got 9$"),
    (lambda _: depth_demo(layer=0), "^layer must be .*, got 0$"),
    (lambda _: depth_demo(kind="upwards"), "^kind must be .*, got 'upwards'$"),
    (lambda both: reveal_demo(both, revealed=14), "^revealed must be .*, got 14$"),
    (lambda both: reveal_demo(both, text="Hello."), "^text must be .*, got 'Hello.'$"),
    (lambda both: reveal_demo(both, cell="MLP"), "^cell must be .*, got 'MLP'$"),
    (lambda _: reveal_demo({}), "taggers must hold at least one pair"),
])  # fmt: skip
def test_what_is_wrong_is_said(taggers, call, message):
    with pytest.raises(ValueError, match=message):
        call(taggers)
