"""The interactive dashboard in a real browser: pages, languages, filters, rows, downloads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from dashboard.pages import PAGES
from pipelines.publishing import SnapshotConnection, connect, layout
from tests.dashboard.chinese import english_sentences
from tests.integration.browser import PHONE, chromium, watch
from tests.integration.conftest import RefreshedBrand
from tests.integration.dashboard_server import Server, publish_copy, wait_for
from tests.siyu_process import SiyuProcess

DESK = {"width": 1280, "height": 900}
TEXTS = """() => [...document.querySelectorAll(
    ".brand, h1, h2, .lead, .facts dt, .tile-label, summary, th, button, label p, [aria-label], "
    + "[data-testid=stSkipToContent]"
)].map(one => (one.getAttribute("aria-label") || one.innerText).trim()).filter(text => text)"""
WRITTEN = """() => {
    const walker = document.createTreeWalker(
        document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT,
        node => node.parentElement.closest("code, script, style")
            ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return texts.join("\\n");
}"""
"""What stands on a page, opened or not, but for names of tables, metrics and files."""
SAME_IN_BOTH = {"AIPL", "中文", "English"}
LOW_CONTRAST = """() => {
    const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = (rgb) => rgb.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const rgb = parts(getComputedStyle(e).backgroundColor);
            if (rgb.length === 3 || rgb[3] > 0.99) return rgb;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll("body *")].filter(element =>
        element.checkVisibility() && [...element.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim())
    ).filter(element => {
        const [back, ink] = [behind(element), parts(getComputedStyle(element).color)];
        const shown = ink.slice(0, 3).map((v, i) => back[i] + (v - back[i]) * (ink[3] ?? 1));
        const [a, b] = [light(shown), light(back)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
    }).map(element => element.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def snapshot(refreshed: RefreshedBrand) -> Iterator[SnapshotConnection]:
    with connect(refreshed.siyu.settings, follow=False) as connection:
        yield connection


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def server(refreshed: RefreshedBrand, browser: Any) -> Iterator[Server]:
    running = Server(refreshed.siyu)
    yield running
    running.stop()


@pytest.fixture
def reader(browser: Any, server: Server) -> Iterator[Any]:
    """A page of a Chinese reader; whatever it logs or asks of other machines fails."""
    context = browser.new_context(locale="zh-CN", viewport=DESK, accept_downloads=True)
    page = context.new_page()
    complaints = watch(page, server.address, server.address.replace("http", "ws"))
    yield page
    context.close()
    assert complaints == []


def choose_page(page: Any, key: str) -> None:
    [shown] = [one for one in PAGES if one.key == key]
    page.locator("nav button", has_text=re.compile(f"^{shown.title.zh}$")).click()
    wait_for(page, key)


def tile(page: Any, figure: str, key: str) -> float:
    shown = page.locator(f".st-key-figure-{figure} li[data-tile={key}]").get_attribute("data-value")
    return float(shown)


def test_every_page_speaks_both_languages_and_fits_a_phone(reader: Any, server: Server) -> None:
    reader.set_viewport_size(PHONE)
    reader.goto(server.address)
    for shown in PAGES:
        wait_for(reader, PAGES[0].key) if shown is PAGES[0] else choose_page(reader, shown.key)
        assert reader.locator(".state.error").count() == 0, shown.key
        assert reader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], shown.key
        assert reader.evaluate("document.documentElement.lang") == "zh-CN"
        assert reader.evaluate(LOW_CONTRAST) == [], shown.key
        written = reader.evaluate(WRITTEN)
        assert english_sentences(written) == [], shown.key
        chinese = reader.evaluate(TEXTS)
        reader.click("button[name=lang]")
        wait_for(reader, shown.key, "en")
        reader.wait_for_function("document.documentElement.lang === 'en'")
        english = reader.evaluate(TEXTS)
        assert len(chinese) == len(english), shown.key
        both = zip(chinese, english, strict=True)
        assert [one for one, other in both if one == other and one not in SAME_IN_BOTH] == []
        reader.click("button[name=lang]")
        wait_for(reader, shown.key)


def test_figures_say_what_sql_says_and_heed_the_filters(
    reader: Any, server: Server, snapshot: SnapshotConnection
) -> None:
    reader.goto(f"{server.address}?page=scorecard")
    wait_for(reader, "scorecard")
    day = "sales_date = (select max(as_of_date) from marts.rpt_sales_daily)"
    [[net, of_private]] = snapshot.fetch(
        "select sum(net_gmv_cny), coalesce(sum(net_gmv_cny) filter (where domain = 'private'), 0) "
        f"from marts.rpt_sales_daily where {day}"
    )[1]
    assert tile(reader, "scorecard-day_tiles", "net_gmv_cny") == pytest.approx(float(net))

    reader.locator("select[name=domain]").focus()
    reader.locator("select[name=domain]").select_option(label="私域")
    reader.wait_for_url("**domain=private**")
    reader.wait_for_selector("button[name=clear]")
    wait_for(reader, "scorecard")
    assert tile(reader, "scorecard-day_tiles", "net_gmv_cny") == pytest.approx(float(of_private))
    assert reader.evaluate("document.activeElement.name") == "domain", "the focus stays"

    choose_page(reader, "aipl")  # the choice goes along
    assert parse_qs(urlsplit(reader.url).query) == {"domain": ["private"], "page": ["aipl"]}
    reader.locator(".st-key-figure-aipl-tier_funnel button[name=rows]").click()
    reader.wait_for_selector(".st-key-figure-aipl-tier_funnel table")
    cells = reader.locator(".st-key-figure-aipl-tier_funnel td.number").all_inner_texts()
    counted = dict(
        snapshot.fetch(
            "select lifetime_tier, count(*) from customer_center.dim_customers "
            "where lifetime_tier is not null and first_domain = 'private' group by all"
        )[1]
    )
    assert [int(cell.replace(",", "")) for cell in cells[::2]] == [
        counted.get(t, 0) for t in "AIPL"
    ]


def test_a_click_on_the_chart_leaves_its_rows_and_downloads_hold_them(
    reader: Any, server: Server, snapshot: SnapshotConnection, tmp_path: Path
) -> None:
    reader.goto(f"{server.address}?page=aipl")
    wait_for(reader, "aipl")
    figure = reader.locator(".st-key-figure-aipl-tier_funnel")
    chart = figure.locator("canvas")
    chart.scroll_into_view_if_needed()
    reader.wait_for_timeout(600)  # until the chart has grown to its size
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.14})
    for name in ("显示全部数据", "下载 Excel"):  # before and behind the table
        figure.locator("button, a", has_text=name).wait_for(timeout=20_000)
    assert figure.locator("tbody tr").count() == 1

    frames = {}
    for kind, name in (("csv", "下载 CSV"), ("xlsx", "下载 Excel")):
        with reader.expect_download() as arriving:
            figure.locator("a", has_text=name).click()
        frames[kind] = tmp_path / arriving.value.suggested_filename
        arriving.value.save_as(frames[kind])
    assert frames["csv"].read_bytes().startswith(b"\xef\xbb\xbf")
    read = pl.read_csv(frames["csv"])
    everybody = snapshot.fetch(
        "select count(*) from customer_center.dim_customers where lifetime_tier is not null"
    )[1][0][0]
    assert read.height == 1
    assert read.columns[0] == "AIPL 层级"
    assert read.row(0)[0] == "A 认知"
    assert read.row(0)[-1] == everybody
    sheet = CalamineWorkbook.from_path(frames["xlsx"]).get_sheet_by_index(0).to_python()
    assert sheet == [read.columns, *map(list, read.rows())]

    figure.locator("button", has_text="显示全部数据").click()
    reader.wait_for_function(
        "document.querySelectorAll('.st-key-figure-aipl-tier_funnel tbody tr').length === 4"
    )
    figure.locator("select[name=element]").focus()  # the same without a mouse
    reader.keyboard.type("P 购")
    reader.wait_for_function(
        "document.querySelectorAll('.st-key-figure-aipl-tier_funnel tbody tr').length === 1"
    )
    assert figure.locator("tbody td").first.inner_text() == "P 购买"


