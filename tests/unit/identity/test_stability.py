"""Customer ids over increments, full recomputes, merges, splits and failures."""

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
from pipelines.identity.carryover import carry_over
from tests.unit.identity.conftest import NOW, Edge, World

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
        assert other.state() == world.state()
        other.connection.close()


def test_identifier_ids_follow_first_seen_then_type_then_value(world: World) -> None:
    world.deliver([], ["p2", "p1", "c9", "u0"])
    world.execute(
        "update intermediate.int_identity__identifiers set first_seen_at = timestamp '2025-01-01' "
        "where identifier_type = 'unionid'"
    )
    world.resolve()
    assert world.execute(
        "select identifier_id, identifier_type, identifier_value from identity.identifiers "
        "order by 1"
    ) == [(1, "unionid", "0"), (2, "crm_member_id", "9"), (3, "phone", "1"), (4, "phone", "2")]


def test_a_second_run_changes_nothing(world: World) -> None:
    world.block("crm_member_id", "0", "test card")
    world.deliver([("c0", "p0"), *((f"c{number}", "pshared") for number in range(1, 9))], ["t1"])
    world.resolve()
    before = world.state()
    summary = world.resolve(LATER)
    assert world.state() == before
    assert (summary.new_identifiers, summary.created, summary.moved_identifiers) == (0, 0, 0)


