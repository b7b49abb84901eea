"""Solves a region: guard, bulk solution, repair, shared devices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.evidence.standing import Standing
from pipelines.identity.graph import Flags, Integers, members
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.degree_book import DegreeBook
from pipelines.identity.solve.devices import place_devices
from pipelines.identity.solve.guard import guarded_ends
from pipelines.identity.solve.people import solve
from pipelines.identity.solve.region import Region, flags_of
from pipelines.identity.solve.screen import (
    GUARDED,
    REASONS,
    SHARED_DEVICE,
    ends_of,
    on_devices,
)
from pipelines.identity.solve.shapes import Evidence, Ranks

NOBODY = -1


@dataclass(frozen=True)
class Solved:
    """The people of a region, by node, and what became of its edges."""

    components: Integers
    """Dense labels of the nodes."""
    people: Integers
    """Dense labels of the nodes; NOBODY where a node belongs to no customer."""
    reasons: Integers
    """By edge of the region, a number of REASONS."""
    details: dict[int, str]
    """In words, by edge."""
    ambiguous: Integers
    """Shared devices that several people use …"""
    users: Integers
    """… and how many."""


def solve_region(
    region: Region,
    book: DegreeBook,
    codes: Codes,
    standing: Standing,
    ranks: Ranks,
    login_window: int,
) -> Solved:
    """Find the people in the region. `ranks` orders positions in it, see Ranks."""
    reasons = region.reasons.copy()
    details: dict[int, str] = {}
    _guard(region, book, codes, reasons, details)
    usable = (reasons == 0) & region.has_inside(region.edges)
    devices = usable & on_devices(region.edges, codes)
    solution = solve(_evidence(region, usable & ~devices, codes, standing), codes, ranks)
    refusals = solution.refusals
    reasons[refusals.edges] = [REASONS.index(reason) for reason in refusals.reasons]
    details.update(zip(refusals.edges, refusals.details, strict=True))
    people = solution.people.copy()
    people[~_may_belong(region)] = NOBODY
    at = np.flatnonzero(devices)
    ambiguous, users = _place(region, at, codes, people, reasons, details, login_window)
    return Solved(solution.components, _dense(people), reasons, details, ambiguous, users)


def _may_belong(region: Region) -> Flags:
    may = region.inside & ~region.nobody
    return may if region.periods.nodes == len(may) else may[region.periods.identifiers]


def _guard(
    region: Region, book: DegreeBook, codes: Codes, reasons: Integers, details: dict[int, str]
) -> None:
    degrees, limit = book.within(region)
    if not (degrees.neighbours > limit).any():
        return
    above = degrees.neighbours > limit
    suspects = members(degrees.node[above], region.periods.nodes)
    types = members(degrees.own_type[above], len(codes.types.names) + 1)  # type -1: no such rule
    of_rule = types[codes.rules.type_a] | types[codes.rules.type_b]
    left, right = region.left_right(region.edges)
    candidates = np.flatnonzero(suspects[left] | suspects[right])
    candidates = candidates[of_rule[region.edges.rule[candidates]] & (reasons[candidates] == 0)]
    candidates = candidates[~on_devices(region.edges[candidates], codes)]
    edges = region.edges[candidates]
    places = guarded_ends(ends_of(edges, codes, *region.left_right(edges)), degrees, limit)
    names = codes.types.names
    texts = {
        row: f"the {names[degrees.own_type[row]]} is linked to too many of type "
        f"{names[degrees.neighbour_type[row]]}"
        for row in np.flatnonzero(above).tolist()
    }
    for found in np.split(places, 2)[::-1]:  # what guards the left end is named last, so it counts
        at = np.flatnonzero(found >= 0)
        reasons[candidates[at]] = GUARDED
        words = map(texts.__getitem__, found[at].tolist())
        details.update(zip(candidates[at].tolist(), words, strict=True))


def _evidence(region: Region, usable: Flags, codes: Codes, standing: Standing) -> Evidence:
    edges = region.edges
    left, right = region.left_right(edges)
    return Evidence(
        nodes=region.periods.nodes,
        identifier=region.periods.identifiers,
        kind=_kinds(region, codes, standing)[region.periods.identifiers],
        left=left,
        right=right,
        rule=edges.rule,
        count=edges.count,
        first_at=edges.first_at,
        last_at=edges.last_at,
        usable=usable,
        must=_pairs_of_nodes(region, standing.must, every_period=False),
        cannot=_pairs_of_nodes(region, standing.cannot, every_period=True),
    )


def _kinds(region: Region, codes: Codes, standing: Standing) -> Integers:
    """The type of each identifier as a number; -1 where neither edge nor decision names it."""
    kinds = np.full(len(region.identifiers), -1, dtype=np.int8)
    edges, is_known = region.edges, codes.rules.type_a >= 0
    if not is_known[1:].all():  # there may be evidence of a rule that was taken out
        edges = edges.where(is_known[edges.rule])
    kinds[edges.a] = codes.rules.type_a.astype(kinds.dtype)[edges.rule]
    kinds[edges.b] = codes.rules.type_b.astype(kinds.dtype)[edges.rule]
    decided = np.array(sorted(standing.decided_types), dtype=np.int64)
    for position in np.flatnonzero(flags_of(region.identifiers, decided)).tolist():
        name = standing.decided_types[int(region.identifiers[position])]
        kinds[position] = codes.types.names.index(name)
    return kinds


def _pairs_of_nodes(region: Region, pairs: Integers, *, every_period: bool) -> Integers:
    """Pairs of identifiers as pairs of nodes: of their last periods, or of every two periods."""
    identifiers, allowed = region.identifiers, region.inside & ~region.nobody
    nodes = []
    for a, b in pairs.tolist():
        at = np.minimum(np.searchsorted(identifiers, [a, b]), max(len(identifiers) - 1, 0))
        if len(identifiers) and (identifiers[at] == [a, b]).all() and allowed[at].all():
            left, right = (region.periods.nodes_of(int(position)) for position in at)
            nodes += (
                [(x, y) for x in left for y in right] if every_period else [(left[-1], right[-1])]
            )
    return np.array(nodes, dtype=np.int64).reshape(-1, 2)


def _place(
    region: Region,
    at: Integers,
    codes: Codes,
    people: Integers,
    reasons: Integers,
    details: dict[int, str],
    login_window: int,
) -> tuple[Integers, Integers]:
    """Let devices join their people; return the positions of ambiguous ones, and their users."""
    edges = region.edges[at]
    left, right = region.left_right(edges)
    is_left = codes.types.is_device[codes.rules.type_a[edges.rule]]
    device, user = np.where(is_left, left, right), np.where(is_left, right, left)
    known = people[user] != NOBODY
    placed = place_devices(device[known], people[user[known]], edges.last_at[known], login_window)
    people[placed.device] = placed.person
    people[placed.ambiguous] = NOBODY
    # What did not decide who the device's customer is joins nobody.
    unused = np.flatnonzero(people[device] != people[user])
    reasons[at[unused]] = SHARED_DEVICE
    by_device = dict(zip(placed.ambiguous.tolist(), placed.users.tolist(), strict=True))
    for place in unused.tolist():
        users = by_device.get(int(device[place]))
        details[int(at[place])] = (
            f"{users} customers use the device" if users else "another customer used it last"
        )
    return placed.ambiguous, placed.users


def _dense(people: Integers) -> Integers:
    """The labels from 0 on, in their order; NOBODY stays."""
    used = np.zeros(int(people.max(initial=NOBODY)) + 2, dtype=bool)
    used[people] = True  # NOBODY marks the last place
    if used[:-1].all():
        return people
    used[-1] = False
    number = np.cumsum(used, dtype=people.dtype) - 1
    number[-1] = NOBODY
    return number[people]
