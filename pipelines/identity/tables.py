"""The schema `identity`: what resolution keeps between runs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.identity.sql import scalar


@dataclass(frozen=True)
class Table:
    """A table of the schema `identity`: what one row is, and its columns in SQL."""

    description: str
    columns: str


VALUE_MD5 = "md5_number(identifier_type || ':' || identifier_value)"
"""In SQL: what `value_md5` holds. Its 128 bits tell values apart, so that a search of the
dictionary reads no strings. Every release of DuckDB must make the same: a test asks."""

# No primary keys: DuckDB would keep an index over millions of strings for what resolve.py, the
# only writer, guarantees by construction and the dbt tests check.
TABLES = {
    "identifiers": Table(
        "One row per identifier ever seen: exact type and value to integer, and when it was seen "
        "first as far as was known when it came. Append-only; only an erasure takes a row out, "
        "and its id is never used again.",
        """identifier_id bigint not null, identifier_type varchar not null,
        identifier_value varchar using compression uncompressed not null,
        first_seen_at timestamp,
        value_md5 uhugeint using compression uncompressed not null""",
    ),
    "identity_seen_earlier": Table(
        "One row per identifier that a later file saw earlier than the dictionary says.",
        "identifier_id bigint not null, first_seen_at timestamp not null",
    ),
    "identity_absent": Table(
        "One row per identifier of the dictionary that no present evidence names.",
        "identifier_id bigint not null",
    ),
    "identity_derived_identifiers": Table(
        "One row per present identifier that only derived evidence names.",
        "identifier_id bigint not null",
    ),
    "identity_derived_edges": Table(
        "One row per edge of derived evidence, which each run compares whole.",
        """identifier_id_a bigint not null, identifier_id_b bigint not null,
        rule_id integer not null, source varchar not null""",
    ),
    "identity_decided": Table(
        "One row per decision in force about known identifiers: merge, split or take out.",
        """decision varchar not null, identifier_id_a bigint not null,
        identifier_id_b bigint not null""",
    ),
    "identity_degrees": Table(
        "One row per identifier, period and neighbour type with so many neighbours that they may "
        "be too many.",
        """identifier_id bigint not null, valid_from timestamp not null,
        identifier_type varchar not null, neighbour_type varchar not null,
        neighbours bigint not null, strong_neighbours bigint not null,
        max_degree bigint not null""",
    ),
    "identity_edges": Table(
        "One row per pair of identifiers, rule and source: all present evidence. Times are the "
        "first and the last of it; file and line are those of the earliest.",
        """identifier_id_a bigint not null, identifier_id_b bigint not null,
        rule_id integer not null, source varchar not null, first_at timestamp,
        last_at timestamp, evidence_count bigint not null, file_id bigint, line_number bigint,
        edge_id bigint not null""",
    ),
    "identity_unused_edges": Table(
        "One row per edge that joins nobody: the reason, and the detail in words.",
        """identifier_id_a bigint not null, identifier_id_b bigint not null,
        rule_id integer not null, source varchar not null, reason varchar not null,
        detail varchar""",
    ),
    "identity_map": Table(
        "One row per identifier that belongs to a customer, and period of time (nearly always "
        "one): the customer, and the group that evidence alone would join.",
        """identifier_id bigint not null, valid_from timestamp not null,
        valid_to timestamp not null, component_id bigint not null, customer_id bigint not null""",
    ),
    "identity_blocked": Table(
        "One row per present identifier that belongs to no customer because it is blocked.",
        "identifier_id bigint not null, reason varchar",
    ),
    "identity_guarded": Table(
        "One row per identifier and neighbour type beyond the limit that the present degrees set.",
        """identifier_id bigint not null, neighbour_type varchar not null,
        neighbours bigint not null, max_degree bigint not null""",
    ),
    "identity_ambiguous": Table(
        "One row per shared device that several customers use: it belongs to none of them.",
        "identifier_id bigint not null, customers bigint not null",
    ),
    "identity_log": Table(
        "One row per event, kept: created, joined, merged, split, left, retired, erased, blocked, "
        "unblocked, guarded, unguarded, refused.",
        """run_id bigint not null, run_at timestamp not null, event varchar not null,
        customer_id bigint, other_customer_id bigint, identifier_id bigint,
        cause_identifier_id_a bigint, cause_identifier_id_b bigint, cause_rule_id integer,
        cause_source varchar, reason varchar""",
    ),
    "identity_history": Table(
        "One row per identifier, period and change of its customer (null: none since then), kept.",
        """identifier_id bigint not null, valid_from timestamp not null,
        valid_to timestamp not null, customer_id bigint, changed_at timestamp not null,
        run_id bigint not null""",
    ),
    "identity_runs": Table(
        "One row per run that changed something: why it ran, what it found, what it cost.",
        """run_id bigint not null, run_at timestamp not null, mode varchar not null,
        reason varchar not null, identifiers bigint, new_identifiers bigint, edges bigint,
        used_edges bigint, blocked bigint, guarded bigint, ambiguous bigint, refused bigint,
        customers bigint, largest_customer bigint, created bigint, merged bigint, split bigint,
        retired bigint, moved_identifiers bigint, solved_identifiers bigint,
        cpu_seconds double""",
    ),
    "identity_changed_customers": Table(
        "One row per run and customer that gained or lost an identifier.",
        "run_id bigint not null, customer_id bigint not null",
    ),
    "predicted_evidence": Table(
        "One row per pair that a Splink model holds to be one person: derived evidence of a weak "
        "rule; empty unless the brand has a model.",
        """rule_id integer not null, identifier_value_a varchar not null,
        identifier_value_b varchar not null, source varchar not null, first_seen_at timestamp,
        last_seen_at timestamp, file_id bigint, line_number bigint,
        match_probability double not null""",
    ),
    "identity_consumed_files": Table(
        "One row per file whose evidence is in the edges.", "file_id bigint not null"
    ),
    "identity_state": Table(
        "One row per thing that the next run compares or goes on from.",
        "name varchar not null, value varchar",
    ),
}


_CARRIED = {
    "identifiers": {"value_md5": VALUE_MD5},
    "identity_map": {
        "valid_from": "timestamp '1900-01-01'",
        "valid_to": "timestamp '9999-12-31'",
        "component_id": "identifier_id",
    },
    "identity_log": {"run_id": "0"},
    "identity_history": {},
    "identity_runs": {},
    "identity_changed_customers": {},
}
"""What cannot be made anew when a table has other columns in a later release, and in SQL what
stands in columns that it did not have."""
_ABOUT_RUNS = {
    "identity_log",
    "identity_history",
    "identity_runs",
    "identity_changed_customers",
}
"""Tables that say what happened, and from which no run reads evidence."""


def ensure_identity_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema `identity` and its empty tables where they are absent.

    dbt models read these tables, so they must exist before the first resolution. Tables of an
    earlier release are brought up to date: ids and history stay, evidence is read anew. Call it in
    a transaction, so that a killed process leaves the old tables or the new ones.
    """
    rows = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'identity' group by all"
    ).fetchall()
    # Asked first, so that a run without news leaves no trace in the catalog either.
    present = {name: columns for name, columns in rows if name in TABLES}
    if not present:
        connection.execute("create schema if not exists identity")
    outdated = [name for name in present if present[name] != _columns_of(TABLES[name])]
    if outdated:
        _bring_up_to_date(connection, {name: present[name] for name in outdated})
    for name in TABLES:
        if name not in present:
            _create(connection, name)
    if set(outdated) - _ABOUT_RUNS:
        _forget_evidence(connection)


