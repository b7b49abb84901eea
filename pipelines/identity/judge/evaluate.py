"""How well the customers fit the people of a simulated brand: pairs of identifiers, counted.

Two identifiers of one customer are a found pair; it is right when one person holds both. A pair of
identifiers of one person is a true pair; it is reachable when a chain of true evidence joins the
two in the delivered files. Most exports mask what would join a person's accounts, so many true
pairs lie in no file: what resolution can be held to is the reachable ones, and both are stated.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.graph import component_labels
from pipelines.identity.rules.seeds import Rules
from pipelines.identity.rules.values import stored_values
from pipelines.simulation import Truth

HELD_BY_NOBODY = ("store_phone", "test_number")
"""Links of the truth that make nobody a holder: the number was typed in for lack of another."""


@dataclass(frozen=True)
class Score:
    """Counts of pairs: over everything, or those that touch one type or one kind of mess."""

    name: str
    identifiers: int
    found: int
    """Pairs of identifiers that a customer holds."""
    right: int
    """Of these, the pairs that a person holds too."""
    true: int
    """Pairs of identifiers that a person holds."""
    reachable: int
    """Of these, the pairs that a chain of true evidence joins."""
    reached: int
    """Reachable pairs that a customer holds."""

    @property
    def precision(self) -> float:
        """Share of the found pairs that are right; 1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the reachable pairs that were found; 1 when there is none."""
        return self.reached / self.reachable if self.reachable else 1.0

    @property
    def recall_of_all(self) -> float:
        """Share of all true pairs that were found, those that no file can tell included."""
        return self.right / self.true if self.true else 1.0


@dataclass(frozen=True)
class Evidence:
    """A resolved warehouse beside the truth, in integers."""

    nodes: pl.DataFrame
    """node, identifier_id, identifier_type, identifier_value, customer_id: one row per present
    identifier and period; who belongs to no customer has a negative id of its own."""
    holders: pl.DataFrame
    """node, person_id, component, mess: one row per node and person who holds it; component
    numbers what a chain of true evidence joins within one person."""
    edges: pl.DataFrame
    """node_a, node_b, rule_id, source, first_at, file_id, line_number, reason (null: the edge is
    used), detail."""


@dataclass(frozen=True)
class Evaluation:
    """The figures, and what they were counted from."""

    whole: Score
    by_type: list[Score] = field(default_factory=list)
    by_mess: list[Score] = field(default_factory=list)
    unknown_identifiers: int = 0
    """Identifiers of the warehouse that the truth does not name; they are not judged."""


def read_evidence(
    connection: duckdb.DuckDBPyConnection, truth: Truth, *, rules: Rules, key: bytes
) -> Evidence:
    """Lay the truth beside the schema `identity`; `key` is that of the personal-data hashes.

    Raises:
        IdentityInputError: there is no truth, or it names a type that the rules do not know.
    """
    nodes = _read_nodes(connection)
    holders = _holders(nodes, stored_truth(truth, rules, key))
    edges = _read_edges(connection, nodes)
    return Evidence(nodes, _with_components(holders, edges), edges)


def evaluate(evidence: Evidence) -> Evaluation:
    """Count the pairs, over everything, by identifier type and by kind of mess."""
    judged = evidence.nodes.join(evidence.holders, on="node", how="semi")
    copies = evidence.holders.join(judged, on="node")
    types = sorted(judged["identifier_type"].unique())
    messy = copies.group_by("mess").agg(pl.col("node").unique()).sort("mess")
    return Evaluation(
        whole=_score("all", judged, copies, judged["node"]),
        by_type=[
            _score(name, judged, copies, judged.filter(identifier_type=name)["node"])
            for name in types
        ],
        by_mess=[
            _score(mess, judged, copies, pl.Series(nodes)) for mess, nodes in messy.iter_rows()
        ],
        unknown_identifiers=evidence.nodes.height - judged.height,
    )


def _score(name: str, nodes: pl.DataFrame, copies: pl.DataFrame, touched: pl.Series) -> Score:
    """Pairs with an end in `touched`: all pairs without the pairs of the others."""
    others = nodes.filter(~pl.col("node").is_in(touched.implode()))
    other_copies = copies.filter(~pl.col("node").is_in(touched.implode()))

    def held(*by: str) -> int:
        return shared_pairs(copies, by) - shared_pairs(other_copies, by)

    return Score(
        name=name,
        identifiers=len(touched),
        found=_pairs(nodes, ("customer_id",)) - _pairs(others, ("customer_id",)),
        right=held("customer_id", "person_id"),
        true=held("person_id"),
        reachable=held("person_id", "component"),
        reached=held("customer_id", "person_id", "component"),
    )


def _pairs(rows: pl.DataFrame, by: tuple[str, ...]) -> int:
    sizes = rows.group_by(by).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def shared_pairs(copies: pl.DataFrame, by: tuple[str, ...]) -> int:
    """Pairs of nodes that have a copy in one group each; a pair that shares several counts once."""
    several = copies.filter(pl.len().over("node") > 1).select("node", *by)
    twice = (
        several.join(several, on=list(by), suffix="_b")
        .filter(pl.col("node") < pl.col("node_b"))
        .group_by("node", "node_b")
        .len()
    )
    surplus = int((twice["len"].cast(pl.Int64) - 1).sum())
    return _pairs(copies, by) - surplus


def _read_nodes(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return connection.sql(
        """
        select
            row_number() over (order by i.identifier_id, m.valid_from) - 1 as node,
            i.identifier_id, i.identifier_type, i.identifier_value,
            coalesce(m.valid_from, timestamp '1900-01-01') as valid_from,
            coalesce(m.valid_to, timestamp '9999-12-31') as valid_to,
            coalesce(m.customer_id, -i.identifier_id) as customer_id
        from identity.identifiers i
        anti join identity.identity_absent using (identifier_id)
        left join identity.identity_map m on m.identifier_id = i.identifier_id
        order by node
        """
    ).pl()


def stored_truth(truth: Truth, rules: Rules, key: bytes) -> pl.DataFrame:
    """The truth's identifiers as the warehouse stores them; times in UTC."""
    if not (truth.folder / "identifiers.parquet").is_file():
        raise IdentityInputError(
            f"{truth.folder} holds no truth: there is no identifiers.parquet. `siyu simulate` "
            "writes a truth beside its exports, and `siyu run` one to data/demo_truth"
        )
    stated = truth.identifiers.filter(~pl.col("mess").is_in(HELD_BY_NOBODY))
    parts = []
    for (identifier_type,), rows in stated.group_by("identifier_type", maintain_order=True):
        known = rules.identifier_types.get(str(identifier_type))
        if known is None:
            raise IdentityInputError(
                f"{truth.folder}: identifiers of type {identifier_type!r}, which the seed "
                "identity_identifier_types does not know; is this the truth of this warehouse?"
            )
        values = stored_values(known.normaliser, rows["identifier_value"], key)
        parts.append(rows.with_columns(values.alias("identifier_value")))
    local = [pl.col(name).dt.offset_by("-8h") for name in ("valid_from", "valid_to")]
    return pl.concat(parts).with_columns(local).drop_nulls("identifier_value")


