"""Every notebook runs on the published snapshot, and says what the snapshot says."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.publishing import connect
from pipelines.settings import REPOSITORY
from tests.integration.conftest import RefreshedBrand

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.py"))


@pytest.fixture
def published(refreshed: RefreshedBrand, monkeypatch: pytest.MonkeyPatch) -> RefreshedBrand:
    monkeypatch.setenv("SIYU_DATA", str(refreshed.siyu.settings.data_folder))
    return refreshed


def run(notebook: Path) -> Mapping[str, Any]:
    """What its cells define."""
    spec = importlib.util.spec_from_file_location(f"notebook_{notebook.stem}", notebook)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _, names = module.app.run()
    names["snapshot"].close()
    return dict(names)


def test_there_are_four() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "attribution_compared",
        "cohort_and_repurchase",
        "first_look",
        "identity_review",
    ]


def test_the_first_look_counts_every_customer_and_order(published: RefreshedBrand) -> None:
    names = run(REPOSITORY / "notebooks" / "first_look.py")
    with connect(published.siyu.settings) as snapshot:
        [[customers]] = snapshot.fetch("select count(*) from customer_center.dim_customers")[1]
        [[sales, described]] = snapshot.fetch(
            "select (select sum(net_gmv_cny) from customer_center.fct_orders where is_valid "
            "and sale_date <= $as_of), (select count(*) from marts.rpt_data_dictionary)",
            {"as_of": snapshot.manifest.as_of},
        )[1]
    assert names["tiers"]["customers"].sum() == customers
    assert names["weeks"]["net_gmv_cny"].sum() == pytest.approx(float(sales))
    assert names["dictionary"].height == described


def test_cohorts_hold_mature_cells_only(published: RefreshedBrand) -> None:
    names = run(REPOSITORY / "notebooks" / "cohort_and_repurchase.py")
    cohorts = names["cohorts"]
    assert cohorts.filter(pl.col("k") == 0)["retention_rate"].unique().to_list() == [1.0]
    assert cohorts["retention_rate"].is_between(0, 1).all()
    assert names["curve"]["rate_km"].is_sorted()
    mature = names["windows"].filter(pl.col("eligible") > 0)
    assert (mature["rate_mature"] - mature["repurchased"] / mature["eligible"]).abs().max() < 1e-4


def test_every_model_shares_out_the_same_orders(published: RefreshedBrand) -> None:
    names = run(REPOSITORY / "notebooks" / "attribution_compared.py")
    models = pl.read_csv(REPOSITORY / "dbt_project/seeds/attribution_models.csv")
    assert set(names["totals"]["model"]) == set(models.filter("is_active")["model"])
    assert names["totals"]["conversions"].n_unique() == 1
    assert names["totals"]["conversions"][0] > 0
    assert names["paths"].height > 0


def test_the_identity_review_counts_as_the_quality_mart_does(published: RefreshedBrand) -> None:
    names = run(REPOSITORY / "notebooks" / "identity_review.py")
    assert names["held"]["customers"].sum() == names["quality"]["customers"]
    assert names["rates"]["match_rate"].drop_nulls().is_between(0, 1).all()
    assert names["suspects"]["refused_links"].is_sorted(descending=True)
