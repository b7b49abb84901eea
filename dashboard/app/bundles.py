"""What a browser needs before it shows anything, out of memory and without being asked in turn.

Streamlit's page asks for its scripts in four rounds: the frame, then each kind of element when the
first one arrives, then what these need, then the charts' library. A page that names all of them
makes it one round, and files kept in memory take a tenth of the time of files that are opened again
for each reader.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import streamlit
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.app import browser, handed
from dashboard.report import echarts_source

ECHARTS = "/siyu/echarts.js"
_STATIC = Path(streamlit.__file__).parent / "static"
_INDEX = _STATIC / "index.html"
_UNUSED_FONT = re.compile(r'<link\s+rel="preload"[^>]*as="font"[^>]*>')
"""Of Streamlit's own theme; ours takes what the reader's system has."""
_ELEMENTS = ("BidiComponent",)
"""The kinds of elements on a page before anything is opened (names in Streamlit's manifest)."""
_FOR_A_YEAR = "public, immutable, max-age=31536000"
_UNNAMED = "public, max-age=3600"
"""Streamlit's files bear a hash in their names, and so does ours; the charts' library does not."""


class Bundles:
    """ASGI middleware: answers for the page, for its scripts and for files of rows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        later = list(_later_scripts())
        self._kept = {path: _response(_STATIC / path.lstrip("/")) for path in _first(later)}
        self._kept[ECHARTS] = Response(
            echarts_source(), media_type="text/javascript", headers={"Cache-Control": _UNNAMED}
        )
        self._kept[browser.ADDRESS] = Response(
            browser.SCRIPT, media_type="text/javascript", headers={"Cache-Control": _FOR_A_YEAR}
        )
        self._kept["/"] = _page(later)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on to Streamlit."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif scope["path"] in self._kept:
            await self._kept[scope["path"]](scope, receive, send)
        elif scope["path"].startswith(handed.FOLDER):
            await (await handed.answer(scope["path"]))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _page(later: Iterable[str]) -> Response:
    """Streamlit's page; it announces later scripts, and ours run while the others are fetched."""
    announced = "".join(f'<link rel="modulepreload" href=".{path}">' for path in later)
    ours = "".join(
        f'<script type="module" async fetchpriority="high" src=".{path}"></script>'
        for path in (ECHARTS, browser.ADDRESS)
    )
    page = _UNUSED_FONT.sub("", _INDEX.read_text("utf-8"))
    page = page.replace("<head>", f"<head>{ours}").replace("</head>", f"{announced}</head>")
    return Response(page, media_type="text/html", headers={"Cache-Control": "no-cache"})


def _later_scripts() -> Iterator[str]:
    """Addresses of the scripts that the elements need and that the page does not name itself."""
    manifest: Mapping[str, Any] = json.loads((_STATIC / "manifest.json").read_text("utf-8"))
    by_name = {part.get("name"): key for key, part in manifest.items() if "name" in part}
    seen = set(_named_by_the_page())
    waiting = [by_name[name] for name in _ELEMENTS if name in by_name]
    while waiting:
        part = manifest[waiting.pop(0)]
        path = f"/{part['file']}"
        if path not in seen:
            seen.add(path)
            yield path
            waiting += part.get("imports", ())


def _first(later: list[str]) -> list[str]:
    return [*_named_by_the_page(), *later]


def _named_by_the_page() -> list[str]:
    page = _INDEX.read_text("utf-8")
    return [f"/{path}" for path in re.findall(r'(?:href|src)="\./(static/(?:js|css)/[^"]+)"', page)]


def _response(file: Path) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    kind = "text/javascript" if file.suffix == ".js" else kind
    return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": _FOR_A_YEAR})
