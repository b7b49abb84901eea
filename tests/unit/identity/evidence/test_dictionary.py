"""The dictionary is searched by hash, and no two values are taken for one because they share it."""

from __future__ import annotations

import pytest

from pipelines.identity.evidence import feeds
from pipelines.identity.evidence.dictionary import count_by_type
from tests.same_hash import SAME_HASH
from tests.unit.identity.worlds import Pair, World

_KNOWN = (
    "select identifier_type, identifier_value, identifier_id from identity.identifiers order by all"
)
_CARD, _PHONE = "crm_member_id", "phone"


def test_values_that_share_a_hash_are_two(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    world.execute(
        "update identity.identifiers set value_hash = hash('crm_member_id', '9') "
        "where identifier_type = 'crm_member_id'"
    )
    world.deliver([("c9", "p9"), ("c9", "p1")])
    world.resolve()
    assert world.execute(_KNOWN) == [
        (_CARD, "1", 1), (_CARD, "9", 3), (_PHONE, "1", 2), (_PHONE, "9", 4),
    ]  # fmt: skip


def test_another_release_of_duckdb_hashes_anew(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    before = world.execute(_KNOWN)
    world.execute("update identity.identifiers set value_hash = 0")
    world.execute("update identity.identity_state set value = 'older' where name = 'hashed_by'")
    world.deliver([("c1", "p2")])
    world.resolve()
    assert world.execute(_KNOWN) == [*before, (_PHONE, "2", 3)]


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
