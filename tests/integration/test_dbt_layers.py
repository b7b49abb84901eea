"""The dbt project keeps its layers, says what every model and column is, and works without rows."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from dashboard.pages import PAGES
from pipelines.exports.contract_files import load_contracts
from pipelines.exports.tables import ensure_raw_tables
from pipelines.identity.tables import ensure_identity_tables
from pipelines.orchestration.dbt_calls import call_dbt, parse
from pipelines.orchestration.dbt_manifest import build_manifest_if_stale
from pipelines.orchestration.increment import ensure_increment_tables
from pipelines.settings import REPOSITORY, Settings

DOCUMENTED = ("customer_center", "marts")


def dbt(folder: Path, project: Manifest, *arguments: str, warehouse: str = "no.duckdb") -> Any:
    """What dbt answers to a command; what it writes is in `folder`."""
    arguments += ("--target-path", str(folder), "--log-path", str(folder), "--no-write-json")
    return call_dbt(Settings(data=folder), arguments, warehouse, project)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def manifest(settings: Settings) -> dict[str, Any]:
    build_manifest_if_stale(settings)
    written = settings.dbt_project_folder / "target" / "manifest.json"
    return json.loads(written.read_text("utf-8"))


@pytest.fixture(scope="module")
def project(settings: Settings) -> Manifest:
    return parse(settings, write=False)


@pytest.fixture(scope="module")
def calls(settings: Settings, project: Manifest) -> dict[str, set[str]]:
    """What each of the two dbt calls of a refresh selects: ids of models, seeds and tests."""
    options = ["--output", "json", "--output-keys", "unique_id"]
    listed = {
        selector: dbt(settings.data_folder, project, "ls", "--selector", selector, *options)
        for selector in ("before_identity", "after_identity")
    }
    return {
        selector: {json.loads(line)["unique_id"] for line in lines}
        for selector, lines in listed.items()
    }


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return {node["unique_id"]: node for node in nodes if node["resource_type"] == "model"}


def layer(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def parents(node: dict[str, Any]) -> list[str]:
    return list(node["depends_on"]["nodes"])


def columns(models: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for model in models.values():
        if layer(model) in DOCUMENTED:
            for column in model["columns"].values():
                yield f"{model['name']}.{column['name']}", column


@pytest.mark.usefixtures("project")
def test_what_a_call_of_dbt_is_told_by_the_environment_stays_with_it() -> None:
    assert not {"SIYU_WAREHOUSE", "SIYU_REFRESH"} & os.environ.keys()


def test_there_are_models_in_every_layer(models: dict[str, dict[str, Any]]) -> None:
    assert {layer(model) for model in models.values()} == {
        "staging",
        "intermediate",
        "customer_center",
        "marts",
    }


def test_no_mart_reads_staging_or_a_source(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        (model["name"], parent)
        for model in models.values()
        for parent in parents(model)
        if layer(model) == "marts"
        and (parent.startswith("source.") or layer(models.get(parent, model)) == "staging")
    ]
    assert wrong == []


def test_no_source_is_read_outside_staging(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        (model["name"], parent)
        for model in models.values()
        for parent in parents(model)
        if layer(model) != "staging" and parent.startswith("source.")
    ]
    assert wrong == []


def test_staging_reads_one_source_and_nothing_else(models: dict[str, dict[str, Any]]) -> None:
    wrong = {
        model["name"]: parents(model)
        for model in models.values()
        if layer(model) == "staging"
        and (len(parents(model)) != 1 or not parents(model)[0].startswith("source."))
    }
    assert wrong == {}


def test_nothing_reads_back_from_the_marts(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        (model["name"], parent)
        for model in models.values()
        for parent in parents(model)
        if parent in models and layer(models[parent]) == "marts" and layer(model) != "marts"
    ]
    assert wrong == []


def test_names_tell_the_layer(models: dict[str, dict[str, Any]]) -> None:
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "customer_center": ("dim_", "fct_", "bridge_", "customer_"),
        "marts": ("rpt_",),
    }
    wrong = [m["name"] for m in models.values() if not m["name"].startswith(prefixes[layer(m)])]
    assert wrong == []


def test_schemas_carry_no_prefix(models: dict[str, dict[str, Any]]) -> None:
    assert {model["schema"] == layer(model) for model in models.values()} == {True}


def test_every_description_begins_with_the_grain(models: dict[str, dict[str, Any]]) -> None:
    wrong = {
        model["name"]: model["description"]
        for model in models.values()
        if not model["description"].startswith(("One row per ", "One row: "))
    }
    assert wrong == {}


def test_every_model_has_an_owner(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    owners = {group["name"]: group["owner"]["name"] for group in manifest["groups"].values()}
    for model in models.values():
        assert model["config"]["meta"]["owner"] == owners[model["config"]["group"]], model["name"]


def test_every_exposure_has_an_owner_and_reads_what_is_published(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    assert manifest["exposures"]
    for exposure in manifest["exposures"].values():
        assert exposure["owner"]["email"]
        assert {layer(models[parent]) for parent in parents(exposure)} <= set(DOCUMENTED)


def test_each_page_and_notebook_has_an_exposure_with_the_tables_that_it_names(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    published = {model["name"] for model in models.values() if layer(model) in DOCUMENTED}
    exposures = {
        exposure["name"]: {models[parent]["name"] for parent in parents(exposure)}
        for exposure in manifest["exposures"].values()
    }
    files = {f"dashboard_{page.key}": f"dashboard/pages/{page.key}.py" for page in PAGES}
    for notebook in (REPOSITORY / "notebooks").glob("*.py"):
        files[f"notebook_{notebook.stem}"] = f"notebooks/{notebook.name}"
    assert set(files) == {
        name for name in exposures if name.startswith(("dashboard_", "notebook_"))
    }
    for name, file in files.items():
        words = set(re.findall(r"\w+", (REPOSITORY / file).read_text("utf-8")))
        assert words & published == exposures[name], file


def test_every_published_model_has_an_enforced_contract_and_a_primary_key(
    models: dict[str, dict[str, Any]],
) -> None:
    for model in models.values():
        if layer(model) in DOCUMENTED:
            keys = [
                constraint["type"]
                for holder in [model, *model["columns"].values()]
                for constraint in holder["constraints"]
                if constraint["type"] == "primary_key"
            ]
            assert model["contract"]["enforced"], model["name"]
            assert keys == ["primary_key"], model["name"]


def test_every_primary_key_is_tested(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    """No engine is told of the contract's key: the test is what keeps it."""
    tested: dict[str, list[set[str]]] = {}
    for test in manifest["nodes"].values():
        if test.get("test_metadata") and test["test_metadata"]["name"] == "primary_key":
            key = set(test["test_metadata"]["kwargs"]["columns"])
            tested.setdefault(test["attached_node"], []).append(key)
    for name, model in models.items():
        if layer(model) in DOCUMENTED:
            assert primary_key(model) in tested.get(name, []), name
    for name, node in manifest["nodes"].items():
        if node["resource_type"] == "seed":
            assert name in tested, name


