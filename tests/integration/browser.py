"""Debian's chromium, driven by Playwright: what tests of pages share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser. Without one the test is skipped, in CI it fails: `.ci/run` installs it."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is absent; remedy: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


def watch(page: Any, *allowed: str) -> list[str]:
    """Whatever the page logs, raises, or asks of addresses that do not start as allowed."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((*allowed, "blob:", "data:"))
            else complaints.append(request.url)
        ),
    )
    return complaints
