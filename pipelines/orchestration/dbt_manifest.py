"""The dbt manifest: what Dagster reads to know the models. Built when stale, never at import."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.orchestration.fingerprint import files_fingerprint
from pipelines.settings import Settings

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

DBT = str(Path(sys.executable).with_name("dbt"))
"""The dbt of this environment, whether or not the environment is activated."""

_KEPT_RUN_FOLDERS = 10
_NOT_INPUT = ("target", "logs", ".user.yml")


class DbtParseError(RuntimeError):
    """A file of the dbt project is wrong; the message is dbt's own."""


def dbt_sources_fingerprint(settings: Settings) -> str:
    """SHA-256 (hex) over names and bytes of every file that dbt reads."""
    root = settings.dbt_project_folder
    files = (
        path
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] not in _NOT_INPUT
    )
    return files_fingerprint(root, files)


def dbt_environment(settings: Settings) -> None:
    """Tell dbt, which reads only environment variables, where the warehouse is."""
    os.environ["SIYU_WAREHOUSE"] = str(settings.warehouse_path)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    # At the level "debug", its default, dbt spends a fifth of a small build on writing its log.
    os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")


def dbt_variables(settings: Settings) -> list[str]:
    """The `--vars` of every dbt call: dbt parses anew whenever they differ from the last call."""
    variables: dict[str, str | int] = {"industry_profile": settings.brand.industry_profile}
    if settings.as_of_date:
        variables["as_of_date"] = settings.as_of_date.isoformat()
    return ["--vars", json.dumps(variables)]


def dbt_project(settings: Settings) -> DbtProject:
    """The dbt project as dagster-dbt wants it; reads dbt_project.yml only."""
    from dagster_dbt import DbtProject

    return DbtProject(project_dir=settings.dbt_project_folder)


def remove_old_run_folders(settings: Settings) -> None:
    """Delete the artifacts and logs of dbt calls beyond the newest ten (about 8 MB each)."""
    target = settings.dbt_project_folder / "target"
    runs = sorted(target.glob("dbt_*_identity-*"), key=lambda folder: folder.stat().st_mtime)
    for folder in runs[:-_KEPT_RUN_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)


def build_manifest_if_stale(settings: Settings) -> bool:
    """Parse the dbt project if a file of it changed since the last parse. True if it parsed."""
    project = dbt_project(settings)
    stamp = project.manifest_path.with_name("manifest.inputs")
    current = dbt_sources_fingerprint(settings)
    if project.manifest_path.exists() and stamp.exists() and stamp.read_text("utf-8") == current:
        return False
    dbt_environment(settings)
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    folder = str(settings.dbt_project_folder)
    command = [DBT, "--quiet", "parse", "--project-dir", folder, "--profiles-dir", folder]
    command += dbt_variables(settings)
    parsed = subprocess.run(command, capture_output=True, text=True, check=False)
    if parsed.returncode != 0:
        raise DbtParseError(f"dbt cannot read {folder}:\n{parsed.stdout}{parsed.stderr}")
    stamp.write_text(current, "utf-8")
    return True
