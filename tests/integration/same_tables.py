"""Compares every table that dbt builds in two warehouses over the same raw rows."""

from __future__ import annotations

from pathlib import Path

import duckdb

SCHEMAS = ("staging", "intermediate", "customer_center", "marts")

LEFT_OUT = {
    # What they say is the history of this warehouse: when which run of identity did what.
    "intermediate.int_customers__identity_runs": "runs of identity",
    "intermediate.int_attribution__conversions.identity_version": "when identity changed",
    "marts.rpt_attribution_touch.identity_version": "when identity changed",
    "marts.rpt_attribution_credit.identity_version": "when identity changed",
    "marts.rpt_identity_quality": "runs of identity",
    # Numbers made of customer ids, which stand for the conversion or the customer beside them.
    "intermediate.int_attribution__conversions.path_key": "made of the customer's id",
    "intermediate.int_attribution__conversions.journey_key": "the customer's id",
    "intermediate.int_attribution__touches.journey_key": "the customer's id",
    "intermediate.int_attribution__paths.path_key": "made of the customer's id",
    "intermediate.int_attribution__paths.journey_key": "the customer's id",
    "intermediate.int_attribution__credit.path_key": "made of the customer's id",
    "marts.rpt_attribution_touch.path_key": "made of the customer's id",
    "marts.rpt_attribution_share.path_key": "made of the customer's id",
    "intermediate.int_acquisition__people.person_id": "the id of a customer or an identifier",
    "intermediate.int_customers__tier_state": "the last run of identity",
    "intermediate.int_customers__tier_versions": "when which run stated a tier",
    "intermediate.int_customers__tier_publications": "runs",
    "customer_center.customer_tier_restatements": "what runs stated otherwise",
    "marts.rpt_tier_restatements": "what runs stated otherwise",
    # What an increment computes anew, which a full refresh does not ask.
    "intermediate.int_touched__customers": "news of the last increment",
    "intermediate.int_touched__orders": "news of the last increment",
    "intermediate.int_touched__journeys": "news of the last increment",
}
"""Tables and columns that may differ, and why."""


def differences(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """Rows that only one of the warehouses holds, by table, where there are any.

    Ids of customers and identifiers are given out in the order of arrival. They are compared as
    what they stand for: an identifier by its type and value, a customer by who belongs to it.
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
            _read_ids(connection, name)
        columns = _columns(connection, "one")
        assert columns == _columns(connection, "other")
        found = {
            table: _differing_rows(connection, table, of_table)
            for table, of_table in columns.items()
        }
    return {table: counts for table, counts in found.items() if counts != (0, 0)}


def _read_ids(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Names of identifiers and customers that are the same in both warehouses."""
    connection.execute(
        f"""
        create table {name}_identifiers as
        select identifier_id, identifier_type || ' ' || identifier_value as name
        from {name}.identity.identifiers;
        create table {name}_customers as
        select customer_id, min(name || ' ' || valid_from) as name
        from {name}.identity.identity_map join {name}_identifiers using (identifier_id)
        group by customer_id;
        """
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, list[tuple[str, str]]]:
    """Columns with their types of every table, and of the views that are published."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, column_name, data_type
        from duckdb_columns()
        where database_name = $1 and list_contains($2, schema_name)
            and (
                (database_name, schema_name, table_name) in (
                    select database_name, schema_name, table_name from duckdb_tables())
                or schema_name = 'customer_center'
            )
        order by 1, column_index
        """,
        [database, list(SCHEMAS)],
    ).fetchall()
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, data_type in rows:
        if not LEFT_OUT.keys() & {table, f"{table}.{column}"}:
            columns.setdefault(table, []).append((column, data_type))
    return columns


def _differing_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]
) -> tuple[int, int]:
    one, other = (_canonical(name, table, columns) for name in ("one", "other"))
    [(only_one, only_other)] = connection.execute(
        f"select (select count(*) from (({one}) except all ({other}))), "
        f"(select count(*) from (({other}) except all ({one})))"
    ).fetchall()
    return only_one, only_other


def _canonical(database: str, table: str, columns: list[tuple[str, str]]) -> str:
    """A query of the rows of a table in terms that both warehouses share."""
    selected, joins = [], []
    for number, (column, data_type) in enumerate(columns):
        kind = next((k for k in ("customer", "identifier") if f"{k}_id" in column), None)
        if kind and data_type == "BIGINT":
            joins.append(
                f"left join {database}_{kind}s as ids_{number} "
                f"on rows.{column} = ids_{number}.{kind}_id"
            )
            selected.append(f"coalesce(ids_{number}.name, rows.{column}::varchar)")
        elif data_type == "DOUBLE":  # sums of doubles depend on the order of rows
            selected.append(f"round(rows.{column}, 9)")
        else:
            selected.append(f"rows.{column}")
    return f"select {', '.join(selected)} from {database}.{table} as rows {' '.join(joins)}"
