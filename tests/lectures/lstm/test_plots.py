"""The pictures of lecture 06 that are shown whole: what their sentences say is what was drawn."""

import numpy as np
import pytest

from rnn_helpers.display import cell_diagrams, comparisons, decay
from rnn_helpers.display.figures import encode_png
from rnn_helpers.lectures.lstm import plots, schedule_plots, step_plots
from rnn_helpers.lectures.lstm.memory import compute_cell_run, compute_lstm_decay
from rnn_helpers.lectures.lstm.step import COUNT, STEPS, WAYS, compute_beat
from tests.stills import check_decays, check_diagram, read_diagrams

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


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were shown, in a list."""
    figures = []
    for room in (cell_diagrams, decay, schedule_plots):
        monkeypatch.setattr(room, "show", lambda figure, *, alt: figures.append(figure))
    return figures


def test_each_panel_draws_the_gradients_of_its_setting(drawn):
    settings = {bias: compute_lstm_decay(forget_bias=float(bias)) for bias in ("0", "3")}
    plots.draw_lstm_decays(settings)
    check_decays(drawn[0], {
        title: {"LSTM, all paths": found.lstm, "direct path": found.lstm, "plain RNN": found.rnn}
        for title, found in settings.items()
    })  # fmt: skip


def test_a_schedule_draws_the_run_and_its_cell(drawn):
    run = compute_cell_run(forget=0.9, output=0.5, closes_after=21, opens_at=8, step=20)
    schedule_plots.draw_cell_run(run)
    lines = {line.get_gid(): line for axes in drawn[0].axes for line in axes.lines
             if line.get_gid() and len(line.get_xdata()) > 2}  # fmt: skip
    rows = {"output gate": 0, "input gate": 1, "forget gate": 2}  # from below
    for part, values in (
        ("candidate", run.candidates), ("cell state", run.cs), ("hidden state", run.hs),
        ("output gate", run.output_gates), ("input gate", run.input_gates),
        ("forget gate", run.forget_gates),
    ):  # fmt: skip
        xs, ys = lines[part].get_data()
        np.testing.assert_array_equal(xs, range(41 - len(values), 41))
        zero = lines[part].axes.get_yticks()[2 * rows[part]] if part in rows else 0.0
        np.testing.assert_allclose(ys - zero, values, atol=1e-12)
    ((read,),) = filter(None, map(read_diagrams, drawn[0].axes))
    kept, added = 0.9 * run.cs[19], run.candidates[19]
    check_diagram(read, {
        "f": 0.9, "i": 1.0, "o": 0.5, "g": added, "x": np.arctanh(added), "added": added,
        "c_before": run.cs[19], "kept": kept, "c": kept + added, "h_before": run.hs[19],
        "shown": np.tanh(kept + added), "h": 0.5 * np.tanh(kept + added),
        "read": np.hypot(np.arctanh(added), run.hs[19]),
    })  # fmt: skip


def test_some_beats_draw_the_numbers_of_each(drawn):
    beats = [(2, WAYS[0]), (COUNT, WAYS[0]), (3, WAYS[1])]
    step_plots.draw_beats(beats)
    whole = {step: compute_beat(4 * (STEPS - step) + 1, WAYS[1]).values for step in (1, 4)}
    late = {"added", "c", "shown", "h"}  # these come after the second beat
    numbers = [whole[1] | dict.fromkeys(late, np.nan), whole[4], whole[4]]
    titles = ["Step 1, forwards: forget", "Step 4, forwards: show", "Step 4, backwards: forget"]
    for axes, title, values in zip(drawn[0].axes[::2], titles, numbers, strict=True):
        assert axes.get_title(loc="left") == title
        (read,) = read_diagrams(axes)
        assert set(read) == set(values)
        check_diagram(read, values)
