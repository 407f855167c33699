"""Every demo of every lecture in a real JupyterLab, moved by the keyboard from end to end.

One notebook that calls each demo stands in for the lectures, so that nothing has to be trained.
"""

import time

import nbformat
import pytest

from tests.browser import DEMOS, IN_BROWSER, NAMES, PREPARE
from tests.notebooks import PATHS, ROOT, read_lecture
from tools.lab import open_lab

pytestmark = IN_BROWSER


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


@pytest.fixture(scope="module", autouse=True)
def at_rest(lab):
    """What each demo says, and where its slider stands, before any test has moved it."""
    lab.page.locator(".rnn-stage svg").nth(len(DEMOS) - 1).wait_for()
    return {name: _read(_find(lab, name)) for name in NAMES}


@pytest.fixture
def start(lab, at_rest):
    """Find a demo and bring it back to where it started: tests run in any order."""

    def find(name):
        output = _find(lab, name)
        _reset(output, at_rest[name], name)
        return output

    return find


def _find(lab, name):
    index = [other for _, other in DEMOS].index(name)
    return lab.page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea")


def _read(output):
    sentence = output.locator(".rnn-stage p").inner_text()
    return sentence, output.get_by_role("slider").first.get_attribute("aria-valuenow")


def test_all_are_shown_without_error_and_with_names(lab):
    assert lab.read_failures() == []
    assert lab.find_unnamed() == []
    assert lab.errors == []


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_moves_the_picture_and_reset_brings_it_back(lab, start, name):
    output = start(name)
    picture = output.locator(".rnn-stage svg")
    slider = output.get_by_role("slider").first
    begun, seen = _read(output), {picture.inner_html()}
    for key in ("Home", "End"):
        slider.focus()
        before, shown = slider.get_attribute("aria-valuenow"), picture.inner_html()
        lab.page.keyboard.press(key)
        if slider.get_attribute("aria-valuenow") != before:
            seen.add(_wait_for_another(picture, shown, name))
    assert len(seen) >= 2, f"{name}: the picture does not follow the slider"
    _reset(output, begun, name)
    assert lab.errors == []


@pytest.mark.parametrize("name", NAMES)
def test_the_mouse_drags_the_picture_to_both_ends(lab, start, name):
    output = start(name)
    picture, slider = output.locator(".rnn-stage svg"), output.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    track, seen = output.locator(".noUi-base").first, {picture.inner_html()}
    begun, ends = _read(output), {}
    for share in (0.0, 1.0):
        before, shown = slider.get_attribute("aria-valuenow"), picture.inner_html()
        box, handle = track.bounding_box(), slider.bounding_box()
        y = handle["y"] + handle["height"] / 2
        lab.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        lab.page.mouse.down()
        lab.page.mouse.move(box["x"] + share * box["width"], y, steps=10)
        lab.page.mouse.up()
        ends[share] = float(slider.get_attribute("aria-valuenow"))
        if slider.get_attribute("aria-valuenow") != before:
            seen.add(_wait_for_another(picture, shown, name))
    assert len(seen) >= 2, f"{name}: the picture does not follow the mouse"
    assert ends[0.0] == float(slider.get_attribute("aria-valuemin"))
    assert ends[1.0] == float(slider.get_attribute("aria-valuemax"))
    _reset(output, begun, name)
    assert lab.errors == []


def _reset(output, begun, name):
    """Press Reset and wait until the demo says what it said, its slider where it stood."""
    deadline = time.monotonic() + 20
    output.get_by_role("button", name="Reset", exact=True).click()
    while _read(output) != begun:
        assert time.monotonic() < deadline, f"{name}: Reset does not bring the start back"
        time.sleep(0.05)


def _wait_for_another(picture, shown, name):
    deadline = time.monotonic() + 20
    while (source := picture.inner_html()) == shown:
        assert time.monotonic() < deadline, f"{name}: no new picture"
        time.sleep(0.05)
    return source


def test_a_typed_date_moves_the_alignment_and_an_unknown_character_gets_a_sentence(lab, start):
    output = start("alignment_demo")
    sentence, box = (
        output.locator(".rnn-stage p"),
        output.get_by_role("textbox", name="or type one"),
    )
    rest, picture = sentence.inner_text(), output.locator(".rnn-stage svg")
    for typed, where, wanted in (
        ("1.9.2001", picture, "1.9.2001"), ("1.9.2001 ☃", sentence, "U+2603"), ("", sentence, rest),
    ):  # fmt: skip
        box.fill(typed)
        deadline = time.monotonic() + 20
        while wanted not in where.text_content():
            assert time.monotonic() < deadline, where.text_content()
            time.sleep(0.05)
    assert lab.read_failures() == []
    assert lab.errors == []


