"""A table of cells coloured by value; cells that are not fully observed are hatched."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option, Unit


def heatmap(
    frame: pl.DataFrame,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    unit: Unit,
    language: Language,
    largest: float,
    immature: str,
) -> Option:
    """`frame` has row and column (positions), value (nullable) and is_mature.

    `largest` is the value of the darkest colour; `immature` names hatched cells in the tooltip.
    """
    return {
        **theme.base(),
        "grid": theme.grid(top=24),
        "tooltip": {**theme.base()["tooltip"], "trigger": "item"},
        "xAxis": {
            "type": "category",
            "position": "top",
            "data": list(columns),
            "axisTick": {"show": False},
            "axisLabel": theme.axis_text(),
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(rows),
            "axisTick": {"show": False},
            "axisLabel": {**theme.axis_text(), "color": theme.INK},
        },
        "visualMap": {
            "show": False,
            "min": 0,
            "max": largest or 1,
            "dimension": 2,
            "inRange": {"color": theme.SEQUENCE},
        },
        "series": [
            {
                "type": "heatmap",
                "data": [
                    _cell(cell, rows, columns, largest, immature)
                    for cell in frame.iter_rows(named=True)
                ],
                "label": {
                    "show": True,
                    "fontSize": 11,
                    "formatter": scripts.label_formatter(unit, language),
                },
                "tooltip": {"valueFormatter": scripts.formatter(unit, language)},
                "itemStyle": {"borderColor": "#ffffff", "borderWidth": 1},
            }
        ],
    }


def _cell(
    cell: dict[str, object],
    rows: Sequence[str],
    columns: Sequence[str],
    largest: float,
    immature: str,
) -> Option:
    row, column = int(str(cell["row"])), int(str(cell["column"]))
    value = None if cell["value"] is None else float(str(cell["value"]))
    name = f"{rows[row]} · {columns[column]}"
    shade = theme.sequence_colour((value or 0) / (largest or 1))
    option: Option = {
        "value": [column, row, "-" if value is None else value],
        "name": name if cell["is_mature"] else f"{name} ({immature})",
        "label": {"color": theme.readable_on(shade)},
    }
    if not cell["is_mature"]:
        written = {"backgroundColor": "rgb({},{},{})".format(*shade), "padding": [2, 4]}
        option["label"] |= {**written, "borderRadius": 2}
        option["itemStyle"] = {
            "decal": theme.hatch(shade),
            "borderColor": "#ffffff",
            "borderWidth": 1,
        }
    return option
