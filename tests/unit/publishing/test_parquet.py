"""A published version as Parquet files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import PublishError, connect, parquet
from pipelines.publishing.parquet import publish_to_parquet
from pipelines.settings import Settings
from tests.unit.publishing.conftest import FIRST, describe, publish_now, write_warehouse


def send(settings: Settings, folder: Path) -> Path:
    with connect(settings, follow=False) as snapshot:
        return publish_to_parquet(snapshot, folder)


def test_every_table_is_a_file_and_current_points_to_the_version(
    settings: Settings, tmp_path: Path
) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)

    target = send(settings, tmp_path / "lake")

    assert target.name == FIRST
    assert (tmp_path / "lake" / "current").resolve() == target
    [(rows, total)] = duckdb.sql(
        "select count(*), sum(net_gmv_cny) from "
        f"'{tmp_path}/lake/current/customer_center/dim_customers.parquet'"
    ).fetchall()
    assert (rows, float(total)) == (100, 4950.0)
    assert json.loads((target / "manifest.json").read_text("utf-8"))["version"] == FIRST


def test_a_folder_may_have_a_colon_in_its_name(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    monkeypatch.chdir(tmp_path)
    target = send(settings, Path("lake:raw/files"))
    assert (tmp_path / target / "customer_center" / "dim_customers.parquet").exists()


def test_the_next_version_stands_beside_it(settings: Settings, tmp_path: Path) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    first = send(settings, tmp_path)
    write_warehouse(settings, number=2)
    describe(settings)
    publish_now(settings, datetime(2026, 2, 1, 22, tzinfo=UTC))
    second = send(settings, tmp_path)

    assert first.is_dir()
    assert (tmp_path / "current").resolve() == second
    assert duckdb.sql(
        f"select distinct number from '{second}/marts/rpt_tiers.parquet'"
    ).fetchall() == [(2,)]


def test_a_version_that_breaks_off_leaves_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    write = parquet._write
    monkeypatch.setattr(parquet, "_write", lambda *arguments: write(*arguments) + 1)
    with pytest.raises(PublishError, match="written with 101 rows, the version has 100"):
        send(settings, tmp_path / "lake")
    assert list((tmp_path / "lake").iterdir()) == []


def test_personal_columns_stay_unless_asked_for(settings: Settings, tmp_path: Path) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    without = send(settings, tmp_path)
    with connect(settings, follow=False) as snapshot:
        everything = publish_to_parquet(snapshot, tmp_path, with_personal=True)

    file = "customer_center/dim_customers.parquet"
    assert "name" not in duckdb.sql(f"from '{without}/{file}'").columns
    assert "name" in duckdb.sql(f"from '{everything}/{file}'").columns


def test_a_folder_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match=rf"cannot write into {tmp_path / 'file'}.*remedy"):
        send(settings, tmp_path / "file")
    with pytest.raises(PublishError, match="cannot write into"):
        send(settings, Path("/proc/lake"))


def test_leftovers_of_a_killed_process_go(settings: Settings, tmp_path: Path) -> None:
    write_warehouse(settings)
    describe(settings)
    publish_now(settings)
    (tmp_path / ".building-1").mkdir()
    (tmp_path / ".building-2").symlink_to("nowhere")
    send(settings, tmp_path)
    assert sorted(path.name for path in tmp_path.glob(".building-*")) == []
