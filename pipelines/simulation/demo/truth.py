"""What is true about the demo brand, stated from the simulated state and never from the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipelines.simulation.demo.delivery import DeliveredFile


@dataclass(frozen=True)
class PlatformTotals:
    """Totals of one platform or account as the newest files show them. Money is in yuan.

    gross is what was paid before refunds, over all paid orders, closed ones too; net = gross -
    refund. A valid order is paid, not closed and has net above zero. Store receipts count as
    orders; a receipt of returns alone is neither paid nor valid, but its refund counts.
    Buyers have a valid order, repeat buyers have them on two calendar days (Asia/Shanghai);
    walk-in guests are no people here.
    """

    orders: int
    paid_orders: int
    valid_orders: int
    identified_orders: int
    gross_cny: Decimal
    refund_cny: Decimal
    net_cny: Decimal
    buyers: int
    repeat_buyers: int


@dataclass(frozen=True)
class DemoBrand:
    """The files of a simulated brand and the truth behind them.

    ``platforms`` has keys tmall, douyin, pos and all; ``accounts`` has ``<platform>/<account>``.
    ``identified_buyers`` count people over the orders that carry a person key in the file: what a
    perfect identity resolution would find if every person's identifiers were linked.
    ``identifiers`` has identifier_type, identifier_value (clear; WeChat ids as
    ``<account>:<id>``), person_id: one row per identifier and person, so a family phone has two.
    ``orders`` has the columns of ``purchases.ORDER_TRUTH``.
    """

    files: tuple[DeliveredFile, ...]
    first_day: date
    last_day: date
    people: int
    buyers: int
    repeat_buyers: int
    identified_buyers: int
    identified_repeat_buyers: int
    contacts: int
    contact_relations: int
    followers: Mapping[str, int]
    unsubscribed: Mapping[str, int]
    members: int
    merged_cards: int
    platforms: Mapping[str, PlatformTotals]
    accounts: Mapping[str, PlatformTotals]
    ad_spend_cny: Mapping[str, Decimal]
    expected_rejected: int
    expected_junk: int
    identifiers: pl.DataFrame
    orders: pl.DataFrame

    def write(self, folder: Path) -> None:
        """Write truth.json, identifiers.parquet and orders.parquet into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"identifiers", "orders"}
        content = {
            name: _plain(getattr(self, name))
            for name in self.__dataclass_fields__
            if name not in tables
        }
        text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
        (folder / "truth.json").write_text(text + "\n", "utf-8")
        for name in sorted(tables):
            getattr(self, name).write_parquet(folder / f"{name}.parquet")


def platform_totals(orders: pl.DataFrame) -> PlatformTotals:
    """Totals of any selection of order-truth rows."""
    gross, refund = int(orders["gross_fen"].sum()), int(orders["refund_fen"].sum())
    buyers, repeat_buyers = count_buyers(orders)
    return PlatformTotals(
        orders=orders.height,
        paid_orders=int(orders["is_paid"].sum()),
        valid_orders=int(orders["is_valid"].sum()),
        identified_orders=int(orders["is_identified"].sum()),
        gross_cny=yuan(gross),
        refund_cny=yuan(refund),
        net_cny=yuan(gross - refund),
        buyers=buyers,
        repeat_buyers=repeat_buyers,
    )


def count_buyers(orders: pl.DataFrame) -> tuple[int, int]:
    """People with a valid order, and people with valid orders on two calendar days or more."""
    bought = orders.filter(pl.col("is_valid") & pl.col("person_id").is_not_null())
    days = bought.group_by("person_id").agg(days=pl.col("created_at").dt.date().n_unique())
    return days.height, days.filter(pl.col("days") >= 2).height


def yuan(fen: int) -> Decimal:
    """Exact yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def _plain(value: object) -> object:
    """The value in terms of JSON: times as ISO texts, money as text, so that no cent is lost."""
    if isinstance(value, DeliveredFile | PlatformTotals):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
