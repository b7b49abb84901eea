"""Customer ids over increments, full runs, merges, splits and failures; the log and the history."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipelines.identity import resolve
from pipelines.identity.record.carryover import carry_over
from tests.unit.identity.worlds import NOW, Pair, World

LATER = NOW + timedelta(days=1)


def test_ids_do_not_depend_on_row_order(world: World) -> None:
    edges = [(f"c{number}", f"p{number // 2}") for number in range(40)]
    world.deliver(edges)
    world.resolve()
    for seed in range(3):
        shuffled = list(edges)
        random.Random(seed).shuffle(shuffled)
        other = World()
        other.deliver(shuffled)
        other.resolve()
        assert other.customers() == world.customers()
        assert other.log("created") == world.log("created")
        other.connection.close()


def test_identifier_ids_follow_first_seen_then_type_then_value(world: World) -> None:
    world.deliver([Pair("u0", "o1", first=-9), Pair("c9", "p1"), Pair("c9", "p2")])
    world.resolve()
    assert world.execute(
        "select identifier_id, identifier_type, identifier_value from identity.identifiers "
        "order by 1"
    ) == [
        (1, "unionid", "0"),
        (2, "wechat_openid", "1"),
        (3, "crm_member_id", "9"),
        (4, "phone", "1"),
        (5, "phone", "2"),
    ]


def test_a_run_without_news_writes_nothing(world: World) -> None:
    world.conditions.blocked.append({"identifier_type": "crm_member_id", "value_clear": "0"})
    world.deliver([("c0", "p0"), *((f"c{number}", "pshared") for number in range(1, 9))], ["t1"])
    world.resolve()
    before = world.state()
    summary = world.resolve(LATER)
    assert world.state() == before
    assert (summary.mode, summary.customers, summary.created) == ("nothing", 11, 0)


def test_a_run_over_everything_changes_nothing_either(world: World) -> None:
    world.deliver([("c0", "p0"), *((f"c{number}", "pshared") for number in range(1, 9))], ["t1"])
    world.resolve()
    before = world.customers()
    summary = world.resolve(LATER, full=True)
    assert (summary.mode, summary.reason) == ("rebuild", "asked for")
    assert (summary.moved_identifiers, world.customers()) == (0, before)
    assert world.execute("select count(*) from identity.identity_history where run_id > 1") == [
        (0,)
    ]


def test_an_increment_keeps_ids_and_numbers_on(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.resolve()
    before = world.customers()
    world.deliver([("c2", "u2"), ("c3", "p3")])
    summary = world.resolve(LATER)
    after = world.customers()
    assert {name: after[name] for name in before} == before
    assert after["u2"] == before["c2"]
    assert after["c3"] == after["p3"] == 3
    assert (summary.new_identifiers, summary.created, summary.moved_identifiers) == (3, 1, 3)
    [(customer, rule)] = world.log("joined", "customer_id, cause_rule_id")
    assert (customer, rule) == (before["c2"], 4)
    assert (summary.mode, summary.reason, summary.customers) == ("increment", "1 new files", 3)


def test_an_increment_does_not_touch_others(world: World) -> None:
    world.deliver([(f"c{number}", f"p{number}") for number in range(50)])
    world.resolve()
    world.deliver([("c1", "u1")])
    world.resolve(LATER)
    assert world.execute(
        "select customer_id from identity.identity_changed_customers where run_id = 2"
    ) == [(world.customers()["c1"],)]
    assert world.execute("select count(*) from identity.identity_history where run_id = 2") == [
        (1,)
    ]


def test_a_merge_keeps_the_elder_even_when_it_is_smaller(world: World) -> None:
    world.deliver([], ["c1"])
    world.resolve()
    world.deliver([("c2", "p2"), ("c2", "u2"), ("u2", "o2")])
    world.resolve()
    assert world.customers()["c2"] == 2
    world.deliver([("c1", "p2")])
    summary = world.resolve(LATER)
    assert set(world.customers().values()) == {1}
    assert (summary.merged, summary.created, summary.moved_identifiers) == (1, 0, 4)
    assert world.log(
        "merged", "customer_id, other_customer_id, cause_rule_id, cause_source, run_id"
    ) == [(1, 2, 3, "crm_members", 3)]
    assert world.execute(
        "select identifier_value from identity.identity_log join identity.identifiers "
        "using (identifier_id) where event = 'merged'"
    ) == [("2",)], "the end that lies in the absorbed customer"


def test_a_split_keeps_the_id_with_the_larger_part(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "u2"), ("u2", "o2")])
    bridge = world.deliver([("c1", "u2")])
    world.resolve()
    world.withdraw(bridge)
    summary = world.resolve(LATER)
    after = world.customers()
    assert {after[name] for name in ("c2", "u2", "o2")} == {1}
    assert {after[name] for name in ("c1", "p1")} == {2}
    assert (summary.mode, summary.reason) == ("rebuild", "1 files were withdrawn")
    assert (summary.split, summary.created, summary.merged) == (1, 0, 0)
    assert world.log("split") == [(2, 1, "the evidence that held them together is gone")]


def test_an_even_split_leaves_the_id_with_the_elder_identifier(world: World) -> None:
    world.deliver([Pair("c2", "p1", first=-5)])
    bridge = world.deliver([("c1", "p1")])
    world.deliver([("c1", "u1")])
    world.resolve()
    world.withdraw(bridge)
    world.resolve(LATER)
    assert world.customers() == {"c2": 1, "p1": 1, "c1": 2, "u1": 2}


def test_a_split_names_what_parts_the_two(world: World) -> None:
    world.deliver([("c1", "u1"), ("c2", "u1"), ("c1", "p1")])
    world.resolve()
    world.conditions.blocked.append({"identifier_type": "unionid", "value_clear": "1"})
    summary = world.resolve(LATER)
    assert world.customers() == {"c1": 1, "p1": 1, "c2": 2}
    assert (summary.mode, summary.split) == ("increment", 1)
    assert world.log("blocked", "reason") == [("",)]

    world.conditions.blocked.clear()
    world.resolve(LATER)
    world.conditions.decide("split", "c1", "c2")
    world.resolve(LATER)
    assert world.log("split", "cause_rule_id, reason")[-1] == (
        4,
        "cannot_link: somebody decided that these are two people",
    )


def test_a_part_may_move_to_another_old_customer(world: World) -> None:
    moving = world.deliver([("c1", "u1")])
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.resolve()
    before = world.customers()
    world.withdraw(moving)
    world.deliver([("c2", "u1")])
    summary = world.resolve(LATER)
    after = world.customers()
    assert after["u1"] == before["c2"] != before["u1"]
    assert (summary.split, summary.created, summary.moved_identifiers) == (1, 0, 1)


def test_ids_are_never_used_twice(world: World) -> None:
    world.replace([], ["c1", "c2", "c3"])
    world.resolve()
    world.replace([("c2", "c3")], ["c1"])
    world.resolve()
    assert set(world.customers().values()) == {1, 2}
    world.replace([("c2", "c3")], ["c1", "c4"])
    world.resolve()
    assert world.customers()["c4"] == 4, "3 was taken in by 2 and stays retired"
    world.replace([], ["c1"])
    assert world.resolve().retired == 2
    world.replace([], ["c1", "c5"])
    world.resolve()
    assert world.customers() == {"c1": 1, "c5": 5}


def test_withdrawn_identifiers_leave_the_map_but_not_the_dictionary(world: World) -> None:
    world.deliver([("c1", "p1")], ["c2"])
    world.resolve()
    world.replace([], ["c1"])
    summary = world.resolve(LATER)
    assert world.customers() == {"c1": 1}
    assert (summary.retired, summary.split, summary.identifiers) == (1, 0, 1)
    assert world.log("retired", "customer_id") == [(2,)]
    assert world.log("left", "customer_id, identifier_id") == [(1, 3)]
    assert world.execute("select count(*) from identity.identifiers") == [(3,)]
    world.deliver([("c1", "p1")])
    assert world.resolve(LATER).new_identifiers == 0
    assert world.customers() == {"c1": 1, "p1": 1}


def test_derived_evidence_comes_and_goes(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.derive([("c2", "p1"), ("c2", "u2")], ["w5"])
    world.resolve()
    assert len(set(world.customers().values())) == 2
    world.derive([("c2", "u2")])
    summary = world.resolve(LATER)
    assert (summary.mode, summary.reason) == ("increment", "other derived evidence")
    assert world.customers() == {"c1": 1, "p1": 1, "c2": 3, "u2": 3}
    world.derive([])
    assert world.resolve(LATER).identifiers == 2


def test_other_evidence_is_read_anew(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    world.execute("update intermediate.all_evidence set identifier_value_b = '2'")
    world.evidence_version = "2"
    assert world.resolve(LATER).mode == "rebuild"
    assert world.execute("select count(*) from identity.identity_edges") == [(1,)]


def test_who_was_this_on_a_day(world: World) -> None:
    world.deliver([], ["c1", "c2"])
    world.resolve()
    world.deliver([("c1", "c2")])
    world.resolve(LATER)
    world.conditions.decide("block", "c2")
    world.resolve(LATER + timedelta(days=1))
    assert world.execute(
        "select customer_id, changed_at::date - date '2026-01-31' from identity.identity_history "
        "where identifier_id = 2 order by changed_at"
    ) == [(2, 0), (1, 1), (None, 2)]


def test_history_is_only_added_to(world: World) -> None:
    world.deliver([], ["c1", "c2"])
    world.resolve()
    before = world.execute("select * from identity.identity_log order by all")
    world.deliver([("c1", "c2")])
    world.resolve(LATER)
    after = world.execute("select * from identity.identity_log order by all")
    assert before == [row for row in after if row[0] == 1]


def test_refusals_are_logged_once(world: World) -> None:
    world.conditions.types["u"]["max_per_customer"] = 1
    world.deliver([("c1", "u1"), Pair("c1", "u2", times=2)])
    world.resolve()
    world.deliver([("c1", "p1")])
    world.resolve(LATER)
    assert world.log("refused", "run_id, cause_rule_id, reason") == [
        (1, 4, "limit: would hold 2 unionid, at most 1")
    ]


@pytest.mark.parametrize("seed", range(5))
def test_carry_over_agrees_with_a_plain_statement_of_the_rule(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = 60
    labels = np.unique(chance.integers(0, 15, size), return_inverse=True)[1]
    labels[chance.integers(0, size, 3)] = -1
    labels = np.where(labels < 0, -1, np.unique(labels, return_inverse=True)[1] - 1)
    old = chance.integers(0, 12, size).astype(np.int64)
    change = carry_over(labels, old, highest=20)

    claims: dict[int, list[int]] = {}
    for customer in range(1, 12):
        parts = {
            label: [i for i in range(size) if old[i] == customer and labels[i] == label]
            for label in range(15)
        }
        held = [(-len(part), part[0], label) for label, part in parts.items() if part]
        if held:
            claims.setdefault(min(held)[2], []).append(customer)
    expected = {label: min(customers) for label, customers in claims.items()} | {-1: 0}
    fresh = [label for label in dict.fromkeys(labels.tolist()) if label not in expected]
    expected |= {label: 21 + position for position, label in enumerate(fresh)}
    assert change.customers.tolist() == [expected[label] for label in labels.tolist()]
    absorbed = sorted(c for customers in claims.values() for c in customers if c > min(customers))
    assert sorted(change.absorbed.tolist()) == absorbed


def test_an_error_in_the_last_step_leaves_everything_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    before = world.state()
    world.deliver([("c2", "p1"), ("c3", "p3")])

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(resolve, "write_summary", fail)
    with pytest.raises(KeyboardInterrupt):
        world.resolve(LATER)
    assert world.state() == before
    monkeypatch.undo()
    assert world.resolve(LATER).new_identifiers == 3


KILLED_RUN = """
import os, sys
from pathlib import Path
from pipelines.identity import resolve
from tests.unit.identity.worlds import World
def kill(*_, **__): os.kill(os.getpid(), 9)
setattr(resolve, sys.argv[2], kill)
World(Path(sys.argv[1])).resolve()
"""


@pytest.mark.parametrize("step", ["solve_region", "write_map", "write_book", "write_summary"])
def test_a_killed_run_leaves_everything_as_it_was(tmp_path: Path, step: str) -> None:
    path = tmp_path / "w.duckdb"
    made = World(path)
    made.deliver([("c1", "p1")])
    made.resolve()
    before = made.state()
    made.deliver([("c2", "p1"), ("c3", "p3")])
    made.connection.close()

    killed = subprocess.run([sys.executable, "-c", KILLED_RUN, str(path), step], check=False)
    assert killed.returncode == -signal.SIGKILL
    made.connection = duckdb.connect(path)
    assert made.state() == before
    assert made.resolve(LATER).new_identifiers == 3
    made.connection.close()


def test_a_dry_run_shows_what_would_change_and_is_rolled_back(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    before = world.state()
    world.deliver([("c2", "p1")])
    world.connection.begin()
    resolve.resolve_identities(
        world.connection,
        rules=world.conditions.build(),
        decisions=world.decisions(),
        now=LATER,
        evidence_version=world.evidence_version,
    )
    assert len(world.customers()) == 3
    world.connection.rollback()
    assert world.state() == before


def test_now_needs_a_time_zone_and_is_logged_in_utc(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        world.resolve(datetime(2026, 1, 31))
    world.deliver([], ["c1"])
    world.resolve(datetime.fromisoformat("2026-02-01T06:00:00+08:00"))
    assert world.log("created", "run_at") == [
        (datetime(2026, 1, 31, 22, 0, tzinfo=UTC).replace(tzinfo=None),)
    ]


def test_nothing_temporary_stays_behind(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    world.deliver([("c2", "p1")])
    world.resolve(LATER)
    assert world.execute("select table_name from duckdb_tables() where temporary") == []
    with pytest.raises(duckdb.CatalogException):
        world.execute("from map_rows")
