"""People and what is known of them: evidence of about the shape that a brand has.

A person has a member card, mostly with a phone; most have a unionid that WeCom and the official
account also name, some a Tmall nick. Every twelfth has several cards that were merged one into the
next, so that some components are long chains. Much is delivered twice. Every fiftieth shares the
phone of a neighbour, which breaks limits; a few phones of stores stand on thousands of cards. No
phone changes hands. A second delivery, of one row in a hundred, brings new people, new identifiers
of known people and evidence that known people are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.identity import ensure_identity_tables
from pipelines.settings import Settings

NEWS = 0.01
"""Rows of the second delivery for one of the first."""
_SEEDS = (
    "identity_identifier_types",
    "identity_rules",
    "identity_block_list",
    "identity_block_patterns",
)
_ROWS_PER_PERSON = 5.93
_LONGEST_CHAIN = 24
_STORES = 200
_MACROS = """
    create temp macro luck(person) as hash(person) % 100;
    create temp macro card(person, step) as 'M' || person || '-' || step;
    create temp macro phone(person) as sha256('phone' || person);
    create temp macro nick(person) as sha256('nick' || person);
    create temp macro unionid(person) as substr(sha256('union' || person), 1, 28);
    create temp macro follower(account, person) as account || ':o' || unionid(person);
    create temp macro contact(person) as 'corp:wm' || unionid(person);
