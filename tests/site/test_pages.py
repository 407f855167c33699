"""The built pages: links, alternative texts, nothing from elsewhere, and what a page says."""

import gzip
import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag

import nbformat
import pytest

from tests.notebooks import PATHS, ROOT, has_tag, read_lecture
from tools.site.prepare import DEMO, Lecture
from tools.site.words import SAID_OTHERWISE

pytestmark = pytest.mark.site
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "srcset"}
ELSEWHERE = re.compile(r"^(?:https?:)?//")
CALLS = r"url\(|@import|fetch\(|import\(|importScripts\(|\.src\s*="
LOADED = re.compile(rf"""(?:(?:{CALLS})\s*["'`]?|\bfrom\s*["'`])(?:https?:)?//""")


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and the text outside of scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._open = [], [], []
        self.feed(text)
        self.ids = {found["id"] for _, found in self.elements if found.get("id")}
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data):
        if not self._open:
            self.words.append(data)

    def all(self, tag):
        return [found for name, found in self.elements if name == tag]


@cache
def read_page(path):
    return Page(path.read_text(encoding="utf-8"))


def lecture_pages(site):
    pages = sorted((site / "notebooks").glob("[0-9]*.html"))
    assert [page.stem for page in pages] == [path.stem for path in PATHS]
    return pages


def find_broken(page_path):
    """Each local link of a page that leads nowhere."""
    for found in read_page(page_path).all("a"):
        address, anchor = urldefrag(found.get("href", ""))
        if (not address and not anchor) or re.match(r"\w+:", address):
            continue
        target = (page_path.parent / unquote(address)).resolve() if address else page_path
        ids = read_page(target).ids if target.suffix == ".html" and target.exists() else set()
        if not target.exists() or (anchor and unquote(anchor) not in ids):
            yield found["href"]


def find_loaded(name, text):
    """Each address outside the site that a file would load."""
    if name.endswith(".html"):
        for tag, found in Page(text).elements:
            address = found.get(LOADS.get(tag), "") or ""
            follows = tag != "link" or found.get("rel") in ("stylesheet", "preload", "icon")
            if follows and ELSEWHERE.match(address):
                yield address
    yield from LOADED.findall(text)


def test_every_local_link_and_anchor_leads_somewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= 12
    assert {page.name: broken for page in pages if (broken := [*find_broken(page)])} == {}


def test_a_broken_link_and_a_broken_anchor_are_found(tmp_path):
    (tmp_path / "other.html").write_text('<p id="here">')
    page = tmp_path / "page.html"
    page.write_text('<a href="none.html"></a><a href="other.html#there"></a>'
                    '<a href="other.html#here"></a><a href="#up"></a>')  # fmt: skip
    assert [*find_broken(page)] == ["none.html", "other.html#there", "#up"]


def test_every_picture_is_a_file_of_a_known_size_with_a_text_in_its_place(site):
    for path in (*lecture_pages(site), site / "index.html"):
        images = read_page(path).all("img")
        assert images, path.name
        for image in images:
            assert image["alt"].strip(), (path.name, image["src"])
            assert (path.parent / image["src"]).is_file()
            assert "loading" not in image, "it would be blank on paper until it has been seen"
            assert int(image["width"]) > 100 < int(image["height"])


def test_each_picture_that_would_scroll_has_a_narrow_one_that_can_be_read(site):
    found = 0
    for path, page in zip(PATHS, lecture_pages(site), strict=True):
        outputs = [
            output for cell in read_lecture(path).cells for output in cell.get("outputs", ())
        ]
        stored = [output.get("metadata", {}).get("image/png", {}) for output in outputs]
        sources = read_page(page).all("source")
        wanted = sum(not {"pieces", "narrow"}.isdisjoint(each) for each in stored)
        assert len(sources) == wanted, path.name
        for source in sources:
            assert (page.parent / source["srcset"]).is_file()
            assert int(source["width"]) < 560, source  # so that 9 points are 8 pixels in 360
        found += len(sources)
    assert found >= 15


def test_nothing_is_loaded_from_elsewhere(site):
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css", ".js")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    found = {name: loaded for name, text in texts.items() if (loaded := [*find_loaded(name, text)])}
    assert found == {}


