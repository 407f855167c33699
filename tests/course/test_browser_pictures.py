"""The pictures of all demos in a real JupyterLab: what the page shows is what Matplotlib paints."""

import json
import time

import nbformat
import pytest

from rnn_helpers.lectures.bidirectional_and_deep.demos import depth_demo
from tests.browser import DEMOS, IN_BROWSER, MOVES, NAMES, PREPARE, READ_ELEMENT
from tools.lab import open_lab

pytestmark = IN_BROWSER


SET_UP = """
import json, pathlib, time
import numpy as np
from tools.demos import move_at_random
pictures, painted, random = {}, {}, np.random.default_rng(0)

def read(frame):
    kinds = [style["kind"] for style in frame["styles"]]
    return [frame["text"], [[kinds[n], *data] for n, *data in frame["marks"]["wide"]]]

def move(name, moves):
    # each value is asked for, and whatever the kernel sends is written down
    picture = pictures[name]
    frames = painted[name] = [read(picture.stage.frame)]
    picture.stage.observe(lambda change: frames.append(read(change["new"])), "frame")
    picture._viewed = False  # nothing is recorded ahead, and the page holds nothing
    picture._ahead.forget_all()
    for _ in range(moves):
        move_at_random(picture, random)
    picture._viewed = True

def write_down():
    for name, frames in painted.items():
        pathlib.Path(name + ".json").write_text(json.dumps(frames), encoding="utf-8")

def put_back():
    for picture in pictures.values():
        picture.reset()
"""

# What the page shows, read back from its elements each time they change.
WATCH = """stage => {
  const moving = stage.querySelector("svg").lastElementChild;
  const read = READ_ELEMENT;
  stage.seen = new Set();
  const look = () => {
    const shown = [...moving.children].filter(element => element.style.display !== "none");
    stage.seen.add(JSON.stringify([stage.querySelector("p").textContent, shown.map(read)]));
  };
  const whatever = { attributes: true, characterData: true, childList: true, subtree: true };
  new MutationObserver(look).observe(stage, whatever);
}""".replace("READ_ELEMENT", READ_ELEMENT)
COUNT = "stage => stage.querySelectorAll('*').length"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    sources = [SET_UP] + [
        f"arguments = ()\n{PREPARE.get(name, '')}\n"
        f"from rnn_helpers.lectures.{lecture} import demos\n"
        f"pictures[{name!r}] = demos.{name}(*arguments)\npictures[{name!r}]"
        for lecture, name in DEMOS
    ]
    sources.append("end = time.monotonic() + 60\nwhile time.monotonic() < end: pass")
    sources += [f"move({name!r}, {MOVES})" for name in NAMES]
    sources += ["write_down()", "put_back()"]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "all.ipynb")
    with open_lab(folder) as lab:
        lab.open("all.ipynb")
        for index in range(len(DEMOS) + 1):
            lab.run_cell(index, seconds=120)
        assert lab.read_failures() == []
        yield lab


BUSY = len(DEMOS) + 1  # the cell that keeps the kernel busy
SAVE = BUSY + 1 + len(DEMOS)
RESET = SAVE + 1


def find_stage(lab, name):
    return lab.page.locator(".jp-CodeCell").nth(1 + NAMES.index(name)).locator(".rnn-stage")


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_the_kernel_paints(lab, name):
    stage = find_stage(lab, name)
    stage.evaluate(WATCH)
    lab.run_cell(BUSY + 1 + NAMES.index(name), seconds=60)
    time.sleep(0.3)  # what is under way still arrives
    seen = {json.dumps(json.loads(text)) for text in stage.evaluate("stage => [...stage.seen]")}
    lab.run_cell(SAVE, seconds=60)
    text = (lab.folder / f"{name}.json").read_text(encoding="utf-8")
    painted = {json.dumps(frame) for frame in json.loads(text)}
    assert len(painted) > 5
    assert [json.loads(frame) for frame in seen - painted] == []
    assert len(seen) > 0.8 * len(painted)  # of two that arrive together, the second is shown
    assert lab.errors == []


