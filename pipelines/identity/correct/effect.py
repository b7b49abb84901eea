"""What a change of identity means for customers, orders and turnover: before against after.

Both sides are bound to the facts of the last refresh, so every difference comes from identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import numpy as np
import polars as pl

from pipelines.identity.graph import component_labels

_BEFORE = "effect_before"
_SIDES = {"before": _BEFORE, "after": "identity.identity_map"}
_FACTS = ("customer_center.fct_orders", "customer_center.fct_touchpoints")
_NO_FACTS = (
    "(select 0 as identifier_id, false as is_valid, null::date as sale_date, 0 as gmv_cny, "
    "null::timestamp as sale_at, null::timestamp as created_at where false)",
    "(select 0 as identifier_id, null::varchar as tier, null::timestamp as touched_at where false)",
)
TIERS = ("A", "I", "P", "L")


@dataclass(frozen=True)
class CustomerFigures:
    """One customer on one side. `orders` counts valid orders; facts are None without a refresh."""

    customer_id: int
    identifiers: int
    orders: int | None
    gmv_cny: Decimal | None
    tier: str | None


@dataclass(frozen=True)
class Group:
    """Customers that exchange identifiers: who they were, who they become."""

    before: tuple[CustomerFigures, ...]
    after: tuple[CustomerFigures, ...]

    @property
    def weight(self) -> tuple[Decimal, int]:
        """Turnover, then identifiers: what to look at first."""
        sides = (*self.before, *self.after)
        gmv = max((side.gmv_cny or Decimal(0) for side in sides), default=Decimal(0))
        return gmv, sum(side.identifiers for side in sides)


@dataclass(frozen=True)
class Effect:
    """All groups that a change touches, heaviest first."""

    groups: tuple[Group, ...]
    has_facts: bool
    """False before the first complete refresh: then there are no orders to count."""

    @property
    def joined(self) -> int:
        """Customers that another one takes in."""
        return sum(max(len(g.before) - len(g.after), 0) for g in self.groups if g.after)

    @property
    def separated(self) -> int:
        """New customers that part from an old one."""
        return sum(max(len(g.after) - len(g.before), 0) for g in self.groups if g.before)

    @property
    def ended(self) -> int:
        """Customers of whom no identifier is left."""
        return sum(len(g.before) for g in self.groups if not g.after)

    @property
    def begun(self) -> int:
        """Customers made of identifiers that belonged to nobody."""
        return sum(len(g.after) for g in self.groups if not g.before)

    def customers(self, side: str) -> list[CustomerFigures]:
        """All touched customers, `before` or `after`."""
        return [figures for group in self.groups for figures in getattr(group, side)]

    def tiers(self, side: str) -> Counter[str]:
        """Touched customers by tier; those without one under a dash."""
        return Counter(figures.tier or "–" for figures in self.customers(side))


def remember_map(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep the present map for `read_effect`, in the caller's transaction."""
    connection.execute(
        f"create or replace temp table {_BEFORE} as "
        "select identifier_id, valid_from, valid_to, customer_id from identity.identity_map"
    )


def read_effect(connection: duckdb.DuckDBPyConnection, *, since_run: int) -> Effect:
    """Compare the kept map with the present one; `since_run` is the last run before the change."""
    connection.execute(
        """
        create or replace temp table effect_customers as
        select distinct customer_id from identity.identity_changed_customers where run_id > $1
        """,
        [since_run],
    )
    has_facts = _has_facts(connection)
    figures = {side: _figures(connection, table, has_facts) for side, table in _SIDES.items()}
    groups = _groups(connection, figures)
    ordered = tuple(sorted(groups, key=lambda group: group.weight, reverse=True))
    connection.execute(f"drop table effect_customers; drop table {_BEFORE}")
    return Effect(ordered, has_facts)


def last_run(connection: duckdb.DuckDBPyConnection) -> int:
    """Number of the last resolution; 0 before the first."""
    [(run_id,)] = connection.execute(
        "select coalesce(max(run_id), 0) from identity.identity_runs"
    ).fetchall()
    return int(run_id)


