"""Visits that the guides write down: who came, what brought them, whether they bought."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.cadence import expand, periodic_windows
from pipelines.simulation.draws import pick
from pipelines.simulation.mistakes import with_somebody_else, wrongly
from pipelines.simulation.people import phone_at
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.causes import claim_orders
from pipelines.simulation.private_domain.cells import yes_no
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.guides import Guides, guide_of
from pipelines.simulation.private_domain.snapshots import WEEKLY, per_moment
from pipelines.simulation.rendering import clock, layout, money

_BY_GUIDE, _WALK_IN = "导购邀约", "自然进店"
_REASONS = (
    (_WALK_IN, 0.5),
    ("老客回访", 0.15),
    ("企微邀约", 0.12),
    ("短信邀约", 0.05),
    ("朋友介绍", 0.08),
    ("抖音团购", 0.06),
    ("大众点评", 0.04),
)
_CHANNELS = {
    _BY_GUIDE: "store_guide",
    _WALK_IN: "store_walk_in",
    "老客回访": "store_walk_in",
    "企微邀约": "wecom_qr_code",
    "短信邀约": "sms",
    "朋友介绍": "referral",
    "抖音团购": "douyin_other",
    "大众点评": "local_listing",
}
_NOTED_SHARE = 0.35
"""Guides write down every third purchase of a customer they know."""
_COMPANION_SHARE = 0.02
"""So many of the phones are those of somebody who came along."""
_OPENS, _CLOSES = 10 * HOUR, 21 * HOUR


def simulate_visits(block: Block, rng: np.random.Generator, cards: pl.DataFrame) -> pl.DataFrame:
    """One row per noted visit, sorted by ``created``.

    Columns: person_id, created (the arrival), place, guide, reason, card, phone and phone_owner
    (a companion's person_id, or the visitor's), order_no and received_fen (null: nothing bought),
    is_new_touch (the block has no touch of it yet).
    """
    visits = pl.concat([_invited(block), _buying(block, rng), _looking(block, rng)])
    period = block.world.period
    visits = visits.filter(pl.col("created").is_between(period.start, period.end, closed="left"))
    people = block.people.select("phone", "new_phone", "phone_changed_at", phone_owner="person_id")
    main = cards.filter(pl.col("merged_into").is_null()).select("person_id", "card", "joined")
    companions = block.rng("store_visit_companions")
    visits = with_somebody_else(block, companions, visits, _COMPANION_SHARE, "phone_owner")
    visits = visits.join(people, on="phone_owner", how="left", maintain_order="left")
    visits = visits.join(main, on="person_id", how="left", maintain_order="left")
    count = visits.height
    guide = guide_of(visits["person_id"].to_numpy(), visits["place"].to_numpy())
    has_card = pl.col("joined") <= pl.col("created")
    tells_phone = pl.Series(rng.random(count) < 0.6) | ~has_card.fill_null(value=False)
    return visits.with_columns(
        guide=pl.Series(guide),
        reason=pl.coalesce("reason", pl.Series(pick(rng, _REASONS, count), dtype=pl.String)),
        card=pl.when(has_card).then("card"),
        phone=pl.when(tells_phone).then(phone_at(pl.col("created"))),
    ).sort("created", "person_id")


def _visit(
    rows: pl.DataFrame, created: pl.Expr, *, reason: str | None = None, is_new: bool = True
) -> pl.DataFrame:
    absent = {"order_no": pl.Int64, "received_fen": pl.Int64}
    rows = rows.with_columns(
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in absent.items()
        if name not in rows.columns
    )
    return rows.select(
        "person_id",
        "place",
        "order_no",
        "received_fen",
        created=created,
        reason=pl.lit(reason, dtype=pl.String),
        is_new_touch=pl.lit(is_new),
    )


def _invited(block: Block) -> pl.DataFrame:
    """The talks with a guide among the block's touches; most of them led to a purchase."""
    talks = block.touches.filter(kind="store_visited", channel="store_guide")
    sold = block.orders.filter(platform="pos").select("order_no", "received_fen", ordered="created")
    rows = talks.join(
        block.people.select("person_id", "place"), on="person_id", how="left", maintain_order="left"
    ).join(sold, on="order_no", how="left", maintain_order="left")
    same_day = pl.col("ordered") // DAY == pl.col("at") // DAY
    rows = rows.with_columns(
        pl.when(same_day).then(name).alias(name) for name in ("order_no", "received_fen")
    )
    return _visit(rows, pl.col("at"), reason=_BY_GUIDE, is_new=False)


