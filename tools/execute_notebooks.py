"""Run lectures from top to bottom and store their outputs, so that an unchanged one stays as it is.

    python tools/execute_notebooks.py [notebook ...]      all of notebooks/ by default

What differs between two runs of the same lecture is not stored: times, widget views and their
state, versions, random cell ids, progress bars, and how the kernel happened to cut its streams. If
a cell fails, the file keeps its old contents and the command fails.
"""

import argparse
import ast
import copy
import hashlib
import os
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def set_cell_ids(cells: list) -> None:
    """Give every cell an id made of its source: the same one on every run, on every machine."""
    seen = {}
    for cell in cells:
        text = f"{cell.cell_type}\n{cell.source}"
        seen[text] = seen.get(text, 0) + 1
        digest = hashlib.sha256(f"{seen[text]}\n{text}".encode())
        cell.id = digest.hexdigest()[:12]


def settle(text: str) -> str:
    """What a terminal shows in the end of a text that overwrites itself, as a progress bar does."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip() if "\r" in line else line)
    return "\n".join(lines)


FOLDS = {"hide-input": "source_hidden", "hide-output": "outputs_hidden"}


def asks_for_a_prediction(source: str) -> bool:
    """Whether a cell ends in `predict("label", …)`, the form of `display.predictions`."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a magic
        return False
    match body[-1:]:
        case [ast.Expr(ast.Call(ast.Name("predict"), [ast.Constant(str()), *_]))]:
            return True
    return False


def tag_predictions(cells: list) -> None:
    """Tag the source of each form, and the output of the code cell after it, to be folded."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    for cell in filter(lambda cell: asks_for_a_prediction(cell.source), code):
        _add_tag(cell, "hide-input")
    for cell, following in pairwise(code):
        if asks_for_a_prediction(cell.source) and not asks_for_a_prediction(following.source):
            _add_tag(following, "hide-output")


def _add_tag(cell, tag):
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", ()), tag})


def make_metadata(tags: list[str]) -> dict:
    """What is stored of a cell: its tags, and for those that fold it what JupyterLab reads."""
    folds = {FOLDS[tag]: True for tag in sorted(set(tags) & set(FOLDS))}
    parts = {"jupyter": folds, "tags": sorted(tags)}
    return {name: part for name, part in parts.items() if part}


BLANK = " \n"
_SHOWN = ("text/html", "image/svg+xml", "text/markdown", "text/plain")


def blank_first_line(outputs: list) -> None:
    """Begin what is folded with a blank line, which is all that JupyterLab shows of it then.

    In place of a folded output stands the first line that is not empty of its first output: the
    answer, or the alternative text of the figure. `tests/nbval_sanitize.cfg` leaves the blank out.
    """
    for output in outputs[:1]:
        data = output.get("data", {})
        place, name = next(((data, name) for name in _SHOWN if name in data), (output, "text"))
        if isinstance(place.get(name), str) and not place[name].startswith(BLANK):
            place[name] = BLANK + place[name]


def normalize_outputs(outputs: list, count: int | None) -> list:
    """Neighbouring texts of one stream as one, no widget views, the cell's own count."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if output.output_type == "execute_result":
            output.execution_count = count
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
            output.metadata.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
        output.pop("transient", None)
        kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            output.text = settle(output.text)
    return [output for output in kept if output.get("text") != ""]


def normalize(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook as it is stored: a copy without anything that changes from run to run."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    set_cell_ids(notebook.cells)
    tag_predictions(notebook.cells)
    count = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(make_metadata(cell.metadata.get("tags", [])))
        if cell.cell_type == "code":
            count += bool(cell.source.strip())
            cell.execution_count = count if cell.source.strip() else None
            cell.outputs = normalize_outputs(cell.outputs, cell.execution_count)
            if "hide-output" in cell.metadata.get("tags", ()):
                blank_first_line(cell.outputs)
    return notebook


def execute(path: Path) -> bool:
    """Run one notebook in place; return whether its file changed.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell failed; the file is as it was.
    """
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=None,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    notebook = normalize(notebook)
    nbformat.validate(notebook)
    after = nbformat.writes(notebook) + "\n"
    if after == before:
        return False
    partial = path.with_suffix(".partial")
    partial.write_text(after, encoding="utf-8")
    os.replace(partial, path)
    return True


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks that are named; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of notebooks/")
    paths = parser.parse_args(arguments).notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        parser.error(f"there is no notebook in {NOTEBOOKS.name}/")
    failed = []
    for path in paths:
        try:
            print(f"{path.name}: {'stored anew' if execute(path) else 'unchanged'}", flush=True)
        except CellExecutionError as error:
            print(f"{path.name}: FAILED, the file is as it was\n{error}", file=sys.stderr)
            failed.append(path)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
