"""What every lecture keeps to. Each rule is also shown to fail, on a lecture broken for it.

A rule is a function of a notebook and its path that yields complaints; none means that it holds.
"""

import copy
import html
import re
import statistics
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from nbformat import v4

from tests.notebooks import (
    EXPECTED,
    KINDS,
    PATHS,
    ROOT,
    code_cells,
    find_exercises,
    has_tag,
    prose_cells,
    read_lecture,
)
from tools.execute_notebooks import normalize

MARKDOWN = MarkdownIt("commonmark").enable("table")
UNCOMPARED = ("nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception")
HANGUL = re.compile(r"[가-힣]")
PIXELS = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")

RULES = {}


def rule(check):
    """Register a rule; the tests below find it, and demand a broken lecture for it."""
    RULES[check.__name__] = check
    return check


def where(cell):
    return f"in “{cell.source.strip().splitlines()[0][:60] if cell.source.strip() else '(empty)'}”"


def text_of(output):
    """What an output says as text: the printed lines, or the plain form of a value."""
    if output.output_type == "stream":
        return output.text
    return "".join(output.get("data", {}).get("text/plain", ""))


def images_in(markup):
    """The alternative text of each <img> of an HTML text; None where there is none."""
    for tag in re.findall(r"<img\b[^>]*>", markup):
        alt = re.search(r"""\balt=(?:"([^"]*)"|'([^']*)')""", tag)
        yield html.unescape(alt[1] or alt[2] or "").strip() if alt else None


def walk(source):
    """Every token of a Markdown text, those inside a line included."""
    for token in MARKDOWN.parse(source):
        yield token
        yield from token.children or ()


# What the learner reads


@rule
def opens_with_title_question_minutes_and_needs(notebook, path):
    first, number = notebook.cells[0], path.name[:2]
    if first.cell_type != "markdown" or not re.match(rf"# {number} \S", first.source):
        yield f"the first cell does not open with “# {number} Title”"
    if not re.search(r"\*\*[^*]+\?\*\*", first.source):
        yield "the first cell has no bold question"
    if not re.search(r"\b\d+ minutes\b", first.source):
        yield "the first cell does not say how many minutes"
    if not re.search(r"\bneed", first.source):
        yield "the first cell does not say what is needed first"


@rule
def has_a_terms_table_with_korean(notebook, path):
    for cell in prose_cells(notebook)[:3]:
        rows = [line.strip().strip("|").split("|") for line in cell.source.splitlines()
                if line.strip().startswith("|")]  # fmt: skip
        if rows and all(
            any(word in name.lower() for name in rows[0])
            for word in ("symbol", "code", "shape", "meaning", "korean")
        ):
            column = next(i for i, name in enumerate(rows[0]) if "korean" in name.lower())
            if len(rows) < 5:
                yield "the terms table has fewer than three rows"
            for row in rows[2:]:
                if len(row) <= column or not HANGUL.search(row[column]):
                    yield f"no Korean term for {row[0].strip()}"
            return
    yield "no table of symbol, name in code, shape, meaning and Korean in the first three cells"


@rule
def has_one_short_setup_cell_first(notebook, path):
    tagged = [cell for cell in code_cells(notebook) if has_tag(cell, "setup")]
    if len(tagged) != 1 or code_cells(notebook)[0] is not tagged[0]:
        yield "the first code cell, and no other, must have the tag “setup”"
    for cell in tagged:
        if len(cell.source.splitlines()) > 8:
            yield "the set-up has more than eight lines"


@rule
def questions_the_usual_story_and_sums_up(notebook, path):
    prose = "\n".join(cell.source for cell in prose_cells(notebook))
    for heading in ("usual story", "Summary", "Sources"):
        if not re.search(rf"^(#+ |\*\*).*{heading}", prose, re.MULTILINE | re.IGNORECASE):
            yield f"no heading with “{heading}”"


