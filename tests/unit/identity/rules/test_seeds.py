"""Rules are data: the shipped ones are sound, and a mistake is told where it stands."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.seeds import RuleSeeds, build_rules, read_rules
from pipelines.identity.rules.values import stored_value
from pipelines.settings import REPOSITORY

KEY = b"k" * 32
SEEDS = REPOSITORY / "dbt_project" / "seeds"


def rows(seed: str) -> list[dict[str, Any]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


@pytest.fixture
def shipped() -> RuleSeeds:
    return RuleSeeds(
        rows("identity_identifier_types"),
        rows("identity_rules"),
        rows("identity_block_list"),
        rows("identity_block_patterns"),
    )


def changed(seeds: RuleSeeds, part: str, key: tuple[str, str], cells: dict[str, Any]) -> RuleSeeds:
    """The seeds with some cells of one row replaced."""
    column, value = key
    table = [row | cells if row[column] == value else row for row in getattr(seeds, part)]
    assert table != getattr(seeds, part)
    return replace(seeds, **{part: table})


def test_the_shipped_rules_are_sound(shipped: RuleSeeds) -> None:
    rules = build_rules(shipped, key=KEY)
    assert len(rules.identifier_types) == len(shipped.identifier_types)
    assert rules.type_table.height == len(shipped.identifier_types)
    assert rules.rule_table["rule_id"].to_list() == sorted(rules.matching_rules)
    assert rules.matching_rules[6].is_alias


def test_every_kind_of_identifier_of_the_field_has_a_row(shipped: RuleSeeds) -> None:
    """Also those that no export names yet: a brand that can deliver them needs no new code."""
    types = build_rules(shipped, key=KEY).identifier_types
    assert types.keys() >= {
        "phone", "unionid", "wechat_openid", "wecom_external_userid", "douyin_open_id",
        "tmall_nick", "crm_member_id", "email", "device",
    }  # fmt: skip
    assert {name for name, row in types.items() if row.is_shared_device} == {"device"}


def test_no_device_is_a_blank_one(shipped: RuleSeeds) -> None:
    [pattern] = [
        row.pattern
        for row in build_rules(shipped, key=KEY).block_patterns
        if row.identifier_type == "device"
    ]
    blank = "00000000-0000-0000-0000-000000000000"
    texts = [blank, "null", "idfa:" + blank, "idfa:6D92078A-8246-4BA4-AE5B-76104861E7DC"]
    matches = [
        duckdb.sql("select regexp_full_match($1, $2)", params=[text, pattern]).fetchall()[0][0]
        for text in texts
    ]
    assert matches == [True, True, True, False]


def test_the_numbers_that_everybody_types_are_blocked_in_the_form_of_the_warehouse(
    shipped: RuleSeeds,
) -> None:
    blocked = build_rules(shipped, key=KEY).blocked_values
    assert blocked.select("identifier_type", "identifier_value").is_unique().all()
    for typed in ("13800138000", "+86 13900138000", "13800000000", "18888888888", "13812345678"):
        assert stored_value("phone", typed, KEY) in blocked["identifier_value"], typed
    assert stored_value("phone", "13812345670", KEY) not in blocked["identifier_value"]
    assert stored_value("email", " Test@QQ.com", KEY) in blocked["identifier_value"]
    assert stored_value("account", "匿名用户", KEY) in blocked["identifier_value"]


def test_patterns_over_issued_ids_stay_regular_expressions(shipped: RuleSeeds) -> None:
    patterns = build_rules(shipped, key=KEY).block_patterns
    assert {pattern.identifier_type for pattern in patterns} >= {"unionid", "wechat_openid"}
    [pattern] = [p.pattern for p in patterns if p.identifier_type == "wechat_openid"]
    texts = ["demo:null", "demo:NULL", "demo:0000", "demo:o6_bm", "null"]
    matches = [
        duckdb.sql("select regexp_full_match($1, $2)", params=[text, pattern]).fetchall()[0][0]
        for text in texts
    ]
    assert matches == [True, True, True, False, True]


def test_seeds_are_read_from_the_warehouse(shipped: RuleSeeds) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema seeds")
        with pytest.raises(IdentityInputError, match="seed identity_identifier_types: the warehou"):
            read_rules(connection, key=KEY)
        for seed in ("identifier_types", "rules", "block_list", "block_patterns"):
            connection.execute(
                f"create table seeds.identity_{seed} as from read_csv($1)",
                [str(SEEDS / f"identity_{seed}.csv")],
            )
        read = read_rules(connection, key=KEY)
        assert read.fingerprint == build_rules(shipped, key=KEY).fingerprint
        connection.execute("alter table seeds.identity_rules drop column is_alias")
        with pytest.raises(IdentityInputError, match=r"lacks the column is_alias; `siyu refresh`"):
            read_rules(connection, key=KEY)


def test_the_fingerprint_follows_what_can_change_who_is_who(shipped: RuleSeeds) -> None:
    before = build_rules(shipped, key=KEY).fingerprint
    texts = changed(shipped, "matching_rules", ("rule_id", "3"), {"description": "other words"})
    assert build_rules(texts, key=KEY).fingerprint == before
    limit = changed(
        shipped, "identifier_types", ("identifier_type", "unionid"), {"max_per_customer": "2"}
    )
    assert build_rules(limit, key=KEY).fingerprint != before
    block = replace(
        shipped,
        block_list=[
            {"identifier_type": "phone", "value_clear": "13911112222", "reason": "our shop"},
            *shipped.block_list,
        ],
    )
    assert build_rules(block, key=KEY).fingerprint != before


RULE_3 = ("rule_id", "3")
PHONE = ("identifier_type", "phone")
ROW_OF_DIGITS = ("reason", "digits in a row")


@pytest.mark.parametrize(
    ("part", "key", "cells", "message"),
    [
        ("matching_rules", RULE_3, {"strength": "medium"},
         r"identity_rules, rule_id 3, column strength: Input should be 'strong' or 'weak' "
         r"\(got 'medium'\)"),
        ("matching_rules", RULE_3, {"identifier_type_b": "phnoe"},
         r"column identifier_type_b: 'phnoe' is no identifier type; add it to the seed"),
        ("matching_rules", RULE_3, {"is_alias": "true"}, "an alias joins two identifiers of one"),
        ("matching_rules", RULE_3, {"min_evidence": "0"}, "column min_evidence: .* 1 "),
        ("matching_rules", RULE_3, {"rule_id": "4"}, "rule_id 4 stands there twice: keep one row"),
        ("matching_rules", RULE_3, {"weight": "4"}, "column weight: Extra inputs"),
        ("identifier_types", PHONE, {"normaliser": "e164"},
         r"identifier_type phone, column normaliser: Input should be 'phone', .* \(got 'e164'\)"),
        ("identifier_types", PHONE, {"guard_min": ""}, "both guard_min and guard_max"),
        ("identifier_types", PHONE, {"guard_min": "50"}, "50 is above guard_max"),
        ("identifier_types", PHONE, {"max_per_customer": "", "limit_window_days": "9"},
         "9 limits nothing without max_per_customer"),
        ("identifier_types", PHONE, {"max_per_customer": "three"},
         r"column max_per_customer: .* \(got 'three'\)"),
        ("identifier_types", ("identifier_type", "email"), {"identifier_type": "mail"},
         "identity_block_patterns, identifier_type email, .* 'email' is no identifier type"),
        ("block_list", PHONE, {"value_clear": "400-820-8820"},
         "value_clear 400-820-8820, column value_clear: no phone can look like this"),
        ("block_patterns", ROW_OF_DIGITS, {"pattern": "139.*"},
         r"pattern 139\.\*, column pattern: '\.' at 4 stands for any number of texts; .* keyed"),
        ("block_patterns", ROW_OF_DIGITS, {"pattern": "139[0-9]{8}"}, "more than 100,000 texts"),
        ("block_patterns", ("identifier_type", "unionid"), {"pattern": "(a"},
         "no regular expression: .*missing"),
    ],
)  # fmt: skip
def test_a_mistake_names_seed_row_column_value_and_remedy(
    shipped: RuleSeeds, part: str, key: tuple[str, str], cells: dict[str, Any], message: str
) -> None:
    with pytest.raises(IdentityInputError, match=message):
        build_rules(changed(shipped, part, key, cells), key=KEY)


def test_several_mistakes_are_told_at_once(shipped: RuleSeeds) -> None:
    seeds = changed(shipped, "matching_rules", RULE_3, {"strength": "x", "min_evidence": "y"})
    seeds = changed(seeds, "identifier_types", PHONE, {"priority": ""})
    with pytest.raises(IdentityInputError) as error:
        build_rules(seeds, key=KEY)
    assert len(str(error.value).splitlines()) == 3