def primary_key(model: dict[str, Any]) -> set[str]:
    """The columns of the key that a model's contract names."""
    of_model = [c["columns"] for c in model["constraints"] if c["type"] == "primary_key"]
    of_columns = [
        column["name"]
        for column in model["columns"].values()
        if any(constraint["type"] == "primary_key" for constraint in column["constraints"])
    ]
    return set(sum(of_model, of_columns))


def test_every_published_column_is_described_once(models: dict[str, dict[str, Any]]) -> None:
    texts: dict[str, set[str]] = {}
    for name, column in columns(models):
        assert column["doc_blocks"], f"{name}: write a doc block in models/_columns.md"
        texts.setdefault(column["name"], set()).add(column["description"])
    assert {name: found for name, found in texts.items() if len(found) > 1} == {}


def test_every_published_column_has_a_chinese_label(models: dict[str, dict[str, Any]]) -> None:
    labels: dict[str, set[str]] = {}
    for name, column in columns(models):
        label = column["config"]["meta"].get("label_zh")
        assert label, name
        labels.setdefault(column["name"], set()).add(label)
    assert {name: found for name, found in labels.items() if len(found) > 1} == {}


def test_every_test_blocks(manifest: dict[str, Any]) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert tests
    lenient = [t["name"] for t in tests if t["config"]["severity"].lower() != "error"]
    stored = [test["name"] for test in tests if test["config"]["store_failures"]]
    assert (lenient, stored) == ([], [])


