"""From the tables that SQL aggregates to the tables that it joins back; what dbt's models call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.attribution.channel_sets import placed, shares_of_channels
from pipelines.attribution.markov import Steps, removal_effects
from pipelines.attribution.shapley import Coalitions, rate_shares

Columns = dict[str, NDArray]

_MARKOV = pa.schema(
    {
        "lookback_days": pa.int32(),
        "goal": pa.string(),
        "markov_order": pa.int32(),
        "channel_number": pa.int64(),
        "removal_effect": pa.float64(),
        "removal_effect_revenue": pa.float64(),
        "states": pa.int64(),
        "transitions": pa.int64(),
    }
)
_SHAPLEY = pa.schema(
    {
        "lookback_days": pa.int32(),
        "goal": pa.string(),
        "channel_set": pa.int64(),
        "further_channel_set": pa.int64(),
        "channel_number": pa.int64(),
        "share": pa.float64(),
        "folded_channels": pa.int64(),
    }
)


def markov_table(steps: duckdb.DuckDBPyRelation, models: duckdb.DuckDBPyRelation) -> pa.Table:
    """Removal effects per look-back, goal, order and channel, for the orders that models ask for.

    `steps` has the columns of int_attribution__steps, `models` the column markov_order of
    int_attribution__models.

    Raises:
        ChainError: a model asks for an order that is not known.
    """
    orders = models.filter("markov_order is not null").project("markov_order")
    wanted = sorted({int(order) for (order,) in orders.fetchall()})
    parts = []
    for game, rows in _games(steps):
        counted = Steps(
            rows["recent_channels"].astype(np.int64),
            rows["is_last"].astype(bool),
            rows["is_conversion"].astype(bool),
            rows["paths"].astype(float),
            rows["revenue_cny"].astype(float),
        )
        for order in wanted:
            found = removal_effects(counted, order)
            parts.append(
                game.repeated(len(found.channels))
                | {
                    "markov_order": np.full(len(found.channels), order),
                    "channel_number": found.channels,
                    "removal_effect": found.conversions,
                    "removal_effect_revenue": found.revenue,
                    "states": np.full(len(found.channels), found.states),
                    "transitions": np.full(len(found.channels), found.transitions),
                }
            )
    return _table(parts, _MARKOV)


def shapley_table(coalitions: duckdb.DuckDBPyRelation) -> pa.Table:
    """Shares per look-back, goal, converting set of channels and channel, in the game of rates.

    `coalitions` has the columns of int_attribution__coalitions. Beyond 62 channels in one game the
    rarest count as one, which shares among them equally.
    """
    parts = []
    for game, rows in _games(coalitions):
        sets = np.stack([rows["channel_set"], rows["further_channel_set"]], axis=1).astype(np.int64)
        of = placed(sets, rows["paths"])
        masks, which = np.unique(of.masks, return_inverse=True)
        found = rate_shares(
            Coalitions(
                masks,
                np.bincount(which, rows["conversions"]).astype(float),
                np.bincount(which, rows["paths"]).astype(float),
            )
        )
        shares = shares_of_channels(of, found, rows["conversions"] > 0)
        count = len(shares["share"])
        folded = of.folded + max(len(found.folded) - 1, 0)
        parts.append(game.repeated(count) | shares | {"folded_channels": np.full(count, folded)})
    return _table(parts, _SHAPLEY)


@dataclass(frozen=True)
class _Game:
    """Rows are attributed apart by what they look back on and by what they lead to."""

    lookback_days: int
    goal: str

    def repeated(self, times: int) -> Columns:
        return {
            "lookback_days": np.full(times, self.lookback_days),
            "goal": np.full(times, self.goal, dtype=object),
        }


def _games(relation: duckdb.DuckDBPyRelation) -> Iterator[tuple[_Game, Columns]]:
    """Rows of each look-back and goal; in a fixed order, so that equal rows give equal sums."""
    columns = relation.order(", ".join(relation.columns)).fetchnumpy()
    goals = np.asarray(columns["goal"], dtype=object)
    for lookback in np.unique(columns["lookback_days"]).tolist():
        for goal in sorted(set(goals.tolist())):
            rows = (columns["lookback_days"] == lookback) & (goals == goal)
            yield _Game(lookback, goal), {name: values[rows] for name, values in columns.items()}


def _table(parts: list[Columns], schema: pa.Schema) -> pa.Table:
    if not parts:
        return schema.empty_table()
    return pa.table(
        {name: np.concatenate([part[name] for part in parts]) for name in schema.names},
        schema=schema,
    )