@rule
def cells_are_short(notebook, path):
    lengths = [len(cell.source.splitlines()) for cell in code_cells(notebook)]
    for cell, length in zip(code_cells(notebook), lengths, strict=True):
        if length > 25:
            yield f"{length} lines {where(cell)}"
    if lengths and statistics.median(lengths) > 8:
        yield f"the median code cell has {statistics.median(lengths)} lines"


@rule
def prose_stands_between_code(notebook, path):
    run = 0
    for cell in notebook.cells:
        if has_tag(cell, "hide-input"):  # a form or a picture, whose code is folded
            continue
        run = run + 1 if cell.cell_type == "code" else 0 if cell.source.strip() else run
        if run == 3:
            yield f"a third code cell without prose before it {where(cell)}"


@rule
def has_three_to_five_graded_exercises(notebook, path):
    exercises = find_exercises(notebook)
    if not 3 <= len(exercises) <= 5:
        yield f"{len(exercises)} exercises"
    if [exercise.number for exercise in exercises] != list(range(1, len(exercises) + 1)):
        yield "exercises are not numbered 1, 2, 3, …"
    kinds = [exercise.kind for exercise in exercises]
    if unknown := set(kinds) - set(KINDS):
        yield f"kinds of exercise that are not of {', '.join(KINDS)}: {unknown}"
    elif kinds != sorted(kinds, key=KINDS.index):
        yield f"the exercises do not go from {' to '.join(KINDS)}"
    for exercise in exercises:
        for part in ("stub", "check", "hint", "solution"):
            if not getattr(exercise, part):
                yield f"exercise {exercise.number} has no {part}"
        if not re.match(r"(\w+\.)?check_\w+\(", exercise.check):
            yield f"exercise {exercise.number} does not end in a check_…"
    tagged = sum(has_tag(cell, "exercise") for cell in notebook.cells)
    if tagged != len(exercises):
        yield f"{tagged} cells have the tag “exercise” for {len(exercises)} exercises"


# What is stored


@rule
def every_code_cell_has_its_outputs(notebook, path):
    for cell in code_cells(notebook):
        if not cell.source.strip():
            yield "an empty code cell"
        elif not cell.outputs:
            yield f"no stored output {where(cell)}"


@rule
def ten_compared_outputs_hold_numbers(notebook, path):
    compared = [cell for cell in code_cells(notebook) if not has_tag(cell, *UNCOMPARED)]
    outputs = [output for cell in compared for output in cell.outputs]
    texts = [text_of(out) for out in outputs if "image/png" not in out.get("data", {})]
    count = sum(bool(re.search(r"\d", text)) for text in texts)
    if count < 10:
        yield f"{count} outputs that nbval compares hold a number: at least 10 are wanted"


@rule
def nothing_fails_and_nothing_warns(notebook, path):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"{output.ename} {where(cell)}"
            elif output.get("name") == "stderr":
                yield f"a warning {where(cell)}"


@rule
def is_stored_as_make_notebooks_stores_it(notebook, path):
    stored = normalize(notebook)
    if notebook.metadata != stored.metadata:
        yield "other metadata"
    for cell, normal in zip(notebook.cells, stored.cells, strict=True):
        for part in ("id", "metadata", "execution_count", "outputs"):
            if cell.get(part) != normal.get(part):
                yield f"another {part} {where(cell)}"


@rule
def every_figure_has_alternative_text(notebook, path):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            pictures = [mime for mime in data if mime.startswith("image/")]
            markup = "".join(data.get("text/html", ""))
            alts = list(images_in(markup))
            if not all(alts) or (pictures and not alts):
                yield f"a figure without alternative text {where(cell)}"
            if pictures and not re.match(r"[^<\s]", text_of(output)):
                yield f"a figure without its plain text {where(cell)}"
    for cell in prose_cells(notebook):
        for token in walk(cell.source):
            alts = [token.content.strip()] if token.type == "image" else []
            if token.type in ("html_inline", "html_block"):
                alts = images_in(token.content)
            if not all(alts):
                yield f"an image without alternative text {where(cell)}"


PLACES = re.compile(r"/(home|root|Users|work|tmp)/|site-packages|\b0x[0-9a-f]{6,}")


