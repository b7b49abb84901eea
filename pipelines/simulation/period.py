"""The simulated period and its demand: seasons, weekends, the 6.18 and 11.11 peaks.

Times inside the simulation are int64 *local seconds*: the Shanghai wall clock read as if it were
UTC. Null means "has not happened".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np

from pipelines.simulation.draws import Array
from pipelines.simulation.profiles import Profile

DAY = 86_400
HOUR = 3_600
SHANGHAI_OFFSET = 8 * HOUR
LAST_DAY = date(2026, 8, 29)
"""The day on which a period ends unless another one is asked for: 90 days begin on 1 June."""

_PEAKS = {
    (6, 1): 1.8, (6, 2): 1.5, (6, 3): 1.4, (6, 16): 2.0, (6, 17): 3.0, (6, 18): 6.0,
    (6, 19): 2.0, (6, 20): 1.4, (8, 17): 1.4, (8, 18): 2.0, (10, 31): 2.0, (11, 1): 3.0,
    (11, 2): 1.6, (11, 3): 1.4, (11, 9): 1.5, (11, 10): 2.5, (11, 11): 7.0, (11, 12): 2.0,
    (12, 12): 2.0,
}  # fmt: skip
_HOURS = np.array([3, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 5, 5, 5, 5, 5, 5, 6, 9, 10, 8, 5])
_LAST_MINUTES = 600
"""Nothing happens in the last ten minutes of the period: the evening's exports are done by then."""


@dataclass(frozen=True)
class Period:
    """``days`` whole local days from ``first_day``."""

    first_day: date
    days: int

    @classmethod
    def ending(cls, last_day: date, days: int) -> Period:
        """The period of ``days`` days whose last one is ``last_day``."""
        return cls(last_day - timedelta(days=days - 1), days)

    @property
    def last_day(self) -> date:
        """The last local day."""
        return self.first_day + timedelta(days=self.days - 1)

    @cached_property
    def start(self) -> int:
        """Local second at which the first day begins."""
        first = self.first_day
        return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    @property
    def end(self) -> int:
        """Local second at which the last day is over."""
        return self.start + self.days * DAY


@dataclass(frozen=True)
class Demand:
    """How a profile's demand spreads over the days of a period.

    Demand time runs from 0 to ``period.days`` and passes quickly on busy days: whoever buys every
    30 units of it buys more often around the peaks and in the season.
    """

    period: Period
    profile: Profile

    @cached_property
    def weights(self) -> Array:
        """Relative demand of each day, mean 1, shape (days,)."""
        weights = np.empty(self.period.days)
        for index in range(self.period.days):
            day = self.period.first_day + timedelta(days=index)
            weekend = self.profile.weekend_factor if day.weekday() >= 5 else 1.0
            peak = _PEAKS.get((day.month, day.day), 1.0) ** self.profile.peak_strength
            growth = 1 + 0.2 * index / 365
            weights[index] = weekend * peak * growth * self.profile.season[day.month - 1]
        return weights / weights.mean()

    @cached_property
    def _reached(self) -> Array:
        """Demand time at the begin of each day and at the end, shape (days + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.weights)])

    def demand_time(self, day: Array) -> Array:
        """Demand time at which each of the days begins; days before the period give 0."""
        return self._reached[np.clip(day, 0, self.period.days)]

    def day_at(self, demand_time: Array) -> Array:
        """The day index that each demand time falls on."""
        found = np.searchsorted(self._reached, demand_time, side="right") - 1
        return np.clip(found, 0, self.period.days - 1)

    def days(self, rng: np.random.Generator, not_before: Array) -> Array:
        """One day index per entry of ``not_before``, by demand, on that day or later."""
        floor = self.demand_time(np.minimum(not_before, self.period.days - 1))
        return self.day_at(floor + rng.random(len(not_before)) * (self._reached[-1] - floor))

    def moments(self, rng: np.random.Generator, day: Array) -> Array:
        """A local second on each of the days, with an evening peak."""
        hour = rng.choice(24, size=len(day), p=_HOURS / _HOURS.sum())
        second = self.period.start + day * DAY + hour * HOUR + rng.integers(0, HOUR, len(day))
        return np.minimum(second, self.period.end - _LAST_MINUTES)


def stamp(second: int, pattern: str) -> str:
    """A local second in a file name."""
    return datetime.fromtimestamp(second, UTC).strftime(pattern)
