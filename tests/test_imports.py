"""Imports run downhill: widgets only in the demos, torch only where something is trained."""

import ast
import json
import subprocess
import sys

import pytest

from tests.lectures import PATHS, ROOT, read_lecture, setup_source

PACKAGE = ROOT / "rnn_helpers"
MODULES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
WIDGETS = {"ipywidgets", "anywidget", "traitlets"}
# what imports torch as it is imported
TRAINS = {
    "adding.py", "agreement.py", "attention.py", "deep.py", "forecasting.py",
    "keep_bias.py", "language_model.py", "layers.py", "look_ahead.py", "next_token.py",
    "tagging.py", "training.py", "translation.py",
}  # fmt: skip
TRAINS_NOTHING = ("01_sequence_models",)


def _imported(path):
    """Every module that a file imports, with whether it does so as it is imported itself."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            yield name, node in tree.body


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_what_its_place_allows(path):
    inside = path.relative_to("rnn_helpers")
    for name, at_import in _imported(path):
        top = name.partition(".")[0]
        if inside.parts[0] not in ("demos", "live.py"):
            assert top not in WIDGETS, f"{path} imports {name}"
            assert not name.startswith(("rnn_helpers.demos", "rnn_helpers.live")), name
        if at_import and inside.name not in TRAINS:
            assert top != "torch", f"{path} imports {name}"
            for module in TRAINS:
                assert name != f"rnn_helpers.{module[:-3]}", f"{path} imports {name}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_first_demo_of_a_lecture_needs_no_torch(path):
    """The set-up cell, and the whole lecture where nothing is trained, leave torch alone."""
    lecture = read_lecture(path)
    source = setup_source(lecture)
    if path.stem in TRAINS_NOTHING:
        code = [cell.source for cell in lecture.cells if cell.cell_type == "code"]
        assert not any("import torch" in cell for cell in code)
        demos = [cell for cell in code if "_demo(" in cell]
        assert demos
        source = "\n".join([source, *demos])
    source += "\nimport json, sys\nprint(json.dumps('torch' in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout.splitlines()[-1]) is False
