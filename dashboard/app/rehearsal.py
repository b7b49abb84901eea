"""The app's first run, for a reader who is not there.

The first run of a process imports what Streamlit loads only when an element asks for it (pandas,
its table of emojis, …): half a second that the first reader of the morning would wait.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.types import ASGIApp, Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_log = logging.getLogger(__name__)
_PATIENCE = 60.0
"""Seconds; whoever rehearses for longer is left to the readers."""


async def rehearse(app: ASGIApp, host: str, query: str) -> None:
    """Open the app's page as a browser does, until it has been shown once.

    `query` is that of the page's address. Never raises: readers are told what is wrong themselves.
    """
    heard: asyncio.Queue[Message] = asyncio.Queue()
    heard.put_nowait({"type": "websocket.connect"})
    heard.put_nowait({"type": "websocket.receive", "bytes": _asking(query)})

    async def said(message: Message) -> None:
        if message["type"] == "websocket.send" and _is_over(message["bytes"]):
            heard.put_nowait({"type": "websocket.disconnect", "code": 1000})

    try:
        await asyncio.wait_for(app(_connection(host), heard.get, said), _PATIENCE)
    except Exception:
        _log.warning("the first page could not be rehearsed", exc_info=True)


def _connection(host: str) -> dict[str, object]:
    path = "/_stcore/stream"
    return {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode("ascii"),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", host.encode("ascii"))],
        "subprotocols": [],
    }


def _asking(query: str) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    encoded: bytes = message.SerializeToString()
    return encoded


def _is_over(encoded: bytes) -> bool:
    return bool(ForwardMsg.FromString(encoded).WhichOneof("type") == "script_finished")
