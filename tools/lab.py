"""A real JupyterLab on a copy of a folder, and a real Chromium looking at it.

The browser test and the drag benchmark drive the lectures through this module:

    with open_lab("notebooks") as lab:
        lab.open("05_vanishing_and_exploding_gradients.ipynb")
        lab.run_all()
        assert lab.errors == []
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["INSTALL_CHROMIUM", "Lab", "find_chromium", "open_lab"]

INSTALL_CHROMIUM = (
    "Chromium is missing. On Debian and Ubuntu: "
    "apt-get install -y --no-install-recommends chromium fonts-dejavu-core. "
    "Elsewhere install Chromium or Google Chrome, or name its program in the variable CHROMIUM."
)

# What JupyterLab itself writes to the console as an error, whatever the notebook: (text, reason).
KNOWN_CONSOLE_ERRORS: tuple[tuple[str, str], ...] = (
    ("Could not restore the debugger state", "when a notebook turns to another kernel"),
    ("Canceled future for create_subshell_request", "a tab closed before its kernel answered"),
)

_SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "notebook-extension/tracker": '{"windowingMode": "none", "recordTiming": false}',
    "apputils-extension/themes": '{"theme": "JupyterLab %(theme)s"}',
}
_NO_BACKGROUND_TRAFFIC = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_ERROR_OUTPUT = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type$='stderr']"


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def open_lab(
    notebooks: str | Path, *, theme: str = "Light", width: int = 1400, height: int = 1000
) -> Iterator["Lab"]:
    """Start JupyterLab on a copy of `notebooks`, and a page of Chromium on it.

    The learner's own settings are out of reach; the environment's `etc/jupyter` is in force, as
    it is for a learner.

    Nothing in the folder `notebooks` is changed. `theme` is "Light" or "Dark", the window `width`
    by `height` CSS pixels. If JupyterLab does not start, its log is in the error's message.
    """
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError(INSTALL_CHROMIUM)
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder = home / "notebooks"
        shutil.copytree(notebooks, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        url = stack.enter_context(_serve(home, folder, theme))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=_NO_BACKGROUND_TRAFFIC)
        stack.callback(browser.close)
        context = browser.new_context(viewport={"width": width, "height": height})
        yield Lab(context.new_page(), url, folder)


@contextlib.contextmanager
def _serve(home, folder, theme):
    for name, text in _SETTINGS.items():
        path = home / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text % {"theme": theme})
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
                "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=environment, cwd=home, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_until_it_answers(process, f"http://127.0.0.1:{port}/api", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_known(message):
    return any(text in message for text, _reason in KNOWN_CONSOLE_ERRORS)


def _wait_until_it_answers(process, address, log, *, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not start:\n{log.read_text()}")


class Lab:
    """One page of a browser on JupyterLab.

    `folder` is the copy of the notebooks that JupyterLab works on; `errors` is what the page has
    written to its console as an error so far, but for `KNOWN_CONSOLE_ERRORS`.
    """

    def __init__(self, page: "Page", url: str, folder: Path):
        self.page, self.folder = page, folder
        self.errors: list[str] = []
        self._url = url
        page.on("console", self._hear)
        page.on("pageerror", self._note_error)

    def _note_error(self, error):
        if not _is_known(str(error)):
            self.errors.append(f"uncaught: {error}")

    def _hear(self, message):
        if message.type == "error" and not _is_known(message.text):
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, name: str) -> None:
        """Open a notebook and wait until its kernel can run; the cells are not run."""
        if not (self.folder / name).is_file():
            raise FileNotFoundError(f"{name} is not among the notebooks")
        self.page.goto(f"{self._url}/lab/tree/{name}?reset")
        self.page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext", timeout=60_000
        )
        self.page.evaluate(
            """() => { (async () => {
              await jupyterapp.restored;
              const panel = jupyterapp.shell.currentWidget;
              await panel.context.ready; await panel.sessionContext.ready;
              await panel.sessionContext.session.kernel.info;
              if (!jupyterapp.shell.leftCollapsed)
                await jupyterapp.commands.execute('application:toggle-left-area');
              window.readyToRun = true;
            })(); }"""
        )
        # not awaited above, because only a wait has a time limit: a notebook that names no kernel
        # opens a dialog that nobody answers
        self.page.wait_for_function("window.readyToRun", timeout=60_000)

    def open_another_page(self) -> "Lab":
        """A second page on the same server, with nothing open."""
        return Lab(self.page.context.new_page(), self._url, self.folder)

    def run_all(self, *, seconds: float = 600) -> None:
        """Run every cell and wait for the last."""
        self.execute("notebook:run-all-cells")
        self.wait_until_idle(seconds=seconds)

    def run_cell(self, index: int, *, seconds: float = 600) -> None:
        """Run one cell, counted from 0, and wait for it."""
        self.page.evaluate("i => jupyterapp.shell.currentWidget.content.activeCellIndex = i", index)
        self.execute("notebook:run-cell")
        self.wait_until_idle(seconds=seconds)

    def start_cell(self, index: int) -> None:
        """Run one cell, counted from 0, without waiting for it."""
        self.page.evaluate(
            """i => {
              jupyterapp.shell.currentWidget.content.activeCellIndex = i;
              void jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def execute(self, command: str) -> None:
        """Execute one of JupyterLab's commands on the notebook that is open."""
        self.page.evaluate("command => jupyterapp.commands.execute(command)", command)

    def wait_until_idle(self, *, seconds: float = 600) -> None:
        """Wait until no cell waits and the kernel rests."""
        self.page.wait_for_function(
            """() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'
              && ![...document.querySelectorAll('.jp-InputPrompt')]
                  .some(prompt => prompt.innerText.includes('*'))""",
            timeout=seconds * 1000,
        )

    def read_failures(self) -> list[str]:
        """The text of every error output and of everything written to stderr."""
        return self.page.locator(_ERROR_OUTPUT).all_inner_texts()

    def find_unnamed(self) -> list[str]:
        """HTML of every control and picture among the outputs that has no accessible name.

        The names are those that Chromium computes for a screen reader, not the attributes.
        """
        session = self.page.context.new_cdp_session(self.page)
        session.send("DOM.enable")
        session.send("Accessibility.enable")
        root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        kinds = "[role=slider], select, input, textarea, button, [tabindex], [contenteditable], img"
        selector = ", ".join(f".jp-OutputArea-output {kind}" for kind in kinds.split(", "))
        found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})
        unnamed = []
        for node in found["nodeIds"]:
            tree = session.send(
                "Accessibility.getPartialAXTree", {"nodeId": node, "fetchRelatives": False}
            )
            element = tree["nodes"][0]
            if not element["ignored"] and not element.get("name", {}).get("value", "").strip():
                unnamed.append(session.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"])
        session.detach()
        return [html[:200] for html in unnamed]