LIT = "svg => [...svg.querySelectorAll('.rnn-lit')].map(each => each.dataset.part.split('|')[0])"


def test_a_part_lights_from_the_drawing_the_equation_and_its_button(lab, start):
    output = start("lstm_step_demo")
    svg, words = output.locator(".rnn-stage svg"), output.locator(".rnn-words")
    svg.scroll_into_view_if_needed()
    pieces = svg.locator("[data-part='output gate']")
    all_seen = "all => all.every(each => getComputedStyle(each).display !== 'none')"
    slider = output.get_by_role("slider").first
    for key in ("End", "Home"):  # the marks that a frame leaves over belong to no part
        slider.focus()
        lab.page.keyboard.press(key)
        lab.page.wait_for_timeout(300)
        assert pieces.evaluate_all(all_seen)
    start("lstm_step_demo")
    kinds = pieces.evaluate_all("all => all.map(each => each.localName)")
    assert {"path", "text"} <= set(kinds)  # box, valve and equation; label, number and code
    for piece in (pieces.first, pieces.last):  # of the drawing, and of the code
        piece.hover(force=True)
        assert set(svg.evaluate(LIT)) == {"output gate", "hidden state"}  # which it moves
        assert "output gate: how much of tanh(c) is shown" in words.inner_text()
        assert svg.get_attribute("data-lit") == "yes"
    lab.page.mouse.move(0, 0)
    assert svg.evaluate(LIT) == []
    button = output.get_by_role("button", name="forget gate")
    lit = {"forget gate", "cell state", "show", "hidden state"}  # itself, and what it moves
    button.focus()
    assert set(svg.evaluate(LIT)) == lit
    lab.page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    output.get_by_role("slider").first.focus()  # it stays lit, through another frame as well
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_timeout(500)
    assert set(svg.evaluate(LIT)) == lit
    button.focus()
    lab.page.keyboard.press("Escape")
    output.get_by_role("slider").first.focus()
    assert svg.evaluate(LIT) == []
    assert lab.find_unnamed() == []
    assert lab.errors == []


def test_a_part_that_is_not_there_yet_dims_nothing_until_it_comes(lab, start):
    output = start("sweep_demo")
    svg = output.locator(".rnn-stage svg")
    button = output.get_by_role("button", name="handed back")
    button.click()
    assert svg.get_attribute("data-lit") == "no"
    assert "rnn-absent" in button.get_attribute("class")
    assert "what a step asks" in output.locator(".rnn-words").inner_text()
    for _ in range(2):
        output.get_by_role("button", name="Next ▶").click()
    lab.page.wait_for_function("svg => svg.dataset.lit === 'yes'", arg=svg.element_handle())
    assert set(svg.evaluate(LIT)) == {"handed back"}
    assert "rnn-absent" not in button.get_attribute("class")
    button.focus()
    lab.page.keyboard.press("Escape")
    output.get_by_role("slider").first.focus()
    assert svg.get_attribute("data-lit") == "no"
    assert lab.errors == []


def test_a_stepper_steps_and_plays_to_the_end_and_stops(lab, start):
    output = start("lstm_step_demo")
    slider = output.get_by_role("slider").first

    def get():
        return int(float(slider.get_attribute("aria-valuenow")))

    assert output.get_by_role("group", name="beat").get_by_role("button").count() == 3
    output.get_by_role("button", name="Reset", exact=True).click()
    _wait_until(lambda: get() == 1)
    for name, wanted in (
        ("Next ▶", 2),
        ("Next ▶", 3),
        ("◀ Previous", 2),
        ("◀ Previous", 1),
        ("◀ Previous", 1),
    ):
        output.get_by_role("button", name=name).click()
        _wait_until(lambda wanted=wanted: get() == wanted)
    slider.focus()
    lab.page.keyboard.press("End")
    _wait_until(lambda: get() == 16)
    play = output.get_by_role("button", name="Play", exact=True)
    play.click()  # from the end it begins anew
    _wait_until(lambda: 3 <= get() < 16)
    output.get_by_role("button", name="Pause").click()
    stands = get()
    lab.page.wait_for_timeout(1500)
    assert get() == stands
    slider.focus()
    lab.page.keyboard.press("End")
    lab.page.keyboard.press("ArrowLeft")
    _wait_until(lambda: get() == 15)
    play.click()
    _wait_until(lambda: get() == 16)
    output.get_by_role("button", name="Play", exact=True).wait_for()
    lab.page.emulate_media(reduced_motion="reduce")
    assert not play.is_visible()
    lab.page.emulate_media(reduced_motion="no-preference")
    assert lab.errors == []


def _wait_until(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
