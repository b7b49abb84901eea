"""Who was handed over to ad platforms, copied into the warehouse.

It is the flow from the private to the commercial domain. The ledger of packages lies outside the
warehouse and is no export; a refresh takes over what its figures need, customer numbers and days,
and nothing that could name anybody.
"""

from __future__ import annotations

import duckdb

from pipelines.audiences.ledger import reading_ledger
from pipelines.exports.ledger import insert_frame
from pipelines.identity.sql import transaction
from pipelines.settings import Settings


def copy_handed_over(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make `ledger.handed_over` what the ledger of packages says now; empty where there is none.

    Raises:
        AudienceError: another process has the ledger open; the copy is as it was.
    """
    with reading_ledger(settings) as ledger, transaction(warehouse):
        warehouse.execute("delete from ledger.handed_over")
        if ledger is not None:
            insert_frame(warehouse, "ledger.handed_over", ledger.handed_over_people())
