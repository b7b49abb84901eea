"""The report of a published version, in a real browser: it opens from a file, says what SQL says,
and speaks both languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.pages import PAGES
from dashboard.report import LARGEST_BYTES, kept_report
from pipelines.publishing import SnapshotConnection, connect, read_manifest
from pipelines.publishing.manifest import hash_file
from tests.integration.browser import PHONE, chromium, watch
from tests.integration.conftest import RefreshedBrand

VISIBLE_TEXTS = """() => [...document.querySelectorAll(
    ".page.shown h2, .page.shown summary, .page.shown th, .page.shown .tile-label, nav button, h1"
)].map(element => element.innerText.trim()).filter(text => text)"""
DRAWN_TEXTS = """() => [...document.querySelectorAll(".page.shown .chart")].map(element => {
    const option = charts.get(element).getOption();
    return [element.getAttribute("aria-label"), ...option.series.map(one => one.name)];
}).flat().filter(text => text)"""


@pytest.fixture(scope="module")
def snapshot(refreshed: RefreshedBrand) -> Iterator[SnapshotConnection]:
    with connect(refreshed.siyu.settings, follow=False) as connection:
        yield connection


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(browser: Any, refreshed: RefreshedBrand) -> Iterator[Any]:
    """The report, opened from disk in Chinese; whatever it logs or asks the network for fails."""
    context = browser.new_context(locale="zh-CN", viewport=PHONE)
    page = context.new_page()
    complaints = watch(page, "file:")
    page.goto(kept_report(refreshed.siyu.settings).as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    yield page
    context.close()
    assert complaints == []


def test_the_report_is_part_of_the_version(refreshed: RefreshedBrand) -> None:
    path = kept_report(refreshed.siyu.settings)
    assert read_manifest(refreshed.siyu.settings).companions == {"report.html": hash_file(path)}
    assert path.stat().st_size <= LARGEST_BYTES
    assert refreshed.siyu.run("report", "--html").strip().endswith(str(path))


def test_no_figure_fails_and_every_word_is_there_in_both_languages(opened: Any) -> None:
    assert opened.locator(".state.error").count() == 0
    for page in PAGES:
        opened.click(f"#tab-{page.key}")
        assert opened.evaluate("document.documentElement.lang") == "zh-CN"
        chinese = opened.evaluate(VISIBLE_TEXTS), opened.evaluate(DRAWN_TEXTS)
        opened.click("#language")
        english = opened.evaluate(VISIBLE_TEXTS), opened.evaluate(DRAWN_TEXTS)
        opened.click("#language")
        for before, after in zip(chinese, english, strict=True):
            assert len(before) == len(after)
            same = [text for text, other in zip(before, after, strict=True) if text == other]
            assert [text for text in same if text not in ("AIPL", "low")] == [], page.key
        assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_tiles_and_charts_say_what_sql_says(opened: Any, snapshot: SnapshotConnection) -> None:
    [[net, orders]] = snapshot.fetch(
        "select sum(net_gmv_cny), sum(valid_orders) from marts.rpt_sales_daily "
        "where sales_date = (select max(as_of_date) from marts.rpt_sales_daily)"
    )[1]
    tile = "#figure-scorecard-day_tiles li[data-tile={}]"
    shown = opened.get_attribute(tile.format("net_gmv_cny"), "data-value")
    assert float(shown) == pytest.approx(float(net))
    assert float(opened.get_attribute(tile.format("valid_orders"), "data-value")) == orders

    opened.click("#tab-aipl")
    reached = opened.evaluate(
        "() => charts.get(document.querySelector('#figure-aipl-tier_funnel .chart'))"
        ".getOption().series[0].data.map(point => point.value)"
    )
    [[everybody, loyal]] = snapshot.fetch(
        "select sum(customers), sum(customers) filter (where tier = 'L') "
        "from marts.rpt_aipl_tiers "
        "where is_as_of_date and tier_view = 'lifetime' and segment_type = 'all' "
        "and tier <> 'outside'"
    )[1]
    assert reached[0] == everybody
    assert reached[-1] == loyal


def test_the_menu_works_with_the_keyboard(opened: Any) -> None:
    opened.focus("#tab-scorecard")
    opened.keyboard.press("ArrowRight")
    assert opened.locator(".page.shown").get_attribute("id") == "page-aipl"
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.tagName") != "BODY"
