"""The package that analysts import."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

import siyu
from pipelines.cli import app
from pipelines.publishing.manifest import Manifest
from pipelines.settings import Settings
from tests.unit.publishing.conftest import FIRST, publish_now, write_warehouse


def test_a_connection_follows_the_newest_version_and_says_which(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    write_warehouse(settings)
    publish_now(settings)
    with siyu.connect(settings) as snapshot:
        assert snapshot.version == FIRST
        assert snapshot.fetch("select distinct number from marts.rpt_tiers") == (["number"], [(1,)])
        write_warehouse(settings, number=2)
        later = publish_now(settings, datetime(2026, 2, 1, 22, tzinfo=UTC)).version
        assert snapshot.polars("select distinct number from marts.rpt_tiers").item() == 2
        assert snapshot.version == later
    assert [manifest.version for manifest in siyu.versions(settings)] == [FIRST, later]


def test_the_list_of_versions_names_a_damaged_one_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path)
    listed: list[Manifest] = []
    monkeypatch.setattr("pipelines.cli.current_settings", lambda: settings)
    monkeypatch.setattr("pipelines.cli.console.print_versions", listed.extend)
    write_warehouse(settings)
    publish_now(settings)
    damaged = publish_now(settings, datetime(2026, 2, 1, 22, tzinfo=UTC)).folder
    (damaged / "manifest.json").chmod(0o644)
    (damaged / "manifest.json").write_text("{", "utf-8")
    result = CliRunner().invoke(app, ["versions"])
    assert (result.exit_code, [one.version for one in listed]) == (1, [FIRST])
    assert f"delete {damaged}" in result.stderr


def test_readers_cannot_write(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    write_warehouse(settings)
    publish_now(settings)
    with siyu.connect(settings) as snapshot, pytest.raises(siyu.QueryError, match="read-only"):
        snapshot.fetch("delete from marts.rpt_tiers")


def test_the_command_line_says_which_release_it_is() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output.split()[:2]) == (0, ["siyu", metadata.version("siyu")])
