"""Pairs that Splink predicts are evidence of weak rules, and nothing more."""

from __future__ import annotations

import random
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.seeds import RuleSeeds, build_rules
from pipelines.identity.splink.models import SplinkModel, read_models
from pipelines.identity.splink.weak_edges import predict_pairs, train_model
from pipelines.identity.tables import ensure_identity_tables

PEOPLE = 250
CONFIGURATION: dict[str, Any] = {
    "records": [
        "select card as identifier_value, * exclude (card), joined_at as seen_at from cards"
    ],
    "compare": {"name": "typo", "city": "exact", "phone_tail": "exact", "street": "name"},
    "block_on": [["name"], ["phone_tail"], ["street"]],
    "certain": [["name", "phone_tail"]],
    "rules": {90: 0.95, 91: 0.5},
}


def rule(rule_id: int, other: str = "card", strength: str = "weak") -> dict[str, Any]:
    return {
        "rule_id": rule_id, "rule_name": f"rule_{rule_id}", "identifier_type_a": "card",
        "identifier_type_b": other, "strength": strength, "priority": rule_id,
    }  # fmt: skip


RULES = build_rules(
    RuleSeeds(
        [
            {"identifier_type": name, "normaliser": "issued", "priority": priority}
            for priority, name in enumerate(("card", "lead"))
        ],
        [rule(90), rule(91), rule(92, "lead"), rule(3, "card", "strong")],
    ),
    key=b"k" * 32,
)


def make_cards() -> pl.DataFrame:
    """Cards `<person>-<n>`: most people have one, some two or three that differ a little."""
    luck = random.Random(7)
    syllables = ["wei", "fang", "na", "min", "jing", "li", "qiang", "lei", "jun", "yan", "tao"]
    rows = []
    for person in range(PEOPLE):
        name = " ".join(luck.choices(syllables, k=3))
        street, tail = f"{' '.join(luck.choices(syllables, k=2))} lu", f"{luck.randrange(2000):04}"
        for number in range(luck.choice([1, 1, 2, 3])):
            slip = luck.random()
            rows.append(
                {
                    "card": f"{person:03}-{number}",
                    "name": name[:-1] if slip < 0.1 else name,
                    "city": luck.choice(["Shanghai", "Hangzhou", "Nanjing"]),
                    "phone_tail": None if slip > 0.9 else tail,
                    "street": street,
                    "joined_at": datetime(2026, 1, 1) + timedelta(days=len(rows)),
                    "file_id": 5,
                    "line_number": len(rows) + 2,
                }
            )
    return pl.DataFrame(rows)


CARDS = make_cards()


def write_cards(connection: duckdb.DuckDBPyConnection) -> None:
    connection.register("made", CARDS.to_arrow())
    connection.execute("create table cards as from made")


def write_model(brand: Path, **changes: Any) -> SplinkModel:
    file = brand / "identity/splink/cards.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: value for name, value in (CONFIGURATION | changes).items() if value}
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    [model] = read_models(brand)
    return model


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    brand = tmp_path_factory.mktemp("brand")
    with duckdb.connect() as connection:
        write_cards(connection)
        model = write_model(brand)
        training = train_model(connection, model, RULES)
        first = model.trained_file.read_bytes()
        train_model(connection, model, RULES)
    assert training.records == CARDS.height
    assert training.pairs[90] > training.pairs[91] > 0
    assert model.trained_file.read_bytes() == first, "training is repeatable"
    return brand


@pytest.fixture
def brand(trained: Path, tmp_path: Path) -> Path:
    return shutil.copytree(trained, tmp_path / "brand")


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        write_cards(connection)
        ensure_identity_tables(connection)
        yield connection


def evidence(connection: duckdb.DuckDBPyConnection, columns: str = "*") -> list[tuple[Any, ...]]:
    return connection.execute(
        f"select {columns} from identity.predicted_evidence order by all"
    ).fetchall()


