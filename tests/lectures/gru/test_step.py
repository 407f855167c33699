"""The GRU's cell, drawn: from where to where each number goes, and which part each symbol names."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from rnn_helpers.display.cell_family import draw_cell
from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.gru import family_plots, step_plots
from rnn_helpers.lectures.gru.demos import family_demo, gru_step_demo
from rnn_helpers.lectures.gru.step import BEATS, COUNT
from rnn_helpers.recurrences import cells
from tests.mistakes import set_to
from tests.pointing import find_pointed, list_lit
from tests.sums import check_sums

NAMED = {"x": "input", "r": "reset gate", "z": "update gate", "n": "candidate", "h": "state"}


def _find_places(cell):
    """The boxes of layers by their labels, of valves by their numbers, and the operations."""
    places = {name: shown._shutter.get_bbox() for name, shown in cell._shown
              if hasattr(shown, "_shutter")}  # fmt: skip
    for (part, [shape, *_]), (named, [label, *_]) in pairwise(cell._parts):
        text = getattr(label, "get_text", str)()
        if text in ("W_hn", "W_xn", "tanh", "+"):  # a label follows its box or circle
            assert part == named
            assert part == "candidate" or (part, text) == ("add", "+")
            places["add" if part == "add" else text] = shape.get_path().get_extents(
                shape.get_patch_transform()
            )
    return places


@pytest.mark.parametrize(("number", "start", "end"), [
    ("past", "W_hn", "r"), ("reset", "r", "+"), ("entered", "W_xn", "+"), ("sum", "+", "tanh"),
    ("n", "tanh", "open"), ("taken", "open", "add"), ("kept", "z", "add"), ("h_before", None, "z"),
    ("h", "add", None), ("x", None, "W_xn"),
])  # fmt: skip
def test_a_number_goes_from_what_makes_it_to_what_reads_it(number, start, end):
    cell = draw_cell(new_figure(4, 3)[1], "GRU")
    places = _find_places(cell)
    *_, (stroke, *heads) = [
        s._artists for name, s in cell._shown if name == number and hasattr(s, "_artists")
    ]  # the belt is last
    first, last = stroke.get_path().vertices[[0, -1]]
    if heads:
        last = heads[0].get_xy()[0]
    for place, point in ((start, first), (end, last)):
        if place is not None:
            inside = places[place].expanded(1.05, 1.05).contains(*point)
            assert inside, (place, places[place], point)
    assert bool(heads) == (number not in ("past", "h_before", "sum"))  # what follows goes on


def test_each_number_is_shown_as_often_as_it_is_drawn_and_written():
    cell = draw_cell(new_figure(4, 3)[1], "GRU")
    kinds = {}
    for name, shown in cell._shown:
        kinds.setdefault(name, Counter())[type(shown).__name__] += 1
    line, text, valve = "_ShownWidth", "_ShownText", "_ShownShutter"
    both = {line: 1, text: 1}
    assert kinds == {
        "x": {line: 2, text: 1}, "h_before": {line: 3, text: 1}, "past": both, "n": both,
        "kept": both, "taken": both, "h": both, "r": {valve: 1, text: 1},
        "z": {valve: 1, text: 1}, "open": {valve: 1, text: 1},
        "reset": both, "entered": both, "sum": {line: 1},
    }  # fmt: skip
    parts = {name: s._text for name, s in cell._shown if hasattr(s, "_text")}
    for name, part in NAMED.items():
        assert parts[name].get_gid() == part


def _find_symbol(piece):
    """The first symbol of a piece of an equation, or of a line of code, and not of its product."""
    piece = piece.replace(r"\,", "").replace(r"\odot", "").replace("cells.sigmoid", "")
    found = re.search(r"[hnrz](?=_t|_\{t|\b)", piece)
    return found[0] if found else None


@pytest.mark.parametrize("row", step_plots._LINES)
def test_each_piece_of_an_equation_and_of_its_code_is_of_the_part_that_its_symbol_names(row):
    for pieces in row:
        for part, piece in pieces:
            symbol = _find_symbol(piece.strip("$ *(+"))
            if part == "candidate" and ("h_{t-1}" in piece or "h_n" in piece):
                symbol = "n"  # what the candidate reads of h
            assert (NAMED[symbol] if symbol else "add") == part, piece
    texts = ["".join(piece for _, piece in pieces) for pieces in row]
    heads = [text.replace("$", "").split("=")[0].strip().removesuffix("_t") for text in texts]
    assert heads[0] == heads[1] == {part: name for name, part in NAMED.items()}[row[0][0][0]]


def test_the_equations_are_the_cells():
    code = [" ".join(piece for _, piece in row[1]) for row in step_plots._LINES]
    rng = np.random.default_rng(0)
    names = ("x_r", "x_z", "x_n", "h_r", "h_z", "h_n", "h")
    names = dict(zip(names, rng.normal(size=7), strict=True))
    values = {**names, "np": np, "cells": cells}
    for line in code:
        exec(" ".join(line.split()), values)
    r, z = (cells.sigmoid(names[f"x_{gate}"] + names[f"h_{gate}"]) for gate in "rz")
    n = np.tanh(names["x_n"] + r * names["h_n"])
    assert values["h"] == pytest.approx(z * names["h"] + (1 - z) * n)
    equations = [
        "".join(piece for _, piece in row[0]).replace("$", "") for row in step_plots._LINES
    ]
    for gate, equation in zip("rz", equations[:2], strict=True):
        assert equation.count(gate) == 4  # itself, two blocks of weights, a bias
    assert equations[2].replace(r"\,", "").replace(" ", "") == (
        r"n_t=\tanh(x_tW_{xn}+b_{xn}+r_t\odot(h_{t-1}W_{hn}+b_{hn}))"
    )
    assert equations[3].replace(r"\,", "").replace(" ", "") == (
        r"h_t=z_t\odoth_{t-1}+(1-z_t)\odotn_t"
    )


@pytest.mark.parametrize("beat", range(1, COUNT + 1))
def test_a_beat_lights_what_comes_with_it_and_says_its_numbers(beat):
    demo = set_to(gru_step_demo(), beat=beat)
    name, values = demo.result.name, demo.result.values
    lit = step_plots._LIT[name]
    rows = dict(zip(BEATS, (slice(0, 2), slice(2, 3), slice(3, 4)), strict=True))[name]
    pieces = [piece for row in step_plots._LINES[rows] for line in row for piece in line]
    reads = {"input"} if any("x_t" in text for _, text in pieces) else set()
    assert set(lit) == {part for part, _ in pieces} | reads
    assert {*demo.artists["cell"]._lit} - {"key"} == {*demo.artists["terms"]._lit} == {*lit}
    _compare_words(demo.message, values)
    demo.close()


def test_whatever_is_pointed_at_lights_its_term():
    demo = set_to(gru_step_demo(), beat=3)
    pointed = find_pointed(demo)
    terms = list_lit(demo.artists["terms"])
    assert [gid for gid, part in pointed.items() if part not in terms] == ["key"]
    firsts = {gid.partition("|")[0]: part for gid, part in pointed.items() if gid != "key"}
    assert firsts == {part: part for part in step_plots.PARTS} | {"add": "state"}
    for row in step_plots._LINES:  # x is read where gates and candidate are made
        for (first, text), *_ in row:
            assert ("input" in getattr(first, "by", ())) == ("x_" in text)
    demo.close()


def test_what_a_reader_works_out_agrees_to_the_digits_shown_in_every_step():
    for beat in range(3, COUNT + 1, len(BEATS)):
        demo = set_to(gru_step_demo(), beat=beat)
        shown = demo.artists["cell"]._shown
        written = {name: text.read() for name, text in shown if hasattr(text, "_text")}
        check_sums(written)
        numbers = np.abs([written[name] for name in ("past", "reset", "kept", "taken")])
        assert numbers.min() >= 0.05  # none is "0.01 of 0.01"
        demo.close()


def test_the_family_says_its_numbers():
    demo = family_demo()
    for place in range(4):
        _compare_words(set_to(demo, cell=place, x=-1.3, state=0.35).message, demo.result.values)
    demo.close()


def _compare_words(words, values):
    """Each "name = number", the one before the step first, and what is kept and taken."""
    said: dict[str, list[float]] = {}
    pattern = r"\b([xhrzncfio]) = (?:tanh\([^)]+\) = )?(−?\d\.\d\d)"
    for name, number in re.findall(pattern, words):
        said.setdefault(name, []).append(_read(number))
    for name, numbers in said.items():
        wanted = [values.get(key, np.nan) for key in (f"{name}_before", name)]
        wanted = [value for value in wanted if not np.isnan(value)][-len(numbers) :]
        assert numbers == pytest.approx(wanted, abs=0.0051), name
    sums = re.findall(r"tanh\((−?\d\.\d\d) ([+−]) (\d\.\d\d)\)", words)
    for entered, sign, seen in sums:
        assert _read(entered) == pytest.approx(values["entered"], abs=0.0051)
        wanted = values.get("reset", values["past"])
        assert _read(f"{sign}{seen}".strip("+")) == pytest.approx(wanted, abs=0.0051)
    assert len(sums) == ("tanh" in words and "the tanh" not in words)
    verbs = (("keeps", "kept"), ("takes", "taken"), ("lets", "reset"), (r"W_x\w =", "entered"),
             (r"W_h\w =", "past"))  # fmt: skip
    for verb, name in verbs:
        for number in re.findall(rf"{verb} (−?\d\.\d\d)", words):
            assert _read(number) == pytest.approx(values[name], abs=0.0051), name


def _read(number):
    return float(number.replace("−", "-"))


def test_the_words_of_a_part_say_what_the_lstm_had():
    assert "f and i in one" in step_plots.PARTS["update gate"]
    assert "no output gate" in step_plots.PARTS["state"]
    assert set(step_plots.PARTS) <= set(NAMED.values())
    assert family_plots.PARTS["candidate"].startswith("what x and the old state offer")
