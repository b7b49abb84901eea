"""The published snapshot: what BI reads. It comes last, after every check of error severity."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from dashboard.report import FILE_NAME, Report, build_report
from pipelines.defs.dbt_models import dbt_after_identity
from pipelines.defs.raw_exports import CONTRACTS
from pipelines.identity.correct.decision_file import decisions_file, read_decisions
from pipelines.orchestration.fingerprint import inputs_fingerprint
from pipelines.orchestration.increment import rules_fingerprint
from pipelines.publishing import SnapshotFile, publish
from pipelines.restatement import record
from pipelines.restatement.unpublished_tiers import note_publication
from pipelines.settings import current_settings
from pipelines.warehouse import open_warehouse

_PUBLISHED_LAYERS = ("customer_center", "marts")


def _published_models() -> list[dg.AssetKey]:
    return sorted(key for key in dbt_after_identity.keys if key.path[0] in _PUBLISHED_LAYERS)


@dg.asset(
    key=["published", "snapshot"],
    deps=_published_models(),
    group_name="published",
    kinds={"duckdb"},
    owners=["team:data-engineering"],
    description=(
        "One versioned, verified, read-only DuckDB file of the customer center and the marts. "
        "Readers follow one link; the swap is atomic. Read it with `siyu query`."
    ),
    freshness_policy=dg.FreshnessPolicy.cron(
        deadline_cron="0 8 * * *",
        lower_bound_delta=timedelta(hours=3),
        timezone="Asia/Shanghai",
    ),
)
def published_snapshot(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Copy, verify, swap; keep the last versions."""
    settings, now = current_settings(), datetime.now(UTC)
    rules = rules_fingerprint(settings)
    with open_warehouse(settings) as warehouse:
        as_of = warehouse.execute("select max(as_of_date) from marts.rpt_sales_daily").fetchall()
        sources = warehouse.execute(
            "select source, contract, count(*), max(exported_at), max(delivered_at) "
            "from ledger.files where status = 'loaded' and is_current group by all order by all"
        ).fetchall()
        refused = warehouse.execute(
            "select count(*) from ledger.files where status = 'refused' and is_current"
        ).fetchall()
        fingerprint = inputs_fingerprint(settings, warehouse)
        restated = record(settings, warehouse, now=now, as_of=as_of[0][0], rules=rules)
    occasional = {one.contract for one in CONTRACTS if one.is_occasional}
    drawn: list[Report] = []

    def report(snapshot: SnapshotFile) -> bytes:
        drawn.append(build_report(snapshot, industry_profile=settings.brand.industry_profile))
        return drawn[0].html.encode()

    published = publish(
        settings,
        now=now,
        as_of=as_of[0][0],
        sources=[
            {
                "source": source,
                "contract": contract,
                "files": files,
                "is_occasional": contract in occasional,
                "last_exported_at": f"{exported:%Y-%m-%dT%H:%M:%SZ}",
                "last_delivered_at": f"{delivered:%Y-%m-%dT%H:%M:%SZ}",
            }
            for source, contract, files, exported, delivered in sources
        ],
        checks={
            "run_id": context.run_id,
            "blocking_checks": "passed",
            "refused_files": refused[0][0],
        },
        fingerprint=fingerprint,
        rules=rules,
        forgotten_at=read_decisions(decisions_file(settings)).last_erased_at,
        companions={FILE_NAME: report},
    )
    with open_warehouse(settings) as warehouse:
        note_publication(warehouse, published.version, published.manifest.created_at)
    tables = published.manifest.tables
    for figure, error in drawn[0].errors.items():
        context.log.error("the report shows no %s: %s", figure, error)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(table.rows for table in tables.values()),
            "version": published.version,
            "as_of": str(published.manifest.as_of),
            "tables": len(tables),
            "megabytes": round(published.manifest.file_bytes / 1e6, 1),
            "fingerprint": fingerprint,
            "restated_values": restated,
            "report": dg.MetadataValue.path(published.folder / FILE_NAME),
            "report_figures_failed": len(drawn[0].errors),
        }
    )
