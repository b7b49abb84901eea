"""A process of its own that reads: `python -m … <data folder>`, until its standard input closes.

It reads both tables in one query, through a connection that follows the newest version and through
a fresh one, and ends with an error at the first mixture. Printed at the end: reads, first and last
number seen, and how many different ones.
"""

from __future__ import annotations

import select
import sys
from pathlib import Path

from pipelines.publishing import connect
from pipelines.settings import Settings
from tests.unit.publishing.conftest import read_number


def main(folder: str) -> None:
    settings = Settings(data=Path(folder))
    seen = []
    with connect(settings) as following:
        while not select.select([sys.stdin], [], [], 0)[0]:
            seen.append(read_number(following))
            with connect(settings, follow=False) as fresh:
                number = read_number(fresh)
                assert number >= seen[-1], f"a fresh reader saw {number} after {seen[-1]}"
        seen.append(read_number(following))
    assert seen == sorted(seen), "a reader never goes back to an older version"
    sys.stdout.write(f"{len(seen)} {seen[0]} {seen[-1]} {len(set(seen))}\n")


if __name__ == "__main__":
    main(sys.argv[1])
