"""The test of primary keys, run on DuckDB: it finds what shares a key or has none, and no more."""

from __future__ import annotations

import duckdb
import jinja2
import pytest

from pipelines.settings import REPOSITORY
from tests.same_hash import SAME_HASH

_TEST = (REPOSITORY / "dbt_project" / "tests" / "generic" / "primary_key.sql").read_text("utf-8")
_AS_MACRO = _TEST.replace("{% test", "{% macro").replace("endtest", "endmacro")


def values_hash(columns: list[str]) -> str:
    """As the macro writes it for DuckDB."""
    return f"hash({', '.join(columns)})"


def found(rows: str, columns: list[str]) -> list[tuple[object, ...]]:
    """What the test reports of a query's rows."""
    template = jinja2.Environment().from_string(_AS_MACRO + "{{ primary_key(model, columns) }}")
    sql = template.render(model=f"({rows})", columns=columns, values_hash=values_hash)
    return duckdb.execute(f"from ({sql}) order by all").fetchall()


def test_each_key_once_is_right() -> None:
    assert found("select range as id, range // 2 as half from range(1000)", ["id", "half"]) == []


def test_two_keys_of_one_hash_are_two() -> None:
    assert found(f"select unnest({list(SAME_HASH)}) as id", ["id"]) == []


@pytest.mark.parametrize("key", ["7", "'seven'"])
def test_a_key_that_rows_share_is_named(key: str) -> None:
    rows = f"select {key} as id from range(3) union all select {key} || '8' union all select '9'"
    assert [row[-1] for row in found(rows, ["id"])] == [3]


def test_a_key_without_a_value_is_found() -> None:
    rows = "select nullif(range, 3) as id, 1 as one from range(5)"
    assert found(rows, ["id"]) == [(None, 1)]
    assert found(rows, ["one", "id"]) == [(1, None, 1)]
