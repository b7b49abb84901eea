"""Which identifiers become one customer."""

from __future__ import annotations

import random

import pytest

from pipelines.identity import IdentityInputError
from tests.unit.identity.conftest import World, phone_key


def test_strong_evidence_joins_across_types(world: World) -> None:
    world.deliver([("c1", "p1"), ("c1", "u1"), ("u1", "o1"), ("u1", "w1"), ("c2", "p2")], ["t9"])
    summary = world.resolve()
    assert world.partition() == {
        frozenset({"c1", "p1", "u1", "o1", "w1"}),
        frozenset({"c2", "p2"}),
        frozenset({"t9"}),
    }
    assert (summary.identifiers, summary.new_identifiers) == (8, 8)
    assert (summary.edges, summary.used_edges) == (5, 5)
    assert (summary.customers, summary.created, summary.largest_customer) == (3, 3, 5)
    assert (summary.merged, summary.split, summary.retired, summary.blocked) == (0, 0, 0, 0)
    assert summary.moved_identifiers == 8


def test_a_chain_of_ten_thousand_is_one_customer(world: World) -> None:
    links = [(f"c{number}", f"c{number + 1}") for number in range(10_000)]
    random.Random(1).shuffle(links)
    world.deliver(links)
    summary = world.resolve()
    assert (summary.customers, summary.largest_customer) == (1, 10_001)


def test_a_star_within_its_limit_is_one_customer(world: World) -> None:
    world.deliver([(f"c{number}", "pshared") for number in range(5)])
    assert world.resolve().customers == 1


def test_an_identifier_beyond_its_limit_joins_nobody(world: World) -> None:
    world.deliver([*((f"c{number}", "pshared") for number in range(6)), ("c1", "u1"), ("c1", "p1")])
    summary = world.resolve()
    assert frozenset({"pshared"}) in world.partition(), "it stays a customer of its own"
    assert frozenset({"c1", "u1", "p1"}) in world.partition()
    assert summary.customers == 7
    assert summary.guarded == 1
    assert world.reasons() == {None: 2, "degree_guard": 6}
    assert world.execute("select * exclude (identifier_id) from identity.identity_guarded") == [
        ("crm_member_id", 6, 5)
    ]
    [(*_, reason)] = world.log("guarded")
    assert reason == "6 neighbours of type crm_member_id, at most 5 allowed"


def test_degrees_count_distinct_neighbours_of_one_type(world: World) -> None:
    # Five cards and five openids around one unionid: ten neighbours, five of each type.
    edges = [(f"c{number}", "u1") for number in range(5)]
    edges += [("u1", f"o{number}") for number in range(5)]
    world.deliver(edges)
    # The same pair from a second source is no second neighbour.
    world.execute(
        "insert into intermediate.int_identity__edges "
        "select * replace ('youzan_customers' as source) from intermediate.int_identity__edges"
    )
    summary = world.resolve()
    assert (summary.guarded, summary.customers, summary.edges) == (0, 1, 20)


def test_a_type_without_a_limit_is_never_guarded(world: World) -> None:
    world.execute(
        "update seeds.identity_identifier_types set max_degree = null "
        "where identifier_type = 'phone'"
    )
    world.deliver([(f"c{number}", "pshared") for number in range(50)])
    assert world.resolve().customers == 1


def test_weak_and_inactive_rules_join_nobody(world: World) -> None:
    world.deliver([("c1", "p1"), ("t1", "p1")])
    world.resolve()
    assert world.partition() == {frozenset({"c1", "p1"}), frozenset({"t1"})}
    assert world.reasons() == {None: 1, "rule_inactive": 1}

    world.execute("update seeds.identity_rules set is_active = true where rule_id = 8")
    assert world.resolve().customers == 2
    assert world.reasons() == {None: 1, "weak": 1}

    world.execute("update seeds.identity_rules set is_active = false where rule_id = 3")
    assert world.resolve().customers == 3
    assert world.reasons() == {"rule_inactive": 1, "weak": 1}


def test_unused_edges_do_not_count_towards_the_degree(world: World) -> None:
    world.deliver([("c1", "p1"), *((f"t{number}", "p1") for number in range(20))])
    assert world.resolve().guarded == 0
    assert frozenset({"c1", "p1"}) in world.partition()


def test_a_blocked_phone_is_found_by_its_keyed_hash(world: World) -> None:
    shared = "p" + phone_key("13912341234")
    world.block("phone", "139-1234-1234", "store line")
    world.block("unionid", "NULL", "placeholder")
    world.deliver([("c1", shared), ("c2", shared), ("c1", "uNULL"), ("c3", "uNULL"), ("c1", "p1")])
    summary = world.resolve()
    assert world.partition() == {
        frozenset({"c1", "p1"}),
        frozenset({"c2"}),
        frozenset({"c3"}),
    }
    assert summary.blocked == 2
    assert world.reasons() == {None: 1, "blocked": 4}
    assert sorted(row[3] for row in world.log("blocked")) == ["placeholder", "store line"]
    assert sorted(world.execute("select reason from identity.identity_blocked")) == [
        ("placeholder",),
        ("store line",),
    ]


def test_block_values_that_cannot_arrive_and_repeated_ones_do_no_harm(world: World) -> None:
    world.block("phone", "13800138000")
    world.block("phone", "not a number")
    world.block("tmall_nick", "shop", "first")
    world.block("tmall_nick", " shop ", "second")
    world.deliver([("c1", "p1")])
    assert world.resolve().blocked == 0


def test_an_identifier_known_only_as_blocked_belongs_to_nobody(world: World) -> None:
    world.block("crm_member_id", "0")
    world.deliver([], ["c0"])
    summary = world.resolve()
    assert (summary.identifiers, summary.blocked, summary.customers) == (1, 1, 0)
    assert world.customers() == {}


def test_equal_values_of_two_types_are_two_identifiers(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "u1")])
    world.resolve()
    assert world.partition() == {frozenset({"c1", "p1"}), frozenset({"c2", "u1"})}


def test_loops_and_repeats_change_nothing(world: World) -> None:
    world.deliver([("c1", "c1"), ("c1", "p1")])
    assert world.resolve().customers == 1


def test_empty_input_gives_empty_tables(world: World) -> None:
    summary = world.resolve()
    assert set(vars(summary).values()) == {0}
    assert all(rows == [] for rows in world.state().values())


def test_identifiers_without_a_single_edge(world: World) -> None:
    world.deliver([], ["c1", "p1"])
    assert world.resolve().customers == 2


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("update intermediate.int_identity__edges set rule_id = 99", "rule"),
        (
            "delete from intermediate.int_identity__identifiers where identifier_type = 'phone'",
            "identifier",
        ),
        (
            "update intermediate.int_identity__identifiers set identifier_type = 'imei' "
            "where identifier_type = 'phone'",
            "imei; add them to the seed",
        ),
    ],
)
def test_contradictory_input_stops_and_leaves_the_old_state(
    world: World, damage: str, message: str
) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    before = world.state()
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.execute(damage)
    with pytest.raises(IdentityInputError, match=message):
        world.resolve()
    assert world.state() == before