"""
_FIRST = """
    with people as (select range as person, luck(range) as luck from range($people)),
    merges as (
        select person, unnest(range(1, 2 + person % $chain)) as step
        from people where person % 12 = 0
    ),
    delivered_twice as (
        select person, luck, unnest(range(1, if(hash(person, 2) % 100 < 70, 3, 2))) as file_id
        from people
    )
    select 3 as rule_id, card(person, 0) as value_a, phone(person) as value_b, file_id
    from delivered_twice where luck < 90
    union all
    select 4, card(person, 0), unionid(person), file_id from delivered_twice where luck < 70
    union all
    select 5, card(person, 0), nick(person), file_id from delivered_twice where luck < 40
    union all
    select 1, unionid(person), contact(person), 3 from people where luck < 75
    union all
    select 30, unionid(person), contact(person), 4 from people where luck < 50
    union all
    select 2, unionid(person), follower('account', person), 5 from people where luck < 60
    union all
    select 6, card(person, step - 1), card(person, step), 1 from merges
    union all
    select 34, card(person, 0), phone(person - 1), 6 from people where person % 50 = 1
    union all
    select 34, card(person, 0), phone(-1 - (hash(person, 3) % $stores) * (person % 5 // 3)), 6
    from people where person % 16 = 3
"""
"""Most of the cards with the phone of a store have that of the largest one."""
_SECOND = """
    with news as (select range as number from range($news))
    select 3 as rule_id, card($people + number, 0) as value_a, phone($people + number) as value_b
    from news where number % 3 = 0
    union all
    select 2, unionid(person), follower('second', person) from (
        select range as person from range($people) where luck(range) < 60 limit $news // 3
    )
    union all
    select 4, card(person, 0), unionid(person) from (
        select range as person from range($people) where luck(range) between 70 and 74
        limit $news // 3
    )
"""

_FEEDS = """
    create table {schema}.int_identity__evidence as
    select rule_id, value_a as identifier_value_a, value_b as identifier_value_b,
        'file ' || file_id as source,
        timestamp '2025-01-01' + interval (hash(value_a) % 300) day as first_seen_at,
        timestamp '2026-01-01' as last_seen_at, file_id::bigint as file_id,
        row_number() over (partition by file_id order by hash(value_a, value_b)) as line_number
    from {rows} order by file_id, line_number;
    create table {schema}.int_identity__sightings as
    with named as (
        from {schema}.int_identity__evidence join seeds.identity_rules using (rule_id)
    ),
    ends as (
        select identifier_type_a as identifier_type, identifier_value_a as identifier_value, source,
            first_seen_at as seen_at, file_id, line_number
        from named
        union all
        select identifier_type_b, identifier_value_b, source, first_seen_at, file_id, line_number
        from named
    )
    select identifier_type, identifier_value, source, min(seen_at) as seen_at, file_id,
        min(line_number) as line_number
    from ends group by all order by file_id, line_number;
    create table {schema}.files as
    select distinct file_id, true as is_current, 'loaded' as status
    from {schema}.int_identity__evidence;
    create table {schema}.int_identity__derived_evidence as
    from {schema}.int_identity__evidence limit 0;
    create table {schema}.int_identity__derived_sightings as
    from {schema}.int_identity__sightings limit 0;
"""


@dataclass(frozen=True)
class Graph:
    """What identity resolution reads."""

    warehouse: Path
    """The first delivery in the tables of the feeds, the second in the schema `second`."""
    rows: int
    """Evidence of the first delivery."""
    news: int
    """Evidence of the second."""
    identifiers: int
    """Of the first."""


def make_graph(settings: Settings, folder: Path, rows: int) -> Graph:
    """Write evidence of about so many rows into a new warehouse in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "graph.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("set enable_progress_bar = false")
        _write_seeds(warehouse, settings.dbt_project_folder / "seeds")
        _write_feeds(warehouse, people=round(rows / _ROWS_PER_PERSON), news=round(rows * NEWS))
        ensure_identity_tables(warehouse)
        [(first, second, identifiers)] = warehouse.execute(
            """
            select (select count(*) from intermediate.int_identity__evidence),
                (select count(*) from second.int_identity__evidence),
                (select count(distinct (identifier_type, identifier_value))
                    from intermediate.int_identity__sightings)
            """
        ).fetchall()
    return Graph(file, first, second, identifiers)


def deliver_second(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The second delivery arrives."""
    for table in (
        "intermediate.int_identity__evidence",
        "intermediate.int_identity__sightings",
        "ledger.files",
    ):
        warehouse.execute(f"insert into {table} from second.{table.partition('.')[2]}")


def write_peers(warehouse: Path, file: Path) -> tuple[int, int]:
    """What peers that know no limits and guards are given: the evidence that was used.

    Writes `nodes` (unique_id, node) and `edges` (unique_id_l, unique_id_r, node_l, node_r) into a
    new DuckDB file; returns how many nodes and edges.
    """
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as peers:
        peers.execute("set enable_progress_bar = false")
        peers.execute(f"attach '{warehouse}' as ours (read_only)")
        peers.execute(
            """
            create table nodes as
            select identifier_type || ':' || identifier_value as unique_id, identifier_id as node
            from ours.identity.identifiers
            semi join ours.identity.identity_map using (identifier_id);
            create table edges as
            select l.unique_id as unique_id_l, r.unique_id as unique_id_r,
                identifier_id_a as node_l, identifier_id_b as node_r
            from ours.identity.identity_edges
            anti join ours.identity.identity_unused_edges
                using (identifier_id_a, identifier_id_b, rule_id, source)
            join nodes l on l.node = identifier_id_a
            join nodes r on r.node = identifier_id_b;
            """
        )
        [sizes] = peers.execute(
            "select (select count(*) from nodes), (select count(*) from edges)"
        ).fetchall()
    return sizes


def _write_seeds(warehouse: duckdb.DuckDBPyConnection, seeds: Path) -> None:
    warehouse.execute("create schema seeds")
    for name in _SEEDS:
        warehouse.execute(
            f"create table seeds.{name} as from read_csv('{seeds / name}.csv', header = true, "
            "nullstr = '')"
        )


def _write_feeds(warehouse: duckdb.DuckDBPyConnection, people: int, news: int) -> None:
    warehouse.execute(_MACROS)
    warehouse.execute(
        f"create temp table first_rows as {_FIRST}",
        {"people": people, "chain": _LONGEST_CHAIN, "stores": _STORES},
    )
    warehouse.execute(
        f"create temp table second_rows as select *, 7 as file_id from ({_SECOND})",
        {"people": people, "news": news},
    )
    for schema, rows in (("intermediate", "first_rows"), ("second", "second_rows")):
        warehouse.execute(f"create schema {schema}; {_FEEDS.format(schema=schema, rows=rows)}")
    warehouse.execute("create schema ledger; create table ledger.files as from intermediate.files")
