"""What `siyu identity suggest-blocks` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from pipelines.identity.correct.decisions import Identifier
from pipelines.identity.correct.suggest import Suggestion
from pipelines.identity.rules.rows import IdentifierType
from pipelines.reporting.decision_pages import shown
from pipelines.reporting.screen import screen

_out = screen()
_SHOWN = 3


def print_suggestions(
    suggestions: Sequence[Suggestion], types: Mapping[str, IdentifierType]
) -> None:
    """A table, worst first, and the commands that follow from it."""
    if not suggestions:
        _out.print("No identifier looks shared: nothing to block.")
        return
    table = Table()
    table.add_column("identifier", no_wrap=True)
    for heading in ("linked to", "usual", "customers", "refused", "now", "seen in"):
        table.add_column(heading)
    for one in suggestions:
        identifier = Identifier(one.identifier_type, one.identifier_value)
        table.add_row(
            escape(shown(identifier)),
            f"{one.neighbours:,} {types[one.neighbour_type].label_zh}",
            f"≤ {one.usual:,}",
            f"{one.customers:,}",
            f"{one.refused_links:,}",
            "set aside" if one.is_guarded else "joins people",
            one.sources,
        )
    _out.print(table)
    _out.print(
        "\nUsual: what 99 of 100 identifiers of the type have. Customers: whose identifiers it "
        "is linked to.\nA store's phone or an agent's account belongs to nobody; a family's phone "
        "may be worth keeping. What a block would change (nothing is decided without --yes):"
    )
    for one in suggestions[:_SHOWN]:
        identifier = Identifier(one.identifier_type, one.identifier_value)
        _out.print(f"  siyu block {escape(shown(identifier).rstrip('…'))}", soft_wrap=True)
