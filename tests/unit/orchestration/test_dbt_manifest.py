"""The manifest is built when stale."""

from __future__ import annotations

from pathlib import Path

from pipelines.orchestration.fingerprint import dbt_sources_fingerprint
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
