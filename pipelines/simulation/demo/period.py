"""The simulated period: day weights with the 6.18 peak, export moments, window snapshots.

Times inside the simulation are *local seconds*: the Shanghai wall clock read as if it were UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DAY = 86_400
HOUR = 3_600
SHANGHAI_OFFSET = 8 * HOUR
NEVER = 1 << 60
"""Local second of what does not happen."""

EXPORT_WINDOW_DAYS = 30
EXPORT_STEP_DAYS = 15
"""Every order is exported once more when it is 15 days or older. No order changes later than that
after its creation, so the newest snapshot that covers it shows its last state."""

_PEAKS = {
    (6, 1): 1.8, (6, 2): 1.5, (6, 3): 1.4, (6, 16): 2.0, (6, 17): 3.0, (6, 18): 6.0,
    (6, 19): 2.0, (6, 20): 1.4, (8, 17): 1.4, (8, 18): 2.0,
}  # fmt: skip
_HOURS = np.array([3, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 5, 5, 5, 5, 5, 5, 6, 9, 10, 8, 5])


@dataclass(frozen=True)
class Window:
    """One export: rows created in [start, end) as they stand at ``exported_at``."""

    start: int
    end: int
    exported_at: int


@dataclass(frozen=True)
class Period:
    """``days`` whole local days from ``first_day``."""

    first_day: date
    days: int

    @cached_property
    def start(self) -> int:
        """Local second at which the first day begins."""
        first = self.first_day
        return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    @property
    def end(self) -> int:
        """Local second at which the last day is over."""
        return self.start + self.days * DAY

    @cached_property
    def day_weights(self) -> Array:
        """Relative demand of each day: weekends, festivals, a slow upward trend."""
        weights = np.empty(self.days)
        for index in range(self.days):
            day = self.first_day + timedelta(days=index)
            weekend = 1.25 if day.weekday() >= 5 else 1.0
            peak = _PEAKS.get((day.month, day.day), 1.0)
            weights[index] = weekend * peak * (1 + 0.2 * index / self.days)
        return weights

    @cached_property
    def _demand_before(self) -> Array:
        """Demand before each day and before the end, shape (days + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.day_weights)])

    def share_left(self, day: Array) -> Array:
        """Share of the period's demand from each of the days on."""
        return 1 - self._demand_before[day] / self._demand_before[-1]

    def sample_days(self, rng: np.random.Generator, not_before: Array) -> Array:
        """One day index per entry of ``not_before``, by weight, on that day or later."""
        reached = self._demand_before
        floor = reached[np.clip(not_before, 0, self.days - 1)]
        drawn = floor + rng.random(len(not_before)) * (reached[-1] - floor)
        return np.clip(np.searchsorted(reached, drawn, side="right") - 1, 0, self.days - 1)

    def moments(self, rng: np.random.Generator, day: Array) -> Array:
        """A local second on each of the days, with an evening peak."""
        hour = rng.choice(24, size=len(day), p=_HOURS / _HOURS.sum())
        return self.start + day * DAY + hour * HOUR + rng.integers(0, HOUR, len(day))

    def windows(self, export_clock: int, *, first_start: int = 0) -> tuple[Window, ...]:
        """Overlapping snapshots, oldest first; ``export_clock`` is seconds after the last day.

        The first window reaches back to day ``first_start``. There are two or more unless the
        period is shorter than one step, so that later files do change earlier rows.
        """
        ends = [self.days]
        while ends[-1] - EXPORT_STEP_DAYS > first_start and (
            ends[-1] - EXPORT_WINDOW_DAYS > first_start or len(ends) < 2
        ):
            ends.append(ends[-1] - EXPORT_STEP_DAYS)
        return tuple(
            Window(
                self.start + (end - EXPORT_WINDOW_DAYS) * DAY,
                self.start + end * DAY,
                self.start + end * DAY + export_clock,
            )
            for end in reversed(ends)
        )


def stamp(second: int, pattern: str) -> str:
    """A local second in a file name."""
    return datetime.fromtimestamp(second, UTC).strftime(pattern)


def random_texts(rng: np.random.Generator, count: int, length: int) -> Array:
    """``count`` texts of ``length`` lower-case letters and digits, shape (count,)."""
    letters = np.array(list("0123456789abcdefghijklmnopqrstuvwxyz"))
    drawn = letters[rng.integers(0, len(letters), (count, length))]
    return np.ascontiguousarray(drawn).view(f"<U{length}").reshape(count)
