"""Pictures that compare trained models: every seed, or how many of them succeeded."""

import numpy as np
import pytest
from matplotlib.text import Text

from rnn_helpers.display import comparisons
from rnn_helpers.display.comparisons import (
    draw_counts_by_start,
    draw_key,
    draw_seed_spread,
    draw_success_counts,
    name_fall,
    new_chart,
    show_learned_by_distance,
    show_learned_by_start,
)
from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.display.pieces import find_pieces


def test_successes_are_drawn_by_name_with_whole_numbers_and_the_colour_of_the_cell():
    figure, axes = new_figure()
    draw_success_counts([20, 30], {"LSTM, torch": [10, 0], "rate 0.1": [20, 7]}, axes, total=20)
    figure.draw_without_rendering()
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["rate 0.1"].get_ydata().tolist() == [20, 7]
    assert lines["LSTM, torch"].get_color() == COLORS["lstm"]
    assert len({line.get_linestyle() for line in lines.values()}) == 2
    assert all(float(tick).is_integer() for tick in axes.get_yticks())
    assert axes.get_ylabel().endswith("of 20")


def test_each_start_has_a_row_and_each_rate_a_mark():
    _, axes = new_figure()
    counts = {"torch": [0, 7], "keep 1": [20, 19]}
    draw_counts_by_start(counts, [0.003, 0.01], axes, total=20, color=COLORS["gru"])
    first, second = axes.lines
    assert first.get_xydata().tolist() == [[0, 1], [20, 0]]
    assert second.get_xydata().tolist() == [[7, 1], [19, 0]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["torch", "keep 1"]
    assert [line.get_label() for line in axes.lines] == ["rate 0.003", "rate 0.01"]
    assert first.get_markerfacecolor() == COLORS["gru"] != second.get_markerfacecolor()


@pytest.mark.parametrize(("rows", "words"), [
    ([[20, 12, 3], [7, 9, 0]], "Fewer networks learn at 30 words than at 15"),
    ([[20, 12, 3], [0, 9, 0]], "From torch's start some learn at 30 words no less often"),
])  # fmt: skip
def test_the_title_says_whether_fewer_learn_at_the_largest_distance(rows, words):
    assert name_fall(rows, (15, 20, 30)).startswith(words)


def test_the_title_names_the_starts_with_which_most_learn(monkeypatch):
    shown = []
    monkeypatch.setattr(
        comparisons, "show", lambda figure, *, alt, narrow: shown.append((figure, narrow))
    )
    counts = {"torch": [0, 7], "keep 1": [20, 19], "keep 3": [19, 20]}
    show_learned_by_start(counts, [0.003, 0.01], total=20, cell="GRU")
    show_learned_by_distance([20, 30], {"GRU": [20, 3]}, total=20)
    for wide, narrow in shown:
        for figure in (wide, narrow):
            encode_png(figure)
            legend, axes = figure.axes[0].get_legend(), figure.axes[0]
            assert not legend.get_window_extent().overlaps(axes.get_window_extent())
            assert legend.get_window_extent().x1 <= figure.bbox.x1
            words = next(t for t in axes.findobj(Text) if t.get_text() == axes.get_title("left"))
            assert words.get_window_extent().x1 <= figure.bbox.x1
    titles = [wide.axes[0].get_title("left") for wide, _ in shown]
    assert titles[0] == "The most GRUs learn thirty words with “keep 1” and “keep 3”"
    assert titles[1].startswith("Fewer networks learn at 30 words than at 20")


def test_every_seed_has_a_mark():
    _, axes = new_figure()
    draw_seed_spread([1.0, 2.0], {"RNN": np.arange(6.0).reshape(3, 2)}, axes)
    mean, *marks = axes.lines
    assert mean.get_ydata().tolist() == [2.0, 3.0]
    assert [mark.get_ydata().tolist() for mark in marks] == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


@pytest.mark.parametrize(("draw", "message"), [
    (lambda axes: draw_success_counts([1.0], {"a": [1, 2]}, axes, total=2), r"counts\['a'\] must"),
    (lambda axes: draw_counts_by_start({"a": [1]}, [1.0, 2.0], axes, total=2, color="k"),
     r"counts\['a'\] must"),
    (lambda axes: draw_seed_spread([1.0], {}, axes), "at least one model"),
])  # fmt: skip
def test_what_does_not_fit_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw(new_figure()[1])


def test_the_key_of_a_chart_stands_beside_it_and_on_a_phone_below_it():
    figure, axes, key = new_chart(
        "Both lines rise, the second one a little later than the first", 3
    )
    for number, name in enumerate(("first", "second")):
        axes.plot([0, 1], [0, 1 + number], label=name)
    axes.legend()
    draw_key(axes, key, title="lines")
    encode_png(figure, dpi=150)
    assert axes.get_legend() is None  # nothing lies over the lines
    assert [text.get_text() for text in key.get_legend().get_texts()] == ["first", "second"]
    assert axes.get_tightbbox().x1 < key.get_legend().get_window_extent().x0
    pieces = [piece["box"] for piece in find_pieces(figure, dpi=150)]
    *title, chart, beside = [(right - left, low - top) for left, top, right, low in pieces]
    assert len(title) == 2  # the lines of it
    assert max(width for width, _ in (*title, chart, beside)) < 560 * 1.5
    assert beside[1] < 0.5 * chart[1]  # no empty room below the key
