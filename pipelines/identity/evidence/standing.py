"""Identifiers that rules or people set apart: blocked, taken out, merged, split, erased."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from pipelines.identity.correct.decisions import Decisions, Identifier
from pipelines.identity.evidence.dictionary import COUNTS
from pipelines.identity.evidence.feeds import ERASED
from pipelines.identity.graph import Integers, distinct, union, without
from pipelines.identity.rules.seeds import Rules
from pipelines.identity.sql import fetch, staged, temporary

MERGE, SPLIT, TAKE_OUT = "merge", "split", "take_out"
"""The decisions that `identity_decided` holds."""
_BLOCKED_BY_DECISION = "somebody decided that it names nobody"


@dataclass(frozen=True)
class Standing:
    """Who is set apart now, by identifier id, and what changed with this run."""

    blocked: Integers
    taken_out: Integers
    erased: Integers
    """Forgotten with this run."""
    nobody: Integers
    """Identifiers that belong to no customer: blocked, absent or erased."""
    must: Integers
    """Pairs, two columns."""
    cannot: Integers
    decided_types: dict[int, str]
    """Types of the identifiers that these pairs name."""
    set_apart: Integers
    """Identifiers that were blocked or taken out, or no longer are."""
    paired: Integers
    """Identifiers of pairs that were merged or split by a decision, or no longer are."""


def update_standing(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    decisions: Decisions,
    came: Integers | None,
    erased: Integers,
) -> Standing:
    """Apply block list, patterns and decisions to the identifiers in `came` (None: to all).

    Keeps `identity_blocked` and `identity_decided` up to date.
    """
    blocked = _update_blocked(connection, rules, decisions, came)
    before, now, types = _update_decided(connection, decisions)
    gone_or_new = set(before) ^ set(now)
    apart = [a for decision, a, _ in gone_or_new if decision == TAKE_OUT]
    paired = [end for decision, *ends in gone_or_new if decision != TAKE_OUT for end in ends]
    (all_blocked,) = fetch(connection, "select identifier_id from identity.identity_blocked")
    (absent,) = fetch(connection, "select identifier_id from identity.identity_absent")
    return Standing(
        blocked=all_blocked,
        taken_out=_integers(a for decision, a, _ in now if decision == TAKE_OUT),
        erased=erased,
        nobody=union(all_blocked, absent, erased),
        must=_pairs(now, MERGE),
        cannot=_pairs(now, SPLIT),
        decided_types=types,
        set_apart=union(blocked, _integers(apart)),
        paired=_integers(paired),
    )


def erase(connection: duckdb.DuckDBPyConnection) -> tuple[Integers, Integers]:
    """Take the values of the table ERASED out of dictionary and evidence, for good.

    Returns the identifiers, and those that evidence linked with them.
    """
    (erased,) = fetch(
        connection,
        f"select identifier_id from identity.identifiers semi join {ERASED} "
        "using (identifier_type, identifier_value) order by identifier_id",
    )
    if not len(erased):
        return erased, erased
    with staged(connection, "gone", {"identifier_id": erased}):
        gone = "(select identifier_id from gone)"
        (ends,) = fetch(
            connection,
            f"""
            select unnest([identifier_id_a, identifier_id_b]) as identifier_id
            from identity.identity_edges
            where identifier_id_a in {gone} or identifier_id_b in {gone}
            """,
        )
        for table in ("identity_edges", "identity_unused_edges", "identity_derived_edges",
                      "identity_decided"):  # fmt: skip
            connection.execute(
                f"delete from identity.{table} "
                f"where identifier_id_a in {gone} or identifier_id_b in {gone}"
            )
        for table in ("identifiers", "identity_seen_earlier", "identity_absent",
                      "identity_derived_identifiers", "identity_blocked", "identity_guarded",
                      "identity_ambiguous", "identity_degrees"):  # fmt: skip
            connection.execute(f"delete from identity.{table} where identifier_id in {gone}")
    connection.execute("delete from identity.identity_state where name = $1", [COUNTS])
    return erased, without(ends, erased)


def identifier_frame(identifiers: Iterable[Identifier]) -> pl.DataFrame:
    """Identifiers as (identifier_type, identifier_value)."""
    return pl.DataFrame(
        sorted(identifiers),
        schema={"identifier_type": pl.String, "identifier_value": pl.String},
        orient="row",
    )


def _update_blocked(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    decisions: Decisions,
    came: Integers | None,
) -> Integers:
    """Return the identifiers whose block came or went."""
    among = "" if came is None else "semi join resolving_came using (identifier_id)"
    reasons = pl.concat(
        [
            identifier_frame(decisions.blocked).with_columns(reason=pl.lit(_BLOCKED_BY_DECISION)),
            rules.blocked_values.select("identifier_type", "identifier_value", "reason"),
        ]
    ).unique(["identifier_type", "identifier_value"], keep="first", maintain_order=True)
    by_pattern = _by_pattern(rules)
    with (
        temporary(connection, "resolving_blocked"),
        staged(connection, "block_values", reasons),
        staged(connection, "unblocked", identifier_frame(decisions.unblocked)),
        staged(connection, "resolving_came", {"identifier_id": [] if came is None else came}),
    ):
        connection.execute(
            f"""
            create temp table resolving_blocked as
            with known as (select * from identity.identifiers {among}),
            matched as (select *, {by_pattern} as reason from known),
            blocked as (
                select known.*, reason, 1 as place
                from known join block_values using (identifier_type, identifier_value)
                union all
                select *, 2 from matched where reason is not null
            )
            select identifier_id, min_by(reason, (place, reason)) as reason
            from blocked
            anti join identity.identity_absent using (identifier_id)
            anti join unblocked using (identifier_type, identifier_value)
            group by identifier_id
            """
        )
        replaced = (
            "true"
            if came is None
            else "identifier_id in (select identifier_id from resolving_came)"
        )
        kept = f"(select * from identity.identity_blocked where {replaced})"
        (changed,) = fetch(
            connection,
            f"""
            (select identifier_id from {kept} except select identifier_id from resolving_blocked)
            union all
            (select identifier_id from resolving_blocked except select identifier_id from {kept})
            """,
        )
        connection.execute(f"delete from identity.identity_blocked where {replaced}")
        connection.execute(
            "insert into identity.identity_blocked from resolving_blocked order by identifier_id"
        )
    return changed


def blocks_fingerprint(rules: Rules, decisions: Decisions) -> str:
    """SHA-256 (hex) over everything that blocks identifiers, or lets them be."""
    content = (
        sorted(rules.blocked_values.select("identifier_type", "identifier_value", "reason").rows()),
        sorted((row.identifier_type, row.pattern, row.reason) for row in rules.block_patterns),
        sorted(map(tuple, decisions.blocked)),
        sorted(map(tuple, decisions.unblocked)),
    )
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _by_pattern(rules: Rules) -> str:
    """In SQL: the reason of the first pattern that fits a value; null where none does.

    Literals: an expression that comes from a column is compiled anew for every row.
    """
    whens = [
        f"when identifier_type = {_literal(row.identifier_type)} "
        f"and regexp_full_match(identifier_value, {_literal(row.pattern)}) "
        f"then {_literal(row.reason)}"
        for row in sorted(rules.block_patterns, key=lambda row: (row.reason, row.pattern))
    ]
    return f"case {' '.join(whens)} end" if whens else "null::varchar"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_Decided = tuple[str, int, int]


def _update_decided(
    connection: duckdb.DuckDBPyConnection, decisions: Decisions
) -> tuple[list[_Decided], list[_Decided], dict[int, str]]:
    """Decisions about known identifiers in the last run and now, and the types of these."""
    before = connection.execute(
        "select decision, identifier_id_a, identifier_id_b from identity.identity_decided"
    ).fetchall()
    stated = [
        *((MERGE, a, b) for a, b in decisions.must_link),
        *((SPLIT, a, b) for a, b in decisions.cannot_link),
        *((TAKE_OUT, a, a) for a in sorted(decisions.taken_out)),
    ]
    if not stated and not before:
        return [], [], {}
    named = identifier_frame({end for _, *ends in stated for end in ends})
    with staged(connection, "named", named):
        known = {
            Identifier(*key): identifier
            for *key, identifier in connection.execute(
                "select identifier_type, identifier_value, identifier_id from identity.identifiers "
                "semi join named using (identifier_type, identifier_value)"
            ).fetchall()
        }
    now = [(decision, known[a], known[b]) for decision, a, b in stated if a in known and b in known]
    if set(now) != set(before):
        connection.execute("delete from identity.identity_decided")
        frame = pl.DataFrame(
            now, schema={"decision": pl.String, "a": pl.Int64, "b": pl.Int64}, orient="row"
        )
        with staged(connection, "decided", frame):
            connection.execute("insert into identity.identity_decided from decided")
    types = {number: identifier.identifier_type for identifier, number in known.items()}
    return before, now, types


def _pairs(decided: list[_Decided], kind: str) -> Integers:
    pairs = [ends for decision, *ends in decided if decision == kind]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _integers(values: Iterable[int]) -> Integers:
    return distinct(np.fromiter(values, dtype=np.int64))
