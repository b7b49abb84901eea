"""A run that was not published has told nobody anything."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.exports.ledger import ensure_ledger
from pipelines.restatement.unpublished_tiers import note_publication, withdraw_unpublished_tiers
from pipelines.settings import Settings
from tests.unit.publishing.conftest import NOW, publish_now, write_warehouse

PUBLISHED = NOW.astimezone(UTC).replace(tzinfo=None)
BEFORE, AFTER = PUBLISHED - timedelta(minutes=1), PUBLISHED + timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data=tmp_path)
    write_warehouse(settings)
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        ensure_ledger(warehouse)
        warehouse.execute("create schema intermediate")
        warehouse.execute(
            "create table intermediate.int_customers__tier_versions (customer_id bigint, "
            "tier varchar, recorded_at timestamp, superseded_at timestamp, "
            "superseded_cause varchar)"
        )
        warehouse.executemany(
            "insert into intermediate.int_customers__tier_versions values (?, ?, ?, ?, ?)",
            [
                [1, "A", BEFORE, BEFORE, "late_rows"],
                [1, "I", BEFORE, AFTER, "refund"],
                [1, "P", AFTER, None, None],
                [2, "I", BEFORE, None, None],
            ],
        )
        warehouse.execute(
            "create table intermediate.int_customers__tier_publications as "
            "select unnest($1::timestamp[]) as published_at",
            [[BEFORE, AFTER]],
        )
    return settings


def stated(settings: Settings) -> tuple[list[tuple[object, ...]], list[datetime]]:
    """What stands after taking back: customers, tiers and why each ended; and the runs."""
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        withdraw_unpublished_tiers(settings, warehouse)
        versions = warehouse.execute(
            "select customer_id, tier, superseded_at, superseded_cause "
            "from intermediate.int_customers__tier_versions order by all"
        ).fetchall()
        runs = warehouse.execute(
            "select published_at from intermediate.int_customers__tier_publications order by 1"
        ).fetchall()
    return versions, [moment for (moment,) in runs]


def test_what_stood_when_the_newest_version_was_published_stands_again(settings: Settings) -> None:
    publish_now(settings)
    versions, runs = stated(settings)
    assert versions == [(1, "A", BEFORE, "late_rows"), (1, "I", None, None), (2, "I", None, None)]
    assert runs == [BEFORE]
    assert stated(settings) == (versions, runs)


def test_before_the_first_version_everything_is_taken_back(settings: Settings) -> None:
    assert stated(settings) == ([], [])


def test_what_a_lost_version_said_stays_said(settings: Settings) -> None:
    version = publish_now(settings)
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        note_publication(warehouse, version.version, version.manifest.created_at)
    shutil.rmtree(settings.serving_folder)
    versions, runs = stated(settings)
    assert versions == [(1, "A", BEFORE, "late_rows"), (1, "I", None, None), (2, "I", None, None)]
    assert runs == [BEFORE]


def test_a_warehouse_without_tiers_has_nothing_to_take_back(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    write_warehouse(settings)
    publish_now(settings)
    with duckdb.connect(str(settings.warehouse_path)) as warehouse:
        withdraw_unpublished_tiers(settings, warehouse)
