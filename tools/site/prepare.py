"""The stored lectures as Sphinx reads them: stills as files, forms and boxes that scripts fill."""

import ast
import base64
import html
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
from PIL import Image

from tools.execute_notebooks import BLANK, asks_for_a_prediction
from tools.site.answers import tabulate
from tools.site.stacks import stack
from tools.site.words import say_on_a_page

ROOT = Path(__file__).resolve().parents[2]
DEMO = re.compile(r"\bdemos\.\w+_demo\(")
IMAGE = re.compile(r"<img [^>]*>")
NARROW = "screen and (max-width: 40rem)"  # as in pages.css
SMALL = 560  # pixels: a picture that is no wider is read on a phone as it is
HEADING = re.compile(r"^### Exercise (\d+) — ", re.MULTILINE)
CHECKED = re.compile(
    r"^(?P<name>\w+) = \.\.\..*\n+exercises\.(?P<check>check_\w+)\((?P=name)\)\s*$"
)
SOLUTION = re.compile(r"<summary>Solution</summary>.*?```python\n(.*?)```", re.DOTALL)
NO_PLACE = (
    '<p class="rnn-note">The check of this exercise runs your code:'
    " open the lecture in JupyterLab to answer it.</p>"
)


def write_pages(target: Path, repository: str = "") -> None:
    """Write all that Sphinx reads; `repository` is "owner/name" on GitHub, or nothing."""
    (target / "notebooks").mkdir(parents=True, exist_ok=True)
    outcomes = target / "outcomes.json"
    known = json.loads(outcomes.read_text(encoding="utf-8")) if outcomes.exists() else {}
    downloads = target / "extra" / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        Lecture(path.stem, notebook, target).change(repository, known.get(path.stem, {}))
        nbformat.write(notebook, target / "notebooks" / path.name)
        shutil.copy(path, downloads)
    shutil.copy(ROOT / "notebooks" / "symbols.md", target / "notebooks")
    write_home(target)


class Lecture:
    """One notebook on its way to a page; `change` works in place."""

    def __init__(self, name: str, notebook: nbformat.NotebookNode, target: Path) -> None:
        self.name, self.notebook, self.target = name, notebook, target
        self.pictures = self.demos = 0

    def change(self, repository: str, outcomes: dict) -> None:
        """Make the cells those of a page."""
        before = []
        for cell, following in self._walk():
            if cell.cell_type == "markdown":
                cell.source = HEADING.sub(r'<span id="exercise-\1"></span>\n\n\g<0>', cell.source)
                cell.source = say_on_a_page(cell.source)
            elif asks_for_a_prediction(cell.source):
                replace(cell, write_prediction(cell.source, before))
            elif cell.source.strip() == "compare_predictions()":
                replace(cell, write_comparison(outcomes))
            elif "exercise" in cell.metadata.get("tags", ()):
                cell.outputs = [make_output(self._write_exercise(cell.source, following))]
            else:
                self._change_outputs(cell)
                before.append(cell.source)
        title, _, rest = self.notebook.cells[0].source.partition("\n")
        numbers = [
            n for cell in self.notebook.cells for n in re.findall(r'"exercise-(\d+)"', cell.source)
        ]
        opening = write_opening(self.name, numbers, repository)
        self.notebook.cells[0].source = f"{title}\n\n{opening}\n{rest}"

    def _walk(self) -> Iterator[tuple]:
        cells = self.notebook.cells
        return zip(cells, [*(cell.source for cell in cells[1:]), ""], strict=True)

    def _write_exercise(self, source, following):
        stub, solution = CHECKED.match(source), SOLUTION.search(following)
        room = re.sub(r"^\d+_", "", self.name)
        if stub and solution:
            table = tabulate(room, stub["check"], stub["name"], solution[1])
            if table:
                return write_box("rnn-exercise", table, NO_PLACE)
        return NO_PLACE

    def _change_outputs(self, cell):
        """Keep of a picture its HTML, with the pixels in a file; put a demo's into its box."""
        for output in cell.outputs:
            if "text" in output:
                output.text = output.text.removeprefix(BLANK)
            data = output.get("data", {})
            table = data.get("text/html", "").partition("<table")
            if table[1]:
                wide = f'<div class="table-wrapper"><table class="docutils"{table[2]}</div>'
                output.data = nbformat.from_dict({"text/html": table[0] + wide})
            image = IMAGE.search(data.get("text/html", ""))
            if not image:
                continue
            stored = self._store(image[0], **output.metadata.get("image/png", {}))
            shown = image.string.replace(image[0], stored)
            if DEMO.search(cell.source):
                shown = f'<div class="rnn-demo" data-demo="{self.name}/{self.demos}">{shown}</div>'
                self.demos += 1
            output.data = nbformat.from_dict({"text/html": shown})

    def _store(self, tag, pieces=(), narrow="", **_):
        """Put a picture into a file, and for narrow pages its pieces, or one drawn for them."""
        kept = {key: html.unescape(text) for key, text in re.findall(r'(\w+)="([^"]*)"', tag)}
        pixels = base64.b64decode(kept["src"].partition(",")[2])
        place = Path("figures", self.name, f"{self.pictures}.png")
        self.pictures += 1
        file = self.target / "extra" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pixels)
        picture = Image.open(io.BytesIO(pixels))
        scale = int(kept["width"]) / picture.width
        shown = (
            f'<img alt="{html.escape(kept["alt"])}" {_write_source("src", place, picture, scale)}>'
        )
        if pieces or narrow:
            place = place.with_stem(f"{place.stem}-narrow")
            if narrow:
                slim = Image.open(io.BytesIO(base64.b64decode(narrow)))
            else:
                slim = stack(picture, pieces).quantize(256, dither=Image.Dither.NONE)
            slim.save(self.target / "extra" / place, optimize=True)
            source = _write_source("srcset", place, slim, scale)
            shown = f'<picture><source media="{NARROW}" {source}>{shown}</picture>'
        small = " rnn-small" if int(kept["width"]) <= SMALL else ""
        return f'<span class="rnn-picture{small}">{shown}</span>'


