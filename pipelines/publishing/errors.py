"""What can go wrong while publishing or reading; every message names the remedy."""

from __future__ import annotations

from pathlib import Path


class PublishingError(Exception):
    """Base of every error of this folder."""


class PublishError(PublishingError):
    """A version could not be built or did not verify; `current` is what it was before."""


class CopyDiffersError(PublishError):
    """A table of the built file is not the one of the warehouse."""


class PublishInProgressError(PublishError):
    """Another process is publishing into the same serving folder."""


class NothingPublishedError(PublishingError):
    """There is no published version yet."""


class UnknownVersionError(PublishingError):
    """The version that was asked for is not among the kept ones."""


class BrokenVersionError(PublishingError):
    """A file of a published version was damaged; the message names its folder."""

    def __init__(self, folder: Path, reason: Exception) -> None:
        super().__init__(
            f"version {folder.name} cannot be read: {str(reason).splitlines()[0]}\nremedy: delete "
            f"{folder}, then siyu refresh --full; meanwhile --version reads another one that lies "
            "beside it"
        )


def is_damage(error: Exception) -> bool:
    """A block of a file was overwritten: neither DuckDB's error nor Arrow's has its own type."""
    return "Corrupt database file" in str(error)


class QueryError(PublishingError):
    """A query was refused or failed; the message is short enough to show to its author."""
