"""What strangers share shows in the graph."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.identity.correct.suggest import suggest_blocks
from pipelines.identity.tables import ensure_identity_tables


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """2,000 people with a phone (1 to 2000) and a card (+ 10,000); 1 to 4 stand on more cards.

    Phone 1 stands on 40 cards of 40 customers (a limit kept them apart), phone 2 on 30 that it
    joined into one, phone 3 on 6 of one customer, phone 4 on 4.
    """
    with duckdb.connect(":memory:") as connection:
        ensure_identity_tables(connection)
        connection.execute(
            """
            insert into identity.identifiers
            select i, 'phone', 'p' || i, null, i from range(1, 2001) t(i)
            union all
            select 10000 + i, 'crm_member_id', 'c' || i, null, i from range(1, 2001) t(i);
            insert into identity.identity_edges
            with pairs as (
                select i as phone, i as card from range(1, 2001) t(i)
                union all select 1, i from range(101, 140) t(i)
                union all select 2, i from range(201, 230) t(i)
                union all select 3, i from range(301, 306) t(i)
                union all select 4, i from range(401, 404) t(i)
            )
            select phone, 10000 + card, 3, 'crm_members', null, null, 1, 1, 1,
                row_number() over () from pairs;
            insert into identity.identity_unused_edges
            select identifier_id_a, identifier_id_b, 3, 'crm_members', 'limit', ''
            from identity.identity_edges where identifier_id_a = 1 and identifier_id_b > 10001;
            insert into identity.identity_map
            select identifier_id, timestamp '1900-01-01', timestamp '9999-12-31', 1,
                case
                    when identifier_id between 10201 and 10229 then 2
                    when identifier_id between 10301 and 10305 then 3
                    else identifier_id % 10000
                end
            from identity.identifiers;
            """
        )
        yield connection


def test_shared_identifiers_come_first_and_persons_not_at_all(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = suggest_blocks(warehouse)
    assert [(s.identifier_value, s.neighbours, s.customers) for s in found] == [
        ("p1", 40, 40),
        ("p2", 30, 1),
        ("p3", 6, 1),
    ]
    assert (found[0].refused_links, found[0].usual, found[0].sources) == (39, 1, "crm_members")
    assert not any(s.is_guarded for s in found)


def test_what_the_guard_set_aside_is_listed_and_what_is_blocked_is_not(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("insert into identity.identity_guarded values (3, 'crm_member_id', 6, 5)")
    warehouse.execute("insert into identity.identity_blocked values (1, 'our store')")
    assert [(s.identifier_value, s.is_guarded) for s in suggest_blocks(warehouse)] == [
        ("p2", False),
        ("p3", True),
    ]
    assert len(suggest_blocks(warehouse, most=1)) == 1


def test_evidence_of_inactive_rules_suggests_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "insert into identity.identity_unused_edges select identifier_id_a, identifier_id_b, 3, "
        "'crm_members', 'rule_inactive', '' from identity.identity_edges where identifier_id_a = 2"
    )
    assert [s.identifier_value for s in suggest_blocks(warehouse)] == ["p1", "p3"]
