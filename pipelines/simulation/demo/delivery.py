"""The landing folder: files as an operator drops them, and what is known about each."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines.simulation.demo.period import SHANGHAI_OFFSET


@dataclass(frozen=True)
class DeliveredFile:
    """One file below landing.

    ``rows`` counts the records behind the header, so rows = good + rejected + junk. A title line
    above the header is no record.
    """

    path: str
    exported_at: datetime
    rows: int
    rejected: int
    junk: int


@dataclass
class Landing:
    """Writes files below ``folder`` and remembers them in the order of writing."""

    folder: Path
    files: list[DeliveredFile] = field(default_factory=list)

    def deliver(
        self,
        path: str,
        content: bytes,
        *,
        exported_at: int,
        rows: int,
        rejected: int = 0,
        junk: int = 0,
    ) -> None:
        """Write one file; its modification time is ``exported_at`` (local seconds), since some
        formats state their export time nowhere else.
        """
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        second = exported_at - SHANGHAI_OFFSET
        os.utime(target, (second, second))
        moment = datetime.fromtimestamp(second, UTC)
        self.files.append(DeliveredFile(path, moment, rows, rejected, junk))
