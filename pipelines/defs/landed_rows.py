"""Great Expectations on what landed: one blocking check per raw table, before dbt reads it."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from pipelines.defs.raw_exports import CONTRACTS
from pipelines.exports.expectations import check_landed_rows
from pipelines.publishing.errors import NothingPublishedError
from pipelines.publishing.reader import read_manifest
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse

_TABLES = CONTRACTS.by_raw_table
_SHOWN = 5
"""Failures of a table that its check tells in words."""


@dg.multi_asset_check(
    name="landed_rows",
    specs=[
        dg.AssetCheckSpec(
            "landed_rows",
            asset=name.split("."),
            blocking=True,
            description=(
                "Great Expectations on the rows that landed since the last published version: "
                "as many as the ledger says, once each, no personal value in clear, figures in "
                "their range."
            ),
        )
        for name in sorted(_TABLES)
    ],
)
def landed_rows() -> Iterator[dg.AssetCheckResult]:
    """A failure stops the run before anything reads the rows; the message says what broke."""
    settings = current_settings()
    since = _last_published(settings)
    with open_warehouse(settings, read_only=True) as warehouse:
        verdicts = check_landed_rows(warehouse, _TABLES, since=since)
    for landed in verdicts:
        yield dg.AssetCheckResult(
            asset_key=landed.raw_table.split("."),
            check_name="landed_rows",
            passed=landed.passed,
            description=_told(landed.failures) or None,
            metadata={"rows": landed.rows, "expectations": landed.expectations},
        )


def _told(failures: list[str]) -> str:
    more = len(failures) - _SHOWN
    return "; ".join(failures[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _last_published(settings: Settings) -> datetime | None:
    try:
        return read_manifest(settings).created_at.replace(tzinfo=None)
    except NothingPublishedError:
        return None
