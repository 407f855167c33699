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


def test_a_line_for_each_series_over_the_ten_characters():
    _, axes = new_figure()
    pictures.draw_weights_by_step({"one": np.linspace(0, 1, 10), "two": np.zeros(10)}, axes)
    assert [line.get_label() for line in axes.lines] == ["one", "two"]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), np.linspace(0, 1, 10))
    assert "".join(read_labels(axes.xaxis)) == "YYYY–MM–DD"
    looks = {(line.get_linestyle(), line.get_marker(), line.get_color()) for line in axes.lines}
    assert len({look[0] for look in looks}) == len({look[2] for look in looks}) == 2
    with pytest.raises(ValueError, match=r"series\['three'\] must have shape \(10,\)"):
        pictures.draw_weights_by_step({"three": np.zeros(3)}, axes)
    with pytest.raises(ValueError, match=r"weights must have shape \(2, 3\), got shape \(3, 2\)"):
        draw_alignment(np.ones((3, 2)), "abc", "12", axes)
