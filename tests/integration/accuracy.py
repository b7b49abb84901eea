"""How well the customers of a warehouse fit the true people."""

from __future__ import annotations

from pipelines.identity.judge.evaluate import Score, evaluate, read_evidence
from pipelines.identity.rules.seeds import read_rules
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings
from pipelines.simulation import Truth
from pipelines.warehouse import open_warehouse


def accuracy(settings: Settings, truth: Truth) -> Score:
    """The pairs of identifiers of the whole warehouse, counted."""
    key = load_or_create_key(settings)
    with open_warehouse(settings, read_only=True) as warehouse:
        rules = read_rules(warehouse, key=key)
        return evaluate(read_evidence(warehouse, truth, rules=rules, key=key)).whole
