"""What `siyu identity train` prints."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from pipelines.identity.rules.seeds import Rules
from pipelines.reporting.screen import screen

if TYPE_CHECKING:
    from pipelines.identity.splink.weak_edges import Training

_out = screen()


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
