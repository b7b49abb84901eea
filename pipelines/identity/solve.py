"""Who is one person: the partition as a pure function of evidence, rules and decisions.

Connected components in bulk; only those that break a limit or a decision are built up again, edge
by edge, in `repair.py`. Limits are monotone, so a component that keeps them is what the edge by
edge pass would have built.
"""

from __future__ import annotations

import numpy as np

from pipelines.identity.codes import Codes
from pipelines.identity.graph import Flags, Integers, component_labels
from pipelines.identity.limits import breaks_a_limit
from pipelines.identity.repair import repair
from pipelines.identity.shapes import Evidence, Partition, Ranks, Refusals


def solve(evidence: Evidence, codes: Codes, ranks: Ranks) -> Partition:
    """The people behind the nodes.

    Same evidence, rules and decisions: same people, whatever the order or the numbers of nodes and
    edges. Exact at any size and path length: there is no number of rounds.
    """
    components = component_labels(
        evidence.nodes,
        np.concatenate([evidence.left, evidence.must[:, 0]]),
        np.concatenate([evidence.right, evidence.must[:, 1]]),
    )
    count = int(components.max(initial=-1)) + 1
    broken = breaks_a_limit(evidence, codes, components, count)
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
    labels = components.astype(np.int64)
    labels[within] = int(components.max()) + 1 + parts
    used = np.zeros(int(labels.max()) + 1, dtype=bool)
    used[labels] = True
    return (np.cumsum(used) - 1)[labels]
