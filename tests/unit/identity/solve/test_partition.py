"""Which identifiers become one customer: evidence, limits, guard, periods, devices."""

from __future__ import annotations

import pytest

from pipelines.identity import IdentityInputError
from pipelines.identity.solve import touched
from tests.unit.identity.worlds import NOW, Pair, World, groups


def test_strong_evidence_joins_across_types(world: World) -> None:
    world.deliver([("c1", "p1"), ("c1", "u1"), ("u1", "o1"), ("u1", "w1"), ("c2", "p2")], ["t9"])
    summary = world.resolve()
    assert world.partition() == groups("c1 p1 u1 o1 w1", "c2 p2", "t9")
    assert (summary.identifiers, summary.new_identifiers) == (8, 8)
    assert (summary.edges, summary.used_edges) == (5, 5)
    assert (summary.customers, summary.created, summary.largest_customer) == (3, 3, 5)
    assert (summary.merged, summary.split, summary.retired, summary.blocked) == (0, 0, 0, 0)
    assert (summary.mode, summary.moved_identifiers) == ("rebuild", 8)


def test_equal_values_of_two_types_are_two_identifiers(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "u1")])
    world.resolve()
    assert world.partition() == groups("c1 p1", "c2 u1")


def test_loops_and_repeats_change_nothing(world: World) -> None:
    world.deliver([("c1", "c1"), ("c1", "p1"), ("c1", "p1")])
    assert world.resolve().customers == 1
    assert world.execute("select evidence_count from identity.identity_edges") == [(2,)]


def test_empty_input_gives_empty_tables(world: World) -> None:
    summary = world.resolve()
    assert {figure for figure in vars(summary).values() if isinstance(figure, int)} == {0}
    assert world.partition() == set()


def test_identifiers_without_a_single_edge(world: World) -> None:
    world.deliver([], ["c1", "p1"])
    assert world.resolve().customers == 2


