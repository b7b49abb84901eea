"""A step curve with its confidence band."""

from __future__ import annotations

import polars as pl

from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option

_BAND = 0.18
"""How dense the band is, in the plot and in the legend."""


def step_curve(
    frame: pl.DataFrame, *, x: str, value: str, low: str, high: str,
    names: tuple[str, str], x_name: str, language: Language,
) -> Option:  # fmt: skip
    """`value` over the days `x` as a staircase; `low` and `high` as a band around it.

    `names` call the curve and the band.
    """
    points = frame.select(pl.col(x, value, low, high).cast(pl.Float64)).rows()
    hidden = {"lineStyle": {"opacity": 0}, "showSymbol": False, "silent": True, "step": "end"}
    return {
        **theme.base(),
        "legend": {
            **theme.legend(),
            "data": [
                {"name": name, "icon": "roundRect", "itemStyle": {"opacity": opacity}}
                for name, opacity in zip(names, (1, _BAND), strict=True)
            ],
        },
        "grid": theme.grid(bottom=28),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "axis",
            "valueFormatter": scripts.formatter("share", language),
        },
        "xAxis": {
            **theme.value_axis(x_name, scripts.formatter("count", language)),
            "nameLocation": "middle",
            "nameGap": 26,
            "splitLine": {"show": False},
        },
        "yAxis": theme.value_axis("", scripts.formatter("share", language), min=0),
        "series": [
            {
                "type": "line",
                "name": "low",
                "data": [[day, lower] for day, _, lower, _ in points],
                "stack": "band",
                "stackStrategy": "all",
                "tooltip": {"show": False},
                **hidden,
            },
            {
                "type": "line",
                "name": names[1],
                "data": [[day, _between(lower, upper)] for day, _, lower, upper in points],
                "stack": "band",
                "stackStrategy": "all",
                "tooltip": {"show": False},
                "itemStyle": {"color": theme.BLUE},
                "areaStyle": {"color": theme.BLUE, "opacity": _BAND},
                **hidden,
            },
            {
                "type": "line",
                "name": names[0],
                "data": [[day, rate] for day, rate, _, _ in points],
                "step": "end",
                "showSymbol": False,
                "itemStyle": {"color": theme.BLUE},
                "lineStyle": {"width": 2, "color": theme.BLUE},
            },
        ],
    }


def _between(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else high - low