def test_pairs_are_people_and_say_where_they_come_from(
    warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    [prediction] = predict_pairs(warehouse, read_models(brand), RULES)
    pairs = evidence(warehouse, "identifier_value_a, identifier_value_b")
    assert (prediction.model, prediction.pairs, prediction.is_new) == ("cards", len(pairs), True)
    right = [a[:3] == b[:3] for a, b in pairs]
    [(true_pairs,)] = warehouse.execute(
        "select count(*) from cards a join cards b on a.card[:3] = b.card[:3] and a.card < b.card"
    ).fetchall()
    assert sum(right) > 0.99 * len(pairs)
    assert sum(right) > 0.97 * true_pairs
    [(strays,)] = warehouse.execute(
        """
        select count(*) from identity.predicted_evidence e
        join cards b on b.card = identifier_value_b
        where first_seen_at <> b.joined_at or last_seen_at <> b.joined_at or e.file_id <> 5
            or e.line_number <> b.line_number or source <> 'splink:cards'
            or rule_id <> if(match_probability >= 0.95, 90, 91) or match_probability < 0.5
        """
    ).fetchall()
    assert strays == 0, "the later of both records is the evidence"


def test_what_did_not_change_is_not_predicted_again(
    warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    def is_new() -> bool:
        return predict_pairs(warehouse, read_models(brand), RULES)[0].is_new

    assert is_new()
    before = evidence(warehouse)
    assert not is_new()
    warehouse.execute(
        "update cards set name = 'nobody', street = null where card = $1", [before[0][1]]
    )
    assert is_new()
    assert before[0][1] not in {value for row in evidence(warehouse) for value in row}
    write_model(brand, rules={91: 0.5})
    assert is_new()
    assert {row[0] for row in evidence(warehouse)} == {91}


def test_a_model_that_is_taken_away_takes_its_pairs_with_it(
    warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    predict_pairs(warehouse, read_models(brand), RULES)
    assert predict_pairs(warehouse, [], RULES) == []
    assert evidence(warehouse) == []
    assert warehouse.execute("select count(*) from identity.identity_state").fetchall() == [(0,)]


def test_two_queries_are_compared_with_one_another_only(
    warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    query = CONFIGURATION["records"][0]
    sides = [f"{query} where card like '%-0'", f"{query} where card not like '%-0'"]
    write_model(brand, records=sides, rules={92: 0.9})
    predict_pairs(warehouse, read_models(brand), RULES)
    pairs = evidence(warehouse, "identifier_value_a, identifier_value_b")
    assert len(pairs) > 100
    assert {(a[-1] == "0", b[-1] == "0") for a, b in pairs} == {(True, False)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rules": {7: 0.9}}, "there is no rule 7; add it to the seed identity_rules"),
        ({"rules": {3: 0.9}}, "rule 3 rule_3 is strong"),
        ({"rules": {92: 0.9}}, "join card and lead, which takes 2 queries (got 1)"),
        ({"rules": {90: 0.9, 92: 0.5}}, "join different identifier types"),
        ({"records": ["select card as identifier_value from cards"]}, "has no column city, name"),
        ({"records": ["select card, name from nowhere"]}, "Table with name nowhere"),
        (
            {"records": ["select '1-0' as identifier_value, * exclude (card) from cards"]},
            "identifier_value '1-0' stands there more than once",
        ),
    ],
)
def test_a_model_that_does_not_fit_the_warehouse(
    changes: dict[str, Any], message: str, warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    write_model(brand, **changes)
    with pytest.raises(IdentityInputError, match=r"cards\.yml, field r") as caught:
        predict_pairs(warehouse, read_models(brand), RULES)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"compare": None}, "cards.yml, field compare: Field required"),
        ({"compare": {"name": "sounds", "city": "exact"}}, "field compare.name: Input should be"),
        ({"certain": [["nick"]]}, "nick: add it to `compare`, or leave it out here"),
        ({"block_on": [["name"], ["name", "city"]]}, "`block_on` never lets name differ"),
        ({"rules": {90: 1.5}}, "field rules.90: Input should be less than 1 (got 1.5)"),
        ({"colour": "blue"}, "field colour: Extra inputs are not permitted (got 'blue')"),
    ],
)
def test_a_file_that_is_no_model(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(IdentityInputError) as caught:
        write_model(tmp_path, **changes)
    assert message in str(caught.value)


def test_a_model_must_be_trained_first(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_model(tmp_path)
    with pytest.raises(IdentityInputError, match="run `siyu identity train cards`"):
        predict_pairs(warehouse, read_models(tmp_path), RULES)


@pytest.mark.parametrize("content", ["{", "{}", '{"comparisons": [], "shape": 1}'])
def test_a_trained_file_that_cannot_be_used(
    content: str, warehouse: duckdb.DuckDBPyConnection, brand: Path
) -> None:
    [model] = read_models(brand)
    model.trained_file.write_text(content, "utf-8")
    with pytest.raises(IdentityInputError, match=r"cards\.json: Splink cannot .*train cards"):
        predict_pairs(warehouse, [model], RULES)
    assert evidence(warehouse) == []


def test_without_splink_only_a_model_is_a_mistake(
    warehouse: duckdb.DuckDBPyConnection, brand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    assert predict_pairs(warehouse, read_models(brand / "without"), RULES) == []
    with pytest.raises(IdentityInputError, match=r"pip install 'siyu\[splink\]'"):
        predict_pairs(warehouse, read_models(brand), RULES)


def test_records_that_teach_nothing(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    warehouse.execute("update cards set name = card, phone_tail = card, street = card")
    with pytest.raises(IdentityInputError, match=r"cards\.yml: Splink could not learn"):
        train_model(warehouse, write_model(tmp_path), RULES)