def test_a_second_run_writes_nothing(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.resolve()
    row_ids = world.execute("select min(rowid), max(rowid) from identity.identity_edges")
    world.resolve(LATER)
    assert world.execute("select min(rowid), max(rowid) from identity.identity_edges") == row_ids


def test_an_increment_keeps_ids_and_numbers_on(world: World) -> None:
    world.deliver([("c1", "p1"), ("c2", "p2")])
    world.resolve()
    before = world.customers()
    world.deliver([("c1", "p1"), ("c2", "p2"), ("c2", "u2"), ("c3", "p3")])
    summary = world.resolve(LATER)
    after = world.customers()
    assert {name: after[name] for name in before} == before
    assert after["u2"] == before["c2"]
    assert after["c3"] == after["p3"] == 3
    assert (summary.new_identifiers, summary.created, summary.moved_identifiers) == (3, 1, 3)
    [(customer, _, identifier, _)] = world.log("joined")
    assert customer == before["c2"]
    assert world.execute(
        "select identifier_type from identity.identifiers where identifier_id = $1", [identifier]
    ) == [("unionid",)]


def test_a_merge_keeps_the_elder_even_when_it_is_smaller(world: World) -> None:
    big = [("c2", "p2"), ("c2", "u2"), ("u2", "o2")]
    world.deliver([], ["c1"])
    world.resolve()
    world.deliver(big, ["c1"])
    world.resolve()
    assert world.customers()["c2"] == 2
    world.deliver([*big, ("c1", "p2")])
    summary = world.resolve(LATER)
    assert set(world.customers().values()) == {1}
    assert (summary.merged, summary.created, summary.moved_identifiers) == (1, 0, 4)
    [(customer, absorbed, identifier, reason)] = world.log("merged")
    assert (customer, absorbed) == (1, 2)
    assert reason.startswith("joined through ")
    assert reason.endswith("by rule 3 crm_member_id_phone from crm_members")
    assert world.execute(
        "select identifier_value from identity.identifiers where identifier_id = $1", [identifier]
    ) == [("2",)], "the end that lies in the absorbed customer"


def test_a_merge_through_new_identifiers_names_the_edge_that_leads_out(world: World) -> None:
    world.deliver([], ["c1", "c2"])
    world.resolve()
    world.deliver([("c1", "pnew"), ("c2", "pnew")])
    world.resolve(LATER)
    assert world.log("merged") == [
        (1, 2, 2, "joined through 2-3 by rule 3 crm_member_id_phone from crm_members")
    ]


def test_a_split_keeps_the_id_with_the_larger_part(world: World) -> None:
    left, bridge, right = [("c1", "p1")], ("c1", "u2"), [("c2", "u2"), ("u2", "o2")]
    world.deliver([*left, bridge, *right])
    world.resolve()
    world.deliver([*left, *right])
    summary = world.resolve(LATER)
    after = world.customers()
    assert {after[name] for name in ("c2", "u2", "o2")} == {1}
    assert {after[name] for name in ("c1", "p1")} == {2}
    assert (summary.split, summary.created, summary.merged) == (1, 0, 0)
    [(customer, origin, _, reason)] = world.log("split")
    assert (customer, origin) == (2, 1)
    assert "no longer joined through" in reason
    assert reason.endswith("rule 4 crm_member_id_unionid from crm_members (withdrawn)")


def test_an_even_split_leaves_the_id_with_the_elder_identifier(world: World) -> None:
    world.deliver([("c1", "u1"), ("c1", "p1"), ("c2", "p1")])
    world.execute(
        "update intermediate.int_identity__identifiers set first_seen_at = timestamp '2025-01-01' "
        "where identifier_value = '2'"
    )
    world.resolve()
    world.deliver([("c1", "u1"), ("c2", "p1")])
    world.resolve(LATER)
    assert world.customers() == {"c2": 1, "p1": 1, "c1": 2, "u1": 2}


def test_a_split_by_the_block_list_says_so(world: World) -> None:
    world.deliver([("c1", "u1"), ("c2", "u1"), ("c1", "p1")])
    world.resolve()
    world.block("unionid", "1", "test account")
    summary = world.resolve(LATER)
    assert world.customers() == {"c1": 1, "p1": 1, "c2": 2}
    assert summary.split == 1
    assert world.log("split")[0][3].endswith("(blocked)")
    assert [(row[0], row[3]) for row in world.log("blocked")] == [(1, "test account")]


def test_a_split_by_the_degree_guard_says_so(world: World) -> None:
    world.deliver([(f"c{number}", "p1") for number in range(1, 6)])
    world.resolve()
    world.deliver([(f"c{number}", "p1") for number in range(1, 7)])
    summary = world.resolve(LATER)
    assert (summary.guarded, summary.customers, summary.split, summary.created) == (1, 7, 5, 1)
    assert all(row[3].endswith("(degree_guard)") for row in world.log("split"))


def test_a_part_may_move_to_another_old_customer(world: World) -> None:
    world.deliver([("c1", "p1"), ("c1", "u1"), ("c2", "p2")])
    world.resolve()
    before = world.customers()
    world.deliver([("c1", "p1"), ("c2", "p2"), ("c2", "u1")])
    summary = world.resolve(LATER)
    after = world.customers()
    assert after["u1"] == before["c2"] != before["u1"]
    assert (summary.split, summary.created, summary.moved_identifiers) == (1, 0, 1)


def test_ids_are_never_used_twice(world: World) -> None:
    world.deliver([], ["c1", "c2", "c3"])
    world.resolve()
    world.deliver([("c2", "c3")], ["c1"])
    world.resolve()
    assert set(world.customers().values()) == {1, 2}
    world.deliver([("c2", "c3")], ["c1", "c4"])
    world.resolve()
    assert world.customers()["c4"] == 4, "3 was taken in by 2 and stays retired"
    world.deliver([], ["c1"])
    assert world.resolve().retired == 2
    world.deliver([], ["c1", "c5"])
    world.resolve()
    assert world.customers() == {"c1": 1, "c5": 5}


def test_withdrawn_identifiers_leave_the_map_but_not_the_dictionary(world: World) -> None:
    world.deliver([("c1", "p1")], ["c2"])
    world.resolve()
    world.deliver([], ["c1"])
    summary = world.resolve(LATER)
    assert world.customers() == {"c1": 1}
    assert (summary.retired, summary.split) == (1, 0)
    assert [row[0] for row in world.log("retired")] == [2]
    assert [(row[0], row[2]) for row in world.log("left")] == [(1, 3)]
    assert world.execute("select count(*) from identity.identifiers") == [(3,)]
    world.deliver([("c1", "p1")])
    assert world.resolve(LATER).new_identifiers == 0
    assert world.customers() == {"c1": 1, "p1": 1}


def random_edges(chance: random.Random, count: int) -> list[Edge]:
    cards, phones, unions = 30, 20, 20
    makers = [
        lambda: (f"c{chance.randrange(cards)}", f"p{chance.randrange(phones)}"),
        lambda: (f"c{chance.randrange(cards)}", f"u{chance.randrange(unions)}"),
        lambda: (f"c{chance.randrange(cards)}", f"c{chance.randrange(cards)}"),
        lambda: (f"u{chance.randrange(unions)}", f"o{chance.randrange(30)}"),
        lambda: (f"t{chance.randrange(9)}", f"p{chance.randrange(phones)}"),
    ]
    return list(dict.fromkeys(chance.choice(makers)() for _ in range(count)))


def plain_partition(edges: list[Edge], alone: list[str], blocked: str) -> set[frozenset[str]]:
    """The rules in plain Python: at most 3 neighbours of one type, weak evidence joins nobody."""
    usable = [edge for edge in edges if edge[0][0] != "t" and blocked not in edge]
    neighbours: dict[tuple[str, str], set[str]] = {}
    for a, b in [*usable, *((b, a) for a, b in usable)]:
        if a != b:
            neighbours.setdefault((a, b[0]), set()).add(b)
    guarded = {name for (name, _), others in neighbours.items() if len(others) > 3}
    groups = {name: {name} for name in [*(n for edge in edges for n in edge), *alone]}
    groups.pop(blocked, None)
    for a, b in usable:
        if not guarded & {a, b} and groups[a] is not groups[b]:
            groups[a] |= groups[b]
            for name in groups[b]:
                groups[name] = groups[a]
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", range(6))
def test_increments_end_in_the_partition_of_a_run_from_scratch(world: World, seed: int) -> None:
    chance = random.Random(seed)
    world.execute("update seeds.identity_identifier_types set max_degree = 3")
    world.block("crm_member_id", "7")
    edges: list[Edge] = []
    highest = 0
    for _ in range(4):
        edges = chance.sample(edges, len(edges) * 4 // 5) + random_edges(chance, 25)
        edges = list(dict.fromkeys(edges))
        alone = [f"c{number}" for number in range(5)]
        before = world.customers()
        logged = world.execute("select count(*) from identity.identity_log")
        world.deliver(edges, alone)
        world.resolve()
        if world.customers() != before:
            assert world.execute("select count(*) from identity.identity_log") > logged
        scratch = World()
        scratch.execute("update seeds.identity_identifier_types set max_degree = 3")
        scratch.block("crm_member_id", "7")
        scratch.deliver(chance.sample(edges, len(edges)), alone)
        scratch.resolve()
        assert world.partition() == scratch.partition() == plain_partition(edges, alone, "c7")
        scratch.connection.close()

        after = world.customers()
        invented = set(after.values()) - set(before.values())
        assert all(customer > highest for customer in invented), "a new id is above all old ones"
        highest = max([highest, *after.values()])
        state = world.state()
        world.resolve()
        assert world.state() == state


@pytest.mark.parametrize("seed", range(5))
def test_carry_over_agrees_with_a_plain_statement_of_the_rule(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = 60
    labels = chance.integers(0, 15, size).astype(np.int64)
    old = chance.integers(0, 12, size).astype(np.int64)
    identifiers = np.arange(1, size + 1, dtype=np.int64)
    change = carry_over(identifiers, labels, old, highest=20)

    claims: dict[int, list[int]] = {}
    for customer in range(1, 12):
        parts = {
            label: [i for i in range(size) if old[i] == customer and labels[i] == label]
            for label in range(15)
        }
        held = [(-len(part), part[0], label) for label, part in parts.items() if part]
        if held:
            claims.setdefault(min(held)[2], []).append(customer)
    expected = {label: min(customers) for label, customers in claims.items()}
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
    world.deliver([("c1", "p1"), ("c2", "p1"), ("c3", "p3")])

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(resolve, "_summarise", fail)
    with pytest.raises(KeyboardInterrupt):
        world.resolve(LATER)
    assert world.state() == before
    monkeypatch.undo()
    assert world.resolve(LATER).new_identifiers == 3


KILLED_RUN = """
import os, sys, duckdb
from datetime import UTC, datetime
from pipelines.identity import resolve
def kill(*_): os.kill(os.getpid(), 9)
setattr(resolve, sys.argv[2], kill)
connection = duckdb.connect(sys.argv[1])
resolve.resolve_identities(connection, now=datetime.now(UTC), block_list_key=b"k" * 32)
"""


@pytest.mark.parametrize("step", ["_solve", "_write_map", "_replace", "_summarise"])
def test_a_killed_run_leaves_everything_as_it_was(tmp_path: Path, step: str) -> None:
    path = tmp_path / "w.duckdb"
    made = World(path)
    made.deliver([("c1", "p1")])
    made.resolve()
    before = made.state()
    made.deliver([("c1", "p1"), ("c2", "p1"), ("c3", "p3")])
    made.connection.close()

    killed = subprocess.run([sys.executable, "-c", KILLED_RUN, str(path), step], check=False)
    assert killed.returncode == -signal.SIGKILL
    made.connection = duckdb.connect(path)
    assert made.state() == before
    assert made.resolve(LATER).new_identifiers == 3
    made.connection.close()


def test_now_needs_a_time_zone_and_is_logged_in_utc(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        world.resolve(datetime(2026, 1, 31))
    world.deliver([], ["c1"])
    world.resolve(datetime.fromisoformat("2026-02-01T06:00:00+08:00"))
    assert world.execute("select run_at from identity.identity_log") == [
        (datetime(2026, 1, 31, 22, 0, tzinfo=UTC).replace(tzinfo=None),)
    ]


def test_nothing_temporary_stays_behind(world: World) -> None:
    world.deliver([("c1", "p1")])
    world.resolve()
    world.deliver([("c1", "p1"), ("c2", "p1")])
    world.resolve(LATER)
    assert world.execute("select table_name from duckdb_tables() where temporary") == []
    with pytest.raises(duckdb.CatalogException):
        world.execute("from moved")


def test_history_is_only_added_to(world: World) -> None:
    world.deliver([], ["c1", "c2"])
    world.resolve()
    before = world.execute("select * from identity.identity_log order by all")
    world.deliver([("c1", "c2")])
    world.resolve(LATER)
    after = world.execute("select * from identity.identity_log order by all")
    assert before == [row for row in after if row[1] < LATER.replace(tzinfo=None)]
