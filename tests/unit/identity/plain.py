"""The semantics of OneID once more, in plain Python without any care for speed.

It shares no code with the engine: what both say is what the rules mean.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.unit.identity.worlds import TYPES, Conditions

Name = str
Node = tuple[Name, int]
"""Identifier and period."""


@dataclass(frozen=True)
class Link:
    """All evidence of one pair, rule and source."""

    a: Name
    b: Name
    rule: int
    source: str
    first: int
    last: int
    count: int

    def other(self, name: Name) -> Name:
        return self.b if name == self.a else self.a


@dataclass
class Outcome:
    """Who is with whom, and why links are not used."""

    groups: set[frozenset[str]] = field(default_factory=set)
    unused: dict[tuple[Name, Name, int, str], str] = field(default_factory=dict)
    ambiguous: dict[Name, int] = field(default_factory=dict)
    guarded: set[tuple[Name, str]] = field(default_factory=set)


def resolve_plainly(
    names: set[Name], links: list[Link], conditions: Conditions, login_days: int | None
) -> Outcome:
    """Everybody's customer, straight from the definition."""
    return _Plain(names, links, conditions, login_days).outcome


class _Plain:
    def __init__(
        self, names: set[Name], links: list[Link], conditions: Conditions, login_days: int | None
    ) -> None:
        self.types, self.rules = conditions.types, conditions.rules
        self.decided = _standing(conditions)
        self.outcome = Outcome()
        gone = self.decided["erase"]
        self.names = {name for name in names if name not in gone}
        self.links = [link for link in links if not {link.a, link.b} & gone]
        self.blocked = {name for name in self.names if name in self.decided["block"]}
        self.usable = [link for link in self.links if self._screened(link)]
        self.starts = {name: self._starts(name) for name in self.names}
        self._guard()
        devices = [link for link in self.usable if self._device(link)]
        joins = [link for link in self.usable if not self._device(link)]
        self.group: dict[Node, set[Node]] = {}
        for name in self.names - self.blocked:
            for period in range(len(self.starts[name]) + 1):
                self.group[name, period] = {(name, period)}
        self._aliases(joins)
        self.granted: list[tuple[Node, Node, set[Name]]] = []
        if merges := self._merges():
            alone = self._alone(joins)
            for left, right in merges:
                held = {self.value[name] for name, _ in alone[left] | alone[right]}
                self.granted.append((left, right, held))
        self._join(self._order(joins))
        self._place(devices, login_days)
        self.outcome.groups = {
            frozenset(f"{name}@{period}" if period else name for name, period in group)
            for group in self.group.values()
        }

    def _no(self, link: Link, reason: str) -> bool:
        self.outcome.unused[link.a, link.b, link.rule, link.source] = reason
        return False

    def _rule(self, link: Link, what: str, default: Any = None) -> Any:
        return self.rules[link.rule].get(what, default)

    def _type(self, name: Name, what: str) -> Any:
        return self.types[name[0]].get(what)

    def _device(self, link: Link) -> bool:
        return bool(
            self._type(link.a, "is_shared_device") or self._type(link.b, "is_shared_device")
        )

    def _screened(self, link: Link) -> bool:
        stated = sum(
            other.count
            for other in self.links
            if (other.a, other.b, other.rule) == (link.a, link.b, link.rule)
        )
        if not self._rule(link, "is_active", True):
            return self._no(link, "rule_inactive")
        if stated < self._rule(link, "min_evidence", 1):
            return self._no(link, "too_little_evidence")
        if {link.a, link.b} & self.blocked:
            return self._no(link, "blocked")
        if {link.a, link.b} & self.decided["take_out"]:
            return self._no(link, "taken_out")
        return True

    def _starts(self, name: Name) -> list[int]:
        silence = self._type(name, "reuse_silence_days")
        spans = sorted((k.first, k.last) for k in self.usable if name in (k.a, k.b))
        starts = []
        if silence and spans:
            latest = spans[0][1]
            for first, last in spans[1:]:
                if first - latest > silence:
                    starts.append(first)
                latest = max(latest, last)
        return starts

    def _node(self, name: Name, link: Link) -> Node:
        return name, sum(start <= link.first for start in self.starts[name])

    def _guard(self) -> None:
        neighbours: dict[tuple[Node, str], set[Name]] = defaultdict(set)
        strong: dict[tuple[Node, str], set[Name]] = defaultdict(set)
        plain = [link for link in self.usable if not self._device(link)]
        for link in plain:
            for name in (link.a, link.b):
                key = self._node(name, link), link.other(name)[0]
                neighbours[key].add(link.other(name))
                if self._rule(link, "strength") == "strong":
                    strong[key].add(link.other(name))
        limits = {}
        for own in self.types:
            low, high = self.types[own].get("guard_min"), self.types[own].get("guard_max")
            if low is None:
                continue
            above = round(sum(name[0] == own for name in self.names) * 0.001)
            for kind in self.types:
                degrees = sorted(
                    (len(s) for ((n, _), k), s in neighbours.items() if (n[0], k) == (own, kind)),
                    reverse=True,
                )
                usual = degrees[above] if above < len(degrees) else 0
                limits[own, kind] = min(max(2 * usual, low), high)
        useless = set()
        for link in plain:
            for name in (link.a, link.b):
                node, kind = self._node(name, link), link.other(name)[0]
                limit = limits.get((name[0], kind))
                if limit is None or len(neighbours[node, kind]) <= limit:
                    continue
                self.outcome.guarded.add((name, TYPES[kind]))
                if self._rule(link, "strength") == "weak" or len(strong[node, kind]) > limit:
                    useless.add(link)
        for link in useless:
            self._no(link, "degree_guard")
        self.usable = [link for link in self.usable if link not in useless]

    def _aliases(self, joins: list[Link]) -> None:
        """Which identifiers are one value."""
        self.value = {name: name for name in self.names}
        for link in joins:
            if self._rule(link, "is_alias"):
                old, new = self.value[link.a], self.value[link.b]
                for name, value in self.value.items():
                    if value == old:
                        self.value[name] = new

    def _order(self, joins: list[Link]) -> list[tuple[Any, Node, Node, Link | None]]:
        steps = []
        for link in joins:
            stage = 2 if self._rule(link, "strength") == "strong" else 3
            stage = 0 if self._rule(link, "is_alias") else stage
            left, right = self._node(link.a, link), self._node(link.b, link)
            ends = sorted([left, right], key=self._rank)
            key = (stage, self._rule(link, "priority"), -link.count, -link.last)
            steps.append(((*key, *map(self._rank, ends)), left, right, link))
        for left, right in self._merges():
            steps.append(((1, 0, 0, 0, self._rank(left), self._rank(right)), left, right, None))
        return sorted(steps, key=lambda step: step[0])

    def _merges(self) -> list[tuple[Node, Node]]:
        """What people merged: the newest periods of two."""
        pairs = [
            sorted(((name, len(self.starts[name])) for name in pair), key=self._rank)
            for pair in self.decided["merge"]
            if all(name in self.names - self.blocked for name in pair)
        ]
        return [(left, right) for left, right in pairs]

    def _alone(self, joins: list[Link]) -> dict[Node, set[Node]]:
        """The groups as they would be had nobody merged any."""
        unused, group = dict(self.outcome.unused), self.group
        self.group = {node: {node} for node in group}
        self._join([step for step in self._order(joins) if step[3]])
        alone, self.group, self.outcome.unused = self.group, group, unused
        return alone

    @staticmethod
    def _rank(node: Node) -> tuple[int, int]:
        """By md5: not by names, lest an order of arrival that follows them goes unnoticed."""
        text = f"{TYPES[node[0][0]]}:{node[0][1:]}"
        return int.from_bytes(hashlib.md5(text.encode()).digest(), "little"), node[1]

    def _join(self, steps: list[tuple[Any, Node, Node, Link | None]]) -> None:
        self.spans: dict[Node, list[tuple[int, int]]] = defaultdict(list)
        for _, left, right, link in steps:
            if link:
                for node in (left, right):
                    self.spans[node].append((link.first, link.last))
        contested: set[Node] = set()
        for key, left, right, link in steps:
            mine, theirs = self.group[left], self.group[right]
            if mine is theirs:
                continue
            if link and key[0] == 3 and {left, right} & contested:
                self._no(link, "contested")
                continue
            reason = self._refusal(mine, theirs, forced=link is None)
            if reason is None:
                mine |= theirs
                for node in theirs:
                    self.group[node] = mine
            elif link:
                self._no(link, reason)
                if key[0] == 2:
                    contested |= {left, right}

    def _refusal(self, mine: set[Node], theirs: set[Node], *, forced: bool) -> str | None:
        for pair in self.decided["split"]:
            sides = [{name for name, _ in group} & pair for group in (mine, theirs)]
            if all(sides) and sides[0] | sides[1] == pair:
                return "cannot_link"
        if forced:
            return None
        for letter, row in self.types.items():
            limit, window = row.get("max_per_customer"), row.get("limit_window_days")
            if limit is None:
                continue
            both = mine | theirs
            granted = {
                value
                for left, right, values in self.granted
                if left in both or right in both
                for value in values
            }
            may = {node for node in both if self.value[node[0]] in granted}
            if self._held(both, letter, window) > max(limit, self._held(may, letter, window)):
                return "limit"
        return None

    def _held(self, group: set[Node], letter: str, window: int | None) -> int:
        spans: dict[Name, tuple[int, int]] = {}
        for name, period in group:
            if name[0] == letter:
                seen = self.spans[name, period] or [(-(10**6), 10**6)]
                span = min(first for first, _ in seen), max(last for _, last in seen)
                known = spans.get(self.value[name], span)
                spans[self.value[name]] = min(known[0], span[0]), max(known[1], span[1])
        if window is None:
            return len(spans)
        days = [first - window for first, _ in spans.values()]
        return max(
            (sum(f - window <= day <= last for f, last in spans.values()) for day in days),
            default=0,
        )

    def _place(self, devices: list[Link], login_days: int | None) -> None:
        used: dict[Node, list[Link]] = defaultdict(list)
        for link in devices:
            name = link.a if self._type(link.a, "is_shared_device") else link.b
            used[self._node(name, link)].append(link)
        people = dict(self.group)
        for device, links in used.items():
            latest = max(link.last for link in links)
            counted = [link for link in links if not login_days or link.last >= latest - login_days]
            owners = []
            for link in counted:
                owner = people[self._node(link.other(device[0]), link)]
                if not any(owner is known for known in owners):
                    owners.append(owner)
            if len(owners) > 1:
                del self.group[device]
                self.outcome.ambiguous[device[0]] = len(owners)
            else:
                owners[0].add(device)
                self.group[device] = owners[0]
            for link in links:
                owner = people[self._node(link.other(device[0]), link)]
                if len(owners) > 1 or owner is not owners[0]:
                    self._no(link, "shared_device")


