"""`siyu dashboard` before its server starts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.app import server
from pipelines.cli import app
from pipelines.settings import current_settings


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_BRAND_FOLDER", str(tmp_path))
    monkeypatch.setattr(server, "start", lambda **_: pytest.fail("the server was started"))
    current_settings.cache_clear()
    yield
    current_settings.cache_clear()


def test_a_wrong_setting_is_told_and_no_server_starts(tmp_path: Path) -> None:
    (tmp_path / "brand.yml").write_text("industry_profile: 7\n", "utf-8")
    result = CliRunner().invoke(app, ["dashboard"])
    assert result.exit_code == 1
    assert "industry_profile" in result.stderr
    assert "got 7" in result.stderr


def test_a_port_in_use_names_another_one() -> None:
    with socket.socket() as taken:
        taken.bind((server.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["dashboard", "--port", str(port)])
    assert result.exit_code == 1
    assert f"siyu dashboard --port {port % 65535 + 1}" in " ".join(result.stderr.split())
