"""Lecture 05 in a real JupyterLab, looked at and touched with a real Chromium."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest

from tests.browser import IN_BROWSER
from tests.notebooks import ROOT
from tools.lab import open_lab

LECTURE = "05_vanishing_and_exploding_gradients.ipynb"
DEMO = "gradient_decay_demo("

pytestmark = IN_BROWSER


class Explorer:
    """The gradient-decay explorer on the page."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        self.output = lab.page.locator(".jp-CodeCell", has_text=DEMO).locator(".jp-OutputArea")
        self.picture = self.output.locator(".rnn-stage svg")
        self.sentence = self.output.locator(".rnn-stage p")
        self.radius = self.output.get_by_role("slider", name="spectral radius")
        self.activation = self.output.get_by_role("combobox", name="activation")
        self.reset = self.output.get_by_role("button", name="Reset", exact=True)

    def read_marks(self):
        """All that the picture shows, as text; not what an earlier frame has left over."""
        return self.picture.evaluate(
            """picture => [...picture.querySelectorAll("g > *")]
                .filter(mark => mark.style.display !== "none")
                .map(mark => mark.localName + mark.textContent + [...mark.attributes]
                    .map(({ name, value }) => (value ? ` ${name}=${value}` : "")).sort().join(""))
                .join("\\n").replace(/rnn-[a-z0-9]+_/g, "")"""
        )

    def expect(self, pattern):
        """Wait until the sentence matches."""
        deadline = time.monotonic() + 20
        while not re.search(pattern, text := self.sentence.inner_text()):
            assert time.monotonic() < deadline, f"not {pattern!r} but {text!r}"
            time.sleep(0.05)
        return text

    def expect_alternative(self, text):
        """Wait until the picture's alternative text says so too: it follows when the hand rests."""
        self.page.wait_for_function(
            "([picture, text]) => picture.ariaLabel === text",
            arg=[self.picture.element_handle(), text],
        )

    def drag(self, share, *, moves=40):
        """Pull the handle of the spectral radius to a share of its track; report what passed by."""
        self.radius.scroll_into_view_if_needed()
        track = self.output.locator(".noUi-base").first.bounding_box()
        handle = self.radius.bounding_box()
        x, y = (handle[a] + handle[size] / 2 for a, size in (("x", "width"), ("y", "height")))
        end = track["x"] + share * track["width"]
        sentences = set()
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for move in range(1, moves + 1):
            self.page.mouse.move(x + (end - x) * move / moves, y)
            time.sleep(0.03)
            sentences.add(self.sentence.inner_text())
        self.page.mouse.up()
        return sentences

    def press(self, key):
        self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def light():
    with open_lab(ROOT / "notebooks") as lab:
        lab.open(LECTURE)
        yield lab


@functools.cache
def _run(lab):
    lab.run_all(seconds=300)


@pytest.fixture
def explorer(light):
    _run(light)
    explorer = Explorer(light)
    explorer.picture.wait_for()
    explorer.reset.click()
    explorer.expect("^tanh, ρ = 0.90")
    return explorer


def test_stored_outputs_are_whole_before_anything_runs(light):
    # under another name, or the page would find the widgets of the kernel that runs already
    shutil.copy(ROOT / "notebooks" / LECTURE, light.folder / "stored.ipynb")
    lab = light.open_another_page()
    lab.open("stored.ipynb")
    output = lab.page.locator(".jp-CodeCell", has_text=DEMO).locator(".jp-OutputArea")
    still = output.locator("img")
    still.scroll_into_view_if_needed()
    assert still.is_visible()
    assert "the gradient" in still.get_attribute("alt")
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    outputs = "\n".join(lab.page.locator(".jp-OutputArea").all_inner_texts())
    for widget_error in ("Error displaying widget", "model not found", "Loading widget"):
        assert widget_error not in outputs
    assert lab.find_unnamed() == []
    assert lab.errors == []
    lab.page.close()


def test_the_whole_lecture_runs(light, explorer):
    assert light.read_failures() == []
    assert light.page.locator(".jp-OutputArea img").count() > 5
    assert light.find_unnamed() == []
    assert light.errors == []


def test_the_picture_follows_the_mouse(light, explorer):
    explorer.activation.select_option("identity")
    explorer.drag(0.0)
    low = explorer.expect("^identity, ρ = 0.1..*: the gradient vanishes")
    marks = explorer.read_marks()
    passed = explorer.drag(1.0)
    assert len(passed) >= 8, "the picture did not follow the hand"
    high = explorer.expect("^identity, ρ = 2.50.*: the gradient explodes")
    assert low != high
    explorer.expect_alternative(high)
    assert explorer.read_marks() != marks
    assert light.errors == []


