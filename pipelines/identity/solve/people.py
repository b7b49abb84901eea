"""Who is one person: the partition as a pure function of evidence, rules and decisions.

Connected components in bulk; only those that break a limit or a decision are built up again, edge
by edge, in `repair.py`. Limits are monotone, so a component that keeps them is what the edge by
edge pass would have built.
"""

from __future__ import annotations

import numpy as np

from pipelines.identity.graph import Flags, Integers, component_labels, members
from pipelines.identity.rules.codes import Codes
from pipelines.identity.solve.limits import breaks_a_limit
from pipelines.identity.solve.repair import repair
from pipelines.identity.solve.shapes import Evidence, Partition, Ranks, Refusals


def solve(evidence: Evidence, codes: Codes, ranks: Ranks) -> Partition:
    """The people behind the nodes.

    Same evidence, rules and decisions: same people, whatever the order or the numbers of nodes and
    edges. Exact at any size and path length: there is no number of rounds.
    """
    left, right = evidence.left, evidence.right
    if not evidence.usable.all():
        left, right = left[evidence.usable], right[evidence.usable]
    if len(evidence.must):
        left = np.concatenate([left, evidence.must[:, 0]])
        right = np.concatenate([right, evidence.must[:, 1]])
    components = component_labels(evidence.nodes, left, right)
    broken = breaks_a_limit(evidence, codes, components)
    broken[_joined(components, evidence.cannot)] = True
    if not broken.any():
        return Partition(components, components, Refusals())
    within = broken[components]
    parts, refusals = repair(evidence, codes, ranks, within)
    return Partition(components, _split(components, within, parts), refusals)


def _joined(components: Integers, pairs: Integers) -> Integers:
    """The components that hold both nodes of a pair."""
    left, right = components[pairs[:, 0]], components[pairs[:, 1]]
    return left[left == right]


def _split(components: Integers, within: Flags, parts: Integers) -> Integers:
    """Dense labels: those of the components, and of the parts for the nodes in `within`."""
    labels = components.copy()
    labels[within] = int(components.max()) + 1 + parts
    used = members(labels, int(labels.max()) + 1)
    return (np.cumsum(used, dtype=labels.dtype) - 1)[labels]