def _standing(conditions: Conditions) -> dict[str, Any]:
    """What people's decisions come to; the later one of two about one thing holds."""
    revoked = {d.revokes for d in conditions.decided}
    last: dict[Any, str] = {}
    merged_at: dict[Any, int] = {}
    taken_out_at: dict[Any, int] = {}
    for decision in conditions.decided:
        if decision.decision_id in revoked or decision.decision == "revoke":
            continue
        a, b = (d and _short(d) for d in (decision.a, decision.b))
        kind = str(decision.decision)
        if b:
            last["pair", frozenset({a, b})] = kind
            merged_at[frozenset({a, b})] = decision.decision_id
        elif kind == "split":
            last["take_out", a] = kind
            taken_out_at[a] = decision.decision_id
        elif kind == "erase":
            last["erase", a] = kind
        else:
            last["block", a] = kind
    pairs = {key[1]: kind for key, kind in last.items() if key[0] == "pair"}
    return {
        "merge": [
            pair
            for pair, kind in pairs.items()
            if kind == "merge"
            and not any(taken_out_at.get(name, 0) > merged_at[pair] for name in pair)
        ],
        "split": [pair for pair, kind in pairs.items() if kind == "split"],
        "take_out": {key[1] for key in last if key[0] == "take_out"},
        "erase": {key[1] for key in last if key[0] == "erase"},
        "block": {key[1] for key, kind in last.items() if key[0] == "block" and kind == "block"},
    }


def _short(identifier: Any) -> Name:
    letters = {name: letter for letter, name in TYPES.items()}
    return letters[identifier.identifier_type] + identifier.identifier_value