def _buying(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """Purchases in a store that no guide brought about, half an hour after the arrival."""
    sold = block.orders.filter(
        (pl.col("platform") == "pos")
        & pl.col("person_id").is_not_null()
        & (pl.col("channel").is_null() | (pl.col("channel") != "store_guide"))
    )
    sold = sold.filter(pl.Series(rng.random(sold.height) < _NOTED_SHARE))
    met = block.people.select("person_id", "met_at")
    sold = sold.join(met, on="person_id", how="left", maintain_order="left")
    lag = pl.Series(rng.integers(300, HOUR, sold.height))
    arrival = pl.max_horizontal(pl.col("created") - lag, pl.col("met_at") + 1)
    return _visit(sold, pl.min_horizontal(arrival, "created"))


def _looking(block: Block, rng: np.random.Generator) -> pl.DataFrame:
    """Visits without a purchase, by people of the stores and members."""
    world = block.world
    people = block.people.filter(pl.col("on_store") | pl.col("on_crm"))
    rate = world.profile.visit_share * world.period.days / 90
    row = np.repeat(np.arange(people.height), rng.poisson(rate, people.height))
    rows = people[row]
    first_day = (rows["met_at"].to_numpy() - world.period.start) // DAY + 1
    day = world.demand.days(rng, np.maximum(first_day, 0))
    clock_time = rng.integers(_OPENS, _CLOSES, rows.height)
    created = pl.Series("created", world.period.start + day * DAY + clock_time)
    rows = rows.with_columns(created).filter(pl.col("created") > pl.col("met_at"))
    return _visit(rows, pl.col("created"))


def deliver_visits(block: Block, guides: Guides, visits: pl.DataFrame) -> None:
    """The visits of the last two weeks, every week."""
    windows = periodic_windows(block.world.period, 9 * HOUR, every=WEEKLY, covers=2 * WEEKLY)
    rows = guides.named(expand(visits, windows))
    has_bought = pl.col("received_fen") > 0
    cells = {
        "到店时间": clock(pl.col("created")),
        "门店名称": pl.col("store"),
        "会员卡号": pl.col("card"),
        "手机号": pl.col("phone"),
        "接待导购": pl.col("guide_name"),
        "来源渠道": pl.col("reason"),
        "是否成交": yes_no(has_bought),
        "成交金额": pl.when(has_bought).then(money(pl.col("received_fen"))),
    }
    table = layout(rows, headers.STORE_VISITS, cells, "")
    for moment, part in per_moment(rows["at"], table):
        block.world.desk.append(
            f"stores/到店登记_{stamp(moment, '%Y%m%d%H%M')}.csv",
            part,
            exported_at=moment,
            encoding="gb18030",
        )


def state_visits(block: Block, visits: pl.DataFrame) -> None:
    """The people behind the phones, and the touches that the block does not have yet.

    What brought a customer to the store causes the purchase that has no cause yet.
    """
    owners = visits.select("phone", person_id="phone_owner", visitor="person_id")
    block.add_identifiers("phone", owners, "phone", mess=wrongly("companion_phone", "visitor"))
    channel = pl.col("reason").replace_strict(_CHANNELS, return_dtype=pl.String)
    new = visits.filter("is_new_touch").with_columns(channel=channel)
    no_cause = block.orders.filter(pl.col("channel").is_null())["order_no"]
    caused = pl.col("order_no").is_in(no_cause.to_list())
    claim_orders(block, new.filter(caused).with_columns(campaign=pl.lit(None, dtype=pl.String)))
    block.add_touches(
        new.select(
            "person_id",
            "channel",
            at="created",
            kind=pl.lit("store_visited"),
            order_no=pl.when(caused).then("order_no"),
        )
    )
    bought = visits.filter(pl.col("received_fen") > 0)
    figures = {"visits": (visits, "created"), "visits_with_purchase": (bought, "created")}
    add_daily_counts(block, "stores", "default", **figures)
