"""The pictures of lecture 06 that are shown whole: what their sentences say is what was drawn."""

import numpy as np
import pytest

from rnn_helpers.display import comparisons
from rnn_helpers.display.figures import encode_png
from rnn_helpers.lectures.lstm import plots
from rnn_helpers.lectures.lstm.memory import compute_cell_run

RUNS = [compute_cell_run(forget=f) for f in (1.0, 0.9, 0.5)]


@pytest.mark.parametrize(("draw", "words", "heights"), [
    (lambda: plots.draw_kept_cells(RUNS), "f = 1.0: 3.6 after step 6, 3.6 at the end",
     [("f = 1.0", RUNS[0].cs), ("f = 0.9", RUNS[1].cs), ("f = 0.5", RUNS[2].cs)]),
    (lambda: plots.draw_learned_by_distance(
        (15, 20), {"RNN, rate 0.1": [7, 3], "LSTM, rate 0.1": [2, 9]}, total=20
     ), "RNN, rate 0.1: 7 at 15, 3 at 20; LSTM, rate 0.1: 2 at 15, 9 at 20",
     [("RNN, rate 0.1", [7, 3]), ("LSTM, rate 0.1", [2, 9])]),
    (lambda: plots.draw_learned_by_start({"torch": [0, 4], "W": [5, 6]}, (0.1, 0.2), total=20),
     "at the rates 0.1 and 0.2, by start. torch: 0 and 4; W: 5 and 6",
     [("rate 0.1", [0, 5]), ("rate 0.2", [4, 6])]),
])  # fmt: skip
def test_a_picture_draws_and_says_its_numbers(monkeypatch, draw, words, heights):
    said = []
    monkeypatch.setattr(comparisons, "show", lambda figure, **words: plots.show(figure, **words))
    monkeypatch.setattr(
        plots, "show", lambda figure, *, alt, narrow=None: said.append((figure, alt, narrow))
    )
    draw()
    ((figure, alt, narrow),) = said
    for each in (figure, narrow) if narrow else (figure,):
        encode_png(each)  # without a warning
    assert narrow is None or len(narrow.axes[0].lines) == len(figure.axes[0].lines)
    assert words in alt
    lines = figure.axes[0].lines
    assert [line.get_label() for line in lines] == [name for name, _ in heights]
    by_start = "by start" in alt  # these lie along the other axis, the first start on top
    for line, (_, numbers) in zip(lines, heights, strict=True):
        drawn = line.get_xdata() if by_start else line.get_ydata()
        np.testing.assert_array_equal(drawn, numbers)
    if by_start:
        axis = figure.axes[0].yaxis
        names = dict(zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True))
        assert [names[y].get_text() for y in lines[0].get_ydata()] == ["torch", "W"]
        assert lines[0].get_ydata()[0] > lines[0].get_ydata()[1]
