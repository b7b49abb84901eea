"""Store sales: receipts of members and walk-in guests, exchanges and returns, weekly files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulation import layouts
from pipelines.simulation.demo.catalogue import PLACE_SHARES, PLACES
from pipelines.simulation.demo.delivery import Landing
from pipelines.simulation.demo.members import Members
from pipelines.simulation.demo.people import Population
from pipelines.simulation.demo.period import DAY, HOUR, Array, Period, stamp
from pipelines.simulation.demo.purchases import (
    baskets,
    order_truth,
    plan_orders,
    with_products,
)
from pipelines.simulation.demo.rendering import (
    clock,
    csv_bytes,
    layout,
    money,
    with_bad_rows,
    zip_bytes,
)

FILE_DAYS = 7

_BAD_LINES = (
    {"小票号": "XS90000000001", "销售金额": "壹佰元"},
    {"小票号": ""},
)
_BROKEN_LINE = "2026-08-01,杭州一店,T1,XS90000000002,,SKU-001,示例面霜,50g,未知,199.00,收银01\r\n"


@dataclass(frozen=True)
class StoreSales:
    """Receipt lines: receipt (index), receipt_no, place, till, card, person_id (null: guest),
    day, created, sku, title, quantity and amount_fen (both negative for what came back).
    """

    lines: pl.DataFrame

    def truth(self) -> pl.DataFrame:
        """One row per receipt. A receipt of returns only is not paid and not valid."""
        sums = self.lines.group_by("receipt", maintain_order=True).agg(
            order_id=pl.concat_str("store", "till", "receipt_no", separator="/").first(),
            person_id=pl.col("person_id").first(),
            created=pl.col("day_start").first(),
            gross_fen=pl.col("amount_fen").clip(lower_bound=0).sum(),
            refund_fen=-pl.col("amount_fen").clip(upper_bound=0).sum(),
        )
        return order_truth(
            "pos",
            "default",
            sums.with_columns(
                is_paid=pl.col("gross_fen") > 0,
                is_valid=pl.col("gross_fen") > pl.col("refund_fen"),
            ),
        )


def simulate_store_sales(
    rng: np.random.Generator, period: Period, population: Population, members: Members
) -> StoreSales:
    """Purchases of a third of the card holders and of as many guests, and their returns."""
    first_card = members.cards.unique("person_id", keep="first", maintain_order=True)
    holders = first_card["person_id"].to_numpy()
    shoppers = np.sort(holders[rng.random(len(holders)) < 0.34])
    plan = plan_orders(rng, period, shoppers, population.met_day[shoppers], 1.8)
    guests = rng.binomial(plan.size, 0.5)
    guest_day = period.sample_days(rng, np.zeros(guests, dtype=np.int64))
    person = np.concatenate([plan.person, np.full(guests, -1)])
    day = np.concatenate([(plan.created - period.start) // DAY, guest_day])
    created = period.start + day * DAY + 10 * HOUR + rng.integers(0, 12 * HOUR, len(day))
    place = np.where(
        person >= 0,
        population.place[person],
        rng.choice(len(PLACES), size=len(person), p=PLACE_SHARES),
    )
    receipts = pl.DataFrame({"person": person, "created": created, "place": place})
    return _number_receipts(rng, period, _with_returns(rng, period, receipts), members)


def _with_returns(rng: np.random.Generator, period: Period, receipts: pl.DataFrame) -> pl.DataFrame:
    """Lines of all receipts; 2 % exchange an item at once, 5 % bring the first one back later."""
    lines = baskets(rng, receipts.height, extra_line_share=0.5).with_columns(
        amount_fen=pl.col("goods_fen")
    )
    fate = rng.random(receipts.height)
    order = pl.col("order")
    first = lines.filter(pl.col("line_no") == 1).with_columns(
        quantity=-pl.col("quantity"), amount_fen=-pl.col("amount_fen")
    )
    exchanged = first.filter(pl.Series(fate < 0.02)).with_columns(line_no=pl.lit(9, dtype=pl.Int64))
    late = receipts["created"].to_numpy() + rng.integers(DAY, 9 * DAY, receipts.height)
    late = late // DAY * DAY + 11 * HOUR
    comes_back = (fate > 0.95) & (late < period.end)
    receipts = receipts.with_row_index("order").with_columns(pl.col("order").cast(pl.Int64))
    returns = first.filter(pl.Series(comes_back)).with_columns(order + receipts.height)
    late_receipts = receipts.with_columns(created=pl.Series(late)).filter(pl.Series(comes_back))
    late_receipts = late_receipts.with_columns(order + receipts.height)
    heads = pl.concat([receipts, late_receipts])
    return pl.concat([lines, exchanged, returns]).join(
        heads, on="order", how="left", maintain_order="left"
    )


def _number_receipts(
    rng: np.random.Generator, period: Period, lines: pl.DataFrame, members: Members
) -> StoreSales:
    """Add store, till, card and the receipt number, which counts per store, till and day."""
    receipts = lines.unique("order", maintain_order=True).sort("created", "order")
    receipts = receipts.select(
        "order",
        till=pl.concat_str(pl.lit("T"), pl.Series(rng.integers(1, 3, receipts.height))),
        card=_cards_shown(rng, members, receipts["person"].to_numpy()),
        day_start=period.start + (pl.col("created") - period.start) // DAY * DAY,
        store=pl.col("place").replace_strict(
            list(range(len(PLACES))), [place.store for place in PLACES], return_dtype=pl.String
        ),
    ).with_row_index("receipt")
    number = pl.int_range(1, pl.len() + 1).over("store", "till", "day_start")
    receipts = receipts.with_columns(
        receipt_no=pl.concat_str(
            pl.lit("XS"), clock(pl.col("day_start"), "%Y%m%d"), number.cast(pl.String).str.zfill(3)
        )
    )
    joined = with_products(lines).join(receipts, on="order", how="left")
    return StoreSales(
        joined.with_columns(
            person_id=pl.when(pl.col("person") >= 0).then("person"),
        ).sort("receipt", "line_no")
    )


def _cards_shown(rng: np.random.Generator, members: Members, person: Array) -> pl.Series:
    """The card on the receipt; who has two shows the old one half of the time."""
    by_person = members.cards.group_by("person_id").agg(
        main=pl.col("card").first(), old=pl.col("card").last()
    )
    shown = pl.DataFrame({"person_id": person, "use_old": rng.random(len(person)) < 0.5}).join(
        by_person, on="person_id", how="left", maintain_order="left"
    )
    return shown.select(card=pl.when("use_old").then("old").otherwise("main"))["card"]


def deliver_store_sales(landing: Landing, period: Period, sales: StoreSales) -> None:
    """One GB18030 CSV per week with a title and a total row; the last one comes zipped."""
    for start in range(period.start, period.end, FILE_DAYS * DAY):
        end = min(start + FILE_DAYS * DAY, period.end)
        is_last = end == period.end
        name = f"门店销售明细_{stamp(start, '%Y%m%d')}-{stamp(end - DAY, '%Y%m%d')}"
        content, rows, bad = _week(sales, start, end, is_last=is_last)
        exported = end + 8 * HOUR
        if is_last:
            content = zip_bytes({f"{name}.csv": content}, packed_at=exported)
        landing.deliver(
            f"pos/{name}.{'zip' if is_last else 'csv'}",
            content,
            exported_at=exported,
            rows=rows + 1,
            rejected=bad,
            junk=1,
        )


def _week(sales: StoreSales, start: int, end: int, *, is_last: bool) -> tuple[bytes, int, int]:
    """Bytes of the week's file, its records without the total row, and the bad ones in it."""
    lines = sales.lines.filter(pl.col("day_start").is_between(start, end, closed="left"))
    cells = {
        "销售日期": clock(pl.col("day_start"), "%Y-%m-%d"),
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
    table = layout(lines, layouts.POS_SALES, cells, "")
    table, bad = with_bad_rows(table, _BAD_LINES if is_last else ())
    table = table.with_columns(pl.all().replace("", None))
    broken = _BROKEN_LINE if bad else ""
    total = lines.select(money(pl.col("amount_fen").sum())).item()
    content = csv_bytes(
        table,
        encoding="gb18030",
        quotes="necessary",
        before=f"门店销售明细{',' * (len(layouts.POS_SALES) - 1)}\r\n",
        after=f"{broken}合计,,,,,,,{lines['quantity'].sum()},{total},\r\n",
    )
    return content, table.height + bool(broken), bad + bool(broken)
