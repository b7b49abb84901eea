"""Another industry profile changes windows, scorecard and benchmark row, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.orchestration.dbt_calls import call_dbt
from pipelines.settings import REPOSITORY, Settings
from tests.integration.conftest import RefreshedBrand

SEEDS = REPOSITORY / "dbt_project" / "seeds"
WINDOWS = {2: (60, 30, 14), 3: (365, 30, 60), 4: (365, 30, 90)}
"""Repurchase, active and look-back days of the profiles that the refreshed brand has not."""
SHORT = (
    "int_calendar__as_of",
    "int_customers__scored_totals",
    "int_customers__scores",
    "int_customers__segments",
    "customer_segments",
    "rpt_segments",
    "rpt_segment_moves",
    "rpt_industry_profile",
    "int_leads__steps",
    "rpt_kpi_scorecard",
    "customer_aipl_history",
    "int_customers__tier_changes",
    "int_customers__tier_moves",
    "rpt_aipl_tiers",
)
"""What a profile's windows reach without a full refresh."""
WINDOWED = {
    # AIPL windows, and what was said of past tiers
    "customer_aipl_history", "customer_tier_restatements", "rpt_tier_restatements",
    "rpt_aipl_tiers", "rpt_aipl_flow",
    # active and repurchase windows
    "dim_customers", "customer_segments", "rpt_segments", "rpt_segment_moves",
    "rpt_lifecycle_funnel", "rpt_repurchase_window", "rpt_repurchase_ladder",
    "rpt_community_health",
    # look-back
    "rpt_attribution_campaign", "rpt_attribution_campaign_credit",
    "rpt_attribution_campaign_influence", "rpt_attribution_channel",
    "rpt_attribution_channel_credit", "rpt_attribution_channel_influence", "rpt_attribution_credit",
    "rpt_attribution_model_run", "rpt_attribution_path", "rpt_attribution_removal_effect",
    "rpt_attribution_share", "rpt_attribution_touch",
    # scorecard and the profile itself
    "rpt_industry_profile", "rpt_kpi_scorecard",
}  # fmt: skip
"""Published tables that a window of the profile is part of."""
WINDOWED_COLUMNS = {
    "rpt_private_domain": {"attributed_private_net_gmv_cny", "attributed_private_share"},
    "rpt_leads": {
        "lead_window_days", "contacted_leads", "visited_leads", "deal_leads",
        "median_days_to_contact", "median_days_to_visit", "median_days_to_deal",
        "mature_leads", "mature_deal_leads", "lead_contact_rate", "lead_visit_rate",
        "lead_deal_rate", "lead_deal_rate_low", "lead_deal_rate_high", "deal_net_gmv_cny",
        "is_mature",
    },
}  # fmt: skip
"""Tables of which the look-back is part of these columns and of no other."""
WINDOW_KPIS = {"window_repurchase_rate", "roas", "deals"}
"""KPIs that a window of the profile is part of: repurchase, and the look-back."""


def with_profile(
    refreshed: RefreshedBrand, folder: Path, profile: int, *selection: str
) -> duckdb.DuckDBPyConnection:
    """A copy of the brand's warehouse with models built for another profile."""
    brand = folder / "brand"
    brand.mkdir()
    (brand / "brand.yml").write_text(f"industry_profile: {profile}\n", "utf-8")
    settings = Settings(data=folder, brand_folder=brand)
    original, copy = refreshed.siyu.settings.warehouse_path, settings.warehouse_path
    copy.parent.mkdir()
    shutil.copy(original, copy)
    arguments = ["run", *selection, "--full-refresh", "--target-path", str(folder)]
    arguments += ["--log-path", str(folder), "--no-write-json"]
    results = call_dbt(settings, arguments, str(copy)).results
    assert {str(result.status) for result in results} == {"success"}
    connection = duckdb.connect(str(copy), read_only=True)
    connection.execute(f"attach '{original}' as original (read_only)")
    return connection


