"""Figures that can stop a refresh, on a partition small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from pipelines.identity.judge.quality import (
    REFUSED,
    Finding,
    judge_change,
    judge_match_rates,
    judge_partition,
)
from pipelines.identity.tables import ensure_identity_tables
from pipelines.settings import REPOSITORY, IdentityQuality

PUBLISHED = datetime(2026, 5, 1, 22, 0)
BEFORE, AFTER = datetime(2026, 5, 1, 21, 0), datetime(2026, 5, 2, 21, 0)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Customer 1 holds phone 1 and the cards 2 to 9; customer 2 holds 10; 9 of 10 edges count."""
    with duckdb.connect(":memory:") as connection:
        ensure_identity_tables(connection)
        connection.execute(
            """
            insert into identity.identifiers
            select i, case i when 1 then 'phone' else 'crm_member_id' end, 'v' || i, null, i
            from range(1, 11) t(i);
            insert into identity.identity_map
            select i, timestamp '1900-01-01', timestamp '9999-12-31', 1, if(i < 10, 1, 2)
            from range(1, 11) t(i);
            insert into identity.identity_edges
            select 1, i, 3, 'crm', null, null, 1, 1, 1, i from range(2, 11) t(i)
            union all select 2, 3, 3, 'crm', null, null, 1, 1, 1, 1;
            insert into identity.identity_unused_edges values
                (1, 10, 3, 'crm', 'limit', 'would hold 9 phone, at most 3');
            """
        )
        yield connection


def run(connection: duckdb.DuckDBPyConnection, run_id: int, at: datetime, **counts: int) -> None:
    figures = {"customers": 100, "merged": 0, "split": 0, "retired": 0} | counts
    names, values = ", ".join(figures), ", ".join(map(str, figures.values()))
    connection.execute(
        f"insert into identity.identity_runs (run_id, run_at, mode, reason, {names}) "
        f"values ($1, $2, 'incremental', '', {values})",
        [run_id, at],
    )


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}


def test_a_sound_partition_passes(warehouse: duckdb.DuckDBPyConnection) -> None:
    findings = judge_partition(warehouse, IdentityQuality(refused_max_share=0.1, smallest_change=1))
    assert [finding.check for finding in findings] == [
        "largest_customer", "large_customers", "refused_merges",
    ]  # fmt: skip
    assert all(finding.passed for finding in findings)
    assert [finding.value for finding in findings] == [9, 0, 0.1]


def test_the_largest_customer_is_named_with_what_holds_it_together(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    largest = by_name(judge_partition(warehouse, IdentityQuality(largest_customer_max=8)))[
        "largest_customer"
    ]
    assert not largest.passed
    assert largest.measured == "9 identifiers, at most 8"
    assert "customer 1 holds too many" in largest.explanation
    assert "most of all phone:v1 (8 links), crm_member_id:v2 (2 links)" in largest.explanation
    assert "identity_quality.largest_customer_max" in largest.explanation


def test_large_customers_and_refused_merges(warehouse: duckdb.DuckDBPyConnection) -> None:
    limits = IdentityQuality(large_customer_size=8, refused_max_share=0.09, smallest_change=1)
    findings = by_name(judge_partition(warehouse, limits))
    assert findings["large_customers"].measured == "90.00% of all identifiers, at most 1.00%"
    assert "1 customers hold more than 8" in findings["large_customers"].explanation
    assert not findings["refused_merges"].passed
    assert "1 of 10 edges were refused" in findings["refused_merges"].explanation
    few = judge_partition(warehouse, IdentityQuality(refused_max_share=0, smallest_change=2))
    assert by_name(few)["refused_merges"].passed


def test_change_counts_from_the_version_that_people_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Also over several runs: a run that was stopped must not become the yardstick of the next."""
    run(warehouse, 1, BEFORE, customers=200, merged=150)
    run(warehouse, 2, AFTER, customers=199, merged=5, split=2)
    run(warehouse, 3, AFTER, customers=190, retired=6)
    limits = IdentityQuality(smallest_change=10, changed_customers_max_share=0.06)
    changed = by_name(judge_change(warehouse, limits, PUBLISHED))["changed_customers"]
    assert changed.value == 13 / 200
    assert not changed.passed
    assert "SIYU_ACCEPT_IDENTITY_CHANGE=true siyu refresh" in changed.explanation
    few = IdentityQuality(smallest_change=14, changed_customers_max_share=0)
    assert by_name(judge_change(warehouse, few, PUBLISHED))["changed_customers"].passed


def test_new_super_nodes_are_those_that_are_still_set_aside(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        """
        insert into identity.identity_log (run_id, run_at, event, identifier_id) values
            (1, timestamp '2026-05-01 21:00', 'guarded', 1),
            (2, timestamp '2026-05-02 21:00', 'guarded', 2),
            (2, timestamp '2026-05-02 21:00', 'guarded', 3);
        insert into identity.identity_guarded values (1, 'phone', 9, 5), (3, 'phone', 9, 5);
        """
    )
    limits = IdentityQuality(smallest_change=1)
    found = by_name(judge_change(warehouse, limits, PUBLISHED))["new_super_nodes"]
    assert found.value == 1 / 10
    assert not found.passed


def test_before_the_first_version_nothing_has_changed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run(warehouse, 1, BEFORE, merged=90)
    limits = IdentityQuality(smallest_change=0, changed_customers_max_share=0)
    assert all(finding.passed for finding in judge_change(warehouse, limits, None))


def test_the_source_whose_match_rate_fell_most_is_named() -> None:
    published = {("orders", "pos"): (1000, 0.8), ("orders", "jd"): (1000, 0.5),
                 ("orders", "few"): (10, 1.0), ("orders", "gone"): (1000, 1.0)}  # fmt: skip
    now = {("orders", "pos"): (1100, 0.7), ("orders", "jd"): (1000, 0.6),
           ("orders", "few"): (10, 0.0), ("orders", "new"): (1000, 0.0)}  # fmt: skip
    finding = judge_match_rates(now, published, IdentityQuality())
    assert not finding.passed
    assert finding.measured == "10.00% drop of a match rate, at most 5.00%"
    assert "orders of pos: 70.0% belong to a customer, 80.0% did" in finding.explanation
    assert judge_match_rates(now, published, IdentityQuality(match_rate_max_drop=0.11)).passed


def test_nothing_to_compare_passes() -> None:
    assert judge_match_rates({("orders", "pos"): (9999, 0.0)}, {}, IdentityQuality()).passed


def test_the_page_for_people_has_every_limit_with_its_default() -> None:
    page = (REPOSITORY / "docs" / "identity.md").read_text("utf-8")
    for name, field in IdentityQuality.model_fields.items():
        if name == "smallest_change":
            assert f"`{name}` ({field.default})" in page
        else:
            assert f"`{name}` {field.default}" in page, name
    for reason in REFUSED:
        assert f"| `{reason}` |" in page
