"""What the server extension does: no Nagle's algorithm, and no widget views in saved files."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import websocket
from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.services.contents import largefilemanager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.sessions.sessionmanager import SessionManager
from jupyter_server.utils import ensure_async

from rnn_helpers.display import server

# A server extension that tells what each open kernel WebSocket's own socket has set.
PROBE = """
import json
import socket

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.base.handlers import APIHandler
from tornado import web


class ProbeHandler(APIHandler):
    @web.authenticated
    def get(self):
        sockets = [
            connection.websocket_handler.ws_connection.stream.socket
            for connection in ZMQChannelsWebsocketConnection._open_sockets
        ]
        self.finish(json.dumps({
            "class": self.settings["kernel_websocket_connection_class"].__name__,
            "nodelay": [s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for s in sockets],
        }))


def _load_jupyter_server_extension(serverapp):
    serverapp.web_app.add_handlers(".*", [(r"/probe", ProbeHandler)])
"""

# What each case starts, and what the server must then say of its sockets.
LAB = "from jupyterlab.labapp import main"
SERVER = "from jupyter_server.serverapp import main"
WITHOUT = "import jupyter_core.paths as p; p.ENV_CONFIG_PATH.clear(); " + SERVER
ON = {"class": "PromptWebsocketConnection", "nodelay": [True]}
OFF = {"class": "ZMQChannelsWebsocketConnection", "nodelay": [False]}


def request(url, *, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as reply:
        return json.loads(reply.read())


def find_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_server(process, runtime, log):
    """The running server's own note of its address, as soon as it answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for note in runtime.glob("jpserver-*.json"):
            try:
                info = json.loads(note.read_text())
                request(f"http://127.0.0.1:{info['port']}/api/status?token=t")
            except (OSError, ValueError):
                continue
            return info["port"]
        time.sleep(0.1)
    pytest.fail("the server did not start:\n" + log.read_text())


def probe(port):
    """Start a kernel, open its WebSocket as a browser does, and ask the server about it."""
    kernel = request(f"http://127.0.0.1:{port}/api/kernels?token=t", method="POST")
    channels = f"ws://127.0.0.1:{port}/api/kernels/{kernel['id']}/channels?token=t"
    message = {
        "channel": "shell",
        "header": {"msg_id": "1", "msg_type": "kernel_info_request", "session": "1"},
        "parent_header": {}, "metadata": {}, "content": {},
    }  # fmt: skip
    with contextlib.closing(websocket.create_connection(channels, timeout=30)) as connection:
        connection.send(json.dumps(message))
        connection.recv()  # anything at all: by now the server has wired the socket
        return request(f"http://127.0.0.1:{port}/probe?token=t")


@pytest.mark.parametrize(
    ("main", "expected"), [(LAB, ON), (SERVER, ON), (WITHOUT, OFF)],
    ids=["jupyter lab", "jupyter server", "without the shipped file"],
)  # fmt: skip
def test_tcp_nodelay_on_the_sockets_of_a_real_server(main, expected, tmp_path):
    (tmp_path / "probe_extension.py").write_text(PROBE)
    runtime, log = tmp_path / "runtime", tmp_path / "log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime), "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(tmp_path),
    }  # fmt: skip
    port = find_free_port()  # not chosen by the server: old ones note such a port as 0
    arguments = [
        "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=t",
        f"--ServerApp.root_dir={tmp_path}", "--ServerApp.jpserver_extensions=probe_extension=True",
    ]  # fmt: skip
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{main}; main()", *arguments], cwd=tmp_path, env=environment,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        port = wait_for_server(process, runtime, log)
        assert probe(port) == expected, log.read_text()
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        process.kill()
        process.wait()


class Kernels(dict):
    """The kernels of a server: a process id for each."""

    def get_kernel(self, name):
        return SimpleNamespace(provisioner=SimpleNamespace(pid=self[name]))


@contextlib.contextmanager
def open_sessions():
    """A server's sessions; closed here, as whichever thread collects them may not."""
    sessions = SessionManager()
    try:
        yield sessions
    finally:
        sessions.close()


def load_extension(settings, contents_manager, sessions, **kernels):
    app = SimpleNamespace(
        web_app=SimpleNamespace(settings=settings), contents_manager=contents_manager,
        session_manager=sessions, kernel_manager=Kernels(kernels),
    )  # fmt: skip
    server._load_jupyter_server_extension(app)


@pytest.mark.parametrize(("chosen", "kept"), [
    (ZMQChannelsWebsocketConnection, server.PromptWebsocketConnection),
    (GatewayWebSocketConnection, GatewayWebSocketConnection),
])  # fmt: skip
def test_a_class_that_somebody_chose_stays(chosen, kept):
    settings = {"kernel_websocket_connection_class": chosen}
    with open_sessions() as sessions:
        load_extension(settings, largefilemanager.LargeFileManager(), sessions)
    assert settings == {"kernel_websocket_connection_class": kept}


VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}
STILL = {"image/png": "aGk=", "text/plain": "A picture."}
PLAIN = {**VIEW, "text/plain": "VBox()"}


