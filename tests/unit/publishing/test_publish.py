"""What a published version holds, how it is named and kept."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import PublishError, layout, publish, snapshot, versions
from pipelines.publishing.errors import PublishInProgressError
from pipelines.publishing.relations import Relation
from pipelines.settings import Settings
from tests.unit.publishing.conftest import FIRST, NOW, publish_now, write_warehouse


def test_the_manifest_states_rows_inputs_and_the_file_hash(settings: Settings) -> None:
    write_warehouse(settings)
    published = publish_now(settings)

    stored = json.loads((published.folder / "manifest.json").read_text("utf-8"))
    assert stored["version"] == published.version == FIRST
    assert stored["as_of"] == "2026-01-31"
    assert stored["sources"] == [{"source": "tmall", "exported_at": "2026-01-31T20:00:00Z"}]
    assert stored["checks"] == {"passed": 12, "warned": 1}
    assert stored["fingerprint"] == "f1"
    assert {name: table["rows"] for name, table in stored["tables"].items()} == {
        "customer_center.dim_customers": 100,
        "marts.rpt_tiers": 200,
        "marts.rpt_view": 1,
    }
    assert stored["tables"]["customer_center.dim_customers"]["columns"][3] == {
        "name": "net_gmv_cny",
        "type": "DECIMAL(18,4)",
    }
    content = published.database.read_bytes()
    assert stored["file_sha256"] == hashlib.sha256(content).hexdigest()
    assert stored["file_bytes"] == len(content)


def test_the_file_holds_the_two_schemas_with_comments_in_the_old_storage_format(
    settings: Settings,
) -> None:
    write_warehouse(settings)
    published = publish_now(settings)

    with duckdb.connect(str(published.database), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name, comment from duckdb_tables() order by all"
        ).fetchall()
        assert tables == [
            ("customer_center", "dim_customers", "One row per customer's id (客户)"),
            ("marts", "rpt_tiers", None),
        ]
        comments = con.execute(
            "select column_name, comment from duckdb_columns() where comment is not null "
            "and table_name = 'dim_customers'"
        ).fetchall()
        assert comments == [("name", "昵称")]
        [(tags,)] = con.execute(
            "select tags from duckdb_databases() where database_name = 'siyu'"
        ).fetchall()
        assert tags["storage_version"].startswith("v1.4.0")
        total = con.execute("select sum(net_gmv_cny) from customer_center.dim_customers")
        assert total.fetchall() == [(sum(range(100)),)]


def test_a_version_is_copied_into_a_database_of_its_readers(
    settings: Settings, tmp_path: Path
) -> None:
    write_warehouse(settings)
    published = publish_now(settings)

    with duckdb.connect() as con:
        con.execute(f"attach '{published.database}' as version (read_only)")
        con.execute(f"attach '{tmp_path / 'copied.duckdb'}' as copied")
        con.execute("copy from database version to copied")
        con.execute(f"use version; export database '{tmp_path / 'exported'}'")
    with duckdb.connect(str(tmp_path / "imported.duckdb")) as con:
        con.execute(f"import database '{tmp_path / 'exported'}'")
        con.execute(f"attach '{tmp_path / 'copied.duckdb'}' as copied (read_only)")
        for catalog in ("imported", "copied"):
            total = con.execute(f"select sum(number) from {catalog}.marts.rpt_tiers")
            assert total.fetchall() == [(200,)]


def test_a_view_of_published_tables_stays_one_and_is_read_under_any_name(
    settings: Settings,
) -> None:
    write_warehouse(settings)
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        warehouse.execute(
            "create view marts.rpt_outside as select receiver_phone as name from staging.secret;"
            "create view marts.rpt_a_view_of_a_view as select customers from marts.rpt_view"
        )
    published = publish_now(settings)

    with duckdb.connect() as con:
        con.execute(f"attach '{published.database}' as other (read_only)")
        views = con.execute(
            "select view_name, comment from duckdb_views() where database_name = 'other' "
            "and not internal"
        )
        assert views.fetchall() == [("rpt_view", "One row")]
        assert con.execute("from other.marts.rpt_view").fetchall() == [(100, 1)]
        assert con.execute("from other.marts.rpt_outside").fetchall() == [("x",)]
        assert con.execute("from other.marts.rpt_a_view_of_a_view").fetchall() == [(100,)]
    view = published.manifest.tables["marts.rpt_view"]
    assert (view.rows, view.is_view) == (1, True)
    assert [column.name for column in view.columns] == ["customers", "number"]


def test_files_are_read_only_and_current_is_a_relative_link(settings: Settings) -> None:
    write_warehouse(settings)
    published = publish_now(settings)
    assert {path.name: path.stat().st_mode & 0o777 for path in published.folder.iterdir()} == {
        "siyu.duckdb": 0o444,
        "manifest.json": 0o444,
    }
    assert os.readlink(settings.serving_folder / "current") == f"versions/{FIRST}"


def test_versions_of_one_second_are_counted_and_sort_by_time(settings: Settings) -> None:
    write_warehouse(settings)
    names = [publish_now(settings).version for _ in range(3)]
    names.append(publish_now(settings, NOW + timedelta(seconds=1)).version)
    assert names == [FIRST, f"{FIRST}-002", f"{FIRST}-003", "20260131T220001Z"]
    assert names == sorted(names)


def test_only_the_newest_versions_are_kept(settings: Settings) -> None:
    write_warehouse(settings)
    published = [publish_now(settings, NOW + timedelta(days=day)) for day in range(5)]
    kept = [manifest.version for manifest in versions(settings)]
    assert kept == [version.version for version in published[2:]]
    assert published[4].retired == (published[1].version,)


def test_versions_that_hold_a_forgotten_person_go_when_the_next_one_is_published(
    settings: Settings,
) -> None:
    write_warehouse(settings)
    before = publish_now(settings).version
    forgotten_at = NOW + timedelta(seconds=1)
    published = publish_now(settings, NOW + timedelta(seconds=2), forgotten_at=forgotten_at)
    assert published.retired == (before,)
    later = publish_now(settings, NOW + timedelta(seconds=3), forgotten_at=forgotten_at)
    assert later.retired == (), "the version made after it stays"


def test_a_version_older_than_keep_days_goes_and_the_current_one_never(settings: Settings) -> None:
    settings = settings.model_copy(update={"keep_versions": 10, "keep_days": 30})
    write_warehouse(settings)
    first = publish_now(settings).version
    second = publish_now(settings, NOW + timedelta(days=29)).version

    assert publish_now(settings, NOW + timedelta(days=31)).retired == (first,)
    assert publish_now(settings, NOW + timedelta(days=365)).retired[0] == second
    assert len(versions(settings)) == 1


def test_current_is_kept_even_when_it_is_the_oldest(settings: Settings) -> None:
    write_warehouse(settings)
    names = [publish_now(settings, NOW + timedelta(days=day)).version for day in range(3)]
    # A clock that was put back: the new version sorts before all others.
    early = publish_now(settings, NOW - timedelta(days=9))
    assert layout.current_version(settings) == early.version
    assert layout.list_versions(settings) == [early.version, *names[1:]]


def test_equal_content_may_be_published_again(settings: Settings) -> None:
    write_warehouse(settings)
    first, second = publish_now(settings), publish_now(settings)
    assert first.manifest.tables == second.manifest.tables
    assert first.manifest.schema_hash == second.manifest.schema_hash


def test_without_a_warehouse_or_without_tables_nothing_is_published(settings: Settings) -> None:
    with pytest.raises(PublishError, match=r"no warehouse .* make run"):
        publish_now(settings)
    settings.warehouse_path.parent.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_path)).close()
    with pytest.raises(PublishError, match="hold no table"):
        publish_now(settings)
    assert versions(settings) == []
    assert not (settings.serving_folder / "current").exists()


def test_a_copy_that_differs_is_not_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_warehouse(settings)
    first = publish_now(settings)
    honest = snapshot.write_table

    def damaging(
        connection: duckdb.DuckDBPyConnection, relation: Relation, source: str, copy: str
    ) -> None:
        honest(connection, relation, source, copy)
        if relation.name == "rpt_tiers":
            connection.execute(f"update {copy} set number = 7 where customer_id = 150")

    monkeypatch.setattr(snapshot, "write_table", damaging)
    write_warehouse(settings, number=2)
    with pytest.raises(PublishError, match=r"marts\.rpt_tiers differs after the copy"):
        publish_now(settings)
    assert layout.current_version(settings) == first.version
    assert sorted(path.name for path in settings.serving_folder.iterdir()) == [
        ".publishing.lock",
        "current",
        "versions",
    ]


def test_a_second_publisher_is_refused_and_removes_nothing(settings: Settings) -> None:
    write_warehouse(settings)
    with layout.publishing_lock(settings):
        building = layout.new_building_folder(settings)
        with pytest.raises(PublishInProgressError, match="another process is publishing"):
            publish_now(settings)
        assert layout.remove_leftovers(settings) == []
        assert building.exists()
    assert layout.remove_leftovers(settings) == [building.name]


def test_now_needs_a_time_zone(settings: Settings) -> None:
    write_warehouse(settings)
    with pytest.raises(ValueError, match="time zone"):
        publish(
            settings, now=datetime(2026, 1, 1), as_of=None, sources=[], checks={}, fingerprint=""
        )
