"""Why an order is credited as it is: its touches, and what each model gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.publishing.reader import SnapshotConnection


class OrderNotExplainedError(LookupError):
    """There is no such order, several have the number, or none of them is credited."""


@dataclass(frozen=True)
class Order:
    """The order that is credited."""

    order_key: str
    platform: str
    account: str
    customer_id: int | None
    conversion_type: str
    converted_at: datetime
    """Naive UTC."""
    gmv_cny: Decimal
    refund_cny: Decimal
    is_valid: bool
    lookback_days: int
    as_of: date
    is_mature: bool


@dataclass(frozen=True)
class Touch:
    """A touch on the path, or the one (unattributed) row of an order that nothing led to."""

    touch_id: str
    position: int
    touched_at: datetime | None
    hours_before: float | None
    channel: str
    domain: str
    source: str | None
    medium: str | None
    campaign: str | None
    is_direct: bool


@dataclass(frozen=True)
class Credit:
    """What a model gives a touch."""

    weight: float
    revenue_gross_cny: Decimal


@dataclass(frozen=True)
class Explanation:
    """An order, its path, and the credit by model and touch id; 0 is left out."""

    order: Order
    touches: tuple[Touch, ...]
    credit: Mapping[str, Mapping[str, Credit]]

    @property
    def is_unattributed(self) -> bool:
        """Nothing led to the order within the look-back."""
        return self.touches[0].touched_at is None


_ORDER = """
    select order_key, platform, account, is_paid, gmv_cny, sale_date
    from customer_center.fct_orders where order_key = $1 or order_id = $1 order by order_key
"""
_CREDIT = """
    select credit.*, orders.platform, orders.account, orders.gmv_cny as order_gmv_cny,
        orders.refund_cny as order_refund_cny, orders.is_valid
    from marts.rpt_attribution_credit as credit
    inner join customer_center.fct_orders as orders on credit.conversion_id = orders.order_key
    where credit.conversion_id = $1 and credit.is_default_lookback
    order by credit.model, credit.position
"""


def explain_order(snapshot: SnapshotConnection, order: str) -> Explanation:
    """Explain an order of the published version, by its number or by its order_key.

    Raises:
        OrderNotExplainedError: the message says why, and what to do.
    """
    key = _order_key(snapshot, order)
    columns, rows = snapshot.fetch(_CREDIT, [key])
    credited = [dict(zip(columns, row, strict=True)) for row in rows]
    if not credited:
        raise OrderNotExplainedError(
            f"order {key} lies after the as-of day or sold nothing, so nobody is credited for it"
        )
    touches = {row["touch_id"]: _touch(row) for row in credited}
    credit: dict[str, dict[str, Credit]] = {}
    for row in credited:
        given = Credit(row["weight"], row["revenue_gross_cny"])
        credit.setdefault(row["model"], {})[row["touch_id"]] = given
    return Explanation(
        _order(credited[0]),
        tuple(sorted(touches.values(), key=lambda touch: touch.position)),
        credit,
    )


def _order_key(snapshot: SnapshotConnection, order: str) -> str:
    _, found = snapshot.fetch(_ORDER, [order])
    if not found:
        raise OrderNotExplainedError(
            f"no order {order!r} in version {snapshot.version}; give the number as the export "
            "writes it, or the order_key: "
            'siyu query "select order_key, order_id from customer_center.fct_orders limit 9"'
        )
    if len(found) > 1:
        keys = ", ".join(key for key, *_ in found)
        raise OrderNotExplainedError(
            f"{len(found)} orders have the number {order}; give one: {keys}"
        )
    key, _, _, is_paid, _, _ = found[0]
    if not is_paid:
        raise OrderNotExplainedError(
            f"order {key} was never paid or holds returns only, so nobody is credited for it"
        )
    return str(key)


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        order_key=row["conversion_id"],
        gmv_cny=row["order_gmv_cny"],
        refund_cny=row["order_refund_cny"],
        as_of=row["as_of_date"],
        **{
            name: row[name]
            for name in ("platform", "account", "customer_id", "conversion_type", "converted_at",
                         "is_valid", "lookback_days", "is_mature")
        },
    )  # fmt: skip


def _touch(row: Mapping[str, Any]) -> Touch:
    return Touch(**{name: row[name] for name in Touch.__dataclass_fields__})
