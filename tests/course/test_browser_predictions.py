"""The form of a prediction in a real JupyterLab: typed into, folded and unfolded, out of kernel."""

import nbformat
import pytest
from nbformat import v4

from tests.browser import IN_BROWSER
from tools.execute_notebooks import execute
from tools.lab import open_lab

pytestmark = IN_BROWSER

SETUP = "from rnn_helpers.display.predictions import compare_predictions, predict"
CELLS = [
    v4.new_code_cell(f"{SETUP}\nprint('Ready.')"),
    v4.new_markdown_cell("**Predict.** How much is six times seven?"),
    v4.new_code_cell("predict('six times seven', lambda: product, unit='%')"),
    v4.new_code_cell("product = 6 * 7\nprint('forty-two', product)"),
    v4.new_markdown_cell("**Predict.** Which one?"),
    v4.new_code_cell("predict('winner', lambda: winner, choices=['sigmoid', 'tanh', 'ReLU'])"),
    v4.new_code_cell("winner = 'tanh'\nwinner"),
    v4.new_code_cell("compare_predictions()"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    path = folder / "predictions.ipynb"
    nbformat.write(v4.new_notebook(cells=CELLS), path)
    execute(path)
    with open_lab(folder) as lab:
        lab.open(path.name)
        yield lab


def test_a_lecture_is_predicted_by_keyboard_and_answers_are_folded_until_then(lab):
    page = lab.page
    page.locator(".jp-OutputPlaceholder").first.wait_for()
    folded = page.locator(".jp-OutputPlaceholder .jp-PlaceholderText").all_inner_texts()
    assert [text.strip() for text in folded] == ["", ""]  # and no line of the answer
    notebook = page.locator(".jp-Notebook")
    assert "forty-two" not in notebook.inner_text().replace("print('forty-two', product)", "")
    assert "the answer comes next" in notebook.inner_text()

    for cell in (0, 2, 5):
        lab.run_cell(cell)
    box = page.get_by_role("textbox", name="six times seven, in %")
    box.click()
    page.keyboard.type("about 40 %")
    page.get_by_text("Kept: 40 %.").wait_for()
    page.get_by_role("radio", name="sigmoid").focus()
    for key in ("ArrowDown", "ArrowDown"):  # not to the next cell of JupyterLab
        page.keyboard.press(key)
    page.get_by_text("Kept: ReLU.").wait_for()
    assert page.get_by_role("group", name="Your prediction: winner").count() == 1
    assert lab.find_unnamed() == []

    for cell in (3, 6, 7):
        lab.run_cell(cell)
    page.get_by_text("forty-two 42", exact=True).wait_for()
    assert page.locator(".jp-OutputPlaceholder").count() == 0
    row = page.locator("tr", has_text="six times seven")
    assert row.locator("td").all_inner_texts() == ["40 %", "42 %", "2 points lower"]
    row = page.locator("tr", has_text="winner")
    assert row.locator("td").all_inner_texts() == ["ReLU", "tanh", "another"]

    lab.run_cell(2)  # again
    page.get_by_text("Kept: 40 %.").wait_for()
    assert page.get_by_role("textbox", name="six times seven, in %").input_value() == "about 40 %"

    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    lost = page.get_by_text("has lost its kernel: run the cell again")
    lost.first.wait_for()
    assert lost.count() == 2
    assert lab.errors == []
