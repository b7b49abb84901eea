"""(f) What the same day costs after a history and after one with ten times as many touches."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.inputs.brand import brand_of_customers, clear, deliver_last_day
from benchmarks.measure import Measured, Worker, run_worker
from benchmarks.options import Options, data_folder
from benchmarks.refreshing import refresh, set_up, time_parts
from benchmarks.results import Figure, Target
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse

_TARGET = Target(3.0, "at most")
_TIMES = 9.0
"""The target is one of about ten times the touches."""


def measure(options: Options) -> Iterator[Figure]:
    """The refresh that takes in the last day, and its cost in units of the shortest history's."""
    shortest: tuple[int, Measured] | None = None
    customers = options.history_customers * options.history_copies
    for visits in options.history_visits:
        settings = data_folder(options, f"f-{visits}")
        clear(settings)
        options.say(f"(f) {customers:,} customers, {visits} visits of each member, one more day")
        brand_of_customers(
            settings, options.history_customers, options.history_days, last_day_apart=True
        )
        set_up(settings)
        arguments = (settings.data_folder, options.history_copies, visits)
        run_worker(Worker("history", tuple(map(str, arguments))))
        history = refresh(settings)
        late_files = deliver_last_day(settings)
        day = refresh(settings)
        touches, rebuilt = _touches(settings), str(day.facts["rebuilt"])
        shortest = shortest or (touches, day)
        new_rows = day.facts["landed"]["rows"] - history.facts["landed"]["rows"]
        yield Figure(
            section="f",
            name=f"one more day after {touches:,} touches",
            value=day.cpu_seconds / shortest[1].cpu_seconds,
            unit=f"× with {options.history_visits[0]} visits a member",
            ours=day,
            peer_name="the whole history",
            peer=history,
            target=_TARGET if touches >= _TIMES * shortest[0] else None,
            note=f"{new_rows:,} rows in {late_files} files on top of "
            f"{history.facts['landed']['rows']:,} rows; {rebuilt}",
            sizes={"customers": customers, "touches": touches, "new_rows": new_rows},
            parts=time_parts(day),
        )
        clear(settings)


def _touches(settings: Settings) -> int:
    with open_warehouse(settings, read_only=True) as warehouse:
        [(touches,)] = warehouse.execute(
            "select count(*) from intermediate.int_touchpoints"
        ).fetchall()
    return int(touches)
