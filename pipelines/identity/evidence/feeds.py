"""Reads the evidence feeds into the dictionary and the edges: strings to integers, once.

An increment reads the rows of new files; a rebuild reads all. What joins across files found
(derived evidence) is small and compared whole. Works in temporary tables of the caller's
transaction; strings never leave SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import duckdb
import numpy as np

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.evidence.dictionary import NAMED, extend_dictionary, note_presence
from pipelines.identity.graph import Integers, union
from pipelines.identity.rules.seeds import Rules
from pipelines.identity.sql import fetch, get_state, scalar, set_state, staged, temporary
from pipelines.identity.tables import VALUE_MD5

_SIGHTINGS = "intermediate.int_identity__sightings"
_EVIDENCE = "intermediate.int_identity__evidence"
_DERIVED_SIGHTINGS = "intermediate.int_identity__derived_sightings"
_DERIVED_EVIDENCE = "intermediate.int_identity__derived_evidence"
_ROW = """rule_id, identifier_value_a, identifier_value_b, source, first_seen_at, last_seen_at,
    file_id, line_number"""
_DERIVED = (
    f"(select {_ROW} from {_DERIVED_EVIDENCE} union all select {_ROW} from "
    "identity.predicted_evidence)"
)
_KEY = "identifier_id_a, identifier_id_b, rule_id, source"
_EDGE = f"{_KEY}, first_at, last_at, evidence_count, file_id, line_number"
ERASED = "resolving_erased"
"""Values (identifier_type, identifier_value) of forgotten people, staged by the caller."""


@dataclass(frozen=True)
class Files:
    """What the ledger holds, against what the edges are made of."""

    unread: frozenset[int]
    """Present and not yet in the edges."""
    withdrawn: frozenset[int]
    """In the edges and no longer present."""


@dataclass(frozen=True)
class News:
    """What reading changed."""

    changed: Integers
    """Identifiers whose edges or presence changed; after a rebuild not complete."""
    came: Integers
    """Of these, the ones that are new, came back or went."""
    added: int
    """How many identifiers are new to the dictionary."""


def list_files(connection: duckdb.DuckDBPyConnection) -> Files:
    """Compare the ledger with the files that were read."""
    present = _ids(
        connection, "select file_id from ledger.files where is_current and status = 'loaded'"
    )
    consumed = _ids(connection, "select file_id from identity.identity_consumed_files")
    return Files(present - consumed, consumed - present)


def derived_fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """Changes when a row of the derived evidence does; the order of rows plays no part."""
    return repr(
        [
            connection.execute(
                "select count(*), sum(md5_number_lower(t::varchar)::hugeint), "
                f"sum(md5_number_upper(t::varchar)::hugeint) from {table} as t"
            ).fetchall()
            for table in (_DERIVED_SIGHTINGS, _DERIVED)
        ]
    )


def read_evidence(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    files: Collection[int] | None,
    *,
    with_derived: bool,
) -> News:
    """Take up the rows of `files` (None: of every present file, in place of all edges).

    `with_derived` reads the derived evidence anew too. Values in the table ERASED stay out.

    Raises IdentityInputError for a rule or an identifier type that the rules do not know.
    """
    rebuild = files is None
    with (
        temporary(connection, "resolving_rows", "resolving_values", NAMED, "resolving_pairs"),
        staged(connection, "resolving_rules", rules.rule_table),
    ):
        _stage_rows(connection, files, with_derived=with_derived)
        _check(connection)
        _stage_values(connection, rules, files, with_derived=with_derived)
        key = _key_values(connection)
        added = extend_dictionary(connection, "resolving_values")
        moved = note_presence(connection, rebuild=rebuild, with_derived=with_derived)
        linked = _take_up_pairs(connection, key, rebuild=rebuild, with_derived=with_derived)
    _note_files(connection, files)
    return News(union(moved, linked), moved, added)


def _ids(connection: duckdb.DuckDBPyConnection, query: str) -> frozenset[int]:
    return frozenset(row[0] for row in connection.execute(query).fetchall())


def _of_files(files: Collection[int] | None) -> str:
    """Literals, so that the views behind the feeds read the rows of these files alone."""
    if files is None:
        return "true"
    return f"file_id in ({', '.join(map(str, sorted(files)))})" if files else "false"


def _stage_rows(
    connection: duckdb.DuckDBPyConnection, files: Collection[int] | None, *, with_derived: bool
) -> None:
    """`resolving_rows`: pairs of values, with the types that their rule gives them."""
    derived = f"union all select {_ROW}, true from {_DERIVED}" if with_derived else ""
    connection.execute(
        f"""
        create temp table resolving_rows as
        select e.*, r.identifier_type_a, r.identifier_type_b
        from (
            select {_ROW}, false as is_derived from {_EVIDENCE} where {_of_files(files)} {derived}
        ) e
        left join resolving_rules r using (rule_id)
        """
    )
    for end in ("a", "b"):
        connection.execute(
            f"delete from resolving_rows r using {ERASED} x "
            f"where x.identifier_type = r.identifier_type_{end} "
            f"and x.identifier_value = r.identifier_value_{end}"
        )


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    unknown = connection.execute(
        "select distinct rule_id, source from resolving_rows where identifier_type_a is null "
        "order by all"
    ).fetchall()
    if unknown:
        names = ", ".join(f"{rule} (from {source})" for rule, source in unknown)
        raise IdentityInputError(
            f"evidence names rules that the seed identity_rules does not list: {names}; add a row "
            "for each, with is_active false if it must join nobody"
        )
    both = connection.execute(
        "select rule_id, source from resolving_rows group by all "
        "having bool_or(is_derived) and not bool_and(is_derived) order by all"
    ).fetchall()
    if both:
        names = ", ".join(f"{rule} from {source}" for rule, source in both)
        raise IdentityInputError(
            f"rule and source stand in the evidence of rows and in the derived evidence: {names}; "
            "give one of the two another source name"
        )


def _stage_values(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    files: Collection[int] | None,
    *,
    with_derived: bool,
) -> None:
    """`resolving_values`: every value that the staged evidence names, with keys of their own."""
    sighted = "identifier_type, identifier_value, seen_at"
    derived = f"union all select {sighted}, true from {_DERIVED_SIGHTINGS}" if with_derived else ""
    connection.execute(
        f"""
        create temp table resolving_values as
        select identifier_type, identifier_value, min(seen_at) as first_seen_at,
            not bool_and(is_derived) as in_files, {VALUE_MD5} as value_md5,
            {_key_with(0, "identifier_type", "identifier_value")} as value_key
        from (
            select {sighted}, false as is_derived from {_SIGHTINGS} where {_of_files(files)}
            {derived}
            union all
            select identifier_type_a, identifier_value_a, first_seen_at, is_derived
            from resolving_rows
            union all
            select identifier_type_b, identifier_value_b, first_seen_at, is_derived
            from resolving_rows
        )
        anti join {ERASED} using (identifier_type, identifier_value)
        where identifier_value <> ''
        group by identifier_type, identifier_value
        """
    )
    unknown = connection.execute(
        "select distinct identifier_type from resolving_values "
        "where identifier_type not in (select unnest(?::varchar[])) order by all",
        [list(rules.identifier_types)],
    ).fetchall()
    if unknown:
        raise IdentityInputError(
            "identifiers are of types that the seed identity_identifier_types does not list: "
            f"{', '.join(name for (name,) in unknown)}; add a row for each"
        )


def _take_up_pairs(
    connection: duckdb.DuckDBPyConnection,
    key: Callable[[str, str], str],
    *,
    rebuild: bool,
    with_derived: bool,
) -> Integers:
    """Bring `identity_edges` up to date with the staged rows; return the ends of what changed."""
    connection.execute(
        f"""
        create temp table resolving_pairs as
        select * exclude (earliest), earliest.file_id as file_id,
            earliest.line_number as line_number
        from (
            select a.identifier_id as identifier_id_a, b.identifier_id as identifier_id_b,
                rule_id, source, is_derived, min(r.first_seen_at) as first_at,
                max(r.last_seen_at) as last_at, count(*) as evidence_count,
                min({{'at': coalesce(r.first_seen_at, timestamp 'infinity'),
                    'file_id': file_id, 'line_number': line_number}}) as earliest
            from resolving_rows r
            join {NAMED} a
                on a.value_key = {key("r.identifier_type_a", "r.identifier_value_a")}
            join {NAMED} b
                on b.value_key = {key("r.identifier_type_b", "r.identifier_value_b")}
            where a.identifier_id <> b.identifier_id
                -- All that is left, and nothing else, is in NAMED.
                and r.identifier_value_a <> '' and r.identifier_value_b <> ''
            group by all
        )
        """
    )
    if rebuild:
        connection.execute("delete from identity.identity_edges")
        connection.execute("delete from identity.identity_derived_edges")
        _insert(connection, "resolving_pairs")
        connection.execute(
            f"insert into identity.identity_derived_edges select {_KEY} from resolving_pairs "
            "where is_derived"
        )
        return np.empty(0, dtype=np.int64)
    ends = [_add_pairs(connection)]
    if with_derived:
        ends.append(_compare_derived(connection))
    return np.concatenate(ends)


def _key_values(connection: duckdb.DuckDBPyConnection) -> Callable[[str, str], str]:
    """Let no two staged values share a `value_key`; how to make it of a type and a value, in SQL.

    Joining by such a number takes a fraction of the time that joining by the strings does.
    """
    salt, is_unique = 0, "select count(*) = count(distinct value_key) from resolving_values"
    while not scalar(connection, is_unique):
        salt += 1
        key = _key_with(salt, "identifier_type", "identifier_value")
        connection.execute(f"update resolving_values set value_key = {key}")
    return partial(_key_with, salt)


def _key_with(salt: int, identifier_type: str, value: str) -> str:
    # hash() of two texts may be the same whatever is hashed along with them, so that only the first
    # try goes without md5, which takes longer.
    return f"hash({identifier_type}, {f'md5_number({value}), {salt}' if salt else value})"


def _insert(connection: duckdb.DuckDBPyConnection, edges: str) -> None:
    """Add edges that are not there, with ids of their own."""
    last = int(get_state(connection).get("highest_edge_id", 0))
    added = scalar(
        connection,
        f"insert into identity.identity_edges select {_EDGE}, $1 + row_number() over () "
        f"from {edges}",
        [last],
    )
    set_state(connection, {"highest_edge_id": str(last + added)})


def _add_pairs(connection: duckdb.DuckDBPyConnection) -> Integers:
    """Add rows of files to the edges: to an edge that is there, or as a new one."""
    # Merged and written anew: an edge that is there gives way to what both say together.
    connection.execute(
        f"""
        create temp table resolving_merged as
        select {_KEY}, least(e.first_at, p.first_at) as first_at,
            greatest(e.last_at, p.last_at) as last_at,
            e.evidence_count + p.evidence_count as evidence_count,
            least({_place("e")}, {_place("p")}) as earliest, e.edge_id
        from identity.identity_edges e
        join (select * from resolving_pairs where not is_derived) p using ({_KEY})
        """
    )
    connection.execute(
        "delete from identity.identity_edges e using resolving_merged m where "
        + " and ".join(f"e.{column} = m.{column}" for column in _KEY.split(", "))
    )
    connection.execute(
        f"""
        insert into identity.identity_edges
        select {_KEY}, first_at, last_at, evidence_count, earliest.file_id, earliest.line_number,
            edge_id
        from resolving_merged
        """
    )
    _insert(
        connection,
        f"(from resolving_pairs anti join resolving_merged using ({_KEY}) where not is_derived)",
    )
    connection.execute("drop table resolving_merged")
    return _ends(connection, "(select * from resolving_pairs where not is_derived)")


def _place(edge: str) -> str:
    """Where the earliest evidence of an edge stands; compares by time, then file and line."""
    return (
        f"{{'at': coalesce({edge}.first_at, timestamp 'infinity'), 'file_id': {edge}.file_id, "
        f"'line_number': {edge}.line_number}}"
    )


def _compare_derived(connection: duckdb.DuckDBPyConnection) -> Integers:
    """Replace the derived edges that changed."""
    before = (
        f"(select {_EDGE} from identity.identity_edges "
        f"join identity.identity_derived_edges using ({_KEY}))"
    )
    now = f"(select {_EDGE} from resolving_pairs where is_derived)"
    with temporary(connection, "resolving_gone", "resolving_come"):
        connection.execute(f"create temp table resolving_gone as from {before} except from {now}")
        connection.execute(f"create temp table resolving_come as from {now} except from {before}")
        connection.execute(
            "delete from identity.identity_edges e using resolving_gone g where "
            + " and ".join(f"e.{column} = g.{column}" for column in _KEY.split(", "))
        )
        _insert(connection, "resolving_come")
        connection.execute("delete from identity.identity_derived_edges")
        connection.execute(f"insert into identity.identity_derived_edges select {_KEY} from {now}")
        return _ends(connection, "(from resolving_gone union all from resolving_come)")


def _ends(connection: duckdb.DuckDBPyConnection, edges: str) -> Integers:
    (ends,) = fetch(
        connection,
        f"select identifier_id_a from {edges} union select identifier_id_b from {edges}",
    )
    return ends


def _note_files(connection: duckdb.DuckDBPyConnection, files: Collection[int] | None) -> None:
    if files is None:
        connection.execute("delete from identity.identity_consumed_files")
        connection.execute(
            "insert into identity.identity_consumed_files select file_id from ledger.files "
            "where is_current and status = 'loaded'"
        )
    else:
        connection.execute(
            "insert into identity.identity_consumed_files select unnest(?::bigint[])",
            [sorted(files)],
        )
