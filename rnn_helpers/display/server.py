"""Jupyter Server without its 40 ms pause before each widget reply; notebooks that reopen whole.

Nagle's algorithm holds a small packet back until the browser has acknowledged the one before it,
and the browser delays that acknowledgement. Jupyter Server leaves the algorithm on, so a dragged
slider waits about 40 ms for every picture, on loopback too. `TCP_NODELAY` turns it off.

A widget's view, stored in a notebook, is an error message to whoever opens it without the kernel
that it belonged to, and the widget itself to whoever reopens it while that kernel runs. Which of
the two it is shows when the notebook is opened, not when it is saved: so a view is stored, and is
left out where a notebook is read whose kernel is gone, if the output also holds a still picture
or a text in HTML.

A web page made by `jupyter nbconvert` prefers a view to all else, and fetches the program that
shows it from the network: offline nothing stands where a demo stood. It gets the still picture, and
what JupyterLab folds, the answer to a prediction, is folded there, too.

The installed file `etc/jupyter/jupyter_nbconvert_config.json` names `show_stills` to nbconvert;
`etc/jupyter/jupyter_server_config.d/rnn_helpers.json` enables this module as a server extension,
because Jupyter Server reads nothing but extensions from that folder. So every
Jupyter server of the environment uses it, and nobody's own configuration is touched.
"""

import functools
import html
import inspect
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

__all__ = [
    "PromptWebsocketConnection",
    "drop_stale_views",
    "fold_outputs",
    "open_without_stale_views",
    "show_stills",
]

_VIEW, _STILLS = "application/vnd.jupyter.widget-view+json", {"image/png", "text/html"}


class PromptWebsocketConnection(ZMQChannelsWebsocketConnection):
    """A kernel's WebSocket that sends each message at once."""

    def connect(self) -> Any:
        """Turn Nagle's algorithm off, then connect as usual."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def drop_stale_views(model: dict[str, Any], processes: set[int | None]) -> None:
    """Leave out the view of each widget with a still picture whose kernel is not running.

    Parameters
    ----------
    model
        What is about to be opened; changed in place. Whatever is no notebook is left alone.
    processes
        Process ids of the kernels that the notebook is connected to, None for one that runs
        elsewhere. A restarted kernel is another process. A view that names no process goes only
        if there is no kernel.
    """
    content = model.get("content")
    cells = content.get("cells") if isinstance(content, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            data = output.get("data") if isinstance(output, dict) else None
            if not isinstance(data, dict) or not _STILLS & data.keys():
                continue
            metadata = output.get("metadata") or {}
            own = set((metadata.get(_VIEW) or {}).get("processes", (None,)))
            if not processes or (None not in processes | own and not processes & own):
                data.pop(_VIEW, None)
                metadata.pop(_VIEW, None)


def show_stills(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """A preprocessor of nbconvert: stills in place of widgets, and folded answers stay folded."""
    drop_stale_views({"content": notebook}, set())
    for cell in notebook["cells"]:
        if cell.get("outputs") and "hide-output" in cell["metadata"].get("tags", ()):
            cell["outputs"] = [type(cell["outputs"][0])(fold_outputs(cell["outputs"]))]
    return notebook, resources


_UNFOLDED_ON_PAPER = (
    "<style>@media print { .rnn-answer::details-content"
    " { content-visibility: visible; block-size: auto; } }</style>"
)


def fold_outputs(outputs: list) -> dict[str, Any]:
    """One output in HTML that holds those of a cell, folded until it is clicked on or printed."""
    parts, texts = [], []
    for output in outputs:
        data = output.get("data", {})
        text = (
            output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", ()))
        )
        text = "".join(text)
        plain = f'<pre style="font-family: monospace">{html.escape(text.strip())}</pre>'
        parts.append("".join(data.get("text/html", plain)))
        texts.append(text)
    inner = "\n".join(parts)
    page = f'<details class="rnn-answer"><summary>The answer</summary>\n{inner}\n</details>'
    data = {"text/html": page + _UNFOLDED_ON_PAPER, "text/plain": "\n".join(texts)}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def open_without_stale_views(contents_manager: Any, session_manager: Any, kernels: Any) -> None:
    """Have `contents_manager` hand notebooks out without the views of kernels that are gone."""
    get = contents_manager.get

    def find_processes(path):
        rows = session_manager.cursor.connection.execute(
            "SELECT kernel_id FROM session WHERE path = ?", (path.strip("/"),)
        )
        running = [kernels.get_kernel(row[0]) for row in rows if row[0] in kernels]
        return {getattr(kernel.provisioner, "pid", None) for kernel in running}

    def drop(model, path):
        if model.get("type") == "notebook" and model.get("content"):
            drop_stale_views(model, find_processes(path))
        return model

    @functools.wraps(get)
    def get_alive(path, *args, **kwargs):
        model = get(path, *args, **kwargs)
        if not inspect.isawaitable(model):
            return drop(model, path)

        async def wait():
            return drop(await model, path)

        return wait()

    contents_manager.get = get_alive


def _jupyter_server_extension_points():
    return [{"module": "rnn_helpers.display.server"}]


def _load_jupyter_server_extension(serverapp):
    # Another class was chosen by the user or by a gateway, and then it stays.
    settings = serverapp.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptWebsocketConnection
    sessions = serverapp.session_manager
    if hasattr(sessions, "cursor"):  # a gateway's, or somebody's own, may keep them otherwise
        open_without_stale_views(serverapp.contents_manager, sessions, serverapp.kernel_manager)
