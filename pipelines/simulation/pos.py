"""Store sales: receipts of members and walk-in guests, exchanges, returns and a correction.

One GB18030 file per day with a title and a total row; the last one comes zipped. Receipt numbers
begin anew every day at every till.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.block import Block
from pipelines.simulation.cadence import Window, by_window, expand
from pipelines.simulation.catalogue import place_text, with_products
from pipelines.simulation.desk import part_path
from pipelines.simulation.period import DAY, HOUR, Period, stamp
from pipelines.simulation.rendering import (
    clock,
    csv_body,
    csv_header,
    layout,
    money,
    with_bad_rows,
    yuan,
    zip_bytes,
)
from pipelines.simulation.truth import local_time

EXPORT_CLOCK = 8 * HOUR
CORRECTED_AFTER = 7
"""Days after which the till's figures of one day are corrected and exported again."""
_RECEIPTS_PER_BLOCK = 1_000
"""Receipt numbers of a block begin after this many of the block before, at every till and day."""

_BAD_LINES = (
    {"小票号": "XS90000000001", "销售金额": "壹佰元"},
    {"小票号": ""},
)
_BROKEN_LINE = "2026-08-01,杭州一店,T1,XS90000000002,,SKU-001,示例面霜,50g,未知,199.00,收银01\r\n"
_TITLE = f"门店销售明细{',' * (len(layouts.POS_SALES) - 1)}\r\n"


def windows(period: Period) -> list[Window]:
    """One export per day, and once more the day that was corrected."""
    days = []
    for day in range(period.days):
        end = period.start + (day + 1) * DAY
        days.append(Window(end - DAY, end, end + EXPORT_CLOCK, end + EXPORT_CLOCK))
    corrected = corrected_day(period)
    again = days[corrected]
    moment = again.exported_at + CORRECTED_AFTER * DAY
    return [*days, Window(again.start, again.end, moment, moment)]


def corrected_day(period: Period) -> int:
    """Index of the day whose file is exported a second time."""
    return period.days // 2


def write_pos(block: Block) -> None:
    """Write the day files of a block and state their receipts."""
    exports = windows(block.world.period)
    lines = _receipt_lines(block)
    shown = expand(lines, exports)
    is_again = pl.col("window") == len(exports) - 1
    shown = shown.with_columns(
        quantity=pl.when(is_again).then("quantity").otherwise("quantity_at_first"),
        amount_fen=pl.when(is_again).then("amount_fen").otherwise("amount_at_first"),
    )
    table = layout(shown, layouts.POS_SALES, _cells(), "").with_columns(pl.all().replace("", None))
    tables = by_window(table, shown["window"], len(exports))
    amounts = by_window(shown.select("quantity", "amount_fen"), shown["window"], len(exports))
    last = block.world.period.days - 1
    for index, (window, rows) in enumerate(zip(exports, tables, strict=True)):
        sums = {name: int(amounts[index][name].sum()) for name in ("quantity", "amount_fen")}
        if rows.is_empty():
            continue
        if index == last:
            _write_zip(block, window, rows, sums)
        else:
            _write_csv(block, window, rows, sums)
    _state_receipts(block, lines)


def _write_csv(block: Block, window: Window, rows: pl.DataFrame, sums: dict[str, int]) -> None:
    desk, path = block.world.desk, f"pos/{_name(window)}.csv"
    desk.append(path, rows, exported_at=window.exported_at, encoding="gb18030", preamble=_TITLE)
    desk.add_total_row(path, _total_row, **sums)