def test_the_calendar_heeds_the_switch_and_not_the_browser(reader: Any, server: Server) -> None:
    reader.goto(f"{server.address}?page=aipl&lang=en&from=2026-08-20")
    for language, month, hint in (
        ("en", "August 2026", "Escape closes"),
        ("zh", "2026年8月", "Esc 关闭"),
    ):
        wait_for(reader, "aipl", language)
        reader.locator(".pick-day:has([name=from]) .calendar").click()
        calendar = reader.locator("[role=dialog]", has_text=month)
        calendar.get_by_text(hint).wait_for(state="attached")
        reader.keyboard.press("Escape")
        reader.click("button[name=lang]")


def test_a_day_may_be_typed_as_people_write_it_and_what_is_none_is_told(
    reader: Any, server: Server
) -> None:
    reader.goto(f"{server.address}?page=aipl&lang=zh")
    wait_for(reader, "aipl")
    for typed, day in (("2026-8-5", "05"), ("20260806", "06"), ("2026年8月7日", "07")):
        reader.fill("input[name=from]", typed)
        reader.keyboard.press("Enter")
        reader.wait_for_url(f"**from=2026-08-{day}*")
        reader.wait_for_function(
            "day => document.querySelector('input[name=from]').value === day", arg=f"2026-08-{day}"
        )
    reader.fill("input[name=from]", "soon")
    reader.keyboard.press("Enter")
    reader.locator("[role=alert]", has_text="soon").wait_for()