def _has_facts(connection: duckdb.DuckDBPyConnection) -> bool:
    [(tables,)] = connection.execute(
        "select count(*) from information_schema.tables where table_catalog = current_database() "
        "and table_schema || '.' || table_name in (select unnest($1))",  # views too
        [list(_FACTS)],
    ).fetchall()
    return int(tables) == len(_FACTS)


def _figures(
    connection: duckdb.DuckDBPyConnection, side: str, has_facts: bool
) -> dict[int, CustomerFigures]:
    """Figures of the touched customers on one side, by id."""
    orders, touches = _FACTS if has_facts else _NO_FACTS
    rows = connection.execute(
        f"""
        with touched as (
            select m.* from {side} m semi join effect_customers using (customer_id)
        ),
        orders as (
            select m.customer_id, count(*) filter (o.is_valid) as orders,
                count(distinct o.sale_date) filter (o.is_valid) as days, sum(o.gmv_cny) as gmv_cny
            from touched m join {orders} o on o.identifier_id = m.identifier_id
                and {_in_period("coalesce(o.sale_at, o.created_at)")}
            group by m.customer_id
        ),
        touches as (
            select m.customer_id, max(list_position({list(TIERS)}, t.tier)) as tier_rank
            from touched m join {touches} t on t.identifier_id = m.identifier_id
                and {_in_period("t.touched_at")}
            where t.touched_at is not null
            group by m.customer_id
        )
        select m.customer_id, count(distinct m.identifier_id), any_value(o.orders),
            any_value(o.gmv_cny),
            greatest(any_value(t.tier_rank),
                case when any_value(o.days) > 1 then 4 when any_value(o.days) = 1 then 3 end)
        from touched m
        left join orders o on o.customer_id = m.customer_id
        left join touches t on t.customer_id = m.customer_id
        group by m.customer_id
        """
    ).fetchall()
    return {
        customer: CustomerFigures(
            customer,
            identifiers,
            (orders or 0) if has_facts else None,
            Decimal(gmv or 0) if has_facts else None,
            TIERS[int(rank) - 1] if rank else None,
        )
        for customer, identifiers, orders, gmv, rank in rows
    }


def _in_period(moment: str) -> str:
    """SQL: a fact belongs to the period of its time; one without a time to the newest."""
    at = f"coalesce({moment}, timestamp '9999-12-30')"
    return f"{at} >= m.valid_from and {at} < m.valid_to"


def _groups(
    connection: duckdb.DuckDBPyConnection, figures: dict[str, dict[int, CustomerFigures]]
) -> Iterator[Group]:
    """Customers of both sides that share an identifier stand in one group."""
    shared = connection.execute(
        f"""
        select distinct b.customer_id as before, a.customer_id as after
        from {_BEFORE} b join identity.identity_map a
            on a.identifier_id = b.identifier_id
            and a.valid_from < b.valid_to and b.valid_from < a.valid_to
        where b.customer_id in (select customer_id from effect_customers)
            and a.customer_id in (select customer_id from effect_customers)
        """
    ).fetchall()
    nodes = [(side, customer) for side in _SIDES for customer in sorted(figures[side])]
    number = {node: index for index, node in enumerate(nodes)}
    labels = component_labels(
        len(nodes),
        np.array([number["before", before] for before, _ in shared], dtype=np.int64),
        np.array([number["after", after] for _, after in shared], dtype=np.int64),
    )
    frame = pl.DataFrame({"node": range(len(nodes)), "label": labels})
    for (_,), members in frame.group_by("label", maintain_order=True):
        sides: dict[str, list[CustomerFigures]] = {side: [] for side in _SIDES}
        for index in members["node"]:
            side, customer = nodes[index]
            sides[side].append(figures[side][customer])
        yield Group(tuple(sides["before"]), tuple(sides["after"]))
