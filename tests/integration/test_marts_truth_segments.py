"""Segments of the published snapshot against the orders that the simulated people made.

Compared are customers whose orders are exactly those of one person: who they are is settled, so the
figures must be the true ones. How many cannot be compared is the identity error.
"""

from __future__ import annotations

import csv

import polars as pl
import pytest

from pipelines.publishing.reader import connect
from pipelines.settings import REPOSITORY
from tests.integration.conftest import RefreshedBrand

SEEDS = REPOSITORY / "dbt_project" / "seeds"
REPURCHASE_DAYS = 90
"""Of industry profile 1, that of the simulated brand."""

pytestmark = pytest.mark.truth


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(dimension: str, value: float) -> int:
    """The score of the seed rfm_scores whose bounds hold the value."""
    [found] = [
        int(row["score"])
        for row in seed("rfm_scores")
        if row["dimension"] == dimension
        and value >= float(row["at_least"] or "-inf")
        and value < float(row["below"] or "inf")
    ]
    return found


def rfm_segment(measures: dict[str, int]) -> str:
    """The one segment of the family rfm whose bounds hold the scores."""
    family = {row["segment_key"] for row in seed("segments") if row["segment_family"] == "rfm"}
    rules = [row for row in seed("segment_rules") if row["segment_key"] in family]
    broken = {
        row["segment_key"]
        for row in rules
        if not float(row["at_least"] or "-inf")
        <= measures[row["measure"]]
        < float(row["below"] or "inf")
    }
    [found] = family - broken
    return found


@pytest.fixture(scope="module")
def buyers(refreshed: RefreshedBrand) -> pl.DataFrame:
    """customer_id with the true days and money of the one person whose orders it holds."""
    true = refreshed.truth.orders.filter("is_identified").select(
        "platform", "order_id", "person_id", "is_valid", day=pl.col("created_at").dt.date(),
        net=(pl.col("gross_fen") - pl.col("refund_fen")) / 100,
    )  # fmt: skip
    with connect(refreshed.siyu.settings) as snapshot:
        stated = snapshot.polars(
            "select platform, order_id, customer_id from customer_center.fct_orders "
            "where is_identified and sale_date <= (select max(as_of_date) from marts.rpt_segments)"
        )
    held = stated.join(true, on=["platform", "order_id"])
    all_held = held.group_by("person_id").len("stated")
    whole = true.group_by("person_id").len("true")
    clean = (
        held.filter(
            pl.col("person_id").n_unique().over("customer_id") == 1,
            pl.col("customer_id").n_unique().over("person_id") == 1,
        )
        .join(whole.join(all_held, on="person_id"), on="person_id")
        .filter(pl.col("true") == pl.col("stated"))
    )
    valid = clean.filter("is_valid")
    found = valid.group_by("customer_id").agg(
        days=pl.col("day").n_unique(), last=pl.col("day").max(), orders=pl.len()
    )
    return found.join(clean.group_by("customer_id").agg(pl.col("net").sum()), on="customer_id")


def test_every_comparable_buyer_is_in_the_true_rfm_segment(
    refreshed: RefreshedBrand, buyers: pl.DataFrame
) -> None:
    with connect(refreshed.siyu.settings) as snapshot:
        stated = snapshot.polars(
            "select customer_id, segment_key from customer_center.customer_segments "
            "where segment_key in (select segment_key from marts.rpt_segments "
            "where segment_family = 'rfm')"
        )
        [[median, day]] = snapshot.fetch(
            "select median(net_gmv_cny) filter (where purchase_days > 0), max(as_of_date) "
            "from customer_center.dim_customers"
        )[1]
    true = {
        row["customer_id"]: rfm_segment(
            {
                "recency_score": score("recency", (day - row["last"]).days / REPURCHASE_DAYS),
                "frequency_score": score("frequency", row["days"]),
                "monetary_score": score("monetary", row["net"] / float(median)),
            }
        )
        for row in buyers.iter_rows(named=True)
    }
    found = dict(stated.iter_rows())
    assert len(set(true.values())) >= 4
    assert {customer: found[customer] for customer in true} == true
    assert len(true) >= 0.8 * stated.height


def test_sizes_of_segments_are_true_but_for_identity(refreshed: RefreshedBrand) -> None:
    """Buyers are the people whose orders carry a person, within 10 %; none is in two segments."""
    valid = refreshed.truth.orders.filter("is_valid", "is_identified")
    people = valid["person_id"].n_unique()
    with connect(refreshed.siyu.settings) as snapshot:
        [[sizes, once, share]] = snapshot.fetch(
            "select (select sum(customers) from marts.rpt_segments where segment_family = 'rfm'), "
            "(select count(distinct customer_id) from customer_center.customer_segments "
            "inner join marts.rpt_segments using (segment_key) where segment_family = 'rfm'), "
            "(select sum(net_gmv_share) from marts.rpt_segments where segment_family = 'rfm')"
        )[1]
    assert sizes == once == pytest.approx(people, rel=0.1)
    assert share == pytest.approx(1, abs=0.05)
