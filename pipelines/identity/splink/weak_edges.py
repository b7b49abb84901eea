"""Optional: pairs that a Splink model holds to be one person, as evidence of weak rules.

Splink predicts pairs and nothing else. Its pairs are derived evidence like any other: limits,
guards, blocks and people's decisions apply to them, and the engine alone forms customers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.rules.seeds import RULES_SEED, Rules
from pipelines.identity.splink.linker import ORIGIN, find_pairs, learn, require_splink
from pipelines.identity.splink.models import SplinkModel

_TABLE = "identity.predicted_evidence"


@dataclass(frozen=True)
class Prediction:
    """What a model said."""

    model: str
    records: int
    pairs: int
    is_new: bool
    """False: nothing that it reads has changed since it was last asked."""


@dataclass(frozen=True)
class Training:
    """What a model learned from, and what it would say now."""

    model: SplinkModel
    records: int
    pairs: dict[int, int]
    """Pairs per rule."""


def predict_pairs(
    connection: duckdb.DuckDBPyConnection, models: Sequence[SplinkModel], rules: Rules
) -> list[Prediction]:
    """Bring the predicted evidence up to date, within the caller's transaction.

    Raises:
        IdentityInputError: Splink is not installed; a model is not trained, names a rule that is
            unknown, strong or of other types, or its records lack a column or repeat a value.
    """
    _forget_others(connection, models)
    return [_predict(connection, model, rules) for model in models]


def train_model(
    connection: duckdb.DuckDBPyConnection, model: SplinkModel, rules: Rules
) -> Training:
    """Learn from the brand's records, without labels; write the model's JSON file.

    Repeatable: the same records give the same file.

    Raises:
        IdentityInputError: as `predict_pairs`, or the records do not allow to learn from them.
    """
    require_splink(model)
    _check_rules(model, rules)
    frames = _read_records(connection, model)
    model.trained_file.write_text(f"{learn(model, frames)}\n", "utf-8")
    found = pl.Series(find_pairs(model, frames)["rule_id"]).value_counts()
    pairs = dict.fromkeys(model.rules, 0) | dict(found.rows())
    return Training(model, sum(frame.num_rows for frame in frames), pairs)


def _forget_others(connection: duckdb.DuckDBPyConnection, models: Sequence[SplinkModel]) -> None:
    sources = [model.source for model in models]
    connection.execute(f"delete from {_TABLE} where not list_contains($1, source)", [sources])
    connection.execute(
        "delete from identity.identity_state "
        "where starts_with(name, 'splink:') and not list_contains($1, name)",
        [sources],
    )


def _predict(connection: duckdb.DuckDBPyConnection, model: SplinkModel, rules: Rules) -> Prediction:
    if not model.is_trained:
        raise IdentityInputError(
            f"{model.file} is not trained: {model.trained_file.name} is missing beside it; "
            f"run `siyu identity train {model.name}`, or move the model out of this folder"
        )
    require_splink(model)
    _check_rules(model, rules)
    frames = _read_records(connection, model)
    records = sum(frame.num_rows for frame in frames)
    version = _version(model, frames)
    known = connection.execute(
        "select value from identity.identity_state where name = $1", [model.source]
    ).fetchone()
    is_new = known is None or known[0] != version
    if is_new:
        connection.execute(f"delete from {_TABLE} where source = $1", [model.source])
        connection.register("found", find_pairs(model, frames))
        connection.execute(
            f"insert into {_TABLE} by name select *, $1 as source from found", [model.source]
        )
        connection.unregister("found")
        connection.execute("delete from identity.identity_state where name = $1", [model.source])
        connection.execute(
            "insert into identity.identity_state values ($1, $2)", [model.source, version]
        )
    [(pairs,)] = connection.execute(
        f"select count(*) from {_TABLE} where source = $1", [model.source]
    ).fetchall()
    return Prediction(model.name, records, pairs, is_new)


def _check_rules(model: SplinkModel, rules: Rules) -> None:
    types = set()
    for rule_id in model.rules:
        rule = rules.matching_rules.get(rule_id)
        if rule is None:
            raise IdentityInputError(
                f"{model.file}, field rules: there is no rule {rule_id}; add it to the seed "
                f"{RULES_SEED}"
            )
        if rule.strength != "weak":
            raise IdentityInputError(
                f"{model.file}, field rules: rule {rule_id} {rule.rule_name} is strong, but a "
                "predicted pair is never proof; name a weak rule"
            )
        types.add((rule.identifier_type_a, rule.identifier_type_b))
    [first, *others] = sorted(types)
    if others:
        raise IdentityInputError(
            f"{model.file}, field rules: its rules join different identifier types "
            f"({', '.join(' and '.join(pair) for pair in sorted(types))}); write one model for each"
        )
    wanted = 1 if first[0] == first[1] else 2
    if len(model.records) != wanted:
        raise IdentityInputError(
            f"{model.file}, field records: its rules join {first[0]} and {first[1]}, which takes "
            f"{wanted} {'query' if wanted == 1 else 'queries'} (got {len(model.records)})"
        )


def _read_records(connection: duckdb.DuckDBPyConnection, model: SplinkModel) -> list[pa.Table]:
    """The records of each query, numbered from 0 in the order of their values."""
    return [_read(connection, model, number) for number in range(len(model.records))]


def _read(connection: duckdb.DuckDBPyConnection, model: SplinkModel, number: int) -> pa.Table:
    place = f"{model.file}, field records.{number}"
    try:
        query = connection.sql(f"select * from ({model.records[number]}\n)")
        compared = ["identifier_value", *model.compare]
        if missing := [name for name in compared if name not in query.columns]:
            raise IdentityInputError(
                f"{place}: the query has no column {', '.join(missing)} "
                f"(it has {', '.join(query.columns)})"
            )
        columns = [f"cast({name} as varchar) as {name}" for name in compared]
        columns += [
            f"cast({name if name in query.columns else 'null'} as {kind}) as {name}"
            for name, kind in ORIGIN.items()
        ]
        known = query.filter("identifier_value is not null").select(", ".join(columns))
        records = known.order("identifier_value").to_arrow_table()
    except duckdb.Error as error:
        raise IdentityInputError(f"{place}: {error}") from error
    values = pl.Series(records["identifier_value"])
    if (repeated := values.is_duplicated()).any():
        raise IdentityInputError(
            f"{place}: identifier_value {values.filter(repeated)[0]!r} stands there more than once;"
            " the query must give one row for each identifier"
        )
    return records.append_column("unique_id", pa.array(range(len(values)), pa.int64()))


def _version(model: SplinkModel, frames: Sequence[pa.Table]) -> str:
    """Changes with everything that decides the pairs."""
    digest = hashlib.sha256(model.trained_file.read_bytes())
    digest.update(repr((model.block_on, sorted(model.rules.items()))).encode())
    for frame in frames:
        digest.update(pl.DataFrame(frame).hash_rows().to_numpy().tobytes())
    return digest.hexdigest()
