"""The figures of `siyu identity evaluate` against a count of every pair, and what it explains."""

from __future__ import annotations

import random
from datetime import datetime
from itertools import combinations
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.judge.evaluate import Evidence, Score, evaluate, read_evidence
from pipelines.identity.judge.mistakes import worst_mistakes
from pipelines.identity.rules.seeds import RuleSeeds, build_rules
from pipelines.identity.rules.values import stored_value
from pipelines.identity.tables import ensure_identity_tables
from pipelines.simulation import Truth
from pipelines.simulation.truth import FILES, TruthWriter, with_columns_of
from pipelines.simulation.truth import IDENTIFIERS as TRUE_IDENTIFIERS

KEY = b"key of this test"
TYPES = ("card", "phone", "openid")
MESS = ("none", "family_phone", "merged_card")


def a_world(seed: int) -> Evidence:
    """Some identifiers of a few people, mixed over a few customers; phones may have two holders."""
    draw = random.Random(seed)
    size = 60
    nodes = pl.DataFrame(
        {
            "node": range(size),
            "identifier_id": range(size),
            "identifier_type": [draw.choice(TYPES) for _ in range(size)],
            "identifier_value": [f"v{n}" for n in range(size)],
            "customer_id": [draw.choice([1, 2, 3, 4, -n - 1]) for n in range(size)],
        }
    )
    holders = [
        (node, person, draw.randrange(2), draw.choice(MESS))
        for node in range(size - 3)
        for person in draw.sample(range(8), draw.choice([1, 1, 2]))
    ]
    schema = ["node", "person_id", "component", "mess"]
    edges = pl.DataFrame(schema={"node_a": pl.Int64, "node_b": pl.Int64})
    return Evidence(nodes, pl.DataFrame(holders, schema=schema, orient="row"), edges)


def counted(world: Evidence, touched: set[int]) -> Score:
    """The same by looking at every pair."""
    customer = dict(world.nodes.select("node", "customer_id").iter_rows())
    persons: dict[int, set[int]] = {}
    components: dict[int, set[tuple[int, int]]] = {}
    for node, person, component, _ in world.holders.iter_rows():
        persons.setdefault(node, set()).add(person)
        components.setdefault(node, set()).add((person, component))
    score = dict.fromkeys(("found", "right", "true", "reachable", "reached"), 0)
    for a, b in combinations(sorted(persons), 2):
        if a not in touched and b not in touched:
            continue
        found = customer[a] == customer[b]
        true = bool(persons[a] & persons[b])
        reachable = bool(components[a] & components[b])
        score["found"] += found
        score["right"] += found and true
        score["true"] += true
        score["reachable"] += reachable
        score["reached"] += found and reachable
    return Score(name="", identifiers=len(touched), **score)


@pytest.mark.parametrize("seed", range(20))
def test_every_pair_is_counted_once(seed: int) -> None:
    world = a_world(seed)
    evaluation = evaluate(world)
    held = set(world.holders["node"])
    assert figures(evaluation.whole) == figures(counted(world, held))
    types = dict(world.nodes.select("node", "identifier_type").iter_rows())
    for score in evaluation.by_type:
        touched = {node for node in held if types[node] == score.name}
        assert figures(score) == figures(counted(world, touched)), score.name
    for score in evaluation.by_mess:
        touched = set(world.holders.filter(mess=score.name)["node"])
        assert figures(score) == figures(counted(world, touched)), score.name
    assert evaluation.unknown_identifiers == 3


def figures(score: Score) -> tuple[int, ...]:
    return (
        *(score.identifiers, score.found, score.right),
        *(score.true, score.reachable, score.reached),
    )