@pytest.mark.parametrize(("name", "text"), [
    ("a.html", '<script src="https://example.org/a.js"></script>'),
    ("a.html", '<link rel="stylesheet" href="//example.org/a.css">'),
    ("a.html", '<p style="background: url(https://example.org/a.png)">'),
    ("a.css", '@import "https://example.org/a.css";'),
    ("a.css", "src: url(//example.org/a.woff2)"),
    ("a.js", 'fetch("https://example.org/a.json")'),
    ("a.js", 'script.src = "https://example.org/a.js"'),
    ("a.js", 'import x from "https://example.org/a.js"'),
])  # fmt: skip
def test_what_would_be_loaded_from_elsewhere_is_found(name, text):
    assert [*find_loaded(name, text)]
    assert not [*find_loaded(name, text.replace("https:", "").replace("//example.org", "here"))]


def test_no_page_tells_to_run_a_cell_that_it_has_not(site):
    told = re.compile(
        r"run (?:the|this) (?:cell|lecture)\b(?! and the next in JupyterLab)|the next cell, whose"
        r"|notebook's kernel|without a (?:running )?kernel|Error displaying"
    )
    for path in lecture_pages(site):
        assert not told.search(read_page(path).text), path.name


def test_each_sentence_that_a_page_says_otherwise_stands_in_a_lecture():
    prose = "\n".join(cell.source for path in PATHS for cell in read_lecture(path).cells)
    prose += (ROOT / "README.md").read_text(encoding="utf-8")
    assert [said for said in SAID_OTHERWISE if said not in prose] == []


def test_each_demo_has_its_box_in_the_order_of_its_lecture(site):
    for path, page in zip(PATHS, lecture_pages(site), strict=True):
        cells = [cell for cell in read_lecture(path).cells if cell.cell_type == "code"]
        demos = [cell for cell in cells if DEMO.search(cell.source)]
        shown = [output for cell in demos for output in cell.outputs if "data" in output]
        boxes = [found["data-demo"] for found in read_page(page).all("div") if "data-demo" in found]
        assert boxes == [f"{path.stem}/{place}" for place in range(len(shown))]
        assert boxes
    home = [found.get("data-demo") for found in read_page(site / "index.html").all("div")]
    assert "05_vanishing_and_exploding_gradients/0" in home


def test_predictions_and_exercises_of_a_lecture_are_on_its_page(site):
    numbers = 0
    for path, page in zip(PATHS, lecture_pages(site), strict=True):
        cells = read_lecture(path).cells
        kinds = [found.get("class") for found in read_page(page).all("div")]
        asked = [cell for cell in cells if re.match(r"predict\(", cell.source)]
        assert kinds.count("rnn-prediction") == len(asked) > 0
        assert kinds.count("rnn-comparison") == 1
        exercises = [cell for cell in cells if has_tag(cell, "exercise")]
        anchors = [f"exercise-{number + 1}" for number in range(len(exercises))]
        assert set(anchors) <= read_page(page).ids
        numbers += kinds.count("rnn-exercise")
    assert numbers >= 8  # lecture 08 asks for three numbers at once


def test_no_output_begins_with_the_blank_line_of_what_jupyterlab_folds(tmp_path):
    cells = [nbformat.v4.new_markdown_cell("# 00 Title\n"), nbformat.v4.new_code_cell("print(4)")]
    cells[1].outputs = [nbformat.v4.new_output("stream", text=" \n  4\n")]
    Lecture("00_title", nbformat.v4.new_notebook(cells=cells), tmp_path).change("", {})
    assert cells[1].outputs[0].text == "  4\n"


def test_the_notebook_can_be_had_from_its_page(site):
    for path, page in zip(PATHS, lecture_pages(site), strict=True):
        (link,) = [found for found in read_page(page).all("a") if "download" in found]
        assert (page.parent / link["href"]).read_bytes() == path.read_bytes()
        assert "make lab" in read_page(page).text


def test_a_page_is_small(site):
    for path in (*lecture_pages(site), site / "index.html"):
        page = read_page(path)
        sources = [found["src"] for found in page.all("script") if "src" in found]
        sources += [found["href"] for found in page.all("link") if found.get("rel") == "stylesheet"]
        files = [path, *(path.parent / source.partition("?")[0] for source in sources)]
        size = sum(len(gzip.compress(file.read_bytes())) for file in files)
        assert size < 200_000, (path.name, size)
