"""How many minutes a lecture takes, and the same number in the lecture and in the README.

    python -m tools.minutes             print them
    python -m tools.minutes --write     write them into notebooks/ and README.md

Prose is read at 200 words a minute, hints and solutions aside; a line of code that is not folded
takes 8 s, a figure 60 s, a prediction 45 s, and the exercises 25 minutes together.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat

from tools.execute_notebooks import asks_for_a_prediction, set_cell_ids

ROOT = Path(__file__).resolve().parents[1]
WORDS_PER_MINUTE, LINE, FIGURE, PREDICTION, EXERCISES = 200, 8 / 60, 1.0, 0.75, 25.0
_STATED = re.compile(r"\b\d+ minutes\b")


def count_words(markdown: str) -> int:
    """The words of a Markdown text that is read: no details, no comments, no addresses."""
    text = re.sub(r"<details>.*?</details>|<!--.*?-->", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = re.sub(r"\]\([^)]*\)|<[^>]+>", " ", text)
    return sum(bool(re.search(r"[^\W_]", word)) for word in text.split())


def compute_minutes(notebook: nbformat.NotebookNode) -> float:
    """The minutes of a lecture, unrounded."""
    # cells are joined, because <details> may begin in one and end in another
    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    minutes = count_words(prose) / WORDS_PER_MINUTE + EXERCISES
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or "exercise" in tags:
            continue
        if asks_for_a_prediction(cell.source):
            minutes += PREDICTION
            continue
        if "hide-input" not in tags:
            minutes += LINE * sum(bool(line.strip()) for line in cell.source.splitlines())
        minutes += FIGURE * sum("image/png" in output.get("data", {}) for output in cell.outputs)
    return minutes


def round_minutes(minutes: float) -> int:
    """To the next 5."""
    return 5 * round(minutes / 5)


def write_minutes(path: Path, readme: Path) -> int:
    """Write a lecture's minutes into its first cell and its row of the README's table."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    stated = f"{round_minutes(compute_minutes(notebook))} minutes"
    first = notebook.cells[0]
    first.source = _STATED.sub(stated, first.source, count=1)
    set_cell_ids(notebook.cells)
    after = nbformat.writes(notebook) + "\n"
    if after != text:
        path.write_text(after, encoding="utf-8")
    page = readme.read_text(encoding="utf-8")
    row = re.compile(rf"(\(notebooks/{re.escape(path.name)}\) \|[^|]*\| )\d+( \|)")
    changed = row.sub(rf"\g<1>{stated.split()[0]}\2", page)
    if changed != page:
        readme.write_text(changed, encoding="utf-8")
    return int(stated.split()[0])


def main(arguments: list[str] | None = None) -> int:
    """Print the minutes of every lecture, and write them if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of notebooks/")
    parser.add_argument("--write", action="store_true", help="into the lectures and README.md")
    options = parser.parse_args(arguments)
    for path in options.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        stated = _STATED.search(notebook.cells[0].source)
        minutes = compute_minutes(notebook)
        print(f"{path.stem}: {minutes:.0f} computed, {stated[0] if stated else 'none'} stated")
        if options.write:
            print(f"    written: {write_minutes(path, ROOT / 'README.md')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
