"""Checks of who is who that stop a refresh before it publishes."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from pipelines.identity.judge.quality import (
    Finding,
    judge_change,
    judge_match_rates,
    judge_partition,
)
from pipelines.publishing.errors import NothingPublishedError, QueryError
from pipelines.publishing.reader import connect, read_manifest
from pipelines.settings import Settings, current_settings
from pipelines.warehouse import open_warehouse

_MAP = ["identity", "identity_map"]
_MATCH_RATES = ["marts", "rpt_identity_match_rates"]
_CHECKS = {
    "largest_customer": "No customer holds more identifiers than one person can.",
    "large_customers": "Few identifiers belong to large customers.",
    "refused_merges": "Little of the evidence is refused.",
    "new_super_nodes": "Few identifiers newly have too many neighbours.",
    "changed_customers": "Most customers are the same people as in the published version.",
}
_RATES = "select fact, source, facts, match_rate from marts.rpt_identity_match_rates"


@dg.multi_asset_check(
    name="identity_quality",
    specs=[
        dg.AssetCheckSpec(name, asset=_MAP, blocking=True, description=description)
        for name, description in _CHECKS.items()
    ],
)
def identity_quality() -> Iterator[dg.AssetCheckResult]:
    """Before anything is bound: the limits stand in brand.yml, the messages say what to do."""
    settings = current_settings()
    limits = settings.brand.identity_quality
    with open_warehouse(settings, read_only=True) as warehouse:
        for finding in judge_partition(warehouse, limits):
            yield _result(finding, _MAP)
        for finding in judge_change(warehouse, limits, _published_at(settings)):
            yield _result(finding, _MAP, accepted=settings.accept_identity_change)


@dg.asset_check(
    asset=_MATCH_RATES,
    name="match_rates",
    blocking=True,
    description="No source lost its match to customers since the published version.",
)
def match_rates() -> dg.AssetCheckResult:
    """After binding, against the version that people read now."""
    settings = current_settings()
    with open_warehouse(settings, read_only=True) as warehouse:
        now = warehouse.execute(_RATES).fetchall()
    finding = judge_match_rates(
        _by_source(now), _by_source(_published_rates(settings)), settings.brand.identity_quality
    )
    return _result(finding, _MATCH_RATES, accepted=settings.accept_identity_change)


def _result(finding: Finding, asset: list[str], *, accepted: bool = False) -> dg.AssetCheckResult:
    """An accepted change is told as a warning: it is what somebody asked for."""
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=finding.check,
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.WARN if accepted else dg.AssetCheckSeverity.ERROR,
        description=None if finding.passed else f"{finding.measured}. {finding.explanation}",
        metadata={"value": finding.value, "limit": finding.limit, "unit": finding.unit},
    )


def _published_at(settings: Settings) -> datetime | None:
    try:
        return read_manifest(settings).created_at.replace(tzinfo=None)
    except NothingPublishedError:
        return None


def _published_rates(settings: Settings) -> list[tuple[str, str, int, float]]:
    """None when nothing is published, or when the version is older than the table."""
    try:
        with connect(settings, follow=False) as snapshot:
            return snapshot.fetch(_RATES)[1]
    except (NothingPublishedError, QueryError):
        return []


def _by_source(
    rows: list[tuple[str, str, int, float]],
) -> dict[tuple[str, str], tuple[int, float]]:
    return {(fact, source): (facts, rate) for fact, source, facts, rate in rows}
