"""The setting `as_of_date`: the marts of a past day hold together as those of the last one do."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipelines.orchestration.dbt_calls import call_dbt
from pipelines.settings import Settings
from tests.integration.conftest import RefreshedBrand

_DAYS_AGO = 20
_AS_OF = "select as_of_date from intermediate.int_calendar__as_of"


def test_every_check_passes_as_of_a_past_day(refreshed: RefreshedBrand, tmp_path: Path) -> None:
    """Touches and orders of three weeks lie after the day, and no check may count them."""
    original = refreshed.siyu.settings.warehouse_path
    with duckdb.connect(str(original), read_only=True) as warehouse:
        [(last,)] = warehouse.execute(_AS_OF).fetchall()
    day: date = last - timedelta(days=_DAYS_AGO)
    settings = Settings(data=tmp_path, as_of_date=day)
    settings.warehouse_path.parent.mkdir()
    shutil.copy(original, settings.warehouse_path)
    arguments = ["build", "--selector", "after_identity", "--exclude-resource-type", "unit_test"]
    arguments += ["--full-refresh", "--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    results = call_dbt(settings, [*arguments, "--no-write-json"], str(settings.warehouse_path))
    done = {"success", "pass", "warn", "no-op"}
    failed = [one for one in results.results if one.status not in done]
    assert [f"{one.node.name}: {one.message}" for one in failed] == []
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as warehouse:
        assert warehouse.execute(_AS_OF).fetchall() == [(day,)]
        assert warehouse.execute(
            "select max(sales_date) from marts.rpt_sales_daily"
        ).fetchall() == [(day,)]
