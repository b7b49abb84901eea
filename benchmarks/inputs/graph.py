"""People and what is known of them: identifiers and edges of about the shape that a brand has.

A person has a member card, mostly with a phone; most have a unionid that WeCom and the official
account also name, some a Tmall nick. Every twelfth has several cards that were merged one into the
next, so that some components are long chains. No identifier is busy enough for the degree guard:
the partition is that of plain connected components, which the peers find too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.identity import ensure_identity_tables
from pipelines.settings import Settings

_SEEDS = ("identity_identifier_types", "identity_rules", "identity_block_list")
_EDGES_PER_PERSON = 4.03
_LONGEST_CHAIN = 24
_PAIRS = """
    with people as (
        select range as person, hash(range) % 100 as luck, sha256('phone' || range) as phone,
            'M' || range || '-0' as card, substr(sha256('union' || range), 1, 28) as unionid,
            sha256('nick' || range) as nick
        from range($people)
    ),
    merges as (
        select person, unnest(range(1, 2 + person % $chain)) as step
        from people where person % 12 = 0
    )
    select 'crm_member_id' as type_a, card as value_a, 'phone' as type_b, phone as value_b,
        3 as rule_id from people where luck < 90
    union all
    select 'crm_member_id', card, 'unionid', unionid, 4 from people where luck < 80
    union all
    select 'unionid', unionid, 'wecom_external_userid', 'corp:wm' || unionid, 1
    from people where luck < 75
    union all
    select 'unionid', unionid, 'wechat_openid', 'account:o' || unionid, 2
    from people where luck < 60
    union all
    select 'crm_member_id', card, 'tmall_nick', nick, 5 from people where luck < 40
    union all
    select 'crm_member_id', 'M' || person || '-' || (step - 1), 'crm_member_id',
        'M' || person || '-' || step, 6
    from merges
"""


@dataclass(frozen=True)
class Graph:
    """The same graph twice."""

    warehouse: Path
    """With the tables that identity resolution reads."""
    peers: Path
    """A DuckDB file with `nodes` (unique_id, node) and `edges` (…_l and _r; node_l, node_r)."""
    identifiers: int
    edges: int


def make_graph(settings: Settings, folder: Path, edges: int) -> Graph:
    """Write a graph of about so many edges into two new DuckDB files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / "graph.duckdb", folder / "graph_for_peers.duckdb"
    for file in graph:
        file.unlink(missing_ok=True)
    people = round(edges / _EDGES_PER_PERSON)
    with duckdb.connect(str(graph[0])) as warehouse:
        _write_inputs(warehouse, settings.dbt_project_folder / "seeds", people)
        ensure_identity_tables(warehouse)
        warehouse.execute(f"attach '{graph[1]}' as peers")
        _write_for_peers(warehouse)
        [(identifiers, pairs)] = warehouse.execute(
            "select (select count(*) from peers.nodes), (select count(*) from peers.edges)"
        ).fetchall()
    return Graph(*graph, identifiers, pairs)


def _write_inputs(warehouse: duckdb.DuckDBPyConnection, seeds: Path, people: int) -> None:
    warehouse.execute("create schema seeds; create schema intermediate")
    for name in _SEEDS:
        warehouse.execute(
            f"create table seeds.{name} as from read_csv('{seeds / name}.csv', header = true, "
            "nullstr = '')"
        )
    warehouse.execute(
        f"create temp table pairs as {_PAIRS}", {"people": people, "chain": _LONGEST_CHAIN}
    )
    warehouse.execute(
        """
        create table intermediate.int_identity__edges as
        select type_a as identifier_type_a, value_a as identifier_value_a,
            type_b as identifier_type_b, value_b as identifier_value_b, rule_id,
            'crm_members' as source, timestamp '2026-01-01' as first_at,
            timestamp '2026-01-01' as last_at, 1::bigint as evidence_count, 1::bigint as file_id,
            row_number() over () as line_number
        from pairs order by hash(value_a, value_b);
        create table intermediate.int_identity__identifiers as
        select type as identifier_type, value as identifier_value,
            timestamp '2026-01-01' as first_seen_at, timestamp '2026-01-01' as last_seen_at,
            1::bigint as source_count
        from (
            select type_a as type, value_a as value from pairs
            union select type_b, value_b from pairs
        ) order by hash(value);
        """
    )


def _write_for_peers(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        """
        create table peers.nodes as
        select identifier_type || ':' || identifier_value as unique_id, row_number() over () as node
        from intermediate.int_identity__identifiers;
        create table peers.edges as
        with named as (
            select identifier_type_a || ':' || identifier_value_a as unique_id_l,
                identifier_type_b || ':' || identifier_value_b as unique_id_r
            from intermediate.int_identity__edges
        )
        select unique_id_l, unique_id_r, l.node as node_l, r.node as node_r
        from named
        join peers.nodes l on l.unique_id = unique_id_l
        join peers.nodes r on r.unique_id = unique_id_r;
        """
    )
