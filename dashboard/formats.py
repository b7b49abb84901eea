"""Numbers and dates as a reader of each language writes them. `charts/scripts.py` says the same."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from dashboard.figures import Language, Unit
from pipelines.settings import LOCAL_TIME_ZONE

_SCALES: dict[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "b"), (1e6, "m"), (1e4, "k")),
    "zh": ((1e8, "亿"), (1e4, "万")),
}
"""From 10,000 on, so that smaller figures stay exact: 12.3k in English, 1.2万 in Chinese."""
MISSING = "–"


def write(value: object, unit: Unit, language: Language) -> str:
    """A value in its unit: 0.123 as a share is `12.3%`, 12345 as money `¥12.3k` or `¥1.2万`."""
    if value is None or value != value:
        return MISSING
    if isinstance(value, datetime):
        local = value.astimezone(LOCAL_TIME_ZONE) if value.tzinfo else value
        return f"{write_date(local.date(), language)} {local:%H:%M}"
    if isinstance(value, date):
        return write_date(value, language)
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "zh": ("否", "是")}[language][value]
    if not isinstance(value, int | float | Decimal):
        return str(value)
    number = float(value)
    if unit == "share":
        return f"{100 * number:.1f}%"
    if unit == "ratio":
        return f"{number:,.2f}"
    if unit == "days":
        return f"{number:,.0f} 天" if language == "zh" else f"{number:,.0f} d"
    sign, size = ("-" if number < 0 else ""), abs(number)
    return sign + ("¥" if unit == "money" else "") + _scaled(size, language)


def write_exact(value: object, unit: Unit, language: Language) -> str:
    """As `write`, but counts and money in full, for the rows behind a figure."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        if unit == "money":
            return f"{value:,.2f}"
        if unit == "count":
            return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    return write(value, unit, language)


def write_date(day: date, language: Language) -> str:
    """`22 Nov 2026`, `2026年11月22日`."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%b} {day.year}"


def _scaled(size: float, language: Language) -> str:
    for limit, suffix in _SCALES[language]:
        if size >= limit:
            scale = 1e3 if suffix == "k" else limit
            return f"{size / scale:,.1f}".removesuffix(".0") + suffix
    return f"{size:,.0f}" if size >= 100 or size.is_integer() else f"{size:,.1f}"