def test_the_two_calls_build_every_model_once(
    manifest: dict[str, Any], calls: dict[str, set[str]]
) -> None:
    """`before_identity` and `after_identity` are all models, and no test is left out of both."""
    built = {
        name
        for name, node in [*manifest["nodes"].items(), *manifest["unit_tests"].items()]
        if node["resource_type"] in ("model", "seed", "test", "unit_test")
    }
    before, after = calls["before_identity"], calls["after_identity"]
    assert built - before - after == set()
    assert {name for name in before & after if name.startswith(("model.", "seed."))} == set()


@pytest.mark.slow
def test_every_model_builds_and_every_test_passes_without_any_row(
    project: Manifest, tmp_path: Path
) -> None:
    """Unit tests as well: a refresh leaves them out."""
    place = str(tmp_path / "siyu.duckdb")
    with duckdb.connect(place) as warehouse:
        ensure_raw_tables(warehouse, load_contracts(Settings(data=tmp_path)))
        ensure_identity_tables(warehouse)
        ensure_increment_tables(warehouse)
    results = dbt(tmp_path, project, "build", warehouse=place).results
    done = {"success", "pass", "warn", "no-op"}
    assert [f"{one.node.name}: {one.message}" for one in results if one.status not in done] == []
    kinds = {str(one.node.resource_type) for one in results}
    assert {"seed", "model", "test", "unit_test"} <= kinds
    with duckdb.connect(place, read_only=True) as warehouse:
        tables = warehouse.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('customer_center', 'marts')"
        ).fetchall()
        counts = {
            table: warehouse.execute(f"select count(*) from {table}").fetchall()[0][0]
            for (table,) in tables
        }
        assert distinct_texts_not_stored_plain(project, warehouse) == []
    assert len(counts) > 10
    # The data dictionary describes the models, not their rows.
    assert {table for table, rows in counts.items() if rows} == {"marts.rpt_data_dictionary"}


def test_every_mart_tells_its_as_of_day(models: dict[str, dict[str, Any]]) -> None:
    """That of every other published table stands in the dictionary, which is one of them."""
    silent = {
        node["name"]
        for node in models.values()
        if layer(node) == "marts" and "as_of_date" not in node["columns"]
    }
    assert silent == set()


_MATURITY = {
    "is_mature", "fully_mature", "is_period_over", "last_mature_k", "observed_months",
    "holdout_days", "is_as_of_date",
}  # fmt: skip
"""Columns that say whether a figure can still change because its window is open."""
_WITHOUT_WINDOW = {
    # files, rows, texts and runs, as they are
    "rpt_data_dictionary", "rpt_data_health", "rpt_identity_match_rates", "rpt_identity_quality",
    "rpt_rejected_rows", "rpt_restatements", "rpt_row_reconciliation", "rpt_tier_restatements",
    # days, and periods that an export counted to their end
    "rpt_community_health", "rpt_community_sales", "rpt_sales_daily", "rpt_service",
    # what is known on the as-of day, of no period
    "rpt_product_affinity", "rpt_product_roles", "rpt_segment_moves", "rpt_segments",
}  # fmt: skip


def test_every_mart_with_a_window_tells_whether_it_is_over(
    models: dict[str, dict[str, Any]],
) -> None:
    silent = {
        node["name"]
        for node in models.values()
        if layer(node) == "marts" and not _MATURITY & node["columns"].keys()
    }
    assert silent == _WITHOUT_WINDOW


def distinct_texts_not_stored_plain(
    project: Manifest, warehouse: duckdb.DuckDBPyConnection
) -> list[str]:
    """Names under meta `distinct_texts` that are no column, or one that DuckDB compresses."""
    written = dict(warehouse.execute("select table_name, sql from duckdb_tables()").fetchall())
    named = [
        (node.name, column)
        for node in project.nodes.values()
        for column in node.config.meta.get("distinct_texts", [])
    ]
    assert len(named) > 10
    return [
        f"{model}.{column}"
        for model, column in named
        if f"{column} VARCHAR USING COMPRESSION Uncompressed" not in written[model]
    ]


def test_what_names_people_is_marked(manifest: dict[str, Any]) -> None:
    """Such columns stay behind when a version goes to PostgreSQL or to files."""
    marked = {
        (node["name"], column["name"])
        for node in manifest["nodes"].values()
        for column in node["columns"].values()
        if column["meta"].get("is_personal")
    }
    assert {("customer_identifiers", "identifier_value"), ("rpt_rejected_rows", "value")} <= marked
