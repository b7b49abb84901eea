"""The dictionary knows its values again, and takes no two for one."""

from __future__ import annotations

import hashlib

import pytest

from pipelines.identity.evidence import feeds
from pipelines.identity.evidence.dictionary import count_by_type
from tests.same_hash import SAME_HASH
from tests.unit.identity.worlds import Pair, World


def test_known_values_keep_their_ids_and_new_ones_of_the_same_hash_get_others(world: World) -> None:
    known = (
        "select identifier_value, identifier_id from identity.identifiers "
        "where identifier_type = 'crm_member_id' order by all"
    )
    one, other = (f"c{value}" for value in SAME_HASH)
    world.deliver([(one, "p1")])
    world.resolve()
    world.deliver([(one, "p2"), (other, "p3")])
    world.resolve()
    assert world.execute(known) == [(SAME_HASH[0], 1), (SAME_HASH[1], 3)]


def test_numbers_of_values_are_those_of_every_release(world: World) -> None:
    """A release of DuckDB that made others would know no stored value again."""
    world.deliver([("c1", "p1")])
    world.resolve()
    number = int.from_bytes(hashlib.md5(b"phone:1").digest(), "little")
    stored = "select value_md5 from identity.identifiers where identifier_type = 'phone'"
    assert world.execute(stored) == [(number,)]


@pytest.mark.parametrize("weak", [0, 1, 3])
def test_values_of_one_hash_are_kept_apart(
    weak: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where so many other keys give all values one number."""
    key_with = feeds._key_with

    def weakened(salt: int, identifier_type: str, value: str) -> str:
        key = key_with(salt, identifier_type, value)
        return f"{key} % 1" if 0 < salt <= weak else key

    monkeypatch.setattr(feeds, "_key_with", weakened)
    one, other = (f"c{value}" for value in SAME_HASH)
    world.deliver([(one, "p1"), (other, "p2")])
    world.resolve()
    customers = world.customers()
    assert customers[one] == customers["p1"] != customers[other] == customers["p2"]


def test_what_was_seen_earlier_stands_beside_the_dictionary(world: World) -> None:
    world.deliver([Pair("c1", "p1", first=30), Pair("c2", "p2", first=30)])
    world.resolve()
    for day in (20, 10, 25):
        world.deliver([Pair("c1", "p3", first=day)])
        world.resolve()
    earlier = (
        "select identifier_value, d.first_seen_at - e.first_seen_at = interval 20 day "
        "from identity.identity_seen_earlier e join identity.identifiers d using (identifier_id) "
        "where identifier_type = 'crm_member_id'"
    )
    assert world.execute(earlier) == [("1", True)]
    tables = "identifiers", "identity_seen_earlier"
    before = world.state()
    world.resolve(full=True)
    after = world.state()
    assert [after[table] for table in tables] == [before[table] for table in tables]


def test_identifiers_are_counted_as_they_come_and_go(world: World) -> None:
    def is_right() -> bool:
        counted = "select identifier_type, count(*) from identity.identifiers group by all"
        return count_by_type(world.connection) == dict(world.execute(counted))

    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.resolve()
    assert is_right()
    world.deliver([("c2", "p3"), ("c3", "u3")])
    world.resolve()
    assert is_right()
    world.conditions.decide("erase", "p3")
    world.deliver([("c4", "p4")])
    world.resolve()
    assert is_right()
    assert count_by_type(world.connection)["phone"] == 3
