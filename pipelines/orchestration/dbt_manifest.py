"""The dbt manifest: what Dagster reads to know the models. Built when stale, never at import."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipelines.orchestration.dbt_calls import parse
from pipelines.orchestration.fingerprint import dbt_sources_fingerprint
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dagster_dbt import DbtProject


def dbt_project(settings: Settings) -> DbtProject:
    """The dbt project as dagster-dbt wants it; reads dbt_project.yml only."""
    from dagster_dbt import DbtProject

    return DbtProject(project_dir=settings.dbt_project_folder)


def read_manifest(settings: Settings) -> dict[str, Any]:
    """dbt's manifest of the files as they are now, parsed if it is stale.

    Raises:
        DbtError: a file of the project is wrong.
    """
    build_manifest_if_stale(settings)
    path = settings.dbt_project_folder / "target" / "manifest.json"
    return dict(json.loads(path.read_bytes()))


def build_manifest_if_stale(settings: Settings) -> bool:
    """Parse the dbt project if a file of it changed since the last parse. True if it parsed.

    Raises:
        DbtError: a file of the project is wrong.
    """
    manifest = settings.dbt_project_folder / "target" / "manifest.json"
    stamp = manifest.with_name("manifest.inputs")
    current = dbt_sources_fingerprint(settings)
    if manifest.exists() and stamp.exists() and stamp.read_text("utf-8") == current:
        return False
    parse(settings, write=True)
    stamp.write_text(current, "utf-8")
    return True
