"""A simulated brand's landing folder, of about so many raw rows or with its last day apart."""

from __future__ import annotations

import shutil
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Measured, Worker, run_worker
from pipelines.settings import Settings

_PROBES = (2_000, 20_000)
"""Customers of two small brands: some rows, such as those of reports, do not grow with people."""


@dataclass(frozen=True)
class MadeBrand:
    """What was written, and what writing it took."""

    customers: int
    rows: int
    """Raw rows of all files, as the simulation counts them."""
    files: int
    simulated: Measured


def brand_of_rows(settings: Settings, rows: int, days: int) -> MadeBrand:
    """Simulate a brand whose files hold about so many rows: two small ones tell how many people."""
    probed = []
    for customers in _PROBES:
        probed.append(brand_of_customers(settings, customers, days).rows)
        clear(settings)
    per_customer = (probed[1] - probed[0]) / (_PROBES[1] - _PROBES[0])
    more = (rows - probed[0]) / per_customer
    return brand_of_customers(settings, max(1, round(_PROBES[0] + more)), days)


def brand_of_customers(
    settings: Settings, customers: int, days: int, *, last_day_apart: bool = False
) -> MadeBrand:
    """Simulate a brand into an empty landing folder; its last day's files may lie beside it."""
    arguments = [str(settings.landing_folder), str(customers), str(days)]
    arguments += [str(_last_day(settings))] if last_day_apart else []
    simulated = run_worker(Worker("simulate", tuple(arguments)))
    return MadeBrand(customers, simulated.facts["rows"], simulated.facts["files"], simulated)


def deliver_last_day(settings: Settings) -> int:
    """Move the last day's files into the landing folder; how many."""
    folder, count = _last_day(settings), 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        target = settings.landing_folder / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)  # keeps its modification time, which is its delivery
        count += 1
    return count


def clear(settings: Settings) -> None:
    """Remove everything below the data folder."""
    shutil.rmtree(settings.data_folder, ignore_errors=True)


def clear_all_but(settings: Settings, kept: Container[Path]) -> None:
    """Remove everything below the data folder but these files and folders in it."""
    for path in settings.data_folder.iterdir():
        if path in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _last_day(settings: Settings) -> Path:
    return settings.data_folder / "last_day"
