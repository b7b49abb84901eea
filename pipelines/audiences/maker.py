"""Who builds or withdraws, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.settings import LOCAL_TIME_ZONE


@dataclass(frozen=True)
class Maker:
    """Who builds, and when."""

    name: str
    note: str
    at: datetime
    """With time zone."""

    @property
    def at_utc(self) -> datetime:
        """Naive UTC, as the ledger keeps it."""
        return self.at.astimezone(UTC).replace(tzinfo=None)

    @property
    def day(self) -> date:
        """Local day, Asia/Shanghai."""
        return self.at.astimezone(LOCAL_TIME_ZONE).date()
