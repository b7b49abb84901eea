"""Dagster's run with less asked again and again. It does and tells the same.

As shipped, Dagster 1.13 makes the set of the assets of a step anew for each of its outputs, which
are some hundred, and lists all partitions of each raw table since the first day, one more each day.
These are no public interfaces, so dagster stays pinned to 1.13.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import dagster as dg
from dagster._core.execution.context.system import StepExecutionContext

_output_keys = StepExecutionContext.get_output_asset_keys
_partition_keys = dg.TimeWindowPartitionsDefinition.get_partition_keys
_listed: dict[tuple[dg.TimeWindowPartitionsDefinition, Any], Sequence[str]] = {}


def _output_keys_once(step: StepExecutionContext) -> AbstractSet[dg.AssetKey]:
    """The assets of a step, which do not change while it runs."""
    kept = vars(step)
    if "_output_keys" not in kept:
        kept["_output_keys"] = _output_keys(step)
    keys: AbstractSet[dg.AssetKey] = kept["_output_keys"]
    return keys


def _partition_keys_once(
    days: dg.TimeWindowPartitionsDefinition,
    current_time: datetime | None = None,
    dynamic_partitions_store: Any = None,
) -> Sequence[str]:
    """The partitions up to now, listed once for all that have the same last one."""
    with dg.partition_loading_context(current_time, dynamic_partitions_store):
        last = days, days.get_last_partition_window()
        if last not in _listed:
            _listed.clear()
            _listed[last] = _partition_keys(days)
    return list(_listed[last])


_REPLACED: list[tuple[type, str, Any]] = [
    (StepExecutionContext, "get_output_asset_keys", _output_keys_once),
    (dg.TimeWindowPartitionsDefinition, "get_partition_keys", _partition_keys_once),
]


def use_lean_parts() -> None:
    """Replace Dagster's parts in this process; every run after it uses these."""
    for owner, name, lean in _REPLACED:
        setattr(owner, name, lean)
