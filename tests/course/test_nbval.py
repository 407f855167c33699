"""What nbval takes for a wrong answer, and what it does not."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from tests.notebooks import ROOT

SOURCE = "import matplotlib.pyplot as plt\nprint('Ready.')"
FOLDERS = ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


def run_nbval(folder, printed, **environment):
    """Run a notebook of one cell whose stored output is `printed`; return what pytest says."""
    output = nbformat.v4.new_output("stream", name="stdout", text=printed)
    cell = nbformat.v4.new_code_cell(SOURCE, execution_count=1, outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "lecture.ipynb")
    shutil.copy(ROOT / "conftest.py", folder)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
         "--nbval", "--nbval-current-env", f"--rootdir={folder}", "lecture.ipynb"],
        cwd=folder, env={name: value for name, value in os.environ.items() if name not in FOLDERS}
        | environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("variables", [("HOME",), FOLDERS], ids=["home", "folders"])
def test_an_environment_that_warns_is_no_wrong_answer(variables, tmp_path):
    """Nowhere to write: a file stands where the folder should be, also for the root user."""
    (tmp_path / "file").touch()
    nowhere = dict.fromkeys(variables, str(tmp_path / "file"))
    assert "1 passed" in run_nbval(tmp_path, "Ready.\n", **nowhere)
    assert "1 failed" in run_nbval(tmp_path, "Steady.\n", **nowhere)
