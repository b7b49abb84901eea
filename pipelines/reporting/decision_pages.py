"""What the verbs print that make, list and try decisions about identity."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from pipelines.identity.correct.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.privacy.tombstones import hides_value
from pipelines.reporting.screen import screen
from pipelines.settings import LOCAL_TIME_ZONE

_out = screen()


def print_decisions(decisions: Decisions, path: Path) -> None:
    """Every decision ever made, and which of them hold."""
    place = escape(os.path.relpath(path))
    if not decisions.every:
        _out.print(
            f"Nobody has decided anything yet ({place} does not exist). "
            "`siyu merge`, `siyu split` and `siyu block` write there."
        )
        return
    holds = set(decisions.in_force)
    table = Table("no.", "when", "who", "decision", "about", "holds", "note", title_justify="left")
    for decision in decisions.every:
        table.add_row(
            str(decision.decision_id),
            decision.decided_at.astimezone(LOCAL_TIME_ZONE).strftime("%Y-%m-%d %H:%M"),
            escape(decision.decided_by),
            str(decision.decision),
            escape("\n".join(about(decision))),
            _state(decision, holds),
            escape(decision.note),
        )
    _out.print(table)
    _out.print(f"[dim]{place}[/]", soft_wrap=True)
    _out.print("[dim]Take one back with `siyu identity revoke NUMBER`.[/]")


def about(decision: Decision) -> tuple[str, ...]:
    """What a decision names: one or two identifiers, or the decision that it takes back."""
    if decision.revokes is not None:
        return (f"decision {decision.revokes}",)
    return tuple(shown(end) for end in (decision.a, decision.b) if end is not None)


def _state(decision: Decision, holds: set[Decision]) -> str:
    if decision.decision is DecisionKind.REVOKE:
        return ""
    return "[green]yes[/]" if decision in holds else "[dim]no longer[/]"


def shown(identifier: Identifier) -> str:
    """An identifier for people: keyed hashes shortened, everything else as it is."""
    value = identifier.identifier_value
    if hides_value(identifier):
        return f"{identifier.identifier_type} (forgotten)"
    return f"{identifier.identifier_type}:{value[:12] + '…' if is_hash(value) else value}"


def is_hash(value: str) -> bool:
    """A keyed hash, which is told by its form."""
    return len(value) == 64 and set(value) <= set("0123456789abcdef")


def one_line(decision: Decision) -> str:
    """`decision 3, split by wang on 2026-06-01: two sisters`."""
    day = decision.decided_at.astimezone(LOCAL_TIME_ZONE).strftime("%Y-%m-%d")
    note = f": {decision.note}" if decision.note else ""
    return (
        f"decision {decision.decision_id}, {decision.decision} by {decision.decided_by} "
        f"on {day}{note}"
    )


def print_decision(decision: Decision, waiting: Sequence[Identifier] = ()) -> None:
    """What is about to be decided, and which of its identifiers no file has named yet."""
    names = " and ".join(about(decision))
    _out.print(f"[bold]{decision.decision}[/] {escape(names)}", soft_wrap=True)
    for identifier in waiting:
        _out.print(
            f"[yellow]No file has named {escape(shown(identifier))} yet: the decision holds from "
            "the day when one does.[/]",
            soft_wrap=True,
        )


def print_decision_made(decision: Decision, place: str) -> None:
    """What was written, and what comes next."""
    _out.print(
        f"\n[green]Decision {decision.decision_id} is written[/] to {escape(place)}; it outlives a "
        "rebuilt warehouse.",
        soft_wrap=True,
    )
    _out.print(
        "Who is who has changed already; orders, tiers and marts follow with `siyu refresh`. "
        f"[dim]Take it back with `siyu identity revoke {decision.decision_id}`.[/]",
        soft_wrap=True,
    )
