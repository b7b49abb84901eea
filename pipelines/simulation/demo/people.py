"""The population: who exists, which identifiers each person holds, when each was first met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation.demo.catalogue import (
    GIVEN_NAMES,
    NICK_WORDS,
    PLACE_SHARES,
    PLACES,
    STORE_PHONE,
    SURNAMES,
    TEST_PHONE,
)
from pipelines.simulation.demo.period import DAY, HOUR, Array, Period, random_texts

SMALLEST_POPULATION = 100
"""With fewer, some platform may have nobody at all and its file no rows to spoil."""
LARGEST_POPULATION = 90_000
"""There are only 99,000 fictional numbers 199000xxxxx outside the reserved ones."""


@dataclass(frozen=True)
class Population:
    """One entry per person in every array; the index is the person id.

    ``met_day`` is the day of the first contact (negative: before the period). The booleans say
    on which platform the person exists; a person exists on at least one.
    """

    met_day: Array
    place: Array
    surname: Array
    given_name: Array
    nick_name: Array
    phone: Array
    crm_phone: Array
    unionid: Array
    tmall_nick: Array
    on_tmall: Array
    on_douyin: Array
    on_wecom: Array
    follows_account: Array
    is_member: Array
    on_youzan: Array

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.place)

    def place_column(self, attribute: str, people: Array) -> Array:
        """An attribute of the place of each of the people, as texts."""
        return np.array([getattr(place, attribute) for place in PLACES])[self.place[people]]

    def identifiers(self, kind: str, values: Array, people: Array) -> pl.DataFrame:
        """Rows (identifier_type, identifier_value, person_id) for the truth table."""
        return pl.DataFrame(
            {
                "identifier_type": [kind] * len(people),
                "identifier_value": np.asarray(values, dtype=object),
                "person_id": people.astype(np.int64),
            },
            schema={
                "identifier_type": pl.String,
                "identifier_value": pl.String,
                "person_id": pl.Int64,
            },
        )

    def touch_seconds(
        self, rng: np.random.Generator, period: Period, people: Array, mean_lag_days: float
    ) -> Array:
        """When each of the people is met on a further channel: local seconds within the period
        or before it, in opening hours, never before the first contact.
        """
        lag = rng.exponential(mean_lag_days, len(people)).astype(np.int64)
        lag[rng.random(len(people)) < 0.4] = 0  # this channel was the first contact
        met = self.met_day[people]
        day = np.where(met + lag < period.days, met + lag, met)
        return period.start + day * DAY + 9 * HOUR + rng.integers(0, 12 * HOUR, len(people))


def simulate_people(rng: np.random.Generator, period: Period, count: int) -> Population:
    """Draw ``count`` people. Raises ValueError when they are too few or too many."""
    if not SMALLEST_POPULATION <= count <= LARGEST_POPULATION:
        limits = f"{SMALLEST_POPULATION} and {LARGEST_POPULATION}"
        raise ValueError(f"people must be between {limits}, not {count}")
    held = {name: rng.random(count) < share for name, share in _SHARES.items()}
    lonely = ~np.logical_or.reduce(list(held.values()))
    held["follows_account"] |= lonely
    phones = _phones(rng, count)
    words = np.array(NICK_WORDS)[rng.integers(0, len(NICK_WORDS), count)]
    number = rng.permutation(count) + 10_000
    in_wechat = held["on_wecom"] | held["follows_account"]
    return Population(
        met_day=_first_contacts(rng, period, count),
        place=rng.choice(len(PLACES), size=count, p=PLACE_SHARES),
        surname=np.array(SURNAMES)[rng.integers(0, len(SURNAMES), count)],
        given_name=np.array(GIVEN_NAMES)[rng.integers(0, len(GIVEN_NAMES), count)],
        nick_name=words,
        phone=phones,
        crm_phone=_crm_phones(rng, phones, held["is_member"]),
        unionid=np.where(in_wechat, np.char.add("oU", random_texts(rng, count, 26)), ""),
        tmall_nick=np.char.add(words, number.astype(str)),
        **held,
    )


_SHARES = {
    "on_tmall": 0.44,
    "on_douyin": 0.27,
    "on_wecom": 0.26,
    "follows_account": 0.30,
    "is_member": 0.38,
    "on_youzan": 0.10,
}


def _first_contacts(rng: np.random.Generator, period: Period, count: int) -> Array:
    """Half of the people were met within the year before; the others arrive with demand."""
    arrivals = period.sample_days(rng, np.zeros(count, dtype=np.int64))
    known = rng.random(count) < 0.52
    return np.where(known, -rng.integers(1, 360, count), arrivals)


def _phones(rng: np.random.Generator, count: int) -> Array:
    numbers = rng.permutation(99_000)[:count]
    return np.char.add("199000", np.char.zfill(numbers.astype(str), 5))


def _crm_phones(rng: np.random.Generator, phones: Array, is_member: Array) -> Array:
    """What the CRM holds: mostly the own number; some families share one, some are not theirs."""
    typed = phones.copy()
    members = rng.permutation(np.flatnonzero(is_member))
    fifth = max(len(members) // 200, 1)
    if len(members) < 6 * fifth:
        return typed
    typed[members[:fifth]] = phones[members[fifth : 2 * fifth]]  # two people, one family phone
    typed[members[2 * fifth : 5 * fifth]] = STORE_PHONE
    typed[members[5 * fifth : 6 * fifth]] = TEST_PHONE
    return typed
