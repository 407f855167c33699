"""The site in Chromium: from a folder and from a plain server, light and dark, narrow and wide."""

import functools
import http.server
import importlib.util
import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rnn_helpers.display import predictions
from tests.browser import IN_BROWSER
from tests.notebooks import PATHS, ROOT, read_lecture

pytestmark = [*IN_BROWSER, pytest.mark.site]
LECTURES = ["notebooks/09_attention", "notebooks/05_vanishing_and_exploding_gradients"]
GRADIENTS = LECTURES[1]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves without a line for each request."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server(site):
    """The address of a plain file server on the site."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


@pytest.fixture
def visit(chromium, site):
    """Opens pages; at the end none has raised an error or asked for anything elsewhere."""
    pages, faults = [], []

    def note(request):
        if not re.match(r"file:|http://127\.0\.0\.1|data:", request.url):
            faults.append(request.url)

    def go(name, *, at=f"file://{site}", width=1400, theme="light", query=""):
        size = {"width": width, "height": 900}
        page = chromium.new_page(viewport=size, color_scheme=theme, reduced_motion="reduce")
        pages.append(page)
        page.on("request", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.goto(f"{at}/{name}.html{query}")
        return page

    yield go
    for page in pages:
        page.close()
    assert faults == []


# What reaches beyond the window, and has nothing around it that scrolls.
CUT = """() => [...document.querySelectorAll("article :is(img, table, pre, p, form, fieldset, h1)")]
  .filter(each => {
    if (each.getBoundingClientRect().right <= innerWidth + 1) return false;
    for (let box = each; box.localName !== "article"; box = box.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return false;
    return !each.closest(".katex-mathml");
  })
  .map(each => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [390, 700, 1000, 1400])
def test_no_page_scrolls_sideways_and_none_is_cut_off(visit, site, width):
    page = visit("index", width=width)
    for path in sorted(site.rglob("*.html")):
        page.goto(f"file://{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
        assert page.evaluate(CUT) == [], path.name


def test_what_is_wide_scrolls_by_keyboard_and_has_a_name_of_its_own(visit):
    page = visit(LECTURES[0], width=390)
    regions = page.locator("[role=region][tabindex='0']")
    names = regions.evaluate_all("all => all.map(each => each.ariaLabel)")
    assert {name.split()[0] for name in names} >= {"Code", "Figure"}
    assert len(set(names)) == len(names)
    page.get_by_role("region", name="Figure").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    wide = visit(GRADIENTS, width=1400).get_by_role("region", name="Figure")
    assert wide.count() == 0


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_terms_of_a_lecture_fit_a_phone(visit, path, width):
    page = visit(f"notebooks/{path.stem}", width=width)
    terms = page.locator(".table-wrapper", has_text="Korean").first
    wide, seen = terms.evaluate("found => [found.scrollWidth, found.clientWidth]")
    assert wide <= seen
    assert terms.get_by_role("columnheader", name="Korean").count() == 1
    table = next(cell.source for cell in read_lecture(path).cells if "| Korean |" in cell.source)
    names = re.findall("`(.+?)`", table)  # as they were, wherever their lines end
    assert terms.locator("td code").all_text_contents() == names


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_word_of_a_title_is_broken_on_a_phone_and_it_is_larger_than_the_headings(visit, path):
    page = visit(f"notebooks/{path.stem}", width=390)
    broken = page.locator("h1").evaluate("""title => {
      const text = [...title.childNodes].find(node => node.nodeType === Node.TEXT_NODE);
      return [...text.data.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return [word, range.getClientRects().length];
      }).filter(([, lines]) => lines > 1);
    }""")
    assert broken == []
    first, second = (
        page.locator(name).first.evaluate("found => parseFloat(getComputedStyle(found).fontSize)")
        for name in ("h1", "h2")
    )
    assert first > second


# The sizes of what is read in a page, in pixels, smallest first; words in a picture have their own.
SIZES = """() => {
  const found = {}, article = document.querySelector("article");
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: element, textContent: text } = texts.currentNode;
    const isSeen = /[\\p{L}\\p{N}\\p{P}\\p{S}]/u.test(text); // not the struts of a formula
    if (!isSeen || element.closest("svg, script, style, .katex-mathml")) continue;
    found[text] = Math.min(found[text] ?? 99, parseFloat(getComputedStyle(element).fontSize));
  }
  return Object.entries(found).sort((one, other) => one[1] - other[1]);
}"""


@pytest.mark.parametrize("width", [360, 390])
def test_all_symbols_fit_a_phone(visit, width):
    page = visit("notebooks/symbols", width=width)
    wide = "all => all.filter(found => found.scrollWidth > found.clientWidth).length"
    assert page.locator(".table-wrapper").evaluate_all(wide) == 0


def test_words_code_and_formulas_are_large_enough_to_read_on_a_phone(visit, site):
    for path in sorted(site.glob("notebooks/*.html")):
        text, size = visit(f"notebooks/{path.stem}", width=390).evaluate(SIZES)[0]
        assert size >= 12, (path.stem, text, size)


def test_panels_stand_below_each_other_on_a_narrow_page_alone(visit):
    shown = """found => found.decode().then(() => {
      const { left, right } = found.getBoundingClientRect();
      return [found.currentSrc.endsWith("-narrow.png"), left >= 0 && right <= innerWidth];
    })"""
    for width, media, narrow in (
        (390, "screen", True),
        (700, "screen", False),
        (390, "print", False),
    ):
        page = visit(GRADIENTS, width=width)
        page.emulate_media(media=media)
        image = page.locator(".rnn-picture picture img").first
        assert image.evaluate(shown) == [narrow, True], (width, media)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("name", ["index", *LECTURES])
def test_axe_finds_nothing_serious(visit, name, width, theme):
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    page = visit(name, width=width, theme=theme)
    page.evaluate("document.querySelectorAll('details').forEach(each => (each.open = true))")
    page.evaluate(Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { preload: false })")["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found
               if each["impact"] in ("serious", "critical")]  # fmt: skip
    assert serious == []


@pytest.mark.parametrize(("words", "title"), [
    ("truncated", "04 Backpropagation through time"),
    ("기울기 소실", "05 Vanishing and exploding gradients"),
    ("어텐션", "09 Attention"),
])  # fmt: skip
def test_search_finds_english_and_korean_from_a_folder_and_from_a_server(
    visit, server, words, title
):
    for at in ({}, {"at": server}):
        page = visit("search", query=f"?q={words}", **at)
        found = page.locator("#search-results a", has_text=title)
        found.first.wait_for()
        found.first.click()
        page.wait_for_load_state()
        assert title[:2] in page.title()


def test_what_a_search_shows_of_a_lecture_is_its_text(visit, server):
    page = visit("search", query="?q=gradients", at=server)
    found = page.locator("#search-results li", has_text="05 Vanishing").first
    found.locator("p").first.wait_for()
    assert "JupyterLab" not in found.inner_text()
    assert "Why do long sequences break?" in found.inner_text()


def test_a_small_picture_and_a_table_are_whole_on_a_phone(visit):
    page = visit("notebooks/08_bidirectional_and_deep", width=390)
    page.evaluate("document.querySelectorAll('details').forEach(each => (each.open = true))")
    image = page.locator(".rnn-small img").first
    image.evaluate("found => found.decode()")
    table = visit("index", width=390).locator(".table-wrapper table").first
    wide = "found => [found.parentElement.scrollWidth, found.parentElement.clientWidth]"
    for found in (image, table):
        inner, outer = found.evaluate(wide)
        assert inner <= outer


def predict(page, label, answer):
    form = page.get_by_role("group", name=f"Your prediction: {label}")
    form.get_by_role("textbox").fill(answer)
    form.get_by_role("button", name="Show the answer").click()
    return form


def test_a_prediction_is_kept_and_unfolds_its_answer(visit):
    page = visit(GRADIENTS)
    label = "networks of 20 that learn twenty words"
    form = page.get_by_role("group", name=f"Your prediction: {label}")
    answer = page.locator(".tag_hide-output details").first
    said = form.get_by_role("status")
    form.get_by_role("button", name="Show the answer").click()
    expect(said).to_have_text("Write down first what you expect.")
    predict(page, label, "many")
    expect(said).to_contain_text("not read as a number")
    assert answer.get_attribute("open") is None, "the answer is told too early"
    form.get_by_role("textbox").fill("1e1")
    form.get_by_role("textbox").press("Enter")
    assert answer.get_attribute("open") is not None
    expect(said).to_have_text("Kept: 10.")
    row = page.get_by_role("row", name=label)
    assert row.get_by_role("cell").all_inner_texts() == [
        "10",
        "open the lecture in JupyterLab to see",
        "",
    ]


def test_two_predictions_of_one_answer_wait_for_each_other(visit):
    page = visit("notebooks/06_lstm")
    first = predict(page, "LSTMs of 20 that learn, torch's start", "3")
    expect(first.get_by_role("status")).to_contain_text("with the other prediction")
    folded = page.locator("details.hide")
    count = "all => all.filter(each => each.open).length"
    assert folded.evaluate_all(count) == 0
    predict(page, "LSTMs of 20 that learn, forget bias 1", "9")
    assert folded.evaluate_all(count) > 0  # the answer, and what else it gives away


def test_choices_are_answered_by_keyboard_and_compared_with_what_came_out(visit, site):
    page = visit("notebooks/02_recurrent_networks")
    label = "shape of h_n"
    form = page.get_by_role("group", name=f"Your prediction: {label}")
    form.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    form.get_by_role("button").click()
    assert page.get_by_role("row", name=label).get_by_role("cell").first.inner_text() == "(2, 4, 5)"


def test_what_came_out_stands_beside_the_prediction(visit, site):
    source = site / f"{GRADIENTS}.html"
    told = source.read_text(encoding="utf-8").replace(
        '{"outcomes": {}}', '{"outcomes": {"the product with w = 1.5": "shrinks",'
        ' "‖J⁴⁰‖ for ρ = 1.1": 45.26}}')  # fmt: skip
    told_page = source.with_name("told.html")
    told_page.write_text(told, encoding="utf-8")
    try:
        page = visit("notebooks/told")
        predict(page, "‖J⁴⁰‖ for ρ = 1.1", "9")
        form = page.get_by_role("group", name="Your prediction: the product")
        form.get_by_role("radio", name="grows").check()
        form.get_by_role("button").click()
        rows = page.get_by_role("row")
        texts = rows.filter(has_text="‖J⁴⁰‖").get_by_role("cell").all_inner_texts()
        assert texts == ["9", "45.3", "5 times too small"]
        texts = rows.filter(has_text="the product").get_by_role("cell").all_inner_texts()
        assert texts == ["grows", "shrinks", "another"]
    finally:
        told_page.unlink()


def test_an_exercise_of_one_number_answers_in_the_page(visit):
    page = visit(GRADIENTS)
    form = page.locator(".rnn-exercise")
    for typed, said in (
        ("", "Still missing"), ("ninety", "not read as a number"), ("89", "not yet below 1 %"),
        ("90.5", "whole number of steps"), ("300", "Not yet"), ("90", "✓ Right: 0.95⁸⁹ is 0.0104"),
    ):  # fmt: skip
        form.get_by_role("textbox").fill(typed)
        form.get_by_role("textbox").press("Enter")
        assert said in form.get_by_role("status").inner_text(), typed


NUMBERS = [
    ("27", ""), ("27 %", "%"), ("27 %", ""), ("1e-3", ""), (".5", ""), ("1,000", ""), ("1/4", ""),
    ("2 × 10⁻³", ""), ("10^-3", ""), ("−1/4", ""), ("0,5", ""), ("about 3 steps", "steps"),
    ("1 step", "steps"), ("2.3x", "times"), ("2×", "times"), ("90 per cent", "%"), ("약 3", ""),
    ("½", ""), ("3x10^4", ""), ("1 000 000", ""), ("-2.5E6", ""),
]  # fmt: skip


def test_numbers_are_read_written_and_compared_as_in_the_kernel(visit):
    page = visit(GRADIENTS)
    for typed, unit in NUMBERS:
        value = page.evaluate("([typed, unit]) => rnnPages.readNumber(typed, unit)", [typed, unit])
        assert value == pytest.approx(predictions.read_number(typed, unit), rel=1e-12), typed
    for typed in ("", "many", "1/0", "2 3", "1e999", "--1"):
        assert isinstance(page.evaluate("typed => rnnPages.readNumber(typed)", typed), str), typed
    values = [0.0, 27.0, 0.12345, 1234.5, 4.5e-6, -4.5e-6, 1e6, 999999.0, -0.5, 123456.0, 1e-4, 3.0]
    for value in values:
        text = page.evaluate("value => rnnPages.formatNumber(value)", value)
        assert text == predictions.format_number(value)
    for one in values:
        for other in values:
            for unit in ("", "%"):
                text = page.evaluate("all => rnnPages.compareNumbers(...all)", [one, other, unit])
                assert text == predictions.compare_numbers(one, other, unit), (one, other, unit)


def test_the_words_that_name_an_answer_come_with_it(visit):
    page = visit(GRADIENTS)
    words = page.get_by_text("It shrinks", exact=False).first
    assert words.count() == 1
    assert not words.is_visible()
    assert page.locator(".rnn-veiled").count() > 3
    form = page.get_by_role("group", name="Your prediction: the product")
    form.get_by_role("radio", name="grows").check()
    form.get_by_role("button").click()
    words.wait_for()
    assert not page.locator("section > .rnn-veiled", has=words).count()


@pytest.mark.parametrize("name", [f"notebooks/{path.stem}" for path in PATHS])
def test_every_question_is_read_and_only_words_are_veiled(visit, name):
    page = visit(name)
    questions = page.locator("p", has=page.locator("strong", has_text="Predict"))
    assert questions.count() > 0
    for question in questions.all():
        assert question.is_visible(), question.inner_text()
    veiled = page.locator(".rnn-veiled")
    assert veiled.count() == page.locator(".rnn-later:visible").count() > 0
    assert page.locator(".rnn-veiled:is(.math, .cell, section), .rnn-veiled .math").count() == 0


def test_nothing_lies_on_the_page_when_it_is_scrolled_back(visit):
    page = visit(GRADIENTS)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(300)
    page.mouse.wheel(0, -500)
    page.wait_for_timeout(300)
    assert page.locator("html.show-back-to-top, .show-back-to-top").count() == 1
    assert not page.locator(".back-to-top").is_visible()


def test_the_next_lecture_and_the_one_before_are_a_link_away(visit):
    page = visit(GRADIENTS)
    page.get_by_role("link", name="Next 06 LSTM").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", level=1).inner_text().startswith("06 LSTM")
    assert page.get_by_role("link", name="Previous 05").is_visible()


def test_paper_has_all_that_is_folded_and_nothing_to_navigate_with(visit):
    page = visit(GRADIENTS)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    inside = page.locator("details > :not(summary)")
    faint = "all => all.map(each => getComputedStyle(each).opacity).filter(found => found !== '1')"
    assert inside.evaluate_all(faint) == []  # nothing is still fading in when the page is printed
    assert page.get_by_text("It shrinks", exact=False).first.is_visible()
    for place in (
        ".skip-to-content",
        ".sidebar-drawer",
        ".toc-drawer",
        ".related-pages",
        ".rnn-open",
        ".mobile-header",
    ):
        assert not page.locator(place).first.is_visible(), place
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_without_scripts_a_page_still_asks_and_shows_its_stills(chromium, site):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"file://{site}/{GRADIENTS}.html")
    assert page.locator(".rnn-demo img").first.is_visible()
    assert page.get_by_text("Your prediction: networks of 20 that learn twenty").is_visible()
    page.close()