def make_notebook(processes=None):
    """A live picture, a widget without a still, and a text."""
    metadata = {next(iter(VIEW)): {"processes": processes}} if processes else {}
    outputs = [
        {"output_type": "display_data", "metadata": metadata, "data": {**VIEW, **STILL}},
        {"output_type": "display_data", "metadata": {}, "data": PLAIN},
        {"output_type": "stream", "name": "stdout", "text": "Ready.\n"},
    ]
    code = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {},
            "outputs": outputs, "source": ""}  # fmt: skip
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Words"}
    return {"cells": [text, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("manager", ["LargeFileManager", "AsyncLargeFileManager"])
@pytest.mark.parametrize(("processes", "kernel", "path", "alive"), [
    ([5, 1], 5, "lecture.ipynb", True),
    ([6, 5], 5, "lecture.ipynb", True),  # a launcher started it
    ([4, 1], 5, "lecture.ipynb", False),  # restarted since
    ([5, 1], 5, "copy.ipynb", False),  # another notebook's kernel
    ([5, 1], None, "lecture.ipynb", True),  # a kernel that runs elsewhere
    (None, 5, "lecture.ipynb", True),
    (None, 5, "copy.ipynb", False),
    ([5, 1], "gone", "lecture.ipynb", False),
])  # fmt: skip
def test_what_only_load_can_know_is_decided_at_load(
    manager, processes, kernel, path, alive, tmp_path
):
    """Saving stores the view; opening leaves it out where its kernel is gone."""
    manager = getattr(largefilemanager, manager)(root_dir=str(tmp_path))
    kernels = {} if kernel == "gone" else {"k": kernel}
    settings = {"kernel_websocket_connection_class": ZMQChannelsWebsocketConnection}
    stored = make_notebook(processes)

    async def save_and_open():
        sessions.cursor.execute("INSERT INTO session VALUES ('s', ?, '', 'notebook', 'k')",
                                ("lecture.ipynb",))  # fmt: skip
        await ensure_async(
            manager.save({"type": "notebook", "format": "json", "content": stored}, path)
        )
        listed = await ensure_async(manager.get("", type="directory"))
        without = await ensure_async(manager.get(path, content=False))
        assert without["content"] is None
        return listed, await ensure_async(manager.get(path=path, type="notebook"))

    with open_sessions() as sessions:
        load_extension(settings, manager, sessions, **kernels)
        listed, opened = asyncio.run(save_and_open())
    assert [entry["path"] for entry in listed["content"]] == [path]
    assert nbformat.read(tmp_path / path, as_version=4) == make_notebook(processes)
    picture, plain = (output["data"] for output in opened["content"]["cells"][1]["outputs"][:2])
    assert picture == ({**VIEW, **STILL} if alive else STILL)
    assert plain == PLAIN


@pytest.mark.parametrize("model", [
    {},
    {"type": "file", "content": "text"},
    {"type": "directory", "content": None},
    {"content": {"cells": None}},
    {"content": {"cells": [None, {"outputs": None}, {"outputs": [None, {"data": None}]}]}},
])  # fmt: skip
def test_opening_what_is_no_notebook_changes_nothing(model):
    before = repr(model)
    server.drop_stale_views(model, set())
    assert repr(model) == before


ETC = Path(__file__).parents[2] / "etc"  # that it enables the extension, the real servers show


@pytest.mark.parametrize("path", sorted(ETC.rglob("*.json")), ids=lambda path: path.stem)
def test_the_shipped_files_lie_in_the_environment(path):
    installed = Path(sys.prefix) / "etc" / path.relative_to(ETC)
    assert installed.read_text() == path.read_text(), "reinstall: pip install -e . --no-deps"


def test_a_web_page_keeps_answers_folded_and_loses_nothing():
    """Text, a figure and a value of one cell, between the tags of one <details>."""
    v4 = nbformat.v4
    figure = {"text/html": " \n<img alt='A line'>", "image/png": "x", "text/plain": "A line"}
    answer = v4.new_code_cell("x", metadata={"tags": ["hide-output"]}, outputs=[
        v4.new_output("stream", name="stdout", text=" \n1 < 2\n"),
        v4.new_output("display_data", data=figure),
        v4.new_output("execute_result", data={"text/plain": "27"}),
    ])  # fmt: skip
    open_cell = v4.new_code_cell("x", outputs=answer.outputs)
    none = v4.new_code_cell("x", metadata={"tags": ["hide-output"]})
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# A"), answer, open_cell, none])
    server.show_stills(notebook, {})
    (output,) = answer.outputs
    page = output.data["text/html"]
    folded = page[: page.index("</details>")]
    assert folded.startswith('<details class="rnn-answer"><summary>The answer</summary>')
    for part in (">1 &lt; 2</pre>", "<img alt='A line'>", ">27</pre>"):
        assert part in folded
    assert "@media print" in page
    assert output.data["text/plain"].split() == ["1", "<", "2", "A", "line", "27"]
    assert len(open_cell.outputs) == 3
    assert none.outputs == []
    nbformat.validate(notebook)
