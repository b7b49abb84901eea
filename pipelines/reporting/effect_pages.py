"""What a dry run and a correction print: who would become whom, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.markup import escape
from rich.table import Table

from pipelines.identity.correct.effect import TIERS, CustomerFigures, Effect, Group
from pipelines.reporting.screen import screen

_out = screen()
_MAX_GROUPS = 15
_MAX_SIDE = 6


def print_effect(effect: Effect, *, is_done: bool, why_not: str = "") -> None:
    """The whole difference, then the groups with most turnover; `why_not` if there is none."""
    if not effect.groups:
        _out.print(f"No customer changes. {why_not}".rstrip(), soft_wrap=True)
        return
    _out.print(_summary(effect, is_done))
    _out.print(_totals(effect))
    if not effect.has_facts:
        _out.print("[dim]No orders to count yet: they come with the first whole refresh.[/]")
    count = len(effect.groups)
    shown = f", the {_MAX_GROUPS} with most turnover" if count > _MAX_GROUPS else ""
    _out.print(f"\n[bold]Who becomes whom[/] ({count:,}{shown})")
    for group in effect.groups[:_MAX_GROUPS]:
        _print_group(group, effect.has_facts)


def print_rule_change(lines: Sequence[str]) -> None:
    """Which cells of the rules would change."""
    _out.print("[bold]Changed rules[/]")
    for line in lines or ["none: every row is as it is now"]:
        _out.print(f"  {escape(line)}", soft_wrap=True)
    _out.print()


def print_dry_run(remedy: str) -> None:
    """Nothing was changed."""
    _out.print(f"\n[bold]Dry run, nothing was changed.[/] {escape(remedy)}", soft_wrap=True)


def _summary(effect: Effect, is_done: bool) -> str:
    parts = [
        _count(
            effect.joined, "customer is taken in by another", "customers are taken in by others"
        ),
        _count(effect.separated, "new customer splits off", "new customers split off"),
        _count(
            effect.ended, "customer has no identifier left", "customers have no identifier left"
        ),
        _count(effect.begun, "customer is new", "customers are new"),
    ]
    text = ", ".join(part for part in parts if part) or _moved(effect)
    return f"[bold]{'Done' if is_done else 'This would happen'}:[/] {text}"


def _moved(effect: Effect) -> str:
    """What changes when no customer appears or ends."""
    before, after = (
        sum(customer.identifiers for customer in effect.customers(side))
        for side in ("before", "after")
    )
    return (
        _count(after - before, "identifier comes to a customer", "identifiers come to customers")
        or _count(before - after, "identifier leaves its customer", "identifiers leave customers")
        or "identifiers move between customers"
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number > 0 else ""


def _totals(effect: Effect) -> Table:
    """Figures of all touched customers, before and after."""
    table = Table("touched customers", "before", "after", box=None, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    sides = [effect.customers(side) for side in ("before", "after")]
    table.add_row("customers", *(f"{len(side):,}" for side in sides))
    table.add_row("identifiers", *(f"{sum(c.identifiers for c in side):,}" for side in sides))
    if effect.has_facts:
        table.add_row("orders", *(f"{sum(c.orders or 0 for c in side):,}" for side in sides))
        table.add_row("GMV, yuan", *(_yuan(_gmv(side)) for side in sides))
        tiers = [effect.tiers(side) for side in ("before", "after")]
        for tier in (*TIERS, "–"):
            if any(counts[tier] for counts in tiers):
                label = f"in tier {tier}" if tier != "–" else "without tier"
                table.add_row(label, *(f"{counts[tier]:,}" for counts in tiers))
    return table


def _print_group(group: Group, has_facts: bool) -> None:
    before, after = (_side(side, has_facts) for side in (group.before, group.after))
    _out.print(f"  {before}\n    → {after}", soft_wrap=True)


def _side(customers: Sequence[CustomerFigures], has_facts: bool) -> str:
    if not customers:
        return "nobody"
    texts = [_customer(customer, has_facts) for customer in customers[:_MAX_SIDE]]
    more = f" + {len(customers) - _MAX_SIDE:,} more" if len(customers) > _MAX_SIDE else ""
    return " + ".join(texts) + more


def _customer(figures: CustomerFigures, has_facts: bool) -> str:
    parts = [_count(figures.identifiers, "identifier", "identifiers")]
    if has_facts:
        parts.append(_count(figures.orders or 0, "order", "orders") or "no order")
        parts.append(f"{_yuan(figures.gmv_cny or Decimal(0))} yuan")
        parts.append(f"tier {figures.tier}" if figures.tier else "no tier")
    return f"customer {figures.customer_id} [dim]({', '.join(parts)})[/]"


def _gmv(customers: Sequence[CustomerFigures]) -> Decimal:
    return sum((customer.gmv_cny or Decimal(0) for customer in customers), Decimal(0))


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"
