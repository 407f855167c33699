"""Running an unchanged lecture again changes no byte of its file; a failing one is left alone."""

import copy
import os
import time

import nbformat
import pytest
from nbformat import v4

from tools import execute_notebooks
from tools.execute_notebooks import METADATA, WIDGET_VIEW, main, normalize


def write(path, *cells, **metadata):
    nbformat.write(v4.new_notebook(cells=list(cells), metadata=metadata), path)
    return path


def read(path):
    return nbformat.read(path, as_version=4)


CHATTY = """\
import sys
import ipywidgets
from tqdm import tqdm
for word in tqdm(("one", "two"), file=sys.stdout, leave=False):
    pass
for word in ("one", "two"):
    print(word, flush=True)
    sys.stdout.flush()
display(ipywidgets.IntSlider())
6 * 7
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A chatty notebook, executed, with the bytes of its first and its second run."""
    chatty = v4.new_code_cell(CHATTY, metadata={"tags": ["b", "a"], "collapsed": True})
    path = write(
        tmp_path_factory.mktemp("notebooks") / "chatty.ipynb",
        v4.new_markdown_cell("# Title"), chatty, *(v4.new_code_cell("'last'") for _ in range(2)),
        widgets={"state": {}}, language_info={"name": "python", "version": "2.7"},
    )  # fmt: skip
    runs = []
    for _ in range(2):
        assert main([str(path)]) == 0
        runs.append(path.read_bytes())
    return path, *runs


def test_a_second_run_changes_no_byte_and_a_third_does_not_write(executed, capsys):
    path, first, second = executed
    assert first == second
    long_ago = time.time() - 1000
    os.utime(path, (long_ago, long_ago))
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "chatty.ipynb: unchanged\n"
    assert path.stat().st_mtime == pytest.approx(long_ago)


def test_what_is_stored(executed):
    notebook = read(executed[0])
    assert notebook.metadata == METADATA
    chatty = notebook.cells[1]
    assert chatty.metadata == {"tags": ["a", "b"]}
    types = [output.output_type for output in chatty.outputs]
    assert types == ["stream", "display_data", "execute_result"]
    assert chatty.outputs[0].text == "one\ntwo\n"
    assert list(chatty.outputs[1].data) == ["text/plain"]
    assert chatty.outputs[2].data == {"text/plain": "42"}
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2, 3]
    assert chatty.outputs[2].execution_count == 1
    assert b"widget" not in executed[1].replace(b"ipywidgets", b"")


def test_ids_depend_on_the_source_alone_and_differ_between_equal_cells(executed):
    ids = [cell.id for cell in read(executed[0]).cells]
    assert len(set(ids)) == 4
    alone = v4.new_notebook(cells=[v4.new_code_cell("'last'")])
    assert normalize(alone).cells[0].id == ids[2]


def test_normalize_merges_streams_and_drops_a_view_without_a_picture():
    cell = v4.new_code_cell("x", execution_count=17)
    stdout = [v4.new_output("stream", name="stdout", text=text) for text in "aba"]
    stderr = v4.new_output("stream", name="stderr", text="c")
    view = v4.new_output("display_data", data={WIDGET_VIEW: {"model_id": "1"}})
    cell.outputs = [*stdout[:2], stderr, view, stdout[2]]
    kept = normalize(v4.new_notebook(cells=[cell])).cells[0].outputs
    wanted = [("stdout", "ab"), ("stderr", "c"), ("stdout", "a")]
    assert [(output.name, output.text) for output in kept] == wanted
    assert cell.execution_count == 17  # `normalize` works on a copy


def test_empty_code_cells_have_no_count():
    notebook = v4.new_notebook(cells=[v4.new_code_cell(text) for text in ("1", " ", "2")])
    assert [cell.execution_count for cell in normalize(notebook).cells] == [1, None, 2]


