"""What `siyu diff` says of two kept versions, and that its values are MetricFlow's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.metrics.catalogue import Metric, read_catalogue
from pipelines.metrics.compiler import MetricCompiler
from pipelines.metrics.question import ask
from pipelines.publishing import layout
from pipelines.publishing.manifest import load_manifest
from pipelines.publishing.reader import connect
from pipelines.restatement.compare import Restatement, compare_versions
from pipelines.restatement.values import daily_values, is_daily
from pipelines.settings import Settings
from tests.integration.conftest import RefreshedBrand

EARLIER = "20200101T000000Z"


@pytest.fixture(scope="module")
def published(refreshed: RefreshedBrand, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A serving folder of its own: the brand's version, and a copy of it as an earlier one."""
    settings = refreshed.siyu.settings
    own = settings.model_copy(update={"data": tmp_path_factory.mktemp("versions")})
    version = layout.current_version(settings)
    assert version
    for name in (version, EARLIER):
        shutil.copytree(layout.versions_folder(settings) / version, folder(own, name))
    layout.make_current(own, version)
    manifest = folder(own, EARLIER) / layout.MANIFEST_NAME
    text = manifest.read_text("utf-8").replace(version, EARLIER)
    manifest.chmod(0o644)
    manifest.write_text(text, "utf-8")
    return own


def folder(settings: Settings, version: str) -> Path:
    return layout.versions_folder(settings) / version


@pytest.fixture
def earlier(published: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The earlier version, to be made another one; afterwards it is as it was."""
    path = folder(published, EARLIER) / layout.DATABASE_NAME
    path.chmod(0o644)
    kept = path.read_bytes()
    with duckdb.connect(str(path)) as connection:
        yield connection
    path.write_bytes(kept)


def differences(published: Settings, metric: str) -> list[Restatement]:
    return [one for one in compare_versions(published, EARLIER) if one.metric == metric]


def test_equal_versions_have_no_difference(published: Settings) -> None:
    assert compare_versions(published, EARLIER) == []


def test_a_late_order_is_behind_every_figure_of_its_day(
    published: Settings, earlier: duckdb.DuckDBPyConnection
) -> None:
    [(key, day, money)] = earlier.execute(
        "select order_key, sale_date, net_gmv_cny from customer_center.fct_orders "
        "where is_valid order by order_key limit 1"
    ).fetchall()
    earlier.execute("delete from customer_center.fct_orders where order_key = $1", [key])
    earlier.execute(
        "update marts.rpt_sales_daily set net_gmv_cny = net_gmv_cny - $1 where rowid = "
        "(select min(rowid) from marts.rpt_sales_daily where sales_date = $2)",
        [money, day],
    )
    earlier.close()
    [found] = differences(published, "net_gmv_cny")
    assert (found.day, found.cause, found.is_same_day) == (day, "late_rows", True)
    assert found.rows == {"late_rows": 1}
    assert found.difference == pytest.approx(float(money))


def test_without_changed_rows_it_is_the_rules(
    published: Settings, earlier: duckdb.DuckDBPyConnection
) -> None:
    earlier.execute(
        "update marts.rpt_aipl_tiers set customers = customers + 1 where tier_view = 'active' "
        "and segment_type = 'all' and tier = 'I' and is_as_of_date"
    )
    earlier.close()
    [unknown] = differences(published, "tier_customers")
    assert (unknown.cause, dict(unknown.rows)) == ("unexplained", {})
    manifest = load_manifest(folder(published, EARLIER))
    manifest.model_copy(update={"rules": "others"}).write(folder(published, EARLIER))
    [changed] = differences(published, "tier_customers")
    manifest.write(folder(published, EARLIER))
    assert (changed.cause, changed.difference) == ("rule_change", -1)


def shapes(metrics: list[Metric]) -> list[Metric]:
    """One metric of every way to state one: table, aggregation, filter, required dimensions."""
    found: dict[tuple[object, ...], Metric] = {}
    for metric in metrics:
        measures = [(one.aggregation, bool(one.filter)) for one in metric.measures]
        found.setdefault((tuple(measures), bool(metric.requires)), metric)
    return list(found.values())


def test_values_by_day_are_those_of_metricflow(published: Settings) -> None:
    daily = [m for m in read_catalogue(published).metrics.values() if is_daily(m)]
    chosen = shapes(daily)
    assert len(chosen) > 5
    compiler = MetricCompiler(published)
    newest = layout.current_version(published)
    assert newest
    with duckdb.connect() as connection, connect(published, newest) as snapshot:
        path = folder(published, newest) / layout.DATABASE_NAME
        connection.execute(f"attach '{path}' as newer (read_only)")
        last_day = date.today() + timedelta(days=3650)
        for metric in chosen:
            where = [f"{name}={value}" for name, value in metric.requires.items()]
            rows = snapshot.fetch(compiler.sql(ask(metric, by=["day"], where=where)))[1]
            expected = {day: float(value) for day, value in rows if day and value is not None}
            found = daily_values(connection, "newer", metric, last_day)
            assert found == pytest.approx(expected), metric.name
