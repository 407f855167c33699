"""The recorded demos in a browser, without a kernel: what is shown, and how it is moved."""

import importlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.browser import DEMOS, IN_BROWSER, MOVES, NAMES, PREPARE, READ_ELEMENT
from tests.notebooks import ROOT
from tools.site.reels import LAYOUTS, Reels

pytestmark = IN_BROWSER

WIDTHS = {"wide": 1400, "narrow": 390}

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Demos</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="_static/player.css"><link rel="stylesheet" href="_static/demos.css">
<script defer src="_static/player.js"></script><script defer src="_static/demos.js"></script>
<body data-theme="auto" style="margin: 10px"><main><h1>Demos</h1>{boxes}</main></body></html>"""
BOX = (
    '<div class="rnn-demo" data-demo="00_all/{place}"><p>still</p>'
    '<img alt="still" width="800" height="420" src="data:,"></div><p style="height: 40em"></p>'
)

READ = """async ([place, states]) => {
  const { demo } = document.querySelectorAll(".rnn-demo")[place];
  const read = READ_ELEMENT;
  const seen = [];
  for (const state of states) {
    await demo.set(state);
    const shown = [...demo.player.moving.children].filter(each => each.style.display !== "none");
    seen.push([demo.player.sentence.textContent, shown.map(read)]);
  }
  return seen;
}""".replace("READ_ELEMENT", READ_ELEMENT)


def make_demo(place):
    lecture, name = DEMOS[place]
    names = {"arguments": ()}
    exec(PREPARE.get(name, ""), names)
    demos = importlib.import_module(f"rnn_helpers.lectures.{lecture}.demos")
    return getattr(demos, name)(*names["arguments"])


class Few(dict):
    """Of the sliders that are not the first two settings or one, so that it takes seconds."""

    def get(self, key, default=None):
        return 2 if key[0] in ("gate_demo", "truncation_demo", "clipping_cliff_demo") else 1


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The folder of a site of all demos, and what was recorded of each."""
    folder = tmp_path_factory.mktemp("site")
    static = folder / "_static"
    static.mkdir()
    for name in ("player.js", "player.css"):
        shutil.copy(ROOT / "rnn_helpers" / "display" / name, static)
    for name in ("demos.js", "demos.css"):
        shutil.copy(ROOT / "tools" / "site" / name, static)
    reels = []
    for place, (_, name) in enumerate(DEMOS):
        demo = make_demo(place)
        reels.append((demo, Reels(demo, f"00_all/{place}", name, Few())))
        reels[-1][1].write(folder / "demos" / "00_all" / str(place))
    boxes = "\n".join(BOX.format(place=place) for place in range(len(DEMOS)))
    (folder / "index.html").write_text(PAGE.replace("{boxes}", boxes), encoding="utf-8")
    yield folder, reels
    for demo, _ in reels:
        demo.close()


