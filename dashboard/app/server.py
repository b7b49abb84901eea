"""Starts the app: on loopback, without telemetry, without watching files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dashboard.charts import theme
from dashboard.figures import Language

ADDRESS = "127.0.0.1"
_OPTIONS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": "true",
    "theme.base": "light",
    "theme.primaryColor": "#005a8e",
    "theme.textColor": theme.INK,
    "theme.backgroundColor": "#f3f5f7",
    "theme.secondaryBackgroundColor": "#ffffff",
    "theme.font": theme.FONT,
}


def command(*, port: int, language: Language | None, with_personal: bool) -> list[str]:
    """The command line of the server.

    It answers to its own names alone, so that no other site's name can be bound to it.
    """
    options = [f"--{name}={value}" for name, value in {**_OPTIONS, "server.port": port}.items()]
    options += [f"--server.allowedHosts={name}" for name in (ADDRESS, "localhost")]
    arguments = ["--language", language] if language else []
    if with_personal:
        arguments.append("--with-personal")
    script = Path(__file__).with_name("main.py")
    streamlit = [sys.executable, "-m", "dashboard.app.warm"]
    return [*streamlit, "run", *options, str(script), "--", *arguments]


def start(*, port: int, language: Language | None, with_personal: bool) -> None:
    """Become the server: this process answers until it is ended."""
    line = command(port=port, language=language, with_personal=with_personal)
    os.execv(line[0], line)
