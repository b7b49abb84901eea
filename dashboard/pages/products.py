"""Products: what brings people, what they come back for, and what goes together."""

from __future__ import annotations

from dashboard import labels
from dashboard.charts.bars import grouped_bars
from dashboard.figures import Figure, Filters, Language, Option, Page, Snapshot, Text
from dashboard.pages.sql import described

_ROLES_TITLE = Text("Roles of products, and why", "产品角色与依据")
_SHARES_TITLE = Text("What a product does", "产品作用")
_PAIRS_TITLE = Text("Bought together", "连带购买")
_FIRST_TITLE = Text("What first purchases are made of", "首购产品")
_SHOWN = 12


def shares(snapshot: Snapshot, filters: Filters) -> Figure:
    """First orders, repeats and baskets of the products with the most orders."""
    rows = snapshot.polars(
        "select product, product_title, product_role, product_orders, first_order_share, "
        "rebuyer_share, bundle_share from marts.rpt_product_roles "
        "where coalesce(product_role = ?, true) order by product_orders desc, product limit ?",
        [filters.product_role, _SHOWN],
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "product",
            {
                "first_order_share": Text("In first orders", "首购占比")[language],
                "rebuyer_share": Text("Bought again", "复购占比")[language],
                "bundle_share": Text("With something else", "连带占比")[language],
            },
            "share",
            language,
            names=[
                f"{row['product_title'] or row['product']}\n"
                f"{labels.value(row['product_role'])[language]}"
                for row in rows.to_dicts()
            ],
        )

    return Figure(
        key="shares",
        title=_SHARES_TITLE,
        definition=Text(
            "The products with the most orders. First orders: of its orders with a known customer, "
            "those of the day of the first purchase. Bought again: buyers who bought it on a later "
            "day too. With something else: orders that hold another product.",
            "订单最多的产品。首购占比：已识别订单中属于首购日的比例；复购占比：再次购买该产品的买家比例；"
            "连带占比：同单含其他产品的订单比例。",
        ),
        frame=rows,
        draw=draw,
        metrics=("product_first_order_rate", "bundle_rate", "product_orders"),
        **described(snapshot, "rpt_product_roles", rows),
        height=60 + 46 * max(rows.height, 4),
    )


def roles(snapshot: Snapshot, filters: Filters) -> Figure:
    """Every role with its reason; what contradicts the data stands first."""
    rows = snapshot.polars(
        "select product, product_title, product_role, role_basis, role_reason, data_role, "
        "contradicts_data, product_net_gmv_cny, product_net_gmv_share, margin_rate "
        "from marts.rpt_product_roles where coalesce(product_role = ?, true) "
        "order by contradicts_data desc, product_net_gmv_cny desc, product limit 200",
        [filters.product_role],
    )
    contradictions = sum(rows["contradicts_data"])
    return Figure(
        key="roles",
        title=_ROLES_TITLE,
        definition=Text(
            "The role that the brand states (seed product_roles), else the first role all of whose "
            "rules hold (seed product_role_rules). No export states costs: without the seed "
            "product_costs the margin is not known, and no product is a profit product by data.",
            "优先采用品牌设定（种子表 product_roles），否则为首个规则全部满足的角色"
            "（种子表 product_role_rules）。导出文件不含成本：未填 product_costs 时毛利率未知，"
            "不会判为利润品。",
        ),
        frame=rows,
        metrics=("products", "product_net_gmv_cny"),
        **described(snapshot, "rpt_product_roles", rows),
        note=Text(
            "{count} roles that the brand states contradict the data.",
            "{count} 个品牌设定的角色与数据不符。",
        ).format(count=contradictions)
        if contradictions
        else None,
    )


def first_products(snapshot: Snapshot, filters: Filters) -> Figure:
    """What people begin with."""
    rows = snapshot.polars(
        "select product, product_title, product_role, first_buyers, product_first_orders, "
        "share_of_first_orders from marts.rpt_product_roles "
        "where first_buyers > 0 and coalesce(product_role = ?, true) "
        "order by first_buyers desc, product limit ?",
        [filters.product_role, _SHOWN],
    )

    def draw(language: Language) -> Option:
        return grouped_bars(
            rows,
            "product",
            {"first_buyers": Text("Customers who began with it", "首购人数")[language]},
            "count",
            language,
            names=[row["product_title"] or row["product"] for row in rows.to_dicts()],
        )

    return Figure(
        key="first_products",
        title=_FIRST_TITLE,
        definition=Text(
            "Customers whose first day of purchase held the product; whoever began with two "
            "products counts for each.",
            "首购日购买该产品的客户数；首购多个产品时分别计入。",
        ),
        frame=rows,
        draw=draw,
        metrics=("product_first_orders",),
        **described(snapshot, "rpt_product_roles", rows),
        height=40 + 30 * max(rows.height, 4),
    )


def pairs(snapshot: Snapshot, _: Filters) -> Figure:
    """The pairs with the highest lift, each once."""
    rows = snapshot.polars(
        "select pairs.product, products.product_title, pairs.other_product, "
        "others.product_title as other_title, pairs.orders_together, pairs.support, "
        "pairs.confidence, pairs.lift from marts.rpt_product_affinity as pairs "
        "inner join marts.rpt_product_roles as products using (product) "
        "inner join marts.rpt_product_roles as others on pairs.other_product = others.product "
        "where pairs.product_orders <= pairs.other_product_orders and not ("
        "pairs.product_orders = pairs.other_product_orders "
        "and pairs.product > pairs.other_product) "
        "order by pairs.lift desc, pairs.orders_together desc, pairs.product limit 100"
    )
    return Figure(
        key="pairs",
        unheeded=frozenset({"product_role"}),
        title=_PAIRS_TITLE,
        definition=Text(
            "Pairs in one order, guests too, seen from the rarer product. Support: share of all "
            "orders. Confidence: of its orders, those with the other one. Lift: confidence over "
            "what chance would give. Rare pairs (setting affinity_min_orders) are left out.",
            "同单购买的产品对（含匿名订单），以较少见的产品为准。支持度：占全部订单；置信度：含该产品订单中同时含另一产品的比例；"
            "提升度：相对随机的倍数。少于设定次数（affinity_min_orders）的不列。",
        ),
        frame=rows,
        **described(
            snapshot,
            "rpt_product_affinity",
            rows,
            columns={
                "product_title": Text("Title", "产品标题"),
                "other_title": Text("Title of the other", "连带产品标题"),
            },
            units={
                "support": "share",
                "confidence": "share",
                "lift": "ratio",
            },
        ),
    )


PAGE = Page(
    key="products",
    title=Text("Products", "产品"),
    lead=Text(
        "What brings people in, what do they come back for, what goes together?",
        "哪些产品引流、复购、连带？",
    ),
    makers={
        "shares": (_SHARES_TITLE, shares),
        "first_products": (_FIRST_TITLE, first_products),
        "roles": (_ROLES_TITLE, roles),
        "pairs": (_PAIRS_TITLE, pairs),
    },
    filters=frozenset({"product_role"}),
)
