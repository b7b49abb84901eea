"""The published snapshot: atomic, versioned, read-only. BI and notebooks read nothing else."""

from pipelines.publishing.errors import (
    NothingPublishedError,
    PublishError,
    PublishingError,
    PublishInProgressError,
    QueryError,
    UnknownVersionError,
)
from pipelines.publishing.layout import remove_leftovers
from pipelines.publishing.manifest import Manifest
from pipelines.publishing.publisher import Companion, PublishedVersion, publish
from pipelines.publishing.reader import (
    SnapshotConnection,
    SnapshotFile,
    connect,
    read_manifest,
    versions,
)

__all__ = [
    "Companion",
    "Manifest",
    "NothingPublishedError",
    "PublishError",
    "PublishInProgressError",
    "PublishedVersion",
    "PublishingError",
    "QueryError",
    "SnapshotConnection",
    "SnapshotFile",
    "UnknownVersionError",
    "connect",
    "publish",
    "read_manifest",
    "remove_leftovers",
    "versions",
]
