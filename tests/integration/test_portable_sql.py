"""Every dbt model and test is written in the SQL that DuckDB and Spark 3.5 both understand.

Three looks at each model, the first and the last also at each test: the compiled SQL carries no
construct that Spark lacks or reads differently, a model's own text calls no engine-specific
function (those live in macros/engine.sql), and sqlglot turns it into SQL that parses as Spark's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import sqlglot
from sqlglot import ErrorLevel
from sqlglot.tokens import Token, Tokenizer, TokenType

from pipelines.orchestration.dbt_calls import call_dbt, parse
from pipelines.settings import Settings

FORBIDDEN_TOKENS = {
    TokenType.QUALIFY: "QUALIFY: use a subquery with row_number()",
    TokenType.DCOLON: "`::`: write cast(… as …)",
    TokenType.IDENTIFIER: "a double-quoted name is a string literal in Spark",
    TokenType.RECURSIVE: "a recursive common table expression",
    TokenType.ASOF: "an ASOF join: use a range join and row_number()",
}
FORBIDDEN_WORDS = {
    "string_agg": "string_agg is unknown to Spark 3.5",
    "exclude": "`* exclude`: list the columns",
    "unnest": "unnest is spelled explode in Spark",
    "pivot": "pivot differs between the engines",
}
ENGINE_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """arg_max arg_min array_agg array_to_string date_add date_diff date_part dateadd datediff
        datepart epoch epoch_ms generate_series group_concat hash ifnull json_extract list
        list_sort list_transform quantile quantile_cont range regexp_matches regexp_replace sha256
        split starts_with str_split strftime string_split strptime struct_pack to_days to_months
        try_cast""",
    )
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every model and data test of the manifest, compiled against a warehouse without rows."""
    settings = Settings(data=tmp_path_factory.mktemp("compile"))
    project, folder = parse(settings, write=False), str(settings.data_folder)
    arguments = ["compile", "--no-introspect", "--no-write-json"]
    arguments += ["--target-path", folder, "--log-path", folder]
    results = call_dbt(settings, arguments, str(settings.data_folder / "siyu.duckdb"), project)
    nodes = [one.node.to_dict() for one in results.results]
    nodes = [node for node in nodes if node["resource_type"] in ("model", "test")]
    relations = [
        node.relation_name
        for node in [*project.nodes.values(), *project.sources.values()]
        if node.relation_name
    ]
    for node in nodes:
        node["compiled_code"] = _without_quotes_of(relations, node["compiled_code"])
    return nodes


