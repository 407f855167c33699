"""The pictures of lecture 07 that are shown whole: what their sentences say is what was drawn."""

import numpy as np
import pytest

from rnn_helpers.display import comparisons, decay
from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.lectures.gru import plots
from rnn_helpers.lectures.gru.gates import (
    compute_gate_interval,
    compute_gate_run,
    compute_gru_decay,
)
from tests.stills import check_decays


@pytest.mark.parametrize(("draw", "words"), [
    (lambda: plots.draw_conventions([compute_gate_run(z=z, r=1.0) for z in (0.9, 0.5)]),
     "z = 0.9, r = 1.0: +0.72 and -0.66; z = 0.5, r = 1.0: +0.07 and +0.07."),
    (lambda: plots.draw_gru_decays({f"{b}": compute_gru_decay(keep_bias=b) for b in (0.0, 6.0)}),
     "holds in 20"),
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
    for room in (comparisons, decay):
        monkeypatch.setattr(room, "show", lambda figure, **words: plots.show(figure, **words))
    monkeypatch.setattr(
        plots, "show", lambda figure, *, alt, **_: said.append((encode_png(figure), alt))
    )
    draw()
    ((png, alt),) = said
    assert png
    assert words in alt


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were shown, in a list."""
    figures = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt: figures.append(figure))
    return figures


def _list_lines(axes):
    return [
        (line.get_label(), list(line.get_xdata()), list(line.get_ydata()), line.get_color(),
         line.get_linestyle())
        for line in axes.lines
    ]  # fmt: skip


def test_the_conventions_are_drawn_as_they_are_called(drawn):
    runs = [compute_gate_run(z=z, r=r) for z, r in ((0.9, 1.0), (0.3, 0.0))]
    plots.draw_conventions(runs)
    for axes, run in zip(drawn[0].axes, runs, strict=True):
        assert axes.get_title(loc="left") == f"z = {run.z}, r = {run.r}"
        steps = list(range(41))
        assert _list_lines(axes) == [
            ("z keeps", steps, list(run.keeps), COLORS["gru"], "-"),
            ("z takes", steps, list(run.takes), COLORS["accent"], "--"),
        ]


def test_each_panel_draws_the_gradients_of_its_setting(monkeypatch):
    figures = []
    monkeypatch.setattr(decay, "show", lambda figure, *, alt: figures.append(figure))
    settings = {"z at start": compute_gru_decay(), "z near 1": compute_gru_decay(keep_bias=4.0)}
    plots.draw_gru_decays(settings)
    check_decays(figures[0], {
        title: {"GRU, all paths": found.gated, "direct path": found.gated, "plain RNN": found.rnn}
        for title, found in settings.items()
    })  # fmt: skip


def test_the_counts_of_a_start_stand_beside_its_name(monkeypatch):
    shown = []
    monkeypatch.setattr(
        comparisons, "show", lambda figure, *, narrow, alt: shown.append((figure, narrow))
    )
    counts = {"torch": [0, 4], "keep 1": [12, 9], "keep 3": [20, 19]}
    plots.draw_learned_by_start(counts, (0.003, 0.01), total=20)
    for figure in shown[0]:
        (axes,) = figure.axes
        ticks = zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
        rows = {label.get_text(): height for label, height in ticks}
        assert list(rows) == list(counts)
        for number, (line, rate) in enumerate(zip(axes.lines, (0.003, 0.01), strict=True)):
            assert line.get_label() == f"rate {rate}"
            drawn = {y: x for x, y in line.get_xydata()}
            assert drawn == {rows[name]: row[number] for name, row in counts.items()}


def test_the_counts_stand_at_their_distances(drawn):
    counts = {0.1: {"GRU": [7, 3, 1], "simplified GRU": [9, 8, 2]}, 0.2: {"LSTM": [5, 4, 0]}}
    plots.draw_learned_by_distance((15, 20, 30), counts, total=20)
    looks = {"GRU": ("gru", "-."), "simplified GRU": ("accent", ":"), "LSTM": ("lstm", "--")}
    for axes, (rate, rows) in zip(drawn[0].axes, counts.items(), strict=True):
        assert axes.get_title(loc="left").endswith(f"rate {rate:g}")
        assert _list_lines(axes) == [
            (name, [15, 20, 30], row, COLORS[looks[name][0]], looks[name][1])
            for name, row in rows.items()
        ]


def test_every_seeds_error_stands_in_the_column_of_its_cell_and_the_panel_of_its_updates(drawn):
    errors = {"RNN": [[0.3, 0.2], [0.1, 0.05]], "GRU": [[0.04, 0.03], [0.002, 0.001]]}
    plots.draw_adding(errors, updates=(4, 8))
    for number, axes in enumerate(drawn[0].axes):
        *rows, sixth, solved = _list_lines(axes)
        assert (sixth[2], solved[2]) == ([1 / 6, 1 / 6], [plots.SOLVED, plots.SOLVED])
        assert (sixth[4], solved[4]) == (":", "--")
        assert axes.get_title(loc="left") == f"after {(4, 8)[number]} updates"
        for place, (name, (_, xs, ys, color, _)) in enumerate(zip(errors, rows, strict=True)):
            assert [round(x) for x in xs] == [place, place]
            assert ys == errors[name][number]
            assert color == COLORS[name.lower()]
            assert axes.get_xticklabels()[place].get_text() == name


def test_a_demos_gradients_are_all_on_the_axis_where_its_sentence_quotes_them():
    figure, axes = new_figure(4, 3)
    result = compute_gru_decay()
    plots.draw_gru_decay(result, axes)
    quoted = np.median(result.gated.direct[-1])
    assert quoted < -29
    assert axes.get_ylim()[0] < 10**quoted
    assert figure


def test_titles_say_what_the_numbers_say(drawn):
    runs = [compute_gate_run(z=z, r=1.0) for z in (0.9, 0.5)]
    plots.draw_conventions(runs)
    rates = {rate: {"GRU": [7, 0], "LSTM": [3, 2]} for rate in (0.003, 0.01)}
    errors = {"RNN": [[0.2, 0.1], [0.1, 0.001]], "GRU": [[0.2, 0.1], [0.01, 0.001]]}
    plots.draw_adding(errors, updates=[400, 800])
    plots.draw_learned_by_distance([15, 30], rates, total=20)
    titles = [figure.get_suptitle() for figure in drawn]
    assert titles == [
        "Only with z = 0.5 is it the same whether z keeps or takes",
        "After 800 updates all but RNN solve adding, with errors below 0.02",
        "Fewer networks learn at 30 words than at 15, from torch's start",
    ]


@pytest.mark.parametrize(("first", "last", "said"), [
    (1, 40, "z is 0.90 throughout."), (9, 8, "z is 0.20 throughout."),
    (9, 9, "z is 0.90 at step 9, else 0.20."),
    (9, 40, "z is 0.90 from step 9 to step 40, else 0.20."),
])  # fmt: skip
def test_where_the_gate_has_its_value_is_said_as_briefly_as_it_is_true(first, last, said):
    run = compute_gate_interval(first=first, last=last, z_inside=0.9, z_outside=0.2)
    assert plots.describe_gate_interval(run).startswith(said)
