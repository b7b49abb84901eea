"""MetricFlow, asked for the SQL of a metric and for nothing else: it opens no database."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.metrics.catalogue import GRAINS
from pipelines.metrics.errors import MetricError
from pipelines.metrics.question import Question
from pipelines.orchestration.dbt_manifest import build_manifest_if_stale
from pipelines.settings import Settings

if TYPE_CHECKING:
    from metricflow.engine.metricflow_engine import MetricFlowEngine


class MetricCompiler:
    """Turns questions into SQL over published tables; its first use takes some seconds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sql(self, question: Question) -> str:
        """One SELECT: the columns of `question.by`, then the metric, ordered by the former.

        Raises:
            MetricError: MetricFlow cannot answer the question.
            DbtError: a file of the dbt project is wrong.
        """
        engine = self._engine
        # Their import takes longer than the rest: only after the question was checked.
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        group_by = question.group_by()
        request = MetricFlowQueryRequest.create(
            metric_names=[question.metric.name],
            group_by_names=group_by,
            where_constraints=question.filters(),
        )
        try:
            inner = engine.explain(request).sql_statement.sql
        except Exception as error:  # MetricFlow's errors have no common base
            raise MetricError(f"MetricFlow cannot answer this: {error}") from error
        columns = [_column(name, question) for name in question.by]
        columns.append(f'"{question.metric.name}"')
        ordered = " order by all" if group_by else ""
        return f"select {', '.join(columns)} from (\n{inner}\n){ordered}"

    @cached_property
    def _engine(self) -> MetricFlowEngine:
        build_manifest_if_stale(self._settings)
        path = self._settings.dbt_project_folder / "target" / "semantic_manifest.json"
        return _engine(_published(path))


def _column(name: str, question: Question) -> str:
    theirs = f'"{question.metric.dimension(name)}"'
    return f'{f"cast({theirs} as date)" if name in GRAINS else theirs} as "{name}"'


def _published(path: Path) -> str:
    """The semantic manifest with tables named as in a snapshot: by schema, in no database."""
    manifest = json.loads(path.read_text("utf-8"))
    holders = [*manifest["semantic_models"], *manifest["project_configuration"]["time_spines"]]
    for holder in holders:
        relation = holder["node_relation"]
        relation["database"] = None
        relation["relation_name"] = f'"{relation["schema_name"]}"."{relation["alias"]}"'
    return json.dumps(manifest)


def _engine(semantic_manifest: str) -> MetricFlowEngine:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow_semantics.model.dbt_manifest_parser import (
        parse_manifest_from_dbt_generated_manifest,
    )
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest)
    return MetricFlowEngine(SemanticManifestLookup(manifest), _sql_client())


def _sql_client() -> Any:
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class CompileOnly:
        """Says which dialect to write; has no way to run it."""

        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return CompileOnly()
