"""People found in a FEBRL set by our way and by Splink's clustering, from the same predicted pairs.

Argument 1 the folder of the CSV files, 2 the set (1 to 4), 3 `all` its fields or those that a
`shop` knows: no date of birth and no social security number.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from splink import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from benchmarks.workers.told import Clock, tell
from pipelines.identity import ensure_identity_tables, resolve_identities
from pipelines.identity.correct.decisions import Decisions
from pipelines.identity.rules.seeds import Rules, RuleSeeds, build_rules
from pipelines.identity.splink.models import SplinkModel
from pipelines.identity.splink.weak_edges import predict_pairs, train_model
from pipelines.identity.sql import transaction

_SETS = {"1": ("febrl1",), "2": ("febrl2",), "3": ("febrl3",), "4": ("febrl4a", "febrl4b")}
_MOST_RECORDS = {"1": 2, "2": 6, "3": 6, "4": 1}
"""Of one person in one table, as the sets are described: one original and up to so many copies."""
_SHOP = {"given_name": "name", "surname": "name", "street_number": "typo", "address_1": "name",
    "suburb": "name", "postcode": "typo"}  # fmt: skip
_FIELDS = {"shop": _SHOP, "all": {**_SHOP, "date_of_birth": "typo", "soc_sec_id": "typo"}}
_BLOCKS = [["given_name", "surname"], ["postcode", "surname"], ["postcode", "given_name"],
    ["suburb", "address_1"], ["suburb", "given_name"], ["suburb", "surname"],
    ["street_number", "postcode"]]  # fmt: skip
_MORE_BLOCKS = {"shop": [], "all": [["date_of_birth"], ["soc_sec_id"]]}
_CERTAIN = {
    "shop": [["given_name", "surname", "postcode"]],
    "all": [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
}
_RULES = {90: 0.999, 91: 0.99, 92: 0.95, 93: 0.8, 94: 0.5}


def main(folder: str, number: str, fields: str) -> None:
    """Train, predict, resolve; then score both clusterings against the truth."""
    clock, tables = Clock(), _SETS[number]
    with duckdb.connect() as connection:
        _write_inputs(connection, Path(folder), tables)
        model = _model(Path(folder), tables, fields)
        rules = _rules(tables, _MOST_RECORDS[number])
        with clock.running():
            train_model(connection, model, rules)
            predict_pairs(connection, [model], rules)
            with transaction(connection):
                resolve_identities(
                    connection,
                    rules=rules,
                    decisions=Decisions(),
                    now=datetime.now(UTC),
                    evidence_version="1",
                )
        ours = _score(
            connection,
            "select identifier_value as record, customer_id as person "
            "from identity.identity_map join identity.identifiers using (identifier_id)",
        )
        splink = {str(at): _score(connection, _clusters(connection, at)) for at in _RULES.values()}
    tell(clock, ours=ours, splink=splink)


def _write_inputs(
    connection: duckdb.DuckDBPyConnection, folder: Path, tables: tuple[str, ...]
) -> None:
    """Every record is seen; no evidence but Splink's joins any two."""
    ensure_identity_tables(connection)
    connection.execute("create schema intermediate")
    for name in tables:
        connection.execute(
            f"create table {name} as "
            f"from read_csv('{folder / name}.csv', header = true, all_varchar = true)"
        )
    records = " union all ".join(f"select '{name}' as type, rec_id from {name}" for name in tables)
    connection.execute(
        f"""
        create table intermediate.int_identity__sightings as
        select type as identifier_type, rec_id as identifier_value, type as source,
            timestamp '2026-01-01' as seen_at, 1::bigint as file_id, 1::bigint as line_number
        from ({records});
        create table intermediate.int_identity__derived_sightings as
        from intermediate.int_identity__sightings limit 0;
        create table intermediate.int_identity__evidence as
        select * exclude (match_probability) from identity.predicted_evidence limit 0;
        create table intermediate.int_identity__derived_evidence as
        from intermediate.int_identity__evidence;
        create schema ledger;
        create table ledger.files as select 1 as file_id, true as is_current, 'loaded' as status;
        """
    )


def _model(folder: Path, tables: tuple[str, ...], fields: str) -> SplinkModel:
    return SplinkModel.model_validate(
        {
            "file": folder / f"{'_'.join(tables)}_{fields}.yml",
            "records": [f"select rec_id as identifier_value, * from {name}" for name in tables],
            "compare": _FIELDS[fields],
            "block_on": [*_BLOCKS, *_MORE_BLOCKS[fields]],
            "certain": _CERTAIN[fields],
            "rules": _RULES,
        }
    )


def _rules(tables: tuple[str, ...], most: int) -> Rules:
    types = [
        {"identifier_type": name, "normaliser": "issued", "priority": 1, "max_per_customer": most}
        for name in tables
    ]
    rules = [
        {"rule_id": rule, "rule_name": f"splink_{at}", "identifier_type_a": tables[0],
            "identifier_type_b": tables[-1], "strength": "weak", "priority": rule}
        for rule, at in _RULES.items()
    ]  # fmt: skip
    return build_rules(RuleSeeds(types, rules), key=b"k" * 32)


def _clusters(connection: duckdb.DuckDBPyConnection, threshold: float) -> str:
    clusters = cluster_pairwise_predictions_at_threshold(
        connection.sql(
            "select identifier_value as record from intermediate.int_identity__sightings"
        ),
        connection.sql(
            "select identifier_value_a as record_l, identifier_value_b as record_r, "
            "match_probability from identity.predicted_evidence"
        ),
        DuckDBAPI(connection),
        node_id_column_name="record",
        threshold_match_probability=threshold,
    )
    return f"select record, cluster_id as person from {clusters.physical_name}"


def _score(connection: duckdb.DuckDBPyConnection, found: str) -> dict[str, float]:
    """Pairs of records: the share that is right, the share that was found, their harmonic mean."""
    [(right, claimed, true)] = connection.execute(
        f"""
        with records as (
            select record, person as found, split_part(record, '-', 2) as person from ({found})
        )
        select
            (select sum(n * (n - 1) / 2) from
                (select count(*) as n from records group by found, person)),
            (select sum(n * (n - 1) / 2) from (select count(*) as n from records group by found)),
            (select sum(n * (n - 1) / 2) from (select count(*) as n from records group by person))
        """
    ).fetchall()
    return {
        "precision": right / max(claimed, 1),
        "recall": right / true,
        "f1": 2 * right / (claimed + true),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
