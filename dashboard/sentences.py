"""Chinese for the sentences that marts write: why a figure is missing, what a verdict says.

Marts keep one text, in English; a name in braces stands for what differs from row to row.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipelines.exports.reasons import CHINESE as REASONS

CHINESE = {
    # rpt_industry_profile
    "Not a year of orders yet: {days} days. No verdict.": "订单尚不足一年（{days} 天），暂无结论。",
    "The orders of the last year fit the industry profile that is set.":
        "近一年的订单与所设行业类型相符。",
    "The orders of the last year look like industry profile {measured}, and {chosen} is set in "
    "brand.yml: every window follows the setting.":
        "近一年的订单更像行业类型 {measured}，而 brand.yml 中设为 {chosen}：各窗口以设置为准。",
    # seeds profile_kpis, outreach_costs, acquisition_sources
    "Published case study": "公开案例",
    "Published case study; a day": "公开案例（每日）",
    "Published case study; a month": "公开案例（每月）",
    "Published case study of a consumer brand's live rooms": "公开案例：某消费品牌直播间",
    "Published case study of a brand that sells in groups": "公开案例：某社群销售品牌",
    "WeCom charges nothing for a mass send; the time of the staff is not counted":
        "企业微信群发不收费；未计员工时间",
    "The export names no cost of some messages: enter the price of one in seeds/outreach_costs.csv":
        "部分短信的导出没有费用：请在 seeds/outreach_costs.csv 填写单价",
    "The export names no cost of some calls: enter the price of one in seeds/outreach_costs.csv":
        "部分外呼的导出没有费用：请在 seeds/outreach_costs.csv 填写单价",
    "The export names no cost of some e-mails: enter the price of one in seeds/outreach_costs.csv":
        "部分邮件的导出没有费用：请在 seeds/outreach_costs.csv 填写单价",
    "Red packets only: no row of seeds/acquisition_costs.csv says what printing cost":
        "仅含红包：seeds/acquisition_costs.csv 中没有印刷成本",
    "No rule of seeds/community_group_kinds.csv fits its type or name":
        "seeds/community_group_kinds.csv 中没有规则符合其类型或名称",
    # rpt_product_roles
    "no rule holds: {figures}": "没有规则成立：{figures}",
    "The export names no product.": "导出文件没有产品名称。",
    "seed product_roles": "种子表 product_roles",
    # pipelines/lifetime_value
    "{returned} customers bought more than once; BG/NBD needs {least}":
        "{returned} 位客户购买一次以上；BG/NBD 至少需要 {least} 位",
    "{valued} customers have purchases of a positive value; gamma-gamma needs {least}":
        "{valued} 位客户有金额为正的购买；gamma-gamma 至少需要 {least} 位",
    "the likelihood of BG/NBD has no maximum for these purchases":
        "对这些购买，BG/NBD 的似然没有最大值",
}  # fmt: skip

_INSIDE = {
    "identified_orders": "已识别订单", "orders": "订单", "first_order_share": "首单占比",
    "rebuyer_share": "复购者占比", "bundle_share": "连带占比", "margin_rate": "毛利率",
    "not known": "未知", "recency_score": "R 分", "frequency_score": "F 分",
    "monetary_score": "M 分", "purchase_days": "购买天数", "gap_ratio": "未购时长与购买间隔之比",
    "silent_windows": "未购时长（沉睡窗口数）", "refund_share": "退款占比",
    "paid_orders": "付款订单数", "deal_share": "优惠订单占比", "discount_share": "优惠幅度",
}  # fmt: skip
"""Words within what differs, and the measures of rules."""
_NUMBER = r"-?\d+(?:\.\d+)?"
_BOUND = re.compile(rf"([a-z_]+)( {_NUMBER})? (>=|<=|<|>) ({_NUMBER})")
"""One bound of a rule: `orders >= 30`, or what was measured before it: `orders 55 >= 30`."""
_SIGNS = {">=": "≥", "<=": "≤"}


@lru_cache(maxsize=10_000)
def in_chinese(text: str) -> str | None:
    """A sentence of a mart, or a reason or remedy of a rejected cell; None for any other text."""
    bounds = [_BOUND.fullmatch(part) for part in text.split(", ")]
    if all(bound and bound[1] in _INSIDE for bound in bounds):
        return "，".join(_bound(*bound.groups()) for bound in bounds if bound)
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(text)
        if found:
            parts = {name: _inside(part) for name, part in found.groupdict().items()}
            return chinese.format(**parts)
    return None


def _bound(measure: str, measured: str | None, sign: str, number: str) -> str:
    return f"{_INSIDE[measure]}{measured or ''} {_SIGNS.get(sign, sign)} {number}"


def _inside(text: str) -> str:
    for word, chinese in _INSIDE.items():
        text = re.sub(rf"\b{word}\b", chinese, text)
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL), chinese)
        for text, chinese in {**REASONS, **CHINESE}.items()
    )
