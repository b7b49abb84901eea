"""Whether a refresh may change its tables in place, and what an increment goes on from.

A refresh is an increment only if a finished one left tables of the same code, seeds and settings,
and if what came since is nothing but added files. Everything else is a full refresh, with the
reason. What an increment needs is kept in the schema `increment` and emptied only when a refresh
has succeeded: a killed one is repeated with the same news, or more, and ends in the same tables.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import duckdb

from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.identity.sql import scalar, transaction
from pipelines.orchestration.dbt_calls import dbt_variables
from pipelines.orchestration.fingerprint import files_fingerprint
from pipelines.settings import Settings

TABLES = {
    "consumed_files": "file_id bigint not null",
    "new_files": "file_id bigint not null",
    "touched_identifiers": "identifier_id bigint",
    "touched_order_ids": "platform varchar, order_id varchar",
    "touched_orders": "order_key varchar",
    "touched_touches": "touch_id varchar",
    "touched_conversions": "conversion_id varchar",
    "touched_customers": "customer_id bigint",
    "state": "name varchar not null, value varchar not null",
}
READ_BY_MODELS = {
    "touched_identifiers": "One row per identifier whose customer changed, any number of times.",
    "touched_order_ids": "One row per order number of a platform of which rows were delivered "
    "anew, any number of times.",
    "touched_orders": "One row per order that changed, or lines of it, any number of times.",
    "touched_touches": "One row per touch that changed, any number of times.",
    "touched_conversions": "One row per conversion of nobody known that changed, or a touch of it, "
    "any number of times.",
    "touched_customers": "One row per customer whose facts or identifiers changed, any number of "
    "times.",
}
"""Tables that models read, with what one row is."""
_RUN, _FULL_BECAUSE, _STAGED, _TOLD = "identity run", "full because", "staged", "told"
_CODE = {".py", ".sql", ".yml"}
_PRESENT = "select file_id from ledger.files where is_current and status = 'loaded'"
_CONSUMED = "select file_id from increment.consumed_files"
_NEW = f"({_PRESENT} except {_CONSUMED})"


@dataclass(frozen=True)
class Mode:
    """Full or increment, and why."""

    full_because: str | None
    """None: an increment."""
    new_files: int

    @property
    def is_full(self) -> bool:
        """Every table is built anew."""
        return self.full_because is not None

    def __str__(self) -> str:
        if self.full_because:
            return f"full: {self.full_because}"
        return f"increment: {self.new_files:,} new file{'' if self.new_files == 1 else 's'}"


def ensure_increment_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema `increment` and its tables where they are absent."""
    present = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'increment'"
    ).fetchall()
    if len(present) < len(TABLES):
        connection.execute("create schema if not exists increment")
        for name, columns in TABLES.items():
            connection.execute(f"create table if not exists increment.{name} ({columns})")


def demand_full(connection: duckdb.DuckDBPyConnection, reason: str) -> None:
    """Make the next refresh a full one."""
    ensure_increment_tables(connection)
    _note(connection, {_FULL_BECAUSE: reason})


def refresh_mode(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Mode:
    """What the refresh of this warehouse has to be; the same for both of its dbt builds."""
    ensure_increment_tables(connection)
    state = _state(connection)
    changed = [part for part, mark in _marks(settings).items() if state.get(part) != mark]
    gone = scalar(connection, f"select count(*) from ({_CONSUMED} except {_PRESENT})")
    reasons = {
        state.get(_FULL_BECAUSE, ""): _FULL_BECAUSE in state,
        "the first one": _RUN not in state,
        f"{' and '.join(changed)} changed": bool(changed),
        f"{gone:,} files were withdrawn": gone > 0,
    }
    return Mode(
        next((reason for reason, applies in reasons.items() if applies), None),
        scalar(connection, f"select count(*) from {_NEW}"),
    )


def begin(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Mode:
    """Note the news before anything is built. A full refresh stays one until it is finished."""
    mode = refresh_mode(settings, connection)
    with transaction(connection):
        _forget(connection, _STAGED)
        if mode.full_because:
            demand_full(connection, mode.full_because)
            connection.execute("delete from increment.consumed_files")
        connection.execute("delete from increment.new_files")
        connection.execute(f"insert into increment.new_files {_NEW}")
    return mode


def note_staged(connection: duckdb.DuckDBPyConnection) -> None:
    """Everything that the identity step reads is built from the news."""
    _note(connection, {_STAGED: "yes"})


def bind(connection: duckdb.DuckDBPyConnection) -> None:
    """Note, after the identity step, whose identifiers changed since the last finished refresh."""
    run = int(_state(connection).get(_RUN, 0))
    with transaction(connection):
        connection.execute("delete from increment.touched_identifiers")
        connection.execute(
            "insert into increment.touched_identifiers select distinct identifier_id "
            "from identity.identity_history where run_id > $1",
            [run],
        )
        connection.execute(
            "insert into increment.touched_customers select distinct customer_id "
            "from identity.identity_changed_customers where run_id > $1",
            [run],
        )


def finish(settings: Settings, connection: duckdb.DuckDBPyConnection, mode: Mode) -> None:
    """The tables hold all news: what comes next is an increment of them."""
    if _STAGED not in _state(connection):
        demand_full(connection, "models were built by themselves")
        return
    [(customers, run)] = connection.execute(
        "select (select count(distinct customer_id) from increment.touched_customers), "
        "(select coalesce(max(run_id), 0) from identity.identity_runs)"
    ).fetchall()
    told = str(mode) if mode.is_full else f"{mode}, {customers:,} customers"
    with transaction(connection):
        connection.execute("insert into increment.consumed_files from increment.new_files")
        for table in set(TABLES) - {"consumed_files"}:
            connection.execute(f"delete from increment.{table}")
        _note(connection, _marks(settings) | {_RUN: str(run), _TOLD: told})


def rules_fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) over code, seeds and settings: what changes figures without a new file."""
    marks = _marks(settings)
    text = "\n".join(marks[part] for part in ("code", "seeds", "settings"))
    return hashlib.sha256(text.encode()).hexdigest()


def last_refresh(connection: duckdb.DuckDBPyConnection) -> str:
    """What the last finished refresh was, such as "increment: 3 new files, 120 customers"."""
    return _state(connection).get(_TOLD, "none")


def _state(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select name, value from increment.state").fetchall())


def _note(connection: duckdb.DuckDBPyConnection, values: dict[str, str]) -> None:
    _forget(connection, *values)
    connection.execute(
        "insert into increment.state select unnest($1::varchar[]), unnest($2::varchar[])",
        [list(values), list(values.values())],
    )


def _forget(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    connection.execute(
        "delete from increment.state where name in (select unnest($1::varchar[]))", [list(names)]
    )


def _marks(settings: Settings) -> dict[str, str]:
    """What the tables are made of beside the delivered files, by a name for the log."""
    project, home = settings.dbt_project_folder, settings.home
    folders = [project / "models", project / "macros", home / "pipelines" / "attribution"]
    code = {path for folder in folders for path in folder.rglob("*") if path.suffix in _CODE}
    seeds = set((project / "seeds").rglob("*.csv"))
    erased = sorted(map(repr, read_decisions(decisions_file(settings)).erased))
    return {
        "code": files_fingerprint(home, code | {project / "dbt_project.yml"}),
        "seeds": files_fingerprint(home, seeds),
        "settings": " ".join(dbt_variables(settings)),
        "the forgotten people": hashlib.sha256("\n".join(erased).encode()).hexdigest(),
    }