@rule
def names_no_place_in_one_machine(notebook, path):
    for cell in notebook.cells:
        texts = [cell.source]
        for output in cell.get("outputs", ()):
            page = "".join(output.get("data", {}).get("text/html", ""))
            texts += [text_of(output), PIXELS.sub("", page)]
        for text in texts:
            if found := PLACES.search(text):
                yield f"{found[0]} {where(cell)}"


FORBIDDEN = re.compile(r"pip\s+install|sys\.path|^\s*[!%]", re.MULTILINE)


@rule
def installs_nothing_and_runs_no_magic(notebook, path):
    for cell in code_cells(notebook):
        if found := FORBIDDEN.search(cell.source):
            yield f"“{found[0].strip()}” {where(cell)}"


# What it points to


def slug(heading):
    """The anchor that JupyterLab makes of a heading."""
    return heading.strip().replace(" ", "-")


def anchors_in(sources):
    """Every anchor of some Markdown texts: of headings, and those given by an id."""
    for source in sources:
        tokens = MARKDOWN.parse(source)
        for opening, inline in pairwise(tokens):
            if opening.type == "heading_open":
                yield slug(inline.content)
        yield from re.findall(r"""<\w+\s[^>]*\b(?:id|name)=["']([^"']+)["']""", source)


def prose_in(path):
    """The Markdown texts of a file."""
    if path.suffix == ".ipynb":
        return [cell.source for cell in prose_cells(read_lecture(path))]
    return [path.read_text(encoding="utf-8")] if path.suffix == ".md" else []


def links_in(source):
    """(target, what is clickable) of every link and image, in Markdown or HTML."""
    for token in MARKDOWN.parse(source):
        open_link = None
        for child in token.children or ():
            if child.type == "link_open":
                open_link = [child.attrs["href"], ""]
            elif child.type == "link_close":
                yield tuple(open_link)
                open_link = None
            elif open_link and child.type in ("text", "code_inline"):
                open_link[1] += child.content
            elif child.type == "image":
                yield child.attrs["src"], ""
            elif child.type == "text" and re.search(r"\]\[|\]\(", child.content):
                yield "", child.content
        if token.type in ("html_block", "inline"):
            for part in (token, *(token.children or ())):
                if part.type in ("html_block", "html_inline"):
                    for target in re.findall(r"""\b(?:href|src)=["']([^"']*)["']""", part.content):
                        yield target, ""


FORMS = (  # the start of an address, and how the whole is written; the first that fits counts
    (r"https://(dx\.)?doi\.org/", r"https://doi\.org/10\.\d{4,9}/\S+"),
    (r".*arxiv\.org/", r"https://arxiv\.org/(abs|pdf)/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?"),
    ("", r"https://[\w.-]+\.[a-z]{2,}(/\S*)?"),
)


def find_dead_links(source, path, own_anchors):
    """Complaints about the links of a Markdown text that stands in the file `path`."""
    for target, label in links_in(source):
        if not target:
            yield f"a link that leads nowhere: {label}"
        elif re.match(r"[a-z]+:", target):
            if not re.fullmatch(next(form for of, form in FORMS if re.match(of, target)), target):
                yield f"not a well-formed https address: {target}"
        else:
            name, _, anchor = target.partition("#")
            file = path if not name else (path.parent / name).resolve()
            if name and not file.exists():
                yield f"no such file: {name}"
            elif anchor and anchor not in (
                own_anchors if file == path else set(anchors_in(prose_in(file)))
            ):
                yield f"no such place: {target}"
            number = re.search(r"\blecture (\d\d)\b", label, re.IGNORECASE)
            if number and not file.name.startswith(number[1]):
                yield f"“{label}” leads to {file.name}"


