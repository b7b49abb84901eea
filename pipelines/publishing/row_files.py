"""Rows of a question for other programs: CSV, JSON lines, Parquet, Excel.

None of these holds every type of DuckDB. What a format cannot hold is written as the text that
DuckDB shows: lists and structures in CSV and Excel, intervals and bytes everywhere.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publishing.errors import PublishError
from pipelines.publishing.reader import SnapshotFile
from pipelines.settings import LOCAL_TIME_ZONE

if TYPE_CHECKING:
    import polars

FILE_SUFFIXES = (".csv", ".json", ".parquet", ".xlsx")
_NO_FORMAT = ("INTERVAL", "BLOB", "BIT", "TIME WITH TIME ZONE", "VARIANT")
"""Types, also inside of others, that some format or Polars does not take."""
_NESTED = ("STRUCT", "MAP", "UNION")
_SHEET_ROWS = 1_048_575
"""Rows of an Excel sheet below its headers."""


def csv_rows(snapshot: SnapshotFile, sql: str) -> str:
    """The rows of one SELECT as CSV below a line of headers. Raises QueryError."""
    return _rows(snapshot, sql, flat=True).write_csv()


def json_rows(snapshot: SnapshotFile, sql: str) -> str:
    """The rows of one SELECT as JSON, one object a line. Raises QueryError."""
    return _rows(snapshot, sql).write_ndjson()


def write_rows(snapshot: SnapshotFile, sql: str, path: Path) -> int:
    """Write the rows of one SELECT into a file, by the ending of its name; how many there are.

    Raises QueryError for the statement and PublishError for the file.
    """
    suffix = path.suffix.lower()
    if suffix not in FILE_SUFFIXES:
        raise PublishError(
            f"cannot write {path.name}: the name ends in one of {', '.join(FILE_SUFFIXES)}"
        )
    if not path.parent.is_dir():
        raise PublishError(
            f"cannot write {path}: there is no such folder; remedy: mkdir -p {path.parent}"
        )
    rows = _rows(snapshot, sql, flat=suffix in (".csv", ".xlsx"))
    try:
        if suffix == ".csv":
            rows.write_csv(path, include_bom=True)  # Excel reads Chinese from it
        elif suffix == ".json":
            rows.write_ndjson(path)
        elif suffix == ".parquet":
            rows.write_parquet(path)
        else:
            _write_excel(rows, path)
    except OSError as error:
        raise PublishError(f"cannot write {path}: {error}") from None
    return rows.height


def _write_excel(rows: polars.DataFrame, path: Path) -> None:
    import polars

    if rows.height > _SHEET_ROWS:
        raise PublishError(
            f"cannot write {path}: a sheet holds {_SHEET_ROWS:,} rows and these are "
            f"{rows.height:,}; remedy: --out {path.with_suffix('.csv')}, or a condition"
        )
    zoned = polars.selectors.datetime(time_zone="*")
    local = rows.with_columns(  # Excel knows no time zones
        zoned.dt.convert_time_zone(LOCAL_TIME_ZONE.key).dt.replace_time_zone(None)
    )
    book = io.BytesIO()  # to a path, errors would be xlsxwriter's own
    local.write_excel(book, autofit=True, freeze_panes=(1, 0))
    path.write_bytes(book.getvalue())


def _rows(snapshot: SnapshotFile, sql: str, *, flat: bool = False) -> polars.DataFrame:
    """The rows with columns that the format takes; `flat`: it takes no lists and structures."""
    relation = snapshot.query(sql)
    as_text = [_is_text_in_files(str(kind), flat=flat) for kind in relation.types]
    if any(as_text):
        names = ['"' + name.replace('"', '""') + '"' for name in relation.columns]
        relation = relation.project(
            ", ".join(
                f"cast(#{number} as varchar) as {name}" if told else f"#{number} as {name}"
                for number, (name, told) in enumerate(zip(names, as_text, strict=True), start=1)
            )
        )
    return snapshot.frame(relation)


def _is_text_in_files(kind: str, *, flat: bool) -> bool:
    if any(name in kind for name in _NO_FORMAT):
        return True
    return flat and (kind.endswith("]") or kind.startswith(_NESTED))
