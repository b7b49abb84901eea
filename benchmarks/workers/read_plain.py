"""Read one clean CSV and do nothing else: argument 1 the engine, 2 the file, 3 a folder.

`polars` reads into memory, `polars+store` puts what it read into a table of a new DuckDB file, and
`duckdb` reads into such a table itself. All guess the types.
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
    database = folder / "plain.duckdb"
    database.unlink(missing_ok=True)
    with clock.running():
        if engine == "duckdb":
            rows = _stored(database, "read_csv($1)", [str(file)])
        else:
            frame = pl.read_csv(file, infer_schema_length=10_000)
            rows = frame.height
            if engine == "polars+store":
                rows = _stored(database, "frame", frame=frame)
    tell(clock, rows_read=rows)


def _stored(
    database: Path, source: str, values: list[str] | None = None, **frames: pl.DataFrame
) -> int:
    """Rows of the table made from a source, which is a DuckDB expression or a frame's name."""
    with duckdb.connect(str(database)) as connection:
        for name, frame in frames.items():
            connection.register(name, frame.to_arrow(compat_level=pl.CompatLevel.newest()))
        connection.execute(f"create table plain as from {source}", values)
        [(rows,)] = connection.execute("select count(*) from plain").fetchall()
    return int(rows)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