RULES = build_rules(
    RuleSeeds(
        identifier_types=[
            {
                "identifier_type": name,
                "label_zh": name,
                "normaliser": normaliser,
                "priority": 1,
                "is_shared_device": False,
                "description": name,
            }
            for name, normaliser in (("phone", "phone"), ("card", "issued"))
        ],
        matching_rules=[
            {
                "rule_id": 3,
                "rule_name": "card_has_phone",
                "identifier_type_a": "card",
                "identifier_type_b": "phone",
                "strength": "strong",
                "priority": 1,
                "is_alias": False,
                "min_evidence": 1,
                "is_active": True,
                "description": "",
            }
        ],
    ),
    key=KEY,
)
PHONE = "19412345670"
CHANGE = datetime(2026, 3, 1)


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    """A number that goes from person 1 to person 2; person 3 holds two cards."""
    rows = [
        ("phone", PHONE, 1, None, CHANGE, "reused_phone"),
        ("phone", PHONE, 2, CHANGE, None, "reused_phone"),
        ("card", "A", 1, None, None, "none"),
        ("card", "B", 2, None, None, "none"),
        ("card", "C", 3, None, None, "none"),
        ("card", "D", 3, None, None, "none"),
        ("phone", "19412345671", 3, None, None, "store_phone"),
    ]
    frame = pl.DataFrame(rows, schema=list(TRUE_IDENTIFIERS), orient="row")
    writer = TruthWriter(tmp_path / "truth")
    writer.append("identifiers", with_columns_of(frame, TRUE_IDENTIFIERS))
    writer.close(pl.DataFrame(schema=FILES), {})
    return Truth(tmp_path / "truth")


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """Identifiers 1 the phone, 2 to 5 the cards A to D; all cards name the phone."""
    connection = duckdb.connect()
    ensure_identity_tables(connection)
    phone = stored_value("phone", PHONE, KEY)
    connection.execute(
        "insert into identity.identifiers values (1, 'phone', $1, null, 1), "
        "(2, 'card', 'A', null, 2), (3, 'card', 'B', null, 3), (4, 'card', 'C', null, 4), "
        "(5, 'card', 'D', null, 5)",
        [phone],
    )
    connection.execute(
        """
        insert into identity.identity_edges values
            (2, 1, 3, 'crm', '2025-06-01', '2025-08-01', 2, 11, 2, 1),
            (3, 1, 3, 'crm', '2026-06-01', '2026-08-01', 2, 12, 2, 2),
            (4, 5, 3, 'crm', '2026-06-01', '2026-08-01', 2, 12, 3, 3)
        """
    )
    return connection


def test_each_period_of_a_number_has_its_holder(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    warehouse.execute(
        """
        insert into identity.identity_map values
            (1, '1900-01-01', '2026-06-01', 1, 1), (1, '2026-06-01', '9999-12-31', 2, 2),
            (2, '1900-01-01', '9999-12-31', 1, 1), (3, '1900-01-01', '9999-12-31', 2, 2),
            (4, '1900-01-01', '9999-12-31', 4, 4), (5, '1900-01-01', '9999-12-31', 4, 4)
        """
    )
    evidence = read_evidence(warehouse, truth, rules=RULES, key=KEY)
    whole = evaluate(evidence).whole
    assert figures(whole) == (6, 3, 3, 3, 3, 3)
    assert worst_mistakes(evidence) == []


def test_mistakes_come_with_their_cause(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """One period for two holders merges them; a refused edge leaves one person in two parts."""
    warehouse.execute(
        """
        insert into identity.identity_map values
            (1, '1900-01-01', '9999-12-31', 1, 1),
            (2, '1900-01-01', '9999-12-31', 1, 1), (3, '1900-01-01', '9999-12-31', 1, 1),
            (4, '1900-01-01', '9999-12-31', 4, 4)
        """
    )
    warehouse.execute(
        "insert into identity.identity_unused_edges values "
        "(4, 5, 3, 'crm', 'limit', 'would hold 2 card, at most 1')"
    )
    evidence = read_evidence(warehouse, truth, rules=RULES, key=KEY)
    whole = evaluate(evidence).whole
    assert (whole.found, whole.right, whole.reachable, whole.reached) == (3, 2, 3, 2)
    by_kind = {found.kind: found for found in worst_mistakes(evidence)}
    assert [step.file_id for step in by_kind["merged"].steps] == [11, 12]
    assert by_kind["merged"].people == (1, 2)
    [step] = by_kind["split"].steps
    assert (step.reason, step.detail) == ("limit", "would hold 2 card, at most 1")
    assert by_kind["split"].people == (3,)


def test_a_folder_without_truth_is_named(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(IdentityInputError, match="holds no truth"):
        read_evidence(warehouse, Truth(tmp_path), rules=RULES, key=KEY)