@pytest.fixture(scope="module")
def models(compiled: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The models in SQL; those in Python go through the adapter of the engine."""
    return {
        node["name"]: node
        for node in compiled
        if node["resource_type"] == "model" and node["language"] == "sql"
    }


def _without_quotes_of(relations: list[str], sql: str) -> str:
    """The adapter quotes the relations that it fills in; on Spark another adapter does."""
    for relation in sorted(relations, key=len, reverse=True):
        sql = sql.replace(relation, relation.replace('"', ""))
    return sql


def problems_of(sql: str) -> list[str]:
    """What keeps a compiled statement from running on Spark; empty when nothing does."""
    try:
        tokens = list(Tokenizer(dialect="duckdb").tokenize(sql))
    except sqlglot.errors.TokenError as error:
        return [f"not readable: {error}"]
    found = [FORBIDDEN_TOKENS[t.token_type] for t in tokens if t.token_type in FORBIDDEN_TOKENS]
    words = {t.text.lower() for t in tokens if t.token_type is not TokenType.STRING}
    found += [text for word, text in FORBIDDEN_WORDS.items() if word in words]
    if any(a.token_type is b.token_type is TokenType.SLASH for a, b in pairwise(tokens)):
        found.append("`//`: use floor(a / b)")
    found += [f"write nulls last or first: order by {key}" for key in _keys_without_nulls(tokens)]
    try:
        translated = sqlglot.transpile(
            sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
        )
        for statement in translated:
            sqlglot.parse_one(statement, read="spark", error_level=ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        found.append(f"no Spark SQL: {error}")
    return found


def _keys_without_nulls(tokens: list[Token]) -> Iterator[str]:
    """Keys of `order by` inside parentheses (windows, ordered aggregates) without a null order.

    DuckDB puts nulls last and Spark first when ascending, so a window would differ in silence.
    """
    depth, ordering, key = 0, 0, []
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        ends = token.token_type is TokenType.R_PAREN or token.text.lower() in ("rows", "range")
        comma = token.token_type is TokenType.COMMA
        if ordering == depth and ordering and (ends or comma):
            if "nulls" not in key:
                yield " ".join(key)
            key = []
            ordering = ordering if comma else 0
        elif ordering:
            key.append(token.text.lower())
        if token.token_type is TokenType.ORDER_BY and depth:
            ordering, key = depth, []
        if token.token_type is TokenType.R_PAREN:
            depth -= 1


def engine_functions_in(template: str) -> list[str]:
    """Functions of one engine that a model's own text calls, outside Jinja and comments."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|--[^\n]*", " ", template, flags=re.DOTALL)
    called = {name.lower() for name in re.findall(r"\b([a-z_0-9]+)\s*\(", text, re.IGNORECASE)}
    return sorted(called & ENGINE_FUNCTIONS)


def test_every_model_of_the_project_is_checked(models: dict[str, dict[str, Any]]) -> None:
    files = {path.stem for path in (Settings().dbt_project_folder / "models").rglob("*.sql")}
    assert set(models) == files
    assert all(model["compiled_code"].strip() for model in models.values())


def test_every_compiled_model_is_spark_sql(models: dict[str, dict[str, Any]]) -> None:
    checked = {name: problems_of(model["compiled_code"]) for name, model in models.items()}
    assert len(checked) == len(models) > 40
    assert {name: problems for name, problems in checked.items() if problems} == {}


def test_every_compiled_test_is_spark_sql(compiled: list[dict[str, Any]]) -> None:
    tests = [node for node in compiled if node["resource_type"] == "test"]
    checked = {test["name"]: problems_of(test["compiled_code"]) for test in tests}
    assert len(checked) == len(tests) > 100
    assert {name: problems for name, problems in checked.items() if problems} == {}


def test_engine_specific_functions_live_in_macros(models: dict[str, dict[str, Any]]) -> None:
    called = {name: engine_functions_in(model["raw_code"]) for name, model in models.items()}
    assert {name: functions for name, functions in called.items() if functions} == {}


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("select a from t qualify row_number() over (order by a nulls last) = 1", "QUALIFY"),
        ("select a::date from t", "cast"),
        ('select "a" from t', "double-quoted"),
        ("with recursive r as (select 1 as n) select n from r", "recursive"),
        ("select string_agg(a, ',') from t", "string_agg"),
        ("select a from t asof join u on t.a >= u.a", "ASOF"),
        ("select * exclude (a) from t", "exclude"),
        ("select unnest(a) as a from t", "explode"),
        ("select a // 2 from t", "//"),
        ("select rank() over (partition by b order by a asc) from t", "nulls last"),
        ("select rank() over (order by a nulls last, f(b, c)) from t", "nulls last"),
        ("select from where", "no Spark SQL"),
    ],
)
def test_the_check_finds(statement: str, complaint: str) -> None:
    assert complaint in " ".join(problems_of(statement))


def test_the_check_lets_portable_sql_pass() -> None:
    statement = (
        "select cast(a as date) as a, 'it says \"::\"' as b, "
        "rank() over (partition by b order by f(a, b) asc nulls last, b desc nulls last) as c "
        "from t order by a"
    )
    assert problems_of(statement) == []


def test_the_check_of_templates_finds_an_engine_function() -> None:
    template = "-- list(a) here\nselect {{ days_between('list(a)', 'b') }}, epoch(a) from t"
    assert engine_functions_in(template) == ["epoch"]
