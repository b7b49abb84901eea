"""The checks of identity, as a refresh meets them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs import identity_quality as checks
from pipelines.identity.tables import ensure_identity_tables
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One customer with 8 identifiers, where the brand allows 5; 60 of 100 customers retired."""
    brand = tmp_path / "brand"
    brand.mkdir()
    (brand / "brand.yml").write_text("identity_quality:\n  largest_customer_max: 5\n")
    settings = Settings(data=tmp_path, brand_folder=brand)
    with open_warehouse(settings) as warehouse:
        ensure_identity_tables(warehouse)
        warehouse.execute(
            """
            insert into identity.identity_map
            select i, timestamp '1900-01-01', timestamp '9999-12-31', 1, 1 from range(8) t(i);
            insert into identity.identity_runs (run_id, run_at, mode, reason, customers, merged,
                split, retired)
            values (1, timestamp '2026-05-01', 'full', '', 100, 0, 0, 0),
                (2, timestamp '2026-05-03', 'incremental', '', 40, 0, 0, 60);
            create schema marts;
            create table marts.rpt_identity_match_rates as
            select 'orders' as fact, 'pos' as source, 100 as facts,
                cast(0.5 as double) as match_rate;
            """
        )
    return settings


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, dg.AssetCheckResult]:
    monkeypatch.setattr(checks, "current_settings", lambda: settings)
    monkeypatch.setattr(checks, "_published_at", lambda _: datetime(2026, 5, 2))
    monkeypatch.setattr(checks, "_published_rates", lambda _: [("orders", "pos", 100, 0.7)])
    results = [*checks.identity_quality(), checks.match_rates()]
    return {str(result.check_name): result for result in results}


def test_what_is_beyond_its_limit_stops_the_refresh(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = run(settings, monkeypatch)
    failed = {name for name, result in results.items() if not result.passed}
    assert failed == {"largest_customer", "changed_customers", "match_rates"}
    assert {result.severity for result in results.values()} == {dg.AssetCheckSeverity.ERROR}
    largest = results["largest_customer"].description
    assert largest
    assert largest.startswith("8 identifiers, at most 5. customer 1 holds too many")


def test_an_accepted_change_is_told_and_does_not_stop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size of a customer is no change: it stays an error."""
    results = run(settings.model_copy(update={"accept_identity_change": True}), monkeypatch)
    assert not results["changed_customers"].passed
    severities = {name: result.severity for name, result in results.items()}
    assert severities["changed_customers"] == dg.AssetCheckSeverity.WARN
    assert severities["match_rates"] == dg.AssetCheckSeverity.WARN
    assert severities["largest_customer"] == dg.AssetCheckSeverity.ERROR
