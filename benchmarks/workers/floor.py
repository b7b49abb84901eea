"""The floor: argument 1 a folder `<columns>/*.csv` of clean files, 2 a new DuckDB file.

DuckDB reads every file once, as text, writes its rows, and groups all of them once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.workers.told import tell


def main(folder: Path, database: Path) -> None:
    """The least that anything can do that keeps the rows and says how many belong together."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        tables = [_read(connection, width) for width in sorted(folder.iterdir())]
        every = " union all ".join(f"select c0 from {table}" for table in tables)
        [(rows, groups)] = connection.execute(
            f"select sum(n), count(*) from (select c0, count(*) as n from ({every}) group by c0)"
        ).fetchall()
    tell(rows=int(rows), groups=groups)


def _read(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """One table per number of columns. Broken records stay: a short one is padded."""
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(int(folder.name)))
    connection.execute(
        f"create table w{folder.name} as from read_csv('{folder}/*.csv', auto_detect = false, "
        f"columns = {{{columns}}}, delim = ',', quote = '\"', escape = '\"', header = false, "
        "null_padding = true, strict_mode = false, ignore_errors = true)"
    )
    return f"w{folder.name}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
