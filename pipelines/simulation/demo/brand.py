"""The demo brand as a whole: draw the people, let them buy, write every platform's files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.simulation.demo import advertising, douyin_files, tmall_files
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.douyin import DouyinShop, simulate_douyin_shop
from pipelines.simulation.demo.members import (
    Members,
    deliver_members,
    deliver_youzan_customers,
    simulate_members,
)
from pipelines.simulation.demo.people import Population, simulate_people
from pipelines.simulation.demo.period import EXPORT_WINDOW_DAYS, HOUR, Period
from pipelines.simulation.demo.pos import StoreSales, deliver_store_sales, simulate_store_sales
from pipelines.simulation.demo.tmall import TmallShop, simulate_tmall_shop
from pipelines.simulation.demo.truth import DemoBrand, count_buyers, platform_totals, yuan
from pipelines.simulation.demo.wechat import WeChatTotals, deliver_wechat

SHORTEST_PERIOD = 30
"""Days; below it there is no second, overlapping snapshot worth the name."""


def write_demo_brand(
    landing: Path,
    *,
    people: int = 10_000,
    days: int = 90,
    seed: int = 20260601,
    first_day: date = date(2026, 6, 1),
    truth: Path | None = None,
) -> DemoBrand:
    """Write the exports of a simulated brand below ``landing`` and return the truth about it.

    Files lie in ``<landing>/<source>/[<account>/]<file>`` with the platforms' headers, encodings
    and quirks. The same arguments give the same bytes. With ``truth``, a folder outside of
    ``landing``, the truth is written there too.

    Raises ValueError for fewer than 30 days, for people outside 100 to 90,000, and for a truth
    folder inside ``landing``, where a loader would take it for an export.
    """
    if days < SHORTEST_PERIOD:
        raise ValueError(f"days must be {SHORTEST_PERIOD} or more, not {days}")
    if truth is not None and truth.resolve().is_relative_to(landing.resolve()):
        raise ValueError(f"the truth folder {truth} must lie outside of landing")
    period = Period(first_day, days)
    # One stream of random numbers per part: a change in one leaves the others as they were.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(10)]
    population = simulate_people(streams[0], period, people)
    members = simulate_members(streams[1], period, population)
    tmall = _tmall_shops(streams[2:4], period, population)
    douyin = _douyin_shops(streams[4:6], period, population)
    stores = simulate_store_sales(streams[6], period, population, members)
    spend = advertising.simulate_spend(streams[7], period)

    desk = Landing(landing)
    morning = period.end + 8 * HOUR
    tmall_files.deliver_flagship(desk, period, population, tmall[0])
    tmall_files.deliver_outlet(desk, period, tmall[1])
    douyin_files.deliver_csv_shop(desk, period, douyin[0])
    douyin_files.deliver_xlsx_shop(desk, period, douyin[1])
    deliver_store_sales(desk, period, stores)
    deliver_members(desk, morning, members)
    wechat = deliver_wechat(streams[8], desk, period, morning, population)
    youzan = deliver_youzan_customers(streams[9], desk, period, morning, population)
    advertising.deliver_spend(desk, period, spend)

    nicks = [_nick_identifiers(population, shop) for shop in tmall if shop.has_nick]
    identifiers = [members.identifiers(population), wechat.identifiers, youzan, *nicks]
    brand = _state_truth(
        desk,
        period,
        population,
        members,
        wechat,
        pl.concat(identifiers).unique().sort(pl.all()),
        _all_orders(period, tmall, douyin, stores),
        advertising.spend_at(spend, period, advertising.report_moment(period)),
    )
    if truth is not None:
        brand.write(truth)
    return brand


def _tmall_shops(
    streams: list[np.random.Generator], period: Period, population: Population
) -> tuple[TmallShop, TmallShop]:
    """The flagship, and an outlet that opened so late that one window covers its life."""
    flagship = simulate_tmall_shop(
        streams[0],
        period,
        population,
        account="flagship",
        has_nick=True,
        buyer_share=0.72,
        opens_on=0,
        first_order_number=3_900_000_000_000_000_000,
    )
    outlet = simulate_tmall_shop(
        streams[1],
        period,
        population,
        account="outlet",
        has_nick=False,
        buyer_share=0.09,
        opens_on=period.days - EXPORT_WINDOW_DAYS,
        first_order_number=4_300_000_000_000_000_000,
    )
    return flagship, outlet


def _douyin_shops(
    streams: list[np.random.Generator], period: Period, population: Population
) -> tuple[DouyinShop, DouyinShop]:
    last_moment = douyin_files.shop_windows(period)[-1].exported_at
    flagship = simulate_douyin_shop(
        streams[0],
        period,
        population,
        account="flagship",
        buyer_share=0.85,
        opens_on=0,
        first_order_number=6_900_000_000_000_000_000,
        last_moment=last_moment,
    )
    outlet = simulate_douyin_shop(
        streams[1],
        period,
        population,
        account="outlet",
        buyer_share=0.1,
        opens_on=period.days - EXPORT_WINDOW_DAYS,
        first_order_number=6_950_000_000_000_000_000,
        last_moment=last_moment,
    )
    return flagship, outlet


def _all_orders(
    period: Period,
    tmall: tuple[TmallShop, ...],
    douyin: tuple[DouyinShop, ...],
    stores: StoreSales,
) -> pl.DataFrame:
    """Order truth of every platform as of its last export."""
    tmall_moment = tmall_files.flagship_windows(period)[-1].exported_at
    douyin_moment = douyin_files.shop_windows(period)[-1].exported_at
    return pl.concat(
        [
            *(shop.truth(tmall_moment) for shop in tmall),
            *(shop.truth(douyin_moment) for shop in douyin),
            stores.truth(),
        ]
    )


def _nick_identifiers(population: Population, shop: TmallShop) -> pl.DataFrame:
    person = shop.orders["person_id"].unique(maintain_order=True).to_numpy()
    return population.identifiers("tmall_nick", population.tmall_nick[person], person)


def _state_truth(
    desk: Landing,
    period: Period,
    population: Population,
    members: Members,
    wechat: WeChatTotals,
    identifiers: pl.DataFrame,
    orders: pl.DataFrame,
    spend: pl.DataFrame,
) -> DemoBrand:
    buyers, repeat_buyers = count_buyers(orders)
    known_buyers, known_repeat_buyers = count_buyers(orders.filter("is_identified"))
    platforms = {
        str(name): platform_totals(part)
        for (name,), part in orders.group_by("platform", maintain_order=True)
    }
    accounts = {
        f"{platform}/{account}": platform_totals(part)
        for (platform, account), part in orders.group_by("platform", "account", maintain_order=True)
    }
    ad_spend = spend.group_by("advertiser", maintain_order=True).agg(pl.col("spend_fen").sum())
    return DemoBrand(
        files=tuple(desk.files),
        first_day=period.first_day,
        last_day=period.first_day + timedelta(days=period.days - 1),
        people=population.size,
        buyers=buyers,
        repeat_buyers=repeat_buyers,
        identified_buyers=known_buyers,
        identified_repeat_buyers=known_repeat_buyers,
        contacts=wechat.contacts,
        contact_relations=wechat.contact_relations,
        followers=wechat.followers,
        unsubscribed=wechat.unsubscribed,
        members=members.cards["person_id"].n_unique(),
        merged_cards=members.cards.filter(pl.col("status") == "107").height,
        platforms={**platforms, "all": platform_totals(orders)},
        accounts=accounts,
        ad_spend_cny={name: yuan(fen) for name, fen in ad_spend.iter_rows()},
        expected_rejected=sum(file.rejected for file in desk.files),
        expected_junk=sum(file.junk for file in desk.files),
        identifiers=identifiers,
        orders=orders,
    )
