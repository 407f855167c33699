"""A home to write to, for every test and for the kernels in which nbval runs the lectures.

What finds none warns on stderr in the first cell that imports it (Matplotlib, fontconfig, IPython),
and nbval would take the warning for a wrong answer.
"""

import os
import tempfile
from pathlib import Path

# Where these programs write; each that is unset lies in the home.
FOLDERS = (
    "MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
)  # fmt: skip


def _can_write(folder):
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def pytest_configure(config):
    """Before the first test, and before nbval starts a kernel: its environment is this one."""
    for name in FOLDERS:
        if name in os.environ and not _can_write(os.environ[name]):
            del os.environ[name]
    if not _can_write(Path.home()):
        home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        config.add_cleanup(home.cleanup)
        os.environ["HOME"] = os.environ["USERPROFILE"] = home.name
