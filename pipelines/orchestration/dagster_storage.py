"""Where Dagster keeps its runs: its own SQLite storage, with less work for every single event.

A refresh has some thousand events. As shipped, Dagster opens a connection, makes the disk wait,
asks for the columns of its own table and builds an insert for each, and reads back what it wrote
a moment ago. `dagster.yaml` names `RunHistory`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import RLock
from typing import Any

import dagster as dg
from dagster import DagsterEventType, EventLogEntry, EventLogRecord
from dagster._core.event_api import EventLogCursor
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, PIPELINE_EVENTS
from dagster._core.storage.event_log.base import AssetEntry, AssetRecord
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import bindparam, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

_BUSY_SECONDS = 30
_OPEN_SHARDS = 8
"""A run has a file of its own; the UI reads many, a refresh writes two."""
_INSERT_EVENT = SqlEventLogStorageTable.insert()
_UPDATE_ASSET = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == bindparam("asset"))
_UPDATE_CHECK = AssetCheckExecutionsTable.update().where(
    AssetCheckExecutionsTable.c.asset_key == bindparam("asset"),
    AssetCheckExecutionsTable.c.check_name == bindparam("check"),
    AssetCheckExecutionsTable.c.run_id == bindparam("run"),
    AssetCheckExecutionsTable.c.partition.is_(None),
)
_INSERT_CHECK = AssetCheckExecutionsTable.insert().values(
    asset_key=bindparam("asset"), check_name=bindparam("check"), run_id=bindparam("run")
)
_MIRRORED = ASSET_EVENTS | ASSET_CHECK_EVENTS
"""Events that Dagster keeps twice: in the file of the run and in the one about all runs."""


class EventLog(SqliteEventLogStorage):
    """Dagster's event log; a killed process loses no event that was written, a power cut may."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: OrderedDict[str, Connection] = OrderedDict()
        self._tables: set[str] = set()
        self._has_index_columns: bool | None = None
        self._of_this_run: dict[dg.AssetKey, AssetRecord] = {}
        self._serialized = ""
        self._lock = RLock()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # The lock lets one thread in at a time, so threads may share the connection. Who asks for
        # it inside a transaction takes part in that one.
        with self._lock:
            connection = self._connection(shard)
            with nullcontext() if connection.in_transaction() else connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Dagster asks, through a new connection, before every event: once there, it stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event(self, event: EventLogEntry) -> None:
        """As Dagster does, with one insert that SQLAlchemy compiles once."""
        kind = event.dagster_event_type
        if kind in PIPELINE_EVENTS:
            self._of_this_run.clear()
            super().store_event(event)
            return
        row = self._event_to_row(event)
        self._serialized = str(row["event"])
        with self.run_connection(event.run_id) as connection:
            connection.execute(_INSERT_EVENT, row)
        if kind in _MIRRORED:
            with self.index_connection() as connection:
                event_id = connection.execute(_INSERT_EVENT, row).lastrowid
                if kind in ASSET_EVENTS:
                    self._store_asset_event_tags(connection, [event], [event_id])
                    self._store_asset_event(connection, event, event_id)
                if kind in ASSET_CHECK_EVENTS:
                    self.store_asset_check_event(event, event_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """As Dagster does, in one transaction of each file."""
        with self.run_connection(events[0].run_id), self.index_connection():
            super().store_event_batch(events)

    def get_asset_records(
        self, asset_keys: Sequence[dg.AssetKey] | None = None
    ) -> Sequence[AssetRecord]:
        """As Dagster does. It asks for each asset behind a new one: which this run just wrote."""
        known = [self._of_this_run.get(key) for key in asset_keys or []]
        written = [record for record in known if record]
        if written and len(written) == len(known):
            return written
        return super().get_asset_records(asset_keys)

    def fetch_materializations(
        self,
        records_filter: dg.AssetKey | dg.AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> dg.EventRecordsResult:
        """As Dagster does. For each check of a partition it asks for what this run just wrote."""
        if limit == 1 and cursor is None and isinstance(records_filter, dg.AssetRecordsFilter):
            key = records_filter.asset_key
            known = self._of_this_run.get(key)
            record = known.asset_entry.last_materialization_record if known else None
            asked = list(records_filter.asset_partitions or [])
            if record and asked and records_filter == dg.AssetRecordsFilter(key, asked):
                if record.partition_key is None:  # an asset without partitions has none of them
                    nowhere = EventLogCursor.from_storage_id(-1).to_string()
                    return dg.EventRecordsResult([], nowhere, has_more=False)
                if asked == [record.partition_key]:
                    position = EventLogCursor.from_storage_id(record.storage_id).to_string()
                    return dg.EventRecordsResult([record], position, has_more=True)
        return super().fetch_materializations(records_filter, limit, cursor, ascending)

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        while self._open:
            self._open.popitem()[1].close()

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        # Dagster tries an insert first, which succeeds once in an asset's life.
        key = event.get_dagster_event().asset_key
        if key is None:
            return
        has_columns = self._has_asset_key_index_cols_on_connection(conn)
        values = self._get_asset_entry_values(event, event_id, has_columns)
        there = (
            values and conn.execute(_UPDATE_ASSET, {"asset": key.to_string(), **values}).rowcount
        )
        if not there:
            super()._store_asset_event(conn, event, event_id)
        self._of_this_run.pop(key, None)
        if event.run_id and event.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION:
            record = EventLogRecord(storage_id=event_id, event_log_entry=event)
            entry = AssetEntry(asset_key=key, last_materialization_record=record)
            self._of_this_run[key] = AssetRecord(storage_id=event_id, asset_entry=entry)

    def _update_asset_check_evaluation(self, event: EventLogEntry, event_id: int | None) -> None:
        # Dagster writes the event out once more, and builds the update.
        found = event.get_dagster_event().asset_check_evaluation_data
        made = found.target_materialization_data
        told = {
            "asset": found.asset_key.to_string(),
            "check": found.check_name,
            "run": event.run_id,
            "execution_status": "SUCCEEDED" if found.passed else "FAILED",
            "evaluation_event": self._serialized,
            "evaluation_event_timestamp": self._event_insert_timestamp(event),
            "evaluation_event_storage_id": event_id,
            "materialization_event_storage_id": made.storage_id if made else None,
        }
        if found.partition is None:
            with self.index_connection() as connection:
                noted = connection.execute(_UPDATE_CHECK, told).rowcount
                if noted == 0:  # in a run of a partition, Dagster has planned the check for it
                    noted = connection.execute(_INSERT_CHECK, told).rowcount
            if noted == 1:
                return
        super()._update_asset_check_evaluation(event, event_id)

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        if self._has_index_columns is None:
            self._has_index_columns = super()._has_asset_key_index_cols_on_connection(conn)
        return self._has_index_columns

    def _connection(self, shard: str) -> Connection:
        connection = self._open.pop(shard, None)
        if connection is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=NullPool,
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _wait_less_for_the_disk)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            connection = engine.connect()
        self._open[shard] = connection
        if len(self._open) > _OPEN_SHARDS:
            self._open.popitem(last=False)[1].close()
        return connection


class RunHistory(DagsterSqliteStorage):
    """Runs, events and schedules below one folder, as `storage: sqlite` lays them out."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        plain = self._event_log_storage
        self._event_log_storage = EventLog(plain._base_dir)
        plain.dispose()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> RunHistory:
        """As Dagster asks for it, from the values in `dagster.yaml`."""
        return cls.from_local(inst_data=inst_data, **config_value)


def _wait_less_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")