def test_an_error_fails_loudly_and_leaves_the_file_alone(tmp_path, capsys):
    path = write(tmp_path / "broken.ipynb", v4.new_code_cell("1 / 0"))
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    message = capsys.readouterr().err
    assert "broken.ipynb: FAILED, the file is as it was" in message
    assert "ZeroDivisionError" in message


def test_no_notebook_at_all_is_an_error(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(execute_notebooks, "NOTEBOOKS", tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "there is no notebook" in capsys.readouterr().err


@pytest.mark.parametrize(("written", "shown"), [
    ("one\ntwo\n", "one\ntwo\n"),
    ("ends in blanks  \n", "ends in blanks  \n"),
    ("\r10 %|#   |\r20 %|##  |\r          \r", ""),
    ("\r10 %|#   |\r           \rdone\n", "done\n"),
    ("abcdef\rxy\n", "xycdef\n"),
])  # fmt: skip
def test_a_line_that_overwrites_itself_is_stored_as_it_ends(written, shown):
    assert execute_notebooks.settle(written) == shown


# Folding


def normalize_cells(*cells):
    return normalize(v4.new_notebook(cells=list(cells))).cells


def printed(source, *texts, tags=()):
    outputs = [v4.new_output("stream", name="stdout", text=text) for text in texts]
    return v4.new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


FORM = "predict('share', lambda: share, unit='%')"


def test_a_form_folds_its_source_and_the_output_of_the_next_code_cell():
    cells = [printed(FORM), v4.new_markdown_cell("So:"), printed("share", "27\n"), printed("1")]
    form, _, answer, after = normalize_cells(*cells)
    assert form.metadata == {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    assert answer.metadata == {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}
    assert after.metadata == {}
    assert answer.outputs[0].text == " \n27\n"
    again = normalize_cells(form, answer)[1]
    assert (again.metadata, again.outputs) == (answer.metadata, answer.outputs)


def test_tags_by_hand_fold_and_without_the_tag_nothing_does():
    both, none = normalize_cells(
        v4.new_code_cell("x", metadata={"tags": ["hide-output", "hide-input", "a"]}),
        v4.new_code_cell("x", metadata={"jupyter": {"source_hidden": True}}),
    )
    folds = {"outputs_hidden": True, "source_hidden": True}
    assert both.metadata == {"jupyter": folds, "tags": ["a", "hide-input", "hide-output"]}
    assert none.metadata == {}


def test_of_two_forms_in_a_row_the_second_stays_open():
    metadata = [cell.metadata.get("tags") for cell in normalize_cells(*map(printed, [FORM] * 3))]
    assert metadata == [["hide-input"]] * 3


@pytest.mark.parametrize(("source", "asks"), [
    (FORM, True), (f"# note\n{FORM}", True), (f"{FORM}\n", True), ("predict(series)", False),
    ("model.predict('x', f)", False), ("y = predict('x', f)", False), ("", False),
    ("%%bash", False), (f"def f():\n    {FORM}", False), ("predict()", False),
])  # fmt: skip
def test_which_cell_asks_for_a_prediction(source, asks):
    assert execute_notebooks.asks_for_a_prediction(source) is asks


@pytest.mark.parametrize(("data", "wanted"), [
    ({"text/plain": "27"}, {"text/plain": " \n27"}),
    ({"text/html": "<img>", "text/plain": "A", "image/png": "x"},
     {"text/html": " \n<img>", "text/plain": "A", "image/png": "x"}),
    ({"image/png": "x"}, {"image/png": "x"}),
])  # fmt: skip
def test_jupyterlab_shows_a_blank_line_of_what_is_folded(data, wanted):
    output = v4.new_output("display_data", data=data)
    first, second = copy.deepcopy(output), copy.deepcopy(output)
    cell = v4.new_code_cell("x", outputs=[first, second], metadata={"tags": ["hide-output"]})
    outputs = normalize_cells(cell)[0].outputs
    assert outputs[0].data == wanted
    assert outputs[1].data == data
