"""Where raw tables name people, as the contracts say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.exports.column import Column
from pipelines.exports.contract import Contract
from pipelines.exports.contract_files import Contracts

_MENTIONS = ("receiver_", "billing_", "remark_")
"""Columns about somebody whom the row need not be about."""
_RELATION_COLUMNS = {"follow_userid", "added_at"}
_RELATION = "_account || ':' || follow_userid || ':' || cast(added_at as varchar)"


@dataclass(frozen=True)
class IdentifierColumn:
    """A raw column that names a person."""

    name: str
    identifier_type: str
    value: str
    """SQL of its value."""
    clears: tuple[str, ...]
    """Raw columns that must be emptied with it."""
    is_list: bool = False
    """Several values, joined with commas."""
    is_own: bool = True
    """The row is about this person."""
    is_needed: bool = False
    """A row without it is no row."""


@dataclass(frozen=True)
class PersonalTable:
    """A raw table that names people, or belongs to rows that do."""

    name: str
    identifiers: tuple[IdentifierColumn, ...]
    names: tuple[str, ...]
    """Masked names of people, whoever they are."""
    record_keys: dict[str, str]
    """SQL by name: rows of any table that agree on one of these are about one thing."""


def personal_tables(contracts: Contracts) -> list[PersonalTable]:
    """Raw tables with rows about people, in the order of their names."""
    tables = [_table(name, owners) for name, owners in sorted(contracts.by_raw_table.items())]
    return [table for table in tables if table.identifiers or table.record_keys]


def _table(name: str, owners: Iterable[Contract]) -> PersonalTable:
    columns: dict[str, IdentifierColumn] = {}
    names: dict[str, None] = {}
    keys: dict[str, str] = {}
    for contract in owners:
        needed = {*contract.snapshot.key, *(c.name for c in contract.columns if c.required)}
        for column in contract.columns:
            if column.identifier_type is not None:
                found = _identifier_column(column, is_needed=column.name in needed)
                columns.setdefault(found.name, found)
            elif column.type in ("person_name", "account"):
                names |= dict.fromkeys(column.raw_columns)
            elif _is_order_id(column.name):
                keys[column.name] = column.name
        if contract.column_by_name.keys() >= _RELATION_COLUMNS:
            keys["wecom_follow_relation"] = _RELATION
    if name == "raw_wecom.customers":
        columns["follow_userid"] = IdentifierColumn(
            "follow_userid", "wecom_follow_relation", _RELATION, clears=(), is_needed=True
        )
    return PersonalTable(name, tuple(columns.values()), tuple(names), keys)


def _identifier_column(column: Column, *, is_needed: bool) -> IdentifierColumn:
    raw = tuple(column.raw_columns)
    name = next(n for n in raw if n in (column.name, f"{column.name}_key", f"{column.name}_keys"))
    return IdentifierColumn(
        name=name,
        identifier_type=str(column.identifier_type),
        value=name,
        clears=raw,
        is_list=column.type == "phone_list",
        is_own=not column.name.startswith(_MENTIONS),
        is_needed=is_needed,
    )


def _is_order_id(name: str) -> bool:
    """`order_id_tmall` and `main_order_id_douyin`; other ids of orders name parts of them."""
    return name.startswith(("order_id_", "main_order_id_"))
