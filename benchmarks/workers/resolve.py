"""One step of identity resolution: argument 1 a warehouse, which stays as it is, 2 the step, 3
where to work on a copy.

`first`: from text, into empty tables. `full`: everything anew from the stored integers. `again`:
nothing is new. `news`: one row in a hundred is. `all`: `first`, with the news.
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.inputs.graph import deliver_second
from benchmarks.workers.partition import fingerprint
from benchmarks.workers.told import Clock, tell
from pipelines.identity import resolve_identities
from pipelines.identity.correct.decisions import Decisions
from pipelines.identity.rules.seeds import read_rules
from pipelines.identity.sql import transaction

_BY_ID = "select identifier_id as member, customer_id as label from identity.identity_map"
_BY_TEXT = """
    select identifier_type || ':' || identifier_value as member, customer_id as label
    from identity.identity_map join identity.identifiers using (identifier_id)
"""


def main(inputs: str, step: str, work: str) -> None:
    """Measure the call that a refresh makes, up to the written map."""
    shutil.copyfile(inputs, work)
    pa.table({"start-up": np.zeros(1)})  # pyarrow imports pandas for its first table
    clock, has_news = Clock(), step in ("news", "all")
    with duckdb.connect(work) as connection:
        if has_news:
            deliver_second(connection)
            connection.execute("checkpoint")  # of the delivery, which others write
        with clock.running(), transaction(connection):
            resolve_identities(
                connection,
                rules=read_rules(connection, key=b"k" * 32),
                decisions=Decisions(),
                now=datetime.now(UTC),
                evidence_version="1",
                # Another rule, for which all is solved; nobody shares a device, so nothing changes.
                device_login_days=1 if step == "full" else None,
            )
        groups, partition = fingerprint(connection, _BY_TEXT if has_news else _BY_ID)
    tell(clock, groups=groups, partition=partition)


if __name__ == "__main__":
    main(*sys.argv[1:])
