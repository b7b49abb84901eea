"""Tiers and lifecycle of the published snapshot against the people of the simulated brand.

Compared are people with one customer whose identifiers nobody else holds. The files show less than
what is true (nobody exports who saw an ad), never more: a date may be later than the true one and a
tier lower, but not the other way round.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from pipelines.simulation.journeys import KINDS
from tests.integration.conftest import RefreshedBrand
from tests.integration.known_people import known_people, published

RANKS = {"A": 1, "I": 2, "P": 3, "L": 4, "outside": 0}
WINDOWS = {"A": 15, "I": 15, "P": 912, "L": 365}
"""Of industry profile 1, that of the simulated brand."""

pytestmark = pytest.mark.truth


@pytest.fixture(scope="module")
def people(refreshed: RefreshedBrand) -> pl.DataFrame:
    """person_id and customer_id of the people who can be compared."""
    return known_people(refreshed)


def true_evidence(refreshed: RefreshedBrand) -> pl.DataFrame:
    """person_id, day and tier of everything that qualifies, whether a file shows it or not."""
    truth = refreshed.truth
    touches = truth.touches.select(
        "person_id",
        day=pl.col("at").dt.date(),
        tier=pl.col("kind").replace_strict(KINDS, return_dtype=pl.String),
    )
    bought = truth.orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null()).select(
        "person_id", day=pl.col("created_at").dt.date(), tier=pl.lit("P")
    )
    again = bought.filter(pl.col("day") > pl.col("day").min().over("person_id"))
    loyal = again.with_columns(tier=pl.lit("L"))
    return pl.concat([touches, bought, loyal]).filter(pl.col("day") <= truth.last_day)


def test_tiers_are_never_above_the_true_ones(
    refreshed: RefreshedBrand, people: pl.DataFrame
) -> None:
    stated = published(
        refreshed,
        "select customer_id, lifetime_tier, active_tier, as_of_date "
        "from customer_center.dim_customers",
    )
    as_of = stated["as_of_date"][0]
    evidence = true_evidence(refreshed).with_columns(
        rank=pl.col("tier").replace_strict(RANKS),
        is_fresh=pl.lit(as_of) - pl.col("day")
        < pl.col("tier").replace_strict({t: timedelta(days) for t, days in WINDOWS.items()}),
    )
    true = evidence.group_by("person_id").agg(
        true_lifetime=pl.col("rank").max(),
        true_active=pl.col("rank").filter("is_fresh").max().fill_null(0),
    )
    both = (
        people.join(true, on="person_id", how="left")
        .join(stated, on="customer_id")
        .with_columns(
            lifetime=pl.col("lifetime_tier").replace_strict(RANKS),
            active=pl.col("active_tier").replace_strict(RANKS),
        )
    )
    for view in ("lifetime", "active"):
        above = both.filter(pl.col(view) > pl.col(f"true_{view}"))
        assert above.is_empty(), above
        equal = both.filter(pl.col(view) == pl.col(f"true_{view}")).height / both.height
        assert equal > 0.5, (view, equal)
    assert both["active"].n_unique() >= 4


def test_buyers_whose_orders_all_name_them_have_their_true_tier(
    refreshed: RefreshedBrand, people: pl.DataFrame
) -> None:
    found = published(
        refreshed,
        "select platform, account, order_id, customer_id from customer_center.fct_orders",
    )
    orders = refreshed.truth.orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null())
    bought = orders.join(found, on=["platform", "account", "order_id"], how="left").join(
        people, on="person_id", suffix="_alone"
    )
    complete = bought.group_by("person_id", "customer_id_alone").agg(
        is_complete=(pl.col("customer_id") == pl.col("customer_id_alone")).fill_null(False).all(),
        days=pl.col("created_at").dt.date().n_unique(),
    )
    tiers = published(
        refreshed,
        "select customer_id, lifetime_tier, active_tier from customer_center.dim_customers",
    )
    both = complete.filter("is_complete").join(
        tiers, left_on="customer_id_alone", right_on="customer_id"
    )
    loyal = refreshed.truth.touches.filter(kind="shared_or_referred")["person_id"].implode()
    expected = (
        pl.when((pl.col("days") > 1) | pl.col("person_id").is_in(loyal))
        .then(pl.lit("L"))
        .otherwise(pl.lit("P"))
    )
    assert both.height > 20
    for view in ("lifetime_tier", "active_tier"):
        wrong = both.filter(pl.col(view) != expected)
        assert wrong.is_empty(), wrong


def test_lifecycle_dates_are_never_before_the_true_ones(
    refreshed: RefreshedBrand, people: pl.DataFrame
) -> None:
    stated = published(
        refreshed,
        "select * from customer_center.customer_lifecycle where lifecycle_platform = 'wechat'",
    )
    both = people.join(refreshed.truth.people, on="person_id").join(stated, on="customer_id")
    shares = {}
    for stage in ("new", "deposited", "converted", "repurchased", "referred"):
        true, found = pl.col(f"wechat_{stage}_at").dt.date(), pl.col(f"{stage}_date")
        early = both.filter((found < true) | (found.is_not_null() & true.is_null()))
        assert early.is_empty(), (stage, early)
        known = both.filter(found.is_not_null())
        shares[stage] = known.filter(found == true).height / known.height
    assert min(shares["new"], shares["deposited"], shares["referred"]) > 0.85, shares
