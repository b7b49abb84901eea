"""OneID with what a brand has set: rules, decisions, evidence, settings. For refresh and verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb

from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.identity.correct.decisions import Decisions
from pipelines.identity.record.summary import IdentitySummary
from pipelines.identity.resolve import resolve_identities
from pipelines.identity.rules.seeds import Rules, read_rules
from pipelines.orchestration.fingerprint import evidence_fingerprint
from pipelines.privacy.keys import load_or_create_key
from pipelines.settings import Settings

Resolver = Callable[[duckdb.DuckDBPyConnection, Rules, Decisions], IdentitySummary]
"""Resolves identities inside the caller's transaction."""


def present_conditions(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> tuple[Rules, Decisions]:
    """The rules of this warehouse and the decisions of this brand.

    Raises:
        IdentityInputError: a seed or the file of decisions has a mistake.
    """
    rules = read_rules(warehouse, key=load_or_create_key(settings))
    return rules, read_decisions(decisions_file(settings))


def resolver(settings: Settings, now: datetime) -> Resolver:
    """How this brand's identities are resolved; `now` has a time zone."""
    version = evidence_fingerprint(settings)

    def resolve(
        warehouse: duckdb.DuckDBPyConnection, rules: Rules, decisions: Decisions
    ) -> IdentitySummary:
        return resolve_identities(
            warehouse,
            rules=rules,
            decisions=decisions,
            now=now,
            evidence_version=version,
            device_login_days=settings.brand.device_login_days,
        )

    return resolve
