"""Day by day, increments leave the tables that a refresh from scratch makes of the same files.

The simulated brand delivers late files, newer versions of orders, losses, cards that are merged and
people who turn out to be one. The order in which files are loaded is theirs: of two versions with
one export time the later one loaded wins, so both warehouses share the raw rows.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import LOCAL_TIME_ZONE, Settings
from pipelines.simulation import simulate_brand
from tests.integration.plain_refresh import PlainRefresh
from tests.integration.same_tables import differences


class Days:
    """The files of a simulated brand, to be delivered day by day."""

    def __init__(self, folder: Path, *, customers: int, days: int) -> None:
        self.folder = folder
        simulate_brand(folder / "landing", folder / "truth", customers=customers, days=days)
        self._files = defaultdict(list)
        for file in sorted(path for path in (folder / "landing").rglob("*") if path.is_file()):
            delivered = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            self._files[delivered.astimezone(LOCAL_TIME_ZONE).date()].append(file)
        self.days = sorted(self._files)

    def deliver(self, settings: Settings, number: int) -> None:
        """Put the files of a day, counted from 0, into the landing folder."""
        for file in self._files[self.days[number]]:
            target = settings.landing_folder / file.relative_to(self.folder / "landing")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def from_scratch(settings: Settings, data: Path) -> Path:
    """A warehouse of the same raw rows and nothing else, refreshed: where it lies."""
    fresh = Settings(data=data)
    fresh.warehouse_path.parent.mkdir(parents=True)
    shutil.copytree(settings.key_file.parent, fresh.key_file.parent)
    with duckdb.connect(str(fresh.warehouse_path)) as warehouse:
        warehouse.execute(f"attach '{settings.warehouse_path}' as old (read_only)")
        tables = warehouse.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'old' "
            "and (schema_name like 'raw\\_%' escape '\\' or schema_name = 'ledger')"
        ).fetchall()
        for schema, table in tables:
            warehouse.execute(f"create schema if not exists {schema}")
            warehouse.execute(f"create table {schema}.{table} as from old.{schema}.{table}")
    assert PlainRefresh(fresh).build() == "full: the first one"
    return fresh.warehouse_path


@pytest.mark.slow
def test_a_few_days(tmp_path: Path) -> None:
    days = Days(tmp_path / "brand", customers=150, days=30)
    settings = Settings(data=tmp_path / "data")
    refresh = PlainRefresh(settings)
    last = len(days.days) - 1
    for number in range(last - 3):
        days.deliver(settings, number)
    refresh.load()
    assert refresh.build() == "full: the first one"

    days.deliver(settings, last - 3)
    refresh.load()
    assert refresh.build().startswith("increment: ")

    days.deliver(settings, last - 2)
    refresh.load()
    refresh.build_until_bound()  # and killed before anything is bound
    days.deliver(settings, last - 1)
    days.deliver(settings, last)
    refresh.load()
    assert refresh.build().startswith("increment: ")
    assert differences(settings.warehouse_path, from_scratch(settings, tmp_path / "fresh")) == {}


@pytest.mark.proof
def test_thirty_days(tmp_path: Path) -> None:
    days = Days(tmp_path / "brand", customers=1_000, days=60)
    settings = Settings(data=tmp_path / "data")
    refresh = PlainRefresh(settings)
    first = len(days.days) - 30
    for number in range(first):
        days.deliver(settings, number)
    refresh.load()
    refresh.build()
    for number in range(first, len(days.days)):
        days.deliver(settings, number)
        refresh.load()
        assert refresh.build().startswith("increment: ")
        if (number - first) % 10 == 9:
            fresh = from_scratch(settings, tmp_path / f"fresh-{number}")
            assert differences(settings.warehouse_path, fresh) == {}
