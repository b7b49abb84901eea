"""Builds components that break a limit or a decision up again, strongest evidence first.

Edges of one stage and priority are one class. Within a class, what keeps the limits is joined in
bulk; only groups that would break one are joined edge by edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.identity.graph import (
    Flags,
    Integers,
    component_labels,
    distinct,
    first_positions,
    members,
)
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.groups import Groups, Held, Refusal
from pipelines.identity.solve.limits import beyond, hull, seen_spans, value_labels
from pipelines.identity.solve.shapes import Evidence, Ranks, Refusals

_ALIAS, _DECIDED, _STRONG, _WEAK = range(4)
"""In this order edges are tried."""
_CONTESTED: Refusal = "contested", "strong evidence ties one of the two to several customers"
_FEW = 64
"""So few components, or of so many nodes each, are cheaper to join edge by edge."""
_Grants = dict[int, Integers]


def repair(
    evidence: Evidence, codes: Codes, ranks: Ranks, within: Flags
) -> tuple[Integers, Refusals]:
    """Partition the nodes in `within`, which are whole components; labels are dense from 0.

    Edges are tried in this order: aliases, people's decisions, strong rules, weak rules; within
    these by priority of the rule, rows of evidence (most first), last time seen (latest first),
    then the md5 of the ends' types and values. An edge is refused when its union would hold more
    values of a type than a customer may, or two identifiers that people keep apart. A decision
    outranks limits: what people merged may hold together what each of the two holds by the
    evidence alone, and a third person's identifiers no more than others may. An identifier that a
    strong rule was refused for is contested: weak rules join nobody through it any more.
    """
    part, edges = evidence.part(within)
    workshop = _Workshop(part, codes, ranks, _grants(part, codes, ranks))
    for steps in workshop.classes():
        workshop.join(steps)
    refusals = workshop.refusals
    refusals.edges = edges[np.array(refusals.edges, dtype=np.int64)].tolist()
    return workshop.labels(), refusals


def _grants(evidence: Evidence, codes: Codes, ranks: Ranks) -> _Grants:
    """By node that people merged: the nodes that it and its partner hold by the evidence alone."""
    must = evidence.must
    if not len(must):
        return {}
    components = component_labels(
        evidence.nodes,
        np.concatenate([evidence.left, must[:, 0]]),
        np.concatenate([evidence.right, must[:, 1]]),
    )
    within = members(components[must[:, 0]], evidence.nodes)[components]
    nodes = np.flatnonzero(within)
    person = np.full(evidence.nodes, -1, dtype=np.int64)
    person[nodes], _ = repair(replace(evidence, must=must[:0]), codes, ranks, within)
    held = {number: np.flatnonzero(person == number) for number in distinct(person[must].ravel())}
    grants: _Grants = {}
    for pair in must.tolist():
        both = np.concatenate([held[person[node]] for node in pair])
        for node in pair:
            grants[node] = np.concatenate([grants.get(node, both[:0]), both])
    return grants


@dataclass(frozen=True)
class _Steps:
    """Unions to try; `edge` is -1 for a decision. All are of one stage and priority."""

    stage: int
    edge: Integers
    left: Integers
    right: Integers

    def only(self, chosen: Flags | Integers) -> _Steps:
        return _Steps(self.stage, self.edge[chosen], self.left[chosen], self.right[chosen])

    def followed_by(self, others: _Steps) -> _Steps:
        columns = zip(*((s.edge, s.left, s.right) for s in (self, others)), strict=True)
        return _Steps(self.stage, *(np.concatenate(pair) for pair in columns))


class _Workshop:
    """The groups that nodes are joined to, class by class; a group goes by one of its nodes."""

    def __init__(self, evidence: Evidence, codes: Codes, ranks: Ranks, grants: _Grants) -> None:
        self.refusals = Refusals()
        self._evidence, self._codes, self._ranks = evidence, codes, ranks
        self._group = np.arange(evidence.nodes)
        self._grants = grants
        self._contested = np.zeros(evidence.nodes, dtype=bool)
        self._value = value_labels(evidence, codes, self._group)
        self._first, self._last = seen_spans(evidence)
        limit = codes.types.limit
        self._limited = np.flatnonzero(np.append(limit, 0)[evidence.kind] > 0)
        self._ceiling = np.where(limit > 0, limit, np.iinfo(np.int64).max)

    def classes(self) -> list[_Steps]:
        """All unions to try, in the order of their classes."""
        evidence, rules = self._evidence, self._codes.rules
        stage = np.where(rules.is_strong[evidence.rule], _STRONG, _WEAK)
        stage[rules.is_alias[evidence.rule]] = _ALIAS
        priorities, place = np.unique(rules.priority, return_inverse=True)
        classes = stage * len(priorities) + place[evidence.rule]
        found = [
            (number, self._steps(number // len(priorities), np.flatnonzero(classes == number)))
            for number in distinct(classes).tolist()
        ]
        must = evidence.must
        decided = _Steps(_DECIDED, np.full(len(must), -1), must[:, 0], must[:, 1])
        return [
            steps
            for _, steps in sorted(
                [*found, (_DECIDED * len(priorities), decided)], key=lambda entry: entry[0]
            )
        ]

    def join(self, steps: _Steps) -> None:
        """Try the unions of one class."""
        steps = self._open(steps)
        if not len(steps.edge):
            return
        left, right = self._group[steps.left], self._group[steps.right]
        is_end = members(left, self._evidence.nodes) | members(right, self._evidence.nodes)
        groups = np.flatnonzero(is_end)
        number = np.cumsum(is_end) - 1
        component = component_labels(len(groups), number[left], number[right])
        of_step = component[number[left]]
        hard, single = self._hard(steps, groups, component, of_step)
        self._join_in_bulk(groups, component, hard)
        doubtful = np.flatnonzero(hard[of_step])
        doubtful = doubtful[self._order(steps.only(doubtful))]
        alone = single[of_step[doubtful]]
        rounds = doubtful[~alone]
        left_over = self._join_in_rounds(steps.only(rounds), of_step[rounds])
        self._join_singly(steps.only(doubtful[alone]).followed_by(left_over))

    def labels(self) -> Integers:
        """Dense labels of the nodes."""
        used = members(self._group, self._evidence.nodes)
        return (np.cumsum(used) - 1)[self._group]

    def _open(self, steps: _Steps) -> _Steps:
        """The steps between two groups."""
        return steps.only(self._group[steps.left] != self._group[steps.right])

    def _steps(self, stage: int, edges: Integers) -> _Steps:
        return _Steps(stage, edges, self._evidence.left[edges], self._evidence.right[edges])

    def _hard(
        self, steps: _Steps, groups: Integers, component: Integers, of_step: Integers
    ) -> tuple[Flags, Flags]:
        """Components of the class in which some union may be refused; those with decisions."""
        count = int(component.max()) + 1
        single = np.full(count, steps.stage == _DECIDED)
        joined = np.full(self._evidence.nodes, -1, dtype=np.int64)
        joined[groups] = component
        apart = joined[self._group[self._evidence.cannot]]
        apart = apart[(apart[:, 0] == apart[:, 1]) & (apart[:, 0] >= 0)][:, 0]
        single[apart] = True
        nodes = self._limited[joined[self._group[self._limited]] >= 0]
        held = self._held_by(joined[self._group[nodes]], nodes, count)
        hard: Flags = np.asarray((held > self._ceiling).any(axis=1))
        hard[apart] = True
        if steps.stage == _DECIDED:
            hard[:] = True
        elif steps.stage == _WEAK:
            contested = self._contested[steps.left] | self._contested[steps.right]
            hard[of_step[contested]] = True
        granted = joined[self._group[list(self._grants)]]
        single[granted[granted >= 0]] = True
        return hard, single

    def _held_by(self, holder: Integers, nodes: Integers, holders: int) -> Integers:
        """How many values each holder has: a matrix, holders by types, 0 where nothing limits."""
        types = len(self._codes.types.names)
        value = self._value[nodes]
        stride = int(value.max(initial=0)) + 1
        keys = holder * stride + value
        order = np.argsort(keys)
        new = np.ones(len(keys), dtype=bool)
        new[1:] = keys[order][1:] != keys[order][:-1]
        places = holder[order][new] * types + self._evidence.kind[nodes[order][new]]
        return np.bincount(places, minlength=holders * types).reshape(holders, types)

    def _join_in_bulk(self, groups: Integers, component: Integers, hard: Flags) -> None:
        easy = ~hard[component]
        name = np.empty(len(hard), dtype=np.int64)
        name[component] = groups
        self._rename(groups[easy], name[component[easy]])

    def _join_in_rounds(self, steps: _Steps, component: Integers) -> _Steps:
        """Try the ordered steps, the first one of every component at once, while these are many.

        Returns the steps that are left to be tried one by one.
        """
        left_over = steps.only(np.flatnonzero(component < 0))
        if not len(component):
            return left_over
        at = np.full(self._evidence.nodes, -1, dtype=np.int64)
        at[self._group[steps.left]] = at[self._group[steps.right]] = component
        nodes, count = self._limited, int(component.max()) + 1
        home = at[self._group[nodes]]
        while True:
            still = self._group[steps.left] != self._group[steps.right]
            steps, component = steps.only(still), component[still]
            live = members(component, count)
            nodes, home = nodes[live[home] & (home >= 0)], home[live[home] & (home >= 0)]
            firsts = first_positions(component, count)[live]
            if len(firsts) < max(_FEW, len(nodes) // _FEW):
                return left_over.followed_by(steps)
            unsure = members(component[firsts[self._try(steps.only(firsts), nodes)]], count)
            aside = unsure[component]
            left_over = left_over.followed_by(steps.only(aside))
            ahead = ~aside
            ahead[firsts] = False
            steps, component = steps.only(ahead), component[ahead]

    def _try(self, steps: _Steps, nodes: Integers) -> Flags:
        """Try steps of which no two touch one group; which of them are left undecided.

        `nodes` are those of limited types in these groups, and others.
        """
        left, right = self._group[steps.left], self._group[steps.right]
        step = np.full(self._evidence.nodes, -1, dtype=np.int64)
        step[left] = step[right] = np.arange(len(left))
        nodes = nodes[step[self._group[nodes]] >= 0]
        held = self._held_by(step[self._group[nodes]], nodes, len(left))
        over = held > self._ceiling
        kind = over.argmax(axis=1)
        refused = over.any(axis=1)
        unsure = refused & (self._codes.types.window[kind] > 0)
        if steps.stage == _WEAK:
            contested = self._contested[steps.left] | self._contested[steps.right]
            refused, unsure = refused & ~contested, unsure & ~contested
            self.refusals.extend(
                steps.edge[contested].tolist(), _CONTESTED[0], [_CONTESTED[1]] * contested.sum()
            )
        else:
            contested = np.zeros(len(left), dtype=bool)
        at = np.flatnonzero(refused & ~unsure)
        places = list(zip(kind[at].tolist(), held[at, kind[at]].tolist(), strict=True))
        texts = {place: beyond(self._codes.types, *place) for place in set(places)}
        details = [texts[place] for place in places]
        self.refusals.extend(steps.edge[at].tolist(), "limit", details)
        if steps.stage == _STRONG:
            self._contested[steps.left[at]] = self._contested[steps.right[at]] = True
        joins = ~refused & ~contested
        self._rename(right[joins], left[joins])
        return unsure

    def _join_singly(self, steps: _Steps) -> None:
        ends = self._group[np.stack([steps.left, steps.right], axis=1)]
        groups = distinct(ends.ravel())
        if not len(groups):
            return
        number = np.full(self._evidence.nodes, -1, dtype=np.int64)
        number[groups] = np.arange(len(groups))
        singly = Groups(self._held(groups, number), self._granted(number), self._codes)
        for left, right in number[self._group[self._evidence.cannot]].tolist():
            if left >= 0 and right >= 0:
                singly.keep_apart(left, right)
        nodes = np.stack([steps.left, steps.right], axis=1)
        contested = set(distinct(nodes[self._contested[nodes]]).tolist())
        for edge, pair, (left, right) in zip(
            steps.edge.tolist(), nodes.tolist(), number[ends].tolist(), strict=True
        ):
            if steps.stage == _WEAK and not contested.isdisjoint(pair):
                refused = None if singly.are_one(left, right) else _CONTESTED
            else:
                refused = singly.join(left, right, is_decision=steps.stage == _DECIDED)
            if refused and edge >= 0:
                self.refusals.extend([edge], refused[0], [refused[1]])
                if steps.stage == _STRONG:
                    self._contested[pair] = True
        self._rename(groups, groups[singly.roots()])

    def _rename(self, groups: Integers, names: Integers) -> None:
        """Give groups the names of those that they were joined to."""
        name = np.arange(self._evidence.nodes)
        name[groups] = names
        self._group = name[self._group]

    def _held(self, groups: Integers, number: Integers) -> list[Held]:
        """What each group holds of the types that have limits, and when it was seen."""
        held: list[Held] = [{} for _ in groups]
        nodes = self._limited[number[self._group[self._limited]] >= 0]
        columns = (
            number[self._group[nodes]],
            self._evidence.kind[nodes],
            self._value[nodes],
            self._first[nodes],
            self._last[nodes],
        )
        for group, kind, value, first, last in zip(*(c.tolist() for c in columns), strict=True):
            values = held[group].setdefault(kind, {})
            span = (first, last)
            values[value] = hull(values[value], span) if value in values else span
        return held

    def _granted(self, number: Integers) -> dict[int, set[int]]:
        """By group number: the values that people's merges grant it."""
        granted: dict[int, set[int]] = {}
        for node, nodes in self._grants.items():
            group = int(number[self._group[node]])
            if group >= 0:
                granted.setdefault(group, set()).update(self._value[nodes].tolist())
        return granted

    def _order(self, steps: _Steps) -> Integers:
        """The order in which the unions of one class are tried."""
        evidence, rank = self._evidence, self._node_ranks(steps)
        ranks = rank[steps.left], rank[steps.right]
        keys = [np.maximum(*ranks), np.minimum(*ranks)]
        if steps.stage != _DECIDED:
            keys += [-evidence.last_at[steps.edge], -evidence.count[steps.edge].astype(np.int64)]
        return np.lexsort(keys)

    def _node_ranks(self, steps: _Steps) -> Integers:
        """Rank of each node at an end: by the md5 of its type and value, then by period."""
        nodes = distinct(np.concatenate([steps.left, steps.right]))
        rank = np.zeros(self._evidence.nodes, dtype=np.int64)
        # Periods of one identifier are numbered in the order of time.
        order = np.lexsort((nodes, self._ranks(self._evidence.identifier[nodes])))
        rank[nodes[order]] = np.arange(len(nodes))
        return rank
