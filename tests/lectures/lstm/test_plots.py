"""The pictures of lecture 06 that are shown whole: what their sentences say is what was drawn."""

import pytest

from rnn_helpers.display import comparisons
from rnn_helpers.display.figures import encode_png
from rnn_helpers.lectures.lstm import plots
from rnn_helpers.lectures.lstm.memory import compute_cell_run


@pytest.mark.parametrize(("draw", "words"), [
    (lambda: plots.draw_kept_cells([compute_cell_run(forget=f) for f in (1.0, 0.9, 0.5)]),
     "f = 1.0: 3.6 after step 6, 3.6 at the end"),
    (lambda: plots.draw_learned_by_distance((15, 20), {"RNN, rate 0.1": [7, 3]}, total=20),
     "RNN, rate 0.1: 7 at 15, 3 at 20"),
    (lambda: plots.draw_learned_by_start({"torch": [0, 4]}, (0.1, 0.2), total=20),
     "at the rates 0.1 and 0.2, by start. torch: 0 and 4"),
])  # fmt: skip
def test_a_picture_says_its_numbers(monkeypatch, draw, words):
    said = []
    monkeypatch.setattr(comparisons, "show", lambda figure, *, alt: plots.show(figure, alt=alt))
    monkeypatch.setattr(
        plots, "show", lambda figure, *, alt: said.append((encode_png(figure), alt))
    )
    draw()
    ((png, alt),) = said
    assert png
    assert words in alt
