from __future__ import annotations

import json
import math

import polars as pl
import pytest

from dashboard.charts import theme
from dashboard.charts.bars import grouped_bars
from dashboard.charts.flow import flow
from dashboard.charts.funnel import funnel
from dashboard.charts.heatmap import heatmap
from dashboard.charts.lines import Series, lines
from dashboard.charts.survival import step_curve
from dashboard.pages.repurchase import with_band


def test_lines_keep_gaps_and_order() -> None:
    frame = pl.DataFrame({"month": ["2026-01", "2026-02"], "rate": [0.5, None]})
    option = lines(frame, "month", [Series("rate", "复购率")], "share", "zh")
    assert option["xAxis"]["data"] == ["2026-01", "2026-02"]
    assert option["series"][0]["data"] == [0.5, None]
    assert option["aria"]["enabled"]
    json.dumps(option, allow_nan=False)


def test_bars_of_shares_do_not_say_120_percent() -> None:
    frame = pl.DataFrame({"step": [1, 2], "rate": [0.9, 1.0]})
    option = grouped_bars(frame, "step", {"rate": "rate"}, "share", "en", names=["1 → 2", "2 → 3"])
    assert option["xAxis"]["max"] == 1
    assert option["yAxis"]["data"] == ["1 → 2", "2 → 3"]


def test_a_funnel_tells_the_share_of_the_stage_before() -> None:
    option = funnel(["A", "I"], [200, 50], ["#000000", "#000000"], "en")
    labels = [point["label"]["formatter"] for point in option["series"][0]["data"]]
    assert labels == ["200", "50  (25.0%)"]


def test_a_flow_loses_nobody() -> None:
    frame = pl.DataFrame({"from_name": ["new", "I"], "to_name": ["I", "P"], "customers": [3, 4]})
    names = {"I": "I", "P": "P", "new": "New"}
    [series] = flow(
        frame, names=names, colours=dict.fromkeys(names, theme.GREY), sides=("", ""), language="en"
    )["series"]
    left = sum(node["value"] for node in series["data"] if node["depth"] == 0)
    right = sum(node["value"] for node in series["data"] if node["depth"] == 1)
    assert left == right == sum(link["value"] for link in series["links"]) == 7
    assert {node["name"] for node in series["data"]} >= {
        link[end] for link in series["links"] for end in ("source", "target")
    }


def test_only_immature_cells_are_hatched_and_a_missing_value_is_no_zero() -> None:
    frame = pl.DataFrame(
        {"row": [0, 0], "column": [0, 1], "value": [1.0, None], "is_mature": [True, False]}
    )
    [series] = heatmap(
        frame, rows=["2026-01"], columns=["M0", "M1"], unit="share", language="en",
        largest=1.0, immature="not fully observed",
    )["series"]  # fmt: skip
    mature, immature = series["data"]
    assert "itemStyle" not in mature
    assert immature["itemStyle"]["decal"]
    assert "not fully observed" in immature["name"]
    assert immature["value"][2] == "-"


def test_the_band_is_greenwoods_on_the_log_log_scale() -> None:
    """10 at risk, 2 events; then 5 at risk, 1 event. Worked by hand from the formula."""
    rows = pl.DataFrame(
        {"duration_days": [3, 9], "at_risk": [10, 5], "repurchased_on_day": [2, 1],
         "rate_km": [0.2, 0.36]}
    )  # fmt: skip
    banded = with_band(rows)
    survival, variance = 0.64, 2 / (10 * 8) + 1 / (5 * 4)
    spread = 1.959963984540054 * math.sqrt(variance) / abs(math.log(survival))
    assert banded["rate_low"][1] == pytest.approx(1 - survival ** math.exp(-spread))
    assert banded["rate_high"][1] == pytest.approx(1 - survival ** math.exp(spread))
    assert banded["rate_low"][1] < 0.36 < banded["rate_high"][1]


def test_a_curve_that_reaches_everybody_has_no_band_there() -> None:
    rows = pl.DataFrame(
        {"duration_days": [3], "at_risk": [1], "repurchased_on_day": [1], "rate_km": [1.0]}
    )
    banded = with_band(rows)
    assert banded["rate_low"].to_list() == [None]
    option = step_curve(
        banded, x="duration_days", value="rate_km", low="rate_low", high="rate_high",
        names=("a", "b"), x_name="", language="en",
    )  # fmt: skip
    json.dumps(option, allow_nan=False)


def test_colours_can_be_told_from_white_and_labels_read() -> None:
    assert all(theme.contrast(colour, "#ffffff") >= 3 for colour in theme.PALETTE)
    for text in (theme.INK, theme.MUTED):
        assert theme.contrast(text, "#ffffff") >= 4.5
    for step in range(101):
        shade = theme.sequence_colour(step / 100)
        label = theme.readable_on(shade)
        assert theme.contrast(label, "#{:02x}{:02x}{:02x}".format(*shade)) >= 4.5