def _columns_of(table: Table) -> list[str]:
    return [column.split()[0] for column in table.columns.split(",")]


def _create(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(f"create table identity.{name} ({TABLES[name].columns})")
    connection.execute(f"comment on table identity.{name} is '{TABLES[name].description}'")


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, outdated: dict[str, list[str]]
) -> None:
    """Give tables of an earlier release their columns of today."""
    for name, columns in outdated.items():
        connection.execute(f"alter table identity.{name} rename to outdated_{name}")
        _create(connection, name)
        # Not an insert of nothing: DuckDB 2.0.0 then shows the transaction none of the many rows
        # that a later one brings.
        rows = scalar(connection, f"select count(*) from identity.outdated_{name}")
        if rows and name in _CARRIED:
            wanted = {column: column for column in _columns_of(TABLES[name]) if column in columns}
            wanted |= {c: sql for c, sql in _CARRIED[name].items() if c not in columns}
            connection.execute(
                f"insert into identity.{name} ({', '.join(wanted)}) "
                f"select {', '.join(wanted.values())} from identity.outdated_{name}"
            )
        connection.execute(f"drop table identity.outdated_{name}")


def _forget_evidence(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the next run read all evidence anew, and go on with the ids that were given."""
    connection.execute(
        """
        delete from identity.identity_state where name = 'evidence';
        insert into identity.identity_state
        select 'highest_customer_id', greatest(
            (select coalesce(max(customer_id), 0) from identity.identity_map),
            (select coalesce(max(customer_id), 0) from identity.identity_log))::varchar
        where not exists (from identity.identity_state where name = 'highest_customer_id');
        """
    )
