"""Planned changes of rules, read from a file and laid over the seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.identity.rules.planned_change import RuleChangeError, read_rule_change
from pipelines.identity.rules.seeds import RuleSeeds, build_rules, read_seeds
from pipelines.settings import REPOSITORY
from tests.unit.identity.stored_world import KEY, Stored


@pytest.fixture(scope="module")
def seeds() -> RuleSeeds:
    return read_seeds(Stored().connection)


def test_yaml_changes_adds_and_removes_rows(seeds: RuleSeeds, tmp_path: Path) -> None:
    path = tmp_path / "change.yml"
    path.write_text(
        """
        identity_rules:
          - {rule_id: 8, is_active: true, min_evidence: 7}
        identity_identifier_types:
          - {identifier_type: phone, max_per_customer: 9}
        identity_block_list:
          - {identifier_type: phone, value_clear: '13912340000', reason: store line}
          - {identifier_type: phone, value_clear: '13800138000', remove: true}
        """,
        "utf-8",
    )
    change = read_rule_change(path)
    rules = build_rules(change.applied_to(seeds), key=KEY)
    assert rules.matching_rules[8].is_active
    assert rules.matching_rules[8].min_evidence == 7
    assert rules.identifier_types["phone"].max_per_customer == 9
    before = build_rules(seeds, key=KEY)
    assert rules.blocked_values.height == before.blocked_values.height + 1
    words = change.in_words(seeds)
    assert "identity_rules, 8: min_evidence from 1 to 7" in words
    assert "identity_block_list, phone 13912340000: is new" in words
    assert "identity_block_list, phone 13800138000: goes" in words


def test_a_copy_of_the_seed_with_one_changed_cell_is_one_change(
    seeds: RuleSeeds, tmp_path: Path
) -> None:
    text = (REPOSITORY / "dbt_project/seeds/identity_rules.csv").read_text("utf-8")
    path = tmp_path / "identity_rules.csv"
    path.write_text(text.replace("\n6,member_card_merged", "\n6,card_merged"), "utf-8")
    change = read_rule_change(path)
    assert change.in_words(seeds) == [
        "identity_rules, 6: rule_name from member_card_merged to card_merged"
    ]
    build_rules(change.applied_to(seeds), key=KEY)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.yml", "identity_rule: []", "'identity_rule' is no seed of identity"),
        ("a.yml", "identity_rules: {rule_id: 8}", "not a list of rows"),
        ("a.yml", "identity_rules: [{is_active: true}]", "row 1: rule_id is missing"),
        ("a.yml", "identity_rules: [{rule_id: 8, active: true}]", "column active.*got True"),
        ("a.yml", "- [", "is not valid YAML"),
        ("a.csv", "name,active\n8,true\n", "the header names no row of a seed"),
        ("a.csv", "rule_id,activ\n8,true\n", "row 2, column activ"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(RuleChangeError, match=expected):
        read_rule_change(path)


def test_a_row_to_remove_must_be_there(seeds: RuleSeeds, tmp_path: Path) -> None:
    path = tmp_path / "change.yml"
    path.write_text("identity_rules: [{rule_id: 4711, remove: true}]", "utf-8")
    with pytest.raises(RuleChangeError, match="4711: there is no such row to remove"):
        read_rule_change(path).applied_to(seeds)


def test_an_unknown_rule_number_is_a_new_rule(seeds: RuleSeeds, tmp_path: Path) -> None:
    path = tmp_path / "change.yml"
    path.write_text("identity_rules: [{rule_id: 4711, is_active: true}]", "utf-8")
    with pytest.raises(RuleChangeError, match=r"4711: no row is named so.*new one.*rule_name"):
        read_rule_change(path).applied_to(seeds)
