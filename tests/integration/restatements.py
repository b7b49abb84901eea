"""What a late order says otherwise of the tiers that had been published."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import duckdb

from tests.siyu_process import SiyuProcess


def warehouse_rows(siyu: SiyuProcess, sql: str) -> list[tuple]:
    with duckdb.connect(str(siyu.settings.warehouse_path), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()


def a_member_who_never_bought(siyu: SiyuProcess) -> tuple[int, str]:
    """A customer of tier I with a single card, and that card."""
    return warehouse_rows(
        siyu,
        """
        select customer_id, any_value(identifier_value)
        from customer_center.customer_identifiers
        join customer_center.dim_customers using (customer_id)
        where identifier_type = 'crm_member_id' and lifetime_tier = 'I'
            and lifetime_tier_since < '2026-06-30'
        group by 1 having count(*) = 1 order by 1 limit 1
        """,
    )[0]


def published_stocks(siyu: SiyuProcess) -> dict[tuple[str, date, str], int]:
    """Customers by view, day and tier."""
    found = warehouse_rows(
        siyu,
        "select tier_view, tier_date, tier, customers from marts.rpt_aipl_tiers "
        "where segment_type = 'all'",
    )
    return {(view, day, tier): customers for view, day, tier, customers in found}


def assert_the_late_order_is_a_restatement(
    siyu: SiyuProcess, customer: int, before: dict[tuple[str, date, str], int]
) -> None:
    """One customer, from the late order's day on; the restatements explain every changed stock."""
    records = warehouse_rows(
        siyu,
        "select customer_id, tier_view, cause, published_tier, restated_tier, from_date, to_date, "
        "published_through from customer_center.customer_tier_restatements order by tier_view desc",
    )
    assert {record[0] for record in records} == {customer}
    assert {record[2] for record in records} == {"late_rows"}
    [lifetime] = [record[3:] for record in records if record[1] == "lifetime"]
    assert lifetime[:3] == ("I", "P", date(2026, 7, 1))
    assert lifetime[3] == lifetime[4]
    expected = Counter(before)
    for _, view, _, published, restated, first, last, _ in records:
        for day in range((last - first).days + 1):
            expected[view, first + timedelta(day), published] -= 1
            expected[view, first + timedelta(day), restated] += 1
    assert published_stocks(siyu) == dict(expected)
    [(customers, days)] = warehouse_rows(
        siyu,
        "select sum(customers), sum(customer_days) from marts.rpt_tier_restatements "
        "where tier_view = 'lifetime'",
    )
    assert (customers, days) == (1, (lifetime[3] - date(2026, 7, 1)).days + 1)
