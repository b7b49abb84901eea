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
    "(unattributed)": BROWN,
    "(none)": GREY,
}
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


def sequence_colour(share: float) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of SEQUENCE at `share` (0 to 1), as ECharts blends them."""
    place = min(max(share, 0.0), 1.0) * (len(SEQUENCE) - 1)
    lower = min(int(place), len(SEQUENCE) - 2)
    low, high = (_rgb(SEQUENCE[lower]), _rgb(SEQUENCE[lower + 1]))
    red, green, blue = (
        round(a + (b - a) * (place - lower)) for a, b in zip(low, high, strict=True)
    )
    return red, green, blue


def readable_on(colour: tuple[int, int, int]) -> str:
    """Black or white, whichever has the larger contrast: at least 4.5:1 on any colour."""
    light = luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: str, second: str) -> float:
    """Contrast of two colours `#rrggbb`, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(_rgb(first)), luminance(_rgb(second))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hatch(colour: tuple[int, int, int]) -> Option:
    """Slanted lines that can be seen on `colour`, as an ECharts decal."""
    ink = "0,0,0,0.3" if luminance(colour) > 0.4 else "255,255,255,0.4"
    return {
        "symbol": "rect",
        "symbolSize": 1,
        "color": f"rgba({ink})",
        "dashArrayX": [1, 0],
        "dashArrayY": [2, 5],
        "rotation": -0.785,
    }
