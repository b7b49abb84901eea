"""One number for a partition, equal if and only if two programs found the same groups."""

from __future__ import annotations

import duckdb


def fingerprint(connection: duckdb.DuckDBPyConnection, members: str) -> tuple[int, str]:
    """Number of groups and a hash of who is with whom; `members` yields (member, label)."""
    [(groups, digest)] = connection.execute(
        "select count(distinct label), bit_xor(hash(member || ' ' || first)) from "
        f"(select *, min(member) over (partition by label) as first from ({members}) as m)"
    ).fetchall()
    return groups, str(digest)
