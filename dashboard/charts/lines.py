"""Lines over time or another ordered axis, and columns beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option, Unit


@dataclass(frozen=True)
class Series:
    """One column of the frame as one line; `is_bar` draws columns instead."""

    column: str
    name: str
    colour: str | None = None
    is_bar: bool = False
    stack: str | None = None
    is_area: bool = False
    is_dashed: bool = False


def lines(
    frame: pl.DataFrame, x: str, series: list[Series], unit: Unit, language: Language,
) -> Option:  # fmt: skip
    """Each series over the values of `x`, which are in order; days are written short."""
    return {
        **theme.base(),
        "legend": theme.legend(),
        "grid": theme.grid(right=36),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "axis",
            "valueFormatter": scripts.formatter(unit, language),
        },
        "xAxis": {
            "type": "category",
            "data": [_written(value) for value in frame[x]],
            "axisLabel": theme.axis_text(),
            "axisTick": {"show": False},
            "boundaryGap": any(one.is_bar for one in series),
        },
        "yAxis": theme.value_axis("", scripts.formatter(unit, language)),
        "series": [_series(frame, one) for one in series],
    }


def _series(frame: pl.DataFrame, series: Series) -> Option:
    values = frame[series.column].cast(pl.Float64).to_list()
    option: Option = {
        "type": "bar" if series.is_bar else "line",
        "name": series.name,
        "data": values,
        "showSymbol": sum(value is not None for value in values) < 2,
    }
    if series.is_bar:
        option["barMaxWidth"] = 48
    else:
        option["lineStyle"] = {"width": 2, "type": "dashed" if series.is_dashed else "solid"}
    if series.colour:
        option["itemStyle"] = {"color": series.colour}
        if not series.is_bar:
            option["lineStyle"]["color"] = series.colour
    if series.stack:
        option["stack"] = series.stack
    if series.is_area:
        option["areaStyle"] = {"opacity": 0.75}
    return option


def _written(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
