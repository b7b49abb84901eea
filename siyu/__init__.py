"""What analysts import: the published snapshot, read-only.

>>> import siyu                                                           # doctest: +SKIP
>>> with siyu.connect() as snapshot:                                      # doctest: +SKIP
...     print(snapshot.version)
...     frame = snapshot.polars("select * from marts.rpt_cohort")
"""

from pipelines import take_back
from pipelines.publishing import (
    NothingPublishedError,
    QueryError,
    SnapshotConnection,
    UnknownVersionError,
    connect,
    versions,
)

# Frames of analysts may be large: their Polars works with all cores, as it is used to.
take_back("POLARS_MAX_THREADS")

__all__ = [
    "NothingPublishedError",
    "QueryError",
    "SnapshotConnection",
    "UnknownVersionError",
    "connect",
    "versions",
]
