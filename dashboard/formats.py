"""Numbers and dates as a reader of each language writes them. `charts/scripts.py` says the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from dashboard.figures import Language, Unit
from pipelines.settings import LOCAL_TIME_ZONE

SCALES: dict[Language, tuple[tuple[float, float, str], ...]] = {
    "en": ((999_950_000, 1e9, "b"), (999_950, 1e6, "m"), (1e4, 1e3, "k")),
    "zh": ((99_999_500, 1e8, "亿"), (1e4, 1e4, "万")),
}
"""From which size on, what one is, its sign: 12.3k in English, 1.2万 in Chinese. Figures below
10,000 stay exact; the larger begin where the one below would be rounded to 1,000k or 10,000万."""
MISSING = "–"


def write(value: object, unit: Unit, language: Language) -> str:
    """A value in its unit: 0.123 as a share is `12.3%`, 12345 as money `¥12.3k` or `¥1.2万`.

    A time without a zone is UTC, as marts hold it.
    """
    if value is None or value != value:
        return MISSING
    if isinstance(value, datetime):
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(LOCAL_TIME_ZONE)
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
    for least, scale, suffix in SCALES[language]:
        if size >= least:
            return f"{size / scale:,.1f}".removesuffix(".0") + suffix
    return f"{size:,.0f}" if size >= 100 or size.is_integer() else f"{size:,.1f}"
