"""The manifest is built when stale, and old artifacts do not pile up."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.orchestration.dbt_manifest import (
    dbt_sources_fingerprint,
    dbt_variables,
    remove_old_run_folders,
)
from pipelines.settings import Settings


def project(tmp_path: Path) -> Settings:
    (tmp_path / "dbt_project" / "models").mkdir(parents=True)
    (tmp_path / "dbt_project" / "models" / "a.sql").write_text("select 1")
    return Settings(home=tmp_path)


def test_any_changed_source_makes_it_stale_and_artifacts_do_not(tmp_path: Path) -> None:
    settings = project(tmp_path)
    before = dbt_sources_fingerprint(settings)
    target = settings.dbt_project_folder / "target"
    target.mkdir()
    (target / "manifest.json").write_text("{}")
    assert dbt_sources_fingerprint(settings) == before
    (settings.dbt_project_folder / "models" / "a.sql").write_text("select 2")
    assert dbt_sources_fingerprint(settings) != before


def test_the_newest_ten_run_folders_stay(tmp_path: Path) -> None:
    settings = project(tmp_path)
    target = settings.dbt_project_folder / "target"
    for age in range(13):
        folder = target / f"dbt_after_identity-{age:02d}"
        folder.mkdir(parents=True)
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    (target / "compiled").mkdir()
    remove_old_run_folders(settings)
    kept = sorted(folder.name for folder in target.iterdir())
    assert kept == ["compiled", *(f"dbt_after_identity-{age:02d}" for age in range(10))]


def test_dbt_gets_the_profile_and_the_day(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, as_of_date="2026-05-01")
    assert dbt_variables(settings) == [
        "--vars",
        '{"industry_profile": 1, "as_of_date": "2026-05-01"}',
    ]
