"""Outreach by text message, AI call and e-mail: who was reached, clicked and unsubscribed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.draws import Array, pick
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.campaigns import Calendar, Campaign, frame_of
from pipelines.simulation.private_domain.cards import phone_on_card
from pipelines.simulation.private_domain.cells import without_empty, yes_no
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.snapshots import MORNING, per_moment
from pipelines.simulation.rendering import Cells, clock, layout, with_bad_rows

_UNSUBSCRIBES = 0.004
_MEMBERS_DAY_SHARE = 0.4
_SLEEPING_DAYS = 60
_CALLED_SHARE = 0.3
_REPORT_DAYS = (1, 6)
"""The provider's report is exported on the next day and once more five days later."""
_BAD_SMS = ({"发送时间": "6月1日"},)


def simulate_sms(rng: np.random.Generator, calendar: Calendar, cards: pl.DataFrame) -> pl.DataFrame:
    """One row per campaign and number, sorted by ``at``.

    Columns: at, campaign, batch, person_id, phone, sent, is_delivered, clicked, unsubscribed.
    """
    audience = cards.filter(
        (pl.col("status") == "105")
        & (pl.col("consent") == "是")
        & ~pl.col("is_masked")
        & pl.col("merged_into").is_null()
    )
    is_small = np.array(["会员日" in campaign.name for campaign in calendar.sms])
    share = np.where(is_small, _MEMBERS_DAY_SHARE, 1.0)
    rows = _addressed(rng, audience, calendar.sms, share, since="joined")
    rows = rows.with_columns(phone=phone_on_card(pl.col("at")))
    rows = rows.unique(["at", "phone"], keep="first", maintain_order=True)
    count = rows.height
    sent = pl.col("at") + pl.Series(rng.integers(0, HOUR, count))
    delivered = pl.Series(rng.random(count) < 0.97)
    clicks = pl.Series(rng.random(count) < 0.06)
    delay = pl.Series((rng.exponential(14 * HOUR, count)).astype(np.int64) + 20)
    return rows.with_columns(sent=sent, is_delivered=delivered).with_columns(
        clicked=pl.when(delivered & clicks).then(pl.col("sent") + delay),
        unsubscribed=pl.when("leaves").then(pl.col("sent") + delay // 2 + 30),
    )


def simulate_emails(block: Block, rng: np.random.Generator, calendar: Calendar) -> pl.DataFrame:
    """One row per newsletter and address, sorted by ``at``.

    Columns: at, campaign, person_id, email, sent, is_delivered, opened, clicked, unsubscribed.
    """
    audience = block.people.filter(pl.col("email").is_not_null()).select(
        "person_id", "email", "met_at"
    )
    share = np.ones(len(calendar.emails))
    rows = _addressed(rng, audience, calendar.emails, share, since="met_at")
    count = rows.height
    delivered = pl.Series(rng.random(count) < 0.95)
    opens = pl.Series(rng.random(count) < 0.24)
    clicks = pl.Series(rng.random(count) < 0.15)
    delay = pl.Series(rng.exponential(9 * HOUR, count).astype(np.int64) + 60)
    sent = pl.col("at") + pl.Series(rng.integers(0, HOUR, count))
    opened = pl.when(pl.col("is_delivered") & opens).then(pl.col("sent") + delay)
    return (
        rows.with_columns(sent=sent, is_delivered=delivered)
        .with_columns(opened=opened)
        .with_columns(
            clicked=pl.when(clicks).then(pl.col("opened") + 45),
            unsubscribed=pl.when("leaves").then(pl.col("sent") + delay),
        )
    )


def simulate_calls(
    block: Block,
    rng: np.random.Generator,
    calendar: Calendar,
    cards: pl.DataFrame,
    relations: pl.DataFrame,
) -> pl.DataFrame:
    """One row per campaign and number of members who have not bought for long, sorted by ``at``.

    Columns: at, campaign, batch, person_id, phone, called, status, seconds, intent, is_added.
    """
    audience = cards.filter(
        (pl.col("consent") == "是") & ~pl.col("is_masked") & pl.col("merged_into").is_null()
    )
    share = np.full(len(calendar.calls), _CALLED_SHARE)
    rows = _addressed(rng, audience, calendar.calls, share, since="joined")
    rows = _sleeping(block, rows.with_columns(phone=phone_on_card(pl.col("at"))))
    rows = rows.unique(["at", "phone"], keep="first", maintain_order=True)
    count = rows.height
    status = pick(rng, (("已接通", 0.45), ("未接通", 0.4), ("占线", 0.1), ("空号", 0.05)), count)
    intent = pick(rng, (("A", 0.06), ("B", 0.14), ("C", 0.3), ("D", 0.5)), count)
    talk = pl.Series(5 + rng.exponential(30, count).astype(np.int64))
    answers = pl.Series(status) == "已接通"
    wants = answers & pl.Series(np.isin(intent, ["A", "B"])) & pl.Series(rng.random(count) < 0.5)
    called = rows.with_columns(
        called=pl.col("at") + pl.Series(rng.integers(0, 5 * HOUR, count)),
        status=pl.Series(status, dtype=pl.String),
        seconds=pl.when(answers).then(talk).otherwise(0),
        intent=pl.when(answers).then(pl.Series(intent, dtype=pl.String)),
    )
    return called.with_columns(is_added=wants | (answers & _added_soon(called, relations)))


def _addressed(
    rng: np.random.Generator,
    audience: pl.DataFrame,
    campaigns: Sequence[Campaign],
    share: Array,
    *,
    since: str,
) -> pl.DataFrame:
    """Every member of the audience per campaign that reaches them, until they unsubscribe.

    Adds at, campaign, batch and leaves (unsubscribes after this one). Sorted by ``at``.
    """
    shape = (audience.height, len(campaigns))
    moments = np.array([campaign.at for campaign in campaigns], dtype=np.int64)
    reached = (rng.random(shape) < share) & (audience[since].to_numpy()[:, None] < moments)
    leaves = reached & (rng.random(shape) < _UNSUBSCRIBES)
    left_before: Array = np.cumsum(leaves, axis=1) - leaves
    campaign, row = np.nonzero((reached & (left_before == 0)).T)
    tasks = frame_of(list(campaigns))[campaign]
    return audience[row].with_columns(
        at=tasks["at"],
        campaign=tasks["name"],
        batch=tasks["batch"],
        leaves=pl.Series(leaves[row, campaign], dtype=pl.Boolean),
    )


def _sleeping(block: Block, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of people who paid for nothing in the days before the campaign."""
    paid = block.orders.filter(
        pl.col("person_id").is_not_null() & pl.col("paid").is_not_null()
    ).select("person_id", "paid")
    recent = (
        rows.select("person_id", "at")
        .join(paid, on="person_id", how="inner")
        .filter(pl.col("paid").is_between(pl.col("at") - _SLEEPING_DAYS * DAY, pl.col("at")))
        .select("person_id", "at")
        .unique()
    )
    return rows.join(recent, on=["person_id", "at"], how="anti", maintain_order="left")


def _added_soon(calls: pl.DataFrame, relations: pl.DataFrame) -> pl.Series:
    """Whether a guide found the person by phone within three days after the call."""
    found = relations.filter(pl.col("add_way").is_in([2, 5])).select("person_id", "added")
    found = found.unique("person_id", keep="first", maintain_order=True)
    joined = calls.join(found, on="person_id", how="left", maintain_order="left")
    soon = pl.col("added").is_between(pl.col("called"), pl.col("called") + 3 * DAY)
    return joined.select(soon.fill_null(value=False)).to_series()


def _reports(block: Block, rows: pl.DataFrame) -> pl.DataFrame:
    """Every row once per report that shows it; adds ``moment``, the report's export."""
    last = block.world.period.end + MORNING
    start_of_day = pl.col("at") // DAY * DAY
    moments = [
        pl.min_horizontal(start_of_day + days * DAY + MORNING, pl.lit(last))
        for days in _REPORT_DAYS
    ]
    reports = rows.with_columns(moment=pl.concat_list(moments).list.unique()).explode("moment")
    return reports.sort("moment", maintain_order=True)


def _by(moment: pl.Expr) -> pl.Expr:
    """The moment where it lies before the report, else null."""
    return pl.when(moment <= pl.col("moment")).then(moment)


def deliver_sms(block: Block, sms: pl.DataFrame) -> None:
    """Two reports per campaign; clicks and unsubscribes come in between."""
    rows = _reports(block, sms)
    clicked, unsubscribed = _by(pl.col("clicked")), _by(pl.col("unsubscribed"))
    cells: Cells = {
        "任务名称": pl.col("campaign"),
        "任务批次": pl.col("batch"),
        "手机号": pl.col("phone"),
        "发送时间": clock(pl.col("sent")),
        "发送状态": pl.when("is_delivered").then(pl.lit("成功")).otherwise(pl.lit("失败")),
        "回执时间": clock(pl.col("sent") + 6),
        "是否点击": yes_no(clicked.is_not_null()),
        "点击时间": clock(clicked),
        "是否退订": yes_no(unsubscribed.is_not_null()),
        "退订时间": clock(unsubscribed),
        "单价(元)": "0.045",
    }
    table = layout(rows, headers.SMS_SENDS, cells, "")
    _deliver(block, "短信", rows, table, _BAD_SMS)


def deliver_calls(block: Block, calls: pl.DataFrame) -> None:
    """One report per campaign and a later one that shows the same."""
    rows = _reports(block, calls)
    cells: Cells = {
        "任务名称": pl.col("campaign"),
        "任务批次": pl.col("batch"),
        "被叫号码": pl.col("phone"),
        "呼叫时间": clock(pl.col("called")),
        "接通状态": pl.col("status"),
        "通话时长(秒)": pl.col("seconds"),
        "意向等级": pl.col("intent"),
        "是否加微": yes_no(pl.col("is_added")),
        "费用(元)": pl.when(pl.col("seconds") > 0).then(pl.lit("0.12")).otherwise(pl.lit("0.00")),
    }
    table = layout(rows, headers.AI_CALLS, cells, "")
    _deliver(block, "AI外呼", rows, table, ())


def deliver_emails(block: Block, emails: pl.DataFrame) -> None:
    """Two reports per newsletter."""
    rows = _reports(block, emails)
    cells: Cells = {
        "活动名称": pl.col("campaign"),
        "收件邮箱": pl.col("email"),
        "发送时间": clock(pl.col("sent")),
        "送达状态": pl.when("is_delivered").then(pl.lit("已送达")).otherwise(pl.lit("退信")),
        "打开时间": clock(_by(pl.col("opened"))),
        "点击时间": clock(_by(pl.col("clicked"))),
        "退订时间": clock(_by(pl.col("unsubscribed"))),
        "费用(元)": "0.01",
    }
    table = layout(rows, headers.EMAIL_SENDS, cells, "")
    _deliver(block, "邮件", rows, table, ())


def _deliver(
    block: Block,
    kind: str,
    rows: pl.DataFrame,
    table: pl.DataFrame,
    faults: tuple[dict[str, str], ...],
) -> None:
    parts = list(per_moment(rows["moment"], table))
    for index, (moment, part) in enumerate(parts):
        spoils = block.is_first and index == len(parts) - 1
        content, bad = with_bad_rows(part, faults if spoils else ())
        block.world.desk.append(
            f"outreach/{kind}_{stamp(moment, '%Y%m%d%H%M')}.csv",
            without_empty(content),
            exported_at=moment,
            encoding="utf-8-sig",
            rejected=bad,
        )


def state_outreach(
    block: Block, sms: pl.DataFrame, calls: pl.DataFrame, emails: pl.DataFrame
) -> None:
    """The people behind numbers and addresses, and the clicks and wishes that are touches."""
    for kind, frame, value in (("phone", sms, "phone"), ("phone", calls, "phone")):
        block.add_identifiers(kind, frame.filter(pl.col("mess") == "none"), value)
    block.add_identifiers("email", emails, "email")
    interested = calls.filter(pl.col("intent").is_in(["A", "B"])).with_columns(clicked="called")
    for frame, kind, channel in (
        (sms, "outreach_clicked", "sms"),
        (interested, "ai_call_interested", "ai_call"),
        (emails, "outreach_clicked", "email"),
    ):
        clicked = frame.filter(pl.col("clicked") < block.world.period.end)
        block.add_touches(
            clicked.select(
                "person_id",
                "campaign",
                at="clicked",
                kind=pl.lit(kind),
                channel=pl.lit(channel),
            )
        )
    answered = calls.filter(pl.col("seconds") > 0)
    for account, figures in (
        ("sms", {"sent": (sms, "sent"), "clicked": (sms, "clicked")}),
        ("ai_call", {"called": (calls, "called"), "answered": (answered, "called")}),
        ("email", {"sent": (emails, "sent"), "clicked": (emails, "clicked")}),
    ):
        add_daily_counts(block, "outreach", account, **figures)
    for account, frame in (("sms", sms), ("email", emails)):
        add_daily_counts(block, "outreach", account, unsubscribed=(frame, "unsubscribed"))