class Site:
    """A page of the demos, opened from its folder; `errors` is what went wrong on it."""

    def __init__(self, chromium, folder, **options):
        self.context = chromium.new_context(**options)
        self.page, self.errors = self.context.new_page(), []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto((folder / "index.html").as_uri())

    def _hear(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def find(self, name):
        box = self.page.locator(".rnn-demo").nth(NAMES.index(name))
        box.scroll_into_view_if_needed()
        box.locator(".rnn-stage svg").wait_for()
        self.page.wait_for_function(
            "place => document.querySelectorAll('.rnn-demo')[place].demo?.reel",
            arg=NAMES.index(name),
        )
        return box


@pytest.fixture(scope="module", params=LAYOUTS)
def site(request, recorded, chromium):
    size = {"width": WIDTHS[request.param], "height": 900}
    site = Site(chromium, recorded[0], viewport=size, has_touch=request.param == "narrow")
    site.layout = request.param
    yield site
    site.context.close()


def draw_state(reels, rng):
    return [int(rng.integers(len(settings))) for settings in reels.settings.values()]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_matplotlib_paints(site, recorded, name):
    demo, reels = recorded[1][NAMES.index(name)]
    rng = np.random.default_rng(0)
    states = [draw_state(reels, rng) for _ in range(MOVES)]
    site.find(name)
    seen = site.page.evaluate(READ, [NAMES.index(name), states])
    settings = [
        {
            argument: values[place]
            for (argument, values), place in zip(reels.settings.items(), state, strict=True)
        }
        for state in states
    ]
    frames = demo.record([site.layout], settings)
    for values, (text, marks), shown in zip(settings, frames, seen, strict=True):
        wanted = [[style["kind"], *data] for style, data in marks[site.layout]]
        assert shown == json.loads(json.dumps([text, wanted])), values
    assert site.errors == []


@pytest.mark.parametrize("name", NAMES)
def test_keys_and_pointer_move_it_to_both_ends_and_reset_brings_it_back(site, name):
    box = site.find(name)
    slider, sentence = box.get_by_role("slider").first, box.locator(".rnn-stage p")
    box.get_by_role("button", name="Reset", exact=True).click()
    said, start = sentence.inner_text(), slider.input_value()
    moving = box.locator("svg > g").last
    pictures = {moving.inner_html()}
    for key, wanted in (("Home", "0"), ("End", slider.get_attribute("max"))):
        slider.focus()
        site.page.keyboard.press(key)
        assert slider.input_value() == wanted
        pictures.add(moving.inner_html())
    site.page.keyboard.press("ArrowLeft")
    assert int(slider.input_value()) == int(slider.get_attribute("max")) - 1
    before = slider.input_value()
    site.page.keyboard.press("PageDown")
    assert int(slider.input_value()) < int(before)
    rail = slider.bounding_box()
    y = rail["y"] + rail["height"] / 2
    for share, wanted in ((0.0, "0"), (1.0, slider.get_attribute("max"))):
        x = rail["x"] + 3 + share * (rail["width"] - 6)
        if site.layout == "narrow":
            site.page.touchscreen.tap(x, y)
        else:
            site.page.mouse.click(x, y)
        assert slider.input_value() == wanted
        assert slider.get_attribute("aria-valuetext") == box.locator("output").first.inner_text()
    assert len(pictures) >= 2
    box.get_by_role("button", name="Reset", exact=True).click()
    site.page.wait_for_function(
        "([p, said]) => p.textContent === said", arg=[sentence.element_handle(), said]
    )
    assert slider.input_value() == start
    assert site.errors == []


def test_a_finger_drags_the_slider_along_it_and_the_page_across_it(site):
    if site.layout != "narrow":
        return
    slider = site.find("gradient_decay_demo").get_by_role("slider").first
    session = site.context.new_cdp_session(site.page)

    def drag(right, down):
        rail = slider.bounding_box()
        x, y = rail["x"] + rail["width"] / 2, rail["y"] + rail["height"] / 2
        for number in range(11):
            kind = "touchMove" if number else "touchStart"
            point = {"x": x + right * number / 10, "y": y + down * number / 10}
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return slider.input_value(), site.page.evaluate("scrollY")

    start, top = slider.input_value(), site.page.evaluate("scrollY")
    moved, same = drag(right=90, down=0)
    assert int(moved) > int(start)
    assert same == top
    assert drag(right=0, down=150)[1] < top - 50


def test_a_thousand_moves_leave_no_element_and_no_memory_behind(site, recorded):
    name = "gradient_decay_demo"
    site.find(name)
    place, rng = NAMES.index(name), np.random.default_rng(1)
    session = site.context.new_cdp_session(site.page)
    session.send("Performance.enable")

    def move(count):
        states = [draw_state(recorded[1][place][1], rng) for _ in range(count)]
        site.page.evaluate(
            """async ([place, states]) => {
              const { demo } = document.querySelectorAll(".rnn-demo")[place];
              for (const state of states) await demo.set(state);
            }""",
            [place, states],
        )

    def measure():
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")

    count = "() => document.querySelectorAll('*').length"
    move(300)
    elements, memory = site.page.evaluate(count), measure()
    move(1000)
    assert site.page.evaluate(count) == elements
    assert measure() - memory < 5e6
    assert site.errors == []


def test_nothing_is_wider_than_the_page_and_every_control_has_a_name(site):
    for name in NAMES:
        site.find(name)
    overflow = "() => document.documentElement.scrollWidth - window.innerWidth"
    assert site.page.evaluate(overflow) <= 0
    over = """() => [...document.querySelectorAll(".rnn-panel :is(input, select, output, small)")]
      .filter(each => each.getBoundingClientRect().right
        > each.closest(".rnn-panel").parentElement.getBoundingClientRect().right + 1)
      .map(each => each.outerHTML)"""
    assert site.page.evaluate(over) == []
    unnamed = site.page.evaluate(
        """() => [...document.querySelectorAll("main input, main select, main svg[role=img]")]
          .filter(each => !(each.labels?.[0]?.textContent || each.ariaLabel))
          .map(each => each.outerHTML.slice(0, 200))"""
    )
    assert unnamed == []
    heights = (
        "() => [...document.querySelectorAll('.rnn-row input')].map(each => each.offsetHeight)"
    )
    assert min(site.page.evaluate(heights)) >= 24


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_inside_the_demos(site, theme):
    axe = pytest.importorskip("axe_playwright_python", reason="make site installs axe-core")
    for name in NAMES:
        site.find(name)
    ground = {"light": "#ffffff", "dark": "#131416"}[theme]
    site.page.evaluate(
        """([theme, ground]) => {
          document.body.dataset.theme = theme;
          document.documentElement.style.colorScheme = theme;
          document.body.style.background = ground;
          document.body.style.color = theme === "dark" ? "#eeeeee" : "#000000";
        }""",
        [theme, ground],
    )
    site.page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = site.page.evaluate("axe.run({ include: [['.rnn-demo']] }, { preload: false })")[
        "violations"
    ]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    site.page.evaluate(
        """() => {
          document.body.dataset.theme = "auto";
          document.documentElement.style = "";
          document.body.style = "margin: 10px";
        }"""
    )


def test_what_is_typed_says_that_it_needs_a_kernel(site):
    box = site.find("alignment_demo")
    typed = box.get_by_role("textbox", name="or type one")
    assert typed.is_disabled()
    assert "JupyterLab" in box.locator("small").inner_text()


def test_on_a_narrow_page_the_first_slider_stays_in_view(site):
    box = site.find("gate_demo")
    slider, picture = box.get_by_role("slider").first, box.locator(".rnn-stage svg")
    picture.evaluate("it => scrollBy(0, it.getBoundingClientRect().bottom - innerHeight / 2)")
    top, height = slider.evaluate("it => [it.getBoundingClientRect().top, innerHeight]")
    if site.layout == "narrow":
        assert 0 <= top < 20
        assert picture.bounding_box()["height"] < 0.8 * height
    else:
        assert top < 0


def test_what_is_focused_is_not_below_the_slider_that_stays(site):
    for box in map(site.find, ("streams_demo", "alignment_demo", "shape_demo")):
        controls = box.locator("select, .rnn-panel button, .rnn-stepper button").all()
        assert len(controls) > 2
        for control in controls:
            control.evaluate("it => scrollBy(0, it.getBoundingClientRect().top - 5)")
            control.focus()
            box.page.wait_for_function(
                """it => {
                    const { left, top, width, height } = it.getBoundingClientRect();
                    return [2, height / 2, height - 3].every(
                        down => document.elementFromPoint(left + width / 2, top + down) === it
                    );
                }""",
                arg=control.element_handle(),
            )


def test_a_picture_and_its_slider_fit_a_phone_together(site):
    """Below the bar of the site, 48 pixels, on a screen of 390 × 664: neither is covered."""
    if site.layout == "wide":
        return
    for name in NAMES:
        box = site.find(name)
        slider = box.locator(".rnn-row").first.bounding_box()["height"]
        picture = box.locator(".rnn-stage svg").bounding_box()
        height = picture["height"] * 358 / picture["width"]  # in the column of the site
        assert 48 + slider + height <= 664, (name, height)


def test_the_theme_is_followed(site):
    svg = site.find("gradient_decay_demo").locator("svg")
    ground = "svg => getComputedStyle(svg).backgroundColor"
    seen = {}
    for scheme, theme in (
        ("light", "auto"), ("dark", "auto"), ("dark", "light"), ("light", "dark"),
    ):  # fmt: skip
        site.page.emulate_media(color_scheme=scheme)
        site.page.evaluate("theme => { document.body.dataset.theme = theme; }", theme)
        seen[scheme, theme] = svg.evaluate(ground)
    assert seen["light", "auto"] == seen["dark", "light"] == "rgb(255, 255, 255)"
    assert seen["dark", "auto"] == seen["light", "dark"] == "rgb(19, 20, 22)"
    site.page.emulate_media(color_scheme="light")
    site.page.evaluate("document.body.dataset.theme = 'auto'")


def test_print_and_no_script_have_the_still(site, recorded, chromium):
    box = site.find("gate_demo")
    site.page.emulate_media(media="print")
    assert box.locator("img").is_visible()
    assert not box.locator(".rnn-view").is_visible()
    site.page.emulate_media(media="screen")
    assert not box.locator("img").is_visible()
    plain = Site(chromium, recorded[0], java_script_enabled=False)
    assert plain.page.locator(".rnn-demo img").first.is_visible()
    plain.context.close()


def test_a_script_that_is_broken_leaves_the_still_or_a_sentence(recorded, chromium, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(recorded[0], folder)
    gone, spoilt, empty, cut = (
        NAMES.index(name) for name in ("nudge_demo", "gate_demo", "shape_demo", "truncation_demo")
    )
    place = folder / "demos" / "00_all"
    (place / str(gone) / "index.js").unlink()
    (place / str(spoilt) / "index.js").write_text(f'rnnReel("00_all/{spoilt}","index","H4sI");')
    (place / str(empty) / "index.js").write_text("not found")
    for layout in LAYOUTS:  # the group of the greatest radius, which is not the start
        last = len(recorded[1][cut][1].settings["spectral_radius"]) - 1
        for path in (place / str(cut)).glob(f"{layout}-{last}-*.js"):
            path.rename(path.with_suffix(".away"))
    site = Site(chromium, folder)
    for number in (gone, spoilt, empty):
        box = site.page.locator(".rnn-demo").nth(number)
        box.scroll_into_view_if_needed()
        box.get_by_text("This picture does not move").wait_for()
        assert box.locator("img").is_visible()
        assert box.get_by_role("slider").count() == 0
    other = site.find("truncation_demo")
    sentence = other.locator(".rnn-stage p")
    start = sentence.inner_text()
    other.get_by_role("slider").nth(1).focus()
    site.page.keyboard.press("End")
    other.get_by_text("This setting cannot be shown: ").wait_for()
    opacity = "svg => getComputedStyle(svg).opacity"
    svg = other.locator("svg").element_handle()
    site.page.wait_for_function(f"svg => ({opacity})(svg) === '0.5'", arg=svg)
    for path in (place / str(cut)).glob("*.away"):  # back again, as after a lost connection
        path.rename(path.with_suffix(".js"))
    site.page.keyboard.press("Home")
    site.page.keyboard.press("End")
    site.page.wait_for_function(
        "p => !p.textContent.startsWith('This setting')", arg=sentence.element_handle()
    )
    other.get_by_role("button", name="Reset", exact=True).click()
    other.get_by_text(start).first.wait_for()
    assert svg.evaluate(opacity) == "1"
    site.context.close()


def test_the_picture_stays_where_it_is_while_its_sentence_grows(site):
    """In all groups of streams_demo; on a phone some of its sentences take a line more."""
    places = site.find("streams_demo").evaluate(
        """async box => {
            const tops = new Set(), svg = box.querySelector("svg"), { demo } = box;
            const [first, second, third] = demo.index.controls.map(({ texts }) => texts.length);
            for (let group = 0; group < second * third; group++) {
                for (let place = 0; place < first; place++) {
                    await demo.set([place, Math.floor(group / third), group % third]);
                    tops.add(Math.round(svg.getBoundingClientRect().top + scrollY));
                }
            }
            return tops.size;
        }"""
    )
    assert places == 1


FOCUS = """async ([place, states]) => {
  const box = document.querySelectorAll(".rnn-demo")[place];
  const words = box.querySelector(".rnn-words");
  const buttons = [...box.querySelectorAll(".rnn-parts button")], seen = new Set();
  for (const state of states) {
    await box.demo.set(state);
    for (const button of buttons.filter(each => !seen.has(each.textContent))) {
      button.focus();
      const lit = box.querySelector("svg").querySelectorAll(".rnn-lit").length;
      const said = words.textContent.startsWith(`${button.textContent}: `);
      if (lit && said && words.getAttribute("role") === "status") seen.add(button.textContent);
      button.blur();
    }
  }
  return buttons.map(each => each.textContent).filter(name => !seen.has(name));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_each_part_lights_by_keyboard_and_is_read_out(site, recorded, name):
    """Where a frame has it: one control after the other is moved through its settings."""
    reels = recorded[1][NAMES.index(name)][1]
    box = site.find(name)
    lengths = [len(settings) for settings in reels.settings.values()]
    states = [[0] * len(lengths), [length - 1 for length in lengths]]
    for control, length in enumerate(lengths):
        states += [
            [place if each == control else 0 for each in range(len(lengths))]
            for place in range(length)
        ]
    assert site.page.evaluate(FOCUS, [NAMES.index(name), states]) == []
    box.get_by_role("button", name="Reset", exact=True).click()
    assert site.errors == []


def test_parts_light_and_steps_are_played_without_a_kernel(site):
    box = site.find("lstm_step_demo")
    svg, slider = box.locator(".rnn-stage svg"), box.get_by_role("slider").first
    box.get_by_role("button", name="Reset", exact=True).click()  # from where others left it
    at_start = "slider => slider.getAttribute('aria-valuetext') === '1'"
    site.page.wait_for_function(at_start, arg=slider.element_handle())
    lit = (
        "svg => [...svg.querySelectorAll('.rnn-lit')].map(each => each.dataset.part.split('|')[0])"
    )
    box.get_by_role("button", name="cell state").focus()
    assert set(svg.evaluate(lit)) == {"cell state", "add"}  # the sum is of the cell state
    assert "the belt" in box.locator(".rnn-words").inner_text()
    slider.focus()
    assert svg.evaluate(lit) == []
    sentence = box.locator(".rnn-stage p")
    before = sentence.inner_text()
    box.get_by_role("button", name="Next ▶").click()
    assert slider.get_attribute("aria-valuetext") == "2"
    assert sentence.inner_text() != before
    box.get_by_role("button", name="Play", exact=True).click()
    site.page.wait_for_timeout(1000)
    box.get_by_role("button", name="Pause").click()
    assert slider.get_attribute("aria-valuetext") == "3"
    assert site.errors == []


WITH_HANDLES = {
    "forecast_demo", "ngram_demo", "streams_demo", "sweep_demo", "truncation_demo",
    "clipping_cliff_demo", "gate_demo", "connectivity_demo", "reveal_demo", "depth_demo",
    "alignment_demo",
}  # fmt: skip

FIND_HANDLES = """svg => {
  const { handles } = svg.closest(".rnn-demo").demo.player;
  const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
  return handles.map(({ region: [left, top, width, height], points, sets }) => ({ sets, points:
    points.map(([x, y]) => [box.left + (x ?? left + width / 2) * scale,
                            box.top + (y ?? top + height / 2) * scale]) }));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_pressed_and_dragged_itself(site, name):
    box = site.find(name)
    svg = box.locator(".rnn-stage svg")
    read = "box => [...box.demo.state]"
    box.get_by_role("button", name="Reset", exact=True).click()
    svg.evaluate("svg => svg.scrollIntoView({ block: 'center' })")
    handles = svg.evaluate(FIND_HANDLES)
    assert bool(handles) == (name in WITH_HANDLES)
    words = box.locator(".rnn-words").inner_text()
    assert ("Drag in the picture to set “" in words) == bool(handles)
    for handle in handles:
        start, (first, *_, last) = box.evaluate(read), list(range(len(handle["points"])))
        for number in (first, last):
            site.page.mouse.click(*handle["points"][number])
            wanted = list(start)
            for place, step in handle["sets"][number]:
                wanted[place] = step
            assert box.evaluate(read) == wanted
            assert svg.get_attribute("data-lit") == "no"  # what was set is seen whole
        assert box.locator(".rnn-parts [aria-pressed=true]").count() == 0  # no part is pinned
        site.page.mouse.move(*handle["points"][first])
        site.page.mouse.down()
        for number in (first + 1, last):
            x, y = handle["points"][number]
            site.page.mouse.move(x + 1, y)
            state = box.evaluate(read)
            assert [state[place] for place, _ in handle["sets"][number]] == [
                step for _, step in handle["sets"][number]
            ]
        site.page.mouse.up()
        site.page.mouse.move(*handle["points"][first])  # a hand that only passes sets nothing
        assert box.evaluate(read) == state
        assert svg.get_attribute("data-lit") == "no"
    box.get_by_role("button", name="Reset", exact=True).click()
    assert site.errors == []


def test_a_finger_that_scrolls_sets_nothing_and_one_that_taps_or_drags_does(recorded, chromium):
    size = {"width": WIDTHS["narrow"], "height": 900}
    site = Site(chromium, recorded[0], viewport=size, has_touch=True)
    box = site.find("connectivity_demo")
    svg = box.locator(".rnn-stage svg")
    session = site.page.context.new_cdp_session(site.page)

    def touch(kind, *point):
        points = [{"x": point[0], "y": point[1]}] if point else []
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    def read():
        return box.evaluate("box => box.demo.state[0]")

    def find_points():
        svg.evaluate("svg => svg.scrollIntoView({ block: 'center', behavior: 'instant' })")
        site.page.wait_for_timeout(500)  # what a finger has thrown comes to rest
        handle, *_ = svg.evaluate(FIND_HANDLES)  # of the first network
        return handle["points"][2], handle["points"][20]

    first, last = find_points()
    start, top = read(), site.page.evaluate("scrollY")
    touch("Start", *first)
    for way in range(10, 210, 20):
        touch("Move", first[0], first[1] - way)
    touch("End")
    site.page.wait_for_function("top => scrollY > top + 50", arg=top)
    assert read() == start
    first, last = find_points()
    site.page.touchscreen.tap(*first)
    assert read() == 2
    touch("Start", *first)
    for x in np.linspace(first[0], last[0], 9)[1:]:
        touch("Move", float(x), first[1])
    # a page hears of a move with its next frame
    is_there = "box => box.demo.state[0] === 20"
    site.page.wait_for_function(is_there, arg=box.element_handle())
    touch("End")
    assert site.errors == []
    site.context.close()
