"""What the server extension does: no Nagle's algorithm, and no widget views in saved files."""

import asyncio
import contextlib
import inspect
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
from jupyter_server.services.contents.largefilemanager import (
    AsyncLargeFileManager,
    LargeFileManager,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

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
        "parent_header": {},
        "metadata": {},
        "content": {},
    }
    with contextlib.closing(websocket.create_connection(channels, timeout=30)) as connection:
        connection.send(json.dumps(message))
        connection.recv()  # anything at all: by now the server has wired the socket
        return request(f"http://127.0.0.1:{port}/probe?token=t")


@pytest.mark.parametrize(
    ("main", "expected"),
    [(LAB, ON), (SERVER, ON), (WITHOUT, OFF)],
    ids=["jupyter lab", "jupyter server", "without the shipped file"],
)
def test_tcp_nodelay_on_the_sockets_of_a_real_server(main, expected, tmp_path):
    (tmp_path / "probe_extension.py").write_text(PROBE)
    runtime = tmp_path / "runtime"
    log = tmp_path / "log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(tmp_path),
    }
    arguments = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={find_free_port()}",  # old servers note a chosen port as 0
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=t",
        f"--ServerApp.root_dir={tmp_path}",
        "--ServerApp.jpserver_extensions=probe_extension=True",
    ]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{main}; main()", *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        port = wait_for_server(process, runtime, log)
        assert probe(port) == expected, log.read_text()
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def load_extension(settings, contents_manager):
    app = SimpleNamespace(
        web_app=SimpleNamespace(settings=settings), contents_manager=contents_manager
    )
    server._load_jupyter_server_extension(app)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (ZMQChannelsWebsocketConnection, server.PromptWebsocketConnection),
        (GatewayWebSocketConnection, GatewayWebSocketConnection),
    ],
)
def test_a_class_that_somebody_chose_stays(chosen, kept):
    settings = {"kernel_websocket_connection_class": chosen}
    load_extension(settings, LargeFileManager())
    assert settings == {"kernel_websocket_connection_class": kept}


VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}
STILL = {"image/png": "aGk=", "text/plain": "A picture."}


def make_notebook():
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {**VIEW, **STILL}},
        {"output_type": "display_data", "metadata": {}, "data": {**VIEW, "text/plain": "VBox()"}},
        {"output_type": "stream", "name": "stdout", "text": "Ready.\n"},
    ]
    code = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {},
            "outputs": outputs, "source": ""}  # fmt: skip
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "Words"}
    return {"cells": [text, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("manager_class", [LargeFileManager, AsyncLargeFileManager])
def test_a_saved_notebook_keeps_the_still_picture_and_drops_the_view(manager_class, tmp_path):
    manager = manager_class(root_dir=str(tmp_path))
    settings = {"kernel_websocket_connection_class": ZMQChannelsWebsocketConnection}
    load_extension(settings, manager)
    model = {"type": "notebook", "format": "json", "content": make_notebook()}

    async def save():
        saved = manager.save(model, "lecture.ipynb")
        if inspect.isawaitable(saved):
            await saved

    asyncio.run(save())
    expected = make_notebook()
    expected["cells"][1]["outputs"][0]["data"] = STILL
    assert nbformat.read(tmp_path / "lecture.ipynb", as_version=4) == expected


@pytest.mark.parametrize(
    "model",
    [
        {},
        {"type": "file", "content": "text"},
        {"type": "directory", "content": None},
        {"content": {"cells": None}},
        {"content": {"cells": [None, {"outputs": None}, {"outputs": [None, {"data": None}]}]}},
    ],
)
def test_saving_what_is_no_notebook_changes_nothing(model):
    before = repr(model)
    server.drop_widget_views(model, path="x", contents_manager=None)
    assert repr(model) == before


def test_the_shipped_file_lies_in_the_environment():
    shipped = Path(__file__).parents[2] / "etc/jupyter/jupyter_server_config.d/rnn_helpers.json"
    installed = Path(sys.prefix) / "etc/jupyter/jupyter_server_config.d/rnn_helpers.json"
    assert installed.read_text() == shipped.read_text(), "reinstall: pip install -e . --no-deps"
    extensions = json.loads(shipped.read_text())["ServerApp"]["jpserver_extensions"]
    assert extensions == {server.__name__: True}
