"""A warehouse of an earlier release keeps its customers."""

from __future__ import annotations

from pathlib import Path

from pipelines.identity import ensure_identity_tables
from tests.unit.identity.worlds import World


def test_ids_and_log_survive_other_columns(world: World) -> None:
    changed = "identifiers", "identity_map", "identity_edges", "identity_log", "identity_state"
    for table in changed:
        world.execute(f"drop table identity.{table}")
    world.connection.execute(
        """
        create table identity.identifiers (identifier_id bigint, identifier_type varchar,
            identifier_value varchar, first_seen_at timestamp, value_hash ubigint);
        create table identity.identity_map (identifier_id bigint, customer_id bigint);
        create table identity.identity_edges (identifier_id_a bigint, is_used boolean);
        create table identity.identity_log (run_at timestamp, event varchar, customer_id bigint);
        insert into identity.identifiers values (4, 'crm_member_id', '1', null, 0);
        insert into identity.identity_map values (4, 7);
        insert into identity.identity_log values (timestamp '2025-01-01', 'retired', 9);
        """
    )
    ensure_identity_tables(world.connection)
    world.deliver([("c1", "p1"), ("c2", "p2")])
    assert world.resolve().mode == "rebuild"
    assert world.customers() == {"c1": 7, "p1": 7, "c2": 10, "p2": 10}
    assert world.log("retired", "run_id, customer_id") == [(0, 9)]
    assert world.execute("select min(identifier_id), max(identifier_id) from "
                         "identity.identifiers") == [(4, 7)]  # fmt: skip
    before = world.state()
    ensure_identity_tables(world.connection)
    assert world.state() == before


def test_an_empty_dictionary_of_other_columns_takes_many_rows(tmp_path: Path) -> None:
    """An insert of nothing before that of many hides them from the rest of the transaction."""
    world = World(tmp_path / "warehouse.duckdb")
    world.execute("drop table identity.identifiers")
    world.execute(
        "create table identity.identifiers (identifier_id bigint, identifier_type varchar, "
        "identifier_value varchar, first_seen_at timestamp)"
    )
    world.connection.begin()
    ensure_identity_tables(world.connection)
    world.execute(
        "insert into identity.identifiers select range, 'phone', 'p', null, 0 from range(200000) "
        "order by all"
    )
    rows = world.execute("select identifier_id::integer from identity.identifiers")
    assert len(rows) == 200_000
    world.connection.commit()
    world.connection.close()
