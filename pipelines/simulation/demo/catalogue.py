"""What the fictional brand sells and where: products, places, stores, guides, names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

PRODUCTS = pl.DataFrame(
    [
        ("示例面霜 50g", 19_900, "SKU-001", "50g", 10),
        ("示例洁面 100ml", 5_900, "SKU-002", "100ml", 22),
        ("示例精华 30ml", 36_900, "SKU-003", "30ml", 6),
        ("示例爽肤水 200ml", 12_900, "SKU-004", "200ml", 14),
        ("示例面膜 10片", 8_900, "SKU-005", "10片", 18),
        ("示例防晒 50ml", 9_900, "SKU-006", "50ml", 12),
        ("示例礼盒 全套", 129_900, "SKU-007", "全套", 2),
        ("示例护手霜 60g", 3_900, "SKU-008", "60g", 16),
    ],
    schema=["title", "price_fen", "sku", "size", "weight"],
    orient="row",
)
"""Titles, list prices in fen, codes and how often each is bought, relative to the others."""

GIFT_TITLE, GIFT_SKU = "赠品 小样", "GIFT-01"


@dataclass(frozen=True)
class Place:
    """A city with the district, store and guides that serve it."""

    province: str
    city: str
    district: str
    code: str
    store: str


PLACES = (
    Place("浙江省", "杭州市", "西湖区", "hz", "杭州一店"),
    Place("上海", "上海市", "浦东新区", "sh", "上海一店"),
    Place("北京", "北京市", "朝阳区", "bj", "北京一店"),
    Place("广东省", "广州市", "天河区", "gz", "广州一店"),
    Place("广东省", "深圳市", "南山区", "sz", "深圳一店"),
    Place("四川省", "成都市", "锦江区", "cd", "成都一店"),
    Place("江苏省", "南京市", "鼓楼区", "nj", "南京一店"),
    Place("湖北省", "武汉市", "江汉区", "wh", "武汉一店"),
)
PLACE_SHARES = np.array([18, 18, 14, 12, 12, 10, 9, 7]) / 100

SURNAMES = tuple("陈张李王赵刘周吴郑孙朱马胡林何高")
GIVEN_NAMES = ("安", "宁", "一诺", "子墨", "晓", "可欣", "梓涵", "明", "雨桐", "思远", "佳", "乐")
NICK_WORDS = ("小鱼", "阿强", "花花", "橙子", "momo", "晴天", "团子", "南风", "豆包", "一只猫")

JOIN_CHANNELS = ("门店扫码", "天猫会员通", "公众号菜单", "导购邀请", "小程序注册")
MEMBER_LEVELS = ("普卡", "银卡", "金卡", "黑卡")

STORE_PHONE = "19900099999"
"""A store's own number, typed by its staff for customers who would not give theirs."""
TEST_PHONE = "13800138000"
"""The number that everybody types to get past a form."""
