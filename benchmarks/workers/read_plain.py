"""Read one clean CSV and do nothing else: argument 1 `polars` or `duckdb`, 2 the file, 3 a folder.

Polars reads into memory, DuckDB into a table of a new database file. Both guess the types.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.workers.told import Clock, tell


def main(engine: str, file: Path, folder: Path) -> None:
    """The fastest that each engine can do with the file."""
    clock = Clock()
    if engine == "polars":
        with clock.running():
            rows = pl.read_csv(file, infer_schema_length=10_000).height
    else:
        database = folder / "plain.duckdb"
        database.unlink(missing_ok=True)
        with clock.running(), duckdb.connect(str(database)) as connection:
            connection.execute("create table plain as from read_csv($1)", [str(file)])
            [(rows,)] = connection.execute("select count(*) from plain").fetchall()
    tell(clock, rows_read=rows)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