def test_the_menu_works_with_the_keyboard(reader: Any, server: Server) -> None:
    reader.goto(f"{server.address}?page=scorecard&lang=zh")
    wait_for(reader, "scorecard")
    for _ in range(30):
        reader.keyboard.press("Tab")
        focused = "document.activeElement.innerText"
        if reader.evaluate(focused) == PAGES[0].title.zh:
            break
    reader.keyboard.press("ArrowRight")
    if reader.evaluate(focused) != PAGES[1].title.zh:
        reader.keyboard.press("Tab")
    reader.keyboard.press("Enter")
    wait_for(reader, PAGES[1].key)


def test_without_a_version_it_says_what_to_run_and_later_that_a_newer_one_is_there(
    browser: Any, refreshed: RefreshedBrand, tmp_path: Path
) -> None:
    siyu = SiyuProcess(tmp_path)
    server = Server(siyu)
    try:
        page = browser.new_context(locale="zh-CN", viewport=DESK).new_page()
        page.goto(server.address)
        page.wait_for_selector(".state.error")
        assert "make run" in page.inner_text(".state.error")

        first = publish_copy(refreshed.siyu, siyu, "20260101T000000Z")
        page.reload()
        wait_for(page, PAGES[0].key)
        assert first in page.inner_text(".facts")

        second = publish_copy(refreshed.siyu, siyu, "20260102T000000Z")
        page.click("button[name=lang]")  # anything that runs the page; else within 20 s
        page.wait_for_selector(".st-key-newer")
        assert first in page.inner_text(".facts")
        page.click(".st-key-show_newest button")
        page.wait_for_function(f"document.querySelector('.facts').innerText.includes('{second}')")
        page.goto(f"{server.address}?version=20200101T000000Z")  # a link to a retired one
        page.wait_for_selector(".state.error")
        page.click(".st-key-show_newest button")
        page.wait_for_selector(".facts")
        assert second in page.inner_text(".facts")
        page.goto(f"{server.address}?version={first}")
        page.wait_for_selector(".st-key-newer")
        assert first in page.inner_text(".facts")

        page.goto(server.address)
        wait_for(page, PAGES[0].key)
        third = publish_copy(refreshed.siyu, siyu, "20260103T000000Z")
        shutil.rmtree(layout.versions_folder(siyu.settings) / second)  # retired while it is read
        page.locator("select[name=domain]").select_option(label="私域")
        page.wait_for_function(f"document.querySelector('.facts').innerText.includes('{third}')")
    finally:
        server.stop()
