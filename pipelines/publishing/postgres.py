"""Copies a published version into PostgreSQL: loaded aside, counted, swapped in one transaction.

Readers of the target see the old version until the swap and the new one after it: the swap renames
schemas and waits for no query. ADBC streams the rows as binary COPY, without text in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.publishing.errors import PublishError
from pipelines.publishing.manifest import Column
from pipelines.publishing.reader import SnapshotConnection
from pipelines.publishing.relations import PUBLISHED_SCHEMAS
from pipelines.publishing.sending import SentTable, tables_to_send

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

READER_ROLE = "siyu_reader"
"""May read the published schemas and nothing else: grant it to the logins of BI tools."""

LOG_SCHEMA = "siyu"
LOADING, RETIRED = "__loading", "__retired"
SCHEMA_MARK = "Published by Siyu; replaced at each publish."

_LOCK = 0x51_59_55
"""Key of the advisory lock that one publisher holds at a time."""
_BATCH_ROWS = 100_000
_DROP_WAIT = "5s"
_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "HUGEINT": "numeric(38,0)",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TINYINT": "smallint",
    "VARCHAR": "text",
}


@dataclass(frozen=True)
class PostgresCopy:
    """What a publish to PostgreSQL did."""

    version: str
    is_new: bool
    """False: the target held this version already and nothing was done."""
    tables: tuple[SentTable, ...]


def publish_to_postgres(
    snapshot: SnapshotConnection, target: str, *, with_personal: bool = False
) -> PostgresCopy:
    """Copy the schemas `customer_center` and `marts` of the open version into `target`.

    `target` is a libpq address, `postgresql://user@host:port/database`. Personal columns (so marked
    in the data dictionary) are left out unless `with_personal`. The role `siyu_reader` is made when
    absent and may read what was published. What a killed publish left goes at the next one.

    Raises PublishError when the server cannot be reached, somebody else publishes, a schema of
    that name is not Siyu's, or a table arrives with another number of rows, BrokenVersionError
    when the version cannot be read; the target then shows what it showed before.
    """
    with _connected(target) as connection:
        if not _value(connection, f"select pg_try_advisory_lock({_LOCK})"):
            raise PublishError("another publish into this database is running; try again after it")
        _prepare(connection)
        if _published(connection) == (snapshot.version, with_personal):
            return PostgresCopy(snapshot.version, is_new=False, tables=())
        tables = tables_to_send(snapshot, with_personal=with_personal)
        for table in tables:
            arrived = _load(connection, snapshot, table)
            if arrived != table.rows:
                raise PublishError(
                    f"{table.name} arrived with {arrived} rows, the version has {table.rows}; "
                    "the target shows what it showed before"
                )
        _swap(connection, snapshot, with_personal)
        _drop_retired(connection)
    return PostgresCopy(snapshot.version, is_new=True, tables=tuple(tables))


@contextmanager
def _connected(target: str) -> Iterator[Connection]:
    # Imported here: the driver is needed by this verb alone.
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    if not target.startswith(("postgresql://", "postgres://")):
        raise PublishError(f"the target is postgresql://user@host/database, not {hidden(target)!r}")
    if target.partition("?")[0].count("@") > 1:  # its errors would quote the rest of the password
        raise PublishError(
            f"{hidden(target)} holds two @: write the one of the password as %40, or leave the "
            "password to ~/.pgpass"
        )
    try:
        connection = dbapi.connect(target)
    except Error as error:
        raise PublishError(
            f"cannot connect to {hidden(target)}: {str(error).strip()}\nremedy: see that the "
            "server runs there and lets this user in; passwords belong into ~/.pgpass"
        ) from None
    try:
        yield connection
    except Error as error:
        raise PublishError(
            f"PostgreSQL at {hidden(target)} says: {error}; it shows what it showed before"
        ) from error
    finally:
        connection.close()


def hidden(target: str) -> str:
    """The address without its password, for messages."""
    shown = re.sub(r"(://[^:/@?]*):[^?]*@", r"\1:***@", target)
    return re.sub(r"([?&]\w*password=)[^&]*", r"\1***", shown)


def _prepare(connection: Connection) -> None:
    """Log, reader role, and empty schemas to load into; nothing that readers see changes."""
    _run(connection, f"create schema if not exists {LOG_SCHEMA}")
    _run(
        connection,
        f"create table if not exists {LOG_SCHEMA}.published_versions (version text, as_of date, "
        "published_at timestamptz default now(), has_personal_columns boolean)",
    )
    if not _value(connection, f"select count(*) from pg_roles where rolname = '{READER_ROLE}'"):
        _run(connection, f"create role {READER_ROLE} nologin")
    for schema in PUBLISHED_SCHEMAS:
        comment = _value(
            connection,
            "select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace "
            f"where nspname = '{schema}'",
        )
        if comment not in (None, SCHEMA_MARK):
            raise PublishError(
                f"the database has a schema {schema!r} that Siyu did not make; publish into a "
                "database of its own, or rename that schema"
            )
        _run(connection, f"drop schema if exists {schema}{LOADING} cascade")
        _run(connection, f"create schema {schema}{LOADING}")
        _run(connection, f"comment on schema {schema}{LOADING} is {_literal(SCHEMA_MARK)}")
    connection.commit()
    _drop_retired(connection)


def _load(connection: Connection, snapshot: SnapshotConnection, table: SentTable) -> int:
    schema = f"{table.schema}{LOADING}"
    path = f"{schema}.{_quoted(table.table)}"
    declared = (f"{_quoted(c.name)} {_postgres_type(table.name, c)}" for c in table.columns)
    _run(connection, f"create table {path} ({', '.join(declared)})")
    try:
        reader = snapshot.query(table.select).to_arrow_reader(_BATCH_ROWS)
    except duckdb.Error as error:
        raise snapshot.failure(error) from error
    with connection.cursor() as cursor:
        cursor.adbc_ingest(table.table, reader, mode="append", db_schema_name=schema)
    for column in table.columns:
        text = table.texts.get(column.name)
        if text:
            said = _literal(f"{text.label_zh}: {text.description}")
            _run(connection, f"comment on column {path}.{_quoted(column.name)} is {said}")
    if table.description:
        _run(connection, f"comment on table {path} is {_literal(table.description)}")
    _run(connection, f"analyze {path}")
    connection.commit()
    return int(_value(connection, f"select count(*) from {path}"))


def _swap(connection: Connection, snapshot: SnapshotConnection, with_personal: bool) -> None:
    for schema in PUBLISHED_SCHEMAS:
        _run(connection, f"grant usage on schema {schema}{LOADING} to {READER_ROLE}")
        _run(
            connection,
            f"grant select on all tables in schema {schema}{LOADING} to {READER_ROLE}",
        )
        if _value(connection, f"select count(*) from pg_namespace where nspname = '{schema}'"):
            number = _value(connection, "select pg_current_xact_id()::text")
            _run(connection, f"alter schema {schema} rename to {schema}{RETIRED}_{number}")
        _run(connection, f"alter schema {schema}{LOADING} rename to {schema}")
    as_of = snapshot.manifest.as_of
    _run(
        connection,
        f"insert into {LOG_SCHEMA}.published_versions (version, as_of, has_personal_columns) "
        f"values ({_literal(snapshot.version)}, "
        f"{_literal(as_of.isoformat()) if as_of else 'null'}, {with_personal})",
    )
    connection.commit()


def _drop_retired(connection: Connection) -> None:
    """Drop replaced schemas; one that a long query still reads stays until the next publish."""
    from adbc_driver_manager import Error

    names = _rows(
        connection,
        f"select nspname from pg_namespace where nspname like '%{RETIRED}\\_%' "
        f"and obj_description(oid, 'pg_namespace') = {_literal(SCHEMA_MARK)}",
    )
    for (name,) in names:
        with suppress(Error):
            _run(connection, f"set local lock_timeout = '{_DROP_WAIT}'")
            _run(connection, f"drop schema {_quoted(name)} cascade")
            connection.commit()
            continue
        connection.rollback()


def _published(connection: Connection) -> tuple[str, bool] | None:
    """Version that the target shows, and whether with personal columns."""
    rows = _rows(
        connection,
        f"select version, has_personal_columns from {LOG_SCHEMA}.published_versions "
        "order by published_at desc limit 1",
    )
    schemas = _value(
        connection,
        "select count(*) from pg_namespace where nspname in ("
        + ", ".join(_literal(schema) for schema in PUBLISHED_SCHEMAS)
        + ")",
    )
    return rows[0] if rows and schemas == len(PUBLISHED_SCHEMAS) else None


def _postgres_type(name: str, column: Column) -> str:
    if column.type.endswith("[]"):
        item = Column(name=column.name, type=column.type.removesuffix("[]"))
        return _postgres_type(name, item) + "[]"
    if column.type.startswith("DECIMAL"):
        return column.type.replace("DECIMAL", "numeric")
    if column.type not in _TYPES:
        raise PublishError(f"{name}.{column.name} has type {column.type}, unknown to PostgreSQL")
    return _TYPES[column.type]


def _run(connection: Connection, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(connection: Connection, sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _value(connection: Connection, sql: str) -> Any:
    rows = _rows(connection, sql)
    return rows[0][0] if rows else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
