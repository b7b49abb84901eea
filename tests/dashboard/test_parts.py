"""Tables and states as a reader sees them."""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from dashboard import parts
from dashboard.figures import Figure, Text
from dashboard.pages import data_health
from dashboard.pages.scorecard import _KPI_UNITS
from pipelines.publishing.manifest import Manifest

WORDS = Text("Words", "文字")


def cells(figure: Figure) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", parts.table(figure, figure.frame, parts.only("en")))


def test_a_list_of_kpis_writes_each_in_its_own_unit() -> None:
    rows = pl.DataFrame({"kpi_unit": ["share", "money", "count"], "kpi_value": [0.0031, 1234.5, 7]})
    assert cells(Figure("one", WORDS, WORDS, rows, units=_KPI_UNITS))[1::2] == [
        "0.3%",
        "1,234.50",
        "7",
    ]


def test_an_empty_figure_says_what_its_emptiness_means() -> None:
    empty = Figure("one", WORDS, WORDS, pl.DataFrame(), empty=Text("All is well.", "一切正常。"))
    assert "All is well." in str(parts.state_of(empty, parts.only("en")))
    assert "other filters" in str(
        parts.state_of(Figure("one", WORDS, WORDS, pl.DataFrame()), parts.only("en"))
    )


def test_an_export_without_a_rhythm_is_never_late() -> None:
    old = "2026-07-01T01:00:00+00:00"
    manifest = Manifest.model_construct(
        sources=[
            {"contract": "of_campaigns", "last_exported_at": old, "is_occasional": True},
            {"contract": "daily", "last_exported_at": old, "is_occasional": False},
        ]
    )
    late = data_health.late_exports(manifest, date(2026, 7, 31))
    assert [days for _, days in late] == [None, 31]


def test_a_file_named_by_a_day_holds_it_and_is_not_late() -> None:
    ends = {"named_by_day": "15:59:59", "at_night": "15:57:00", "next_morning": "23:30:00"}
    manifest = Manifest.model_construct(
        sources=[
            {"contract": name, "last_exported_at": f"2026-08-29T{time}+00:00"}
            for name, time in ends.items()
        ]
    )
    late = data_health.late_exports(manifest, date(2026, 8, 29))
    assert {source["contract"]: days for source, days in late} == {
        "named_by_day": 0,
        "at_night": 1,
        "next_morning": 0,
    }
