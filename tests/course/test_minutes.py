"""The minutes that a lecture states are those that reading, running and predicting take."""

import re

import nbformat
import pytest
from nbformat import v4

from tests.notebooks import ROOT, read_lecture
from tools import minutes
from tools.minutes import compute_minutes, count_words, main, round_minutes

FIGURE = v4.new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/plain": "A line"})


def test_a_lecture_states_the_minutes_that_it_takes(lecture):
    notebook = read_lecture(lecture)
    stated = int(re.search(r"\b(\d+) minutes\b", notebook.cells[0].source)[1])
    computed = compute_minutes(notebook)
    assert stated == pytest.approx(computed, rel=0.1), "python -m tools.minutes --write"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"\(notebooks/{lecture.name}\) \|[^|]*\| (\d+) \|", readme)
    assert int(row[1]) == stated


@pytest.mark.parametrize(("text", "count"), [
    ("Three words here", 3), ("one\n\n- two\n| three | – |", 3), ("", 0),
    ("<details><summary>Solution</summary>\n\nmany words\n\n</details> one", 1),
    ("a [link of words](https://example.org/x y)", 4), ("![a picture](x.png) one", 1),
    ("<b>one</b> two", 2), ("W_hh = 3 + 4", 3),
])  # fmt: skip
def test_words_are_those_that_are_read(text, count):
    assert count_words(text) == count


def make_lecture(*cells):
    return v4.new_notebook(cells=list(cells))


def code(source, *tags, outputs=()):
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


@pytest.mark.parametrize(("cell", "more"), [
    (v4.new_markdown_cell("word " * 400), 2.0),
    (code("x = 1\n\ny = 2\n# three"), 0.4),
    (code("x = 1\ny = 2", "hide-input"), 0.0),
    (code("answer = ...\ncheck(answer)", "exercise"), 0.0),
    (code("x", outputs=[FIGURE, FIGURE]), 2 + 8 / 60),
    (code("draw()", "hide-input", outputs=[FIGURE]), 1.0),
    (code("predict('x', lambda: 1)", "hide-input"), 0.75),
])  # fmt: skip
def test_each_part_takes_its_time(cell, more):
    assert compute_minutes(make_lecture()) == 25
    assert compute_minutes(make_lecture(cell)) == pytest.approx(25 + more)


def test_minutes_are_rounded_to_five():
    assert [round_minutes(value) for value in (62.4, 62.6, 58)] == [60, 65, 60]


def test_the_command_prints_and_writes_them(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    path, readme = tmp_path / "notebooks" / "07_x.ipynb", tmp_path / "README.md"
    title = v4.new_markdown_cell("# 07 X\n\n45 minutes. You need nothing.")
    nbformat.write(make_lecture(title, v4.new_markdown_cell("word " * 1000)), path)
    readme.write_text("| [07 X](notebooks/07_x.ipynb) | Why? | 45 | nothing |\n", encoding="utf-8")
    monkeypatch.setattr(minutes, "ROOT", tmp_path)
    before = path.read_bytes()
    assert main([]) == 0
    assert "07_x: 30 computed, 45 minutes stated" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert main(["--write"]) == 0
    assert nbformat.read(path, as_version=4).cells[0].source.splitlines()[2].startswith("30 min")
    assert "| Why? | 30 | nothing |" in readme.read_text(encoding="utf-8")
    assert main(["--write", str(path)]) == 0