@rule
def every_link_and_cross_reference_resolves(notebook, path):
    sources = [cell.source for cell in prose_cells(notebook)]
    anchors = set(anchors_in(sources))
    exercises = {str(exercise.number) for exercise in find_exercises(notebook)}
    for source in sources:
        yield from find_dead_links(source, path, anchors)
        for number in re.findall(r"\blectures? (\d+)", source, re.IGNORECASE):
            if not (len(number) == 2 and 1 <= int(number) <= 9):
                yield f"there is no lecture {number}: the lectures are 01 to 09"
        for number in set(re.findall(r"\bexercise (\d+)", source, re.IGNORECASE)) - exercises:
            yield f"there is no exercise {number}"


# The rules, applied


@pytest.mark.parametrize("name", EXPECTED)
def test_the_expected_lectures_are_there(name):
    assert name in [path.stem for path in PATHS]


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_lecture_keeps_the_rule(lecture, name):
    complaints = list(RULES[name](read_lecture(lecture), lecture))
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(("name", "neighbour"), [*pairwise(EXPECTED), *pairwise(EXPECTED[::-1])])
def test_each_lecture_links_to_its_neighbours(name, neighbour):
    notebook = read_lecture(ROOT / "notebooks" / f"{name}.ipynb")
    assert any(f"]({neighbour}.ipynb)" in cell.source for cell in prose_cells(notebook))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "notebooks/symbols.md"])
def test_the_links_and_images_of_a_page_resolve(name):
    path = ROOT / name
    source = path.read_text(encoding="utf-8")
    complaints = list(find_dead_links(source, path, set(anchors_in([source]))))
    assert not complaints, "\n".join(complaints)
    assert all(token.content.strip() for token in walk(source) if token.type == "image")


def test_the_readme_says_of_a_lecture_what_the_lecture_says(lecture):
    first = read_lecture(lecture).cells[0].source
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    title = re.match(r"# (.+)", first)[1]
    question = re.search(r"\*\*([^*]+\?)\*\*", first)[1]
    minutes = re.search(r"(\d+) minutes", first)[1]
    row = f"| [{title}](notebooks/{lecture.name}) | {question} | {minutes} |"
    assert row.lower() in readme.lower()


# The rules, proved: a lecture that keeps them all, and what breaks each

PATH = ROOT / "notebooks" / "07_example.ipynb"
FIGURE = {
    "text/html": '<img alt="A line that rises" src="data:image/png;base64,/tmp/0xabcdef12">',
    "image/png": "iVBORw0KGgo=", "text/plain": "A line that rises",
}  # fmt: skip
OPENING = """\
# 07 Example

**Does a rule that cannot fail prove anything?**

About 20 minutes. You need nothing first: see [the sums](#The-sums), [the place](#place),
[a paper](https://arxiv.org/abs/1211.5063), [another](https://doi.org/10.1162/neco.1997.9.8.1735)
and [the packages](../pyproject.toml). Lecture 08 follows.
"""
TERMS = """\
| Symbol | In code | Shape | Meaning | Korean |
| --- | --- | --- | --- | --- |
| h | `h` | (H,) | state | 상태 |
| x | `x` | (D,) | input | 입력 |
| T | `T` | scalar | steps | 시간 단계 |
"""
FOLDED = """\
<details><summary>Hint</summary>

Count.

</details>

<details><summary>Solution</summary>

```python
answer = 4
```

</details>
"""


def printed(source, text, **metadata):
    output = v4.new_output("stream", name="stdout", text=text)
    return v4.new_code_cell(source, outputs=[output], metadata=metadata)


def example():
    """The smallest lecture that keeps every rule."""
    prose = v4.new_markdown_cell
    cells = [
        prose(OPENING), prose(TERMS),
        printed("import math\nprint('Ready.')", "Ready.\n", tags=["setup"]),
        prose('## The sums\n\n<a id="place"></a>What is one more?'),
    ]  # fmt: skip
    for number in range(10):
        cells += [printed(f"print({number} + 1)", f"{number + 1}\n"), prose("One more, as said.")]
    figure = v4.new_output("display_data", data=FIGURE)
    cells += [v4.new_code_cell("show(figure, alt=alt)", outputs=[figure])]
    cells += [prose("## Where the usual story is wrong\n\nIt is. Exercise 1 shows it.")]
    for number, kind in enumerate(KINDS[:3], start=1):
        cells += [
            prose(f"### Exercise {number} — {kind}: two and two?"),
            printed("answer = ...\ncheck_sum(answer)", "… Still missing\n", tags=["exercise"]),
            prose(FOLDED),
        ]
    cells += [prose("## Summary\n\nTen sums.\n\n## Sources\n\n![A sum](../pyproject.toml)")]
    return normalize(v4.new_notebook(cells=cells))


