"""Jupyter Server without its 40 ms pause before each widget reply.

Nagle's algorithm holds a small packet back until the browser has acknowledged the one before it,
and the browser delays that acknowledgement. Jupyter Server leaves the algorithm on, so a dragged
slider waits about 40 ms for every picture, on loopback too. `TCP_NODELAY` turns it off.

The installed file `etc/jupyter/jupyter_server_config.d/rnn_helpers.json` enables this module as a
server extension, because Jupyter Server reads nothing but extensions from that folder. So every
Jupyter server of the environment uses it, and nobody's own configuration is touched.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

__all__ = ["PromptWebsocketConnection"]


class PromptWebsocketConnection(ZMQChannelsWebsocketConnection):
    """A kernel's WebSocket that sends each message at once."""

    def connect(self):
        """Turn Nagle's algorithm off, then connect as usual."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _jupyter_server_extension_points():
    return [{"module": "rnn_helpers.server"}]


def _load_jupyter_server_extension(serverapp):
    # Another class was chosen by the user or by a gateway, and then it stays.
    settings = serverapp.web_app.settings
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptWebsocketConnection
