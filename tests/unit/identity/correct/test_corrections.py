"""Decisions and changed rules: what they would change, and that only `file` makes them hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.identity.correct.corrections import Desk, carry_out, try_change
from pipelines.identity.correct.decision_file import read_decisions
from pipelines.identity.correct.decisions import Decision, DecisionError, DecisionKind, Decisions
from pipelines.identity.correct.effect import Effect
from pipelines.identity.correct.no_effect import why_nobody_changes
from pipelines.identity.explain.subjects import Finder
from pipelines.identity.resolve import resolve_identities
from pipelines.identity.rules.seeds import Rules
from tests.unit.identity.worlds import KEY, NOW, Pair, World

AT = datetime.fromisoformat("2026-06-01T09:30:00+08:00")


def resolve(connection: duckdb.DuckDBPyConnection, rules: Rules, decisions: Decisions) -> object:
    return resolve_identities(
        connection, rules=rules, decisions=decisions, now=NOW, evidence_version="1"
    )


def desk(world: World, decisions: Decisions | None = None) -> Desk:
    types = world.conditions.build().identifier_types
    finder = Finder(world.connection, types, KEY)
    return Desk(finder, decisions or Decisions(), AT, "wang", "by hand")


def effect_of(
    world: World, decision: Decision, made: Decisions | None = None, file: Path | None = None
) -> Effect:
    present = (world.conditions.build(), made or Decisions())
    return carry_out(world.connection, resolve, present, [decision], file=file)


def add_facts(world: World, orders: dict[str, list[int]], touches: dict[str, str]) -> None:
    """Orders of 100 yuan by identifier and day of January, and touches by identifier."""
    world.execute(
        """
        create schema customer_center;
        create table customer_center.fct_orders (identifier_id bigint, is_valid boolean,
            sale_date date, gmv_cny decimal(18, 4), sale_at timestamp, created_at timestamp);
        create table customer_center.fct_touchpoints
            (identifier_id bigint, tier varchar, touched_at timestamp);
        """
    )
    ids = dict(world.execute("select identifier_value, identifier_id from identity.identifiers"))
    for name, days in orders.items():
        for day in days:
            at = datetime(2026, 1, day)
            world.execute(
                "insert into customer_center.fct_orders values ($1, true, $2, 100, $2, $2)",
                [ids[name[1:]], at],
            )
    for name, tier in touches.items():
        world.execute(
            "insert into customer_center.fct_touchpoints values ($1, $2, '2026-01-01')",
            [ids[name[1:]], tier],
        )


@pytest.fixture
def world() -> World:
    made = World()
    made.deliver([("c1", "p10"), ("c2", "p20"), ("c2", "u2")])
    made.resolve()
    return made


def test_a_dry_run_says_what_a_merge_would_mean_and_changes_nothing(world: World) -> None:
    add_facts(world, {"c1": [1], "p20": [5], "u2": [5]}, {"c1": "I", "u2": "A"})
    before = world.state()
    effect = effect_of(world, desk(world).merge("crm_member_id:1", "unionid:2"))
    [group] = effect.groups
    assert [(c.identifiers, c.orders, c.gmv_cny, c.tier) for c in group.before] == [
        (2, 1, Decimal(100), "P"),
        (3, 2, Decimal(200), "P"),
    ]
    assert [(c.identifiers, c.orders, c.gmv_cny, c.tier) for c in group.after] == [
        (5, 3, Decimal(300), "L")
    ]
    assert (effect.joined, effect.separated, effect.has_facts) == (1, 0, True)
    assert world.state() == before


def test_a_decision_holds_once_it_is_written(world: World, tmp_path: Path) -> None:
    file = tmp_path / "identity" / "decisions.csv"
    merge = desk(world).merge("crm_member_id:1", "crm_member_id:2")
    assert effect_of(world, merge, file=file).joined == 1
    made = read_decisions(file)
    assert made.every == (merge,)
    assert len(set(world.customers().values())) == 1
    revoked = desk(world, made).revoke(1)
    effect = effect_of(world, revoked, made, file)
    assert (effect.joined, effect.separated) == (0, 1)
    assert len(set(world.customers().values())) == 2
    with pytest.raises(DecisionError, match="decision 1 does not hold any more"):
        desk(world, read_decisions(file)).revoke(1)
    with pytest.raises(DecisionError, match="there is no decision 7"):
        desk(world, read_decisions(file)).revoke(7)


def test_a_decision_that_cannot_be_written_changes_nothing(world: World, tmp_path: Path) -> None:
    before = world.state()
    merge = desk(world).merge("crm_member_id:1", "crm_member_id:2")
    with pytest.raises(IsADirectoryError):
        effect_of(world, merge, file=tmp_path)
    assert world.state() == before


def test_splits_and_blocks_take_customers_apart(world: World) -> None:
    at = desk(world)
    assert effect_of(world, at.split("crm_member_id:2", "unionid:2")).separated == 1
    out = effect_of(world, at.split("crm_member_id:2", None))
    assert [len(group.after) for group in out.groups] == [3]
    blocked = effect_of(world, at.block("unionid:2"))
    [group] = blocked.groups
    assert [c.identifiers for c in group.after] == [2]
    assert (blocked.joined, blocked.separated) == (0, 0)


def test_unblocking_brings_a_listed_value_back(world: World) -> None:
    world.conditions.blocked.append(
        {"identifier_type": "crm_member_id", "value_clear": "1", "reason": "test card"}
    )
    world.resolve()
    assert "c1" not in world.customers()
    effect = effect_of(world, desk(world).unblock("crm_member_id:1"))
    [group] = effect.groups
    assert [c.identifiers for c in group.after] == [2]


def test_customers_are_named_by_their_weightiest_identifier(world: World) -> None:
    world.conditions.types["u"]["priority"] = 0
    customers = world.customers()
    merge = desk(world).merge(f"customer:{customers['c1']}", f"customer:{customers['c2']}")
    assert merge.a is not None
    assert merge.b is not None
    assert (merge.a, merge.b) == (("crm_member_id", "1"), ("unionid", "2"))
    with pytest.raises(DecisionError, match="one and the same"):
        desk(world).merge("crm_member_id:1", "crm_member_id:1")


def test_evidence_that_waits_is_on_both_sides(world: World) -> None:
    world.deliver([("c1", "p20")])
    effect = effect_of(world, desk(world).block("unionid:2"))
    assert effect.joined == 0, "the new file joins them anyway"
    assert len(set(world.customers().values())) == 2, "and a dry run leaves it unread"


def test_without_facts_only_customers_and_identifiers_are_counted(world: World) -> None:
    effect = effect_of(world, desk(world).merge("crm_member_id:1", "crm_member_id:2"))
    assert not effect.has_facts
    assert [c.orders for c in effect.customers("after")] == [None]


def test_orders_of_a_number_that_changed_hands_count_for_the_owner_of_their_time() -> None:
    world = World()
    world.conditions.types["p"]["reuse_silence_days"] = 5
    world.deliver([Pair("c1", "p10", 0), Pair("c2", "p10", 20)])
    world.resolve()
    add_facts(world, {"p10": [1, 22, 23]}, {})
    effect = effect_of(world, desk(world).merge("crm_member_id:1", "crm_member_id:2"))
    assert sorted(c.orders or 0 for c in effect.customers("before")) == [1, 2]


def test_a_changed_rule_is_tried_on_all_data(world: World) -> None:
    world.deliver([("t1", "p10"), ("t1", "p20")])
    world.resolve()
    before, made = world.state(), Decisions()
    rules = world.conditions.build()
    world.conditions.rules[8]["is_active"] = True
    planned = world.conditions.build()
    effect = try_change(world.connection, resolve, (rules, made), (planned, made))
    assert effect.joined == 2
    assert world.state() == before


def test_only_the_first_of_a_contradiction_is_taken_back(world: World) -> None:
    merge = desk(world).merge("crm_member_id:1", "crm_member_id:2")
    made = Decisions((merge,))
    split = desk(world, made).split("crm_member_id:1", "crm_member_id:2")
    assert split.decision_id == 2
    assert made.with_added([split]).must_link == ()
    assert replace(split, decision=DecisionKind.MERGE).pair == merge.pair


def test_a_decision_that_changes_nobody_says_what_is_so_already(world: World) -> None:
    world.deliver([], ["c3"])
    world.resolve()
    at = desk(world)
    for decision, why in (
        (at.split("crm_member_id:3", None), "It is the only identifier of customer 3: there is"),
        (at.split("crm_member_id:1", "crm_member_id:2"), "They are two people already"),
        (at.merge("crm_member_id:2", "unionid:2"), "Both belong to customer 2 already."),
    ):
        assert effect_of(world, decision).groups == ()
        assert why_nobody_changes(world.connection, decision).startswith(why)
    blocked = desk(world).block("crm_member_id:3")
    world.conditions.decided.append(blocked)
    world.resolve()
    merge = desk(world).merge("crm_member_id:1", "crm_member_id:3")
    assert "belongs to no customer" in why_nobody_changes(world.connection, merge)
