"""The parsed dbt project: the next process reads it, unless what it was parsed from changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.orchestration import dbt_calls
from pipelines.orchestration.dbt_calls import DbtProjectRun, parsed
from pipelines.settings import Settings

_FILES = {
    "dbt_project.yml": "{name: small, profile: small, flags: {send_anonymous_usage_stats: false}}",
    "profiles.yml": """
        small:
          target: dev
          outputs: {dev: {type: duckdb, path: "{{ env_var('SIYU_WAREHOUSE') }}"}}
    """,
    "seeds/people.csv": "person_id,city\n1,上海\n2,北京\n",
    "models/cities.sql": "select city from {{ ref('people') }}",
    "models/_models.yml": """
        models:
          - name: cities
            columns: [{name: city, data_tests: [unique, not_null]}]
    """,
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in _FILES.items():
        file = tmp_path / "dbt_project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    settings = Settings(home=tmp_path, data=tmp_path / "data")
    settings.warehouse_path.parent.mkdir(parents=True)
    return settings


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """A call of dbt's parser each."""
    parse, calls = dbt_calls.parse, []

    def counted(settings: Settings, *, write: bool):
        calls.append(settings)
        return parse(settings, write=write)

    monkeypatch.setattr(dbt_calls, "parse", counted)
    return calls


def told(settings: Settings) -> dict:
    """What a parsed project says, but for when it was parsed."""
    project = parsed(settings).to_dict()
    return project | {"metadata": project["metadata"]["project_name"]}


def test_it_is_parsed_once(settings: Settings, parses: list[Settings]):
    first = told(settings)
    assert told(settings) == first
    assert len(parses) == 1
    assert {"model.small.cities", "seed.small.people"} < first["nodes"].keys()


def test_what_was_read_builds(settings: Settings, parses: list[Settings]):
    ends = [
        {result.node.unique_id: result.status for result in DbtProjectRun(settings).build([])}
        for _ in range(2)
    ]
    assert ends[0] == ends[1]
    assert len(ends[0]) == 4
    assert set(ends[0].values()) == {"success", "pass"}
    assert len(parses) == 1


def test_a_changed_file_is_parsed(settings: Settings, parses: list[Settings]):
    parsed(settings)
    model = settings.dbt_project_folder / "models" / "cities.sql"
    model.write_text("select city as place from {{ ref('people') }}", "utf-8")
    assert parsed(settings).nodes["model.small.cities"].raw_code.startswith("select city as place")
    assert len(parses) == 2


def test_other_variables_are_parsed(
    settings: Settings, parses: list[Settings], monkeypatch: pytest.MonkeyPatch
):
    parsed(settings)
    monkeypatch.setenv("DBT_TARGET", "dev")
    parsed(settings)
    monkeypatch.setattr(dbt_calls, "dbt_variables", lambda _: ["--vars", '{"one": 1}'])
    parsed(settings)
    assert len(parses) == 3


def test_a_damaged_file_is_none(settings: Settings, parses: list[Settings]):
    parsed(settings)
    file = settings.dbt_project_folder / "target" / "parsed.pickle"
    file.write_bytes(file.read_bytes()[:-1])
    assert "model.small.cities" in parsed(settings).nodes
    assert len(parses) == 2


def test_what_asks_the_environment_is_not_kept(
    settings: Settings, parses: list[Settings], monkeypatch: pytest.MonkeyPatch
):
    model = settings.dbt_project_folder / "models" / "cities.sql"
    model.write_text(
        "{{ config(materialized=env_var('CITIES', 'view')) }} select city from {{ ref('people') }}"
    )
    kinds = []
    for kind in ("table", "view"):
        monkeypatch.setenv("CITIES", kind)
        kinds.append(parsed(settings).nodes["model.small.cities"].config.materialized)
    assert kinds == ["table", "view"]
    assert len(parses) == 2
