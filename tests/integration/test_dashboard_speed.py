"""How fast the dashboard answers at a million customers, in a real browser (`make proof`).

What pages read by customer (dim_customers and the like) is a copy of the demo brand's, repeated
until it holds a million; marts do not grow with customers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboard.figures import Filters
from dashboard.pages import PAGES
from pipelines.publishing import connect, layout
from tests.integration.browser import chromium
from tests.integration.conftest import RefreshedBrand
from tests.integration.dashboard_server import Server, publish_copy, wait_for
from tests.siyu_process import SiyuProcess

CUSTOMERS = 1_000_000
FIRST_VIEW, FILTER_CHANGE = 2.0, 0.5


@pytest.mark.proof
def test_a_million_customers_are_shown_in_two_seconds(
    refreshed: RefreshedBrand, tmp_path: Path
) -> None:
    siyu = SiyuProcess(tmp_path)
    version = publish_copy(refreshed.siyu, siyu, "20260101T000000Z")
    _enlarge(siyu, version)
    server = Server(siyu)
    seconds: dict[str, float] = {}
    try:
        with chromium() as browser:
            browser.new_page().goto(f"{server.address}?page=data_health")
            for shown in PAGES:
                page = browser.new_page()
                seconds[f"{shown.key}: first view"] = _timed(
                    lambda page=page, key=shown.key: (
                        page.goto(f"{server.address}?page={key}&lang=zh"),
                        wait_for(page, key),
                    )
                )
                if "domain" in shown.filters:
                    page.locator(".st-key-filter_domain input").click()
                    private = page.locator("[role=option]", has_text="私域")
                    private.wait_for()
                    seconds[f"{shown.key}: filter change"] = _timed(
                        lambda page=page, key=shown.key, option=private: (
                            option.click(),
                            page.wait_for_selector(".st-key-clear button"),
                            wait_for(page, key),
                        )
                    )
                page.close()
    finally:
        server.stop()
    print(*(f"{name} {taken:.2f} s" for name, taken in seconds.items()), sep="\n")
    slow = {
        name: round(taken, 2)
        for name, taken in seconds.items()
        if taken > (FIRST_VIEW if name.endswith("first view") else FILTER_CHANGE)
    }
    assert slow == {}


def _timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def _enlarge(siyu: SiyuProcess, version: str) -> None:
    """Repeat what pages read by customer, each time with customers of its own."""
    with connect(siyu.settings, version) as snapshot:
        read = {figure.table for page in PAGES for figure in page.figures(snapshot, Filters())}
        tables = [
            name
            for name, table in snapshot.manifest.tables.items()
            if name.split(".")[1] in read | {"dim_customers", "fct_leads"}
            and any(column.name == "customer_id" for column in table.columns)
        ]
        [[customers]] = snapshot.fetch("select count(*) from customer_center.dim_customers")[1]
    database = layout.versions_folder(siyu.settings) / version / layout.DATABASE_NAME
    database.chmod(0o644)
    with duckdb.connect(str(database)) as writer:
        for name in tables:
            writer.execute(
                f"create table {name}_more as select * replace (customer_id + "
                f"10_000_000 * copy as customer_id) from {name}, "
                f"range({CUSTOMERS // customers + 1}) as copies(copy) order by copy"
            )
            writer.execute(f"alter table {name}_more drop column copy")
            writer.execute(f"drop table {name}")
            writer.execute(f"alter table {name}_more rename to {name.split('.')[1]}")
    database.chmod(0o444)
