"""The pictures of lecture 09: characters of any script on both axes, or their code points."""

import numpy as np
import pytest

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.display.fonts import find_font
from rnn_helpers.lectures.attention import decoders_plots, scrubber_plots
from rnn_helpers.lectures.attention import plots as pictures
from rnn_helpers.lectures.attention.alignments import AS_COMPUTED, AlignmentView, Look
from rnn_helpers.lectures.attention.plots import draw_alignment, label_character


@pytest.fixture
def poor(monkeypatch):
    """A machine whose fonts have Latin letters alone."""
    monkeypatch.setattr(pictures, "find_font", lambda c: find_font("a") if c.isascii() else None)
    label_character.cache_clear()
    yield
    label_character.cache_clear()


def read_labels(axis):
    return [tick.get_text() for tick in axis.get_ticklabels()]


def test_a_character_is_its_own_label_in_a_font_that_has_it():
    label_character.cache_clear()
    assert label_character("7") == ("7", find_font("7"))
    assert label_character(" ")[0] == "␣"
    for character in "년ن年я":
        path = find_font(character)
        label = character if path else f"U+{ord(character):04X}"
        assert label_character(character) == (label, path or find_font(""))


def test_the_axes_name_what_was_read_and_written_in_order():
    figure, axes = new_figure()
    weights = np.eye(3, 4)
    draw_alignment(weights, "1. 9", "019", axes)
    assert read_labels(axes.xaxis) == ["1", ".", "␣", "9"]
    assert read_labels(axes.yaxis) == ["0", "1", "9"]
    assert axes.yaxis_inverted()  # the first character written on top
    np.testing.assert_array_equal(axes.images[0].get_array(), weights)
    assert axes.images[0].get_clim() == (0, 1)  # whatever the weights are
    assert axes.get_xlabel() == "read (␣ is a space)"
    encode_png(figure)  # without a warning


def test_what_has_no_font_is_a_code_point_and_said_in_words(poor):
    figure, axes = new_figure()
    draw_alignment(np.ones((1, 4)) / 4, "9월 1", "9", axes)
    assert read_labels(axes.xaxis) == ["9", "U+C6D4", "U+0020", "1"]  # a sign for the space, too
    missing = " (no font here has 2 of the characters: code points)"
    assert axes.get_xlabel() == f"read (␣ is a space){missing}"
    encode_png(figure)
    figure, axes = new_figure(ncols=3)
    rows, shares = np.full((10, 5), 0.2), np.full((10, 11), 1 / 11)
    look = Look(rows, rows, rows, shares, shares)
    view = AlignmentView("9월1", {"seed 0": look}, 1, AS_COMPUTED, 1.0)
    artists = scrubber_plots.draw_scrubber(view, axes)
    assert [artists[f"read {k}"].get_text() for k in range(3)] == ["9", "U+C6D4", "1"]
    assert artists["missing"].get_text().startswith("(no font here has 1 of the characters")
    encode_png(figure)


@pytest.fixture
def shown(monkeypatch):
    """What the lecture shows: figures with their alternative texts."""
    found = []
    for module in (pictures, decoders_plots):
        monkeypatch.setattr(module, "show", lambda figure, *, alt: found.append((figure, alt)))
    return found


def read_line(line):
    """What a reader tells a line by, and what it says."""
    look = line.get_color(), line.get_linestyle(), line.get_marker()
    return line.get_label(), list(line.get_xdata()), list(line.get_ydata()), look


def test_a_line_for_each_series_over_the_ten_characters(shown):
    rows = np.linspace(0, 1, 20).reshape(2, 10)
    pictures.draw_by_place({"one": rows, "two": np.zeros((2, 10))}, "Shares are shared")
    (figure, alt), axes = shown[0], shown[0][0].axes[0]
    assert list(map(read_line, axes.lines)) == [
        ("one", list(range(10)), list(rows.mean(axis=0)), (COLORS["tanh"], "-", "o")),
        ("two", list(range(10)), [0] * 10, (COLORS["relu"], "--", "s")),
    ]
    bands = [band.get_paths()[0].get_extents() for band in axes.collections]
    assert [(band.y0, band.y1) for band in bands] == [(0, 1), (0, 0)]  # over the seeds
    assert axes.get_ylabel() == "share changed"
    assert "".join(read_labels(axes.xaxis)) == "YYYY–MM–DD"
    assert "one 0.26 0.32" in alt
    assert "2 seeds" in figure.axes[1].get_legend().get_title().get_text()
    assert figure.texts[0].get_text() == "Shares are shared"
    encode_png(figure)
    with pytest.raises(ValueError, match=r"series\['three'\] must have shape \(any, 10\)"):
        pictures.draw_by_place({"three": np.zeros((1, 3))}, "Shares")
    with pytest.raises(ValueError, match=r"weights must have shape \(2, 3\), got shape \(3, 2\)"):
        draw_alignment(np.ones((3, 2)), "abc", "12", new_figure()[1])


