"""The worst mistakes of a resolution, each with the evidence that led to it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime

import polars as pl

from pipelines.identity.judge.evaluate import Evidence

_SHOWN_EDGES = 4


@dataclass(frozen=True)
class Step:
    """One edge on the way from one identifier to another."""

    node_a: int
    node_b: int
    rule_id: int
    source: str
    first_at: datetime | None
    file_id: int | None
    line_number: int | None
    reason: str | None
    """Why the edge is not used; null: it is."""
    detail: str | None

    def other_end(self, node: int) -> int:
        """The end that is not `node`."""
        return self.node_b if node == self.node_a else self.node_a


@dataclass(frozen=True)
class Mistake:
    """A customer that holds several people, or a person whom several customers hold."""

    kind: str
    """`merged` or `split`."""
    pairs: int
    """Wrong pairs of the customer, or reachable pairs of the person that were not found."""
    customers: tuple[int, ...]
    people: tuple[int, ...]
    steps: tuple[Step, ...]
    """Merged: the path from one person to another. Split: the edges that lead out of the largest
    part and join nobody."""


def worst_mistakes(evidence: Evidence, count: int = 20) -> list[Mistake]:
    """The mistakes that cost most pairs, the worst first."""
    held = evidence.holders.join(evidence.nodes, on="node")
    candidates = [
        *(("merged", int(key), int(pairs)) for key, pairs in _merged(held, count)),
        *(("split", int(key), int(pairs)) for key, pairs in _split(held, count)),
    ]
    candidates.sort(key=lambda found: (-found[2], found))
    explain = {"merged": _explain_merged, "split": _explain_split}
    return [explain[kind](evidence, held, key, pairs) for kind, key, pairs in candidates[:count]]


def _merged(held: pl.DataFrame, count: int) -> list[tuple[int, int]]:
    """Customers with several people and their wrong pairs, the worst first.

    A node that several people hold counts for the person who holds most of the customer.
    """
    per_person = held.group_by("customer_id", "person_id").agg(size=pl.len())
    ranked = held.join(per_person, on=["customer_id", "person_id"]).sort(
        "size", "person_id", descending=[True, False]
    )
    owned = ranked.unique("node", keep="first", maintain_order=True)
    sizes = owned.group_by("customer_id", "person_id").agg(n=pl.len().cast(pl.Int64))
    pairs = sizes.group_by("customer_id").agg(
        pairs=(pl.col("n").sum() ** 2 - (pl.col("n") ** 2).sum()) // 2
    )
    worst = pairs.filter(pl.col("pairs") > 0).sort("pairs", "customer_id", descending=[True, False])
    return worst.select("customer_id", "pairs").head(count).rows()


def _split(held: pl.DataFrame, count: int) -> list[tuple[int, int]]:
    """People in several customers and the reachable pairs that are missing, the worst first."""
    parts = held.group_by("person_id", "component", "customer_id").agg(n=pl.len().cast(pl.Int64))
    missing = parts.group_by("person_id", "component").agg(
        pairs=(pl.col("n").sum() ** 2 - (pl.col("n") ** 2).sum()) // 2
    )
    people = missing.group_by("person_id").agg(pl.col("pairs").sum())
    worst = people.filter(pl.col("pairs") > 0).sort("pairs", "person_id", descending=[True, False])
    return worst.select("person_id", "pairs").head(count).rows()


def _explain_merged(
    evidence: Evidence, held: pl.DataFrame, customer_id: int, pairs: int
) -> Mistake:
    inside = held.filter(customer_id=customer_id)
    sole = inside.filter(pl.len().over("node") == 1)
    sizes = sole.group_by("person_id").len().sort("len", "person_id", descending=[True, False])
    people = tuple(inside["person_id"].unique().sort())
    nodes = inside["node"].unique().to_list()
    used = pl.col("reason").is_null()
    edges = evidence.edges.filter(
        used & pl.col("node_a").is_in(nodes) & pl.col("node_b").is_in(nodes)
    )
    first, second = (
        set(sole.filter(person_id=person)["node"]) for person in (*sizes["person_id"], -1, -1)[:2]
    )
    steps = tuple(_path(_steps(edges), first, second))
    return Mistake("merged", pairs, (customer_id,), people, steps)


def _explain_split(evidence: Evidence, held: pl.DataFrame, person_id: int, pairs: int) -> Mistake:
    own = held.filter(person_id=person_id)
    customer_of = dict(own.select("node", "customer_id").iter_rows())
    sizes = own.group_by("customer_id").len().sort("len", "customer_id", descending=[True, False])
    nodes = list(customer_of)
    edges = evidence.edges.filter(pl.col("node_a").is_in(nodes) & pl.col("node_b").is_in(nodes))
    leading_out = [
        step for step in _steps(edges) if customer_of[step.node_a] != customer_of[step.node_b]
    ]
    steps = tuple(leading_out[:_SHOWN_EDGES])
    return Mistake("split", pairs, tuple(sizes["customer_id"]), (person_id,), steps)


def _steps(edges: pl.DataFrame) -> list[Step]:
    columns = [field.name for field in fields(Step)]
    return [Step(*row) for row in edges.select(columns).sort(columns).iter_rows()]


def _path(steps: list[Step], begin: set[int], end: set[int]) -> list[Step]:
    """A shortest way from any node of `begin` to any of `end`; empty: there is none."""
    ways: dict[int, list[Step]] = {}
    for step in steps:
        ways.setdefault(step.node_a, []).append(step)
        ways.setdefault(step.node_b, []).append(step)
    came_by: dict[int, Step | None] = dict.fromkeys(sorted(begin))
    queue = deque(came_by)
    while queue:
        node = queue.popleft()
        if node in end:
            return _walk_back(came_by, node)
        for step in ways.get(node, ()):
            if step.other_end(node) not in came_by:
                came_by[step.other_end(node)] = step
                queue.append(step.other_end(node))
    return []


def _walk_back(came_by: dict[int, Step | None], node: int) -> list[Step]:
    steps: list[Step] = []
    while (step := came_by[node]) is not None:
        steps.append(step)
        node = step.other_end(node)
    return steps[::-1]
