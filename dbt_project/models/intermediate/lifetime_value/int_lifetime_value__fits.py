"""Parameters of BG/NBD and gamma-gamma, fitted before the hold-out and to everything."""

from pipelines.lifetime_value.tables import fits_table


def model(dbt, session):  # noqa: ARG001 - dbt calls it with both
    """Thin: the figures come from pipelines.lifetime_value."""
    dbt.config(materialized="table")
    return fits_table(dbt.ref("int_lifetime_value__customers"))
