"""Carries customer ids over from the last partition to the new one.

Works on whole arrays; nothing here depends on how the new partition was found, so an increment
and a full run keep ids in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Flags, Integers, first_positions


@dataclass(frozen=True)
class CarryOver:
    """New customer ids and what happened to the old ones. Arrays of one group are parallel."""

    customers: Integers
    """Customer of each node, parallel to the input; 0 for none."""
    created: Integers
    """Customers that hold nobody known before."""
    created_at: Integers
    """The first node of each created customer."""
    survivors: Integers
    """Customers that took in another one …"""
    absorbed: Integers
    """… and the customer that each of them took in; its id is never used again."""
    parts: Integers
    """Customers that hold a part which left another customer …"""
    origins: Integers
    """… the customer it left …"""
    part_at: Integers
    """… and the first node of that part."""


def carry_over(labels: Integers, old: Integers, highest: int) -> CarryOver:
    """Give every part of the new partition a customer id.

    `labels` names the part of each node, densely from 0, and -1 where a node has no customer;
    `old` is the customer that each node belonged to, 0 for none; `highest` is the highest customer
    id ever used. Nodes stand in the order of age.

    An old id follows the larger part of its nodes (a tie goes to the part with the oldest node).
    Where several old ids meet, the elder, which is the smallest, stays. Parts without an old id get
    new ids above `highest`, in the order of their oldest nodes.
    """
    members = np.flatnonzero(labels >= 0)
    everybody = len(members) == len(labels)
    group, past = (labels, old) if everybody else (labels[members], old[members])
    count = int(group.max(initial=-1)) + 1
    first = first_positions(group, count)
    founders = past[first]
    customer = np.zeros(count, dtype=np.int64)
    changed = _changed(group, past, founders) | (founders == 0)
    customer[~changed] = founders[~changed]
    known = members[changed[group] & (past > 0)]
    moves = _moves(labels, old, known)
    customer[moves.heir] = moves.heritage

    first = members[first]
    new = np.flatnonzero(customer == 0)
    new = new[np.argsort(first[new])]
    customer[new] = highest + 1 + np.arange(len(new))
    has_past = founders > 0
    has_past[labels[known]] = True
    created = new[~has_past[new]]
    customers = customer[group]
    if not everybody:
        customers, of_members = np.zeros(len(labels), dtype=np.int64), customers
        customers[members] = of_members
    return CarryOver(
        customers=customers,
        created=customer[created],
        created_at=first[created],
        survivors=customer[moves.taker],
        absorbed=moves.taken,
        parts=customer[moves.part],
        origins=moves.origin,
        part_at=moves.part_at,
    )


@dataclass(frozen=True)
class _Moves:
    heir: Integers
    """Parts that keep an old id …"""
    heritage: Integers
    taker: Integers
    """Parts that take in an old id …"""
    taken: Integers
    part: Integers
    """Parts that hold what left an old customer …"""
    origin: Integers
    part_at: Integers


def _changed(group: Integers, past: Integers, founders: Integers) -> Flags:
    """Groups whose known nodes do not have one past, that of their first node, and it alone.

    What is left keeps its ids, which is nearly everybody; only the others need be looked at.
    """
    changed = np.zeros(len(founders), dtype=bool)
    changed[group[(past != founders[group]) & (past > 0)]] = True
    shared = np.bincount(founders, minlength=int(past.max(initial=0)) + 1) > 1
    if changed.any():
        shared[past[changed[group]]] = True
    shared[0] = False
    return changed | shared[founders]


def _moves(labels: Integers, old: Integers, nodes: Integers) -> _Moves:
    stride = int(old[nodes].max(initial=0)) + 1
    keys = labels[nodes].astype(np.int64) * stride + old[nodes]
    # Sorted as numbers come out and then asked for the first of each: `np.unique` with its indices
    # takes twice the time.
    order = np.argsort(keys)
    ordered = keys[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    keys, size = ordered[begins], np.diff(begins, append=len(ordered))
    position = np.minimum.reduceat(order, begins) if len(order) else order
    part, origin, part_at = keys // stride, keys % stride, nodes[position]
    follows = _first_of_each(origin, np.lexsort((part_at, -size, origin)))
    claimed, claims = part[follows], origin[follows]
    elder = _first_of_each(claimed, np.lexsort((claims, claimed)))
    leaves = np.ones(len(keys), dtype=bool)
    leaves[follows] = False
    gives_way = np.ones(len(claims), dtype=bool)
    gives_way[elder] = False
    return _Moves(
        heir=claimed[elder],
        heritage=claims[elder],
        taker=claimed[gives_way],
        taken=claims[gives_way],
        part=part[leaves],
        origin=origin[leaves],
        part_at=part_at[leaves],
    )


def _first_of_each(values: Integers, order: Integers) -> Integers:
    """Positions, taken in `order` (sorted by `values` first), where a new value begins."""
    ordered = values[order]
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    return order[begins]