def replace(old, new):
    """A way to break the example: other words in the first cell that has them."""

    def apply(notebook):
        cell = next(cell for cell in notebook.cells if old in cell.source)
        cell.source = cell.source.replace(old, new)

    return apply


def change(position, **parts):
    """A way to break the example: other parts in one code cell; in every one for `None`."""

    def apply(notebook):
        cells = code_cells(notebook)
        for cell in cells if position is None else [cells[position]]:
            cell.update(copy.deepcopy(parts))

    return apply


def put(*cells, position=-1):
    """A way to break the example: more cells."""

    def apply(notebook):
        for cell in cells:
            notebook.cells.insert(position, copy.deepcopy(cell))

    return apply


def say(*texts):
    return put(*map(v4.new_markdown_cell, texts))


def show(position, data):
    return change(position, outputs=[v4.new_output("display_data", data=data)])


def drop_figure_part(mime, value=None):
    data = FIGURE | {mime: value}
    return show(11, {mime: part for mime, part in data.items() if part is not None})


def link(target, label="there"):
    return say(f"See [{label}]({target}).")


CODE = v4.new_code_cell("1 + 1")
ERROR = v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
STDERR = v4.new_output("stream", name="stderr", text="UserWarning: no")
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Live"}

PLACE = "/".join(["", "home", "me", "x"])  # so that no place is named in this file itself