def test_each_picture_says_the_numbers_that_it_draws(shown):
    rows = {"one vector": [[0.2, 0.4], [0.4, 0.6]], "dot": [[0.9, 1.0], [1.0, 1.0]]}
    pictures.draw_by_length(["8 to 10", "11 to 38"], rows, 450)
    pictures.draw_by_updates((300, 600), rows)
    weights = {name: (np.eye(2, 3), "1.9", "09") for name in ("Korean", "Thai", "Greek", "Czech")}
    pictures.draw_alignments(weights)
    alts = [alt for _, alt in shown]
    assert "one vector 0.30 0.50; dot 0.95 1.00" in alts[0]
    assert "after 300, 600 updates" in alts[1]
    title = shown[0][0].texts[0].get_text()  # at another budget it may be otherwise
    assert title == "After 450 updates longer texts are harder through one vector alone"
    assert "one vector 0.30 0.50; dot 0.95 1.00" in alts[1]
    ticks = [read_labels(figure.axes[0].xaxis) for figure, _ in shown[:2]]
    assert ticks == [["8 to 10", "11 to 38"], ["300", "600"]]
    scale = shown[2][0].axes[4]
    assert (scale.get_xlim(), scale.get_xlabel()) == ((0, 1), "weight α")
    for figure, _ in shown[:2]:  # a line through the means, then a row of marks for each seed
        drawn = [line.get_ydata() for line in figure.axes[0].lines]
        np.testing.assert_allclose(drawn[0], [0.3, 0.5])
        np.testing.assert_array_equal(drawn[1:3], rows["one vector"])
        np.testing.assert_allclose(drawn[3], [0.95, 1.0])
        np.testing.assert_array_equal(drawn[4:6], rows["dot"])
        assert figure.axes[0].get_legend() is None  # none over the lines
        labels = [t.get_text() for t in figure.axes[1].get_legend().get_texts()]
        assert labels == ["one vector, mean", "dot, mean"]
        looks = [read_line(line)[3][0] for line in figure.axes[0].lines]
        assert looks == [COLORS["tanh"]] * 3 + [COLORS["relu"]] * 3
    assert "Korean, Thai, Greek, Czech" in alts[2]
    titles = [axes.get_title(loc="left") for axes in shown[2][0].axes]
    assert titles == [
        "Korean",
        "Thai",
        "Greek",
        "Czech",
        "",
    ]  # the last is the colour scale
    for figure, _ in shown:
        encode_png(figure)


def test_the_two_decoders_are_drawn_from_the_numbers(shown):
    scores, weights, context = [2.0, 0.0, -2.0], [0.867, 0.117, 0.016], [0.851, 0.133]
    decoders_plots.draw_two_decoders(scores, weights, context)
    figure, alt = shown[0]
    drawings = {
        axes.get_title(loc="left"): next(
            child for child in axes.get_children() if isinstance(child, Diagram)
        )
        for axes in figure.axes
    }
    assert list(drawings) == [
        "One vector is all there is",
        "With attention each step weighs them all",
    ]
    one_vector, attention = (drawing.read() for drawing in drawings.values())
    assert one_vector == {}
    for j in range(3):
        assert attention[f"e{j}"] == [scores[j]]
        assert attention[f"a{j}"] == pytest.approx([weights[j]] * 2, abs=0.005)  # line and text
    assert [attention["c0"], attention["c1"]] == [[0.85], [0.13]]
    assert "weight, 0.87, 0.12, 0.02," in alt
    encode_png(figure)
    with pytest.raises(ValueError, match=r"weights must have shape \(3\)?"):
        decoders_plots.draw_two_decoders(scores, weights[:2], context)
