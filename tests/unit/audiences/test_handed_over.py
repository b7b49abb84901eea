"""What a refresh takes over from the ledger of packages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.audiences import ledger
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.handed_over import copy_handed_over
from pipelines.audiences.ledger import NEVER_UPLOADED, Event
from pipelines.exports.ledger import ensure_ledger
from pipelines.orchestration.fingerprint import inputs_fingerprint
from pipelines.settings import Settings
from tests.unit.audiences.test_ledger import AT, members, package

DAY = date(2026, 6, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        ensure_ledger(connection)
        yield connection


def copied(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> list[tuple]:
    copy_handed_over(settings, warehouse)
    return warehouse.execute("from ledger.handed_over order by all").fetchall()


def test_the_copy_follows_the_ledger_and_makes_a_new_version(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert copied(settings, warehouse) == []
    prints = [inputs_fingerprint(settings, warehouse)]
    with ledger.open_ledger(settings) as book:
        book.add_package(package(1), members("a", "b"))
        book.add_package(package(2), members("a"))
    assert copied(settings, warehouse) == [(DAY, 0, 2), (DAY, 1, 1)]
    prints.append(inputs_fingerprint(settings, warehouse))
    assert copied(settings, warehouse) == [(DAY, 0, 2), (DAY, 1, 1)]
    assert inputs_fingerprint(settings, warehouse) == prints[1]
    with ledger.open_ledger(settings) as book:
        book.add_event(Event(1, NEVER_UPLOADED, AT, "wang"))
    assert copied(settings, warehouse) == [(DAY, 0, 1)]
    prints.append(inputs_fingerprint(settings, warehouse))
    assert len(set(prints)) == 3


def test_while_a_package_is_built_the_copy_stays(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.open_ledger(settings) as book:
        book.add_package(package(1), members("a"))
    copy_handed_over(settings, warehouse)

    def locked(*_: object, **__: object) -> None:
        raise duckdb.IOException("Could not set lock on file")

    monkeypatch.setattr(ledger.duckdb, "connect", locked)
    with pytest.raises(AudienceError, match="another process"):
        copy_handed_over(settings, warehouse)
    assert warehouse.execute("from ledger.handed_over").fetchall() == [(DAY, 0, 1)]
