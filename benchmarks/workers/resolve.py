"""Resolve identities twice: argument 1 a warehouse with the inputs, which stays
as it is. The second run has no news."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime

import duckdb

from benchmarks.workers.partition import fingerprint
from benchmarks.workers.told import Clock, tell
from pipelines.identity import resolve_identities

_MEMBERS = """
    select identifier_type || ':' || identifier_value as member, customer_id as label
    from identity.identity_map join identity.identifiers using (identifier_id)
"""


def main(inputs: str) -> None:
    """From strings to a written map with its evidence, as a refresh does it."""
    first, again = Clock(), Clock()
    warehouse = shutil.copyfile(inputs, f"{inputs}.run")
    for clock in (first, again):
        with clock.running(), duckdb.connect(warehouse) as connection:
            resolve_identities(connection, now=datetime.now(UTC), block_list_key=b"k" * 32)
    with duckdb.connect(warehouse) as connection:
        groups, partition = fingerprint(connection, _MEMBERS)
    tell(first, groups=groups, partition=partition, again_seconds=again.seconds)


if __name__ == "__main__":
    main(sys.argv[1])
