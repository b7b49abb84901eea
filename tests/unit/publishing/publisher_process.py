"""A process of its own that publishes: `python -m … <data folder> <first> <count>`.

Before each publish it writes the number of the version into every row, and prints the number when
that version is current. Printed `0` means: ready, the first publish begins.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from pipelines.publishing import publish
from pipelines.settings import Settings
from tests.unit.publishing.conftest import write_warehouse


def main(folder: str, first: int, count: int) -> None:
    settings = Settings(data=Path(folder), keep_versions=3)
    sys.stdout.write("0\n")
    sys.stdout.flush()
    for number in range(first, first + count):
        write_warehouse(settings, number)
        publish(
            settings,
            now=datetime.now(UTC),
            as_of=None,
            sources=[],
            checks={"number": number},
            fingerprint=str(number),
            rules="r1",
        )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
