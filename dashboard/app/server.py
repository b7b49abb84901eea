"""Starts the app: on loopback, without telemetry, without watching files."""

from __future__ import annotations

import os
import sys

from dashboard.charts import theme
from dashboard.figures import Language

ADDRESS = "127.0.0.1"
_OPTIONS: dict[str, object] = {
    "server.address": ADDRESS,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": True,
    "runner.postScriptGC": False,  # all of it after each run, while answers wait to be sent
    "theme.base": "light",
    "theme.primaryColor": "#005a8e",
    "theme.textColor": theme.INK,
    "theme.backgroundColor": "#f3f5f7",
    "theme.secondaryBackgroundColor": "#ffffff",
    "theme.font": theme.FONT,
}


def options(port: int) -> dict[str, object]:
    """Streamlit's settings.

    The server answers to its own names alone, so that no other site's name can be bound to it.
    """
    return {**_OPTIONS, "server.port": port, "server.allowedHosts": [ADDRESS, "localhost"]}


def command(*, port: int, language: Language | None, with_personal: bool) -> list[str]:
    """The command line of the server."""
    arguments = ["--language", language] if language else []
    if with_personal:
        arguments.append("--with-personal")
    return [sys.executable, "-m", "dashboard.app.serve", "--port", str(port), *arguments]


def start(*, port: int, language: Language | None, with_personal: bool) -> None:
    """Become the server: this process answers until it is ended."""
    line = command(port=port, language=language, with_personal=with_personal)
    os.execv(line[0], line)
