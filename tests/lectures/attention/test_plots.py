"""The pictures of lecture 09: characters of any script on both axes, or their code points."""

import numpy as np
import pytest

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.display.fonts import find_font
from rnn_helpers.lectures.attention import plots as pictures
from rnn_helpers.lectures.attention.alignments import AlignmentView
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
    assert axes.get_xlabel() == "read"
    encode_png(figure)  # without a warning


def test_what_has_no_font_is_a_code_point_and_said_in_words(poor):
    figure, axes = new_figure()
    draw_alignment(np.ones((1, 4)) / 4, "9월 1", "9", axes)
    assert read_labels(axes.xaxis) == ["9", "U+C6D4", "U+0020", "1"]  # a sign for the space, too
    assert axes.get_xlabel() == "read (no font here has 2 of the characters: code points)"
    encode_png(figure)
    figure, axes = new_figure(ncols=3)
    view = AlignmentView("9월1", "2026", "dot", 1, np.eye(4, 3), np.zeros(11), np.ones(5))
    artists = pictures.draw_scrubber(view, axes)
    assert [artists[f"read {k}"].get_text() for k in range(3)] == ["9", "U+C6D4", "1"]
    assert artists["missing"].get_text().startswith("(no font here has 1 of the characters")
    encode_png(figure)


@pytest.fixture
def shown(monkeypatch):
    """What the lecture shows: figures with their alternative texts."""
    found = []
    monkeypatch.setattr(pictures, "show", lambda figure, *, alt: found.append((figure, alt)))
    return found


def test_a_line_for_each_series_over_the_ten_characters(shown):
    rows = np.linspace(0, 1, 20).reshape(2, 10)
    pictures.draw_by_place({"one": rows, "two": np.zeros((2, 10))}, "Shares")
    (figure, alt), axes = shown[0], shown[0][0].axes[0]
    assert [line.get_label() for line in axes.lines] == ["one", "two"]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), rows.mean(axis=0))
    assert "".join(read_labels(axes.xaxis)) == "YYYY–MM–DD"
    assert "one 0.26 0.32" in alt
    assert "2 seeds" in axes.get_title(loc="left")
    looks = {(line.get_linestyle(), line.get_marker(), line.get_color()) for line in axes.lines}
    assert len({look[0] for look in looks}) == len({look[2] for look in looks}) == 2
    encode_png(figure)
    with pytest.raises(ValueError, match=r"series\['three'\] must have shape \(any, 10\)"):
        pictures.draw_by_place({"three": np.zeros((1, 3))}, "Shares")
    with pytest.raises(ValueError, match=r"weights must have shape \(2, 3\), got shape \(3, 2\)"):
        draw_alignment(np.ones((3, 2)), "abc", "12", new_figure()[1])


def test_each_picture_says_the_numbers_that_it_draws(shown):
    rows = {"one vector": [[0.2, 0.4], [0.4, 0.6]], "dot": [[0.9, 1.0], [1.0, 1.0]]}
    pictures.draw_by_length(["8 to 10", "11 to 38"], rows)
    pictures.draw_by_updates((300, 600), rows)
    pictures.draw_two_decoders()
    weights = {name: (np.eye(2, 3), "1.9", "09") for name in ("Korean", "Thai", "Greek", "Czech")}
    pictures.draw_alignments(weights)
    alts = [alt for _, alt in shown]
    assert "one vector 0.30 0.50; dot 0.95 1.00" in alts[0]
    assert "after 300, 600 updates" in alts[1]
    assert "one vector 0.30 0.50; dot 0.95 1.00" in alts[1]
    for figure, _ in shown[:2]:  # a line through the means, then a row of marks for each seed
        drawn = [line.get_ydata() for line in figure.axes[0].lines]
        np.testing.assert_allclose(drawn[0], [0.3, 0.5])
        np.testing.assert_array_equal(drawn[1:3], rows["one vector"])
        np.testing.assert_allclose(drawn[3], [0.95, 1.0])
        np.testing.assert_array_equal(drawn[4:6], rows["dot"])
    assert "Korean, Thai, Greek, Czech" in alts[3]
    titles = [axes.get_title(loc="left") for axes in shown[3][0].axes]
    assert titles == [
        "Korean",
        "Thai",
        "Greek",
        "Czech",
        "",
    ]  # the last is the colour scale
    for figure, _ in shown:
        encode_png(figure)
