"""Simulate a brand: argument 1 its landing folder, 2 customers, 3 days, 4 (optional) a folder for
the files of the last day.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.workers.told import Clock, tell
from pipelines.simulation import simulate_brand


def main(landing: Path, customers: int, days: int, last_day_folder: Path | None) -> None:
    """Write its files and the truth about them."""
    truth, clock = landing.parent / "truth", Clock()
    with clock.running():
        simulate_brand(
            landing, truth, customers=customers, days=days, last_day_folder=last_day_folder
        )
    files = pl.read_parquet(truth / "files.parquet")
    tell(clock, files=files.height, rows=int(files["rows"].sum()))


if __name__ == "__main__":
    last_day = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), last_day)
