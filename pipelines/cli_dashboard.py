"""`siyu dashboard`: the interactive app over the published snapshot."""

from __future__ import annotations

import socket
from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.reporting import console
from pipelines.settings import current_settings


class SpokenLanguage(StrEnum):
    """In which language the app opens; its switch changes it."""

    en = "en"
    zh = "zh"


def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8501,
    language: Annotated[
        SpokenLanguage | None, typer.Option(help="How it opens; default the browser's language.")
    ] = None,
    with_personal: Annotated[
        bool, typer.Option("--with-personal", help="Also show the columns that name people.")
    ] = False,
) -> None:
    """Open the dashboard on this machine alone: http://127.0.0.1:8501. Ctrl-C ends it."""
    from dashboard.app import server

    with readable_errors():  # before the server: its readers would find no figure
        _ = current_settings().brand
    if _is_taken(server.ADDRESS, port):
        console.error(f"port {port} is in use; remedy: siyu dashboard --port {port % 65535 + 1}")
        raise typer.Exit(1)
    server.start(
        port=port, language=language.value if language else None, with_personal=with_personal
    )


def _is_taken(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