def scorecard(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[tuple, float | None]:
    rows = connection.execute(
        f"select kpi, period_type, period_start, kpi_value from {catalog}.marts.rpt_kpi_scorecard"
    ).fetchall()
    return {row[:3]: row[3] for row in rows}


@pytest.mark.parametrize(("profile", "windows"), WINDOWS.items())
def test_scorecard_benchmark_and_windows_follow_the_profile(
    refreshed: RefreshedBrand, tmp_path: Path, profile: int, windows: tuple[int, ...]
) -> None:
    with with_profile(refreshed, tmp_path, profile, "--select", *SHORT) as connection:
        before, after = scorecard(connection, "original"), scorecard(connection, "siyu")
        changed = {key[0] for key in before | after if before.get(key) != after.get(key)}
        assert changed <= WINDOW_KPIS
        leading = connection.execute(
            "select kpi, benchmark_value from siyu.marts.rpt_kpi_scorecard "
            "where kpi_position is not null group by all order by any_value(kpi_position)"
        ).fetchall()
        assert leading == first_page(profile)
        used = connection.execute(
            "select repurchase_days, active_days, attribution_lookback_days "
            "from siyu.intermediate.int_calendar__as_of"
        ).fetchall()
        assert used == [windows]
        buyers = connection.execute(
            "select (select sum(customers) from siyu.marts.rpt_segments "
            "where segment_family = 'rfm') = (select count(*) "
            "from original.customer_center.dim_customers where purchase_days > 0)"
        ).fetchall()
        assert buyers == [(True,)]
        assert changed_tiers(connection, "active")
        assert not changed_tiers(connection, "lifetime")


def changed_tiers(connection: duckdb.DuckDBPyConnection, view: str) -> bool:
    """Whether another profile has people in other tiers on some day."""
    rows = f"select * from {{}}.marts.rpt_aipl_tiers where tier_view = '{view}'"
    one, other = rows.format("siyu"), rows.format("original")
    return connection.execute(f"({one} except all {other}) limit 1").fetchall() != []


def first_page(profile: int) -> list[tuple]:
    """KPI and benchmark of a profile's first page, as the seed has them."""
    with duckdb.connect() as connection:
        return connection.execute(
            f"select kpi, benchmark_value from '{SEEDS}/profile_kpis.csv' "
            f"where industry_profile = {profile} order by kpi_position"
        ).fetchall()


@pytest.mark.proof
@pytest.mark.parametrize("profile", [2, 3, 4])
def test_nothing_else_changes(refreshed: RefreshedBrand, tmp_path: Path, profile: int) -> None:
    with with_profile(refreshed, tmp_path, profile, "--selector", "after_identity") as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, table_name from ("
            "select database_name, schema_name, table_name from duckdb_tables() union all "
            "select database_name, schema_name, view_name from duckdb_views()) "
            "where database_name = 'siyu' and schema_name in ('customer_center', 'marts')"
        ).fetchall()
        changed = set()
        for table, name in tables:
            left_out = ", ".join(sorted(WINDOWED_COLUMNS.get(name, ())))
            columns = f"* exclude ({left_out})" if left_out else "*"
            rows = f"select {columns} from {{}}.{table}"
            one, other = rows.format("siyu"), rows.format("original")
            query = (
                f"select count(*) from (({one} except all {other}) "
                f"union all ({other} except all {one}))"
            )
            if connection.execute(query).fetchall() != [(0,)]:
                changed.add(name)
        assert changed <= WINDOWED
        assert {"rpt_kpi_scorecard", "rpt_industry_profile", "dim_customers"} <= changed


def test_every_profile_has_its_first_page() -> None:
    with duckdb.connect() as connection:
        profiles = connection.execute(
            f"select industry_profile from '{SEEDS}/industry_profiles.csv' order by 1"
        ).fetchall()
        pages = connection.execute(
            f"select industry_profile, count(*), count(distinct kpi_position) "
            f"from '{SEEDS}/profile_kpis.csv' group by 1 order by 1"
        ).fetchall()
    assert [page[:1] for page in pages] == profiles
    assert all(kpis == positions >= 5 for _, kpis, positions in pages)
