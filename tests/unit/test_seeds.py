"""The seeds hold every code that the platforms' documents list."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipelines.exports.contract_files import SHIPPED, read_contracts
from pipelines.settings import REPOSITORY

SEEDS = REPOSITORY / "dbt_project" / "seeds"


def codes(seed: str, column: str) -> set[str]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def readme(shared: Path) -> str:
    return (shared / "exports" / "README.md").read_text("utf-8")


def cells_below(readme: str, heading: str) -> list[str]:
    """Cells of the first table whose heading row begins so."""
    table = readme[readme.index(heading) :].split("\n\n")[0]
    return [
        cell.replace("*", "").strip() for row in table.splitlines()[2:] for cell in row.split("|")
    ]


def test_every_way_of_adding_a_wecom_contact_has_a_channel(readme: str) -> None:
    listed = {cell for cell in cells_below(readme, "| add_way |") if cell.isdigit()}
    assert len(listed) > 20
    assert listed <= codes("channel_map_wecom_add_way", "add_way")


def test_every_way_of_following_an_account_has_a_channel(readme: str) -> None:
    cells = cells_below(readme, "| ADD_SCENE_ |")
    listed = {name for cell in cells for name in cell.split(" / ") if re.match(r"^[A-Z_]+$", name)}
    assert len(listed) > 10
    known = codes("channel_map_official_account_scene", "subscribe_scene")
    assert {f"ADD_SCENE_{name}" for name in listed} <= known


def test_every_change_of_a_wecom_contact_is_known(readme: str) -> None:
    line = next(row for row in readme.splitlines() if "Events `change_external_contact`" in row)
    listed = set(re.findall(r"(?:add|edit|del|transfer)_[a-z_]+", line))
    assert len(listed) == 6
    assert listed <= codes("wecom_change_types", "change_type")


def test_every_result_of_a_mass_send_is_known() -> None:
    with (SEEDS / "outreach_status_map.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["medium"], row["status"]) for row in csv.DictReader(file)}
    for medium in ("wecom_single", "wecom_group"):
        assert {(medium, str(status)) for status in range(4)} <= listed


def test_every_export_ends_in_a_fact_or_says_why_not() -> None:
    with (SEEDS / "export_facts.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["source"], row["export"]): row for row in csv.DictReader(file)}
    contracts = read_contracts(SHIPPED, SHIPPED / "none")
    assert set(listed) == {(contract.source, contract.export) for contract in contracts}
    assert [key for key, row in listed.items() if not row["fact"] and not row["note"]] == []
    model = next((REPOSITORY / "dbt_project").rglob("int_reconciliation__newest.sql"))
    counted = re.findall(r"'(\w+)', '(\w+)', 'stg_", model.read_text("utf-8"))
    assert set(counted) == set(listed)