def test_every_picture_follows_the_hand_while_a_cell_computes(lab):
    """Recorded ahead: key → picture, however long the kernel takes to answer."""
    lab.run_cell(RESET, seconds=60)
    time.sleep(6)  # in which what the first sliders will ask for is recorded
    lab.start_cell(BUSY)
    time.sleep(1)
    try:
        for name in NAMES:
            stage, cell = find_stage(lab, name), 1 + NAMES.index(name)
            moving = stage.locator("svg > g").last
            slider = lab.page.locator(".jp-CodeCell").nth(cell).get_by_role("slider").first
            slider.focus()
            before = moving.inner_html()
            for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
                lab.page.keyboard.press(key)
                lab.page.wait_for_timeout(60)
                if moving.inner_html() != before:
                    break
            assert moving.inner_html() != before, f"{name} waits for the kernel"
        assert (
            "*"
            in lab.page.locator(".jp-CodeCell").nth(BUSY).locator(".jp-InputPrompt").inner_text()
        )
    finally:
        lab.execute("notebook:interrupt-kernel")
    lab.wait_until_idle(seconds=20)
    assert lab.errors == []


def test_a_thousand_moves_leave_no_element_and_no_memory_behind(lab):
    name = "gradient_decay_demo"
    stage = find_stage(lab, name)
    output = lab.page.locator(".jp-CodeCell").nth(1 + NAMES.index(name))
    slider = output.get_by_role("slider").first
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Performance.enable")
    slider.focus()

    def press(count):
        keys = ["ArrowRight", "PageUp", "ArrowLeft", "PageDown", "Home", "End"]
        for number in range(count):
            lab.page.keyboard.press(keys[number * number % len(keys)])

    def measure():
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")

    press(200)
    elements, memory = stage.evaluate(COUNT), measure()
    press(1000)
    assert stage.evaluate(COUNT) == elements
    assert measure() - memory < 5e6
    assert lab.errors == []


def test_a_narrow_place_gets_the_second_layout_and_a_wide_one_the_first(lab):
    stage = find_stage(lab, "clipping_cliff_demo")
    box = "stage => stage.querySelector('svg').getAttribute('viewBox')"
    wide = stage.evaluate(box)
    try:
        for width, wanted in ((600, False), (1400, True)):
            lab.page.set_viewport_size({"width": width, "height": 1000})
            deadline = time.monotonic() + 20
            while (stage.evaluate(box) == wide) != wanted:
                assert time.monotonic() < deadline, f"the layout stays at {width} pixels"
                time.sleep(0.1)
            texts = stage.locator("svg text").all_text_contents()
            assert any("Two descents" in text for text in texts)
    finally:  # the tests after this one look at the first layout
        lab.page.set_viewport_size({"width": 1400, "height": 1000})
    assert wide == "0 0 3840 1680"
    assert lab.errors == []


def test_a_press_in_the_picture_sets_the_controls(lab):
    """In the drawing of depth two at once; the settings come back with Reset."""
    stage, cell = find_stage(lab, "depth_demo"), 1 + NAMES.index("depth_demo")
    demo = depth_demo()
    (handle,) = demo.get_still("wide")["handles"]
    demo.close()
    stage.locator("svg").evaluate("svg => svg.scrollIntoView({ block: 'center' })")
    box = stage.locator("svg").bounding_box()
    width = float(stage.locator("svg").get_attribute("viewBox").split()[2])
    for number in (0, len(handle["points"]) - 1):
        x, y = (coordinate * box["width"] / width for coordinate in handle["points"][number])
        lab.page.mouse.click(box["x"] + x, box["y"] + y)
        (_, step), (_, layer) = handle["sets"][number]
        stage.get_by_text(f"Layer {layer + 1}, step {step + 1}, one way").first.wait_for()
        sliders = lab.page.locator(".jp-CodeCell").nth(cell).get_by_role("slider")
        said = [sliders.nth(place).get_attribute("aria-valuetext") for place in (0, 1)]
        assert said == [str(step + 1), str(layer + 1)]
    lab.wait_until_idle(seconds=20)
    assert lab.errors == []
