"""The SQL of dbt models, compiled for a warehouse whose inputs somebody made up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import MeasureError
from benchmarks.refreshing import environment
from pipelines.orchestration.dbt_calls import dbt_variables
from pipelines.settings import Settings


class CompileError(MeasureError):
    """dbt could not compile the models; the message is dbt's own."""


def compile_models(
    settings: Settings, models: Sequence[str], variables: Mapping[str, Any]
) -> dict[str, str]:
    """Model -> compiled SQL, with `variables` instead of those of dbt_project.yml.

    Raises:
        CompileError: dbt could not compile them.
    """
    folder = compiled_folder(settings, models, variables)
    return {model: _only(folder, model).read_text("utf-8") for model in models}


def compiled_folder(
    settings: Settings, models: Sequence[str], variables: Mapping[str, Any]
) -> Path:
    """Folder of the compiled SQL of the models, laid out as `dbt_project/models` is.

    Raises:
        CompileError: dbt could not compile them.
    """
    project, target = str(settings.dbt_project_folder), settings.data_folder / "dbt"
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "compile", "--select", *models]
    command += ["--target-path", str(target)]
    command += ["--project-dir", project, "--profiles-dir", project]
    command += ["--vars", json.dumps(json.loads(dbt_variables(settings)[1]) | dict(variables))]
    place = {"SIYU_WAREHOUSE": str(settings.warehouse_path)}
    done = subprocess.run(
        command,
        env=os.environ | dict(environment(settings)) | place,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CompileError(f"{done.stdout}{done.stderr}")
    return target / "compiled" / "siyu" / "models"


def _only(folder: Path, model: str) -> Path:
    [path] = folder.rglob(f"{model}.sql")
    return path
