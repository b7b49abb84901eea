"""What the app does without a browser: addresses, picked rows, downloads, personal columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from dashboard import downloads
from dashboard.app import address, server
from dashboard.charts.flow import flow
from dashboard.charts.lines import Series, lines
from dashboard.choices import Choices
from dashboard.figures import Figure, Filters, Text
from dashboard.pages.aipl import _flow_rows
from dashboard.personal import without_personal
from dashboard.picking import choices, picked_rows

WORDS = Text("Words", "文字")
CHOICES = Choices(
    first_date=date(2026, 6, 1),
    last_date=date(2026, 8, 29),
    channels=("wecom_qr_code", "douyin_live"),
    domains=("private",),
    cohort_kinds=("first_order", "deposit"),
    models=("last_non_direct", "linear"),
    product_roles=("traffic",),
)
EVERY_FILTER = frozenset(address.FILTERS)


def figure(rows: pl.DataFrame, table: str | None = None) -> Figure:
    columns = {name: Text(name.capitalize(), f"列{name}") for name in rows.columns}
    return Figure("one", WORDS, WORDS, rows, columns=columns, table=table)


def read(parameters: dict[str, str], heeded: frozenset[str] = EVERY_FILTER) -> Filters:
    return address.read_filters(parameters, heeded, CHOICES, industry_profile=2)


def test_an_address_names_its_filters_and_nothing_else_is_taken() -> None:
    assert read({}) == Filters(industry_profile=2)
    assert read({"channel": "douyin_live", "from": "2026-07-01", "model": "linear"}) == Filters(
        date_from=date(2026, 7, 1), channel="douyin_live", model="linear", industry_profile=2
    )
    wrong = {"channel": "'; drop", "from": "yesterday", "model": "", "cohort_kind": "guest_order"}
    assert read(wrong) == Filters(industry_profile=2)
    assert read({"to": "2099-01-01"}).date_to == CHOICES.last_date


def test_what_of_an_address_is_not_shown_is_told() -> None:
    told = list(
        address.remarks(
            {"channel": "nobody", "domain": "private", "from": "2026-08-02", "to": "2026-08-01"},
            EVERY_FILTER,
            CHOICES,
        )
    )
    assert [text.en for text in told] == [
        "Channel “nobody” of the address is not in this version and was left out.",
        "The first day lies after the last one: no day is left.",
    ]
    fine = {"channel": "wecom_qr_code", "from": "2026-08-01", "to": "2030-01-01", "page": "aipl"}
    assert list(address.remarks(fine, EVERY_FILTER, CHOICES)) == []
    assert list(address.remarks({"channel": "nobody"}, frozenset({"domain"}), CHOICES)) == []
    [day] = address.remarks({"to": "soon"}, EVERY_FILTER, CHOICES)
    assert "soon" in day.zh


def test_a_filter_that_the_page_does_not_heed_keeps_its_default() -> None:
    assert read({"channel": "douyin_live", "domain": "private"}, frozenset({"domain"})) == Filters(
        domain="private", industry_profile=2
    )


def test_every_filter_has_choices() -> None:
    for name in address.FILTERS:
        assert address.is_day(name) or len(address.options(name, CHOICES)) > 1


@pytest.mark.parametrize(
    ("clicked", "days"),
    [
        ({"name": "2026-08-01", "series": "A 认知"}, [1]),
        ({"name": "2026-08-02", "series": "人数"}, [3]),
        ({"name": "P 购买"}, [2]),
        ({"name": "a band", "series": "low"}, None),
        ({}, None),
    ],
)
def test_an_element_leaves_the_rows_that_bear_its_names(
    clicked: dict[str, str], days: list[int] | None
) -> None:
    first, second = date(2026, 8, 1), date(2026, 8, 2)
    rows = pl.DataFrame({"day": [first, first, second], "tier": ["A", "P", "L"], "n": [1, 2, 3]})
    found = picked_rows(figure(rows), rows, clicked, "zh")
    assert (None if found is None else found["n"].to_list()) == days


def test_every_element_with_rows_of_its_own_can_be_chosen_without_a_mouse() -> None:
    days = [date(2026, 8, 1), date(2026, 8, 2)]
    rows = pl.DataFrame({"day": days, "a": [1, 2], "b": [3, None]})
    option = lines(rows, "day", [Series("a", "甲"), Series("b", "乙")], "count", "zh")
    found = choices(figure(rows), rows, option, "zh")
    assert list(found) == ["2026-08-01 · 甲", "2026-08-02 · 甲"], "乙 has the same rows"
    picked = picked_rows(figure(rows), rows, found["2026-08-02 · 甲"], "zh")
    assert picked is not None
    assert picked["a"].to_list() == [2]


def test_both_ends_of_a_band_can_be_chosen_and_so_can_the_band() -> None:
    rows = pl.DataFrame({"from_tier": ["A", "A"], "to_tier": ["A", "P"], "customers": [5, 2]})
    option = flow(
        rows.rename({"from_tier": "from_name", "to_tier": "to_name"}),
        names={"A": "认知", "P": "购买"}, colours={"A": "#000000", "P": "#111111"},
        sides=("1", "2"), language="zh",
    )  # fmt: skip
    found = choices(replace(figure(rows), pick=_flow_rows), rows, option, "zh")
    assert list(found) == ["认知 ←", "购买 ←"], "the left side is all rows, the bands are its ends"


def test_a_csv_is_read_by_excel_and_holds_no_formula() -> None:
    rows = pl.DataFrame(
        {"tier": ["A", "=1+1"], "at": [datetime(2026, 1, 1, 16, tzinfo=UTC)] * 2, "n": [-1.5, 2.0]}
    )
    text = downloads.csv(figure(rows), rows, "zh").decode("utf-8")
    header, first, second = text.splitlines()
    assert header == "\ufeff列tier,列at,列n"
    assert first.startswith("A 认知,2026-01-02 00:00:00,")
    assert first.endswith(",-1.5")
    assert second.startswith("'=1+1,")
    assert downloads.excel(figure(rows), rows, "en").startswith(b"PK")


def test_personal_columns_stay_out() -> None:
    marked = frozenset({("rpt_rejected_rows", "value")})
    rows = pl.DataFrame({"value": ["13800000000"], "n": [1]})
    assert without_personal(figure(rows, "rpt_rejected_rows"), marked).columns == ["n"]
    assert without_personal(figure(rows), marked).columns == ["n"]
    assert without_personal(figure(rows, "rpt_sales_daily"), marked).columns == ["value", "n"]


def test_the_server_answers_this_machine_alone_and_reports_nothing() -> None:
    line = server.command(port=8501, language="en", with_personal=False)
    options = server.options(8501)
    assert options["server.address"] == "127.0.0.1"
    assert options["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert options["browser.gatherUsageStats"] is False
    assert line[-2:] == ["--language", "en"]
    assert "--with-personal" in server.command(port=1, language=None, with_personal=True)
