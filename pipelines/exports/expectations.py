"""Great Expectations on landed rows: what no single row can say about itself.

The loader already rejects a row that is wrong by itself. What is checked here is the table as it
landed: that it holds exactly the rows the ledger says, once each, that no personal value came
through in clear, and that figures lie where a platform's figures can lie.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.exports.contract import Contract

if TYPE_CHECKING:
    import pandas

_KEYED_HASH = "^[0-9a-f]{64}$"


@dataclass(frozen=True)
class Landed:
    """The verdict on the rows of one raw table that landed since the last published version."""

    raw_table: str
    rows: int
    expectations: int
    failures: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return not self.failures


def check_landed_rows(
    connection: duckdb.DuckDBPyConnection,
    raw_table: str,
    contracts: Sequence[Contract],
    *,
    since: datetime | None,
) -> Landed:
    """Check the rows of `raw_table` from files loaded after `since` (naive UTC).

    `contracts` are those that fill the table. Reads only the columns that are checked. When no
    file is new there is nothing to check, and Great Expectations is not even imported.
    """
    loaded = connection.execute(
        "select file_id, rows_loaded from ledger.files where status = 'loaded' and is_current "
        "and list_contains(?, contract) and loaded_at > ?",
        [[contract.contract for contract in contracts], since or datetime(1970, 1, 1)],
    ).fetchall()
    if not loaded:
        return Landed(raw_table, 0, 0)
    checks = _column_checks(contracts[0])
    wanted = ", ".join(("_file_id", "_line_number", *checks))
    file_ids = ", ".join(str(file_id) for file_id, _ in loaded)
    frame = connection.sql(f"select {wanted} from {raw_table} where _file_id in ({file_ids})").df()
    return _validate(raw_table, frame, checks, expected_rows=sum(rows for _, rows in loaded))


def _column_checks(contract: Contract) -> dict[str, str]:
    """Raw column → `hash`, `share`, `count` or `present`: the check that matters for it."""
    checks = {}
    for column in contract.columns:
        for name in column.raw_columns:
            if name.endswith("_key") and column.is_personal:
                checks[name] = "hash"
            elif column.type == "percent":
                checks[name] = "share"
            elif column.type == "integer":
                checks[name] = "count"
            elif column.required:
                checks[name] = "present"
    return checks


def _validate(
    raw_table: str, frame: pandas.DataFrame, checks: dict[str, str], expected_rows: int
) -> Landed:
    # Great Expectations reports usage to its vendor unless told not to before its import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    expected: list[Any] = [
        gxe.ExpectTableRowCountToEqual(value=expected_rows),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["_file_id", "_line_number"]),
    ]
    for column, check in checks.items():
        if check == "hash":
            expected.append(gxe.ExpectColumnValuesToMatchRegex(column=column, regex=_KEYED_HASH))
        elif check == "share":
            expected.append(
                gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=1)
            )
        elif check == "count":
            expected.append(gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0))
        else:
            expected.append(gxe.ExpectColumnValuesToNotBeNull(column=column))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas("landed")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    result = batch.validate(gx.ExpectationSuite(name=raw_table, expectations=expected))
    return Landed(
        raw_table,
        rows=len(frame),
        expectations=len(expected),
        failures=[_failure(one) for one in result.results if not one.success],
    )


def _failure(result: Any) -> str:
    """One sentence: the expectation, its column, how many values broke it and the first few."""
    config = result.expectation_config
    column = config.kwargs.get("column") or config.kwargs.get("column_list") or "the table"
    found = result.result
    if "observed_value" in found:
        return (
            f"{config.type}: {config.kwargs.get('value')} expected, found {found['observed_value']}"
        )
    examples = [str(value)[:40] for value in found.get("partial_unexpected_list", [])[:3]]
    return f"{config.type} on {column}: {found.get('unexpected_count')} values, such as {examples}"
