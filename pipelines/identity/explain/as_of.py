"""Who an identifier was on a day, as it was known then and as it is known now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from pipelines.settings import LOCAL_TIME_ZONE


@dataclass(frozen=True)
class Change:
    """From `changed_at` on, the period of the identifier belonged to this customer."""

    changed_at: datetime
    """UTC."""
    valid_from: datetime
    valid_to: datetime
    customer_id: int | None
    """None: to nobody."""
    cause: str | None
    """What the log says about that run, identifier and customer."""


def changes(connection: duckdb.DuckDBPyConnection, identifier_id: int) -> tuple[Change, ...]:
    """Every change of an identifier's customer, oldest first."""
    rows = connection.execute(
        """
        select h.changed_at, h.valid_from, h.valid_to, h.customer_id,
            (select any_value(l.event || coalesce(': ' || l.reason, '')
                order by l.identifier_id is distinct from h.identifier_id, l.event, l.reason)
             from identity.identity_log l
             where l.run_id = h.run_id and (l.identifier_id = h.identifier_id
                or (l.customer_id = h.customer_id and l.event in ('created', 'merged', 'split'))))
        from identity.identity_history h
        where h.identifier_id = $1
        order by h.changed_at, h.run_id, h.valid_from
        """,
        [identifier_id],
    ).fetchall()
    return tuple(Change(*row) for row in rows)


def known_on(connection: duckdb.DuckDBPyConnection, identifier_id: int, day: date) -> int | None:
    """The customer that the warehouse named at the end of a local day, for facts of that day."""
    end = _end_of(day)
    rows = connection.execute(
        """
        select customer_id from identity.identity_history
        where identifier_id = $1 and changed_at < $2 and valid_from < $2 and valid_to >= $2
        order by changed_at desc, run_id desc, customer_id is null limit 1
        """,
        [identifier_id, end],
    ).fetchall()
    return rows[0][0] if rows else None


def meant_on(connection: duckdb.DuckDBPyConnection, identifier_id: int, day: date) -> int | None:
    """The customer that facts of a local day belong to, as known now."""
    end = _end_of(day)
    rows = connection.execute(
        "select customer_id from identity.identity_map "
        "where identifier_id = $1 and valid_from < $2 and valid_to >= $2",
        [identifier_id, end],
    ).fetchall()
    return rows[0][0] if rows else None


def _end_of(day: date) -> datetime:
    """The first moment after a local day, in naive UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), LOCAL_TIME_ZONE)
    return midnight.astimezone(UTC).replace(tzinfo=None)
