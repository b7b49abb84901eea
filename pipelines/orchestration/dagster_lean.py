"""Dagster's steps with less work for each of their outputs. They run and tell the same.

Dagster lists all assets and checks of a step anew for each of its outputs; dbt's steps have some
hundreds of each. This replaces parts of Dagster that are no public interface, as dbt_lean.py does
for dbt: tests/unit/test_dagster_lean.py compares what they say.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property
from typing import Any

import dagster as dg
from dagster._core.definitions.assets.definition.assets_definition import AssetsDefinition
from dagster._core.execution.context.system import StepExecutionContext

_list_keys = StepExecutionContext.get_output_asset_keys
_KEPT = "_output_asset_keys"


def _keys_listed_once(step: StepExecutionContext) -> Set[dg.AssetKey]:
    """The assets that a step makes."""
    if _KEPT not in step.__dict__:
        step.__dict__[_KEPT] = _list_keys(step)
    return step.__dict__[_KEPT]


def _assets_and_checks(assets: AssetsDefinition) -> Set[dg.AssetKey | dg.AssetCheckKey]:
    """What a definition makes and what it checks."""
    return {*assets.keys, *assets.check_keys}


_ALL = "asset_and_check_keys"
_all_listed_once = cached_property(_assets_and_checks)
_all_listed_once.__set_name__(AssetsDefinition, _ALL)

_REPLACED: list[tuple[type, str, Any]] = [
    (AssetsDefinition, _ALL, _all_listed_once),
    (StepExecutionContext, "get_output_asset_keys", _keys_listed_once),
]


def use_lean_parts() -> None:
    """Replace Dagster's parts in this process."""
    for owner, name, lean in _REPLACED:
        setattr(owner, name, lean)