def _write_source(name, place, picture, scale):
    width, height = (round(size * scale) for size in picture.size)
    return f'width="{width}" height="{height}" {name}="../{place.as_posix()}"'


def make_output(markup: str) -> nbformat.NotebookNode:
    """An output that is HTML alone."""
    return nbformat.v4.new_output("display_data", {"text/html": markup})


def replace(cell: nbformat.NotebookNode, markup: str) -> None:
    """Show HTML in place of a cell's source and outputs."""
    cell.metadata = nbformat.from_dict({"tags": ["remove-input"]})
    cell.outputs = [make_output(markup)]


def write_box(kind: str, content: dict, fallback: str) -> str:
    """A box that a script fills from `content`, and what stands there without a script."""
    packed = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return f'<div class="{kind}"><script type="application/json">{packed}</script>{fallback}</div>'


def write_prediction(source: str, before: list[str]) -> str:
    """The form of one `predict(…)`; `before` are the cells in which its choices may be named."""
    form = ast.parse(source).body[-1]
    assert isinstance(form, ast.Expr)
    assert isinstance(form.value, ast.Call)
    named = {keyword.arg: keyword.value for keyword in form.value.keywords}
    choices = named.get("choices")
    if isinstance(choices, ast.Name):
        choices = find_assigned(choices.id, before)
    content = {
        "label": ast.literal_eval(form.value.args[0]),
        "unit": ast.literal_eval(named["unit"]) if "unit" in named else "",
        "choices": list(ast.literal_eval(choices)) if choices else [],
    }
    asked = f"Your prediction: {content['label']}"
    unit = f" (in {content['unit']})" if content["unit"] else ""
    rest = f": {', '.join(content['choices']) or '…'}"
    fallback = f"<p><b>{html.escape(asked + unit)}</b>{html.escape(rest)}</p>"
    return write_box("rnn-prediction", content, fallback)


def find_assigned(name: str, sources: list[str]) -> ast.expr:
    """What the last assignment to a name says, in cells that may hold magics."""
    for source in reversed(sources):
        if re.search(rf"^{name} = ", source, re.MULTILINE):
            for line in reversed(ast.parse(source).body):
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == name:
                    return line.value
    raise ValueError(f"no cell before the prediction assigns {name}")


def write_comparison(outcomes: dict) -> str:
    """The table of predictions; what came out is known where the lecture was run for the page."""
    fallback = "<p>Here your predictions stand beside what came out, where scripts may run.</p>"
    return write_box("rnn-comparison", {"outcomes": outcomes}, fallback)


def write_opening(name: str, numbers: list[str], repository: str) -> str:
    """The lines below a lecture's title: where it opens, and its exercises."""
    links = [f'<a href="../downloads/{name}.ipynb" download>Download the notebook</a>']
    lab = "in JupyterLab with <code>make lab</code>"
    place = f"notebooks/{name}.ipynb"
    if repository:
        colab = f"https://colab.research.google.com/github/{repository}/blob/main/{place}"
        binder = f"https://mybinder.org/v2/gh/{repository}/main?urlpath=lab/tree/{place}"
        links += [f'<a href="{colab}">Colab</a>', f'<a href="{binder}">Binder</a>']
        first = (
            f"In Colab, run <code>%pip install git+https://github.com/{repository}</code> first."
        )
    else:
        first = "Colab and Binder open it where this repository has a public address."
    exercises = ", ".join(f'<a href="#exercise-{n}">{n}</a>' for n in numbers)
    return (  # a search shows nothing of what Sphinx takes for a headerlink
        '<div class="rnn-open headerlink" role="note">'
        f"<p>Open it {lab} · {' · '.join(links)}. {first}</p>"
        f"<p>Exercises: {exercises}</p></div>\n"
    )


def write_home(target: Path) -> None:
    """The first page: the README's own words, the flagship demo, the table of lectures."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    title, _, rest = readme.partition("\n")
    introduction = rest.strip().partition("\n\n")[0]
    lectures = re.search(r"^## Lectures\n(.*?)(?=^## )", readme, re.DOTALL | re.MULTILINE)
    assert lectures
    names = sorted(path.stem for path in (target / "notebooks").glob("*.ipynb"))
    flagship = names[4]
    page = (target / "notebooks" / f"{flagship}.ipynb").read_text(encoding="utf-8")
    output = next(
        output.data["text/html"]
        for cell in nbformat.reads(page, as_version=4).cells
        for output in cell.get("outputs", [])
        if "rnn-demo" in output.get("data", {}).get("text/html", "")
    )
    home = (Path(__file__).with_name("home.md")).read_text(encoding="utf-8")
    for mark, text in {
        "TITLE": title,
        "INTRODUCTION": say_on_a_page(introduction),
        "FLAGSHIP": output.replace('src="../', 'src="'),
        "LECTURES": lectures[1].strip(),
        "NAMES": "\n".join(f"notebooks/{name}" for name in names),
    }.items():
        home = home.replace(f"@{mark}@", text)
    (target / "index.md").write_text(home, encoding="utf-8")
