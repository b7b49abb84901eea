"""The share of every channel in every set of channels that converted, per look-back."""

from pipelines.attribution.tables import shapley_table


def model(dbt, session):  # noqa: ARG001 - dbt calls it with both
    """Thin: the figures come from pipelines.attribution."""
    dbt.config(materialized="table")
    return shapley_table(dbt.ref("int_attribution__coalitions"))
