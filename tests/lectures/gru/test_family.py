"""Four cells in one drawing: their numbers, what is in the same place, what was taken away."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from rnn_helpers.display.cell_family import FAMILY, TAKEN, draw_cell
from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.display.layouts import Layout, make_narrow
from rnn_helpers.lectures.gru import family_plots
from rnn_helpers.lectures.gru.demos import family_demo
from rnn_helpers.lectures.gru.family import compute_member
from rnn_helpers.recurrences import cells
from tests.mistakes import expect_refusals, set_to
from tests.pointing import find_pointed, list_lit
from tests.stills import check_diagram, read_diagrams
from tests.sums import check_sums

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


def _read_texts(drawn):
    """The numbers that are written in a drawing, by name."""
    return {name: shown.read() for name, shown in drawn._shown if hasattr(shown, "_text")}


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize(("x", "state"), SETTINGS)
def test_what_x_enters_as_and_what_is_seen_of_the_past_add_up(x, state, layout):
    demo = family_demo()
    settings = [{"cell": place, "x": x, "state": state} for place in range(len(FAMILY))]
    recorded = demo.record([layout], settings)
    for cell, setting, (_, layouts) in zip(FAMILY, settings, recorded, strict=True):
        drawn = draw_cell(new_figure(4, 3)[1], cell)
        drawn.move(compute_member(*setting.values()).values)
        written = _read_texts(drawn)
        texts = [data for style, data in layouts[layout] if style["kind"] == "text"]
        out = written["h"] if cell == "RNN" else written["n"]
        if cell == "minGRU":
            assert "entered" not in written
            continue
        seen = written["reset"] if cell == "GRU" else written["past"]
        (total,) = drawn.read()["sum"]
        assert written["entered"] + seen == pytest.approx(total, abs=0.0101)
        assert np.tanh(total) == pytest.approx(out, abs=0.0051)
        weights = f"W_x{'h' if cell == 'RNN' else 'g' if cell == 'LSTM' else 'n'}"
        assert any(weights in str(data) for data in texts)
    demo.close()


def test_at_the_start_all_that_a_reader_works_out_agrees_to_the_digits_shown():
    for place, cell in enumerate(FAMILY):
        drawn = draw_cell(new_figure(4, 3)[1], cell)
        drawn.move(compute_member(place).values)
        check_sums(written := _read_texts(drawn))
        assert ("shown" in written) == (cell == "LSTM")


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
        if (part == TAKEN) == ghosts
        and isinstance(artist, PathPatch)
        and artist.get_path().vertices[:, 1].max() > 0  # no sample of the key
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


@pytest.mark.parametrize(("x", "state"), SETTINGS)
def test_a_branch_looks_as_what_it_branches_from(x, state):
    for place, cell in enumerate(FAMILY):
        drawn = draw_cell(new_figure(4, 3)[1], cell)
        drawn.move(compute_member(place, x, state).values)
        lines = [(name, shown._artists[0]) for name, shown in drawn._shown
                 if hasattr(shown, "_artists")]  # fmt: skip
        named = [stroke for _, stroke in lines]
        bare = [artist for _, artists in drawn._parts for artist in artists
                if isinstance(artist, PathPatch) and artist not in named
                and artist.get_gid() in ("state", "hidden state", "candidate")]  # fmt: skip
        assert bare == []  # each carries one number
        for number in ("x", "h_before"):
            looks = {(s.get_linestyle(), s.get_edgecolor(), s.get_linewidth())
                     for name, s in lines if name == number}  # fmt: skip
            assert len(looks) == 1


@pytest.mark.parametrize("cell", FAMILY)
def test_what_a_part_moves_lights_with_it(cell):
    drawn = draw_cell(new_figure(4, 3)[1], cell)
    values = compute_member(FAMILY.index(cell), 0.7, -0.4).values

    def run(**nudged):
        v = values | nudged
        if cell == "RNN":
            return {"h": v["n"]}
        if cell == "LSTM":
            kept, taken = v["f"] * v["c_before"], v["i"] * v["n"]
            found = {"kept": kept, "taken": taken, "c": kept + taken}
            shown = np.tanh(found["c"])
            return found | {"shown": shown, "h": v["o"] * shown}
        found = {"kept": v["z"] * v["h_before"]}
        n = v["n"]
        if "reset" in values:
            reset = v["r"] * v["past"]
            n += reset - values["reset"]
            found |= {
                "reset": reset,
                "sum": values["entered"] + reset,
                "n": n if "n" not in nudged else values["n"],
            }
        found["taken"] = (1 - v["z"]) * n
        return found | {"h": found["kept"] + found["taken"]}

    values = {"n": values["h"]} | values
    letters = {"forget gate": "f", "input gate": "i", "output gate": "o", "update gate": "z",
               "reset gate": "r", "candidate": "n"}  # fmt: skip
    first = run()
    for part, letter in letters.items():
        if letter not in values:
            continue
        after = run(**{letter: values[letter] + 0.01})
        moved = {name for name, value in after.items() if abs(value - first[name]) > 1e-9}
        lit = {name for name, shown in drawn._shown for artist in
               getattr(shown, "_artists", [getattr(shown, "_text", None)])
               if part in getattr(artist and artist.get_gid(), "by", ())}  # fmt: skip
        assert lit - {"c"} == moved - {"c"}, part  # tanh stands on a branch of c
        assert ("c" in lit) == ("c" in moved)


@pytest.mark.parametrize("cell", FAMILY)
def test_the_input_lights_its_line_its_weights_and_what_they_make(cell):
    demo = set_to(family_demo(), cell=FAMILY.index(cell))
    drawn = demo.artists[cell]
    artists = [a for part, found in drawn._parts for a in found
               if "input" in (part, *getattr(part, "by", ()))]  # fmt: skip
    shown = {name for name, each in drawn._shown for artist in artists
             if artist in getattr(each, "_artists", [getattr(each, "_text", None)])}  # fmt: skip
    assert shown == {"x", "n" if cell == "minGRU" else "entered"}
    letter = {"RNN": "h", "LSTM": "g"}.get(cell, "n")
    assert f"W_x{letter}" in [a.get_text() for a in artists if hasattr(a, "get_text")]
    lit = [a.get_text() for a in demo.artists[f"{cell} equations"].get_children()
           if "input" in getattr(a.get_gid(), "by", ())]  # fmt: skip
    assert len(lit) == {"RNN": 1, "LSTM": 4, "GRU": 3, "minGRU": 2}[cell]
    assert all("x_t" in piece for piece in lit)
    demo.close()


def test_a_part_says_on_the_page_what_moves_it():
    demo = family_demo(cell=1)
    styles = demo.stage.frame["styles"]
    assert "hidden state|forget gate|input gate|candidate|output gate" in {
        style.get("part") for style in styles
    }
    demo.close()


@pytest.mark.parametrize("width", [3.6, 4.0])
@pytest.mark.parametrize("cell", FAMILY)
@pytest.mark.parametrize("x", [-3.0, 3.0])
def test_no_line_runs_through_a_number(cell, x, width):
    figure, axes = new_figure(width, 2.6)
    drawn = draw_cell(axes, cell)
    drawn.move(compute_member(FAMILY.index(cell), x, -1.0).values)
    figure.canvas.draw()
    texts = {name: shown._text for name, shown in drawn._shown if hasattr(shown, "_text")}
    lines = [a for _, artists in drawn._parts for a in artists if isinstance(a, PathPatch)
             and a.get_gid() != "key"]  # fmt: skip
    for name in {"n", "open", "past", "reset", "entered", "shown"} & set(texts):
        box = texts[name].get_window_extent()
        for line in lines:
            path = line.get_transform().transform_path(line.get_path())
            assert not path.intersects_bbox(box, filled=False), (name, line.get_gid())
    boxes = {name: text.get_window_extent() for name, text in texts.items()}
    for (name, box), (other, beside) in combinations(boxes.items(), 2):
        assert not box.overlaps(beside), (name, other)


def test_what_was_taken_away_is_dashed_in_the_drawing_and_struck_in_the_equations():
    demo = family_demo()
    for cell, gone in (("RNN", False), ("LSTM", False), ("GRU", True), ("minGRU", True)):
        for name in (cell, f"{cell} equations"):
            lines = [a for part, artists in demo.artists[name]._parts for a in artists
                     if isinstance(a, PathPatch) and part == TAKEN]  # fmt: skip
            assert bool(lines) == gone
            assert {line.get_linestyle() for line in lines} <= {(0, (3, 2))}
        words = [a.get_text() for part, artists in demo.artists[cell]._parts for a in artists
                 if part == TAKEN and hasattr(a, "get_text")]  # fmt: skip
        assert ("taken away" in words) == gone
    demo.close()


def test_a_phone_writes_the_equations_larger_and_whole():
    member = compute_member(3)
    wide = Layout(family_plots.draw_member, member, width=8, height=2.6, ncols=2)
    phone = make_narrow(family_plots.draw_member, member, height=2.6, ncols=2)
    for cell in FAMILY:
        small, large = (
            [a for a in layout.artists[f"{cell} equations"].get_children() if isinstance(a, Text)]
            for layout in (wide, phone)
        )
        for before, after in zip(small, large, strict=True):
            assert after.get_fontsize() > 1.2 * before.get_fontsize()
            assert after.get_window_extent().x1 < phone.figure.bbox.x1
            assert after.get_window_extent().y0 > 0


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
    assert parts["RNN"] == {"input", "candidate", "hidden state"}
    assert parts["minGRU"] == {"input", "candidate", "update gate", "state", TAKEN}
    demo.close()


def test_the_sum_and_what_is_shown_light_the_state_that_they_make():
    demo = family_demo()
    for place, cell in enumerate(FAMILY):
        pointed = find_pointed(set_to(demo, cell=place))
        assert {gid for gid, part in pointed.items() if part is None} == {"key"}
        firsts = {gid.partition("|")[0]: part for gid, part in pointed.items()}
        assert firsts.get("add") == {"RNN": None, "LSTM": "cell state"}.get(cell, "state")
        assert firsts.get("show") == ("hidden state" if cell == "LSTM" else None)
        lit = list_lit(demo.artists[f"{cell} equations"])
        assert lit >= {part for part in pointed.values() if part and part != TAKEN}
    demo.close()


def test_the_four_cells_on_one_picture_say_their_numbers(monkeypatch):
    said = []
    monkeypatch.setattr(
        family_plots, "show", lambda figure, *, alt: said.append((encode_png(figure), figure, alt))
    )
    family_plots.draw_family(x=1.0, state=0.55)
    ((png, figure, alt),) = said
    assert png
    for place, (cell, axes) in enumerate(zip(FAMILY, figure.axes, strict=True)):
        assert axes.get_title(loc="left") == cell
        (read,) = read_diagrams(axes)
        values = compute_member(place, 1.0, 0.55).values
        assert set(read) == set(values)
        check_diagram(read, values)
        assert f"= {compute_member(place, 1.0, 0.55).values['h']:.2f}" in alt
        assert cell in alt
    assert "for which 1 − z stands" in alt


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (family_demo, "cell", 4), (family_demo, "x", 4), (family_demo, "state", -2),
])  # fmt: skip


@pytest.mark.parametrize("name", ["cell", "before"])
def test_a_cell_that_is_not_of_the_family_is_named(name):
    with pytest.raises(ValueError, match=f"^{name} must be one of 'RNN', 'LSTM'"):
        draw_cell(new_figure(4, 3)[1], **{"cell": "GRU", name: "Elman"})


def test_the_lstm_s_sentence_names_each_gate_by_its_own_number():
    member = compute_member(1, 1.0, 0.55)
    said = family_plots.describe_member(member)
    numbers = {name: f"{name} = {member.values[name]:.2f}" for name in "fio"}
    assert len({words[4:] for words in numbers.values()}) == 3
    for name, verb in (("f", "keeps"), ("i", "takes"), ("o", "shows")):
        assert f"{numbers[name]} {verb}" in said
