"""Erasing people: from identity, from the raw tables, and from what comes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipelines.exports.contract_files import Contracts
from pipelines.identity.correct.corrections import Desk, Resolve, try_change
from pipelines.identity.correct.decision_file import append_decisions
from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.identity.correct.effect import Effect
from pipelines.identity.explain.subjects import Customer, Finder
from pipelines.identity.rules.seeds import Rules
from pipelines.identity.rules.values import is_hashed
from pipelines.privacy.erase_rows import ForgottenRows
from pipelines.privacy.forget import forget_rows, remember_checked
from pipelines.privacy.tombstones import tombstone

_DERIVED = ("int_identity__derived_sightings", "int_identity__derived_evidence")


@dataclass(frozen=True)
class Erasure:
    """Who is to be forgotten."""

    customers: tuple[int, ...]
    identifiers: tuple[Identifier, ...]
    """As the warehouse stores them."""
    shared: tuple[Identifier, ...]
    """Of the customers in one period and of others in another: they stay."""
    tombstones: tuple[Decision, ...]
    """What is written down."""
    decisions: Decisions
    """Those of before."""


@dataclass(frozen=True)
class Erased:
    """What an erasure takes away."""

    effect: Effect
    rows: ForgottenRows


def plan_erasure(desk: Desk, people: Sequence[str]) -> Erasure:
    """All identifiers of the people that are named; see `Finder.find` for how.

    An identifier that belongs to nobody, or that no file has named yet, is forgotten by itself.
    """
    customers: dict[int, None] = {}
    identifiers: dict[Identifier, None] = {}
    for text in people:
        owners = _owners(desk.finder, text)
        customers |= dict.fromkeys(owners)
        if not owners:
            identifiers[desk.finder.find_identifier(text)] = None
    of_customers, shared = _identifiers_of(desk.finder.connection, list(customers))
    identifiers |= dict.fromkeys(of_customers)
    first = desk.new(DecisionKind.ERASE)
    return Erasure(
        customers=tuple(customers),
        identifiers=tuple(identifiers),
        shared=tuple(shared),
        tombstones=tuple(
            replace(first, decision_id=first.decision_id + number, a=_tombstone(desk, identifier))
            for number, identifier in enumerate(identifiers)
        ),
        decisions=desk.decisions,
    )


def erase(
    connection: duckdb.DuckDBPyConnection,
    resolve: Resolve,
    rules: Rules,
    erasure: Erasure,
    contracts: Contracts,
    *,
    file: Path | None,
) -> Erased:
    """What an erasure takes away; with `file` it is written there and done.

    The file is written before the commit: a process killed between the two leaves tombstones with
    which the next refresh takes the rows out.
    """
    taken: list[ForgottenRows] = []
    # The engine looks for values as they are stored; only tombstones are written down.
    plain = [
        replace(decision, a=identifier)
        for decision, identifier in zip(erasure.tombstones, erasure.identifiers, strict=True)
    ]

    def change_rows() -> None:
        _empty_derived(connection, erasure.identifiers)
        taken.append(forget_rows(connection, contracts, erasure.identifiers))

    def keep() -> None:
        assert file is not None
        append_decisions(file, erasure.tombstones)
        remember_checked(connection, erasure.decisions.with_added(erasure.tombstones))

    effect = try_change(
        connection,
        resolve,
        (rules, erasure.decisions),
        (rules, erasure.decisions.with_added(plain)),
        change_rows=change_rows,
        keep=keep if file is not None else None,
    )
    return Erased(effect, taken[0])


def _owners(finder: Finder, text: str) -> list[int]:
    """The customers that a text names: of an identifier those of all its periods."""
    known = finder.look_up(text)
    if known is None:
        return []
    if isinstance(known, Customer):
        return [known.customer_id]
    rows = finder.connection.execute(
        "select customer_id from identity.identity_map where identifier_id = $1 "
        "order by valid_from desc limit 1",
        [known.identifier_id],
    ).fetchall()
    return [row[0] for row in rows]


def _identifiers_of(
    connection: duckdb.DuckDBPyConnection, customers: list[int]
) -> tuple[list[Identifier], list[Identifier]]:
    """Identifiers of the customers alone, and those that others hold in another period."""
    rows = connection.execute(
        """
        select i.identifier_type, i.identifier_value,
            bool_and(m.customer_id in (select unnest($1::bigint[]))) as is_theirs_alone
        from identity.identity_map m join identity.identifiers i using (identifier_id)
        where m.identifier_id in (
            select identifier_id from identity.identity_map
            where customer_id in (select unnest($1::bigint[])))
        group by all order by 1, 2
        """,
        [customers],
    ).fetchall()
    alone = [Identifier(*row[:2]) for row in rows if row[2]]
    return alone, [Identifier(*row[:2]) for row in rows if not row[2]]


def _tombstone(desk: Desk, identifier: Identifier) -> Identifier:
    normaliser = desk.finder.types[identifier.identifier_type].normaliser
    return tombstone(identifier, is_hashed=is_hashed(normaliser), key=desk.finder.key)


def _empty_derived(
    connection: duckdb.DuckDBPyConnection, identifiers: Sequence[Identifier]
) -> None:
    """Evidence that is joined across files is compared as a whole: it must not bring them back."""
    present = connection.execute(
        "select table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'intermediate' "
        "and table_name in (select unnest($1)) and table_name in "
        "(select table_name from duckdb_tables()) group by all",
        [list(_DERIVED)],
    ).fetchall()
    values = [identifier.identifier_value for identifier in identifiers]
    for table, columns in present:
        for column in columns:
            if column.startswith("identifier_value"):
                connection.execute(
                    f"delete from intermediate.{table} "
                    f"where {column} in (select unnest($1::varchar[]))",
                    [values],
                )
