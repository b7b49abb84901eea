"""Carries customer ids over from the last partition of identifiers to the new one.

Works on whole arrays; nothing here depends on how the new partition was found, so an increment
and a full recompute keep ids in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.identity.graph import Integers


@dataclass(frozen=True)
class CarryOver:
    """New customer ids and what happened to the old ones. Arrays of one group are parallel."""

    customers: Integers
    """Customer of each identifier, parallel to the input."""
    created: Integers
    """Customers that hold no identifier known before."""
    created_identifiers: Integers
    """The smallest identifier of each created customer."""
    survivors: Integers
    """Customers that took in another one …"""
    absorbed: Integers
    """… and the customer that each of them took in; its id is never used again."""
    parts: Integers
    """Customers that hold a part which left another customer …"""
    origins: Integers
    """… the customer it left …"""
    part_identifiers: Integers
    """… and the smallest identifier of that part."""


def carry_over(
    identifiers: Integers, labels: Integers, old_customers: Integers, highest: int
) -> CarryOver:
    """Give every component of the new partition a customer id.

    `identifiers` ascend; `labels` names the component of each; `old_customers` holds the customer
    that each belonged to, 0 for none; `highest` is the highest customer id ever used.

    An old id follows the larger part of its identifiers (a tie goes to the part with the older
    identifier). Where several old ids meet, the elder, which is the smallest, stays. Components
    without an old id get new ids above `highest`, in the order of their oldest identifiers.
    """
    _, first, group = np.unique(labels, return_index=True, return_inverse=True)

    known = np.flatnonzero(old_customers)
    stride = max(highest, int(old_customers.max(initial=0))) + 1
    keys, position, size = np.unique(
        group[known] * stride + old_customers[known], return_index=True, return_counts=True
    )
    part_group, part_old = keys // stride, keys % stride
    part_first = identifiers[known[position]]

    follows = _first_of_each(part_old, np.lexsort((part_first, -size, part_old)))
    claim_group, claim_old = part_group[follows], part_old[follows]
    elder = _first_of_each(claim_group, np.lexsort((claim_old, claim_group)))
    customer = np.zeros(len(first), dtype=np.int64)
    customer[claim_group[elder]] = claim_old[elder]

    new = np.flatnonzero(customer == 0)
    new = new[np.argsort(first[new])]
    customer[new] = highest + 1 + np.arange(len(new))
    has_past = np.zeros(len(first), dtype=bool)
    has_past[part_group] = True
    created = new[~has_past[new]]

    leaves = np.ones(len(keys), dtype=bool)
    leaves[follows] = False
    gives_way = np.ones(len(claim_old), dtype=bool)
    gives_way[elder] = False
    return CarryOver(
        customers=customer[group],
        created=customer[created],
        created_identifiers=identifiers[first[created]],
        survivors=customer[claim_group[gives_way]],
        absorbed=claim_old[gives_way],
        parts=customer[part_group[leaves]],
        origins=part_old[leaves],
        part_identifiers=part_first[leaves],
    )


def _first_of_each(values: Integers, order: Integers) -> Integers:
    """Positions, taken in `order` (sorted by `values` first), where a new value begins."""
    ordered = values[order]
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    return order[begins]
