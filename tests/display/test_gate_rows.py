"""The picture of a trained network's gates: what is drawn is what was given."""

import numpy as np
import pytest

from rnn_helpers.display import gate_rows
from rnn_helpers.display.figures import encode_png


@pytest.mark.parametrize(("cell", "names"), [("LSTM", "fio"), ("GRU", "zr")])
def test_each_gate_has_a_row_with_the_mean_and_the_carriers(monkeypatch, cell, names):
    shown = []
    monkeypatch.setattr(gate_rows, "show", lambda figure, **words: shown.append((figure, words)))
    rng = np.random.default_rng(0)
    gates = {name: rng.random((4, 6)) for name in names}
    gates["z" if cell == "GRU" else "i"] += 1
    gate_rows.show_gates("The cats, which saw, were", gates, [5, 0, 2], cell=cell)
    ((wide, more),) = shown
    alt, narrow = more["alt"], more["narrow"]
    assert narrow.get_figwidth() < 5 < wide.get_figwidth()
    for figure in (wide, narrow):  # the chart, and the same for a phone
        encode_png(figure)
        _check_rows(figure, cell, names, gates)
    assert "“The cats, which saw, were”" in alt
    assert ", ".join(names) in alt


def _check_rows(figure, cell, names, gates):
    title = figure.axes[0].get_title("left").replace("\n", " ")
    widest = "z" if cell == "GRU" else "i"
    assert title == f"Widest on average: {widest}"
    assert [axis.get_ylabel() for axis in figure.axes] == [f"gate {name}" for name in names]
    for axis, values in zip(figure.axes, gates.values(), strict=True):
        *units, mean, _subject = axis.get_lines()
        for line, unit in zip(units, (5, 0, 2), strict=True):
            np.testing.assert_array_equal(line.get_ydata(), values[:, unit])
        np.testing.assert_allclose(mean.get_ydata(), values.mean(axis=1))
        assert len({line.get_linestyle() for line in units}) == 3
        assert len({line.get_color() for line in (*units, mean)}) == 4
    assert [text.get_text() for text in figure.axes[0].texts] == ["subject"]
    words = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    assert words == ["The", "cats,", "which", "saw,"]
    for axis in figure.axes[:-1]:
        assert "".join(label.get_text() for label in axis.get_xticklabels()) == ""


@pytest.mark.parametrize(("least", "low"), [(0.4, 0.4), (0.39, 0)])
def test_an_axis_that_leaves_part_out_says_so(monkeypatch, least, low):
    shown = []
    monkeypatch.setattr(gate_rows, "show", lambda figure, **words: shown.append((figure, words)))
    gates = {"z": np.full((2, 3), 0.9), "r": np.array([[0.9, 0.9, 0.0], [least, 0.9, 0.9]])}
    gate_rows.show_gates("The cats, were", gates, [0, 1], cell="GRU")
    ((figure, more),) = shown
    alt = more["alt"]
    assert [axis.get_ylim() for axis in figure.axes] == [(low, 1), (low, 1)]
    said = figure.axes[0].get_title(loc="left")
    assert said.endswith("; axes from 0.4" if low else ": z")
    assert f"from {low} to 1" in alt


def test_gates_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"gates\['z'\] must"):
        gate_rows.show_gates("a b c", {"z": np.zeros(2), "r": np.zeros(2)}, [0], cell="GRU")