def test_the_picture_follows_the_keyboard(light, explorer):
    start = explorer.read_marks()
    explorer.activation.focus()
    explorer.press("End")
    explorer.expect("^identity, ρ = 0.90")
    explorer.radius.focus()
    explorer.press("Home")
    explorer.expect("^identity, ρ = 0.10.*: the gradient vanishes")
    explorer.press("ArrowRight")
    explorer.expect("^identity, ρ = 0.12.*: the gradient vanishes")
    explorer.press("PageUp")
    explorer.expect("^identity, ρ = 0.22.*: the gradient vanishes")
    explorer.press("End")
    explorer.expect("^identity, ρ = 2.50.*: the gradient explodes")
    assert explorer.read_marks() != start
    explorer.press("ArrowLeft")
    explorer.expect("^identity, ρ = 2.48.*: the gradient explodes")
    assert explorer.radius.get_attribute("aria-valuetext") == "2.48"
    explorer.reset.focus()
    explorer.press("Enter")
    explorer.expect("^tanh, ρ = 0.90")
    assert explorer.read_marks() == start
    assert light.errors == []


def test_tab_reaches_every_control_in_order(explorer):
    explorer.radius.focus()
    reached = []
    for _ in range(8):
        reached.append(
            explorer.page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.innerText"
            )
        )
        explorer.press("Tab")
    assert [name for name in reached if "typed" not in name][:5] == [
        "spectral radius ρ", "activation", "W_hh", "size of the inputs", "Reset",
    ]  # fmt: skip


def test_a_second_view_of_the_output_is_whole(light, explorer):
    light.execute("notebook:deselect-all")
    index = explorer.page.evaluate(
        "text => jupyterapp.shell.currentWidget.content.widgets"
        ".findIndex(cell => cell.model.sharedModel.getSource().includes(text))",
        DEMO,
    )
    explorer.page.evaluate("i => jupyterapp.shell.currentWidget.content.activeCellIndex = i", index)
    light.execute("notebook:create-output-view")
    second = light.page.locator(".jp-LinkedOutputView")
    second.locator(".rnn-stage svg").wait_for()
    slider = second.get_by_role("slider", name="spectral radius")
    slider.focus()
    explorer.press("Home")
    text = explorer.expect("ρ = 0.10")
    assert second.locator(".rnn-stage p").inner_text() == text
    explorer.expect_alternative(text)
    assert second.locator(".rnn-stage svg").get_attribute("aria-label") == text
    assert light.find_unnamed() == []
    assert light.errors == []
    light.page.evaluate("document.querySelector('.jp-LinkedOutputView').remove()")


def test_running_the_demo_again_shows_it_afresh(light, explorer):
    index = explorer.page.evaluate(
        "text => jupyterapp.shell.currentWidget.content.widgets"
        ".findIndex(cell => cell.model.sharedModel.getSource().includes(text))",
        DEMO,
    )
    light.run_cell(index)
    explorer.picture.wait_for()
    explorer.radius.focus()
    explorer.press("End")
    explorer.expect("ρ = 2.50")
    assert explorer.picture.count() == 1
    assert light.errors == []


LOST = "This picture has lost its kernel: run the cell again\\.$"


def make_notebook_of_the_demo():
    """One cell that makes the demo."""
    source = (
        "from rnn_helpers.lectures.vanishing_and_exploding_gradients import demos\n"
        "demos.gradient_decay_demo()"
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata=kernel)


def open_reopened(light):
    lab = light.open_another_page()
    lab.open("reopened.ipynb")
    return lab, Explorer(lab)


def expect_still(light):
    """A page that opens the notebook shows the still picture, and no word of a lost widget."""
    lab, reopened = open_reopened(light)
    still = reopened.output.locator("img")
    assert "the gradient" in still.get_attribute("alt")
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    time.sleep(1)  # in which a view that is stale would have been looked for
    assert reopened.picture.count() == 0
    assert "widget" not in reopened.output.inner_text()
    assert lab.errors == []
    lab.page.close()


def test_two_tabs_and_a_copy_on_one_kernel_feel_the_same(light):
    """Each page has the frames; what one moves, the other tab shows, and the copy has its own."""
    for name in ("reopened", "copy"):
        nbformat.write(make_notebook_of_the_demo(), light.folder / f"{name}.ipynb")
    lab, first = open_reopened(light)
    lab.run_cell(0)
    first.picture.wait_for()
    lab.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    other, second = open_reopened(light)
    second.picture.wait_for()
    second.radius.focus()
    second.press("Home")
    for explorer in (first, second):
        explorer.expect("^tanh, ρ = 0.10")
    assert first.read_marks() == second.read_marks()

    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    number = lab.page.evaluate(f"{kernel}.id")
    third_lab = light.open_another_page()
    third_lab.open("copy.ipynb")
    third_lab.page.evaluate(
        "id => jupyterapp.shell.currentWidget.sessionContext.changeKernel({ id })", number
    )
    third = Explorer(third_lab)
    third_lab.run_cell(0)
    third.picture.wait_for()
    third.expect("^tanh, ρ = 0.90")
    third.radius.focus()
    third.press("End")
    third.expect("^tanh, ρ = 2.50")
    first.radius.focus()
    first.press("ArrowRight")
    for explorer in (first, second):
        explorer.expect("^tanh, ρ = 0.12")
    third.expect("^tanh, ρ = 2.50")
    for page in (third_lab, other, lab):
        assert page.errors == []
        page.page.close()


