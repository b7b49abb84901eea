"""The first scripts of a page: announced with the page, answered from memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from dashboard.app import browser
from dashboard.app.bundles import ECHARTS, Bundles
from dashboard.report import echarts_source


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the middleware answers every address with its own path."""
    await PlainTextResponse(scope["path"])(scope, receive, send)


@pytest.fixture(scope="module")
def bundles() -> Bundles:
    return Bundles(behind)


def ask(bundles: Bundles, path: str, method: str = "GET") -> tuple[dict[str, str], str]:
    """Headers and body of an answer."""
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": []}
    asyncio.run(bundles(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return headers, b"".join(part["body"] for part in said[1:]).decode()


def test_a_page_announces_the_scripts_of_its_elements_and_each_is_there(bundles: Bundles) -> None:
    page = ask(bundles, "/")[1]
    announced = re.findall(r'rel="modulepreload"[^>]* href="\.([^"]+)"', page)
    run = re.findall(r'<script [^>]*src="\.([^"]+)"', page)
    assert len(announced) == len(set(announced)) > 20
    assert any("BidiComponent" in path for path in announced)
    assert run[:2] == [ECHARTS, browser.ADDRESS]
    assert "font" not in page, "the app's theme takes fonts of the reader's system"
    for path in announced + run:
        headers, text = ask(bundles, path)
        assert text != path, "it came from behind"
        assert headers["content-type"].startswith("text/javascript")


def test_the_charts_are_drawn_by_the_library_of_the_report(bundles: Bundles) -> None:
    assert ask(bundles, ECHARTS)[1] == echarts_source()


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/js/unknown.js"])
def test_everything_else_comes_from_behind(bundles: Bundles, path: str) -> None:
    assert ask(bundles, path)[1] == path
    assert ask(bundles, ECHARTS, "POST")[1] == ECHARTS
