"""Typing: every shape that exports use, and nothing that would change a value silently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.exports.clean import clean_cells
from pipelines.exports.column import Column
from pipelines.exports.convert import Context, convert
from pipelines.exports.personal import convert_personal
from pipelines.exports.times import to_utc

CONTEXT = Context(
    zone="Asia/Shanghai",
    earliest=datetime(2000, 1, 1),
    latest=datetime(2027, 5, 1),
    key=b"k" * 32,
)


def column(kind: str, **options) -> Column:
    return Column(name="x", headers=("X",), type=kind, description="a column", **options)


def typed(kind: str, *texts: str, **options) -> tuple[list, list[bool]]:
    """Values, and whether each cell is a problem."""
    col = column(kind, **options)
    clean = clean_cells(pl.DataFrame({"x": list(texts)}), [col])
    result = convert(clean, [col], CONTEXT)
    bad = pl.repeat(False, len(texts), dtype=pl.Boolean, eager=True)
    for problem in result.problems:
        bad = bad | problem.mask
    return next(iter(result.values.values())).to_list(), bad.to_list()


NULLS = ["", " ", "\t", "-", "--", "——", "null", "NULL", "0000-00-00 00:00:00"]


@pytest.mark.parametrize("kind", ["text", "id", "integer", "money", "timestamp", "date", "boolean"])
def test_null_tokens(kind: str) -> None:
    assert typed(kind, *NULLS) == ([None] * len(NULLS), [False] * len(NULLS))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1299.00", "1299"), ("1,299.00", "1299"), ("￥1,299", "1299"), ("¥-5.5", "-5.5"),
        ("-￥5", "-5"), ("0元", "0"), ("179.00元", "179"), ("1２.5", "12.5"), (".5", "0.5"),
        ("1.23456", "1.2346"), ("'12", "12"), ('="12"', "12"),
    ],
)  # fmt: skip
def test_money(text: str, value: str) -> None:
    assert typed("money", text) == ([Decimal(value)], [False])


@pytest.mark.parametrize("text", ["1,2", "12,34,567", "abc", "1.2.3", "壹佰元", "1e3", "--5", "."])
def test_what_is_no_money(text: str) -> None:
    assert typed("money", text) == ([None], [True])


def test_labelled_money() -> None:
    texts = ["店铺新人券-100.00", "券甲-10.00;券乙-5", "0.00", "-3", "新人券", "券-1,2"]
    values, bad = typed("money", *texts, labelled=True)
    assert values == [Decimal(100), Decimal(15), Decimal(0), Decimal(-3), None, None]
    assert bad == [False, False, False, False, True, True]
    assert typed("money", "店铺新人券-100.00")[1] == [True]


def test_integer() -> None:
    texts = ["1", "1.0", "1,234", "+5", "-7", "1.5", "x", "1,2"]
    assert typed("integer", *texts)[0] == [1, 1, 1234, 5, -7, None, None, None]
    assert typed("integer", *texts)[1] == [False] * 5 + [True] * 3


def test_percent_belongs_to_the_format_unless_signed() -> None:
    assert typed("percent", "1.57", "4.00%", "4％", unit="points")[0] == [
        Decimal("0.0157"), Decimal("0.04"), Decimal("0.04"),
    ]  # fmt: skip
    assert typed("percent", "0.0333", "4.00%", "1", unit="ratio")[0] == [
        Decimal("0.0333"), Decimal("0.04"), Decimal(1),
    ]  # fmt: skip
    assert typed("percent", "abc", unit="ratio")[1] == [True]


def test_ids() -> None:
    texts = ['="351000000000000001"', "'69", "\t69\t", "69.0", "XS01.50", "6.93E+18", "0"]
    values, bad = typed("id", *texts, null_tokens=("0",))
    assert values == ["351000000000000001", "69", "69", "69", "XS01.50", None, None]
    assert bad == [False, False, False, False, False, True, False]
    assert typed("id", "No:YT1", strip_prefix="No:")[0] == ["YT1"]
    assert typed("text", "'Twas", '="a"')[0] == ["'Twas", "a"]


NOON_UTC = datetime(2026, 5, 1, 4, 0, 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-05-01 12:00:00", NOON_UTC),
        ("2026-05-01 12:00", NOON_UTC),
        ("2026-05-01 12:00:00.250", datetime(2026, 5, 1, 4, 0, 0, 250000)),
        ("2026-05-01T12:00:00", NOON_UTC),
        ("2026/05/01 12:00:00", NOON_UTC),
        ("2026/5/1 12:00", NOON_UTC),
        ("2026年05月01日12时00分00秒", NOON_UTC),
        ("20260501120000", NOON_UTC),
        ("46143.5", NOON_UTC),
        ("1777608000", NOON_UTC),
        ("1777608000000", NOON_UTC),
        ("2026-05-01 13:00:00 +0900", NOON_UTC),
        ("2026-05-01T04:00:00Z", NOON_UTC),
        ("2026-05-01", datetime(2026, 4, 30, 16)),
        ("2026/05/01", datetime(2026, 4, 30, 16)),
        ("2026年5月1日", datetime(2026, 4, 30, 16)),
        ("20260501", datetime(2026, 4, 30, 16)),
        ("46143", datetime(2026, 4, 30, 16)),
    ],
)
def test_timestamps_in_every_shape(text: str, value: datetime) -> None:
    assert typed("timestamp", text) == ([value], [False])


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30 10:00:00",
        "1999-12-31 23:59:59",
        "2027-05-01 00:00:01",
        "01/05/2026",
        "soon",
        "12",
    ],
)
def test_what_is_no_usable_time(text: str) -> None:
    assert typed("timestamp", text)[1] == [True]


def test_day_first_only_where_the_contract_says_so() -> None:
    values, _ = typed("timestamp", "01/05/2026 12:00:00", day_first=True)
    assert values == [NOON_UTC]


def test_dates() -> None:
    texts = ["2026-05-01", "2026/5/1", "20260501", "46143", "2026-05-01 23:59:59"]
    assert typed("date", *texts)[0] == [date(2026, 5, 1)] * 5


def test_epoch_seconds() -> None:
    values, bad = typed("epoch_seconds", "1777608000", "x", "1", "99999999999999")
    assert values[0] == NOON_UTC
    assert bad == [False, True, True, True]


def test_booleans() -> None:
    assert typed("boolean", "是", "否", "1", "0", "TRUE", "maybe") == (
        [True, False, True, False, True, None],
        [False] * 5 + [True],
    )


def test_json() -> None:
    assert typed("json", '[{"a": 1}]', "[broken") == (['[{"a": 1}]', None], [False, True])


def test_region_keeps_province_and_city_only() -> None:
    col = column("region")
    cells = [
        "浙江省 杭州市 西湖区 示例街道 1号",
        "上海 上海市 浦东新区 示例路 2号",
        "内蒙古自治区",
        "广西壮族自治区南宁市青秀区某路",
        "测试甲，86-19900000001，浙江省 杭州市 西湖区 某街道",
        "某某路 3 号",
    ]
    values = convert_personal(pl.DataFrame({"x": cells}), [col], CONTEXT)
    assert values["x_province"].to_list() == [
        "浙江省", "上海", "内蒙古自治区", "广西壮族自治区", "浙江省", None,
    ]  # fmt: skip
    assert values["x_city"].to_list() == ["杭州市", "上海市", None, "南宁市", "杭州市", None]


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_a_year_that_python_does_not_know_is_out_of_range(kind: str) -> None:
    stated = column(kind)
    clean = clean_cells(pl.DataFrame({"x": ["0/1/1", "2026-05-01"]}), [stated])
    (problem,) = convert(clean, [stated], CONTEXT).problems
    assert problem.mask.to_list() == [True, False]
    assert "before 2000-01-01" in problem.reason


ZONES = ["Asia/Shanghai", "Asia/Tokyo", "Europe/London", "America/Sao_Paulo"]


@pytest.mark.parametrize("zone", ZONES)
def test_utc_is_what_the_history_of_the_zone_says(zone: str) -> None:
    local = [datetime(year, month, 3, 12) for year in (2000, 2018, 2026, 2060) for month in (1, 7)]
    utc = [time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for time in local]
    found = pl.DataFrame({"t": local}).select(to_utc(pl.col("t"), zone))["t"]
    assert found.to_list() == [time.replace(tzinfo=None) for time in utc]