BROKEN = {
    opens_with_title_question_minutes_and_needs: {
        "number": replace("# 07", "# 08"), "question": replace("**", ""),
        "minutes": replace("20 minutes", "a while"), "needs": replace("You need", "There is"),
        "no title": lambda notebook: notebook.cells.pop(0),
    },
    has_a_terms_table_with_korean: {
        "no table": replace(TERMS, "h is the state"), "no column": replace("Korean", "Notes"),
        "one term missing": replace("입력", "input"),
        "too short": replace("| x | `x` | (D,) | input | 입력 |\n", ""),
    },
    has_one_short_setup_cell_first: {
        "no tag": change(0, metadata={}), "two": change(1, metadata={"tags": ["setup"]}),
        "not first": put(CODE, position=0), "long": change(0, source="import math\n" * 9),
    },
    questions_the_usual_story_and_sums_up: {
        "story": replace("usual story", "story"), "summary": replace("## Summary", "Summary"),
        "sources": replace("## Sources", "Sources"),
    },
    cells_are_short: {
        "one of 26 lines": change(3, source="1 + 1\n" * 26),
        "a median of 9 lines": change(None, source="1 + 1\n" * 9),
    },
    prose_stands_between_code: {
        "three in a row": put(CODE, CODE, position=5),
        "an empty cell is no prose": put(CODE, v4.new_markdown_cell(" "), CODE, position=5),
    },
    has_three_to_five_graded_exercises: {
        "two": replace("### Exercise 3", "### Task 3"),
        "six": say(*(f"### Exercise {k} — extend: x" for k in (4, 5, 6))),
        "numbers": replace("### Exercise 2", "### Exercise 4"),
        "unknown kind": replace("— predict", "— play"), "order": replace("— predict", "— extend"),
        "no hint": replace("<summary>Hint", "<summary>Tip"),
        "no solution": replace("<summary>Solution", "<summary>Answer"),
        "no check": change(12, source="answer = ..."), "no stub": change(12, source="check_sum(4)"),
        "another check": change(12, source="answer = ...\nprint(answer)"),
        "no tag": change(12, metadata={}),
        "a tag too many": change(3, metadata={"tags": ["exercise"]}),
    },
    every_code_cell_has_its_outputs: {
        "cleared": change(4, outputs=[]), "empty": change(4, source=""),
    },
    ten_compared_outputs_hold_numbers: {
        "nine": change(4, outputs=[v4.new_output("stream", text="some\n")]),
        "not compared": change(4, metadata={"tags": ["nbval-ignore-output"]}),
        "cleared": change(None, outputs=[]), "a figure's text": show(4, FIGURE),
    },
    nothing_fails_and_nothing_warns: {
        "error": change(4, outputs=[ERROR]), "stderr": change(4, outputs=[STDERR]),
    },
    is_stored_as_make_notebooks_stores_it: {
        "count": change(4, execution_count=77), "id": change(4, id="0123456789ab"),
        "time": change(4, metadata={"execution": {"iopub.status.busy": "2026-01-01"}}),
        "widget state": lambda notebook: notebook.metadata.update(widgets={}),
        "widget view": show(4, VIEW),
    },
    every_figure_has_alternative_text: {
        "no HTML": drop_figure_part("text/html"),
        "no alt": drop_figure_part("text/html", '<img src="x.png">'),
        "empty alt": drop_figure_part("text/html", '<img alt=" " src="x.png">'),
        "no text": drop_figure_part("text/plain"),
        "a repr": drop_figure_part("text/plain", "<Figure size 640x480 with 1 Axes>"),
        "in prose": replace("![A sum]", "![]"),
        "in HTML": say('Look: <img src="../pyproject.toml">'),
        "in an HTML block": say('<img alt="" src="../pyproject.toml">'),
    },
    names_no_place_in_one_machine: {
        "source": change(4, source=f"open('{PLACE}')"), "prose": say(f"Look into {PLACE}."),
        "address": change(4, outputs=[v4.new_output("stream", text="<f at 0x7f00aa11bb22>")]),
        "html": show(4, {"text/html": PLACE}),
    },
    installs_nothing_and_runs_no_magic: {
        "pip": change(4, source="!pip install torch"),
        "magic": change(4, source="x = 1\n%run helpers.ipynb"),
        "path": change(4, source="import sys\nsys.path.append('..')"),
        "cell magic": change(4, source="%%bash\nls"),
    },
    every_link_and_cross_reference_resolves: {
        "file": link("10_missing.ipynb"), "anchor": link("#The-products"),
        "anchor elsewhere": link("../README.md#No-such-place"),
        "http": link("http://example.org/x"), "doi": link("https://doi.org/neco.1997"),
        "arXiv": link("https://arxiv.org/abs/12115063"), "reference": say("See [there][nowhere]."),
        "html": say('<a href="10_missing.ipynb">there</a>'),
        "in a line": say('See <a href="10_missing.ipynb">there</a>.'),
        "image": replace("../pyproject.toml)", "images/none.png)"),
        "another lecture": link("../pyproject.toml", label="lecture 03"),
        "lecture": say("Lecture 10 says more."), "exercise": say("Exercise 6 says more."),
    },
}  # fmt: skip


def test_the_example_keeps_every_rule_and_each_has_lectures_that_break_it():
    assert set(BROKEN) == set(RULES.values())
    complaints = {name: list(check(example(), PATH)) for name, check in RULES.items()}
    assert complaints == {name: [] for name in RULES}


@pytest.mark.parametrize(("check", "broken"), [
    pytest.param(check, broken, id=f"{check.__name__}-{name}")
    for check, cases in BROKEN.items()
    for name, broken in cases.items()
])  # fmt: skip
def test_a_broken_lecture_breaks_the_rule(check, broken):
    notebook = example()
    broken(notebook)
    assert list(check(notebook, PATH))


def test_a_link_that_stands_in_code_is_no_link():
    source = "`[a](b.md)` and\n\n```python\n# [a](b.md)\n```\n"
    assert list(find_dead_links(source, ROOT / "README.md", own_anchors=set())) == []
