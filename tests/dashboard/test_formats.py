from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboard import formats
from dashboard.figures import Language, Unit


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (None, "count", "–", "–"),
        (float("nan"), "share", "–", "–"),
        (9999, "count", "9,999", "9,999"),
        (12345, "count", "12.3k", "1.2万"),
        (20000, "count", "20k", "2万"),
        (Decimal("123456789.5"), "money", "¥123.5m", "¥1.2亿"),
        (999_949, "count", "999.9k", "100万"),
        (999_950, "money", "¥1m", "¥100万"),
        (99_999_499, "count", "100m", "9,999.9万"),
        (99_999_500, "count", "100m", "1亿"),
        (999_950_000, "count", "1b", "10亿"),
        (-1234.5, "money", "-¥1,234", "-¥1,234"),
        (0.1234, "share", "12.3%", "12.3%"),
        (1.5, "ratio", "1.50", "1.50"),
        (28.0, "days", "28 d", "28 天"),
        (date(2026, 1, 5), "date", "5 Jan 2026", "2026年1月5日"),
        (
            datetime(2026, 1, 5, 20, 30, tzinfo=UTC),
            "date",
            "6 Jan 2026 04:30",
            "2026年1月6日 04:30",
        ),
        (datetime(2026, 1, 5, 20, 30), "date", "6 Jan 2026 04:30", "2026年1月6日 04:30"),
        (True, "text", "yes", "是"),
    ],
)
def test_values_are_written_for_the_language(
    value: object, unit: Unit, english: str, chinese: str
) -> None:
    assert formats.write(value, unit, "en") == english
    assert formats.write(value, unit, "zh") == chinese


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rows_show_counts_and_money_in_full(language: Language) -> None:
    assert formats.write_exact(1234567, "count", language) == "1,234,567"
    assert formats.write_exact(Decimal("12345.6"), "money", language) == "12,345.60"
