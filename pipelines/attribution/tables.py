"""From the tables that SQL aggregates to the tables that it joins back; what dbt's models call."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.attribution.markov import Steps, removal_effects
from pipelines.attribution.shapley import Coalitions, rate_shares

Columns = dict[str, NDArray]

_MARKOV = pa.schema(
    {
        "lookback_days": pa.int32(),
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
        "channel_set": pa.int64(),
        "channel_number": pa.int64(),
        "share": pa.float64(),
        "folded_channels": pa.int64(),
    }
)


def markov_table(steps: duckdb.DuckDBPyRelation, models: duckdb.DuckDBPyRelation) -> pa.Table:
    """Removal effects per look-back, order and channel, for the orders that active models ask for.

    `steps` has the columns of int_attribution__steps, `models` those of the seed
    attribution_models.

    Raises:
        ChainError: a model asks for an order that is not known.
    """
    orders = models.filter("is_active and markov_order is not null").project("markov_order")
    wanted = sorted({int(order) for (order,) in orders.fetchall()})
    parts = []
    for lookback, rows in _by_lookback(steps):
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
                {
                    "lookback_days": np.full(len(found.channels), lookback),
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
    """Shares per look-back, converting set of channels and channel, in the game of rates.

    `coalitions` has the columns of int_attribution__coalitions.
    """
    parts = []
    for lookback, rows in _by_lookback(coalitions):
        found = rate_shares(
            Coalitions(
                rows["channel_set"].astype(np.int64),
                rows["conversions"].astype(float),
                rows["paths"].astype(float),
            )
        )
        parts.append(
            {
                "lookback_days": np.full(len(found.masks), lookback),
                "channel_set": found.masks,
                "channel_number": found.channels,
                "share": found.shares,
                "folded_channels": np.full(len(found.masks), len(found.folded)),
            }
        )
    return _table(parts, _SHAPLEY)


def _by_lookback(relation: duckdb.DuckDBPyRelation) -> Iterator[tuple[int, Columns]]:
    """Rows of each look-back; in a fixed order, so that equal rows give equal sums."""
    columns = relation.order(", ".join(relation.columns)).fetchnumpy()
    for lookback in np.unique(columns["lookback_days"]).tolist():
        rows = columns["lookback_days"] == lookback
        yield lookback, {name: values[rows] for name, values in columns.items()}


def _table(parts: list[Columns], schema: pa.Schema) -> pa.Table:
    if not parts:
        return schema.empty_table()
    return pa.table(
        {name: np.concatenate([part[name] for part in parts]) for name in schema.names},
        schema=schema,
    )
