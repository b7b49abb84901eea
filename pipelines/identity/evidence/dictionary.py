"""The dictionary: every identifier once, as an integer; and which identifiers are present."""

from __future__ import annotations

import json
from collections import Counter

import duckdb

from pipelines.identity.graph import Integers, union, without
from pipelines.identity.sql import fetch, get_state, scalar, set_state

COUNTS = "identifiers_by_type"
"""In the state: what `count_by_type` counted."""
NAMED = "resolving_named"
"""What the staged evidence names: value_key, identifier_id, in_files, is_new."""


def extend_dictionary(connection: duckdb.DuckDBPyConnection, values: str) -> int:
    """Give the unseen ones of the staged `values` ids; return how many. Makes the table NAMED.

    No two of the values share a `value_key`. Ids follow (first seen, type, value), so they do not
    depend on the order of rows. An id is never given twice, not even after an erasure. A late file
    may have seen a known one earlier.
    """
    known = max(
        int(get_state(connection).get("highest_identifier_id", 0)),
        scalar(connection, "select coalesce(max(identifier_id), 0) from identity.identifiers"),
    )
    # By md5: the strings of the dictionary are ten times as long and stay unread.
    connection.execute(
        f"""
        create temp table resolving_known as
        select v.value_key, v.first_seen_at, v.in_files, i.identifier_id,
            i.first_seen_at as known_since
        from {values} v join identity.identifiers i using (value_md5)
        """
    )
    connection.execute(
        f"""
        create temp table resolving_new as
        select $1 + row_number() over () as identifier_id, *
        from (
            select identifier_type, identifier_value, first_seen_at, value_md5, value_key, in_files
            from {values} anti join resolving_known using (value_key)
            order by first_seen_at nulls last, identifier_type, identifier_value
        )
        """,
        [known],
    )
    connection.execute(
        f"""
        create temp table {NAMED} as
        select value_key, identifier_id, in_files, false as is_new from resolving_known
        union all
        select value_key, identifier_id, in_files, true from resolving_new
        """
    )
    _note_earlier(connection)
    added = int(
        scalar(
            connection,
            "insert into identity.identifiers select identifier_id, identifier_type, "
            "identifier_value, first_seen_at, value_md5 from resolving_new",
        )
    )
    if added:
        set_state(connection, {"highest_identifier_id": str(known + added)})
        _count_new(connection)
    connection.execute("drop table resolving_known; drop table resolving_new")
    return added


def count_by_type(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    """How many identifiers of each type the dictionary holds, present or not.

    Kept up to date by what comes; counted where an erasure let go of it.
    """
    kept = get_state(connection).get(COUNTS)
    if kept is not None:
        return Counter(json.loads(kept))
    counts = _counts(connection, "identity.identifiers")
    set_state(connection, {COUNTS: json.dumps(counts)})
    return counts


def _count_new(connection: duckdb.DuckDBPyConnection) -> None:
    kept = get_state(connection).get(COUNTS)
    if kept is not None:
        counts = Counter(json.loads(kept)) + _counts(connection, "resolving_new")
        set_state(connection, {COUNTS: json.dumps(counts)})


def _counts(connection: duckdb.DuckDBPyConnection, identifiers: str) -> Counter[str]:
    query = f"select identifier_type, count(*) from {identifiers} group by all"
    return Counter(dict(connection.execute(query).fetchall()))


def _note_earlier(connection: duckdb.DuckDBPyConnection) -> None:
    """Note beside the dictionary what was seen earlier than it says: `resolving_known`.

    An update in place would write the column anew for every identifier that there is.
    """
    connection.execute(
        """
        create temp table resolving_earlier as
        select k.identifier_id, k.first_seen_at
        from resolving_known k left join identity.identity_seen_earlier e using (identifier_id)
        where k.first_seen_at < coalesce(least(k.known_since, e.first_seen_at), 'infinity')
        """
    )
    connection.execute(
        "delete from identity.identity_seen_earlier "
        "where identifier_id in (select identifier_id from resolving_earlier)"
    )
    connection.execute("insert into identity.identity_seen_earlier from resolving_earlier")
    connection.execute("drop table resolving_earlier")


def note_presence(
    connection: duckdb.DuckDBPyConnection, *, rebuild: bool, with_derived: bool
) -> Integers:
    """Keep up to date who is present, after NAMED; return who came, came back or went."""
    before = _absent(connection)
    if rebuild:
        connection.execute("delete from identity.identity_derived_identifiers")
        connection.execute("delete from identity.identity_absent")
        connection.execute(
            "insert into identity.identity_absent select identifier_id from identity.identifiers "
            f"anti join {NAMED} using (identifier_id)"
        )
    elif with_derived:
        connection.execute(
            "insert into identity.identity_absent select identifier_id "
            f"from identity.identity_derived_identifiers anti join {NAMED} using (identifier_id)"
        )
    # Derived alone: new or absent until now, and no file names it. What is neither, files name.
    connection.execute(
        f"""
        create temp table resolving_only_derived as
        select identifier_id from {NAMED}
        where not in_files and ({rebuild} or is_new or identifier_id in (
            select identifier_id from identity.identity_absent
            union all select identifier_id from identity.identity_derived_identifiers))
        """
    )
    if not rebuild:
        connection.execute(
            "delete from identity.identity_absent "
            f"where identifier_id in (select identifier_id from {NAMED})"
        )
        connection.execute(
            "delete from identity.identity_derived_identifiers where identifier_id in "
            f"(select identifier_id from {NAMED} "
            "union all select identifier_id from identity.identity_absent)"
        )
    connection.execute(
        "insert into identity.identity_derived_identifiers from resolving_only_derived"
    )
    connection.execute("drop table resolving_only_derived")
    (new,) = fetch(connection, f"select identifier_id from {NAMED} where is_new")
    after = _absent(connection)
    return union(without(before, after), without(after, before), new)


def _absent(connection: duckdb.DuckDBPyConnection) -> Integers:
    return fetch(connection, "select identifier_id from identity.identity_absent")[0]
