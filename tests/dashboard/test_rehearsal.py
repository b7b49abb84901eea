"""The app's first run: asked for as by a browser, over when the script is, harmless if it fails."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.app.rehearsal import rehearse


class Stage:
    """An app that notes what it hears and says that two runs are over, as Streamlit does."""

    def __init__(self) -> None:
        self.scope: Scope = {}
        self.heard: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        for answers in (
            [{"type": "websocket.accept"}],
            [_said(new_session=True), _said(new_session=False)],
            [],
        ):
            self.heard.append(await receive())
            for answer in answers:
                await send(answer)


def _said(*, new_session: bool) -> dict[str, Any]:
    message = ForwardMsg()
    if new_session:
        message.new_session.name = "main"
    else:
        message.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    return {"type": "websocket.send", "bytes": message.SerializeToString()}


def test_it_opens_the_page_and_leaves_when_it_stands_there() -> None:
    stage = Stage()
    asyncio.run(rehearse(stage, "127.0.0.1", "page=scorecard"))
    assert dict(stage.scope["headers"])[b"host"] == b"127.0.0.1"
    connected, asked, left = stage.heard
    assert connected["type"] == "websocket.connect"
    assert BackMsg.FromString(asked["bytes"]).rerun_script.query_string == "page=scorecard"
    assert left["type"] == "websocket.disconnect"


def test_an_app_that_fails_is_left_to_its_readers(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("no stage")

    with caplog.at_level(logging.WARNING):
        asyncio.run(rehearse(broken, "127.0.0.1", "page=scorecard"))
    assert "could not be rehearsed" in caplog.text
