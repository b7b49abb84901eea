"""Colours and the parts that every chart has.

Colours are those of Okabe and Ito (jfly.uni-koeln.de/color), darkened where needed so that each has
a contrast of at least 3:1 on white, as WCAG 2.2 (1.4.11) asks of graphics; text has 4.5:1 and more.
"""

from __future__ import annotations

from dashboard.figures import Option

BLUE, ORANGE, GREEN, PINK, SKY, BROWN, GREY = (
    "#0072b2", "#c65300", "#00795a", "#b0568a", "#2a86bf", "#8a6d00", "#5f6b7a",
)  # fmt: skip
PALETTE = [BLUE, ORANGE, GREEN, PINK, SKY, BROWN, GREY]
INK = "#1f2933"
MUTED = "#52606d"
GRID = "#d9dee4"
SEQUENCE = ["#eff6fb", "#c6dff0", "#7fb8dc", "#2a86bf", "#0b4f7d"]
"""Light to dark, readable without colour."""
TIER_COLOURS = {"A": SKY, "I": GREEN, "P": ORANGE, "L": PINK}
DOMAIN_COLOURS = {
    "private": BLUE,
    "public": GREEN,
    "commercial": ORANGE,
    "(unattributed)": GREY,
}
HATCH: Option = {
    "symbol": "rect", "symbolSize": 1, "color": "rgba(31,41,51,0.45)",
    "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -0.785,
}  # fmt: skip
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def base(*, decal: bool = False) -> Option:
    """Palette, font, description for screen readers; `decal` adds a pattern to every area."""
    return {
        "color": PALETTE,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "aria": {"enabled": True, "decal": {"show": decal}},
        "animationDuration": 300,
        "tooltip": {"confine": True, "textStyle": {"fontFamily": FONT}},
    }


def axis_text(size: int = 12) -> Option:
    """Style of axis labels."""
    return {"color": MUTED, "fontSize": size, "hideOverlap": True}


def value_axis(name: str, formatter: str, **more: object) -> Option:
    """A numeric axis with light grid lines."""
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": MUTED},
        "axisLabel": {**axis_text(), "formatter": formatter},
        "splitLine": {"lineStyle": {"color": GRID}},
        **more,
    }


def legend() -> Option:
    """A legend on top that scrolls when it does not fit."""
    return {"type": "scroll", "top": 0, "left": 0, "textStyle": {"color": INK}}


def grid(**more: object) -> Option:
    """The plot area: labels never leave it."""
    return {
        "left": 8,
        "right": 16,
        "top": 44,
        "bottom": 8,
        "outerBoundsMode": "same",
        "outerBoundsContain": "all",
        **more,
    }
