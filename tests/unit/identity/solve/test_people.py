"""The solver alone, on arrays: long chains, super-nodes, any order and any numbers."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from pipelines.identity.graph import Integers
from pipelines.identity.rules.codes import Codes, code_rules
from pipelines.identity.solve.people import solve
from pipelines.identity.solve.shapes import Evidence, Partition
from tests.unit.identity.worlds import RULES, TYPES, Conditions

CARD_PHONE, CARD_UNIONID, MERGED_CARDS = RULES["cp"], RULES["cu"], RULES["cc"]
NO_PAIRS = np.empty((0, 2), dtype=np.int64)


def codes_with(**limits: int) -> Codes:
    """Codes in which so many values of a type (by its letter) may belong to one customer."""
    conditions = Conditions()
    for letter, limit in limits.items():
        conditions.types[letter]["max_per_customer"] = limit
    return code_rules(conditions.build())


def evidence_of(
    codes: Codes, nodes: int, left: Integers, right: Integers, rule: int | Integers
) -> Evidence:
    """Edges of equal strength, and no decisions."""
    rules = np.broadcast_to(np.asarray(rule), len(left)).copy()
    kind = np.full(nodes, -1)
    kind[left], kind[right] = codes.rules.type_a[rules], codes.rules.type_b[rules]
    ones, days = np.ones(len(left), dtype=np.int64), np.zeros(len(left), dtype=np.int64)
    return Evidence(
        nodes=nodes,
        identifier=np.arange(nodes),
        kind=kind,
        left=left,
        right=right,
        rule=rules,
        count=ones,
        first_at=days,
        last_at=days,
        usable=np.ones(len(left), dtype=bool),
        must=NO_PAIRS,
        cannot=NO_PAIRS,
    )


def groups_of(partition: Partition) -> list[list[int]]:
    """The people as lists of nodes, ascending."""
    order = np.argsort(partition.people, kind="stable")
    bounds = np.flatnonzero(np.diff(partition.people[order])) + 1
    return sorted(group.tolist() for group in np.split(order, bounds))


def in_order(nodes: Integers) -> Integers:
    """Ranks for identifiers that are named in the order of their numbers."""
    return nodes


def chain(length: int) -> tuple[Integers, Integers]:
    return np.arange(length - 1), np.arange(1, length)


@pytest.mark.parametrize("order", ["forwards", "backwards", "shuffled", "odd ones first"])
def test_a_chain_of_ten_thousand_in_any_order(order: str) -> None:
    codes = codes_with(c=1)
    left, right = chain(10_000)
    turn = {
        "forwards": np.arange(9_999),
        "backwards": np.arange(9_998, -1, -1),
        "shuffled": np.random.default_rng(1).permutation(9_999),
        "odd ones first": np.argsort(np.arange(9_999) % 2 == 0, kind="stable"),
    }[order]
    merged = evidence_of(codes, 10_000, left[turn], right[turn], MERGED_CARDS)
    assert len(groups_of(solve(merged, codes, in_order))) == 1

    apart = replace(merged, cannot=np.array([[0, 9_999]]), count=1 + (merged.left != 4_321))
    solved = solve(apart, codes, in_order)
    assert groups_of(solved) == [list(range(4_322)), list(range(4_322, 10_000))], (
        "it is cut where the evidence is weakest"
    )
    assert solved.refusals.reasons == ["cannot_link"]


def test_a_chain_of_two_cards_each_is_built_up_within_its_limit() -> None:
    """Cards and phones take turns: every phone could be the next card's too."""
    codes = codes_with(c=2)
    cards, phones = np.arange(5_000), np.arange(5_000, 9_999)
    left = np.concatenate([cards[:-1], cards[1:]])
    right = np.concatenate([phones, phones])
    started = time.process_time()
    solved = solve(evidence_of(codes, 9_999, left, right, CARD_PHONE), codes, in_order)
    assert time.process_time() - started < 5
    held = [sum(node < 5_000 for node in group) for group in groups_of(solved)]
    assert max(held) == 2
    assert len(solved.refusals.edges) == len(groups_of(solved)) - 1


@pytest.mark.parametrize("limit", [1, 3, 0])
def test_a_super_node_of_a_hundred_thousand_neighbours(limit: int) -> None:
    codes = codes_with(c=limit) if limit else codes_with()
    cards = np.arange(1, 100_001)
    hub = np.zeros(100_000, dtype=np.int64)
    started = time.process_time()
    solved = solve(evidence_of(codes, 100_001, cards, hub, CARD_PHONE), codes, in_order)
    assert time.process_time() - started < 10
    sizes = np.bincount(solved.people)
    assert sizes.max() == (limit + 1 if limit else 100_001)
    assert len(solved.refusals.edges) == (100_000 - limit if limit else 0)


def test_many_components_that_break_a_limit_cost_little_more_than_others() -> None:
    """50,000 couples who share a phone: two unionids, two cards, one phone each."""
    codes = codes_with(u=1)
    first = np.arange(0, 250_000, 5)
    left = np.concatenate([first, first + 2, first, first + 2])
    right = np.concatenate([first + 1, first + 3, first + 4, first + 4])
    rule = np.repeat([CARD_UNIONID, CARD_UNIONID, CARD_PHONE, CARD_PHONE], 50_000)
    started = time.process_time()
    solved = solve(evidence_of(codes, 250_000, left, right, rule), codes, in_order)
    assert time.process_time() - started < 10
    assert len(np.unique(solved.people)) == 100_000
    assert len(solved.refusals.edges) == 50_000


@pytest.mark.parametrize("seed", range(20))
def test_neither_order_nor_numbers_decide_who_is_who(seed: int) -> None:
    chance = np.random.default_rng(seed)
    codes = codes_with(u=1, c=2, p=2)
    kinds = np.array([list(TYPES).index(letter) for letter in "cccppu" * 10])
    pairs = {"cp": ("c", "p"), "cu": ("c", "u"), "cc": ("c", "c")}
    edges = []
    for _ in range(90):
        ends = chance.choice(list(pairs))
        a, b = (chance.choice(np.flatnonzero(kinds == list(TYPES).index(x))) for x in pairs[ends])
        if a != b:
            edges.append((a, b, RULES[ends], chance.integers(1, 3), chance.integers(0, 3)))
    left, right, rule, count, seen = (np.array(column) for column in zip(*edges, strict=True))
    plain = replace(
        evidence_of(codes, len(kinds), left, right, rule),
        count=count,
        last_at=seen,
        cannot=np.array([[0, 6], [1, 7]]),
        must=np.array([[2, 8]]),
    )
    expected = groups_of(solve(plain, codes, in_order))

    turn, number = chance.permutation(len(left)), chance.permutation(len(kinds))
    name = np.argsort(number)  # who has the new number
    flip = np.array([True, False])[chance.integers(0, 2, len(left))] & (rule == MERGED_CARDS)
    moved = Evidence(
        nodes=len(kinds),
        identifier=np.arange(len(kinds)),
        kind=plain.kind[name],
        left=number[np.where(flip, right, left)][turn],
        right=number[np.where(flip, left, right)][turn],
        rule=rule[turn],
        count=count[turn],
        first_at=plain.first_at[turn],
        last_at=seen[turn],
        usable=plain.usable,
        must=number[plain.must][:, ::-1],
        cannot=number[plain.cannot][::-1],
    )
    solved = solve(moved, codes, lambda nodes: name[nodes])
    assert sorted(sorted(name[group].tolist()) for group in groups_of(solved)) == expected
