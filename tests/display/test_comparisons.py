"""Pictures that compare trained models: every seed, or how many of them succeeded."""

import numpy as np
import pytest

from rnn_helpers.display.comparisons import (
    draw_counts_by_start,
    draw_seed_spread,
    draw_success_counts,
)
from rnn_helpers.display.figures import COLORS, new_figure


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
