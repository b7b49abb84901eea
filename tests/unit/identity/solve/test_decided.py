"""What people decide outranks evidence: blocks, merges, splits and erasures in the partition."""

from __future__ import annotations

from tests.unit.identity.worlds import Pair, World, groups, phone_key


def test_a_blocked_phone_is_found_by_its_keyed_hash(world: World) -> None:
    shared = "p" + phone_key("13912341234")
    world.conditions.blocked += [
        {"identifier_type": "phone", "value_clear": "139-1234-1234", "reason": "store line"},
        {"identifier_type": "unionid", "value_clear": "NULL", "reason": "placeholder"},
    ]
    world.deliver([("c1", shared), ("c2", shared), ("c1", "uNULL"), ("c3", "uNULL"), ("c1", "p1")])
    summary = world.resolve()
    assert world.partition() == groups("c1 p1", "c2", "c3")
    assert (summary.blocked, world.reasons()) == (2, {None: 1, "blocked": 4})
    assert world.log("blocked", "reason") == [("placeholder",), ("store line",)]


def test_a_pattern_blocks_what_it_fits_whole(world: World) -> None:
    world.conditions.patterns.append(
        {"identifier_type": "unionid", "pattern": "test.*", "reason": "test account"}
    )
    world.deliver([("c1", "utest1"), ("c2", "utest1"), ("c3", "uatest"), ("c4", "uatest")])
    world.resolve()
    assert world.partition() == groups("c1", "c2", "c3 c4 uatest")


def test_unblocking_outranks_the_list(world: World) -> None:
    world.conditions.blocked.append({"identifier_type": "unionid", "value_clear": "1"})
    world.deliver([("c1", "u1"), ("c2", "u1")])
    world.resolve()
    assert world.partition() == groups("c1", "c2")
    world.conditions.decide("unblock", "u1")
    assert world.resolve().mode == "increment"
    assert world.partition() == groups("c1 c2 u1")
    assert world.log("unblocked", "identifier_id")


def test_a_decision_to_merge_outranks_limits(world: World) -> None:
    world.conditions.types["u"]["max_per_customer"] = 1
    world.conditions.rules[4]["priority"] = 5
    world.deliver([("c1", "u1"), ("c2", "u2"), ("c3", "u3"), ("c3", "p1"), ("c2", "p1")])
    world.conditions.decide("merge", "c1", "c2")
    world.resolve()
    assert world.partition() == groups("c1 c2 u1 u2 p1", "c3 u3")


def test_a_merged_customer_still_takes_what_breaks_no_limit(world: World) -> None:
    world.conditions.types["u"]["max_per_customer"] = 1
    world.deliver([("c1", "u1"), ("c2", "u2"), ("c1", "p1"), ("p1", "d1")])
    world.conditions.decide("merge", "u1", "u2")
    world.resolve()
    assert world.partition() == groups("c1 c2 u1 u2 p1 d1")


def test_a_third_persons_identifier_does_not_slip_in_with_a_merge(world: World) -> None:
    world.conditions.types["u"]["max_per_customer"] = 1
    world.conditions.rules[4]["priority"] = 5
    world.deliver([("c1", "u1"), Pair("c1", "p1", times=2), ("c2", "p2")])
    world.deliver([("c3", "u3"), ("c3", "p1")])
    world.resolve()
    assert world.partition() == groups("c1 u1 p1", "c2 p2", "c3 u3")
    world.conditions.decide("merge", "c1", "c2")
    world.resolve()
    assert world.partition() == groups("c1 c2 u1 p1 p2", "c3 u3")
    assert world.reasons() == {None: 4, "limit": 1}
    assert world.log("merged", "reason") == [("somebody decided that they are one person",)]


def test_two_people_stay_two(world: World) -> None:
    world.deliver([Pair("c1", "p1", times=2), ("c2", "p1"), ("c2", "u1")])
    world.resolve()
    decision = world.conditions.decide("split", "c1", "c2")
    assert world.resolve().mode == "increment"
    assert world.partition() == groups("c1 p1", "c2 u1")
    assert world.reasons() == {None: 2, "cannot_link": 1}
    world.conditions.decide("revoke", None, revokes=decision)
    world.resolve()
    assert world.partition() == groups("c1 c2 p1 u1")


def test_an_identifier_taken_out_stands_alone(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "p1"), ("c2", "u1")])
    world.resolve()
    world.conditions.decide("split", "p1")
    world.resolve()
    assert world.partition() == groups("c1", "c2 u1", "p1")
    assert world.reasons() == {None: 1, "taken_out": 2}


def test_decisions_wait_for_identifiers_that_are_not_there_yet(world: World) -> None:
    world.conditions.decide("merge", "c1", "c2")
    world.conditions.decide("block", "p9")
    world.deliver([], ["c1"])
    world.resolve()
    world.deliver([("c3", "p9"), ("c4", "p9")], ["c2"])
    world.resolve()
    assert world.partition() == groups("c1 c2", "c3", "c4")


def test_an_erased_identifier_never_comes_back(world: World) -> None:
    world.deliver([("c1", "p1"), ("c1", "u1"), ("c2", "u2")])
    world.resolve()
    before = world.customers()
    for name in ("c1", "p1", "u1"):
        world.conditions.decide("erase", name)
    summary = world.resolve()
    assert world.partition() == groups("c2 u2")
    assert (summary.mode, summary.identifiers, summary.edges) == ("increment", 2, 1)
    assert world.log("erased", "customer_id") == [(before["c1"],)]
    world.deliver([("c1", "p1"), ("c1", "u5")], ["p1"])
    world.resolve()
    world.resolve(full=True)
    assert world.partition() == groups("c2 u2", "u5")
    assert world.customers()["u5"] not in before.values(), "an erased id is not used again"
    assert world.execute("select max(identifier_id) > 5 from identity.identifiers") == [(True,)]
