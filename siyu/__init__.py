"""What analysts import: the published snapshot, read-only.

>>> import siyu                                                           # doctest: +SKIP
>>> with siyu.connect() as snapshot:                                      # doctest: +SKIP
...     print(snapshot.version)
...     frame = snapshot.polars("select * from marts.rpt_cohort")
"""

from pipelines.publishing import (
    NothingPublishedError,
    QueryError,
    SnapshotConnection,
    UnknownVersionError,
    connect,
    versions,
)

__all__ = [
    "NothingPublishedError",
    "QueryError",
    "SnapshotConnection",
    "UnknownVersionError",
    "connect",
    "versions",
]