def _holders(nodes: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Who holds each node: of an identifier with several periods, who held it as one began."""
    joined = nodes.join(
        stated, on=["identifier_type", "identifier_value"], suffix="_truth"
    ).with_columns(
        has_periods=pl.col("node").n_unique().over("identifier_id") > 1,
        holds=(pl.col("valid_from_truth").fill_null(pl.col("valid_from")) <= pl.col("valid_from"))
        & (pl.col("valid_to_truth").is_null() | (pl.col("valid_to_truth") > pl.col("valid_from"))),
    )
    nobody_does = ~pl.col("holds").any().over("node")
    kept = joined.filter(~pl.col("has_periods") | pl.col("holds") | nobody_does)
    return kept.select("node", "person_id", "mess")


def _read_edges(connection: duckdb.DuckDBPyConnection, nodes: pl.DataFrame) -> pl.DataFrame:
    edges = connection.sql(
        """
        select
            e.identifier_id_a, e.identifier_id_b, e.rule_id, e.source, e.file_id, e.line_number,
            e.first_at, coalesce(e.first_at, timestamp '9999-12-30') as at, u.reason, u.detail
        from identity.identity_edges e
        left join identity.identity_unused_edges u
            on u.identifier_id_a = e.identifier_id_a and u.identifier_id_b = e.identifier_id_b
            and u.rule_id = e.rule_id and u.source = e.source
        """
    ).pl()
    periods = nodes.select("identifier_id", "node", "valid_from", "valid_to")
    for end in ("a", "b"):
        edges = edges.join(
            periods.rename({"node": f"node_{end}", "identifier_id": f"identifier_id_{end}"}),
            on=f"identifier_id_{end}",
        ).filter(pl.col("at").is_between(pl.col("valid_from"), pl.col("valid_to"), closed="left"))
        edges = edges.drop("valid_from", "valid_to")
    return edges.drop("identifier_id_a", "identifier_id_b", "at")


def _with_components(holders: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Number what true evidence joins: edges between two nodes that one person holds."""
    numbered = holders.with_row_index("copy")
    copies = numbered.select("copy", "node", "person_id")
    joins = (
        edges.select("node_a", "node_b")
        .join(copies.rename({"copy": "copy_a"}), left_on="node_a", right_on="node")
        .join(
            copies.rename({"copy": "copy_b"}),
            left_on=["node_b", "person_id"],
            right_on=["node", "person_id"],
        )
    )
    labels = component_labels(
        numbered.height,
        joins["copy_a"].cast(pl.Int64).to_numpy(),
        joins["copy_b"].cast(pl.Int64).to_numpy(),
    )
    return numbered.with_columns(component=pl.Series(labels.astype(np.int64))).drop("copy")
