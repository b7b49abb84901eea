"""A funnel as bars: lengths compare truly, which slanted funnels do not."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import formats
from dashboard.charts import scripts, theme
from dashboard.figures import Language, Option


def funnel(
    names: Sequence[str], counts: Sequence[int], colours: Sequence[str], language: Language
) -> Option:
    """Stages from the top; each says its count and its share of the stage before."""
    labels = []
    for position, count in enumerate(counts):
        text = formats.write(count, "count", language)
        before = counts[position - 1] if position else 0
        labels.append(f"{text}  ({formats.write(count / before, 'share', language)})"
                      if before else text)  # fmt: skip
    return {
        **theme.base(),
        "grid": theme.grid(top=8, right=124),
        "tooltip": {
            **theme.base()["tooltip"],
            "trigger": "item",
            "valueFormatter": scripts.formatter("count", language),
        },
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(names),
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"color": theme.INK, "fontSize": 13},
        },
        "series": [
            {
                "type": "bar",
                "name": "",
                "barWidth": "62%",
                "data": [
                    {
                        "value": count,
                        "itemStyle": {"color": colour},
                        "label": {"formatter": label},
                    }
                    for count, colour, label in zip(counts, colours, labels, strict=True)
                ],
                "label": {"show": True, "position": "right", "color": theme.INK, "fontSize": 13},
            }
        ],
    }
