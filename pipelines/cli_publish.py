"""`siyu publish` and `siyu query`: the published snapshot, for people and for other systems."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_errors import readable_errors
from pipelines.publishing.reader import SnapshotConnection, connect
from pipelines.publishing.row_files import FILE_SUFFIXES, csv_rows, json_rows, write_rows
from pipelines.reporting import console
from pipelines.settings import current_settings

Version = Annotated[
    str | None, typer.Option(help="A kept version (see `siyu versions`); default the newest.")
]


class OutputFormat(StrEnum):
    """How `siyu query` and `siyu metric` print rows."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over customer_center.* and marts.*")],
    version: Version = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the rows; files: --out.")
    ] = OutputFormat.table,
    out: Annotated[
        Path | None,
        typer.Option(help=f"Write the rows into a file instead: {', '.join(FILE_SUFFIXES)}."),
    ] = None,
) -> None:
    """Query the published snapshot; works while a refresh runs."""
    with readable_errors(), connect(current_settings(), version) as snapshot:
        if out:
            rows = write_rows(snapshot, sql, out)
            console.success(f"{rows:,} rows of version {snapshot.version} are in {out}")
        else:
            print_result(snapshot, sql, output)


def print_result(snapshot: SnapshotConnection, sql: str, output: OutputFormat) -> None:
    """Print the rows of one SELECT. Raises QueryError."""
    if output is OutputFormat.table:
        columns, rows = snapshot.fetch(sql)
        caption = f"version {snapshot.version}, as of {snapshot.manifest.as_of}"
        console.print_rows(columns, rows, caption)
    elif output is OutputFormat.csv:
        sys.stdout.write(csv_rows(snapshot, sql))
    else:
        sys.stdout.write(json_rows(snapshot, sql))


def publish(
    to: Annotated[
        str,
        typer.Option(help="postgresql://user@host/database, or a folder for Parquet files."),
    ],
    version: Version = None,
    with_personal: Annotated[
        bool, typer.Option("--with-personal", help="Also the columns that name people.")
    ] = False,
) -> None:
    """Copy the published version into PostgreSQL, or into a folder of Parquet files."""
    from pipelines.publishing.parquet import publish_to_parquet
    from pipelines.publishing.postgres import READER_ROLE, hidden, publish_to_postgres

    if not to.strip():
        raise typer.BadParameter("it is empty", param_hint="--to")
    with readable_errors(), connect(current_settings(), version, follow=False) as snapshot:
        if "://" not in to:
            folder = publish_to_parquet(snapshot, Path(to), with_personal=with_personal)
            console.success(f"version {snapshot.version} is in {folder}")
            return
        copied = publish_to_postgres(snapshot, to, with_personal=with_personal)
        if not copied.is_new:
            console.success(f"{hidden(to)} shows version {copied.version} already")
            return
        rows = sum(table.rows for table in copied.tables)
        left_out = sum(len(table.left_out) for table in copied.tables)
        console.success(
            f"{hidden(to)} shows version {copied.version}: {len(copied.tables)} tables, "
            f"{rows:,} rows; {left_out} personal columns stayed behind; "
            f"grant {READER_ROLE} to who may read"
        )
