"""Jupyter Server without its 40 ms pause before each widget reply; notebooks that reopen whole.

Nagle's algorithm holds a small packet back until the browser has acknowledged the one before it,
and the browser delays that acknowledgement. Jupyter Server leaves the algorithm on, so a dragged
slider waits about 40 ms for every picture, on loopback too. `TCP_NODELAY` turns it off.

A widget's view, stored in a notebook, is an error message to whoever opens it without the kernel
that it belonged to. Where the output also holds a still picture, saving drops the view.

The installed file `etc/jupyter/jupyter_server_config.d/rnn_helpers.json` enables this module as a
server extension, because Jupyter Server reads nothing but extensions from that folder. So every
Jupyter server of the environment uses it, and nobody's own configuration is touched.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

__all__ = ["PromptWebsocketConnection", "drop_widget_views"]

_VIEW, _STILL = "application/vnd.jupyter.widget-view+json", "image/png"


class PromptWebsocketConnection(ZMQChannelsWebsocketConnection):
    """A kernel's WebSocket that sends each message at once."""

    def connect(self):
        """Turn Nagle's algorithm off, then connect as usual."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def drop_widget_views(model, **_):
    """A pre-save hook: of a widget with a still picture, only the picture goes into the file.

    Parameters
    ----------
    model : dict
        What is about to be saved; changed in place. Whatever is no notebook is left alone.
    """
    content = model.get("content")
    cells = content.get("cells") if isinstance(content, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and _STILL in data:
                data.pop(_VIEW, None)


def _jupyter_server_extension_points():
    return [{"module": "rnn_helpers.display.server"}]


def _load_jupyter_server_extension(serverapp):
    # Another class was chosen by the user or by a gateway, and then it stays.
    settings = serverapp.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptWebsocketConnection
    serverapp.contents_manager.register_pre_save_hook(drop_widget_views)
