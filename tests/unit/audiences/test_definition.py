"""Segments: what is wrong with a file is said with its place and a remedy."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.audiences.conditions import Condition, select
from pipelines.audiences.definition import find_audience, load_audiences
from pipelines.audiences.errors import AudienceError
from pipelines.audiences.formats import load_formats
from pipelines.cli import app
from pipelines.settings import Settings

GOOD = """
audience: mine
label_zh: 我的
description: People of mine, all of them.
owner: crm@brand.example
purpose: advertising
platforms: [tencent_phone_md5]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "audiences").mkdir()
    return Settings(brand_folder=tmp_path)


def write(settings: Settings, text: str, name: str = "mine") -> None:
    (settings.brand_configuration / "audiences" / f"{name}.yml").write_text(text, "utf-8")


def test_the_shipped_examples_are_whole() -> None:
    audiences, mistakes = load_audiences(Settings())
    assert not mistakes
    assert set(audiences) == {"loyal_but_sleeping", "interested_never_bought", "super_user_seeds"}
    for audience in audiences.values():
        assert all(target.format in load_formats() for target in audience.platforms)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD, ["give either sql or conditions"]),
        (GOOD + "sql: select 1\nconditions: [{column: orders, at_least: 1}]", ["either sql or"]),
        (GOOD + "sql: select 1\norder_by: orders", ["order by"]),
        (GOOD + "conditions: [{column: orders, at_least: 1}]\nlimit: 5", ["add order_by"]),
        (GOOD + "conditions: [{column: orders}]", ["conditions.0", "exactly one test, has 0"]),
        (
            GOOD.replace("[ten", "[tencent_phone_md5, ten") + "sql: select 1",
            ["tencent_phone_md5 twice"],
        ),
        (GOOD + "sql: select 1\nlimt: 5", ["line 9: field `limt`", "correct its spelling"]),
        (GOOD + "sql: select 1\nlimit: many", ["line 9: field `limit`", "'many'"]),
        (GOOD + "conditions:\n- {}\n- {column: [a]}", ["line 10: field `conditions.1.column`"]),
        (GOOD.replace("purpose: advertising\n", "") + "sql: select 1", ["`purpose`", "add it"]),
        (GOOD.replace("audience: mine", "audience: yours") + "sql: select 1", ["yours.yml"]),
        ("audience: [", ["line", "not valid YAML"]),
        ("", ["holds no fields"]),
    ],
)
def test_a_mistake_is_told_with_its_file_field_and_remedy(
    settings: Settings, text: str, words: list[str]
) -> None:
    write(settings, text)
    with pytest.raises(AudienceError) as told:
        find_audience(settings, "mine")
    for word in ["mine.yml", *words]:
        assert word in str(told.value)


def test_a_file_in_another_encoding_is_a_mistake_like_others(settings: Settings) -> None:
    path = settings.brand_configuration / "audiences" / "mine.yml"
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(AudienceError, match="save as UTF-8"):
        find_audience(settings, "mine")


def test_the_list_names_wrong_files_beside_the_segments_that_are_right(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settings, GOOD + "sql: select 1")
    write(settings, "audience: [", "broken")
    write(settings, GOOD + "sql: select 1\nlimt: 5", "other")
    monkeypatch.setattr(
        "pipelines.cli_audience.current_settings",
        lambda: settings.model_copy(update={"data": tmp_path}),
    )
    result = CliRunner().invoke(app, ["audience", "list"])
    assert result.exit_code == 1
    assert "我的" in result.stdout
    [broken, other] = result.stderr.splitlines()
    assert "broken.yml: line 1: not valid YAML" in broken
    assert "other.yml: line 9: field `limt`" in other


def test_an_unknown_segment_names_those_there_are(settings: Settings) -> None:
    with pytest.raises(AudienceError, match=r"write mine\.yml"):
        find_audience(settings, "mine")
    write(settings, GOOD + "sql: select 1")
    with pytest.raises(AudienceError, match="use one of mine"):
        find_audience(settings, "mien")


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ({"column": "tier", "is": "L"}, [1]),
        ({"column": "tier", "is": ["L", "P"]}, [1, 2]),
        ({"column": "tier", "is_not": "L"}, [2, 3]),
        ({"column": "orders", "at_least": 2}, [1]),
        ({"column": "orders", "at_most": 1}, [2]),
        ({"column": "is_member", "is": True}, [1]),
        ({"column": "day", "days_ago_at_least": 30}, [1]),
        ({"column": "day", "days_ago_at_most": 29}, [2]),
        ({"column": "orders", "is_empty": True}, [3]),
        ({"column": "orders", "is_empty": False}, [1, 2]),
    ],
)
def test_conditions_mean_what_they_say(condition: dict[str, object], chosen: list[int]) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema customer_center;
            create table customer_center.dim_customers as select *, date '2026-08-30' as as_of_date
            from (values
                (1, 'L', 2, true, timestamp '2026-07-31 12:00'),
                (2, 'P', 1, false, timestamp '2026-08-01 12:00'),
                (3, null, null, null, null)
            ) as t(customer_id, tier, orders, is_member, day);
            """
        )
        columns = ["customer_id", "tier", "orders", "is_member", "day"]
        sql, values = select([Condition.model_validate(condition)], None, columns)
        rows = connection.execute(f"{sql} order by 1", values).fetchall()
    assert [row[0] for row in rows] == chosen


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(AudienceError, match="no column 'teir'; use one of tier"):
        select([Condition.model_validate({"column": "teir", "is": "L"})], None, ["tier"])