def _write_zip(block: Block, window: Window, rows: pl.DataFrame, sums: dict[str, int]) -> None:
    """The file of the last day, with the spoilt rows in it."""
    rows, bad = with_bad_rows(rows, _BAD_LINES if block.is_first else ())
    broken = _BROKEN_LINE if bad else ""
    text = _TITLE + csv_header(rows.columns, "necessary") + csv_body(rows, "necessary")
    name = _name(window)
    block.world.desk.write(
        part_path(f"pos/{name}.zip", block.number),
        zip_bytes(
            {f"{name}.csv": (text + broken + _total_row(sums)).encode("gb18030")},
            packed_at=window.exported_at,
        ),
        rows=rows.height + bool(bad) + 1,
        exported_at=window.exported_at,
        rejected=bad + bool(bad),
        junk=1,
    )


def _name(window: Window) -> str:
    day, exported = stamp(window.start, "%Y%m%d"), stamp(window.exported_at, "%Y%m%d%H%M")
    return f"门店销售明细_{day}_{exported}"


def _total_row(sums: Mapping[str, int]) -> str:
    return f"合计,,,,,,,{sums['quantity']},{yuan(sums['amount_fen'])},\r\n"


def _cells() -> dict[str, pl.Expr | str]:
    return {
        "销售日期": pl.col("day_text"),
        "门店名称": pl.col("store"),
        "收银机": pl.col("till"),
        "小票号": pl.col("receipt_no"),
        "会员卡号": pl.col("card"),
        "物料编码": pl.col("sku"),
        "物料描述": pl.col("title"),
        "销售数量": pl.col("quantity"),
        "销售金额": money(pl.col("amount_fen")),
        "收银员": pl.format("收银0{}", pl.col("receipt") % 3 + 1),
    }


def _receipt_lines(block: Block) -> pl.DataFrame:
    """Receipt lines sorted by created: receipt (index), order_no (null: a receipt of returns),
    person_id, created, store, till, day_text, receipt_no, card, sku, title, quantity and
    amount_fen (both negative for what came back; ``…_at_first`` before the correction).
    """
    rng = block.rng("pos")
    sold = block.orders.filter(platform="pos")
    sold = sold.with_columns(is_exchange=pl.Series(rng.random(sold.height) < 0.3))
    returned = _returns(block, sold)
    receipts = pl.concat([sold.with_columns(is_return=pl.lit(value=False)), returned]).sort(
        "created", "order_no", "is_return"
    )
    receipts = _numbered(rng, block, receipts)
    bought = receipts.filter(~pl.col("is_return"))
    back = (
        pl.col("quantity") * -1,
        -pl.col("received_fen").alias("received_fen"),
    )
    goods = block.lines.drop("goods_fen", "price_fen")
    lines = bought.join(goods, on="order_no", how="left", maintain_order="left")
    came_back = goods.filter(pl.col("refund_fen") > 0).with_columns(*back, pl.col("line_no") + 10)
    at_once = bought.filter("is_exchange").join(came_back, on="order_no")
    later = receipts.filter("is_return").join(came_back, on="order_no")
    everything = pl.concat([lines, at_once, later]).sort("receipt", "line_no")
    return _with_correction(rng, block, with_products(everything, block.world.profile))


def _returns(block: Block, sold: pl.DataFrame) -> pl.DataFrame:
    """Receipts of goods brought back on a later day of the period."""
    period = block.world.period
    day = (pl.col("refunded") - period.start) // DAY
    moment = period.start + day * DAY + 11 * HOUR + pl.col("order_no") % HOUR
    return (
        sold.filter(pl.col("refunded").is_not_null() & ~pl.col("is_exchange"))
        .with_columns(created=moment, is_return=pl.lit(value=True))
        .filter(pl.col("created") < period.end)
    )


