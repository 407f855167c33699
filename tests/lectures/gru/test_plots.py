"""The pictures of lecture 07 that are shown whole: what their sentences say is what was drawn."""

import numpy as np
import pytest

from rnn_helpers.display import comparisons
from rnn_helpers.display.figures import encode_png
from rnn_helpers.lectures.gru import plots
from rnn_helpers.lectures.gru.gates import compute_gate_run


@pytest.mark.parametrize(("draw", "words"), [
    (lambda: plots.draw_held_gates([compute_gate_run(z=z, r=0.0) for z in (0.98, 0.9, 0.5)]),
     "z = 0.98: 0.06 after the first pulse, 0.04 fifteen steps later"),
    (lambda: plots.draw_learned_by_distance(
        (15, 20), {0.1: {"GRU": [7, 3]}, 0.2: {"simplified GRU": [1, 2]}}, total=20
    ), "GRU, rate 0.1: 7 at 15, 3 at 20; simplified GRU, rate 0.2: 1 at 15"),
    (lambda: plots.draw_learned_by_start({"torch": [0, 4]}, (0.1, 0.2), total=20),
     "GRUs of 20 that learned, at the rates 0.1 and 0.2, by start. torch: 0 and 4"),
    (lambda: plots.draw_adding({"GRU": np.array([[0.1, 0.01], [0.01, 0.01]])}, updates=(4, 8)),
     "GRU at 4: 1 of 2 below 0.02; GRU at 8: 2 of 2 below 0.02"),
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
