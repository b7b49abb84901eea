"""When the brand writes to its people: text messages, calls, e-mails and WeCom mass sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulation.draws import Array
from pipelines.simulation.period import DAY, HOUR, Period

_FESTIVALS = {
    (6, 1): "六一大促", (6, 17): "618大促", (8, 17): "818会员节",
    (10, 31): "双11预热", (11, 10): "双11大促", (12, 11): "双12大促",
}  # fmt: skip
_SMS_DAY, _CALL_DAY, _EMAIL_DAY = 8, 12, 5
_THURSDAY, _SUNDAY = 3, 6

NameOf = Callable[[date], str | None]


@dataclass(frozen=True)
class Campaign:
    """One outreach to many people that begins at ``at`` (local seconds)."""

    name: str
    batch: str
    at: int


@dataclass(frozen=True)
class Calendar:
    """The campaigns of a period, each list in the order of time."""

    period: Period

    @cached_property
    def sms(self) -> list[Campaign]:
        """Text messages: before the festivals and on the monthly members' day."""
        return self._on(10 * HOUR, "S", self._sms_name)

    @cached_property
    def calls(self) -> list[Campaign]:
        """AI calls to people who have not bought for long, once a month."""
        return self._on(14 * HOUR, "A", lambda day: "沉睡唤醒" if day.day == _CALL_DAY else None)

    @cached_property
    def emails(self) -> list[Campaign]:
        """The monthly newsletter."""
        return self._on(9 * HOUR, "E", lambda day: "月刊" if day.day == _EMAIL_DAY else None)

    @cached_property
    def single_sends(self) -> list[Campaign]:
        """WeCom messages from the guides to their contacts, every Thursday evening."""
        return self._on(
            19 * HOUR, "C", lambda day: "周四上新" if day.weekday() == _THURSDAY else None
        )

    @cached_property
    def group_sends(self) -> list[Campaign]:
        """WeCom messages to the groups, every Sunday evening."""
        return self._on(
            20 * HOUR, "G", lambda day: "周日福利" if day.weekday() == _SUNDAY else None
        )

    def _sms_name(self, day: date) -> str | None:
        members_day = "会员日" if day.day == _SMS_DAY else None
        return _FESTIVALS.get((day.month, day.day), members_day)

    def _on(self, clock: int, letter: str, name_of: NameOf) -> list[Campaign]:
        found = []
        for index in range(self.period.days):
            day = self.period.first_day + timedelta(days=index)
            name = name_of(day)
            if name is not None:
                at = self.period.start + index * DAY + clock
                found.append(Campaign(f"{name}{day:%m%d}", f"{letter}{day:%Y%m%d}", at))
        return found


def frame_of(campaigns: list[Campaign]) -> pl.DataFrame:
    """Columns campaign (index), name, batch and at."""
    return pl.DataFrame(
        {
            "campaign": range(len(campaigns)),
            "name": [c.name for c in campaigns],
            "batch": [c.batch for c in campaigns],
            "at": [c.at for c in campaigns],
        },
        schema={
            "campaign": pl.Int64,
            "name": pl.String,
            "batch": pl.String,
            "at": pl.Int64,
        },
    )


def moments_of(campaigns: list[Campaign]) -> Array:
    """Their begins as local seconds, shape (campaigns,)."""
    return np.array([c.at for c in campaigns], dtype=np.int64)