def _numbered(rng: np.random.Generator, block: Block, receipts: pl.DataFrame) -> pl.DataFrame:
    """Add store, till, day, number and the card shown; keep what a receipt needs."""
    receipts = receipts.with_columns(
        receipt=pl.int_range(pl.len(), dtype=pl.Int64),
        store=place_text("store", pl.col("place")),
        till=pl.concat_str(pl.lit("T"), pl.Series(rng.integers(1, 3, receipts.height))),
        day_text=clock(pl.col("created"), "%Y-%m-%d"),
        day_digits=clock(pl.col("created"), "%Y%m%d"),
        card=_card_shown(rng, block, receipts),
    )
    number = pl.int_range(1, pl.len() + 1).over("store", "till", "day_text")
    number = number + block.number * _RECEIPTS_PER_BLOCK
    return receipts.select(
        "receipt", "order_no", "person_id", "created", "store", "till", "day_text", "card",
        "is_return", "is_exchange", "channel", "campaign",
        receipt_no=pl.concat_str(
            pl.lit("XS"), "day_digits", number.cast(pl.String).str.zfill(3)
        ),
    )  # fmt: skip


def _card_shown(rng: np.random.Generator, block: Block, receipts: pl.DataFrame) -> pl.Series:
    """The card on each receipt: of members who had joined and mostly show it; before two cards of
    a person are merged, either.
    """
    # The touch of the card that a person was given again follows that of the main card.
    joins = block.touches.filter(kind="membership_joined").group_by("person_id")
    joined = joins.agg(joined=pl.col("at").first(), old_joined=pl.col("at").last())
    holders = block.people.select("person_id", "crm_card", "old_crm_card", "cards_merged_at").join(
        joined, on="person_id", how="left", maintain_order="left"
    )
    drawn = receipts.select("person_id", "created").with_columns(
        forgets=pl.Series(rng.random(receipts.height) < 0.12),
        takes_old=pl.Series(rng.random(receipts.height) < 0.5),
    )
    shown = drawn.join(holders, on="person_id", how="left", maintain_order="left")
    uses_old = pl.col("takes_old") & pl.col("created").is_between(
        "old_joined", pl.col("cards_merged_at") - 1
    )
    card = pl.when(uses_old.fill_null(value=False)).then("old_crm_card").otherwise("crm_card")
    has_card = (pl.col("joined") <= pl.col("created")) & ~pl.col("forgets")
    return shown.select(card=pl.when(has_card).then(card))["card"]


def _with_correction(rng: np.random.Generator, block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    """Add quantity and amount as the first export has them: on one day many were counted twice."""
    period = block.world.period
    start = period.start + corrected_day(period) * DAY
    is_wrong = (
        pl.col("created").is_between(start, start + DAY, closed="left")
        & (pl.col("quantity") > 0)
        & pl.Series(rng.random(lines.height) < 0.5)
    )
    return lines.rename({"received_fen": "amount_fen"}).with_columns(
        quantity_at_first=pl.when(is_wrong).then(pl.col("quantity") * 2).otherwise("quantity"),
        amount_at_first=pl.when(is_wrong).then(pl.col("amount_fen") * 2).otherwise("amount_fen"),
    )


def _state_receipts(block: Block, lines: pl.DataFrame) -> None:
    """One order per receipt. A receipt of returns only is not paid and not valid."""
    head = ("order_no", "person_id", "created", "is_return", "channel", "campaign", "card")
    sums = lines.group_by("receipt", maintain_order=True).agg(
        *(pl.col(name).first() for name in head),
        order_id=pl.concat_str("store", "till", "day_text", "receipt_no", separator="/").first(),
        gross_fen=pl.col("amount_fen").clip(lower_bound=0).sum(),
        refund_fen=-pl.col("amount_fen").clip(upper_bound=0).sum(),
    )
    is_return = pl.col("is_return")
    block.add_orders(
        sums.with_columns(
            platform=pl.lit("pos"),
            account=pl.lit("default"),
            order_no=pl.when(~is_return).then("order_no"),
            is_identified=pl.col("card").is_not_null(),
            created_at=local_time(pl.col("created")).dt.truncate("1d"),
            is_paid=pl.col("gross_fen") > 0,
            is_valid=pl.col("gross_fen") > pl.col("refund_fen"),
            channel=pl.when(~is_return).then("channel"),
        )
    )
