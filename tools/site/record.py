"""Record the demos of all lectures for the site: each lecture runs once, with its own weights.

    python -m tools.site.record folder

Writes folder/extra/demos/<lecture>/<place>/ for every demo in the order of its lecture, and
folder/outcomes.json, what came out of its predictions. Frames whose makings have not changed are
taken from the cache beside the folder.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
PACKAGE = ROOT / "rnn_helpers"
_DEMO = re.compile(r"\bdemos\.(\w+_demo)\(")
_KEPT = ("numpy", "matplotlib", "torch")  # packages whose version may change a frame
_LONG = "01 03 06 05 07"  # the longest last: it starts first, so that no process ends alone with it


def main(arguments: list[str]) -> int:
    """Record what has changed."""
    if len(arguments) != 1:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0]).resolve()
    record_all(folder, folder.parent / "reels")
    return 0


def record_all(folder: Path, cache: Path, processes: int = 2) -> None:
    """Record every lecture into `folder`, two at a time; the cache keeps one state of each."""
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"), key=lambda path: _LONG.find(path.stem[:2]))
    places = {path: cache / f"{path.stem}-{compute_hash(path)}" for path in reversed(paths)}
    with ProcessPoolExecutor(processes, max_tasks_per_child=1) as pool:
        missing = [path for path, place in places.items() if not place.exists()]
        for line in pool.map(record_lecture, missing, [places[path] for path in missing]):
            print(line, flush=True)
    outcomes = {}
    for path, place in places.items():
        for old in cache.glob(f"{path.stem}-*"):
            if old != place:
                shutil.rmtree(old)
        shutil.copytree(place / "demos", folder / "extra" / "demos" / path.stem, dirs_exist_ok=True)
        outcomes[path.stem] = json.loads((place / "outcomes.json").read_text(encoding="utf-8"))
    text = json.dumps(dict(sorted(outcomes.items())), ensure_ascii=False, indent=1)
    (folder / "outcomes.json").write_text(text, encoding="utf-8")


def compute_hash(path: Path) -> str:
    """A name for all that the frames of a lecture are made from."""
    sources = [Path(__file__), Path(__file__).with_name("reels.py")]
    rooms = {room.name for room in (PACKAGE / "lectures").iterdir() if room.is_dir()}
    others = rooms - {path.stem.partition("_")[2]}
    sources += [
        source
        for source in sorted(PACKAGE.rglob("*"))
        if source.suffix in (".py", ".csv", ".txt")
        and not others & set(source.relative_to(PACKAGE).parts)
    ]
    state = hashlib.sha256()
    for source in sources:
        state.update(source.read_bytes())
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            state.update(cell.source.encode("utf-8"))
    state.update(" ".join(map(importlib.metadata.version, _KEPT)).encode("ascii"))
    return state.hexdigest()[:16]


def record_lecture(path: Path, target: Path) -> str:
    """Run one lecture and record its demos into `target`; return a line that says so."""
    start = time.perf_counter()
    from tools.site.reels import Reels

    making = target.with_name(f"{target.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    (making / "demos").mkdir(parents=True)
    demos, outcomes = run_lecture(path)
    ran, frames = time.perf_counter() - start, 0
    for place, (function, demo) in enumerate(demos):
        reels = Reels(demo, f"{path.stem}/{place}", function)
        frames += reels.write(making / "demos" / str(place))
    text = json.dumps(outcomes, ensure_ascii=False)
    (making / "outcomes.json").write_text(text, encoding="utf-8")
    making.rename(target)
    size = sum(file.stat().st_size for file in target.rglob("*.js")) / 1e6
    seconds = time.perf_counter() - start
    return (
        f"{path.stem}: {len(demos)} demos, {frames} frames, {size:.1f} MB, "
        f"{seconds:.0f} s ({ran:.0f} s to run the lecture)"
    )


def run_lecture(path: Path) -> tuple[list[tuple[str, Any]], dict[str, float | str]]:
    """Its demos as (function, demo) in their order, and what came out of its predictions."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from rnn_helpers.display.live import Live
    from rnn_helpers.display.predictions import list_outcomes

    demos = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(NOTEBOOKS))
        shell = InteractiveShell.instance()
        stack.callback(InteractiveShell.clear_instance)
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            with capture_output():
                ran = shell.run_cell(cell.source)
            ran.raise_error()
            if isinstance(ran.result, Live):
                named = _DEMO.search(cell.source)
                demos.append((named[1] if named else "", ran.result))
        return demos, list_outcomes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
