"""Restatements as a table, for people and for files."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.restatement.compare import Restatement
from pipelines.restatement.facts import CORRECTED, IDENTITY, LATE, REFUND, WITHDRAWN

ROW_COUNTS = {
    "late_rows": LATE,
    "corrected_rows": CORRECTED,
    "refunded_rows": REFUND,
    "regrouped_rows": IDENTITY,
    "withdrawn_rows": WITHDRAWN,
}
"""Columns of row counts, and the cause that each counts."""
_SCHEMA = {
    "metric": pl.String,
    "metric_date": pl.Date,
    "published_value": pl.Float64,
    "restated_value": pl.Float64,
    "value_difference": pl.Float64,
    "restatement_cause": pl.String,
    **dict.fromkeys(ROW_COUNTS, pl.Int64),
    "is_same_day": pl.Boolean,
    "is_rule_change": pl.Boolean,
}


def as_frame(found: Sequence[Restatement]) -> pl.DataFrame:
    """One row per metric and day, named like the columns of rpt_restatements."""
    return pl.DataFrame(
        [
            {
                "metric": one.metric,
                "metric_date": one.day,
                "published_value": one.published,
                "restated_value": one.restated,
                "value_difference": one.difference,
                "restatement_cause": one.cause,
                **{name: one.rows.get(cause, 0) for name, cause in ROW_COUNTS.items()},
                "is_same_day": one.is_same_day,
                "is_rule_change": one.is_rule_change,
            }
            for one in found
        ],
        schema=_SCHEMA,
    )
