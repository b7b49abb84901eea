"""What readers see, and what they cannot do."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.publishing import (
    NothingPublishedError,
    QueryError,
    UnknownVersionError,
    connect,
    read_manifest,
    versions,
)
from pipelines.publishing.base import choose_base
from pipelines.publishing.errors import BrokenVersionError
from pipelines.publishing.parquet import publish_to_parquet
from pipelines.publishing.row_files import write_rows
from pipelines.settings import Settings
from tests.unit.publishing.conftest import FIRST, NOW, describe, publish_now, write_warehouse

NUMBER = "select distinct number from marts.rpt_tiers"


def test_nothing_published_names_the_remedy(settings: Settings) -> None:
    assert versions(settings) == []
    with pytest.raises(NothingPublishedError, match="make run"):
        connect(settings)
    with pytest.raises(NothingPublishedError, match="make run"):
        read_manifest(settings)
    with pytest.raises(NothingPublishedError, match="make run"):
        connect(settings, version=FIRST)


def test_an_unknown_version_names_the_nearest(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with pytest.raises(UnknownVersionError, match=FIRST):
        connect(settings, version="20260131T220001Z")
    with pytest.raises(UnknownVersionError, match=FIRST):
        read_manifest(settings, "20260131T220001Z")


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_damaged_version_names_its_folder_and_the_way_out(
    settings: Settings, content: bytes | None
) -> None:
    write_warehouse(settings)
    database = publish_now(settings).database
    database.chmod(0o644)
    database.write_bytes(database.read_bytes()[:20_000] if content is None else content)
    with pytest.raises(BrokenVersionError, match=f"delete {database.parent}, then siyu refresh"):
        connect(settings)
    shutil.rmtree(database.parent)
    with pytest.raises(NothingPublishedError, match=r"newest version is gone.*refresh --full"):
        connect(settings)
    later = publish_now(settings, NOW + timedelta(hours=1))
    with connect(settings) as reader:
        assert reader.version == later.version


def test_a_damaged_block_is_told_by_every_way_to_read_it(
    settings: Settings, tmp_path: Path
) -> None:
    write_warehouse(settings, rows=50_000)
    describe(settings)
    database = publish_now(settings).database
    everything = "select name, net_gmv_cny, customer_id from customer_center.dim_customers"
    _damage_a_block(database, everything)
    with connect(settings) as reader:
        for read in (
            lambda: reader.fetch(everything),
            lambda: reader.polars(everything),
            lambda: write_rows(reader, everything, tmp_path / "rows.csv"),
            lambda: publish_to_parquet(reader, tmp_path / "bi"),
        ):
            with pytest.raises(BrokenVersionError, match=f"delete {database.parent}"):
                read()


def _damage_a_block(database: Path, sql: str) -> None:
    """Overwrite a block such that the file still opens and this query fails."""
    content = database.read_bytes()
    database.chmod(0o644)
    for start in range(20_000, len(content), 262_144):
        database.write_bytes(content[:start] + b"\xff" * 64 + content[start + 64 :])
        try:
            with duckdb.connect(str(database), read_only=True) as connection:
                try:
                    connection.execute(sql).fetchall()
                except duckdb.Error:
                    return
        except duckdb.Error:
            continue
    pytest.fail("no block of the file holds rows of the query alone")


def test_a_damaged_manifest_is_told_and_a_damaged_file_is_no_base(settings: Settings) -> None:
    write_warehouse(settings)
    folder = publish_now(settings).folder
    assert choose_base(settings, rules="r1", forgotten_at=None) is not None
    for name, content in (("siyu.duckdb", b"no database"), ("manifest.json", b"{")):
        (folder / name).chmod(0o644)
        (folder / name).write_bytes(content)
        if name == "siyu.duckdb":
            assert choose_base(settings, rules="r1", forgotten_at=None) is None
    with pytest.raises(BrokenVersionError, match=f"delete {folder}"):
        versions(settings)
    with pytest.raises(BrokenVersionError, match=f"delete {folder}"):
        read_manifest(settings)


def test_rows_columns_and_frames(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with connect(settings) as reader:
        assert reader.version == FIRST
        assert reader.manifest == read_manifest(settings)
        assert reader.fetch("from marts.rpt_view") == (["customers", "number"], [(100, 1)])
        columns, rows = reader.fetch(
            "select name from customer_center.dim_customers where customer_id = ?", [7]
        )
        assert (columns, rows) == (["name"], [("guest 7",)])
        frame = reader.polars(
            "select customer_id from marts.rpt_tiers where customer_id < $top", {"top": 3}
        )
        assert frame.sort("customer_id").equals(pl.DataFrame({"customer_id": [0, 1, 2]}))
        assert reader.query("select 40 + 2 as answer").fetchall() == [(42,)]


def test_a_connection_follows_current_unless_told_not_to(settings: Settings) -> None:
    write_warehouse(settings, number=1)
    publish_now(settings)
    following, staying = connect(settings), connect(settings, follow=False)
    relation = following.query(NUMBER)

    write_warehouse(settings, number=2)
    second = publish_now(settings, NOW + timedelta(days=1))
    assert following.fetch(NUMBER)[1] == [(2,)]
    assert following.version == second.version
    assert staying.fetch(NUMBER)[1] == [(1,)]
    assert relation.fetchall() == [(1,)], "a relation stays on the version it was made for"
    with connect(settings, version=FIRST) as yesterday:
        assert yesterday.fetch(NUMBER)[1] == [(1,)]
    following.close()
    staying.close()


def test_a_retired_version_stays_readable_for_those_who_hold_it(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    staying = connect(settings, follow=False)
    for day in range(1, 5):
        publish_now(settings, NOW + timedelta(days=day))
    assert FIRST not in [manifest.version for manifest in versions(settings)]
    assert staying.fetch(NUMBER)[1] == [(1,)]
    staying.close()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into marts.rpt_tiers values (1, 1)",
        "update marts.rpt_tiers set number = 0",
        "delete from marts.rpt_tiers",
        "with gone as (delete from marts.rpt_tiers returning *) select * from gone",
        "drop table marts.rpt_tiers",
        "create table marts.other as select 1",
        "create temp table other as select 1",
        "attach '{folder}/other.duckdb' as other",
        "attach ':memory:' as other",
        "detach siyu",
        "copy marts.rpt_tiers to '{folder}/out.csv'",
        "copy (select 1) to '{database}' (use_tmp_file false)",
        "copy (select 1) to '{database}.wal' (use_tmp_file false)",
        "with x as (copy (select 1) to '{database}' (use_tmp_file false)) select 1",
        "WITH x AS (Copy (select 1) to '{database}' (use_tmp_file false)) select 1 where false",
        "with x as materialized (copy (select 1) to '{database}.wal' (use_tmp_file false)) from x",
        "with x as (copy (select 1) to '{database}' (use_tmp_file false)) select 1 limit 0",
        "explain analyze copy (select 1) to '{database}' (use_tmp_file false)",
        "from query('with x as (copy (select 1) to ''{database}'' (use_tmp_file false)) from x')",
        "copy (pivot marts.rpt_tiers on number using sum(customer_id)) to '{database}.wal'",
        "export database '{folder}/out'",
        "from read_csv('/etc/passwd')",
        "from read_text('/etc/passwd')",
        "from read_parquet('{folder}/x.parquet')",
        "from '/etc/passwd'",
        "from glob('/etc/*')",
        "set enable_external_access = true",
        "reset lock_configuration",
        "set threads = 1",
        "pragma enable_profiling",
        "install excel",
        "load json",
        "call checkpoint()",
        "begin",
        "select 1; select 2",
        "",
    ],
)
def test_readers_only_read(settings: Settings, statement: str) -> None:
    write_warehouse(settings)
    published = publish_now(settings)
    before = published.database.read_bytes()
    with connect(settings) as reader:
        with pytest.raises(QueryError) as refusal:
            reader.fetch(statement.format(folder=settings.data_folder, database=published.database))
        assert str(refusal.value)
        assert "Traceback" not in str(refusal.value)
        assert reader.fetch(NUMBER)[1] == [(1,)], "the connection survives a refusal"
    assert published.database.read_bytes() == before
    assert sorted(path.name for path in published.folder.iterdir()) == [
        "manifest.json",
        "siyu.duckdb",
    ]
    assert not list(settings.data_folder.glob("o*"))


def test_words_that_only_look_dangerous_are_read(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with connect(settings) as reader:
        assert reader.fetch("select 'copy me' as copied")[1] == [("copy me",)]
        assert reader.fetch("select $1 as copied", [3])[1] == [(3,)]
        assert ("rpt_tiers",) in reader.fetch("show tables from marts")[1]
        assert reader.fetch("show tables")[1] == [("dim_customers",), ("rpt_tiers",), ("rpt_view",)]
        assert reader.fetch("from rpt_tiers") == reader.fetch("from marts.rpt_tiers")
        assert reader.fetch("describe marts.rpt_tiers")[1][0][:2] == ("customer_id", "BIGINT")
        assert len(reader.fetch("summarize marts.rpt_tiers")[1]) == 2


def test_a_wrong_query_gives_a_short_message(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with connect(settings) as reader:
        with pytest.raises(QueryError, match=r"rpt_tier .*does not exist"):
            reader.fetch("select * from marts.rpt_tier")
        with pytest.raises(
            QueryError, match=r"published: marts\.rpt_tiers, .*; siyu query 'show tables"
        ):
            reader.fetch("select * from rpt_tierz")
        with pytest.raises(QueryError, match="syntax error"):
            reader.fetch("selec 1")
        with pytest.raises(QueryError, match="Could not convert"):
            reader.fetch("select cast(name as integer) from customer_center.dim_customers")
        with pytest.raises(QueryError, match="Could not convert"):
            reader.polars("select cast(name as integer) from customer_center.dim_customers")
        with pytest.raises(QueryError, match="pivot … on column in"):
            reader.fetch("pivot marts.rpt_tiers on number using sum(customer_id)")


def test_a_closed_connection_refuses_queries(settings: Settings) -> None:
    write_warehouse(settings)
    publish_now(settings)
    with connect(settings) as reader:
        pass
    with pytest.raises(QueryError, match="closed"):
        reader.fetch("select 1")
