"""Copies a published version into a folder of Parquet files, for engines that read no DuckDB."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import duckdb

from pipelines.publishing.errors import PublishError, is_damage
from pipelines.publishing.reader import SnapshotConnection
from pipelines.publishing.sending import SentTable, tables_to_send

_BATCH_ROWS = 100_000
_BUILDING = ".building-"


def publish_to_parquet(
    snapshot: SnapshotConnection, folder: Path, *, with_personal: bool = False
) -> Path:
    """Write the open version as `folder/<version>/<schema>/<table>.parquet` and its manifest.

    A version is complete when its folder exists: it is built aside and renamed. `folder/current`
    then points to it. A version that is there already is not written again. Returns its folder.
    Personal columns (so marked in the data dictionary) are left out unless `with_personal`; the
    folder is then `<version>-personal`.

    Raises PublishError when the folder cannot be written, or a file holds another number of rows
    than the version, and BrokenVersionError; what was published there stays.
    """
    try:
        return _publish(snapshot, folder, with_personal)
    except (duckdb.Error, OSError) as error:
        if isinstance(error, duckdb.Error) or is_damage(error):
            raise snapshot.failure(error) from error
        raise PublishError(
            f"cannot write into {folder}: {error.strerror or error}; remedy: name a folder that "
            "this user may write, on a disk with room, and publish again"
        ) from error


def _publish(snapshot: SnapshotConnection, folder: Path, with_personal: bool) -> Path:
    target = folder / f"{snapshot.version}{'-personal' if with_personal else ''}"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(f"{_BUILDING}*"):
            _remove(leftover)
        building = folder / f"{_BUILDING}{secrets.token_hex(4)}"
        try:
            for table in tables_to_send(snapshot, with_personal=with_personal):
                rows = _write(snapshot, table, building)
                if rows != table.rows:
                    raise PublishError(
                        f"{table.name} was written with {rows} rows, the version has {table.rows}"
                    )
            snapshot.manifest.write(building)
            building.rename(target)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    link = folder / f"{_BUILDING}{secrets.token_hex(4)}"
    link.symlink_to(target.name)
    os.replace(link, folder / "current")
    return target


def _write(snapshot: SnapshotConnection, table: SentTable, building: Path) -> int:
    # Imported here: reading a snapshot needs no pyarrow.
    from pyarrow.parquet import ParquetWriter

    # From the root: pyarrow takes a name that begins with `name:` for an address.
    path = building.absolute() / table.schema / f"{table.table}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    reader = snapshot.query(table.select).to_arrow_reader(_BATCH_ROWS)
    rows = 0
    with ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _remove(leftover: Path) -> None:
    """Delete what a killed process left: a folder, or a link about to become `current`."""
    if leftover.is_symlink():
        leftover.unlink()
    else:
        shutil.rmtree(leftover)