class TestRules:
    def test_inactive_rules_join_nobody(self, world: World) -> None:
        world.deliver([("c1", "p1"), ("t1", "p1")])
        world.resolve()
        assert world.partition() == groups("c1 p1", "t1")
        assert world.reasons() == {None: 1, "rule_inactive": 1}
        world.conditions.rules[8]["is_active"] = True
        assert world.resolve().mode == "increment"
        assert world.partition() == groups("c1 p1 t1")

    def test_other_rules_solve_what_they_touch(self, world: World) -> None:
        world.deliver([("c1", "p1"), ("t1", "p1"), ("c2", "p2"), ("c3", "p3"), ("c3", "p4")])
        assert world.resolve().solved_identifiers == 8
        rules, types = world.conditions.rules, world.conditions.types

        rules[8]["is_active"] = True
        summary = world.resolve()
        assert (summary.mode, summary.reason) == ("increment", "other rules (rule 8)")
        assert summary.solved_identifiers == 3, "c1, p1 and t1"

        types["p"]["max_per_customer"] = 1
        summary = world.resolve()
        assert summary.reason == "other rules (max_per_customer of phone)"
        assert summary.solved_identifiers == 3, "c3, p3 and p4 alone hold more than one phone"
        assert world.partition() == groups("c1 p1 t1", "c2 p2", "c3 p3", "p4")

        types["p"] |= {"priority": 7, "guard_max": 6}
        assert world.resolve().solved_identifiers == 0
        types["t"]["normaliser"] = "account"
        summary = world.resolve()
        assert (summary.mode, summary.solved_identifiers) == ("all", 8)
        assert summary.reason == "other rules (other normaliser of tmall_nick)"

    def test_what_touches_much_solves_everything(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(touched, "ALWAYS_FOLLOWED", 2)
        world.deliver([(f"c{n}", f"p{n}") for n in range(6)] + [("c0", "u0"), ("t1", "p1")])
        world.resolve()
        rules = world.conditions.rules
        rules[8]["is_active"] = True
        summary = world.resolve()
        assert (summary.mode, summary.solved_identifiers) == ("increment", 3), "of 14"
        rules[3]["is_active"] = False
        summary = world.resolve()
        assert (summary.mode, summary.solved_identifiers) == ("all", 14)
        assert summary.reason == "other rules (rule 3), which touch so much that all is solved"
        alone = [f"{letter}{n}" for letter in "cp" for n in range(2, 6)]
        assert world.partition() == groups("c0 u0", "t1 p1", "p0", "c1", *alone)
        world.deliver([("c9", "p9")])
        assert world.resolve().mode == "increment"

    def test_a_silence_touches_whom_it_parts(self, world: World) -> None:
        world.deliver([Pair("c1", "p1", first=0), Pair("c2", "p1", first=90), ("c3", "p3")])
        world.resolve()
        world.conditions.types["p"]["reuse_silence_days"] = 60
        assert world.resolve().solved_identifiers == 3
        assert world.partition() == groups("c1 p1", "c2 p1@1", "c3 p3")
        world.conditions.types["p"]["reuse_silence_days"] = None
        assert world.resolve().solved_identifiers == 3
        assert world.partition() == groups("c1 c2 p1", "c3 p3")

    def test_a_rule_may_ask_for_several_rows_of_evidence(self, world: World) -> None:
        world.conditions.rules[3]["min_evidence"] = 2
        world.deliver([("c1", "p1"), Pair("c2", "p2", times=2)])
        world.resolve()
        assert world.partition() == groups("c1", "p1", "c2 p2")
        assert world.reasons() == {None: 1, "too_little_evidence": 1}
        world.deliver([("c1", "p1")], source="stores")
        world.resolve()
        assert world.partition() == groups("c1 p1", "c2 p2"), "two sources, a row each"

    def test_evidence_of_a_rule_that_was_taken_out_is_not_used(self, world: World) -> None:
        world.deliver([("c1", "p1"), ("u1", "w1")])
        world.resolve()
        del world.conditions.rules[1]
        world.resolve()
        assert world.partition() == groups("c1 p1", "u1", "w1")
        assert world.reasons() == {None: 1, "rule_inactive": 1}

    def test_a_changed_limit_solves_old_data_anew(self, world: World) -> None:
        world.deliver([("c1", "u1"), Pair("c1", "u2", times=2)])
        world.resolve()
        assert world.partition() == groups("c1 u1 u2")
        world.conditions.types["u"]["max_per_customer"] = 1
        world.resolve()
        assert world.partition() == groups("c1 u2", "u1")
        del world.conditions.types["u"]["max_per_customer"]
        world.resolve()
        assert world.partition() == groups("c1 u1 u2")


class TestLimits:
    def test_the_strongest_evidence_is_joined_first(self, world: World) -> None:
        world.conditions.types["u"]["max_per_customer"] = 1
        world.conditions.rules[4]["priority"] = 5
        world.deliver(
            [Pair("c1", "p1", times=9), Pair("c2", "p1", times=8), ("c1", "u1"), ("c2", "u2")]
        )
        summary = world.resolve()
        assert world.partition() == groups("c1 u1 p1", "c2 u2")
        assert (summary.refused, world.reasons()) == (1, {None: 3, "limit": 1})
        assert world.execute("select detail from identity.identity_unused_edges") == [
            ("would hold 2 unionid, at most 1",)
        ]

    @pytest.mark.parametrize(
        ("first", "second", "winner"),
        [
            (Pair("c1", "p1", times=2), Pair("c2", "p1", 9), "c1"),
            (Pair("c1", "p1", 1, 5), Pair("c2", "p1", 2, 9), "c2"),
            (Pair("c1", "p1", 1, 5), Pair("c2", "p1", 2, 5), "c2"),
        ],
    )
    def test_more_evidence_then_later_evidence_then_a_hash_of_the_name_decides(
        self, world: World, first: Pair, second: Pair, winner: str
    ) -> None:
        world.conditions.types["u"]["max_per_customer"] = 1
        world.conditions.rules[4]["priority"] = 5
        world.deliver([first, second, ("c1", "u1"), ("c2", "u2")])
        world.resolve()
        assert world.customers()["p1"] == world.customers()[winner]

    def test_weak_rules_come_after_strong_ones_whatever_their_priority(self, world: World) -> None:
        world.conditions.types["u"]["max_per_customer"] = 1
        world.conditions.rules[8] |= {"is_active": True, "priority": 1}
        world.deliver([("c1", "u1"), ("c2", "u2"), ("c1", "p1"), ("t1", "p1")])
        world.deliver([Pair("t1", "p2", times=9), ("c2", "p2")])
        world.resolve()
        assert world.partition() == groups("c1 u1 p1", "c2 u2 p2 t1")

    def test_a_contested_identifier_leads_no_weak_evidence_on(self, world: World) -> None:
        """The phone is claimed by two people: whose the shop account is, nobody can tell."""
        world.conditions.types["u"]["max_per_customer"] = 1
        world.conditions.rules[4]["priority"] = 5
        world.conditions.rules[8]["is_active"] = True
        world.deliver([("c1", "u1"), ("c2", "u2"), ("c2", "p1"), ("t1", "p1")])
        world.deliver([Pair("c1", "p1", times=2)])
        world.resolve()
        assert world.partition() == groups("c1 u1 p1", "c2 u2", "t1")
        assert world.reasons() == {None: 3, "limit": 1, "contested": 1}

    def test_merged_cards_count_once(self, world: World) -> None:
        world.conditions.types["c"]["max_per_customer"] = 1
        world.deliver([("c1", "c2"), ("c2", "c3"), ("c3", "u1"), ("c4", "p1")])
        world.deliver([Pair("c1", "p1", times=2)])
        world.resolve()
        assert world.partition() == groups("c1 c2 c3 p1 u1", "c4")

    def test_a_limit_may_count_within_a_window_of_time(self, world: World) -> None:
        world.conditions.types["p"] |= {"max_per_customer": 1, "limit_window_days": 30}
        world.deliver([Pair("c1", "p1", 0, 9), Pair("c1", "p2", 40, 50), Pair("c1", "p3", 60)])
        world.resolve()
        assert world.partition() == groups("c1 p1 p3", "p2"), "the latest goes first"
        assert world.execute("select detail from identity.identity_unused_edges") == [
            ("would hold 2 phone within 30 days, at most 1",)
        ]


class TestGuard:
    def test_a_star_within_its_limit_is_one_customer(self, world: World) -> None:
        world.deliver([(f"c{number}", "pshared") for number in range(5)])
        assert world.resolve().customers == 1

    def test_an_identifier_beyond_its_limit_joins_nobody(self, world: World) -> None:
        shared = [(f"c{number}", "pshared") for number in range(6)]
        world.deliver([*shared, ("c1", "u1"), ("c1", "p1")])
        summary = world.resolve()
        assert groups("pshared", "c1 u1 p1") <= world.partition(), "a customer of its own"
        assert (summary.customers, summary.guarded) == (7, 1)
        assert world.reasons() == {None: 2, "degree_guard": 6}
        assert world.execute("select * exclude (identifier_id) from identity.identity_guarded") == [
            ("crm_member_id", 6, 5)
        ]
        assert world.log("guarded", "reason") == [
            ("6 neighbours of type crm_member_id, at most 5",)
        ]

    def test_other_types_of_neighbours_still_count(self, world: World) -> None:
        world.conditions.rules[8]["is_active"] = True
        world.deliver([*((f"t{number}", "p1") for number in range(6)), ("c1", "p1")])
        world.resolve()
        assert frozenset({"c1", "p1"}) in world.partition()

    def test_what_weak_rules_say_too_often_does_not_hurt_strong_evidence(
        self, world: World
    ) -> None:
        """A guide types her own number for visitors; it stays the number of her own card."""
        world.conditions.rules[33] = {"ends": "cp", "strength": "weak", "priority": 10}
        world.deliver([Pair(f"c{number}", "p1", rule=33) for number in range(6)])
        world.deliver([("c9", "p1")])
        world.resolve()
        assert frozenset({"c9", "p1"}) in world.partition()
        assert world.reasons() == {None: 1, "degree_guard": 6}

    def test_degrees_count_distinct_neighbours_of_one_type(self, world: World) -> None:
        edges = [(f"c{number}", "u1") for number in range(5)]
        edges += [("u1", f"o{number}") for number in range(5)]
        world.deliver(edges)
        world.deliver(edges, source="another")
        summary = world.resolve()
        assert (summary.guarded, summary.customers, summary.edges) == (0, 1, 20)

    def test_a_type_without_a_guard_is_never_guarded(self, world: World) -> None:
        world.conditions.types["p"] |= {"guard_min": None, "guard_max": None}
        world.deliver([(f"c{number}", "pshared") for number in range(50)])
        assert world.resolve().customers == 1

    def test_the_limit_follows_the_degrees_of_the_many(self, world: World) -> None:
        """Where phones of four cards are usual, eight are tolerated and nine are not."""
        world.conditions.types["p"] |= {"guard_min": 2, "guard_max": 20}
        cards = iter(range(10**6))
        usual = [(f"c{next(cards)}", f"p{phone}") for phone in range(1500) for _ in range(4)]
        busy = [(f"c{next(cards)}", f"p{size}x") for size in (8, 9) for _ in range(size)]
        world.deliver([*usual, *busy])
        world.resolve()
        assert world.execute("select neighbours, max_degree from identity.identity_guarded") == [
            (9, 8)
        ]

    def test_a_guard_is_lifted_when_the_evidence_goes(self, world: World) -> None:
        world.deliver([(f"c{number}", "p1") for number in range(5)])
        one_more = world.deliver([("c5", "p1")])
        assert world.resolve().customers == 7
        world.withdraw(one_more)
        assert world.resolve().customers == 1
        assert world.log("unguarded", "identifier_id")


class TestPeriods:
    def test_a_number_that_was_silent_for_long_is_another_persons(self, world: World) -> None:
        world.conditions.types["p"]["reuse_silence_days"] = 100
        world.deliver([Pair("c1", "p1", 0, 50), Pair("c2", "p1", 151, 160)])
        world.resolve()
        assert world.partition() == groups("c1 p1", "c2 p1@1")
        assert world.execute(
            "select valid_from::date::varchar, valid_to::date::varchar from identity.identity_map "
            "where identifier_id in (select identifier_id from identity.identifiers "
            "where identifier_type = 'phone') order by 1"
        ) == [("1900-01-01", "2026-06-01"), ("2026-06-01", "9999-12-31")]

    def test_evidence_from_the_silence_closes_it(self, world: World) -> None:
        world.conditions.types["p"]["reuse_silence_days"] = 100
        world.deliver([Pair("c1", "p1", 0, 50), Pair("c2", "p1", 151, 160)])
        world.resolve()
        world.deliver([Pair("c3", "p1", 100)])
        summary = world.resolve()
        assert world.partition() == groups("c1 c2 c3 p1")
        assert (summary.mode, summary.merged) == ("increment", 1)

    def test_a_silence_no_longer_than_allowed_is_none(self, world: World) -> None:
        world.conditions.types["p"]["reuse_silence_days"] = 100
        world.deliver([Pair("c1", "p1", 0, 50), Pair("c2", "p1", 150)])
        world.resolve()
        assert world.partition() == groups("c1 c2 p1")

    def test_the_periods_of_one_owner_are_one_value(self, world: World) -> None:
        world.conditions.types["p"] |= {"reuse_silence_days": 100, "max_per_customer": 1}
        world.deliver([Pair("c1", "p1", 0), Pair("c2", "p1", 200), ("c1", "u1"), ("c2", "u1")])
        world.resolve()
        assert world.partition() == groups("c1 c2 u1 p1 p1@1")


class TestDevices:
    def test_a_device_joins_its_only_user_and_never_merges_two(self, world: World) -> None:
        world.deliver([("c1", "d1"), ("c2", "d2"), ("c3", "d2")])
        summary = world.resolve()
        assert world.partition() == groups("c1 d1", "c2", "c3")
        assert (summary.ambiguous, world.reasons()) == (1, {None: 1, "shared_device": 2})
        assert world.execute("select customers from identity.identity_ambiguous") == [(2,)]

    def test_a_device_is_clear_once_its_users_are_one(self, world: World) -> None:
        world.deliver([("c1", "d1"), ("c2", "d1")])
        world.resolve()
        world.deliver([("c1", "u1"), ("c2", "u1")])
        summary = world.resolve()
        assert world.partition() == groups("c1 c2 u1 d1")
        assert (summary.mode, summary.ambiguous) == ("increment", 0)

    def test_the_last_login_may_decide(self, world: World) -> None:
        world.deliver([Pair("c1", "d1", 0, 10), Pair("c2", "d1", 30, 50)])
        world.login_days = 30
        world.resolve()
        assert world.partition() == groups("c1", "c2 d1")
        world.login_days = 40
        world.resolve()
        assert world.partition() == groups("c1", "c2")

    def test_a_device_that_nobody_uses_is_a_customer_of_its_own(self, world: World) -> None:
        world.deliver([], ["d1"])
        assert world.resolve().customers == 1

    def test_a_kind_of_device_that_no_rule_names_is_in_nobodys_way(self, world: World) -> None:
        world.conditions.rules = {
            rule: row for rule, row in world.conditions.rules.items() if "d" not in row["ends"]
        }
        world.deliver([("c1", "p1"), ("c2", "p2")])
        world.resolve()
        world.deliver([("c1", "u1")])
        assert world.resolve().mode == "increment"
        assert world.partition() == groups("c1 p1 u1", "c2 p2")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("update intermediate.all_evidence set rule_id = 99", "99 .from crm_members"),
        ("update intermediate.all_sightings set identifier_type = 'imei'", "imei; add a row"),
        (
            "insert into intermediate.int_identity__derived_evidence "
            "select * from intermediate.all_evidence",
            "3 from crm_members; give one of the two",
        ),
    ],
)
def test_contradictory_input_stops_and_leaves_the_old_state(
    world: World, damage: str, message: str
) -> None:
    world.deliver([("c1", "p1")])
    world.resolve(NOW)
    before = world.state()
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.execute(damage)
    with pytest.raises(IdentityInputError, match=message):
        world.resolve()
    assert world.state() == before
