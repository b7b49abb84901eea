"""Great Expectations on landed rows: what no single row can say about itself.

The loader already rejects a row that is wrong by itself. What is checked here is the table as it
landed: that it holds exactly the rows the ledger says, once each, that no personal value came
through in clear, and that figures lie where a platform's figures can lie.

DuckDB measures every file in one scan of its table (rows, distinct lines, extremes, missing values,
values that are no keyed hash); the expectations are about these measures, of all tables at once. So
the check costs a scan and not a copy of the rows, and what breaks an expectation names its file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.exports.contract import Contract

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation
    from pandas import DataFrame

_MEASURES = {
    "hash": {"unhashed": "count(*) filter (not regexp_full_match({}, '[0-9a-f]{{64}}'))"},
    "share": {"least": "min({})::double", "largest_share": "max({})::double"},
    "count": {"least": "min({})::double"},
    "present": {"missing": "count(*) - count({})"},
}
"""Kind of check → name of a measure → its SQL over one column of one file."""
_OF_OTHER_EXPECTATIONS = ("scipy.stats", "altair")
"""A third of what importing Great Expectations costs; they draw and compare distributions."""


@dataclass(frozen=True)
class Landed:
    """The verdict on the rows of one raw table that landed since the last published version."""

    raw_table: str
    rows: int
    expectations: int
    """Promises that were checked: of the table, and of each of its columns."""
    failures: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return not self.failures


@dataclass
class _Measured:
    """Facts about landed files and about their columns, as rows of two tables."""

    files: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)


def check_landed_rows(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Contract]],
    *,
    since: datetime | None,
) -> list[Landed]:
    """Check the rows of raw tables from files loaded after `since` (naive UTC), one scan a table.

    `tables` gives for every raw table the contracts that fill it; the verdicts come in its order.
    When no file is new there is nothing to check, and Great Expectations is not even imported.
    """
    measured = _Measured()
    promises = {}
    for raw_table, contracts in tables.items():
        files = _files(connection, contracts, since)
        checks = _column_checks(contracts[0]) if files else {}
        promises[raw_table] = len(checks) + 2 if files else 0
        if files:
            _measure(connection, raw_table, files, checks, measured)
    failures = _failures(measured) if measured.files else {}
    rows = dict.fromkeys(tables, 0)
    for file in measured.files:
        rows[file["raw_table"]] += file["rows"]
    return [
        Landed(raw_table, rows[raw_table], promises[raw_table], failures.get(raw_table, []))
        for raw_table in tables
    ]


def _files(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], since: datetime | None
) -> dict[int, tuple[str, int]]:
    """Name and loaded rows, as the ledger says, of every file that is to be checked, by its id."""
    found = connection.execute(
        "select file_id, relative_path, rows_loaded from ledger.files where status = 'loaded' "
        "and is_current and list_contains(?, contract) and loaded_at > ?",
        [[contract.contract for contract in contracts], since or datetime(1970, 1, 1)],
    ).fetchall()
    return {file_id: (path, rows) for file_id, path, rows in found}


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


def _measure(
    connection: duckdb.DuckDBPyConnection,
    raw_table: str,
    files: dict[int, tuple[str, int]],
    checks: dict[str, str],
    measured: _Measured,
) -> None:
    """Add one row per file, and one per file and checked column."""
    places = [(column, name) for column, check in checks.items() for name in _MEASURES[check]]
    measures = [_MEASURES[checks[column]][name].format(column) for column, name in places]
    wanted = ", ".join(["_file_id", "count(*)", "count(distinct _line_number)", *measures])
    ids = ", ".join(map(str, files))
    found = {
        file_id: (rows, lines, values)
        for file_id, rows, lines, *values in connection.execute(
            f"select {wanted} from {raw_table} where _file_id in ({ids}) group by _file_id"
        ).fetchall()
    }
    for file_id, (path, expected) in files.items():
        rows, lines, values = found.get(file_id, (0, 0, []))
        file = {"raw_table": raw_table, "file": path}
        counts = {"rows": rows, "rows_in_ledger": expected, "distinct_lines": lines}
        measured.files.append(file | counts)
        by_column: dict[str, dict[str, Any]] = {}
        for (column, name), value in zip(places, values, strict=False):
            by_column.setdefault(column, {})[name] = value
        measured.columns += [
            file | {"column": column} | facts for column, facts in by_column.items()
        ]


def _failures(measured: _Measured) -> dict[str, list[str]]:
    """One sentence per broken expectation and file, by raw table."""
    # Great Expectations reports usage to its vendor unless told not to before its import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import pandas

    with _imported_when_used(*_OF_OTHER_EXPECTATIONS):
        from great_expectations import expectations as gxe

    of_files: list[Expectation] = [
        gxe.ExpectColumnPairValuesToBeEqual(column_A="rows", column_B="rows_in_ledger"),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="rows", column_B="distinct_lines"),
    ]
    of_columns: list[Expectation] = [
        gxe.ExpectColumnValuesToBeBetween(column="unhashed", max_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="missing", max_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="least", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="largest_share", max_value=1),
    ]
    names = ["raw_table", "file", "column", "unhashed", "missing", "least", "largest_share"]
    columns = pandas.DataFrame(measured.columns, columns=names)
    failures: dict[str, list[str]] = {}
    for frame, expected, index in (
        (pandas.DataFrame(measured.files), of_files, ["raw_table", "file"]),
        (columns, of_columns, ["raw_table", "file", "column"]),
    ):
        for raw_table, sentence in _broken(frame, expected, index):
            failures.setdefault(raw_table, []).append(sentence)
    return failures


@contextmanager
def _imported_when_used(*names: str) -> Iterator[None]:
    """Inside, an import of these modules gives a stand-in, which imports the module when asked."""
    later = {name: _Later(name) for name in names if name not in sys.modules}
    sys.modules.update(later)
    try:
        yield
    finally:
        for name in later:
            del sys.modules[name]


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of any module
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def _broken(
    frame: DataFrame, expected: list[Expectation], index: list[str]
) -> Iterator[tuple[str, str]]:
    """Raw table and sentence for every row of `frame` that breaks an expectation."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas("landed")
        .add_dataframe_asset("measures")
        .add_batch_definition_whole_dataframe("all")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    result = batch.validate(
        gx.ExpectationSuite(name="landed", expectations=expected),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": index},
    )
    for one in result.results:
        if one.success:
            continue
        expectation = one.expectation_config.type if one.expectation_config else ""
        if one.exception_info.get("raised_exception"):
            raise RuntimeError(f"{expectation} could not be checked: {one.exception_info}")
        for place in one.result["unexpected_index_list"]:
            yield place["raw_table"], _sentence(expectation, place)


def _sentence(expectation: str, place: dict[str, Any]) -> str:
    """The expectation, the file, and what was measured there."""
    facts = {name: value for name, value in place.items() if name not in ("raw_table", "file")}
    column = facts.pop("column", None)
    of = f"{column} of {place['file']}" if column else place["file"]
    return f"{expectation} on {of}: {', '.join(f'{n} {v:g}' for n, v in facts.items())}"
