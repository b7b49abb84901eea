"""What the identity verbs print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.identity.decisions import Decision, DecisionKind, Decisions, Identifier
from pipelines.settings import LOCAL_TIME_ZONE

if TYPE_CHECKING:
    from pipelines.identity.rules import Rules
    from pipelines.identity.weak_edges import Training

_out = Console(highlight=False)
_HASH_DIGITS = 64


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
            escape(_about(decision)),
            _state(decision, holds),
            escape(decision.note),
        )
    _out.print(table)
    _out.print(f"[dim]{place}; take one back with `siyu identity revoke NUMBER`[/]")


def print_training(training: Training, rules: Rules) -> None:
    """What a model learned from, and how many pairs each of its rules would get now."""
    model = training.model
    _out.print(
        f"{escape(os.path.relpath(model.trained_file))} is written, from "
        f"{training.records:,} records. As they are now:"
    )
    table = Table("rule", "name", "probability", "pairs", "in use", title_justify="left")
    for rule_id, least in sorted(model.rules.items(), key=lambda rung: -rung[1]):
        rule = rules.matching_rules[rule_id]
        pairs, in_use = f"{training.pairs[rule_id]:,}", "yes" if rule.is_active else "no"
        table.add_row(str(rule_id), escape(rule.rule_name), f"≥ {least:g}", pairs, in_use)
    _out.print(table)
    _out.print("[dim]`siyu refresh` takes them in as weak evidence[/]")


def _about(decision: Decision) -> str:
    if decision.revokes is not None:
        return f"decision {decision.revokes}"
    return "\n".join(shown(end) for end in (decision.a, decision.b) if end is not None)


def _state(decision: Decision, holds: set[Decision]) -> str:
    if decision.decision is DecisionKind.REVOKE:
        return ""
    return "[green]yes[/]" if decision in holds else "[dim]no longer[/]"


def shown(identifier: Identifier) -> str:
    """An identifier for people: keyed hashes shortened, everything else as it is."""
    value = identifier.identifier_value
    is_hash = len(value) == _HASH_DIGITS and set(value) <= set("0123456789abcdef")
    return f"{identifier.identifier_type}:{value[:12] + '…' if is_hash else value}"
