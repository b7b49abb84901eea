"""The dashboard's figures on a refreshed brand: they heed the filters and say what SQL says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from dashboard import parts
from dashboard.choices import choices
from dashboard.figures import FILTER_NAMES, LANGUAGES, Figure, Filters
from dashboard.pages import PAGES
from dashboard.personal import personal_columns, without_personal
from pipelines.metrics.catalogue import read_catalogue
from pipelines.publishing import SnapshotConnection, connect
from pipelines.settings import current_settings
from tests.dashboard.chinese import english_sentences
from tests.integration.conftest import RefreshedBrand


@pytest.fixture(scope="module")
def snapshot(refreshed: RefreshedBrand) -> Iterator[SnapshotConnection]:
    with connect(refreshed.siyu.settings, follow=False) as connection:
        yield connection


def figures(snapshot: SnapshotConnection, filters: Filters) -> dict[str, Figure]:
    return {
        f"{page.key}/{figure.key}": figure
        for page in PAGES
        for figure in page.iterate(snapshot, filters)
    }


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(channel="wecom_qr_code"),
        Filters(channel="no such channel"),
        Filters(domain="private", product_role="traffic"),
        Filters(date_from=date(2030, 1, 1)),
        Filters(cohort_kind="deposit", model="shapley_rate"),
        *(Filters(industry_profile=profile) for profile in (2, 3, 4)),
    ],
    ids=str,
)
def test_no_choice_breaks_a_figure(snapshot: SnapshotConnection, filters: Filters) -> None:
    for name, figure in figures(snapshot, filters).items():
        assert figure.error is None, name
        assert all(column in figure.columns for column in figure.frame.columns), name
        for language in LANGUAGES:
            figure.option(language)


def tried(snapshot: SnapshotConnection, name: str) -> list[Filters]:
    """Some choices of one filter."""
    known = choices(snapshot)
    if name.startswith("date_"):
        third = (known.last_date - known.first_date) / 3
        days = (known.first_date + third, known.last_date - third)
        return [replace(Filters(), **{name: day}) for day in days]
    values = [value for value in getattr(known, f"{name}s") if value != getattr(Filters(), name)]
    return [replace(Filters(), **{name: value}) for value in values[:: 1 + len(values) // 12]]


@pytest.mark.parametrize("name", FILTER_NAMES)
def test_a_figure_follows_a_filter_or_says_that_it_does_not(
    snapshot: SnapshotConnection, name: str
) -> None:
    for page in (page for page in PAGES if name in page.filters):
        usual = {figure.key: figure for figure in page.iterate(snapshot, Filters())}
        changed: set[str] = set()
        for filters in tried(snapshot, name):
            for figure in page.iterate(snapshot, filters):
                before = usual[figure.key]
                if not figure.frame.equals(before.frame):
                    changed.add(figure.key)
                elif name in figure.unheeded:
                    assert figure.note, figure.key
                    assert FILTER_NAMES[name].zh in figure.note.zh
                elif figure.note != before.note:  # names the model that says the same
                    changed.add(figure.key)
        silent = {key for key, figure in usual.items() if name in figure.unheeded}
        assert changed == usual.keys() - silent, page.key


def test_no_english_sentence_is_left_in_the_chinese_tables(snapshot: SnapshotConnection) -> None:
    left = {}
    for name, figure in figures(snapshot, Filters()).items():
        cells = re.split("<[^>]+>", parts.table(figure, figure.frame, parts.only("zh")))
        if found := english_sentences("\n".join(cells)):
            left[name] = found
    assert left == {}


def test_every_published_figure_has_rows(snapshot: SnapshotConnection) -> None:
    """A brand that was published once has restated nothing."""
    empty = [name for name, figure in figures(snapshot, Filters()).items() if figure.is_empty]
    assert empty == ["data_health/restatements"]


def test_every_column_has_a_chinese_name(snapshot: SnapshotConnection) -> None:
    for name, figure in figures(snapshot, Filters()).items():
        missing = [c for c in figure.frame.columns if figure.columns[c].zh == c]
        assert missing == [], name


def test_what_a_figure_refers_to_exists(snapshot: SnapshotConnection) -> None:
    metrics = read_catalogue(current_settings()).metrics
    tables = {name.split(".")[1] for name in snapshot.manifest.tables}
    marked = personal_columns(snapshot)
    for name, figure in figures(snapshot, Filters()).items():
        assert [metric for metric in figure.metrics if metric not in metrics] == [], name
        assert figure.table is None or figure.table in tables, name
        kept = without_personal(figure, marked).columns
        assert kept == figure.frame.columns, f"{name} shows people, or lacks its table"


def test_every_model_credits_the_same_revenue(snapshot: SnapshotConnection) -> None:
    rows = figures(snapshot, Filters())["attribution/models"].frame
    sums = rows.group_by("model").agg(pl.col("revenue_net_cny").cast(pl.Float64).sum())
    first, *others = sums["revenue_net_cny"].to_list()
    assert others == pytest.approx([first] * len(others))


def test_sales_by_domain_add_up_to_the_mart(snapshot: SnapshotConnection) -> None:
    chosen = choices(snapshot)
    filters = Filters(date_from=chosen.first_date, date_to=chosen.last_date)
    drawn = figures(snapshot, filters)["scorecard/sales_by_domain"]
    [[total]] = snapshot.fetch("select sum(net_gmv_cny) from marts.rpt_sales_daily")[1]
    assert drawn.frame["net_gmv_cny"].sum() == total
    option = drawn.option("en")
    assert option
    points = [value for series in option["series"] for value in series["data"]]
    assert sum(points) == pytest.approx(float(total))


def test_the_flow_ends_where_the_active_tiers_are(snapshot: SnapshotConnection) -> None:
    flow = figures(snapshot, Filters())["aipl/tier_flow"].frame
    ends = dict(flow.group_by("to_tier").agg(pl.col("customers").sum()).iter_rows())
    expected = dict(
        snapshot.fetch(
            "select tier, customers from marts.rpt_aipl_tiers where is_as_of_date "
            "and tier_view = 'active' and segment_type = 'all' and customers > 0"
        )[1]
    )
    assert ends == expected


@pytest.mark.parametrize(
    ("of", "chosen"),
    [
        ("first_domain = 'private'", Filters(domain="private")),
        ("first_channel = 'wecom_qr_code'", Filters(channel="wecom_qr_code")),
    ],
)
def test_the_flow_of_some_is_what_they_did(
    snapshot: SnapshotConnection, of: str, chosen: Filters
) -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 20)
    filters = replace(chosen, date_from=first, date_to=last)
    held = "max(tier) filter (where valid_from_date <= ? and coalesce(valid_to_date > ?, true))"
    expected = snapshot.fetch(
        f"""
        select coalesce(from_tier, 'new'), to_tier, count(*)
        from (
            select {held} as from_tier, {held} as to_tier
            from customer_center.customer_aipl_history
            where tier_view = 'active' and customer_id in (
                select customer_id from customer_center.dim_customers
                where {of})
            group by customer_id
        )
        where to_tier is not null group by all order by all
        """,
        [first, first, last, last],
    )[1]
    assert figures(snapshot, filters)["aipl/tier_flow"].frame.rows() == expected
