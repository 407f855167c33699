"""The still pictures of lecture 03: the network, the vocabulary, the training, the studies."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from rnn_helpers.data.studies import StudyTable
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, encode_png
from rnn_helpers.lectures.language_models import plots
from tests.narrow_charts import check_narrow


@pytest.fixture
def shown(monkeypatch):
    """What a `draw_…` shows, drawn once: its figure and its alternative text."""
    found = {}

    def show(figure, *, alt, breaks=(), narrow=None):
        encode_png(figure)
        if narrow is not None:
            check_narrow(narrow, figure)
        found.update(figure=figure, alt=alt, breaks=breaks)

    monkeypatch.setattr(plots, "show", show)
    return found


def test_the_network_has_a_bar_for_each_token_and_lights_the_one_that_came(shown):
    probabilities = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    vectors = {"inputs": [[0.0, 0.0], [3.0, 4.0]], "states": [[0.6, 0.8, 0.0], [0.0, 0.0, 0.5]],
               "logits": [[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]}  # fmt: skip
    plots.draw_network(["b", "c"], probabilities, ("<unk>", "b", "c"), **vectors)
    axes = shown["figure"].axes[0]
    bars = [bar for container in axes.containers for bar in container]
    heights = [bar.get_height() for bar in bars]
    assert np.divide(heights, max(heights)) == pytest.approx(probabilities.ravel() / 0.7)
    lit = [
        number for number, bar in enumerate(bars) if bar.get_facecolor() != bars[0].get_facecolor()
    ]
    assert lit == [1, 5]
    assert "the 2 steps of “b c”" in shown["alt"]
    assert "between 0.10 and 0.70" in shown["alt"]
    assert shown["breaks"] == []
    (diagram,) = axes.findobj(Diagram)
    drawn = diagram.read()  # a vector's length is the width of its lines, zero included
    assert drawn.keys() == {"x1", "x2", "h0", "h1", "h2", "ℓ1", "ℓ2"}
    assert drawn["x1"] == drawn["h0"] == [0.0]
    assert drawn["x2"] == pytest.approx([5.0])
    assert drawn["h1"] == pytest.approx([1.0, 1.0])  # up, and on to the next step
    assert drawn["h2"] == pytest.approx([0.5])
    assert drawn["ℓ1"] == pytest.approx([2.0])
    assert drawn["ℓ2"] == [0.0]


def test_a_long_sentence_goes_on_below_after_two_steps(shown):
    ones = np.ones((5, 2))
    plots.draw_network("bcbcb", ones / 2, "bc", inputs=ones, states=ones, logits=ones)
    containers = shown["figure"].axes[0].containers
    starts = [bars[0].get_x() for bars in containers]
    ends = [bars[0].get_x() + bars[0].get_width() for bars in containers]
    assert len(starts) == 10  # two bars a step
    (place,) = shown["breaks"]
    assert ends[3] < place < starts[4]


def test_the_pictures_of_training_and_of_the_vocabulary_say_no_number_that_training_yields(shown):
    plots.draw_unknown_shares([50, 100, 200], [0.4, 0.3, 0.27])
    line = shown["figure"].axes[0].lines[0]
    assert line.get_ydata() == pytest.approx([40, 30, 27])
    assert not any(letter.isdigit() for letter in shown["alt"])
    assert "text, 27.0\u00a0% of new words" in line.axes.get_title("left")
    plots.draw_learning([3.0, 2.5, 2.2], [(2, 2.4), (3, 2.1)], {"unigram": 3.1, "bigram": 2.4})
    assert read_lines(shown["figure"].axes[0]) == [
        ("training, the batch of each update", [1, 2, 3], [3.0, 2.5, 2.2], COLORS["second"], "-"),
        ("validation, all of it", [2, 3], [2.4, 2.1], COLORS["rnn"], "-"),
        ("unigram, validation", [0, 1], [3.1, 3.1], COLORS["bound"], ":"),
        ("bigram, validation", [0, 1], [2.4, 2.4], COLORS["bound"], "--"),
    ]
    title = "After 3 updates the network needs 2.10 nats, the bigram 2.40"
    assert shown["figure"].axes[0].get_title("left") == title
    assert "unigram and bigram" in shown["alt"]
    assert not any(letter.isdigit() for letter in shown["alt"])


def read_lines(axes):
    """Of each line, in order: its label, if it has one, x, y, its colour and its style."""
    return [
        (None if line.get_label().startswith("_") else line.get_label(), list(line.get_xdata()),
         pytest.approx(list(line.get_ydata())), line.get_color(), line.get_linestyle())
        for line in axes.lines
    ]  # fmt: skip


def make_table(rows):
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return StudyTable("", columns)


def test_the_counts_and_the_bands_of_the_networks_are_those_of_the_tables(shown):
    counted = make_table([
        {"model": model, "order": order, "nats": base - order / 10}
        for model, base in (("shorter context", 2.5), ("Kneser–Ney", 2.4)) for order in range(1, 9)
    ])  # fmt: skip
    plots.draw_counted(counted, {"RNN 64": [1.6, 1.5, 1.7], "GRU 128": [1.3, 1.2]})
    axes, orders = shown["figure"].axes[0], list(range(1, 9))
    drawn = read_lines(axes)
    assert drawn == [
        (
            "counts: shorter context",
            orders,
            [2.5 - order / 10 for order in orders],
            COLORS["data"],
            "-",
        ),
        (
            "counts: Kneser–Ney",
            orders,
            [2.4 - order / 10 for order in orders],
            COLORS["muted"],
            "-",
        ),
        (None, [0, 1], [1.6, 1.6], COLORS["rnn"], "-"),
        (None, [0, 1], [1.25, 1.25], COLORS["gru"], "-"),
    ]
    key = axes.get_legend()
    assert key.texts[-1].get_text() == "networks: all seeds, mean"
    shown["figure"].draw_without_rendering()
    below = key.get_window_extent().y0
    assert all(text.get_window_extent().y1 < below for text in axes.texts)
    bands = [(patch.get_y(), patch.get_height(), patch.get_facecolor()) for patch in axes.patches]
    assert bands == [
        (1.5, pytest.approx(0.2), to_rgba(COLORS["rnn"], 0.35)),
        (1.2, pytest.approx(0.1), to_rgba(COLORS["gru"], 0.35)),
    ]
    names = [(text.get_text(), text.get_position()[1], text.get_color()) for text in axes.texts]
    assert names == [("RNN 64", pytest.approx(1.71), COLORS["rnn"]),
                     ("GRU 128", pytest.approx(1.31), COLORS["gru"])]  # fmt: skip
    title = "GRU 128 has the lowest held-out loss, 1.250"
    assert " ".join(axes.get_title("left").split()) == title
    assert shown["alt"].endswith(
        "shorter context from 2.40 at one character to 1.70; Kneser–Ney from 2.30 at one "
        "character to 1.60; RNN 64 1.60; GRU 128 1.25."
    )


def test_the_units_are_drawn_by_rate_and_by_update(shown):
    rows = []
    for unit, bits in (("characters", 2.4), ("plain characters", 2.2), ("words", 2.0)):
        for budget in (400, 3200):
            common = {"unit": unit, "budget": budget}
            rows += [
                {**common, "learning_rate": rate, "seed": seed, "part": "validation",
                 "updates": budget, "bits_per_byte": bits + seed / 10}
                for rate in (3e-3, 1e-2) for seed in range(2)
            ]  # fmt: skip
            rows += [
                {**common, "learning_rate": 1e-2, "seed": seed, "part": "held out",
                 "updates": updates, "bits_per_byte": bits - updates / 10000 + seed / 100}
                for seed in range(5) for updates in (budget // 2, budget)
            ]  # fmt: skip
    plots.draw_units(make_table(rows), {"characters": (1e-2, 2.3)})
    left, right = shown["figure"].axes
    roles = {"characters": "rnn", "plain characters": "second", "words": "accent"}
    means = {"characters": 2.45, "plain characters": 2.25, "words": 2.05}
    drawn = read_lines(left)
    wanted = []
    for unit, role in roles.items():
        for budget, style in ((400, "--"), (3200, "-")):
            label = f"{budget:,} updates" if unit == "characters" else None
            wanted.append((label, [3e-3, 1e-2], [means[unit]] * 2, COLORS[role], style))
        if unit == "characters":  # the ring of this session
            wanted.append((None, [1e-2], [2.3], COLORS["data"], "None"))
    assert drawn == wanted
    wanted = [
        (unit if seed == 0 else None, [1600, 3200],
         [means[unit] - 0.05 - updates / 10000 + seed / 100 for updates in (1600, 3200)],
         COLORS[role], "-")
        for unit, role in roles.items() for seed in range(5)
    ]  # fmt: skip
    drawn = read_lines(right)
    assert drawn == wanted
    assert [line.get_marker() for line in right.lines[::5]] == ["o", "s", "^"]
    title = "After 3,200 updates, words need the fewest bits: 1.700 a byte"
    assert shown["figure"].get_suptitle() == title
    assert shown["alt"].endswith(
        "characters 2.08 to 2.12, plain characters 1.88 to 1.92, words 1.68 to 1.72."
    )
