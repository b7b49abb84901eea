"""What `siyu identity suggest-blocks` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.identity.decisions import Identifier
from pipelines.identity.rule_rows import IdentifierType
from pipelines.identity.suggest import Suggestion
from pipelines.reporting.decision_pages import shown

_out = Console(highlight=False)
_SHOWN = 3


def print_suggestions(
    suggestions: Sequence[Suggestion], types: Mapping[str, IdentifierType]
) -> None:
    """A table, worst first, and the commands that follow from it."""
    if not suggestions:
        _out.print("No identifier looks shared: nothing to block.")
        return
    table = Table("identifier", "linked to", "usual", "customers", "refused", "now", "seen in")
    for one in suggestions:
        identifier = Identifier(one.identifier_type, one.identifier_value)
        table.add_row(
            f"{types[one.identifier_type].label_zh} {escape(shown(identifier))}",
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
        "may be worth keeping. Look first, then try:"
    )
    for one in suggestions[:_SHOWN]:
        _out.print(
            f"  siyu block {one.identifier_type}:{one.identifier_value} --dry-run", soft_wrap=True
        )
