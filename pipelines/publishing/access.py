"""What makes a reader harmless: DuckDB's own locks, and a check of each statement.

The locks alone are not enough. DuckDB 2.0.0 adds the files of the open database to the paths that
stay reachable without external access, so on a read-only connection
`copy (select 1) to '<the database>' (use_tmp_file false)` overwrites the database itself, also
inside a common table expression. File permissions stop that, except for root. So only a SELECT
that copies nothing is run.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.errors import QueryError


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database file read-only, without the file system and with its settings locked.

    Raises duckdb.IOException when the file is absent or unreadable.
    """
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "enable_external_access": "false",
            "lock_configuration": "true",
            # DuckDB would spill beside the file, where nothing but the version may lie.
            "temp_directory": _spill_folder(),
        },
    )


def check_query(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> None:
    """Refuse everything but one statement that only reads.

    Raises QueryError for a refusal, duckdb.Error for text that is not SQL.
    """
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryError("no statement is in this text; such as: from marts.rpt_cohort limit 20")
    if len(statements) > 1:
        raise QueryError(f"one statement at a time, please: this text holds {len(statements)}")
    kind = statements[0].type
    if kind == duckdb.StatementType.MULTI:
        raise QueryError(
            "this statement creates temporary objects; a PIVOT needs its values named: "
            "pivot … on column in ('a', 'b') using …"
        )
    if kind != duckdb.StatementType.SELECT:
        raise QueryError(
            f"the published snapshot is read-only: {kind.name} is not possible, only SELECT "
            "(also WITH, FROM, VALUES, SHOW, DESCRIBE and SUMMARIZE)"
        )
    # Only a COPY spelled out at the top level can hide in a SELECT, so the plan is looked at
    # only when the word occurs.
    if "copy" in sql.lower():
        _check_plan(connection, sql, parameters)


def _check_plan(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any) -> None:
    plans = connection.execute(f"explain (format json) {sql}", parameters).fetchall()
    operators = {name for _, plan in plans for root in json.loads(plan) for name in _names(root)}
    if any("COPY" in operator for operator in operators):
        raise QueryError("the published snapshot is read-only: COPY is not possible, only SELECT")


def _names(node: dict[str, Any]) -> Iterator[str]:
    yield node["name"]
    for child in node.get("children", ()):
        yield from _names(child)


@cache
def _spill_folder() -> str:
    # One per process: DuckDB demands equal settings from all connections to one file.
    folder = tempfile.mkdtemp(prefix="siyu-spill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
