"""What the app runs in the browser: charts, calendars, pieces and their style, as one module."""

from __future__ import annotations

import json
from hashlib import blake2b
from importlib.resources import files

_STATIC = files("dashboard") / "static"


def _module() -> str:
    parts = [(_STATIC / f"{name}.js").read_text("utf-8") for name in ("chart", "calendar", "piece")]
    style = (_STATIC / "app.css").read_text("utf-8")
    return "\n".join((f"const STYLE = {json.dumps(style)};", *parts))


SCRIPT = _module()
ADDRESS = f"/siyu/piece.{blake2b(SCRIPT.encode(), digest_size=8).hexdigest()}.js"
"""Where `bundles` answers with it; another text has another address."""
