"""Product figures of the published snapshot against the orders that the simulated people made.

Which orders count, and who made them, is the truth's; what lay in them, the published lines'.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from tests.integration.conftest import RefreshedBrand

pytestmark = pytest.mark.truth


@pytest.fixture(scope="module")
def baskets(refreshed: RefreshedBrand) -> pl.DataFrame:
    """order_id, platform, product, person_id (null for a guest) and day of what truly counts."""
    true = refreshed.truth.orders.filter("is_valid").select(
        "platform", "order_id", pl.when("is_identified").then("person_id").alias("person_id"),
        day=pl.col("created_at").dt.date(),
    )  # fmt: skip
    with connect(refreshed.siyu.settings) as snapshot:
        lines = snapshot.polars(
            "select distinct orders.platform, orders.order_id, "
            "coalesce(product_code, product_id, product_title, '(none)') as product "
            "from customer_center.fct_order_lines "
            "inner join customer_center.fct_orders as orders using (order_key) "
            "where amount_cny > fct_order_lines.refund_cny and orders.sale_date "
            "<= (select max(as_of_date) from marts.rpt_product_roles)"
        )
    return lines.join(true, on=["platform", "order_id"])


def test_orders_and_baskets_of_every_product_are_the_true_ones(
    refreshed: RefreshedBrand, baskets: pl.DataFrame
) -> None:
    size = pl.len().over("platform", "order_id")
    true = baskets.with_columns(is_bundled=size > 1).group_by("product").agg(
        pl.len(), pl.col("is_bundled").sum()
    )  # fmt: skip
    with connect(refreshed.siyu.settings) as snapshot:
        stated = snapshot.fetch(
            "select product, product_orders, bundled_orders from marts.rpt_product_roles"
        )[1]
    assert {row[0]: row[1:] for row in stated} == {row[0]: row[1:] for row in true.iter_rows()}
    assert len(stated) > 5


def test_pairs_are_counted_as_by_hand(refreshed: RefreshedBrand, baskets: pl.DataFrame) -> None:
    named = baskets.filter(pl.col("product") != "(none)")
    orders = named.group_by("platform", "order_id").agg(pl.col("product").sort())
    together = Counter(pair for held in orders["product"] for pair in combinations(held, 2))
    alone = Counter(named["product"])
    with connect(refreshed.siyu.settings) as snapshot:
        stated = {
            (row[0], row[1]): row[2:]
            for row in snapshot.fetch(
                "select product, other_product, orders_together, support, confidence, lift "
                "from marts.rpt_product_affinity where product < other_product"
            )[1]
        }
    expected = {pair: count for pair, count in together.items() if count >= 5}
    assert len(expected) > 5
    assert {pair: row[0] for pair, row in stated.items()} == expected
    for (one, other), (count, support, confidence, lift) in stated.items():
        assert support == pytest.approx(count / orders.height)
        assert confidence == pytest.approx(count / alone[one])
        assert lift == pytest.approx(count * orders.height / (alone[one] * alone[other]))


def test_first_orders_and_buyers_are_true_but_for_identity(
    refreshed: RefreshedBrand, baskets: pl.DataFrame
) -> None:
    """Who is who decides who buys first: over all products within 10 % of the truth."""
    bought = refreshed.truth.orders.filter("is_valid", "is_identified")
    first = bought.group_by("person_id").agg(first_day=pl.col("created_at").dt.date().min())
    known = baskets.filter(pl.col("person_id").is_not_null()).join(first, on="person_id")
    true_first = known.filter(pl.col("day") == pl.col("first_day")).height
    true_buyers = known.select("product", "person_id").unique().height
    with connect(refreshed.siyu.settings) as snapshot:
        [[found_first, found_buyers, identified]] = snapshot.fetch(
            "select sum(product_first_orders), sum(product_buyers), sum(identified_orders) "
            "from marts.rpt_product_roles"
        )[1]
    assert identified == known.height
    assert found_first == pytest.approx(true_first, rel=0.1)
    assert found_buyers == pytest.approx(true_buyers, rel=0.1)
