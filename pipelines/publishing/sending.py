"""What of a published version goes to other systems: its tables, without personal columns."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.publishing.errors import PublishError
from pipelines.publishing.manifest import Column
from pipelines.publishing.reader import SnapshotConnection

DICTIONARY = "marts.rpt_data_dictionary"


@dataclass(frozen=True)
class ColumnText:
    """What the data dictionary says of one column."""

    description: str
    label_zh: str
    table_description: str
    is_personal: bool


@dataclass(frozen=True)
class SentTable:
    """One table as it is sent."""

    schema: str
    table: str
    rows: int
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    """Personal columns that stay behind."""
    texts: dict[str, ColumnText]
    """By column."""

    @property
    def name(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.table}"

    @property
    def description(self) -> str | None:
        """What one row is."""
        return next((text.table_description for text in self.texts.values()), None)

    @property
    def select(self) -> str:
        """SQL of its rows and sent columns, over the published version."""
        columns = ", ".join(f'"{column.name}"' for column in self.columns)
        return f'select {columns} from "{self.schema}"."{self.table}"'


def tables_to_send(snapshot: SnapshotConnection, *, with_personal: bool) -> list[SentTable]:
    """Tables of the open version, without the columns that the data dictionary marks as personal.

    A column that the dictionary does not describe counts as personal. A table of which no column
    is left is not sent. `with_personal` sends everything.

    Raises PublishError when the version has no data dictionary.
    """
    texts = _texts(snapshot)
    tables = []
    for name, table in snapshot.manifest.tables.items():
        known = {c.name: texts[name, c.name] for c in table.columns if (name, c.name) in texts}
        sent = tuple(
            column
            for column in table.columns
            if with_personal or (column.name in known and not known[column.name].is_personal)
        )
        if sent:
            schema, _, short = name.partition(".")
            left_out = tuple(column.name for column in table.columns if column not in sent)
            tables.append(SentTable(schema, short, table.rows, sent, left_out, known))
    return tables


def _texts(snapshot: SnapshotConnection) -> dict[tuple[str, str], ColumnText]:
    if DICTIONARY not in snapshot.manifest.tables:
        raise PublishError(
            f"version {snapshot.version} has no {DICTIONARY}, so its personal columns are not "
            "known; remedy: make refresh, or send a newer version"
        )
    _, rows = snapshot.fetch(
        "select table_schema || '.' || table_name, column_name, description, label_zh, "
        f"table_description, is_personal from {DICTIONARY}"
    )
    return {(row[0], row[1]): ColumnText(*row[2:]) for row in rows}
