"""A Sankey diagram of people moving between two days."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option


def flow(
    frame: pl.DataFrame,
    *,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    sides: tuple[str, str],
    language: Language,
) -> Option:
    """`frame` has from_name, to_name, customers; left and right nodes are kept apart.

    `sides` are the written days of the left and of the right column.
    """
    left = frame.group_by("from_name").agg(pl.col("customers").sum()).rows()
    right = frame.group_by("to_name").agg(pl.col("customers").sum()).rows()
    order = {name: position for position, name in enumerate(names)}
    nodes = [
        {
            "name": f"{side}:{name}",
            "value": count,
            "depth": depth,
            "itemStyle": {"color": colours[name]},
            "label": {"formatter": names[name], "position": position},
        }
        for depth, (side, position, counted) in enumerate(
            (("from", "right", left), ("to", "left", right))
        )
        for name, count in sorted(counted, key=lambda row: order[row[0]])
    ]
    return {
        **theme.base(),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "item",
            "valueFormatter": scripts.formatter("count", language),
        },
        "title": [
            {"text": sides[0], "left": 0, "top": 0, "textStyle": _SIDE},
            {"text": sides[1], "right": 0, "top": 0, "textStyle": _SIDE},
        ],
        "series": [
            {
                "type": "sankey",
                "animation": False,
                "top": 28,
                "bottom": 8,
                "left": 4,
                "right": 4,
                "nodeWidth": 14,
                "nodeGap": 14,
                "layoutIterations": 0,
                "emphasis": {"focus": "adjacency"},
                "data": nodes,
                "links": [
                    {
                        "source": f"from:{row['from_name']}",
                        "target": f"to:{row['to_name']}",
                        "value": row["customers"],
                        "tooltip": {
                            "formatter": (
                                f"{names[row['from_name']]} → {names[row['to_name']]}: "
                                f"{row['customers']:,}"
                            )
                        },
                    }
                    for row in frame.iter_rows(named=True)
                ],
                "lineStyle": {"color": "gradient", "opacity": 0.4},
                "label": {
                    "color": theme.INK,
                    "fontSize": 12,
                    "textBorderColor": "#ffffff",
                    "textBorderWidth": 3,
                },
            }
        ],
    }


_SIDE: Option = {"fontSize": 12, "fontWeight": "normal", "color": theme.MUTED}