def test_a_mark_of_two_parts_lights_with_each_and_is_pointed_at_as_the_first(chromium):
    page = chromium.new_page()
    page.set_content("<div id='here'></div>")
    page.add_script_tag(path=ROOT / "rnn_helpers" / "display" / "player.js")
    lit = page.evaluate(
        """() => {
          const player = new Player(document.querySelector("#here"));
          player.setParts([["networks", "two"], ["bars", "high"], ["mask", "gray"]]);
          player.setLayout({ width: 100, height: 100, styles: [], marks: [] });
          const parts = ["bars|networks", "mask"];
          const styles = parts.map(part => ({ kind: "path", fill: "ink", part }));
          player.show(styles, [[0, "M0 0L9 0L9 9Z"], [1, "M20 0L29 0L29 9Z"]]);
          const read = () => [...player.moving.querySelectorAll(".rnn-lit")]
            .map(each => each.dataset.part);
          const seen = ["networks", "bars", "mask"].map(name => (player.light(name), read()));
          player.light(undefined);
          const over = new PointerEvent("pointerover", { bubbles: true });
          player.moving.firstChild.dispatchEvent(over);
          const pale = [...player.parts.children].map(each => each.matches(".rnn-absent"));
          return [...seen, player.words.textContent, pale];
        }"""
    )
    both, mask = ["bars|networks"], ["mask"]
    assert lit == [both, both, mask, "bars: high", [False, False, False]]
    page.close()
