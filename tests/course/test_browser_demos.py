"""Every demo of every lecture in a real JupyterLab, moved by the keyboard from end to end.

One notebook that calls each demo stands in for the lectures, so that nothing has to be trained.
Skipped where Chromium is missing, except in continuous integration, where that is a failure.
"""

import ast
import os
import time

import nbformat
import pytest

from tests.notebooks import PATHS, ROOT, read_lecture
from tools.lab import INSTALL_CHROMIUM, find_chromium, open_lab

if find_chromium() is None and not os.environ.get("CI"):
    pytestmark = [pytest.mark.browser, pytest.mark.skip(reason=INSTALL_CHROMIUM)]
else:
    pytestmark = pytest.mark.browser

# what a demo of a trained model is given here: a model that has learned nothing
PREPARE = {
    "sampling_demo": """
from rnn_helpers.models.language_model import LanguageModel
from rnn_helpers.data.vocabulary import Vocabulary
vocabulary = Vocabulary.build("the state of the art")
arguments = LanguageModel(len(vocabulary), 8, embedding_size=4), vocabulary
""",
    "reveal_demo": """
from rnn_helpers.lectures.bidirectional_and_deep.tagging import Tagger
arguments = ({"GRU": (Tagger(cell="GRU"), Tagger(cell="GRU", bidirectional=True))},)
""",
    "alignment_demo": """
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, list_characters
sizes = len(list_characters()), len(ISO_CHARACTERS)
arguments = ({score: EncoderDecoder(*sizes, 8, score=score) for score in ("dot", "additive")},)
""",
}
DEMOS = sorted(
    (path.parent.name, node.name)
    for path in (ROOT / "rnn_helpers" / "lectures").glob("*/demos.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.endswith("_demo")
)


def test_every_demo_stands_in_a_lecture():
    sources = "\n".join(
        cell.source for path in PATHS for cell in read_lecture(path).cells
        if cell.cell_type == "code"
    )  # fmt: skip
    assert len(DEMOS) >= 12
    assert [name for _, name in DEMOS if f"demos.{name}(" not in sources] == []


def _write_notebook(folder):
    cells = [
        nbformat.v4.new_code_cell(
            f"arguments = ()\n{PREPARE.get(name, '')}\n"
            f"from rnn_helpers.lectures.{lecture} import demos\ndemos.{name}(*arguments)"
        )
        for lecture, name in DEMOS
    ]
    notebook = nbformat.v4.new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / "demos.ipynb")


@pytest.fixture(scope="module")
def lab():
    with open_lab(ROOT / "notebooks") as lab:
        _write_notebook(lab.folder)
        lab.open("demos.ipynb")
        lab.run_all(seconds=120)
        yield lab


def _find(lab, name):
    index = [other for _, other in DEMOS].index(name)
    return lab.page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea")


def test_all_are_shown_without_error_and_with_names(lab):
    assert lab.read_failures() == []
    lab.page.locator(".widget-image").nth(len(DEMOS) - 1).wait_for()
    assert lab.find_unnamed() == []
    assert lab.errors == []


@pytest.mark.parametrize("name", [name for _, name in DEMOS])
def test_the_keyboard_moves_the_picture_and_reset_brings_it_back(lab, name):
    output = _find(lab, name)
    picture = output.locator(".widget-image")
    slider, sentence = output.get_by_role("slider").first, output.locator(".rnn-caption p")
    at_rest, said = picture.get_attribute("src"), sentence.inner_text()
    seen = {at_rest}
    for key in ("Home", "End"):
        slider.focus()
        before = slider.get_attribute("aria-valuenow")
        lab.page.keyboard.press(key)
        if slider.get_attribute("aria-valuenow") != before:
            seen.add(_wait_for_another(picture, seen, name))
    assert len(seen) >= 2, f"{name}: the picture does not follow the slider"
    _reset(output, said, name)
    assert lab.errors == []


@pytest.mark.parametrize("name", [name for _, name in DEMOS])
def test_the_mouse_drags_the_picture_to_both_ends(lab, name):
    output = _find(lab, name)
    picture, slider = output.locator(".widget-image"), output.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    track, seen = output.locator(".noUi-base").first, {picture.get_attribute("src")}
    said = output.locator(".rnn-caption p").inner_text()
    ends = {}
    for share in (0.0, 1.0):
        before = slider.get_attribute("aria-valuenow")
        box, handle = track.bounding_box(), slider.bounding_box()
        y = handle["y"] + handle["height"] / 2
        lab.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        lab.page.mouse.down()
        lab.page.mouse.move(box["x"] + share * box["width"], y, steps=10)
        lab.page.mouse.up()
        ends[share] = float(slider.get_attribute("aria-valuenow"))
        if slider.get_attribute("aria-valuenow") != before:
            seen.add(_wait_for_another(picture, seen, name))
    assert len(seen) >= 2, f"{name}: the picture does not follow the mouse"
    assert ends[0.0] == float(slider.get_attribute("aria-valuemin"))
    assert ends[1.0] == float(slider.get_attribute("aria-valuemax"))
    _reset(output, said, name)
    assert lab.errors == []


def _reset(output, said, name):
    """Press Reset and wait for the sentence of the start: the next test begins where this did."""
    sentence, deadline = output.locator(".rnn-caption p"), time.monotonic() + 20
    output.get_by_role("button", name="Reset").click()
    while sentence.inner_text() != said:
        assert time.monotonic() < deadline, f"{name}: Reset does not bring the sentence back"
        time.sleep(0.05)


def _wait_for_another(picture, seen, name):
    deadline = time.monotonic() + 20
    while (source := picture.get_attribute("src")) in seen:
        assert time.monotonic() < deadline, f"{name}: no new picture"
        time.sleep(0.05)
    return source


def test_a_typed_date_moves_the_alignment_and_an_unknown_character_gets_a_sentence(lab):
    output = _find(lab, "alignment_demo")
    sentence, box = (
        output.locator(".rnn-caption p"),
        output.get_by_role("textbox", name="or type one"),
    )
    rest = sentence.inner_text()
    for typed, wanted in (("1.9.2001", "1.9.2001"), ("1.9.2001 ☃", "U+2603"), ("", rest)):
        box.fill(typed)
        deadline = time.monotonic() + 20
        while wanted not in sentence.inner_text():
            assert time.monotonic() < deadline, sentence.inner_text()
            time.sleep(0.05)
    assert lab.read_failures() == []
    assert lab.errors == []
