"""Where Dagster keeps its runs: its own SQLite storage, with less work for every single event.

A refresh has some thousand events. As shipped, Dagster opens a connection, makes the disk wait,
asks for the columns of its own table and builds an insert for each, and reads back what it wrote
a moment ago. `dagster.yaml` names `RunHistory`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

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
_MIRRORED = ASSET_EVENTS | ASSET_CHECK_EVENTS
"""Events that Dagster keeps twice: in the file of the run and in the one about all runs."""


class EventLog(SqliteEventLogStorage):
    """Dagster's event log; a killed process loses no event that was written, a power cut may."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        self._has_index_columns: bool | None = None
        self._of_this_run: dict[dg.AssetKey, AssetRecord] = {}
        self._serialized = ""
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # Dagster's lock lets one thread in at a time, so threads may share the connection.
        with self._db_lock, self._engine(shard).begin() as connection:
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
            partitions = [record.partition_key or ""] if record else []
            if record and records_filter == dg.AssetRecordsFilter(key, partitions):
                position = EventLogCursor.from_storage_id(record.storage_id).to_string()
                return dg.EventRecordsResult([record], position, has_more=True)
        return super().fetch_materializations(records_filter, limit, cursor, ascending)

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()

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
        with self.index_connection() as connection:
            if found.partition is None and connection.execute(_UPDATE_CHECK, told).rowcount == 1:
                return
        super()._update_asset_check_evaluation(event, event_id)

    def _has_asset_key_index_cols_on_connection(self, conn: Connection) -> bool:
        if self._has_index_columns is None:
            self._has_index_columns = super()._has_asset_key_index_cols_on_connection(conn)
        return self._has_index_columns

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _wait_less_for_the_disk)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine
        if len(self._engines) > _OPEN_SHARDS:
            self._engines.popitem(last=False)[1].dispose()
        return engine


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
