"""Four cells in one drawing: their numbers, what is in the same place, what was taken away."""

import numpy as np
import pytest
from matplotlib.patches import PathPatch

from rnn_helpers.display.cell_family import FAMILY, TAKEN, draw_cell
from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.lectures.gru import family_plots
from rnn_helpers.lectures.gru.demos import family_demo
from rnn_helpers.lectures.gru.family import compute_member
from rnn_helpers.recurrences import cells
from tests.mistakes import expect_refusals, set_to

SETTINGS = [(1.0, 0.5), (-3.0, -1.0), (0.0, 0.0), (-1.2, 0.3)]


@pytest.mark.parametrize(("x", "state"), SETTINGS)
def test_a_cell_shows_the_packages_numbers(x, state):
    demo = family_demo()
    for place, cell in enumerate(FAMILY):
        values = set_to(demo, cell=place, x=x, state=state).result.values
        read = demo.artists[cell].read()
        assert set(read) == set(values)
        for name, numbers in read.items():
            np.testing.assert_allclose(numbers, values[name], atol=0.006)
        assert [c for c in FAMILY if demo.artists[c].get_visible()] == [cell]
        seen = [c for c in FAMILY if demo.artists[f"{c} equations"].get_visible()]
        assert seen == [demo.artists["title"].get_text()] == [cell]
        assert demo.text.startswith(cell)
    demo.close()


@pytest.mark.parametrize(("x", "state"), SETTINGS)
def test_all_cells_take_one_step_with_the_same_weights(x, state):
    rng = np.random.default_rng(0)
    W_xh, W_hh = rng.normal(size=(1, 5)), rng.normal(size=(1, 5))
    start = np.full((1, 1), x), np.full((1, 1), state)

    def take(columns, with_state=True):
        weights = [W_xh[:, columns], W_hh[:, columns]] if with_state else [W_xh[:, columns]]
        return *weights, np.zeros(len(columns))

    h, c = cells.lstm_step(*start, start[1], *take([0, 1, 2, 3]))
    wanted = {
        "RNN": cells.rnn_step(*start, *take([2])),
        "LSTM": h,
        "GRU": cells.gru_step(*start, *take([4, 1, 2]), np.zeros(3)),
        "minGRU": cells.min_gru_step(*start, *take([1, 2], with_state=False)),
    }
    for place, cell in enumerate(FAMILY):
        values = compute_member(place, x, state).values
        assert values["h"] == pytest.approx(wanted[cell].item(), abs=1e-12)
        if cell != "RNN":
            kept = c.item() if cell == "LSTM" else values["h"]
            assert values["kept"] + values["taken"] == pytest.approx(kept, abs=1e-12)


def test_in_the_min_gru_alone_the_state_moves_neither_gate_nor_candidate():
    moves = {}
    for place, cell in enumerate(FAMILY):
        low, high = (compute_member(place, 1.0, state).values for state in (-0.5, 0.5))
        moves[cell] = {name for name in "fiozrn" if name in low and low[name] != high[name]}
    wanted = {"RNN": set(), "LSTM": set("fino"), "GRU": set("zrn"), "minGRU": set()}
    assert moves == wanted


def _find_lines(diagram, ghosts):
    return {
        np.round(artist.get_path().vertices, 6).tobytes()
        for part, artists in diagram._parts
        for artist in artists
        if (part == TAKEN) == ghosts and isinstance(artist, PathPatch)
    }


@pytest.mark.parametrize(("before", "cell"), [("LSTM", "GRU"), ("GRU", "minGRU")])
def test_what_is_dimmed_is_what_the_cell_before_had_there(before, cell):
    axes = new_figure(4, 3)[1]
    earlier, drawn = draw_cell(axes, before), draw_cell(axes, cell, before=before)
    ghosts = _find_lines(drawn, True)
    assert ghosts
    assert ghosts < _find_lines(earlier, False)
    assert not _find_lines(draw_cell(axes, cell), True)


def test_what_two_cells_have_stands_in_the_same_place():
    axes = new_figure(4, 3)[1]
    keeps, takes = set(), set()
    for cell, keep, take in (("LSTM", "f", "i"), ("GRU", "z", "open"), ("minGRU", "z", "open")):
        for name, shown in draw_cell(axes, cell)._shown:
            if hasattr(shown, "_shutter") and name in (keep, take):
                (keeps if name == keep else takes).add(shown._shutter.get_xy())
    assert len(keeps) == len(takes) == 1


def test_every_part_can_be_pointed_at_in_some_cell():
    demo, parts = family_demo(), {}
    settings = [{"cell": place, "x": 1.0, "state": 0.5} for place in range(len(FAMILY))]
    for cell, (_, layouts) in zip(FAMILY, demo.record(["wide", "narrow"], settings), strict=True):
        wide, narrow = ({style.get("part") for style, _ in marks} for marks in layouts.values())
        assert wide == narrow
        for style, _ in layouts["wide"]:
            assert bool(style.get("dimmed")) == (style.get("part") == TAKEN)
        parts[cell] = set(family_plots.PARTS) & wide
    assert set.union(*parts.values()) == set(family_plots.PARTS)
    assert parts["RNN"] == {"candidate", "hidden state"}
    assert parts["minGRU"] == {"candidate", "update gate", "state", TAKEN}
    demo.close()


def test_the_four_cells_on_one_picture_say_their_numbers(monkeypatch):
    said = []
    monkeypatch.setattr(
        family_plots, "show", lambda figure, *, alt: said.append((encode_png(figure), alt))
    )
    family_plots.draw_family(x=1.0, state=0.5)
    ((png, alt),) = said
    assert png
    for place, cell in enumerate(FAMILY):
        assert f"h = {compute_member(place, 1.0, 0.5).values['h']:.2f}" in alt
        assert cell in alt
    assert "for which 1 − z stands" in alt


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (family_demo, "cell", 4), (family_demo, "x", 4), (family_demo, "state", -2),
])  # fmt: skip


@pytest.mark.parametrize("name", ["cell", "before"])
def test_a_cell_that_is_not_of_the_family_is_named(name):
    with pytest.raises(ValueError, match=f"^{name} must be one of 'RNN', 'LSTM'"):
        draw_cell(new_figure(4, 3)[1], **{"cell": "GRU", name: "Elman"})
