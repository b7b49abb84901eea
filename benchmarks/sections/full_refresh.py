"""(a) A full refresh of a brand's whole history, against the floor on the same files."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.inputs.brand import MadeBrand, brand_of_rows, clear, clear_all_but
from benchmarks.inputs.clean_files import write_clean_files
from benchmarks.measure import Measured, Worker, median, run_worker
from benchmarks.options import Options, data_folder
from benchmarks.refreshing import refresh, set_up, time_parts
from benchmarks.results import Figure, Target

DAYS = 90
_FLOOR_BOUND = Target(4.0, "at most")
_BOUND_FROM_ROWS = 9_000_000
"""The bound is for 10 million rows; below, what every refresh costs (e) weighs too much."""
_SIMULATION_BOUND = Target(20.0, "at most")


def measure(options: Options) -> Iterator[Figure]:
    """For each size: what simulating took, the refresh in floors, and where its time goes."""
    for rows in options.rows:
        settings = data_folder(options, f"a-{rows}")
        clear(settings)
        options.say(f"(a) simulating about {rows:,} raw rows")
        made = brand_of_rows(settings, rows, DAYS)
        yield _simulation(made)
        options.say("(a) the floor")
        clean = settings.data_folder / "clean"
        write_clean_files(settings.landing_folder, clean)
        place = (str(clean), str(settings.data_folder / "floor.duckdb"))
        floors, refreshes = [], []
        for turn in range(1, options.repeats + 1):
            floors.append(run_worker(Worker("floor", place)))
            options.say(
                f"(a) refreshing {made.rows:,} rows in {made.files:,} files, "
                f"{turn} of {options.repeats}"
            )
            clear_all_but(settings, (settings.landing_folder, clean))
            set_up(settings)
            refreshes.append(refresh(settings))
        yield from _against_the_floor(made, median(refreshes), median(floors))
        clear(settings)


def _simulation(made: MadeBrand) -> Figure:
    return Figure(
        section="a",
        name=f"simulate {made.rows:,} raw rows",
        value=made.simulated.cpu_seconds / made.rows * 1e6,
        unit="CPU s per million",
        ours=made.simulated,
        target=_SIMULATION_BOUND if made.rows >= 500_000 else None,
        note=f"{made.customers:,} customers, {DAYS} days, {made.files:,} files",
        sizes={"rows": made.rows, "files": made.files, "customers": made.customers},
    )


def _against_the_floor(made: MadeBrand, refreshed: Measured, floor: Measured) -> Iterator[Figure]:
    landed = refreshed.facts["landed"]
    name = f"full refresh, {landed['rows']:,} raw rows"
    yield Figure(
        section="a",
        name=name,
        value=refreshed.cpu_seconds / floor.cpu_seconds,
        unit="× floor",
        ours=refreshed,
        peer_name="DuckDB reads, writes, groups",
        peer=floor,
        target=_FLOOR_BOUND if made.rows >= _BOUND_FROM_ROWS else None,
        note=f"{landed['megabytes']} MB in {landed['files']:,} files; "
        f"{refreshed.wall_seconds:.0f} s by the clock",
        sizes=landed,
        parts=time_parts(refreshed),
    )
    yield Figure(
        section="a",
        name=f"{name}: peak memory",
        value=refreshed.peak_mb / floor.peak_mb,
        unit="× floor",
        sizes=landed,
    )
