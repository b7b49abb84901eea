"""The Chinese of sentences that marts write."""

from __future__ import annotations

import re

import pytest

from dashboard.sentences import CHINESE, in_chinese
from pipelines.settings import REPOSITORY
from tests.dashboard.chinese import english_sentences


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (
            "no rule holds: bundle_share 0, margin_rate not known, orders 2",
            "没有规则成立：连带占比 0, 毛利率 未知, 订单 2",
        ),
        ("Not a year of orders yet: 45 days. No verdict.", "订单尚不足一年（45 天），暂无结论。"),
        ("A brand's own words", None),
    ],
)
def test_what_differs_is_kept_and_its_words_are_translated(text: str, chinese: str | None) -> None:
    assert in_chinese(text) == chinese


def test_every_sentence_is_chinese_and_still_written_by_somebody() -> None:
    folders = ("dbt_project/models", "dbt_project/seeds", "pipelines/lifetime_value")
    files = (file for folder in folders for file in (REPOSITORY / folder).rglob("*.*"))
    kinds = {".sql", ".csv", ".py"}
    source = "\n".join(file.read_text("utf-8") for file in files if file.suffix in kinds)
    for text, chinese in CHINESE.items():
        assert not english_sentences(chinese), chinese
        start = max(re.split(r"\{\w+\}", text), key=len).strip(" ;.:,")
        assert re.sub(r"\W", "", start)[:24] in re.sub(r"\W", "", source), text
