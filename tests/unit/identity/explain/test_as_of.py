"""Who an identifier was on a day."""

from __future__ import annotations

from datetime import date, datetime

from pipelines.identity.explain import as_of
from tests.unit.identity.stored_world import FIRST, LAST, Stored

MERGED_AT = datetime(2026, 3, 10, 22, 0)  # 06:00 of the 11th in Shanghai
CHANGE = datetime(2024, 1, 1)


def test_a_day_is_answered_as_it_was_known_and_as_it_is_known_now() -> None:
    stored = Stored()
    known = stored.id_of("p1")
    rows = [
        (known, FIRST, LAST, 7, datetime(2026, 1, 5), 1),
        (known, FIRST, LAST, 2, MERGED_AT, 2),
    ]
    stored.connection.executemany(
        "insert into identity.identity_history values ($1, $2, $3, $4, $5, $6)", rows
    )
    stored.customer(2, "p1")
    stored.event("merged", 2, 7, run_id=2, identifier_id=known, reason="rule 3")
    connection = stored.connection
    days = [date(2026, 1, 4), date(2026, 1, 5), date(2026, 3, 10), date(2026, 3, 11)]
    assert [as_of.known_on(connection, known, day) for day in days] == [None, 7, 7, 2]
    assert as_of.meant_on(connection, known, date(2026, 1, 5)) == 2
    changes = as_of.changes(connection, known)
    assert [change.customer_id for change in changes] == [7, 2]
    assert changes[1].cause == "merged: rule 3"


def test_a_number_that_changed_hands_is_answered_by_the_day_of_the_fact() -> None:
    stored = Stored()
    known = stored.id_of("p1")
    stored.customer(1, "p1", until=CHANGE)
    stored.customer(2, "p1", since=CHANGE)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2026, 1, 1)]
    assert [as_of.meant_on(stored.connection, known, day) for day in days] == [1, 2, 2]
