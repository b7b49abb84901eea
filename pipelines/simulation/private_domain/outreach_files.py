"""The providers' reports about text messages, AI calls and e-mails."""

from __future__ import annotations

import polars as pl

from pipelines.simulation.block import Block
from pipelines.simulation.period import DAY, HOUR, stamp
from pipelines.simulation.private_domain import headers
from pipelines.simulation.private_domain.causes import claim_orders
from pipelines.simulation.private_domain.cells import without_empty, yes_no
from pipelines.simulation.private_domain.figures import add_daily_counts
from pipelines.simulation.private_domain.snapshots import MORNING, per_moment
from pipelines.simulation.rendering import Cells, clock, layout, with_bad_rows
from pipelines.simulation.truth import local_time

_REPORT_DAYS = (1, 6)
"""The provider's report is exported on the next day and once more five days later."""
_RECEIPT, _SLOW_RECEIPT = 6, 40 * HOUR
"""Seconds until the carrier tells what became of a message; one carrier takes two days."""
_BAD_SMS = ({"发送时间": "6月1日"},)


def _reports(
    block: Block, rows: pl.DataFrame, days_after: tuple[int, ...] = _REPORT_DAYS
) -> pl.DataFrame:
    """Every row once per report that shows it; adds ``moment``, the report's export."""
    last = block.world.period.end + MORNING
    start_of_day = pl.col("at") // DAY * DAY
    moments = [
        pl.min_horizontal(start_of_day + days * DAY + MORNING, pl.lit(last)) for days in days_after
    ]
    reports = rows.with_columns(moment=pl.concat_list(moments).list.unique()).explode("moment")
    return reports.sort("moment", maintain_order=True)


def _by(moment: pl.Expr) -> pl.Expr:
    """The moment where it lies before the report, else null."""
    return pl.when(moment <= pl.col("moment")).then(moment)


def deliver_sms(block: Block, sms: pl.DataFrame) -> None:
    """Two reports per campaign; some receipts, clicks and unsubscribes come in between."""
    rows = _reports(block, sms)
    wait = pl.when(pl.col("phone").str.ends_with("7")).then(_SLOW_RECEIPT).otherwise(_RECEIPT)
    receipt = _by(pl.col("sent") + wait)
    outcome = pl.when("is_delivered").then(pl.lit("成功")).otherwise(pl.lit("失败"))
    clicked, unsubscribed = _by(pl.col("clicked")), _by(pl.col("unsubscribed"))
    cells: Cells = {
        "任务名称": pl.col("campaign"),
        "任务批次": pl.col("batch"),
        "手机号": pl.col("phone"),
        "发送时间": clock(pl.col("sent")),
        "发送状态": pl.when(receipt.is_null()).then(pl.lit("发送中")).otherwise(outcome),
        "回执时间": clock(receipt),
        "是否点击": yes_no(clicked.is_not_null()),
        "点击时间": clock(clicked),
        "是否退订": yes_no(unsubscribed.is_not_null()),
        "退订时间": clock(unsubscribed),
        "单价(元)": "0.045",
    }
    table = layout(rows, headers.SMS_SENDS, cells, "")
    _deliver(block, "短信", rows, table, _BAD_SMS)


def deliver_calls(block: Block, calls: pl.DataFrame) -> None:
    """One report per campaign: nothing about a call changes later."""
    rows = _reports(block, calls, _REPORT_DAYS[:1])
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


def _interested(calls: pl.DataFrame) -> pl.DataFrame:
    """The calls whose listener showed interest; ``clicked`` is when."""
    return calls.filter(pl.col("intent").is_in(["A", "B"])).with_columns(clicked="called")


def claim_outreach(block: Block, rows: pl.DataFrame, channel: str) -> None:
    """Make a message the cause of the orders that it brought."""
    brought = rows.filter(pl.col("order_no").is_not_null())
    claim_orders(block, brought.with_columns(channel=pl.lit(channel)))


def state_outreach(
    block: Block, sms: pl.DataFrame, calls: pl.DataFrame, emails: pl.DataFrame
) -> None:
    """The people behind numbers and addresses, and the clicks and wishes that are touches."""
    for kind, frame, value in (("phone", sms, "phone"), ("phone", calls, "phone")):
        block.add_identifiers(kind, frame.filter(pl.col("mess") == "none"), value)
    block.add_identifiers("email", emails, "email")
    interested = _interested(calls)
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
                "order_no",
                at="clicked",
                kind=pl.lit(kind),
                channel=pl.lit(channel),
            )
        )
    for medium, frame, moment, is_reached in (
        ("sms", sms, "sent", pl.col("is_delivered")),
        ("ai_call", calls, "called", pl.col("seconds") > 0),
        ("email", emails, "sent", pl.col("is_delivered")),
    ):
        block.world.truth.append(
            "sends",
            frame.select(
                "campaign",
                "person_id",
                medium=pl.lit(medium),
                sent_at=local_time(pl.col(moment)),
                is_reached=is_reached,
            ),
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
