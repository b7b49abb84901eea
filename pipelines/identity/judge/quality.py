"""Is the partition fit to be published? Figures after a resolution, judged by the brand's limits.

Two kinds: figures of the partition as it stands, and how much it changed since the version that
people read now. docs/identity.md explains each to whoever meets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.settings import IdentityQuality

REFUSED = ("limit", "cannot_link", "contested")
"""Reasons for which evidence that would join people is refused."""
_ACCEPT = "if it is meant to be, accept it once: SIYU_ACCEPT_IDENTITY_CHANGE=true siyu refresh"


@dataclass(frozen=True)
class Finding:
    """One figure against its limit."""

    check: str
    value: float
    limit: float
    unit: str
    """What `value` and `limit` count."""
    explanation: str
    """What it means and what to do; for people, when the figure is beyond its limit."""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.value <= self.limit

    @property
    def measured(self) -> str:
        """The figure and its limit in words."""
        numbers = [f"{n:,}" if isinstance(n, int) else f"{n:.2%}" for n in (self.value, self.limit)]
        return f"{numbers[0]} {self.unit}, at most {numbers[1]}"


@dataclass(frozen=True)
class _Size:
    customers: int
    identifiers: int
    largest: int
    largest_customer: int
    large_customers: int
    in_large_customers: int


def judge_partition(
    connection: duckdb.DuckDBPyConnection, limits: IdentityQuality
) -> list[Finding]:
    """The partition as it stands: largest customer, large customers, refused evidence."""
    size = _size(connection, limits.large_customer_size)
    edges, refused = _refused(connection)
    joints = _joints(connection, size) if size.largest > limits.largest_customer_max else ""
    return [
        Finding(
            "largest_customer",
            size.largest,
            limits.largest_customer_max,
            "identifiers",
            f"customer {size.largest_customer} holds too many to be one person: something "
            f"shared joins strangers{joints}. See `siyu why {size.largest_customer}`, then "
            "`siyu block` what is shared; or raise identity_quality.largest_customer_max in "
            "brand/brand.yml",
        ),
        Finding(
            "large_customers",
            _share(size.in_large_customers, size.identifiers),
            limits.large_customers_max_share,
            "of all identifiers",
            f"{size.large_customers:,} customers hold more than {limits.large_customer_size} "
            f"identifiers each, {size.in_large_customers:,} together: a rule joins too much. "
            "`siyu identity suggest-blocks` lists what joins most; lower max_per_customer or "
            "guard_max of its type, or raise identity_quality.large_customers_max_share in "
            "brand/brand.yml",
        ),
        Finding(
            "refused_merges",
            _share(refused, edges) if refused >= limits.smallest_change else 0,
            limits.refused_max_share,
            "of all evidence",
            f"{refused:,} of {edges:,} edges were refused, by limits, decisions or because "
            "several customers claim one identifier: a source states wrong pairs, or a limit is "
            "too low. customer_identifiers.refused_links and `siyu why A B` show them; correct "
            "the rule, or raise identity_quality.refused_max_share in brand/brand.yml",
        ),
    ]


def judge_change(
    connection: duckdb.DuckDBPyConnection, limits: IdentityQuality, published_at: datetime | None
) -> list[Finding]:
    """What changed since the version that people read was made (naive UTC; None: no version)."""
    customers, changed = _changed_customers(connection, published_at)
    identifiers, super_nodes = _new_super_nodes(connection, published_at)
    return [
        Finding(
            "new_super_nodes",
            _share(super_nodes, identifiers) if super_nodes >= limits.smallest_change else 0,
            limits.new_super_nodes_max_share,
            "of all identifiers",
            f"{super_nodes:,} identifiers newly have more neighbours than the present degrees "
            "allow: a new file joins strangers, such as a store's phone on every order. See "
            "`siyu identity suggest-blocks`; withdraw the file or block what is shared; "
            f"{_ACCEPT}",
        ),
        Finding(
            "changed_customers",
            _share(changed, customers) if changed >= limits.smallest_change else 0,
            limits.changed_customers_max_share,
            "of the customers of the published version",
            f"{changed:,} of {customers:,} customers were merged, split or emptied since the last "
            "published version. `siyu identity history` tells who and why; if a rule or a file is "
            f"the cause, take it back; {_ACCEPT}",
        ),
    ]


def judge_match_rates(
    now: Mapping[tuple[str, str], tuple[int, float]],
    published: Mapping[tuple[str, str], tuple[int, float]],
    limits: IdentityQuality,
) -> Finding:
    """The source whose share of identified facts fell most.

    Both hold (facts, match rate) by kind of fact and source. Sources with few facts do not count.
    """
    drops = {
        key: published[key][1] - rate
        for key, (facts, rate) in now.items()
        if key in published and min(facts, published[key][0]) >= limits.smallest_change
    }
    worst = max(drops, key=lambda key: drops[key], default=("", ""))
    before, after = (side.get(worst, (0, 0.0))[1] for side in (published, now))
    return Finding(
        "match_rates",
        max(drops.get(worst, 0.0), 0.0),
        limits.match_rate_max_drop,
        "drop of a match rate",
        f"{worst[0]} of {worst[1]}: {after:.1%} belong to a customer, {before:.1%} did in the "
        "published version. Their file lost the column that names people, or a block or rule took "
        f"the identifiers out: see rpt_identity_match_rates and rpt_data_health; {_ACCEPT}",
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _size(connection: duckdb.DuckDBPyConnection, large: int) -> _Size:
    [row] = connection.execute(
        """
        with sizes as (
            select customer_id, count(*) as identifiers
            from identity.identity_map group by customer_id
        )
        select count(*), coalesce(sum(identifiers), 0), coalesce(max(identifiers), 0),
            coalesce(arg_max(customer_id, identifiers), 0),
            count(*) filter (where identifiers > $1),
            coalesce(sum(identifiers) filter (where identifiers > $1), 0)
        from sizes
        """,
        [large],
    ).fetchall()
    return _Size(*map(int, row))


def _joints(connection: duckdb.DuckDBPyConnection, size: _Size) -> str:
    """The identifiers that hold the largest customer together, in words."""
    rows = connection.execute(
        """
        with members as (
            select identifier_id from identity.identity_map where customer_id = $1
        ),
        ends as (
            select identifier_id_a as identifier_id, identifier_id_b as neighbour_id
            from identity.identity_edges
            union all
            select identifier_id_b, identifier_id_a from identity.identity_edges
        )
        select identifier_type, identifier_value, count(distinct neighbour_id) as neighbours
        from ends
        semi join members using (identifier_id)
        semi join members on members.identifier_id = ends.neighbour_id
        join identity.identifiers using (identifier_id)
        group by all order by neighbours desc, identifier_type, identifier_value limit 3
        """,
        [size.largest_customer],
    ).fetchall()
    return ", most of all " + ", ".join(f"{kind}:{value} ({n} links)" for kind, value, n in rows)


def _refused(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    [(edges, refused)] = connection.execute(
        "select (select count(*) from identity.identity_edges), (select count(*) "
        "from identity.identity_unused_edges where list_contains($1, reason))",
        [list(REFUSED)],
    ).fetchall()
    return edges, refused


def _changed_customers(
    connection: duckdb.DuckDBPyConnection, published_at: datetime | None
) -> tuple[int, int]:
    """Customers of the published version, and how many were merged, split or emptied since."""
    [row] = connection.execute(
        """
        select
            coalesce(max_by(customers, run_id) filter (where run_at <= $1), 0),
            coalesce(sum(merged + split + retired) filter (where run_at > $1), 0)
        from identity.identity_runs
        """,
        [published_at],
    ).fetchall()
    return int(row[0]), int(row[1])


def _new_super_nodes(
    connection: duckdb.DuckDBPyConnection, published_at: datetime | None
) -> tuple[int, int]:
    """Known identifiers, and how many of them the guard set aside since the published version."""
    [(identifiers, guarded)] = connection.execute(
        """
        select
            (select count(*) from identity.identifiers),
            (
                select count(distinct identifier_id) from identity.identity_log
                semi join identity.identity_guarded using (identifier_id)
                where event = 'guarded' and run_at > $1
            )
        """,
        [published_at],
    ).fetchall()
    return identifiers, guarded
