"""Rows that a reader can fetch as a file, which is written when it is fetched."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

FOLDER = "/siyu/rows/"
_KEPT = 2000
"""Files that can be fetched; the least recently shown go first."""
_SECRET = secrets.token_bytes(32)
_lock = Lock()
_offered: OrderedDict[str, File] = OrderedDict()


@dataclass(frozen=True)
class File:
    """A file that is not written yet; `name` is plain ASCII."""

    name: str
    mime: str
    write: Callable[[], bytes]


def offer(what: Hashable, file: File) -> str:
    """The address of a file, which nobody guesses; the same for the same `what` and name."""
    seen = repr((what, file.name)).encode()
    address = f"{FOLDER}{blake2b(seen, key=_SECRET, digest_size=16).hexdigest()}/{file.name}"
    with _lock:
        _offered[address] = file
        _offered.move_to_end(address)
        while len(_offered) > _KEPT:
            _offered.popitem(last=False)
    return address


async def answer(address: str) -> Response:
    """The file, or what to do when it is not offered any more."""
    with _lock:
        file = _offered.get(address)
    if file is None:
        return PlainTextResponse("Open the page again. 请重新打开页面。", status_code=404)
    content = await run_in_threadpool(file.write)
    disposition = f'attachment; filename="{file.name}"'
    return Response(content, media_type=file.mime, headers={"Content-Disposition": disposition})
