"""Load export files into a new warehouse: argument 1 the data folder, then the files."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.workers.told import Clock, tell
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.load import load_files
from pipelines.exports.report import describe
from pipelines.exports.tables import ensure_raw_tables
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse


def main(data: Path, files: list[Path]) -> None:
    """From the bytes on disk to rows in a closed warehouse file."""
    settings = Settings(data=data)
    contracts, key = load_contracts(settings), load_or_create_key(settings)
    settings.warehouse_path.unlink(missing_ok=True)
    with open_warehouse(settings) as warehouse:
        ensure_raw_tables(warehouse, contracts)
    clock = Clock()
    reports = []
    with clock.running(), open_warehouse(settings) as warehouse:
        for loaded in load_files(warehouse, map(describe, files), contracts, key):
            reports += loaded
    tell(
        clock,
        contracts=sorted({str(report.contract) for report in reports}),
        message=next((report.message for report in reports if report.message), None),
        rows_loaded=sum(report.rows_loaded for report in reports),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
