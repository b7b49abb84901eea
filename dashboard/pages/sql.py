"""Pieces of SQL that several pages share."""

from __future__ import annotations

from dashboard.figures import Filters


def day_window(
    column: str, filters: Filters, *, with_channel: bool = True
) -> tuple[str, list[object]]:
    """A condition for the chosen days, channel and domain, and its parameters."""
    conditions, parameters = ["true"], []
    chosen: list[tuple[str, object]] = [
        (f"{column} >= ?", filters.date_from),
        (f"{column} <= ?", filters.date_to),
    ]
    if with_channel:
        chosen += [
            ("coalesce(channel, '(unattributed)') = ?", filters.channel),
            ("coalesce(domain, '(unattributed)') = ?", filters.domain),
        ]
    for condition, value in chosen:
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    return " and ".join(conditions), parameters
