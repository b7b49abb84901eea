"""The schema `identity`: what resolution keeps between runs."""

from __future__ import annotations

import duckdb

# No primary keys: DuckDB would keep an index over millions of strings for what resolve.py, the
# only writer, guarantees by construction and the dbt tests check.
_TABLES = """
create schema if not exists identity;

create table if not exists identity.identifiers (
    identifier_id bigint not null,
    identifier_type varchar not null,
    identifier_value varchar not null,
    first_seen_at timestamp
);
comment on table identity.identifiers is
    'One row per identifier ever seen: exact type and value to integer. Append-only.';

create table if not exists identity.identity_edges (
    identifier_id_a bigint not null,
    identifier_id_b bigint not null,
    rule_id integer not null,
    source varchar not null,
    first_at timestamp,
    last_at timestamp,
    evidence_count bigint,
    file_id bigint,
    line_number bigint,
    is_used boolean not null,
    unused_reason varchar
);
comment on table identity.identity_edges is
    'One row per pair, rule and source: all present evidence, and why some of it is not used.';

create table if not exists identity.identity_map (
    identifier_id bigint not null,
    customer_id bigint not null
);
comment on table identity.identity_map is
    'One row per present identifier that is not blocked: the customer it resolves to.';

create table if not exists identity.identity_blocked (
    identifier_id bigint not null,
    reason varchar
);
comment on table identity.identity_blocked is
    'One row per identifier on the block list: it belongs to no customer.';

create table if not exists identity.identity_guarded (
    identifier_id bigint not null,
    neighbour_type varchar not null,
    neighbours bigint not null,
    max_degree bigint not null
);
comment on table identity.identity_guarded is
    'One row per identifier and neighbour type beyond the degree limit: it joins nobody.';

create table if not exists identity.identity_log (
    run_at timestamp not null,
    event varchar not null,
    customer_id bigint,
    other_customer_id bigint,
    identifier_id bigint,
    reason varchar
);
comment on table identity.identity_log is
    'One row per event (created, joined, merged, split, left, retired, blocked, guarded), kept.';
"""


def ensure_identity_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema `identity` and its empty tables where they are absent.

    dbt models read these tables, so they must exist before the first resolution.
    """
    [(present,)] = connection.execute(
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'identity' and not internal"
    ).fetchall()
    # Asked first, so that a run without news leaves no trace in the catalog either.
    if present < _TABLES.count("create table"):
        connection.execute(_TABLES)
