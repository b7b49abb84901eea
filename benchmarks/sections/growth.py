"""(f) What one more day costs after a short and after a long history."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.inputs.brand import brand_of_customers, clear, deliver_last_day
from benchmarks.measure import Measured
from benchmarks.options import Options, data_folder
from benchmarks.refreshing import refresh, set_up, time_parts
from benchmarks.results import Figure


def measure(options: Options) -> Iterator[Figure]:
    """The refresh that takes in the last day, and its cost in units of the shortest history's."""
    shortest: Measured | None = None
    for days in options.history_days:
        settings = data_folder(options, f"f-{days}")
        clear(settings)
        options.say(f"(f) {days} days of history, then one more")
        made = brand_of_customers(
            settings, options.history_customers, days + 1, last_day_apart=True
        )
        set_up(settings)
        history = refresh(settings)
        late_files = deliver_last_day(settings)
        day = refresh(settings)
        shortest = shortest or day
        new_rows = day.facts["landed"]["rows"] - history.facts["landed"]["rows"]
        yield Figure(
            section="f",
            name=f"one more day after {days}",
            value=day.cpu_seconds / shortest.cpu_seconds,
            unit=f"× after {options.history_days[0]} days",
            ours=day,
            peer_name="the whole history",
            peer=history,
            note=f"{new_rows:,} rows in {late_files} files on top of "
            f"{history.facts['landed']['rows']:,} rows",
            sizes={"days": days, "rows": made.rows, "files": made.files, "new_rows": new_rows},
            parts=time_parts(day),
        )
        clear(settings)
