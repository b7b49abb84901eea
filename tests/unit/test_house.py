"""The plan of the house, held against the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipelines.settings import REPOSITORY

DOMAIN = (
    "attribution",
    "audiences",
    "exports",
    "identity",
    "lifetime_value",
    "metrics",
    "privacy",
    "publishing",
    "reporting",
    "simulation",
)
PACKAGE = REPOSITORY / "pipelines"


def imported_modules(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


@pytest.mark.parametrize("folder", [*(f"pipelines/{folder}" for folder in DOMAIN), "dashboard"])
def test_domain_folders_do_not_import_dagster(folder: str) -> None:
    files = list((REPOSITORY / folder).rglob("*.py"))
    assert files
    for path in files:
        assert not {m for m in imported_modules(path) if m.split(".")[0].startswith("dagster")}, (
            path
        )


def test_definitions_stay_short() -> None:
    assert len((PACKAGE / "definitions.py").read_text("utf-8").splitlines()) < 15


def test_only_settings_read_the_environment() -> None:
    readers = re.compile(r"os\.environ(\.get\(|\[[^\]]+\](?!\s*=))|os\.getenv")
    for path in PACKAGE.rglob("*.py"):
        if path.name != "settings.py":
            assert not readers.search(path.read_text("utf-8")), path


@pytest.mark.parametrize(
    ("name", "fewest"), [("requirements.lock", 100), ("requirements-bench.lock", 10)]
)
def test_a_lock_pins_everything_with_hashes_and_names_no_index(name: str, fewest: int) -> None:
    lock = (REPOSITORY / name).read_text("utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    requirements = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert len(requirements) > fewest
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z-]+\])?==", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_no_path_of_a_machine_in_the_tree() -> None:
    machine = re.compile(r"/(?:home|root|Users)/[a-z.]")
    for folder in (
        "pipelines",
        "dbt_project",
        "tests",
        "docs",
        "brand",
        "notebooks",
        "benchmarks",
        "dashboard",
    ):
        for path in (REPOSITORY / folder).rglob("*"):
            if path.suffix in {".py", ".sql", ".yml", ".md", ".csv"} and (
                "target" not in path.parts and path != Path(__file__)
            ):
                assert not machine.search(path.read_text("utf-8")), path
