"""Which rows of the facts are not the same in two versions, by day and cause.

A row is told by its key. One that only the newer version has came late; one that only the older
has was withdrawn; of the others another refund, another customer or anything else changed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.publishing.comparison import row_hash
from pipelines.publishing.manifest import Column

Counts = dict[tuple[str, date], Counter[str]]
"""Changed rows by cause, of a fact and local day. A row that moved counts on both of its days."""

LATE, CORRECTED, REFUND, IDENTITY, WITHDRAWN = (
    "late_rows", "corrected_rows", "refund", "identity", "withdrawn_rows",
)  # fmt: skip
CAUSES = (LATE, CORRECTED, REFUND, IDENTITY, WITHDRAWN)


@dataclass(frozen=True)
class Fact:
    """A fact table: what tells its rows, and the local day that a row belongs to."""

    table: str
    key: str
    day: str
    made_from: str
    """The model whose rows these are, which marts may read instead."""


FACTS = (
    Fact("fct_orders", "order_key", "sale_date", "int_orders"),
    Fact("fct_refunds", "refund_key", "refunded_date", "fct_refunds"),
    Fact("fct_touchpoints", "touch_id", "touched_date", "int_touchpoints"),
    Fact("fct_leads", "lead_key", "lead_date", "int_leads"),
    Fact("fct_outreach", "send_key", "sent_date", "int_outreach__sends"),
    Fact("fct_ad_spend", "ad_spend_key", "report_date", "int_ads"),
    Fact("fct_memberships", "membership_key", "joined_date", "fct_memberships"),
    Fact(
        "fct_group_memberships",
        "group_membership_key",
        "joined_date",
        "int_wecom__group_memberships",
    ),
    Fact("fct_referrals", "invitation_key", "invited_date", "int_referrals__invitations"),
    Fact("fct_live_sessions", "live_session_key", "started_date", "fct_live_sessions"),
    Fact("fct_conversations", "conversation_key", "period_start_date", "int_conversations"),
)
_MONEY_BACK = ("refund_cny", "refunded_cny", "stated_refund_cny", "net_gmv_cny", "is_valid")
"""What a refund changes: the money, and with all of it back whether the order counts."""


def changed_rows(
    connection: duckdb.DuckDBPyConnection, older: str, newer: str, last_day: date
) -> Counts:
    """Changed rows of days up to `last_day` in all facts that both attached databases have."""
    found: Counts = {}
    for fact in FACTS:
        columns = _columns_of_both(connection, older, newer, fact)
        if not {fact.key, fact.day} <= {column.name for column in columns}:
            continue
        rows = connection.execute(_changes(fact, columns, older, newer), [last_day]).fetchall()
        for day, cause, count in rows:
            found.setdefault((fact.table, day), Counter())[cause] += count
    return found


def _columns_of_both(
    connection: duckdb.DuckDBPyConnection, older: str, newer: str, fact: Fact
) -> list[Column]:
    return [
        Column(name=name, type=kind)
        for name, kind in connection.execute(
            """
            select column_name, any_value(data_type order by database_name = $2 desc)
            from duckdb_columns()
            where database_name in ($1, $2) and schema_name = 'customer_center' and table_name = $3
            group by column_name having count(*) = 2 order by column_name
            """,
            [older, newer, fact.table],
        ).fetchall()
    ]


def _changes(fact: Fact, columns: list[Column], older: str, newer: str) -> str:
    """Days whose rows have another checksum are compared row by row, the others are the same."""
    keys = [c for c in columns if c.name == fact.key]
    people = [c for c in columns if c.name.endswith(("customer_id", "identified"))]
    money = [c for c in columns if c.name in _MONEY_BACK and c not in keys]
    rest = [c for c in columns if c not in {*people, *money, *keys}]
    sides = ", ".join(
        f"{side} as not materialized (select {fact.key} as row_key, {fact.day} as fact_day, "
        f"{row_hash(keys)} as key_hash, {row_hash(people)} as people, "
        f"{row_hash(money)} as money, {row_hash(rest)} as rest "
        f"from {catalog}.customer_center.{fact.table} where {fact.day} <= $1)"
        for side, catalog in (("older", older), ("newer", newer))
    )
    sums = "count(*) as row_count, sum(hash(key_hash, people, money, rest)) as total"
    return f"""
        with {sides},
        days as (
            select fact_day
            from (select fact_day, {sums} from older group by fact_day) as before
            full join (select fact_day, {sums} from newer group by fact_day) as after
                using (fact_day)
            where (before.row_count, before.total) is distinct from (after.row_count, after.total)
        ),
        changed as (
            select
                older.fact_day as older_day,
                newer.fact_day as newer_day,
                case
                    when older.row_key is null then '{LATE}'
                    when newer.row_key is null then '{WITHDRAWN}'
                    when older.money <> newer.money then '{REFUND}'
                    when older.rest <> newer.rest then '{CORRECTED}'
                    when older.people <> newer.people then '{IDENTITY}'
                end as cause
            from (select * from older where fact_day in (from days)) as older
            full join (select * from newer where fact_day in (from days)) as newer using (row_key)
        )
        select fact_day, cause, count(*) from (
            select coalesce(newer_day, older_day) as fact_day, cause from changed
            union all
            select older_day as fact_day, cause from changed where older_day <> newer_day
        )
        where cause is not null group by 1, 2
    """
