"""What the tests read out of a lecture's notebook: its prose, its code and its exercises."""

import ast
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

# The lectures that must be there, so that no test of the lectures can pass for want of one.
EXPECTED = (
    "03_language_models",
    "04_backpropagation_through_time", "05_vanishing_and_exploding_gradients", "06_lstm", "07_gru",
    "08_bidirectional_and_deep", "09_attention",
)  # fmt: skip

KINDS = ("predict", "modify", "derive", "extend")
EXERCISE = re.compile(r"^### Exercise (\d+) — (\w+): \S", re.MULTILINE)
HINT = re.compile(r"<details>\s*<summary>Hint</summary>\s*(\S.*?)</details>", re.DOTALL)
SOLUTION = re.compile(r"<details>\s*<summary>Solution</summary>(?:(?!</details>).)*?"
                      r"```python\n(.*?)```.*?</details>", re.DOTALL)  # fmt: skip


def read_lecture(path):
    return nbformat.read(path, as_version=4)


def has_tag(cell, *tags):
    return bool(set(tags) & set(cell.metadata.get("tags", [])))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def setup_source(notebook):
    return "\n".join(cell.source for cell in code_cells(notebook) if has_tag(cell, "setup"))


@dataclass(frozen=True)
class Exercise:
    """One exercise; what the lecture lacks of it is an empty string."""

    number: int
    kind: str
    stub: str
    check: str
    hint: str
    solution: str


def find_exercises(notebook):
    """The exercises of a lecture, in its order: each reaches from its heading to the next one."""
    sections = []  # of each exercise: its prose, and its tagged code
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            starts = [match.start() for match in EXERCISE.finditer(cell.source)]
            if sections:
                sections[-1][0].append(cell.source[: starts[0] if starts else None])
            for start, end in pairwise([*starts, None]):
                sections.append(([cell.source[start:end]], []))
        elif sections and has_tag(cell, "exercise"):
            sections[-1][1].append(cell.source)
    found = []
    for texts, codes in sections:
        prose = "\n\n".join(texts)
        number, kind = EXERCISE.search(prose).groups()
        hint, solution = HINT.search(prose), SOLUTION.search(prose)
        stub_and_check = split_check(codes[0] if codes else "")
        folded = hint[1].strip() if hint else "", solution[1] if solution else ""
        found.append(Exercise(int(number), kind, *stub_and_check, *folded))
    return found


def split_check(source):
    """The statements of a cell, and its last line if that is an expression: the check."""
    body = ast.parse(source).body
    if not body or not isinstance(body[-1], ast.Expr):
        return source, ""
    lines = source.splitlines()
    start = body[-1].lineno - 1
    return "\n".join(lines[:start]), "\n".join(lines[start:])
