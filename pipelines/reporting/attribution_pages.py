"""What `siyu explain order` prints."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from pipelines.attribution.explain import Credit, Explanation, Order
from pipelines.reporting.screen import screen
from pipelines.settings import LOCAL_TIME_ZONE

_out = screen()
_TYPES = {
    "first_order": "first order of customer {customer}",
    "repeat_order": "repeat order of customer {customer}",
    "guest_order": "buyer unknown",
}


def print_order_credit(explanation: Explanation, version: str) -> None:
    """The order, its touches in time, and the credit of each model."""
    order = explanation.order
    _out.print(_headline(order))
    if explanation.is_unattributed:
        _out.print(
            f"No touch led to it within {order.lookback_days} days: every model books it as "
            "(unattributed)."
        )
    else:
        _out.print(_touches(explanation))
        _print_models(explanation)
    maturity = "" if order.is_mature else "; a channel of the path is not named yet and may change"
    _out.print(
        f"[dim]look-back {order.lookback_days} days, as of {order.as_of}, version {version}"
        f"{maturity}[/]"
    )


def _headline(order: Order) -> str:
    buyer = _TYPES[order.conversion_type].format(customer=order.customer_id)
    text = (
        f"[bold]Order {escape(order.order_key)}[/] ({order.platform}, {escape(order.account)}): "
        f"paid {_local(order.converted_at)}, {order.gmv_cny:,.2f} yuan"
    )
    if order.refund_cny:
        text += f", {order.refund_cny:,.2f} refunded"
    if not order.is_valid:
        text += ", counts as no purchase"
    return f"{text}; {buyer}"


def _touches(explanation: Explanation) -> Table:
    table = Table("no.", "when", "before", "channel", "domain", "from", "campaign", box=None)
    for touch in explanation.touches:
        origin = " ".join(part for part in (touch.source, touch.medium) if part)
        table.add_row(
            str(touch.position),
            _local(touch.touched_at) if touch.touched_at else "",
            _before(touch.hours_before or 0.0),
            escape(touch.channel) + (" (direct)" if touch.is_direct else ""),
            escape(touch.domain),
            escape(origin),
            escape(touch.campaign or ""),
        )
    return table


def _print_models(explanation: Explanation) -> None:
    if len(explanation.touches) == 1:
        models = len(explanation.credit)
        return _out.print(f"A single touch: it earns the whole order in all {models} models.")
    table = Table("model", box=None)
    for touch in explanation.touches:
        table.add_column(f"{touch.position} {touch.channel}", justify="right", overflow="fold")
    for model, given in explanation.credit.items():
        cells = [_cell(given.get(touch.touch_id)) for touch in explanation.touches]
        table.add_row(model, *cells)
    return _out.print(table)


def _cell(credit: Credit | None) -> str:
    if credit is None:
        return "[dim]–[/]"
    return f"{100 * credit.weight:.1f} %  {credit.revenue_gross_cny:,.2f}"


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone(LOCAL_TIME_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _before(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
