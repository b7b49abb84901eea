"""The Chinese of sentences that marts write."""

from __future__ import annotations

import csv
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
        ("silent_windows >= 1, purchase_days < 2", "未购时长（沉睡窗口数） ≥ 1，购买天数 < 2"),
        (
            "first_order_share 0.709 >= 0.6, identified_orders 55 >= 30",
            "首单占比 0.709 ≥ 0.6，已识别订单 55 ≥ 30",
        ),
    ],
)
def test_what_differs_is_kept_and_its_words_are_translated(text: str, chinese: str | None) -> None:
    assert in_chinese(text) == chinese


@pytest.mark.parametrize("seed", ["segment_rules", "customer_flag_rules", "product_role_rules"])
def test_every_measure_of_a_rule_has_a_chinese_name(seed: str) -> None:
    with (REPOSITORY / f"dbt_project/seeds/{seed}.csv").open(encoding="utf-8", newline="") as rows:
        measures = {row["measure"] for row in csv.DictReader(rows)}
    assert [name for name in measures if in_chinese(f"{name} >= 1") is None] == []


def test_every_sentence_is_chinese_and_still_written_by_somebody() -> None:
    folders = ("dbt_project/models", "dbt_project/seeds", "pipelines/lifetime_value")
    files = (file for folder in folders for file in (REPOSITORY / folder).rglob("*.*"))
    kinds = {".sql", ".csv", ".py"}
    source = "\n".join(file.read_text("utf-8") for file in files if file.suffix in kinds)
    for text, chinese in CHINESE.items():
        assert not english_sentences(chinese), chinese
        start = max(re.split(r"\{\w+\}", text), key=len).strip(" ;.:,")
        assert re.sub(r"\W", "", start)[:24] in re.sub(r"\W", "", source), text
