"""Rows for other programs: what a format cannot hold becomes text, what cannot be written is told.

Every one of these ended in a traceback once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipelines.publishing import QueryError, connect
from pipelines.publishing.errors import PublishError
from pipelines.publishing.row_files import FILE_SUFFIXES, csv_rows, json_rows, write_rows
from pipelines.settings import Settings
from tests.unit.publishing.conftest import publish_now, write_warehouse

EVERYTHING = """select 1 as "a b", [1, 2] as list, {'x': interval 3 day} as structure,
    map {'k': 1} as lookup, interval 3 day as days, '\\xAB'::blob as bytes, '101'::bit as bits,
    timestamptz '2026-01-31 20:00:00+00' as moment, time '10:00' as clock, 5::hugeint as big,
    uuid '00000000-0000-0000-0000-000000000001' as id, null as nothing"""


@pytest.fixture
def published(settings: Settings) -> Settings:
    write_warehouse(settings)
    publish_now(settings)
    return settings


@pytest.mark.parametrize("suffix", FILE_SUFFIXES)
def test_every_type_can_be_written(published: Settings, tmp_path: Path, suffix: str) -> None:
    with connect(published) as snapshot:
        assert write_rows(snapshot, EVERYTHING, tmp_path / f"all{suffix}") == 1


def test_what_becomes_of_types_that_a_format_does_not_have(
    published: Settings, tmp_path: Path
) -> None:
    with connect(published) as snapshot:
        lines = csv_rows(snapshot, EVERYTHING)
        row = json.loads(json_rows(snapshot, EVERYTHING))
        write_rows(snapshot, EVERYTHING, tmp_path / "all.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "all.xlsx")
    names, values = book.get_sheet_by_index(0).to_python()
    assert lines.splitlines()[0].startswith("a b,list,structure")
    assert '1,"[1, 2]"' in lines
    assert "3 days" in lines
    assert (row["list"], row["days"], row["bytes"]) == ([1, 2], "3 days", "\\xAB")
    moment = dict(zip(names, values, strict=True))["moment"]
    assert str(moment) == "2026-02-01 04:00:00", "Shanghai time, as Excel has no zones"


def test_what_cannot_be_written_names_the_remedy(published: Settings, tmp_path: Path) -> None:
    with connect(published) as snapshot:
        with pytest.raises(PublishError, match=r"\.csv, \.json, \.parquet, \.xlsx"):
            write_rows(snapshot, "select 1", tmp_path / "rows.txt")
        for suffix in FILE_SUFFIXES:
            with pytest.raises(PublishError, match=f"mkdir -p {tmp_path / 'absent'}"):
                write_rows(snapshot, "select 1", tmp_path / "absent" / f"rows{suffix}")
            (tmp_path / f"folder{suffix}").mkdir()
            with pytest.raises(PublishError, match="cannot write"):
                write_rows(snapshot, "select 1", tmp_path / f"folder{suffix}")
        with pytest.raises(PublishError, match=r"1,048,575 rows .*remedy: --out .*big\.csv"):
            write_rows(snapshot, "from range(1048576)", tmp_path / "big.xlsx")


def test_refusals_name_the_remedy(published: Settings) -> None:
    with connect(published) as snapshot:
        with pytest.raises(QueryError, match="cast that column"):
            snapshot.polars("select interval 3 day")
        with pytest.raises(QueryError, match=r"no files; remedy: read the file with Polars"):
            snapshot.fetch("from read_csv('/etc/passwd')")
        with pytest.raises(QueryError, match="such as: from marts"):
            snapshot.fetch(" ")
