"""Random histories: whatever the path, the tables are those of a run from scratch.

Many independent histories share one warehouse, so that a step of all of them is one run.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from tests.unit.identity.plain import Link, Outcome, resolve_plainly
from tests.unit.identity.worlds import HISTORY, RULES, SHORT_NAME, Conditions, Pair, World

HISTORIES_IN_A_WAREHOUSE = 32
STEPS = 6
BATCHES = 16  # × 32 = 512 histories


def random_conditions(chance: random.Random) -> Conditions:
    """Types with and without limits, windows, re-use and guards; rules of both strengths."""
    conditions = Conditions()
    types, rules = conditions.types, conditions.rules
    types["u"]["max_per_customer"] = 1
    types["c"]["max_per_customer"] = chance.choice([1, 2, 3])
    types["p"] |= {"max_per_customer": 2, "limit_window_days": chance.choice([None, 20])}
    types["p"]["reuse_silence_days"] = chance.choice([None, 40])
    types["o"]["reuse_silence_days"] = chance.choice([None, 60])
    for letter in "cpuo":
        low = chance.choice([2, 3, 4])
        types[letter] |= {"guard_min": low, "guard_max": low + chance.choice([0, 2])}
    for row in rules.values():
        row["strength"] = chance.choice(["strong", "strong", "weak"])
        row["priority"] = chance.choice([1, 2, 3])
        row["is_active"] = chance.random() < 0.9
        row["min_evidence"] = chance.choice([1, 1, 1, 2])
    rules[RULES["cc"]] |= {"strength": "strong", "is_alias": chance.random() < 0.7}
    return conditions


class Histories:
    """Independent histories in one warehouse: names of history 7 are `c7_3`, `p7_0`, …"""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = World(conditions=random_conditions(self.chance))
        self.world.login_days = self.chance.choice([None, 15])
        self.files: dict[int, list[Pair]] = {}
        self.derived: list[Pair] = []

    def step(self, number: int) -> None:
        """Every history goes on in a way of its own; then all are resolved at once."""
        rows: list[Pair] = []
        for history in range(HISTORIES_IN_A_WAREHOUSE):
            rows += self._go_on(history, number)
        if rows or number == 0:
            self.chance.shuffle(rows)
            self.files[self.world.deliver(rows)] = rows
        if self.chance.random() < 0.3:
            self.derived = [
                self._pair(history, kinds=["uo", "cp"])
                for history in range(HISTORIES_IN_A_WAREHOUSE)
                if self.chance.random() < 0.5
            ]
            self.world.derive(self.derived)
        if number and self.chance.random() < 0.4:
            self._change_rules()
        if number == STEPS - 2 and self.chance.random() < 0.2:
            self._withdraw()
        assert self.world.resolve().mode != "all", "other rules solve what they touch"

    def _change_rules(self) -> None:
        """Other rules for all histories: one column of one row, or everything."""
        chance, conditions = self.chance, self.world.conditions
        others = random_conditions(chance)
        if chance.random() < 0.2:
            others.decided = conditions.decided
            self.world.conditions = others
            return
        rows, other_rows = chance.choice(
            [(conditions.types, others.types), (conditions.rules, others.rules)]
        )
        key = chance.choice(list(rows))
        column = chance.choice(["guard_min", *rows[key]])
        for name in {"guard_min": ("guard_min", "guard_max")}.get(column, (column,)):
            if name in other_rows[key]:
                rows[key][name] = other_rows[key][name]

    def _withdraw(self) -> None:
        """Evidence goes, for which all is read anew."""
        file = self.chance.choice(list(self.files))
        self.world.withdraw(file)
        del self.files[file]

    def _go_on(self, history: int, number: int) -> list[Pair]:
        chance = self.chance
        if number == 0:
            return [self._pair(history) for _ in range(12)]
        kind = chance.choice(["add", "add", "add", "late", "again", "decide", "decide", "rest"])
        if kind == "add":
            return [self._pair(history, day=20 * number) for _ in range(chance.randint(1, 6))]
        if kind == "late":
            return [self._pair(history, day=-60) for _ in range(2)]
        if kind == "again":
            known = [
                p for rows in self.files.values() for p in rows if p.a[1:].startswith(f"{history}_")
            ]
            return chance.sample(known, min(3, len(known)))
        if kind == "decide":
            self._decide(history)
        return []

    def _decide(self, history: int) -> None:
        chance, conditions = self.chance, self.world.conditions
        a, b = (
            self._name(history, chance.choice("cpuo")),
            self._name(history, chance.choice("cpuo")),
        )
        kind = chance.choice(["merge", "split", "take", "block", "unblock", "erase", "revoke"])
        if kind in ("merge", "split") and a != b:
            conditions.decide(kind, a, b)
        elif kind == "take":
            conditions.decide("split", a)
        elif kind in ("block", "unblock") or (kind == "erase" and chance.random() < 0.5):
            conditions.decide(kind, a)
        elif kind == "revoke":
            ours = [
                d.decision_id
                for d in conditions.decided
                if d.a and d.a.identifier_value.startswith(f"{history}_") and d.decision != "erase"
            ]
            if ours:
                conditions.decide("revoke", None, revokes=chance.choice(ours))

    def _pair(self, history: int, day: int = 0, kinds: list[str] | None = None) -> Pair:
        chance = self.chance
        ends = chance.choice(kinds or ["cp", "cp", "cu", "uo", "uw", "cc", "tp", "ud", "cd", "pd"])
        a, b = self._name(history, ends[0]), self._name(history, ends[1])
        while a == b:
            b = self._name(history, ends[1])
        if ends == "cc" and a > b:
            a, b = b, a
        first = day + chance.randrange(60)
        return Pair(
            a, b, first, first + chance.choice([0, 0, 5, 40]), times=chance.choice([1, 1, 2])
        )

    def _name(self, history: int, letter: str) -> str:
        return f"{letter}{history}_{self.chance.randrange(3 if letter == 'd' else 5)}"


def present_evidence(histories: Histories) -> tuple[set[str], list[Link]]:
    """Names and links, gathered from the rows that are present now."""
    gathered: dict[tuple[str, str, int, str], list[Pair]] = defaultdict(list)
    for source, rows in [
        *(("crm_members", rows) for rows in histories.files.values()),
        ("derived", histories.derived),
    ]:
        for pair in rows:
            gathered[pair.a, pair.b, RULES[pair.a[0] + pair.b[0]], source].append(pair)
    links = [
        Link(
            *key,
            first=min(pair.first for pair in pairs),
            last=max(pair.first if pair.last is None else pair.last for pair in pairs),
            count=sum(pair.times for pair in pairs),
        )
        for key, pairs in gathered.items()
    ]
    return {name for link in links for name in (link.a, link.b)}, links


def unused_by_name(world: World) -> dict[tuple[str, str, int, str], str]:
    a, b = (SHORT_NAME.replace("identifier_", f"{end}.identifier_") for end in "ab")
    return {
        tuple(key): reason
        for *key, reason in world.execute(
            f"select {a}, {b}, rule_id, source, reason from identity.identity_unused_edges u "
            "join identity.identifiers a on a.identifier_id = identifier_id_a "
            "join identity.identifiers b on b.identifier_id = identifier_id_b"
        )
    }


def outcome_of(world: World) -> Outcome:
    named = "join identity.identifiers using (identifier_id)"
    return Outcome(
        groups=world.partition(),
        unused=unused_by_name(world),
        ambiguous=dict(
            world.execute(
                f"select {SHORT_NAME}, customers from identity.identity_ambiguous {named}"
            )
        ),
        guarded=set(
            world.execute(
                f"select {SHORT_NAME}, neighbour_type from identity.identity_guarded {named}"
            )
        ),
    )


def kept_state(world: World) -> dict[str, list[tuple[object, ...]]]:
    """The tables that present evidence, rules and decisions decide about, ids included."""
    state = world.state(without=HISTORY | {"identity_state"})
    state["identity_edges"] = world.execute(
        "select * exclude (edge_id) from identity.identity_edges order by all"
    )
    return state


@pytest.mark.parametrize("seed", range(BATCHES))
def test_a_history_ends_where_a_run_from_scratch_does(seed: int) -> None:
    histories = Histories(seed)
    world = histories.world
    for number in range(STEPS):
        histories.step(number)
    by_steps = outcome_of(world)
    plain = resolve_plainly(
        *present_evidence(histories), world.conditions, histories.world.login_days
    )
    assert by_steps == plain, "the engine says what the definition says"

    before = kept_state(world)
    assert world.resolve(full=True).mode == "rebuild"
    after = kept_state(world)
    for table, rows in before.items():
        assert rows == after[table], f"{table} differs after all evidence was read anew"

    scratch = World(conditions=world.conditions)
    scratch.login_days = world.login_days
    rows = [pair for rows in histories.files.values() for pair in rows]
    histories.chance.shuffle(rows)
    scratch.deliver(rows)
    scratch.derive(histories.derived)
    scratch.resolve()
    assert outcome_of(scratch) == by_steps, "other ids, other order of arrival: same people"
    scratch.connection.close()
    world.connection.close()
