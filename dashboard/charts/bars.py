"""Bars: grouped beside each other, or lying, with their values written at their ends."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard import formats
from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option, Unit


def grouped_bars(
    frame: pl.DataFrame,
    category: str,
    columns: dict[str, str],
    unit: Unit,
    language: Language,
    *,
    names: Sequence[str],
) -> Option:
    """One group a row, lying; one bar in it for each of `columns` (column → name in the legend).

    `names` are the row's written names, in the order of the frame, which is drawn from the top.
    """
    assert len(names) == frame.height, (category, len(names), frame.height)
    return {
        **theme.base(decal=len(columns) > 1),
        "legend": theme.legend() if len(columns) > 1 else {"show": False},
        "grid": theme.grid(top=44 if len(columns) > 1 else 8, right=64),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "valueFormatter": scripts.formatter(unit, language),
        },
        "xAxis": theme.value_axis(
            "", scripts.formatter(unit, language), splitNumber=4, **_limits(frame, columns, unit)
        ),
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(names),
            "axisTick": {"show": False},
            "axisLabel": {
                **theme.axis_text(),
                "color": theme.INK,
                "interval": 0,
                "hideOverlap": False,
                "width": 150,
                "overflow": "break",
            },
        },
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": frame[column].cast(pl.Float64).to_list(),
                "barMaxWidth": 22,
                "label": {
                    "show": len(columns) <= 2,
                    "position": "right",
                    "color": theme.INK,
                    "formatter": scripts.label_formatter(unit, language),
                },
            }
            for column, name in columns.items()
        ],
    }


def named_bars(
    values: Sequence[float], unit: Unit, language: Language, *, names: Sequence[str]
) -> Option:
    """Lying bars with long names: each name stands above its bar, with the value."""
    return {
        **theme.base(),
        "grid": theme.grid(top=12, bottom=0),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "item",
            "valueFormatter": scripts.formatter(unit, language),
        },
        "xAxis": {"type": "value", "show": False},
        "yAxis": {"type": "category", "inverse": True, "data": list(names), "show": False},
        "series": [
            {
                "type": "bar",
                "barWidth": 10,
                "data": [
                    {
                        "value": value,
                        "label": {"formatter": f"{formats.write(value, unit, language)}  {name}"},
                    }
                    for value, name in zip(values, names, strict=True)
                ],
                "label": {
                    "show": True,
                    "position": [0, -17],
                    "align": "left",
                    "color": theme.INK,
                    "fontSize": 12,
                },
            }
        ],
    }


def _limits(frame: pl.DataFrame, columns: dict[str, str], unit: Unit) -> dict[str, float]:
    """Shares that come near 1 end there: no axis says 120 %."""
    largest = frame.select(pl.max_horizontal(pl.col(list(columns)).cast(pl.Float64).max())).item()
    return (
        {"max": 1, "interval": 0.25}
        if unit == "share" and largest is not None and 0.75 < largest <= 1
        else {}
    )
