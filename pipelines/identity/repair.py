"""Builds components that break a limit or a decision up again, strongest evidence first.

Edges of one stage and priority are one class. Within a class, what keeps the limits is joined in
bulk; only groups that would break one are joined edge by edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.codes import Codes
from pipelines.identity.graph import Flags, Integers, component_labels, distinct, members
from pipelines.identity.groups import Groups, Held, Refusal
from pipelines.identity.limits import seen_spans, value_labels
from pipelines.identity.shapes import Evidence, Ranks, Refusals

_ALIAS, _DECIDED, _STRONG, _WEAK = range(4)
"""In this order edges are tried."""
_CONTESTED: Refusal = "contested", "strong evidence ties one of the two to several customers"


def repair(
    evidence: Evidence, codes: Codes, ranks: Ranks, within: Flags
) -> tuple[Integers, Refusals]:
    """Partition the nodes in `within`, which are whole components; labels are dense from 0.

    Edges are tried in this order: aliases, people's decisions, strong rules, weak rules; within
    these by priority of the rule, rows of evidence (most first), last time seen (latest first),
    then type and value of the ends. An edge is refused when its union would hold more values of a
    type than a customer may, or two identifiers that people keep apart. A decision outranks
    limits: what people made one of two may hold twice as much. An identifier that a strong rule
    was refused for is contested: weak rules join nobody through it any more.
    """
    workshop = _Workshop(evidence, codes, ranks, within)
    for steps in workshop.classes():
        workshop.join(steps)
    return workshop.labels(), workshop.refusals


@dataclass(frozen=True)
class _Steps:
    """Unions to try; `edge` is -1 for a decision. All are of one stage and priority."""

    stage: int
    edge: Integers
    left: Integers
    right: Integers

    def only(self, chosen: Flags | Integers) -> _Steps:
        return _Steps(self.stage, self.edge[chosen], self.left[chosen], self.right[chosen])


class _Workshop:
    """The groups that the nodes in `within` are joined to, class by class.

    A group goes by the number of one of its nodes.
    """

    def __init__(self, evidence: Evidence, codes: Codes, ranks: Ranks, within: Flags) -> None:
        self.refusals = Refusals()
        self._evidence, self._codes, self._ranks = evidence, codes, ranks
        self._within = within
        self._edges = np.flatnonzero(within[evidence.left])
        self._group = np.arange(evidence.nodes)
        self._merged = np.zeros(evidence.nodes, dtype=np.int64)
        self._contested = np.zeros(evidence.nodes, dtype=bool)
        self._value = value_labels(evidence, codes, within)
        self._first, self._last = seen_spans(evidence, self._edges)
        limited = within & (evidence.kind >= 0)
        limited[limited] = codes.types.limit[evidence.kind[limited]] > 0
        self._limited = np.flatnonzero(limited)

    def classes(self) -> list[_Steps]:
        """All unions to try, in the order of their classes."""
        evidence, rules = self._evidence, self._codes.rules
        rule = evidence.rule[self._edges]
        stage = np.where(rules.is_strong[rule], _STRONG, _WEAK)
        stage[rules.is_alias[rule]] = _ALIAS
        priorities, place = np.unique(rules.priority, return_inverse=True)
        classes = stage * len(priorities) + place[rule]
        found = [
            (number, self._steps(number // len(priorities), self._edges[classes == number]))
            for number in distinct(classes).tolist()
        ]
        must = evidence.must[self._within[evidence.must[:, 0]]]
        decided = _Steps(_DECIDED, np.full(len(must), -1), must[:, 0], must[:, 1])
        return [
            steps
            for _, steps in sorted(
                [*found, (_DECIDED * len(priorities), decided)], key=lambda entry: entry[0]
            )
        ]

    def join(self, steps: _Steps) -> None:
        """Try the unions of one class."""
        left, right = self._group[steps.left], self._group[steps.right]
        still = left != right
        steps, left, right = steps.only(still), left[still], right[still]
        if not len(left):
            return
        groups = distinct(np.concatenate([left, right]))
        number = np.empty(self._evidence.nodes, dtype=np.int64)
        number[groups] = np.arange(len(groups))
        component = component_labels(len(groups), number[left], number[right])
        hard = self._hard(steps, groups, component, component[number[left]])
        self._join_in_bulk(groups, component, hard)
        self._join_singly(steps.only(hard[component[number[left]]]), groups[hard[component]])

    def labels(self) -> Integers:
        """Dense labels of the nodes in `within`."""
        return np.unique(self._group[self._within], return_inverse=True)[1]

    def _steps(self, stage: int, edges: Integers) -> _Steps:
        return _Steps(stage, edges, self._evidence.left[edges], self._evidence.right[edges])

    def _hard(
        self, steps: _Steps, groups: Integers, component: Integers, of_step: Integers
    ) -> Flags:
        """Components of the class in which some union may be refused."""
        count = int(component.max()) + 1
        if steps.stage == _DECIDED:
            return np.ones(count, dtype=bool)
        hard = self._beyond_limits(groups, component, count)
        joined = np.full(self._evidence.nodes, -1, dtype=np.int64)
        joined[groups] = component
        apart = joined[self._group[self._evidence.cannot]]
        hard[apart[(apart[:, 0] == apart[:, 1]) & (apart[:, 0] >= 0)][:, 0]] = True
        if steps.stage == _WEAK:
            contested = self._contested[steps.left] | self._contested[steps.right]
            hard[of_step[contested]] = True
        return hard

    def _beyond_limits(self, groups: Integers, component: Integers, count: int) -> Flags:
        """Components that hold more values of a type than one customer may."""
        nodes, limit = self._nodes_of(groups), self._codes.types.limit
        joined = np.empty(self._evidence.nodes, dtype=np.int64)
        joined[groups] = component
        holder = joined[self._group[nodes]]
        value = self._value[nodes]
        stride = int(value.max(initial=0)) + 1
        order = np.argsort(holder * stride + value)
        keys = (holder * stride + value)[order]
        new = np.ones(len(keys), dtype=bool)
        new[1:] = keys[1:] != keys[:-1]
        holder, kind = holder[order][new], self._evidence.kind[nodes[order][new]]
        beyond = np.zeros(count, dtype=bool)
        for number in np.flatnonzero(limit):
            beyond |= np.bincount(holder[kind == number], minlength=count) > limit[number]
        return beyond

    def _nodes_of(self, groups: Integers) -> Integers:
        """Nodes in these groups whose type has a limit."""
        return self._limited[members(groups, self._evidence.nodes)[self._group[self._limited]]]

    def _join_in_bulk(self, groups: Integers, component: Integers, hard: Flags) -> None:
        easy = ~hard[component]
        chosen, component = groups[easy], component[easy]
        name = np.full(len(hard), -1, dtype=np.int64)
        name[component] = chosen
        self._rename(chosen, name[component], self._merged[chosen])

    def _join_singly(self, steps: _Steps, groups: Integers) -> None:
        if not len(groups):
            return
        number = np.full(self._evidence.nodes, -1, dtype=np.int64)
        number[groups] = np.arange(len(groups))
        singly = Groups(self._held(groups, number), self._merged[groups].tolist(), self._codes)
        for left, right in number[self._group[self._evidence.cannot]].tolist():
            if left >= 0 and right >= 0:
                singly.keep_apart(left, right)
        steps = steps.only(self._order(steps))
        nodes = np.stack([steps.left, steps.right], axis=1)
        ends = number[self._group[nodes]].tolist()
        contested = set(distinct(nodes[self._contested[nodes]]).tolist())
        for edge, pair, (left, right) in zip(
            steps.edge.tolist(), nodes.tolist(), ends, strict=True
        ):
            if steps.stage == _WEAK and not contested.isdisjoint(pair):
                refused = None if singly.are_one(left, right) else _CONTESTED
            else:
                refused = singly.join(left, right, is_decision=steps.stage == _DECIDED)
            if refused and edge >= 0:
                self.refusals.add(edge, *refused)
                if steps.stage == _STRONG:
                    self._contested[pair] = True
        roots, merged = singly.roots()
        self._rename(groups, groups[roots], np.array(merged), of_new=True)

    def _rename(
        self, groups: Integers, names: Integers, merged: Integers, *, of_new: bool = False
    ) -> None:
        """Give groups the names of those that they were joined to, and keep what people merged."""
        name = np.arange(self._evidence.nodes)
        name[groups] = names
        self._group = name[self._group]
        self._merged[groups] = 0
        if of_new:
            self._merged[names] = merged
        else:
            np.add.at(self._merged, names, merged)

    def _held(self, groups: Integers, number: Integers) -> list[Held]:
        """What each group holds of the types that have limits, and when it was seen."""
        held: list[Held] = [{} for _ in groups]
        nodes = self._nodes_of(groups)
        columns = (
            number[self._group[nodes]],
            self._evidence.kind[nodes],
            self._value[nodes],
            self._first[nodes],
            self._last[nodes],
        )
        for group, kind, value, first, last in zip(*(c.tolist() for c in columns), strict=True):
            values = held[group].setdefault(kind, {})
            if value in values:
                known = values[value]
                first, last = min(first, known[0]), max(last, known[1])
            values[value] = (first, last)
        return held

    def _order(self, steps: _Steps) -> Integers:
        """The order in which the unions of one class are tried."""
        evidence, rank = self._evidence, self._node_ranks(steps)
        ranks = rank[steps.left], rank[steps.right]
        keys = [np.maximum(*ranks), np.minimum(*ranks)]
        if steps.stage != _DECIDED:
            keys += [-evidence.last_at[steps.edge], -evidence.count[steps.edge].astype(np.int64)]
        return np.lexsort(keys)

    def _node_ranks(self, steps: _Steps) -> Integers:
        """Rank of each node at an end: by type and value of its identifier, then by period."""
        nodes = distinct(np.concatenate([steps.left, steps.right]))
        rank = np.zeros(self._evidence.nodes, dtype=np.int64)
        # Periods of one identifier are numbered in the order of time.
        order = np.lexsort((nodes, self._ranks(self._evidence.identifier[nodes])))
        rank[nodes[order]] = np.arange(len(nodes))
        return rank
