"""What the fictional brand sells and where: products, places, stores, guides, names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from pipelines.simulation.profiles import Profile

_PRICES = (19_900, 5_900, 36_900, 12_900, 8_900, 9_900, 129_900, 3_900)
_WEIGHTS = (10, 22, 6, 14, 18, 12, 2, 16)
_TITLES = {
    1: (
        ("示例面霜 50g", "50g"),
        ("示例洁面 100ml", "100ml"),
        ("示例精华 30ml", "30ml"),
        ("示例爽肤水 200ml", "200ml"),
        ("示例面膜 10片", "10片"),
        ("示例防晒 50ml", "50ml"),
        ("示例礼盒 全套", "全套"),
        ("示例护手霜 60g", "60g"),
    ),
    2: (
        ("示例双人套餐", "双人"),
        ("示例单人午餐", "单人"),
        ("示例聚会套餐", "6人"),
        ("示例下午茶", "双人"),
        ("示例饮品券", "5杯"),
        ("示例小食拼盘", "大份"),
        ("示例储值卡", "1000"),
        ("示例甜品", "单份"),
    ),
    3: (
        ("示例耳机", "黑色"),
        ("示例键盘", "87键"),
        ("示例平板", "128G"),
        ("示例手表", "41mm"),
        ("示例音箱", "白色"),
        ("示例路由器", "双频"),
        ("示例笔记本", "16G"),
        ("示例充电器", "65W"),
    ),
    4: (
        ("示例沙发", "三人位"),
        ("示例餐椅", "一对"),
        ("示例整体橱柜", "3米"),
        ("示例床架", "1.8米"),
        ("示例书柜", "双门"),
        ("示例餐桌", "1.6米"),
        ("示例全屋定制", "三居"),
        ("示例地毯", "2米"),
    ),
}

GIFT_TITLE, GIFT_SKU = "赠品 小样", "GIFT-01"


@cache
def products(profile: Profile) -> pl.DataFrame:
    """title, size, price_fen (list price), sku and weight (how often bought, relative)."""
    titles = _TITLES[profile.number]
    return pl.DataFrame(
        {
            "title": [title for title, _ in titles],
            "size": [size for _, size in titles],
            "price_fen": [int(price * profile.price_factor) // 100 * 100 for price in _PRICES],
            "sku": [f"SKU-{number:03}" for number in range(1, len(titles) + 1)],
            "weight": _WEIGHTS,
        }
    )


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
GUIDES = 24
"""Store guides 1 to 24; guide n serves the people whose id leaves n - 1 when divided by 24."""

SURNAMES = tuple("陈张李王赵刘周吴郑孙朱马胡林何高")
GIVEN_NAMES = ("安", "宁", "一诺", "子墨", "晓", "可欣", "梓涵", "明", "雨桐", "思远", "佳", "乐")
NICK_WORDS = ("小鱼", "阿强", "花花", "橙子", "momo", "晴天", "团子", "南风", "豆包", "一只猫")

MEMBER_LEVELS = ("普卡", "银卡", "金卡", "黑卡")

STORE_PHONE = "19900099999"
"""A store's own number, typed by its staff for customers who would not give theirs."""
TEST_PHONE = "13800138000"
"""The number that everybody types to get past a form."""


def place_text(attribute: str, place: pl.Expr) -> pl.Expr:
    """An attribute of the place with each index, as text; null stays null."""
    texts = [getattr(place, attribute) for place in PLACES]
    return place.replace_strict(list(range(len(PLACES))), texts, return_dtype=pl.String)


def with_products(lines: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """The rows with title, sku and size of the product whose index is in ``product``."""
    texts = products(profile).select("title", "sku", "size").with_row_index("product")
    return lines.with_columns(pl.col("product").cast(pl.UInt32)).join(
        texts, on="product", how="left", maintain_order="left"
    )