def test_no_picture_borrows_the_clips_of_another(light):
    """The same demo twice: in a tab that is hidden, the clips of the first cut nothing."""
    notebook = make_notebook_of_the_demo()
    notebook.cells.append(nbformat.v4.new_code_cell(notebook.cells[0].source))
    nbformat.write(notebook, light.folder / "twice.ipynb")
    lab = light.open_another_page()
    lab.open("twice.ipynb")
    lab.run_all()
    lab.page.locator(".rnn-stage svg").nth(1).wait_for()
    ids = lab.page.evaluate(
        "[...document.querySelectorAll('.rnn-stage clipPath')].map(clip => clip.id)"
    )
    assert len(ids) >= 2
    assert len(set(ids)) == len(ids)
    assert lab.errors == []
    lab.page.close()


def test_what_only_load_can_know_is_decided_at_load(light):
    """Reopened while its kernel runs, a picture is alive; when that is gone, it says so."""
    nbformat.write(make_notebook_of_the_demo(), light.folder / "reopened.ipynb")
    lab, first = open_reopened(light)
    lab.run_cell(0)
    first.picture.wait_for()
    first.radius.focus()
    first.press("End")
    first.expect("ρ = 2.50")
    lab.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    lab.page.close()

    lab, second = open_reopened(light)
    second.picture.wait_for()
    second.expect("^tanh, ρ = 2.50")
    marks = second.read_marks()
    second.radius.focus()
    second.press("Home")
    second.expect_alternative(second.expect("^tanh, ρ = 0.10"))
    assert second.read_marks() != marks

    lab.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    second.expect_alternative(second.expect("^tanh, ρ = 0.10.*" + LOST))
    expect_still(light)

    lab.run_cell(0)
    second.picture.wait_for()
    second.expect(r"^tanh, ρ = 0.90.*for the nudge as well\.$")
    lab.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    lab.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    second.expect("^tanh, ρ = 0.90.*" + LOST)
    lab.page.close()
    expect_still(light)
    saved = json.loads((light.folder / "reopened.ipynb").read_text())
    (output,) = saved["cells"][0]["outputs"]
    assert "application/vnd.jupyter.widget-view+json" in output["data"]


def test_the_live_form_does_not_outrank_the_fallback_where_it_cannot_run(light, tmp_path):
    """A web page made by nbconvert, opened without a network, shows the picture of the demo."""
    nbformat.write(make_notebook_of_the_demo(), tmp_path / "page.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "page.ipynb"],
        cwd=tmp_path, env={**os.environ, "JUPYTER_CONFIG_PATH": str(ROOT / "etc" / "jupyter")},
        check=True, timeout=120,
    )  # fmt: skip
    page = light.page.context.new_page()
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto((tmp_path / "page.html").as_uri())
    outputs = page.locator(".jp-OutputArea-output")
    (still,) = outputs.locator("img").all()
    assert still.is_visible()
    assert still.get_attribute("alt").startswith("tanh, ρ = 0.90, gaussian W_hh")
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    assert still.get_attribute("alt") in outputs.inner_text()
    page.close()


CONTRAST = """element => {
  const parse = color => color.match(/[\\d.]+/g).map(Number);
  let behind = element, ground;
  do {
    ground = parse(getComputedStyle(behind).backgroundColor);
    behind = behind.parentElement;
  } while (ground[3] === 0 && behind);
  const luminance = color => {
    const [r, g, b] = color.slice(0, 3).map(channel => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dim, bright] = [luminance(ground), luminance(parse(getComputedStyle(element).color))]
    .sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}"""


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_word_of_the_demo_can_be_read(light, explorer, theme):
    explorer.page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })",
        f"JupyterLab {theme}",
    )
    explorer.page.wait_for_function(
        "light => document.body.dataset.jpThemeLight === light", arg=str(theme == "Light").lower()
    )
    time.sleep(0.5)
    words = explorer.output.locator(
        ".rnn-stage p, .widget-label, .widget-readout, select, button.widget-button"
    )
    assert words.count() >= 9
    for word in words.all():
        ratio = word.evaluate(CONTRAST)
        assert ratio >= 4.5, f"{ratio:.1f} : 1 for {word.inner_text()!r}"
    assert light.errors == []


def test_the_server_sends_each_message_at_once(light):
    log = (light.folder.parent / "server.log").read_text(encoding="utf-8")
    assert "rnn_helpers.display.server | extension was successfully loaded" in log
